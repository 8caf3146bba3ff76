"""Give up a shipper that was chosen, before anything is packed into it: somebody else may choose it."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Shipper
from coign.logistics import shipper_gates
from coign.logistics.actions.choose_shipper import reads_of_choice
from coign.logistics.events import ShipperFreed


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeShipper:
    """Which shipper of which therapy."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))


def _decide(asked: FreeShipper, known: Circumstances) -> Sequence[ShipperFreed]:
    return (ShipperFreed(shipper=asked.shipper, by=known.actor.person),)


ACTION = Action(
    name="logistics.free_shipper",
    title="Give the chosen shipper up",
    command=FreeShipper,
    roles=frozenset({"celllab", "warehouse"}),
    reads=reads_of_choice,
    gates=(shipper_gates.shipper_is_chosen,),
    decide=_decide,
    emits=(ShipperFreed,),
    requirements=("SCS-06",),
    risk=Risk.DATA,
    rationale="A shipper that waits for a therapy which sends nothing is missing where another one needs it.",
)
