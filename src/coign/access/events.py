"""What can happen in the access ledger."""

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Patient, Person
from coign.kernel.values import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitiesShown(Fact, type="access.identities_shown.v1", about=("patients",)):
    """Identifying values of these patients were shown to somebody, on one page."""

    patients: tuple[Patient, ...]
    to: Person
    role: str
    organisation: Organisation
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTaken(Fact, type="access.copy_taken.v1", about=("by",)):
    """Somebody took a part of the record away, as a file or on paper: what, and the hash of its bytes."""

    by: Person
    role: str
    organisation: Organisation
    what: str
    sha256: Digest
    page: str
