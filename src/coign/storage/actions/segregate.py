"""Say into what kind of tank a unit belongs: for biohazards, for quarantine, or among all others again."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor
from coign.storage import gates
from coign.storage.events import Kind, SegregationAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Segregate:
    """Which unit, and the kind of tank it belongs into."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    tank_kind: Kind = field(metadata=asks("Belongs into a tank for", "choose"))


def _reads(asked: Segregate, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, UNIT),)


def _decide(asked: Segregate, known: Circumstances) -> Sequence[SegregationAsked]:
    return (SegregationAsked(unit=asked.unit, tank_kind=asked.tank_kind, by=known.actor.person),)


ACTION = Action(
    name="storage.segregate",
    title="Say into what kind of tank a unit belongs",
    command=Segregate,
    roles=frozenset({"celllab", "qa"}),
    reads=_reads,
    gates=(gates.unit_exists,),
    decide=_decide,
    emits=(SegregationAsked,),
    requirements=("TRC-18", "TRC-19", "SCS-04"),
    risk=Risk.PATIENT,
    rationale="Cells with an infectious marker, or with none known yet, can pass it to what lies beside them.",
)
