"""Hand a sealed shipment over: whoever gives or takes it scans shipper and seal, and all units in it change hands."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody import sealed_gates
from coign.custody.events import Condition, HandedOver, HandOverMismatched, Offered, OfferWithdrawn
from coign.custody.views import HOLDING, OFFER
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Shipper
from coign.kernel.values import Actor
from coign.logistics.views import LOAD, SHIPMENT
from coign.people.views import ORGANISATION
from coign.regulatory.views import reads_of_authorisation

ROLES = frozenset({"celllab", "courier", "warehouse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferShipment:
    """Which shipper is given to whom, with which seal and in which condition."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    to: Organisation = field(metadata=asks("Given to", "known", options="organisations"))
    seal: str = field(metadata=asks("Seal", "scan"))
    condition: Condition = field(default="intact", metadata=asks("Condition", "choose"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptShipment:
    """What the taker finds: the shipper, its seal and condition, from their own scan."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    seal: str = field(metadata=asks("Seal", "scan", hint="leave empty when there is none"))
    condition: Condition = field(default="intact", metadata=asks("Condition", "choose"))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawShipment:
    """Which shipper is kept."""

    shipper: Shipper = field(metadata=asks("Shipper", "scan"))


def _reads(asked: sealed_gates.OfShipper, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipper, LOAD),)


def _offer_reads(asked: OfferShipment, actor: Actor) -> Sequence[Read]:
    houses = (Read(house, ORGANISATION) for house in dict.fromkeys((asked.to, actor.organisation)))
    return (Read(asked.shipper, LOAD), *houses)


def _offer_reads_of_load(asked: OfferShipment, known: Circumstances) -> Sequence[Read]:
    load = known.state(LOAD, asked.shipper)
    return (*_reads_of_load(asked, known), *reads_of_authorisation(load.product, load.centre))


def _reads_of_load(asked: sealed_gates.OfShipper, known: Circumstances) -> Sequence[Read]:
    shipment = known.state(LOAD, asked.shipper).shipment
    return () if shipment is None else (Read(shipment, SHIPMENT),)


def _reads_of_units(asked: sealed_gates.OfShipper, known: Circumstances) -> Sequence[Read]:
    units = sealed_gates.units_of(asked, known)
    return tuple(Read(unit, view) for unit in units for view in (HOLDING, OFFER, UNIT))


def _offered(asked: OfferShipment, known: Circumstances) -> Sequence[Offered]:
    giver = known.actor.person
    return tuple(
        Offered(unit=unit, giver=giver, to=asked.to, seal=asked.seal, condition=asked.condition)
        for unit in sealed_gates.units_of(asked, known)
    )


def _accepted(asked: AcceptShipment, known: Circumstances) -> Sequence[HandedOver | HandOverMismatched]:
    taker, found = known.actor, []
    for unit in sealed_gates.units_of(asked, known):
        offer = known.state(OFFER, unit)
        assert offer.giver is not None
        found.append(
            HandedOver(
                unit=unit, giver=offer.giver, taker=taker.person, to=taker.organisation, seal=asked.seal,
                condition=asked.condition,
            )
            if (offer.seal, offer.condition) == (asked.seal, asked.condition)
            else HandOverMismatched(
                unit=unit, giver=offer.giver, taker=taker.person, offered_seal=offer.seal, found_seal=asked.seal,
                offered_condition=offer.condition, found_condition=asked.condition,
            )
        )  # fmt: skip
    return tuple(found)


def _withdrawn(asked: WithdrawShipment, known: Circumstances) -> Sequence[OfferWithdrawn]:
    return tuple(OfferWithdrawn(unit=unit) for unit in sealed_gates.units_of(asked, known))


OFFER_SHIPMENT = Action(
    name="custody.offer_shipment",
    title="Hand a sealed shipment over",
    command=OfferShipment,
    roles=ROLES,
    reads=_offer_reads,
    then_reads=(_offer_reads_of_load, _reads_of_units),
    gates=(
        sealed_gates.shipper_is_loaded,
        sealed_gates.shipment_is_sealed,
        sealed_gates.shipper_has_a_seal,
        sealed_gates.giver_holds_shipment,
        sealed_gates.shipment_is_not_offered,
        sealed_gates.shipment_has_no_mismatch,
        sealed_gates.shipment_may_move,
        sealed_gates.carrier_of_shipment_is_named,
        sealed_gates.dispatch_of_shipment_is_authorised,
    ),
    decide=_offered,
    emits=(Offered,),
    requirements=("TRC-11", "SCS-12", "TRC-26", "REG-02"),
    risk=Risk.PATIENT,
    rationale="A shipper given away by who does not answer for it breaks the chain of custody of all its bags.",
)

ACCEPT_SHIPMENT = Action(
    name="custody.accept_shipment",
    title="Take a sealed shipment over",
    command=AcceptShipment,
    roles=ROLES,
    reads=_reads,
    then_reads=(_reads_of_load, _reads_of_units),
    gates=(
        sealed_gates.shipper_is_loaded,
        sealed_gates.shipment_is_offered,
        sealed_gates.taker_of_shipment_is_addressed,
        sealed_gates.taker_of_shipment_is_another_person,
        sealed_gates.offer_of_shipment_is_fresh,
        sealed_gates.shipment_may_move,
    ),
    decide=_accepted,
    emits=(HandedOver, HandOverMismatched),
    requirements=("TRC-11", "TRC-13", "SCS-12", "TRC-26"),
    risk=Risk.PATIENT,
    rationale="A seal that two people did not read alike may be of an opened shipper.",
    second_of="custody.offer_shipment",
)

WITHDRAW_SHIPMENT = Action(
    name="custody.withdraw_shipment",
    title="Take the offer of a shipment back",
    command=WithdrawShipment,
    roles=ROLES,
    reads=_reads,
    then_reads=(_reads_of_load, _reads_of_units),
    gates=(
        sealed_gates.shipper_is_loaded,
        sealed_gates.giver_holds_shipment,
        sealed_gates.shipment_is_offered,
    ),
    decide=_withdrawn,
    emits=(OfferWithdrawn,),
    requirements=("TRC-11",),
    risk=Risk.PATIENT,
    rationale="Somebody else withdrawing an offer could leave a shipment in the hands of nobody who knows it.",
)
