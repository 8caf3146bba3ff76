"""Say that a recorded value is wrong: what rests on it stands still, and a second person reads the source."""

from collections.abc import Sequence
from dataclasses import field

from coign.correction import gates
from coign.correction.events import CorrectionProposed
from coign.correction.recorded import Recorded
from coign.correction.state import why_held
from coign.correction.views import CORRECTIONS
from coign.custody.views import HOLDING
from coign.identity.events import UnitsBlocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Organisation, Unit
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Which value of which entry, what it should be, and why; what stands there is read by `recorded_value`."""

    entry: int = field(metadata=asks("Entry", "known"))
    name: str = field(metadata=asks("Value", "known"))
    value: str = field(metadata=asks("Right value", "measure", hint="the number alone, as it stands at the source"))
    reason: FreeText = field(metadata=asks("Reason", hint="how it came about, and where the right value stands"))
    case: Case = field(metadata=allotted())
    found: Recorded = field(default=Recorded(), metadata=resolved(by="recorded_value"))


def _reads(asked: Propose, actor: Actor) -> Sequence[Read]:
    home = asked.found.home
    return (Read(asked.case), Read(home, CORRECTIONS), Read(home, BATCH if isinstance(home, Batch) else CHAIN))


def _reads_of_units(asked: Propose, known: Circumstances) -> Sequence[Read]:
    chain = _chain(asked, known)
    units = tuple(Read(unit, view) for unit in _made(asked, known) for view in (UNIT, HOLDING))
    return (*units, *(() if chain is None else (Read(chain, CHAIN),)))


def _chain(asked: Propose, known: Circumstances) -> Chain | None:
    home = asked.found.home
    return known.state(BATCH, home).chain if isinstance(home, Batch) else Chain(home)


def _made(asked: Propose, known: Circumstances) -> tuple[Unit, ...]:
    """What rests on the value: the containers of its batch; of a value of the therapy, all but samples."""
    home = asked.found.home
    if isinstance(home, Batch):
        return known.state(BATCH, home).final_containers
    return tuple(u.unit for u in known.state(CHAIN, home).units if u.kind != "sample")


def _is_held(unit: Unit, known: Circumstances) -> bool:
    """Whether the house can hold a container: it made it or has it. Others are stopped by reading the therapy upward:
    an entry that named them would be seen by nobody at the house that corrects (TRC-26)."""
    state, here = known.state(UNIT, unit), known.actor.organisation
    return not state.ended and here in (state.made_by, known.state(HOLDING, unit).organisation)


def _informed(asked: Propose, known: Circumstances) -> tuple[Organisation, ...]:
    """Who comes to know: the house itself and the maker; of what tells of a patient, the centre alone (TRC-26)."""
    chain = _chain(asked, known)
    maker = None if chain is None or asked.found.is_of_patient else known.state(CHAIN, chain).maker
    return tuple(sorted({known.actor.organisation, *(() if maker is None else (maker,))}))


def _decide(asked: Propose, known: Circumstances) -> Sequence[Fact]:
    found = asked.found
    assert found.at is not None and found.by is not None
    held = tuple(unit for unit in _made(asked, known) if _is_held(unit, known))
    proposed = CorrectionProposed(
        case=asked.case,
        home=found.home,
        entry=found.entry,
        fact=found.fact,
        name=found.name,
        label=found.label,
        before=found.value,
        after=asked.value,
        unit=found.unit,
        recorded_at=found.at,
        recorded_by=found.by,
        of=found.of,
        units=held,
        reason=asked.reason,
        by=known.actor.person,
        informed=_informed(asked, known),
        step=found.step,
    )
    return (proposed, *((UnitsBlocked(units=held, why=why_held(asked.case)),) if held else ()))


ACTION = Action(
    name="correction.propose",
    title="Correct a recorded value",
    command=Propose,
    roles=gates.WHO_RECORDS,
    reads=_reads,
    then_reads=(_reads_of_units,),
    gates=(gates.value_is_a_number, gates.value_is_another, gates.value_is_settled),
    decide=_decide,
    emits=(CorrectionProposed, UnitsBlocked),
    requirements=("CSV-05", "CSV-02", "GMP-18", "CSV-28"),
    risk=Risk.PATIENT,
    rationale="A wrong number that cannot be put right openly is put right in secret, or goes on.",
)
