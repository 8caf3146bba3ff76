"""What became of a pile of files: what was taken, what was refused, where."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from coign.gateways.fhir.refusal import FhirMalformed, FhirRefused
from coign.kernel.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """A file that was understood, and what it says."""

    file: str
    sha256: str
    content: T


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not taken, the element and the reason."""

    file: str
    sha256: str
    element: str
    message: str
    #: Whether there was anything to read in it; `element` is then “file”.
    readable: bool = True


@dataclass(frozen=True, slots=True)
class ImportReport(Generic[T]):
    """Every file stands in exactly one of the two lists, in the order given."""

    taken: tuple[Taken[T], ...]
    refused: tuple[RefusedFile, ...]


def read_files(files: Mapping[str, bytes], read: Callable[[bytes], T]) -> ImportReport[T]:
    """Read every file on its own: one refusal does not keep the others out. The same bytes twice are refused once."""
    taken: list[Taken[T]] = []
    refused: list[RefusedFile] = []
    first: dict[str, str] = {}
    for name, data in files.items():
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in first:
            refused.append(RefusedFile(name, sha256, "file", f"the same bytes as {first[sha256]}"))
            continue
        first[sha256] = name
        try:
            taken.append(Taken(name, sha256, read(data)))
        except FhirRefused as no:
            readable = not (isinstance(no, FhirMalformed) and no.element == "file")
            refused.append(RefusedFile(name, sha256, no.element, no.problem, readable))
    return ImportReport(tuple(taken), tuple(refused))
