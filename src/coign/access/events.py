"""What can happen in the access ledger."""

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Patient, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitiesShown(Fact, type="access.identities_shown.v1", about=("patients",)):
    """Identifying values of these patients were shown to somebody, on one page."""

    patients: tuple[Patient, ...]
    to: Person
    role: str
    organisation: Organisation
    page: str
