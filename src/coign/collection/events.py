"""What can happen when cells are collected."""

from dataclasses import dataclass, field

from coign.kernel.facts import Fact
from coign.kernel.fields import correctable
from coign.kernel.subjects import Chain, Equipment, Lot, Organisation, Patient, Person, Unit
from coign.kernel.values import FreeText, Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChecked(Fact, type="collection.identity_checked.v1", about=("chain",)):
    """A first person scanned the wristband at the chair: no effect but being first."""

    chain: Chain
    wristband: Patient
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(Fact, type="collection.identity_confirmed.v1", about=("chain", "patient")):
    """Two persons, each from their own scan, found the patient of this chain."""

    chain: Chain
    patient: Patient
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityMismatched(Fact, type="collection.identity_mismatched.v1", about=("chain",)):
    """A wristband was another patient's than the chain's: nothing is collected until a third person resolves it."""

    chain: Chain
    expected: Patient
    found: Patient
    between: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityMismatchResolved(Fact, type="collection.mismatch_resolved.v1", about=("chain",)):
    """A third person found out who sits in the chair; the identity is checked anew from the beginning."""

    chain: Chain
    finding: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionStarted(Fact, type="collection.started.v1", about=("chain",)):
    """The collection runs, on this device, with this kit and this anticoagulant.

    `lots`: those of them that the centre's store knows; entries from before it did have their numbers in words alone.
    """

    chain: Chain
    equipment: Equipment
    kit_lot: str
    anticoagulant_lot: str = ""
    lots: tuple[Lot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFinished(Fact, type="collection.finished.v1", about=("chain",)):
    """The collection is over: its bag, how much is in it, and the donation number of the centre."""

    chain: Chain
    unit: Unit
    volume: Quantity = field(metadata=correctable("Volume"))
    cd3: Quantity = field(metadata=correctable("CD3+ cells"))
    din: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingChecked(Fact, type="collection.leaving_checked.v1", about=("chain", "unit", "patient")):
    """Wristband, label and donation number agreed before the bag left the chair; what became of every label."""

    chain: Chain
    unit: Unit
    patient: Patient
    printed: int
    used: int
    destroyed: int
    by: Person

    @property
    def missing(self) -> int:
        """How many labels nobody can find."""
        return self.printed - self.used - self.destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelResolved(Fact, type="collection.label_resolved.v1", about=("unit",)):
    """A third person found out why a label differed; it is scanned back anew before the bag may move."""

    unit: Unit
    finding: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CryobagFilled(Fact, type="collection.cryobag_filled.v1", about=("chain", "unit", "source"), parties=("maker",)):
    """A part of what was collected lies in a cryobag of its own; the maker it is for knows of it from then on."""

    chain: Chain
    source: Unit
    unit: Unit
    volume: Quantity = field(metadata=correctable("Volume"))
    cd3: Quantity = field(metadata=correctable("CD3+ cells"))
    maker: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezingFinished(Fact, type="collection.freezing_finished.v1", about=("chain", "source")):
    """The collected bag is empty; what was in it lies in these cryobags."""

    chain: Chain
    source: Unit
    cryobags: tuple[Unit, ...]
    by: Person
