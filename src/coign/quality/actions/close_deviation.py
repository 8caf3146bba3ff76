"""Close a deviation: the quality unit judged what it means for the batch, the container or the therapy."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import BATCH
from coign.quality import batch_gates
from coign.quality.events import DeviationClosed
from coign.quality.state import DEVIATION, DOSSIER
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDeviation:
    """Which deviation, and what it means for what it concerns."""

    case: Case = field(metadata=asks("Deviation", "known"))
    assessment: FreeText = field(metadata=asks("Assessment", hint="cause, and what it means for the product"))


def _reads(asked: CloseDeviation, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, DEVIATION),)


def _reads_of_batch(asked: CloseDeviation, known: Circumstances) -> Sequence[Read]:
    deviation = known.state(DEVIATION, asked.case)
    batch, chain = deviation.batch, deviation.chain
    of_batch = (Read(batch, BATCH), Read(batch, DOSSIER)) if batch is not None else ()
    of_chain = (Read(chain),) if chain is not None else ()
    return (*of_batch, *of_chain, *(Read(unit, DISPOSITION) for unit in deviation.units))


def _decide(asked: CloseDeviation, known: Circumstances) -> Sequence[DeviationClosed]:
    deviation = known.state(DEVIATION, asked.case)
    return (
        DeviationClosed(
            case=asked.case,
            batch=deviation.batch,
            units=deviation.units,
            chain=deviation.chain,
            by=known.actor.person,
            assessment=asked.assessment,
        ),
    )


ACTION = Action(
    name="quality.close_deviation",
    title="Close a deviation",
    command=CloseDeviation,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(_reads_of_batch,),
    gates=(batch_gates.deviation_is_open, batch_gates.closer_had_no_part),
    decide=_decide,
    emits=(DeviationClosed,),
    requirements=("GMP-19", "GMP-39"),
    risk=Risk.PATIENT,
    rationale="Closed too easily, what went wrong reaches the patient.",
    meaning="approved",
)
