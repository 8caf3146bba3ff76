"""Open a deviation: anybody who works on a batch can say that something was not as it should be."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Case
from coign.kernel.values import Actor, FreeText
from coign.quality.events import DeviationOpened
from coign.quality.state import DOSSIER


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeviation:
    """Which batch, and what was not as it should be."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    description: FreeText = field(metadata=asks("What happened"))
    case: Case = field(metadata=allotted())


def _reads(asked: OpenDeviation, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, DOSSIER), Read(asked.case))


def _decide(asked: OpenDeviation, known: Circumstances) -> Sequence[DeviationOpened]:
    return (
        DeviationOpened(
            case=asked.case,
            batch=asked.batch,
            organisation=known.actor.organisation,
            description=asked.description,
        ),
    )


ACTION = Action(
    name="quality.open_deviation",
    title="Report that something went differently",
    command=OpenDeviation,
    roles=frozenset({"operator", "analyst", "qcreviewer", "warehouse", "qa", "qp"}),
    reads=_reads,
    gates=(),
    decide=_decide,
    emits=(DeviationOpened,),
    requirements=("GMP-06", "GMP-19"),
    risk=Risk.DATA,
    rationale="What cannot be said is hidden: nothing stands in the way of reporting.",
)
