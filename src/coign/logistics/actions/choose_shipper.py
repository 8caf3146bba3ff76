"""Choose the shipper for a therapy's next way: it keeps cold long enough, and is set aside until it is packed."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Shipper
from coign.kernel.values import Actor
from coign.logistics import shipper_gates
from coign.logistics.events import ShipperChosen, ShipperFreed, ShipperReserved
from coign.logistics.state import CHOICE, SHIPPER


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseShipper:
    """Which shipper for which therapy; how long its way may take, the programme says."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))


def reads_of_choice(asked: shipper_gates.OfChoice, actor: Actor) -> Sequence[Read]:
    """What is known of the shipper, and which one the therapy has."""
    return (Read(asked.chain, CHAIN), Read(asked.chain, CHOICE), Read(asked.shipper, SHIPPER))


def _reads_of_former(asked: ChooseShipper, known: Circumstances) -> Sequence[Read]:
    former = known.state(CHOICE, asked.chain).of(known.actor.organisation)
    return () if former is None else (Read(former.shipper, SHIPPER),)


def _decide(asked: ChooseShipper, known: Circumstances) -> Sequence[Fact]:
    by, here = known.actor.person, known.actor.organisation
    former, number = known.state(CHOICE, asked.chain).of(here), known.state(SHIPPER, asked.shipper).reservation + 1
    chosen = (
        ShipperChosen(chain=asked.chain, shipper=asked.shipper, number=number, organisation=here, by=by),
        ShipperReserved(shipper=asked.shipper, number=number, organisation=here, by=by),
    )
    if former is None or not shipper_gates.is_chosen(former.shipper, asked.chain, known):
        return chosen
    return (*chosen, ShipperFreed(shipper=former.shipper, by=by))


ACTION = Action(
    name="logistics.choose_shipper",
    title="Choose the shipper",
    command=ChooseShipper,
    roles=frozenset({"celllab", "warehouse"}),
    reads=reads_of_choice,
    then_reads=(_reads_of_former,),
    gates=(
        shipper_gates.shipper_is_free,
        shipper_gates.shipper_is_qualified,
        shipper_gates.hold_time_is_enough,
    ),
    decide=_decide,
    emits=(ShipperChosen, ShipperReserved, ShipperFreed),
    requirements=("SCS-06", "SCS-07"),
    risk=Risk.PATIENT,
    rationale="A shipper that keeps cold for less than the way may take loses the cells where nobody sees it.",
)
