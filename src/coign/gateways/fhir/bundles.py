"""The entries of a Bundle, and what the references between them mean."""

import re
from collections.abc import Iterator
from typing import Any

from coign.gateways.fhir.refusal import FhirRefused
from coign.gateways.fhir.shape import check_shape
from coign.kernel.frozen import dataclass

TYPES_READ = ("collection", "transaction")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_WRITES = ("POST", "PUT")


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a Bundle and the place it stands at."""

    number: int
    address: str
    resource: dict[str, Any]

    @property
    def kind(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])

    def __str__(self) -> str:
        return f"Bundle.entry[{self.number}] {self.kind}"


class Bundle:
    """The resources of one Bundle; every lookup that finds nothing, or two, is a refusal that names the element."""

    def __init__(self, resource: dict[str, Any]) -> None:
        if resource.get("type") not in TYPES_READ:
            raise FhirRefused("Bundle.type", f"expected {' or '.join(TYPES_READ)}")
        self.entries = tuple(_entries(resource))
        self._by_address: dict[str, Entry] = {}
        for entry in self.entries:
            for address in _addresses(entry):
                if address in self._by_address:
                    raise FhirRefused(f"Bundle.entry[{entry.number}].fullUrl", f"{address} stands twice in the Bundle")
                self._by_address[address] = entry

    def only(self, kind: str) -> Entry:
        """The one resource of this type, its shape checked."""
        found = [entry for entry in self.entries if entry.kind == kind]
        if len(found) != 1:
            raise FhirRefused(kind, f"expected one {kind} in the Bundle, found {len(found)}")
        check_shape(found[0].resource, kind)
        return found[0]

    def follow(self, owner: dict[str, Any], key: str, path: str, *kinds: str) -> Entry:
        """The resource a reference means; it must stand in this Bundle and be of one of these types."""
        if key not in owner:
            raise FhirRefused(path, f"missing: expected a reference to {' or '.join(kinds)}")
        reference = owner[key].get("reference", "")
        entry = self._by_address.get(reference)
        if entry is None:
            raise FhirRefused(f"{path}.reference", f"{reference[:200]!r} is not in the Bundle")
        if entry.kind not in kinds:
            raise FhirRefused(f"{path}.reference", f"expected {' or '.join(kinds)}, found {entry.kind}")
        check_shape(entry.resource, entry.kind)
        return entry


def _entries(resource: dict[str, Any]) -> Iterator[Entry]:
    entries = resource.get("entry", ())
    if not isinstance(entries, list) or not entries:
        raise FhirRefused("Bundle.entry", "the Bundle holds nothing")
    for number, item in enumerate(entries):
        path = f"Bundle.entry[{number}]"
        if not isinstance(item, dict):
            raise FhirRefused(path, "expected an object")
        inner = item.get("resource")
        if not isinstance(inner, dict) or not isinstance(inner.get("resourceType"), str):
            raise FhirRefused(f"{path}.resource", "expected a resource")
        request = item.get("request")
        if isinstance(request, dict) and request.get("method") not in _WRITES:
            raise FhirRefused(f"{path}.request.method", f"expected {' or '.join(_WRITES)}")
        address = item.get("fullUrl", "")
        if not isinstance(address, str) or (address and not _ABSOLUTE.match(address)):
            raise FhirRefused(f"{path}.fullUrl", "expected an absolute address such as urn:uuid:… or https://…")
        yield Entry(number, address, inner)


def _addresses(entry: Entry) -> Iterator[str]:
    if entry.address:
        yield entry.address
    if isinstance(entry.resource.get("id"), str):
        relative = f"{entry.kind}/{entry.resource['id']}"
        if relative != entry.address:
            yield relative
