"""Who is in the chair, and whether the label says what was printed: collection's own business."""

from dataclasses import replace

from coign.collection.events import (
    CollectionStarted,
    CryobagFilled,
    FreezingFinished,
    IdentityChecked,
    IdentityConfirmed,
    IdentityMismatched,
    IdentityMismatchResolved,
    LabelResolved,
)
from coign.correction.events import ValueCorrected
from coign.identity.events import LabelVerified, UnitCreated, UnitsBlocked, UnitsUnblocked
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient, Person, Unit
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp, View

#: Why a unit stands still: its label does not say what was printed, or one of its labels is nowhere.
LABEL_DIFFERS = "its label does not say what was printed"
LABEL_MISSING = "one of its labels cannot be found"
#: What a third person finds out about a label.
LABEL_DOUBTS = (LABEL_DIFFERS, LABEL_MISSING)


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """How far the check of identity before a collection is; a collection that starts uses it up."""

    first: Person | None = None
    first_at: Instant | None = None
    wristband: Patient | None = None
    confirmed_at: Instant | None = None
    mismatch_between: tuple[Person, ...] = ()


def _evolve(state: IdentityCheck, fact: Fact, stamp: Stamp) -> IdentityCheck:
    match fact:
        case IdentityChecked(by=by, wristband=wristband):
            return IdentityCheck(by, stamp.time, wristband)
        case IdentityConfirmed():
            return IdentityCheck(confirmed_at=stamp.time)
        case IdentityMismatched(between=between):
            return IdentityCheck(mismatch_between=between)
        case IdentityMismatchResolved() | CollectionStarted():
            return IdentityCheck()
        case _:
            return state


IDENTITY_CHECK = View(
    "collection.identity_check",
    kinds=frozenset({"chain"}),
    folds=(IdentityChecked, IdentityConfirmed, IdentityMismatched, IdentityMismatchResolved, CollectionStarted),
    state=IdentityCheck,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True)
class Label:
    """Who printed the label of a bag, who scanned it back, and who found that something about it is wrong."""

    printed_by: Person | None = None
    found_wrong_by: Person | None = None
    verified_by: Person | None = None


def _evolve_label(state: Label, fact: Fact, stamp: Stamp) -> Label:
    match fact:
        case UnitCreated():
            return Label(stamp.actor.person)
        case LabelVerified(by=by):
            return replace(state, verified_by=by)
        case UnitsBlocked(why=why) if why in LABEL_DOUBTS:
            return replace(state, found_wrong_by=stamp.actor.person)
        case LabelResolved():
            return replace(state, found_wrong_by=None)
        case UnitsUnblocked(why=why) if why in LABEL_DOUBTS:  # resolved elsewhere, by the quality unit
            return replace(state, found_wrong_by=None)
        case _:
            return state


LABEL = View(
    "collection.label",
    kinds=frozenset({"unit"}),
    folds=(UnitCreated, LabelVerified, UnitsBlocked, UnitsUnblocked, LabelResolved),
    state=Label,
    evolve=_evolve_label,
    version=2,
)


#: The newest cryobags of one collected bag that are listed.
CRYOBAGS_LISTED_MAX = 32


@dataclass(frozen=True, slots=True)
class Cryobag:
    """One cryobag, and how much is in it."""

    unit: Unit
    volume: Quantity
    cd3: Quantity


@dataclass(frozen=True, slots=True)
class Freezing:
    """The cryobags that were filled out of one collected bag."""

    cryobags: tuple[Cryobag, ...] = ()
    finished: bool = False


def _evolve_freezing(state: Freezing, fact: Fact, stamp: Stamp) -> Freezing:
    match fact:
        case CryobagFilled(source=source, unit=unit, volume=volume, cd3=cd3) if source == stamp.subject:
            return Freezing((*state.cryobags, Cryobag(unit, volume, cd3))[-CRYOBAGS_LISTED_MAX:])
        case FreezingFinished():
            return replace(state, finished=True)
        case ValueCorrected(of=of) if fact.corrects(CryobagFilled):
            bags = tuple(fact.put_into(bag) if bag.unit in of else bag for bag in state.cryobags)
            return replace(state, cryobags=bags)
        case _:
            return state


FREEZING = View(
    "collection.freezing",
    kinds=frozenset({"unit"}),
    folds=(CryobagFilled, FreezingFinished, ValueCorrected),
    state=Freezing,
    evolve=_evolve_freezing,
    version=2,
)
