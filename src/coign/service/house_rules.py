"""What rule sets ask of every house: of this release, and of those that ran here before, as entries name them.

A release brings its own rule sets and takes the older ones with it. What invariants ask of them is therefore kept among
the documents when a server starts, under the hash that the basis of each entry names from then on.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from coign import rulesets
from coign.documents import Documents
from coign.kernel.errors import IntegrityFailure, NotFound
from coign.kernel.values import Digest
from coign.programmes.terms import terms_of
from coign.service import therapies
from coign_verify.invariants import House, Terms
from coign_verify.jcs import canonical, loads_strict


def keep(documents: Documents) -> None:
    """See to it that what is asked now can be told later."""
    documents.put(canonical(rulesets.load().terms))


def terms_at(folder: Path) -> Terms:
    """What the record of an installation is held to, as far as its home tells it."""
    return terms_of(therapies.load(folder).all(), HouseRules(Documents(folder / "documents")))


class _Kept(NamedTuple):
    document: Mapping[str, Any]
    house: House


class HouseRules(Mapping[str, House]):
    """What was asked, by its hash. What is looked up once is remembered, and so is what is not here."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        now = rulesets.load()
        self._found: dict[str, _Kept | None] = {now.terms_digest: _Kept(now.terms, House.read(now.terms))}

    def document(self, digest: str) -> Mapping[str, Any] | None:
        """As a pack carries it; None: it is not here."""
        kept = self._look_up(digest)
        return kept and kept.document

    def __getitem__(self, digest: str) -> House:
        kept = self._look_up(digest)
        if kept is None:
            raise KeyError(digest)
        return kept.house

    def __iter__(self) -> Iterator[str]:
        """Those that were looked up and found."""
        return (digest for digest, kept in self._found.items() if kept is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _look_up(self, digest: str) -> _Kept | None:
        if digest not in self._found:
            self._found[digest] = self._read(digest)
        return self._found[digest]

    def _read(self, digest: str) -> _Kept | None:
        try:
            document = loads_strict(self._documents.get(Digest.parse(digest)))
            return _Kept(document, House.read(document))
        except (NotFound, IntegrityFailure, ValueError, LookupError, TypeError, AttributeError):
            # Nobody kept it, or it was changed, or the entry names something else that is kept.
            return None
