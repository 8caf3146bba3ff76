"""Take a unit without a history here into custody: opening inventory, or the first label of a new bag."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody import gates
from coign.custody.events import CustodyBegan
from coign.custody.views import HOLDING
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Site, Unit
from coign.kernel.values import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIn:
    """Which unit, and where it is."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    site: Site = field(metadata=asks("Place", "known"))


def _reads(asked: TakeIn, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, HOLDING),)


def _decide(asked: TakeIn, known: Circumstances) -> Sequence[CustodyBegan]:
    actor = known.actor
    return (CustodyBegan(unit=asked.unit, holder=actor.organisation, person=actor.person, site=asked.site),)


ACTION = Action(
    name="custody.take_in",
    title="Take a unit into custody",
    command=TakeIn,
    roles=frozenset({"celllab", "warehouse", "nurse"}),
    reads=_reads,
    gates=(gates.unit_is_new,),
    decide=_decide,
    emits=(CustodyBegan,),
    requirements=("TRC-11",),
    risk=Risk.PATIENT,
    rationale="A unit taken in under a wrong or doubled number could reach the wrong patient.",
    beyond_sight=("unit",),
)
