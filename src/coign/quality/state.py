"""A batch's dossier, a deviation, and who found what does not agree: the quality unit's own business."""

from dataclasses import field, replace

from coign.identity.events import UnitsBlocked
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Person, Unit
from coign.kernel.views import Stamp, View
from coign.logistics.events import ARRIVAL_DIFFERS, ReceiptMismatched
from coign.manufacturing.events import FILLED_LABEL_DIFFERS
from coign.quality.events import (
    LATE_RESULT,
    BatchRejected,
    BlockResolved,
    Certified,
    DeviationClosed,
    DeviationOpened,
    InvestigationConcluded,
    LaboratoryAssessed,
    RecordReviewed,
    ResultInvalidated,
    ResultRecorded,
    ResultReviewed,
    RetestRecorded,
    RetestsPlanned,
    SuppliedUnderException,
)

#: Beyond this many, a batch only counts its open deviations: the state stays bounded.
DEVIATIONS_LISTED_MAX = 64


@dataclass(frozen=True, slots=True)
class Investigation:
    """How far the two phases have come in which a result out of specification is looked into."""

    laboratory: str = ""
    laboratory_by: Person | None = None
    planned: int | None = None
    retests: tuple[str, ...] = ()
    conclusion: str = ""

    @property
    def proves_laboratory_error(self) -> bool:
        """Whether either phase found that the laboratory erred."""
        return "laboratory_error" in (self.laboratory, self.conclusion)

    @property
    def retests_left(self) -> int:
        """How many repeats the plan still asks for."""
        return (self.planned or 0) - len(self.retests)


@dataclass(frozen=True, slots=True)
class Result:
    """What stands for one test of the panel; after an investigation it stands no more and counts as an attempt."""

    attribute: str
    value: str
    unit: str
    verdict: str
    by: Person
    reviewed_by: Person | None = None
    invalidated: int = 0
    stands: bool = True
    investigation: Investigation = field(default_factory=Investigation)

    @property
    def is_out_of_specification(self) -> bool:
        """Whether the first value fails: no repeat that passes, and no mean of both, changes that."""
        return self.stands and self.verdict == "fail"

    @property
    def is_under_investigation(self) -> bool:
        """Whether it is out of specification and nobody has confirmed it yet."""
        return self.is_out_of_specification and self.investigation.conclusion != "confirmed"


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a decision about a batch rests on. Bounded by the panel."""

    results: tuple[Result, ...] = ()
    open_deviations: tuple[Case, ...] = ()
    open_count: int = 0
    analysts: tuple[Person, ...] = ()
    reviewed_by: Person | None = None
    certified: bool = False
    rejected: bool = False
    #: Tests that were named as pending when the batch was released.
    pending: tuple[str, ...] = ()
    supplied_under_exception: bool = False

    def attempt(self, attribute: str) -> Result | None:
        """What was recorded for a test, whether it stands or was invalidated."""
        return next((r for r in self.results if r.attribute == attribute), None)

    def result(self, attribute: str) -> Result | None:
        """The result that stands for a test, or None."""
        found = self.attempt(attribute)
        return found if found is not None and found.stands else None


def _put(state: Dossier, result: Result) -> Dossier:
    others = tuple(r for r in state.results if r.attribute != result.attribute)
    return replace(state, results=(*others, result))


def _recorded(state: Dossier, fact: ResultRecorded) -> Dossier:
    before = state.attempt(fact.attribute)
    result = Result(
        fact.attribute, fact.value, fact.unit, fact.verdict, fact.by,
        invalidated=before.invalidated if before is not None else 0,
    )  # fmt: skip
    return replace(_put(state, result), analysts=_with(state.analysts, fact.by))


def _with(people: tuple[Person, ...], person: Person) -> tuple[Person, ...]:
    return people if person in people else (*people, person)


def _about_result(state: Dossier, fact: ResultReviewed | ResultInvalidated) -> Dossier:
    before = state.attempt(fact.attribute)
    assert before is not None
    if isinstance(fact, ResultReviewed):
        return _put(state, replace(before, reviewed_by=fact.by))
    return _put(state, replace(before, stands=False, reviewed_by=None, invalidated=before.invalidated + 1))


_Looked = LaboratoryAssessed | RetestsPlanned | RetestRecorded | InvestigationConcluded


def _investigated(state: Dossier, fact: _Looked) -> Dossier:
    before = state.attempt(fact.attribute)
    assert before is not None
    so_far = before.investigation
    match fact:
        case LaboratoryAssessed(found=found, by=by):
            so_far = replace(so_far, laboratory=found, laboratory_by=by)
        case RetestsPlanned(times=times):
            so_far = replace(so_far, planned=times)
        case RetestRecorded(verdict=verdict):
            so_far = replace(so_far, retests=(*so_far.retests, verdict))
        case _:
            so_far = replace(so_far, conclusion=fact.conclusion)
    return _put(state, replace(before, investigation=so_far))


def _evolve_dossier(state: Dossier, fact: Fact, stamp: Stamp) -> Dossier:
    match fact:
        case ResultRecorded():
            return _recorded(state, fact)
        case ResultReviewed() | ResultInvalidated():
            return _about_result(state, fact)
        case RetestRecorded(by=by):
            return _investigated(replace(state, analysts=_with(state.analysts, by)), fact)
        case LaboratoryAssessed() | RetestsPlanned() | InvestigationConcluded():
            return _investigated(state, fact)
        case DeviationOpened(case=case):
            listed = (*state.open_deviations, case)[:DEVIATIONS_LISTED_MAX]
            return replace(state, open_deviations=listed, open_count=state.open_count + 1)
        case DeviationClosed(case=case):
            listed = tuple(c for c in state.open_deviations if c != case)
            return replace(state, open_deviations=listed, open_count=state.open_count - 1)
        case RecordReviewed(by=by):
            return replace(state, reviewed_by=by)
        case Certified(pending=pending):
            return replace(state, certified=True, pending=pending)
        case SuppliedUnderException():
            return replace(state, supplied_under_exception=True)
        case BatchRejected():
            return replace(state, rejected=True)
        case _:
            return state


DOSSIER = View(
    "quality.dossier",
    kinds=frozenset({"batch"}),
    folds=(
        ResultRecorded,
        ResultReviewed,
        ResultInvalidated,
        LaboratoryAssessed,
        RetestsPlanned,
        RetestRecorded,
        InvestigationConcluded,
        DeviationOpened,
        DeviationClosed,
        RecordReviewed,
        Certified,
        SuppliedUnderException,
        BatchRejected,
    ),
    state=Dossier,
    evolve=_evolve_dossier,
    version=2,
)


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation: what it concerns, who reported it, and whether it waits for a decision."""

    batch: Batch | None = None
    open: bool = False
    units: tuple[Unit, ...] = ()
    chain: Chain | None = None
    reported_by: Person | None = None


def _evolve_deviation(state: Deviation, fact: Fact, stamp: Stamp) -> Deviation:
    match fact:
        case DeviationOpened(batch=batch, units=units, chain=chain):
            return Deviation(batch, True, units, chain, stamp.actor.person)
        case DeviationClosed():
            return replace(state, open=False)
        case _:
            return state


DEVIATION = View(
    "quality.deviation",
    kinds=frozenset({"case"}),
    folds=(DeviationOpened, DeviationClosed),
    state=Deviation,
    evolve=_evolve_deviation,
    version=2,
)


#: The blocks that the maker's quality unit resolves, as they are chosen and as they stand in the record.
REASONS = {"arrival": ARRIVAL_DIFFERS, "label": FILLED_LABEL_DIFFERS, "late_result": LATE_RESULT}


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who had a part in finding that something does not agree."""

    why: str
    by: Person


@dataclass(frozen=True, slots=True)
class Blocks:
    """Who found what does not agree about a unit: they do not resolve it themselves."""

    found: tuple[Found, ...] = ()

    def found_by(self, why: str) -> tuple[Person, ...]:
        """Everybody who had a part in it."""
        return tuple(f.by for f in self.found if f.why == why)


def _evolve_blocks(state: Blocks, fact: Fact, stamp: Stamp) -> Blocks:
    match fact:
        case UnitsBlocked(why=why):
            return _found(state, Found(why, stamp.actor.person))
        case ReceiptMismatched(first=first, second=second):
            return _found(_found(state, Found(ARRIVAL_DIFFERS, first)), Found(ARRIVAL_DIFFERS, second))
        case BlockResolved(why=why):
            return Blocks(tuple(f for f in state.found if f.why != why))
        case _:
            return state


def _found(state: Blocks, found: Found) -> Blocks:
    return state if found in state.found else Blocks((*state.found, found))


BLOCKS = View(
    "quality.blocks",
    kinds=frozenset({"unit"}),
    folds=(UnitsBlocked, ReceiptMismatched, BlockResolved),
    state=Blocks,
    evolve=_evolve_blocks,
)
