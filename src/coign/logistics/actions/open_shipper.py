"""Open an arrived shipper: the clock of its units runs from here, until each of them lies in the cold again."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Shipment
from coign.kernel.values import Actor
from coign.logistics import receipt_gates, way_gates
from coign.logistics.events import Opened
from coign.logistics.views import SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShipper:
    """Which shipment is opened."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))


def _reads(asked: OpenShipper, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT),)


def _reads_of_units(asked: OpenShipper, known: Circumstances) -> Sequence[Read]:
    units = known.state(SHIPMENT, asked.shipment).units
    return tuple(Read(unit, view) for unit in units for view in (UNIT, HOLDING))


def _chain(asked: OpenShipper, known: Circumstances) -> Chain:
    chain = known.state(UNIT, known.state(SHIPMENT, asked.shipment).units[0]).chain
    assert chain is not None  # only units of a chain are packed, and of one chain
    return chain


def _reads_of_chain(asked: OpenShipper, known: Circumstances) -> Sequence[Read]:
    return (Read(_chain(asked, known), CHAIN),)


def _decide(asked: OpenShipper, known: Circumstances) -> Sequence[Opened]:
    programme = known.programmes.version(known.state(CHAIN, _chain(asked, known)).version)
    return (
        Opened(
            shipment=asked.shipment,
            units=known.state(SHIPMENT, asked.shipment).units,
            allowed=programme.quantity_if_any("time_out_of_cold_max"),
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.open",
    title="Open the shipper",
    command=OpenShipper,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_units, _reads_of_chain),
    gates=(
        receipt_gates.shipment_is_under_way,
        receipt_gates.shipment_is_for_us,
        receipt_gates.unit_is_with_us,
        way_gates.seals_are_compared,
        way_gates.not_opened_yet,
    ),
    decide=_decide,
    emits=(Opened,),
    requirements=("SCS-11", "SCS-12", "SCS-13"),
    risk=Risk.PATIENT,
    rationale="Nobody sees frozen cells warm: only a clock that began when the lid came off tells how long they did.",
)
