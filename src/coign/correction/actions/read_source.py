"""Read the source as the second person, without being told what was proposed: two equal readings correct the value."""

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal

from coign.correction import gates
from coign.correction.events import CorrectionDiffers, CorrectionProposed, ValueCorrected
from coign.correction.state import CORRECTION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case
from coign.kernel.values import Actor
from coign.manufacturing.events import StepCompleted
from coign.manufacturing.views import BATCH
from coign.quality.events import DeviationOpened


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSource:
    """Which correction, and what the second person reads at the source."""

    case: Case = field(metadata=asks("Correction", "known"))
    value: str = field(metadata=asks("What you read", "measure", hint="the number alone, as it stands at the source"))
    deviation: Case = field(metadata=allotted())


def _reads(asked: ReadSource, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CORRECTION), Read(asked.deviation))


def _reads_of_value(asked: ReadSource, known: Circumstances) -> Sequence[Read]:
    proposal = known.state(CORRECTION, asked.case).proposal
    if proposal is None:
        return ()
    batch = (Read(proposal.home, BATCH),) if isinstance(proposal.home, Batch) else ()
    return (*(Read(subject) for subject in dict.fromkeys((proposal.home, *proposal.of))), *batch)


def _decide(asked: ReadSource, known: Circumstances) -> Sequence[Fact]:
    proposal = known.state(CORRECTION, asked.case).proposal
    assert proposal is not None
    if Decimal(asked.value) != Decimal(proposal.after):
        return (CorrectionDiffers(case=asked.case, home=proposal.home, read=asked.value, by=known.actor.person),)
    corrected = ValueCorrected(
        case=asked.case,
        of=proposal.of,
        entry=proposal.entry,
        fact=proposal.fact,
        name=proposal.name,
        before=proposal.before,
        after=proposal.after,
        unit=proposal.unit,
        recorded_at=proposal.recorded_at,
        first=proposal.by,
        second=known.actor.person,
    )
    return (corrected, *_deviation(asked, proposal, known))


def _deviation(asked: ReadSource, proposal: CorrectionProposed, known: Circumstances) -> Sequence[DeviationOpened]:
    """What the step would have opened at the bench, had the right value been entered."""
    if proposal.fact != StepCompleted.TYPE or not isinstance(proposal.home, Batch):
        return ()
    version = known.state(BATCH, proposal.home).version
    measured = proposal.name.partition("/")[2]
    limits = next(m for m in known.programmes.version(version).step(proposal.step).measurements if m.id == measured)
    if limits.holds(proposal.after):
        return ()
    return (
        DeviationOpened(
            case=asked.deviation,
            batch=proposal.home,
            organisation=known.actor.organisation,
            step=proposal.step,
            what=(measured,),
        ),
    )


ACTION = Action(
    name="correction.read_source",
    title="Read the source of a corrected value",
    command=ReadSource,
    roles=gates.WHO_RECORDS,
    reads=_reads,
    then_reads=(_reads_of_value,),
    gates=(gates.waits_for_reading, gates.read_by_another, gates.read_where_it_lies, gates.value_is_a_number),
    decide=_decide,
    emits=(ValueCorrected, CorrectionDiffers, DeviationOpened),
    requirements=("CSV-05", "TRC-13", "GMP-18", "GMP-19"),
    risk=Risk.PATIENT,
    rationale="Who is told what to read, reads it: two readings are worth something only when each is blind.",
    meaning="verified",
)
