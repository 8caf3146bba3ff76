"""Put the hazard label on a bag and the bag in its segregated place; each house that keeps it does so anew."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.donor import gates
from coign.donor.events import SetApart
from coign.donor.state import HAZARD_NOT_MARKED
from coign.donor.views import APART, TESTING
from coign.identity.events import UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBagApart:
    """Which bag, what its hazard label says, and where the bag stands now."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    label: Unit = field(metadata=asks("Hazard label on the bag", "scan"))
    place: str = field(metadata=asks("Segregated place", hint="tank or cabinet for hazardous material"))


def _reads(asked: SetBagApart, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, HOLDING, APART))


def _donor_read(asked: SetBagApart, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, TESTING),)


def _decide(asked: SetBagApart, known: Circumstances) -> Sequence[SetApart | UnitsUnblocked]:
    actor = known.actor
    apart = SetApart(unit=asked.unit, organisation=actor.organisation, place=asked.place, by=actor.person)
    if HAZARD_NOT_MARKED not in known.state(UNIT, asked.unit).blocked:
        return (apart,)
    return (apart, UnitsUnblocked(units=(asked.unit,), why=HAZARD_NOT_MARKED))


ACTION = Action(
    name="donor.set_apart",
    title="Set a hazardous bag apart",
    command=SetBagApart,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_donor_read,),
    gates=(
        gates.bag_is_hazardous,
        gates.bag_is_held_here,
        gates.hazard_label_is_of_the_bag,
        gates.not_set_apart_here_yet,
    ),
    decide=_decide,
    emits=(SetApart, UnitsUnblocked),
    requirements=("TRC-15", "TRC-19"),
    risk=Risk.PATIENT,
    rationale="Cells of a reactive donor in a common place can infect other patients' cells and those who work there.",
)
