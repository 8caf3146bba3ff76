"""What can be recorded about a value that was recorded wrongly."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Organisation, Person, Subject, Unit
from coign.kernel.values import FreeText, Instant, Quantity

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Kept = TypeVar("Kept", bound="DataclassInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionProposed(
    Fact, type="correction.proposed.v1", about=("case", "home"), parties=("informed",)
):  # fmt: skip
    """Somebody says that a recorded value is wrong, and what is right: what was made from it stands still.

    `home`: the batch or therapy whose record the value stands in. `entry`, `fact` and `name` say where; `before` is
    what held until now. `units`: the containers that are held.
    """

    case: Case
    home: Subject
    entry: int
    fact: str
    name: str
    label: str
    before: str
    after: str
    unit: str
    recorded_at: Instant
    recorded_by: Person
    of: tuple[Subject, ...]
    units: tuple[Unit, ...]
    reason: FreeText
    by: Person
    informed: tuple[Organisation, ...]
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDiffers(Fact, type="correction.differs.v1", about=("case", "home")):
    """The second person read something else at the source: the recorded value stands, what is held stays held."""

    case: Case
    home: Subject
    read: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCorrected(Fact, type="correction.value_corrected.v1", about=("case", "of")):
    """Two persons, each from the source, read the same: from here on this value counts; the old one stays readable.

    It is about every subject that the corrected fact was about, so that whoever keeps the value can follow.
    """

    case: Case
    of: tuple[Subject, ...]
    entry: int
    fact: str
    name: str
    before: str
    after: str
    unit: str
    recorded_at: Instant
    first: Person
    second: Person

    @property
    def quantity(self) -> Quantity:
        """The value that counts."""
        return Quantity(self.after, self.unit)

    def corrects(self, fact: type[Fact]) -> bool:
        """Whether it is a value of a fact of this type."""
        return self.fact == fact.TYPE

    def put_into(self, kept: Kept) -> Kept:
        """What a state keeps of the corrected fact, with this value in place of the old one."""
        changed: dict[str, Any] = {self.name: self.quantity}
        return replace(kept, **changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAssessed(Fact, type="correction.assessed.v1", about=("case", "home")):
    """Somebody who had no part in it looked again at what was decided on the old value; what was held may go on."""

    case: Case
    home: Subject
    assessment: FreeText
    by: Person
