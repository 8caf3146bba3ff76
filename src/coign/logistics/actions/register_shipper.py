"""Record how long a shipper keeps cold, and until when its test counts; again after every new test."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipper
from coign.kernel.values import Actor, Instant, Quantity
from coign.logistics import shipper_gates
from coign.logistics.events import ShipperQualified
from coign.logistics.state import SHIPPER


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterShipper:
    """Which shipper, its own tested hold time, and until when the test counts."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    hold_time: Quantity = field(metadata=asks("Hold time", "measure", unit="h"))
    qualified_until: Instant = field(metadata=asks("Test counts until"))


def _reads(asked: RegisterShipper, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipper, SHIPPER),)


def _decide(asked: RegisterShipper, known: Circumstances) -> Sequence[ShipperQualified]:
    return (
        ShipperQualified(
            shipper=asked.shipper,
            organisation=known.actor.organisation,
            hold_time=asked.hold_time,
            qualified_until=asked.qualified_until,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.register_shipper",
    title="Record the test of a shipper",
    command=RegisterShipper,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    gates=(shipper_gates.shipper_is_ours, shipper_gates.hold_time_is_a_duration, shipper_gates.test_counts_ahead),
    decide=_decide,
    emits=(ShipperQualified,),
    requirements=("SCS-06", "SCS-07"),
    risk=Risk.PRODUCT,
    rationale="Shippers of one model differ: the hold time that counts is the one of this very shipper.",
    beyond_sight=("shipper",),
)
