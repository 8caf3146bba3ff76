"""Open a deviation: anybody who works with cells can say that something was not as it should be."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Unit
from coign.kernel.values import Actor, FreeText
from coign.quality import gates
from coign.quality.events import DeviationOpened
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION

REPORTERS = frozenset(
    {
        "operator", "analyst", "qcreviewer", "warehouse", "qa", "qp", "quality-us", "nurse", "celllab", "infusion",
        "pharmacist", "courier",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeviation:
    """Which batch or which container, and what was not as it should be."""

    batch: Batch | None = field(default=None, metadata=asks("Batch", "scan"))
    unit: Unit | None = field(default=None, metadata=asks("Container", "scan"))
    description: FreeText = field(metadata=asks("What happened"))
    case: Case = field(metadata=allotted())


def _reads(asked: OpenDeviation, actor: Actor) -> Sequence[Read]:
    batch = (Read(asked.batch, DOSSIER),) if asked.batch is not None else ()
    unit = (Read(asked.unit, UNIT), Read(asked.unit, DISPOSITION)) if asked.unit is not None else ()
    return (*batch, *unit, Read(asked.case))


def _reads_of_unit(asked: OpenDeviation, known: Circumstances) -> Sequence[Read]:
    batch = gates.batch_concerned(asked, known)
    return (Read(batch, DOSSIER),) if batch is not None else ()


def _decide(asked: OpenDeviation, known: Circumstances) -> Sequence[DeviationOpened]:
    batch = gates.batch_concerned(asked, known)
    return (
        DeviationOpened(
            case=asked.case,
            batch=batch,
            units=(asked.unit,) if asked.unit is not None and batch is None else (),
            organisation=known.actor.organisation,
            description=asked.description,
        ),
    )


ACTION = Action(
    name="quality.open_deviation",
    title="Report that something went differently",
    command=OpenDeviation,
    roles=REPORTERS,
    reads=_reads,
    then_reads=(_reads_of_unit,),
    gates=(gates.something_is_named,),
    decide=_decide,
    emits=(DeviationOpened,),
    requirements=("GMP-06", "GMP-19"),
    risk=Risk.DATA,
    rationale="What cannot be said is hidden: nothing stands in the way of reporting.",
)
