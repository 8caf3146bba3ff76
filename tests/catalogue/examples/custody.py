"""Who answers for a unit."""

from dataclasses import replace
from typing import Any

from tests.catalogue.stage import SEALED, Given, accepted, actor, given, lone_refusal

from coign.custody.events import CustodyBegan, HandedOver, HandOverMismatched, MismatchResolved, Offered, OfferWithdrawn
from coign.identity.events import UnitsBlocked
from coign.kernel.subjects import Organisation, Person, Shipment, Shipper, Site, Unit
from coign.kernel.values import FreeText
from coign.logistics.events import CarrierNamed, Opened, Packed, Sealed, Unpacked
from coign.people.events import OrganisationRegistered

CELLLAB, NURSE = actor("carla", "celllab", "hospital"), actor("nina", "nurse", "hospital")
QA, WAREHOUSE = actor("rosa", "qa", "hospital"), actor("walt", "warehouse", "maker")
HOSPITAL, MAKER = Organisation("organisation:hospital"), Organisation("organisation:maker")
B1, CARLA, WALT = Unit("unit:B1"), Person("person:carla"), Person("person:walt")
MISMATCHED = HandOverMismatched(
    unit=B1, giver=CARLA, taker=WALT, offered_seal="S1", found_seal="S2",
    offered_condition="intact", found_condition="intact",
)  # fmt: skip
BLOCKED = UnitsBlocked(units=(B1,), why="the label did not agree")
b1, to_maker = {"unit": "unit:B1"}, {"unit": "unit:B1", "to": "organisation:maker", "seal": "S1"}


def began() -> CustodyBegan:
    return CustodyBegan(unit=B1, holder=HOSPITAL, person=CARLA, site=Site("site:clinic"))


def offered(to: Organisation = MAKER, *, giver: Person = CARLA, minutes_ago: float = 5) -> Given:
    fact = Offered(unit=B1, giver=giver, to=to, seal="S1", condition="intact")
    return given(fact, by=CELLLAB, minutes_ago=minutes_ago)


accepted("custody.take_in", actor=CELLLAB, command={"unit": "unit:B1", "site": "site:clinic"})
lone_refusal(
    "custody.take_in",
    "custody.unit_is_new",
    actor=CELLLAB,
    given=[began()],
    command={"unit": "unit:B1", "site": "site:x"},
)

accepted("custody.offer", actor=CELLLAB, given=[began()], command=to_maker)
lone_refusal(
    "custody.offer",
    "custody.giver_holds_unit",
    actor=WAREHOUSE,
    given=[began(), offered(), OfferWithdrawn(unit=B1)],
    command=to_maker,
)
lone_refusal("custody.offer", "custody.no_open_offer", actor=CELLLAB, given=[began(), offered()], command=to_maker)
lone_refusal("custody.offer", "custody.no_mismatch", actor=CELLLAB, given=[began(), MISMATCHED], command=to_maker)

lone_refusal("custody.offer", "custody.unit_may_move", actor=CELLLAB, given=[began(), BLOCKED], command=to_maker)

COURIERS, X1, SH1 = Organisation("organisation:couriers"), Shipment("shipment:X1"), Shipper("shipper:SH1")
TAKES_PART = OrganisationRegistered(organisation=COURIERS, name="X", category="courier", country="DE")
PACKED = Packed(
    shipment=X1, unit=B1, shipper=SH1, sender=HOSPITAL, to=MAKER, seal="S1", logger="L1", by=CARLA
)  # fmt: skip
to_couriers = {"unit": "unit:B1", "to": "organisation:couriers", "seal": "S1"}


def carried_by(carrier: Organisation) -> CarrierNamed:
    return CarrierNamed(shipment=X1, unit=B1, shipper=SH1, carrier=carrier, by=CARLA)


lone_refusal(
    "custody.offer",
    "custody.unit_is_not_sealed",
    actor=CELLLAB,
    given=[TAKES_PART, began(), PACKED, carried_by(COURIERS)],
    command=to_couriers,
)
lone_refusal(
    "custody.offer", "custody.carrier_is_named", actor=CELLLAB, given=[TAKES_PART, began()], command=to_couriers
)
UNPACKED = Unpacked(shipment=X1, unit=B1, shipper=SH1, by=CARLA)
lone_refusal(
    "custody.offer",
    "custody.carrier_is_named",
    actor=CELLLAB,
    given=[TAKES_PART, began(), PACKED, carried_by(COURIERS), UNPACKED],
    command=to_couriers,
)

taken = {"unit": "unit:B1", "seal": "S1"}
accepted("custody.accept", actor=WAREHOUSE, given=[began(), offered()], command=taken)
lone_refusal("custody.accept", "custody.offer_is_open", actor=NURSE, given=[began()], command=taken)
lone_refusal("custody.accept", "custody.taker_is_addressed", actor=NURSE, given=[began(), offered()], command=taken)
lone_refusal(
    "custody.accept",
    "custody.taker_is_another_person",
    actor=CELLLAB,
    given=[began(), offered(HOSPITAL)],
    command=taken,
)
lone_refusal(
    "custody.accept", "custody.offer_is_fresh", actor=WAREHOUSE, given=[began(), offered(minutes_ago=31)], command=taken
)
lone_refusal(
    "custody.accept", "custody.no_mismatch", actor=WAREHOUSE, given=[began(), MISMATCHED, offered()], command=taken
)

lone_refusal(
    "custody.accept", "custody.unit_may_move", actor=WAREHOUSE, given=[began(), offered(), BLOCKED], command=taken
)

accepted("custody.withdraw_offer", actor=NURSE, given=[began(), offered()], command=b1)
lone_refusal(
    "custody.withdraw_offer", "custody.giver_holds_unit", actor=WAREHOUSE, given=[began(), offered()], command=b1
)
lone_refusal("custody.withdraw_offer", "custody.offer_is_open", actor=CELLLAB, given=[began()], command=b1)

RESOLVED = MismatchResolved(unit=B1, finding=FreeText(commitment=SEALED))
accepted("custody.offer", actor=CELLLAB, given=[began(), MISMATCHED, RESOLVED], command=to_maker)

finding = {"unit": "unit:B1", "finding": "the seal number was misread"}
accepted("custody.resolve_mismatch", actor=QA, given=[began(), MISMATCHED], command=finding)
lone_refusal("custody.resolve_mismatch", "custody.mismatch_is_open", actor=QA, given=[began()], command=finding)
lone_refusal(
    "custody.resolve_mismatch",
    "custody.resolver_is_a_third_person",
    actor=CELLLAB,
    given=[began(), MISMATCHED],
    command=finding,
)


# A sealed shipment: two bags in one shipper

B2 = Unit("unit:B2")
LOADED = Packed(
    shipment=X1, unit=B1, further=(B2,), shipper=SH1, sender=HOSPITAL, to=MAKER, seal="S1", logger="L1", by=CARLA
)
CARRIED = CarrierNamed(shipment=X1, unit=B1, further=(B2,), shipper=SH1, carrier=COURIERS, by=CARLA)
COURIER = actor("curt", "courier", "couriers")


UNSEALED = replace(LOADED, seal="")
SEALED_LATER = Sealed(shipment=X1, shipper=SH1, seal="S1", by=CARLA)


def loaded(*more: Any, named: bool = True, packed: Packed = LOADED) -> list[Any]:
    held = [CustodyBegan(unit=u, holder=HOSPITAL, person=CARLA, site=Site("site:clinic")) for u in (B1, B2)]
    return [TAKES_PART, *held, packed, *([CARRIED] if named else []), *more]


def both_offered(to: Organisation = COURIERS, *, giver: Person = CARLA, minutes_ago: float = 5) -> list[Given]:
    facts = (Offered(unit=u, giver=giver, to=to, seal="S1", condition="intact") for u in (B1, B2))
    return [given(fact, by=CELLLAB, minutes_ago=minutes_ago) for fact in facts]


OFFER, ACCEPT, WITHDRAW = "custody.offer_shipment", "custody.accept_shipment", "custody.withdraw_shipment"
sh1 = {"shipper": "shipper:SH1"}
sealed_to = {**sh1, "to": "organisation:couriers", "seal": "S1"}
sealed_taken = {**sh1, "seal": "S1"}
OPENED = Opened(shipment=X1, units=(B1, B2), allowed=None, by=CARLA)
EMPTIED = Unpacked(shipment=X1, unit=B1, further=(B2,), shipper=SH1, by=CARLA)
ONE_IS_AWAY = HandedOver(unit=B2, giver=CARLA, taker=WALT, to=MAKER, seal="", condition="intact")
ONE_IS_BLOCKED = UnitsBlocked(units=(B2,), why="the label did not agree")
ONE_MISMATCHED = replace(MISMATCHED, unit=B2)

accepted(OFFER, actor=CELLLAB, given=loaded(), command=sealed_to)
lone_refusal(OFFER, "custody.shipper_is_loaded", actor=CELLLAB, given=loaded(EMPTIED), command=sealed_to)
lone_refusal(OFFER, "custody.shipment_is_sealed", actor=CELLLAB, given=loaded(OPENED), command=sealed_to)
lone_refusal(OFFER, "custody.shipper_has_a_seal", actor=CELLLAB, given=loaded(packed=UNSEALED), command=sealed_to)
accepted(OFFER, actor=CELLLAB, given=loaded(SEALED_LATER, packed=UNSEALED), command=sealed_to)
lone_refusal(OFFER, "custody.giver_holds_shipment", actor=CELLLAB, given=loaded(ONE_IS_AWAY), command=sealed_to)
lone_refusal(OFFER, "custody.shipment_is_not_offered", actor=CELLLAB, given=loaded(*both_offered()), command=sealed_to)
lone_refusal(OFFER, "custody.shipment_has_no_mismatch", actor=CELLLAB, given=loaded(ONE_MISMATCHED), command=sealed_to)
lone_refusal(OFFER, "custody.shipment_may_move", actor=CELLLAB, given=loaded(ONE_IS_BLOCKED), command=sealed_to)
lone_refusal(OFFER, "custody.carrier_of_shipment_is_named", actor=CELLLAB, given=loaded(named=False), command=sealed_to)

accepted(ACCEPT, actor=COURIER, given=loaded(*both_offered()), command=sealed_taken)
accepted(ACCEPT, actor=COURIER, given=loaded(*both_offered()), command={**sealed_taken, "seal": "S9"})
lone_refusal(ACCEPT, "custody.shipper_is_loaded", actor=COURIER, given=loaded(EMPTIED), command=sealed_taken)
lone_refusal(ACCEPT, "custody.shipment_is_offered", actor=COURIER, given=loaded(), command=sealed_taken)
lone_refusal(
    ACCEPT, "custody.taker_of_shipment_is_addressed", actor=COURIER, given=loaded(*both_offered(MAKER)),
    command=sealed_taken,
)  # fmt: skip
lone_refusal(
    ACCEPT, "custody.taker_of_shipment_is_another_person", actor=COURIER,
    given=loaded(*both_offered(giver=COURIER.person)), command=sealed_taken,
)  # fmt: skip
lone_refusal(
    ACCEPT, "custody.offer_of_shipment_is_fresh", actor=COURIER, given=loaded(*both_offered(minutes_ago=31)),
    command=sealed_taken,
)  # fmt: skip
lone_refusal(
    ACCEPT, "custody.shipment_may_move", actor=COURIER, given=loaded(*both_offered(), ONE_IS_BLOCKED),
    command=sealed_taken,
)  # fmt: skip

accepted(WITHDRAW, actor=CELLLAB, given=loaded(*both_offered()), command=sh1)
lone_refusal(WITHDRAW, "custody.shipper_is_loaded", actor=CELLLAB, given=loaded(EMPTIED), command=sh1)
lone_refusal(WITHDRAW, "custody.giver_holds_shipment", actor=COURIER, given=loaded(*both_offered()), command=sh1)
lone_refusal(WITHDRAW, "custody.shipment_is_offered", actor=CELLLAB, given=loaded(), command=sh1)
