"""Reject starting material: it must not go into production, whatever was said before."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText
from coign.quality import gates
from coign.quality.events import MaterialRejected
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectMaterial:
    """Which bag, and why."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: RejectMaterial, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, UNIT), Read(asked.unit, DISPOSITION))


def _decide(asked: RejectMaterial, known: Circumstances) -> Sequence[MaterialRejected]:
    actor = known.actor
    return (MaterialRejected(unit=asked.unit, organisation=actor.organisation, by=actor.person, why=asked.why),)


ACTION = Action(
    name="quality.reject_material",
    title="Reject starting material",
    command=RejectMaterial,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.material_is_collected_cells, gates.material_is_not_rejected),
    decide=_decide,
    emits=(MaterialRejected,),
    requirements=("GMP-04",),
    risk=Risk.PATIENT,
    rationale="Saying no must be possible at any time; said about the wrong bag it costs a patient their cells.",
    meaning="rejected",
)
