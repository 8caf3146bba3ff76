"""Pack a unit into a sealed shipper with a running logger, addressed to where its chain of identity says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Organisation, Shipment, Shipper, Unit
from coign.kernel.values import Actor
from coign.logistics import gates
from coign.logistics.events import Packed
from coign.logistics.state import SHIPPER
from coign.logistics.views import RECEIPT
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What lies in which shipper, under which seal, with which logger, and to whom it goes."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    seal: str = field(metadata=asks("Seal", "scan"))
    logger: str = field(metadata=asks("Logger", "scan"))
    to: Organisation = field(metadata=asks("Sent to", "known"))
    shipment: Shipment = field(metadata=allotted())


def _reads(asked: Pack, actor: Actor) -> Sequence[Read]:
    views = (UNIT, HOLDING, RECEIPT, DISPOSITION, CONDITION)
    return (*(Read(asked.unit, view) for view in views), Read(asked.shipper, SHIPPER), Read(asked.shipment))


def _reads_of_chain(asked: Pack, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return (Read(chain, CHAIN),) if chain is not None else ()


def _decide(asked: Pack, known: Circumstances) -> Sequence[Packed]:
    return (
        Packed(
            shipment=asked.shipment,
            unit=asked.unit,
            shipper=asked.shipper,
            sender=known.actor.organisation,
            to=asked.to,
            seal=asked.seal,
            logger=asked.logger,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="logistics.pack",
    title="Pack a unit for transport",
    command=Pack,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_chain,),
    gates=(
        gates.unit_is_held,
        gates.unit_may_move,
        gates.unit_is_not_under_way,
        gates.product_is_released,
        gates.temperature_is_in_order,
        gates.goes_where_it_belongs,
        gates.shipper_is_free,
        gates.shipper_is_qualified,
        gates.hold_time_is_enough,
        gates.seal_and_logger_are_scanned,
    ),
    decide=_decide,
    emits=(Packed,),
    requirements=("SCS-06", "SCS-07", "SCS-12", "TRC-11", "GMP-37"),
    risk=Risk.PATIENT,
    rationale="What leaves in the wrong shipper or to the wrong place cannot be called back in time.",
)
