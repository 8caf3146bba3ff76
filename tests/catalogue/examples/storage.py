"""Where units lie between two journeys."""

from typing import Any

from tests.catalogue.examples.logistics import collected, delivered, odd, packed
from tests.support.plant import (
    BAG,
    BOX,
    BOX_2,
    CELLLAB,
    CELLLAB_2,
    CENTRE,
    FILE,
    NURSE,
    OTHER_BAG,
    PLANT,
    PRODUCT,
    QA,
    SAMPLE,
    SEALED,
    T1,
    T2,
    TANK,
    WARD,
    WAREHOUSE,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.custody.events import HandedOver
from coign.identity.events import UnitEnded
from coign.kernel.subjects import Box, Equipment, Unit
from coign.people.events import OrganisationRegistered

QUALIFY, CLOSE, SET_UP = "storage.qualify_tank", "storage.close_tank", "storage.set_up_box"
SEGREGATE, PLACE = "storage.segregate", "storage.place"
START, CONFIRM, RESOLVE = "storage.start_removal", "storage.confirm_removal", "storage.resolve_removal"
FROM_CHAIR = Unit.of("CHAIR")
SPARE, SPARE_BOX = Equipment.of("TANK-9"), Box.of("BOX-9")


def equipped(p: Plant) -> None:
    p.equipped()


def tested(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"tank": TANK, "site": WARD, "tank_kind": "general", "qualified_until": p.now.plus(days=365)}
    return {**good, **changed}


allow(QUALIFY, CELLLAB, nothing, tested)
allow(QUALIFY, CELLLAB, equipped, lambda p: tested(p, tank_kind="quarantine"))
refuse(QUALIFY, "tank_is_ours", WAREHOUSE, equipped, lambda p: tested(p, site=PLANT))
refuse(QUALIFY, "site_is_ours", CELLLAB, nothing, lambda p: tested(p, site=PLANT))
refuse(QUALIFY, "tests_count_ahead", CELLLAB, nothing, lambda p: tested(p, qualified_until=p.now))

WHY = {"tank": TANK, "why": SEALED}


def closed(p: Plant) -> None:
    p.act(CLOSE, CELLLAB, **WHY)


allow(CLOSE, CELLLAB, equipped, WHY)
refuse(CLOSE, "tank_is_open", CELLLAB, then(equipped, closed), WHY)

NEW = {"box": SPARE_BOX, "tank": TANK, "rack": "R2", "positions": 25}
allow(SET_UP, CELLLAB, equipped, NEW)
refuse(SET_UP, "box_is_new", CELLLAB, equipped, {**NEW, "box": BOX})
refuse(SET_UP, "tank_is_in_service", CELLLAB, then(equipped, closed), NEW)
refuse(SET_UP, "rack_is_named", CELLLAB, equipped, {**NEW, "rack": " "})
refuse(SET_UP, "positions_are_countable", CELLLAB, equipped, {**NEW, "positions": 0})
refuse(SET_UP, "positions_are_countable", CELLLAB, equipped, {**NEW, "positions": 101})

APART = {"unit": BAG, "tank_kind": "biohazard"}
allow(SEGREGATE, CELLLAB, collected, APART)
refuse(SEGREGATE, "unit_exists", CELLLAB, then(equipped, odd), {**APART, "unit": Unit.of("ODD")})
HERE = {"unit": BAG, "box": BOX, "position": 3}


def consumed(p: Plant) -> None:
    p.happened(UnitEnded(unit=BAG, how="destroyed"), by=QA)


def biohazard_tank(p: Plant) -> None:
    collected(p)
    p.tank(SPARE, SPARE_BOX, CELLLAB, kind="biohazard")


def segregated(p: Plant) -> None:
    p.act(SEGREGATE, CELLLAB, **APART)


def lies_there(p: Plant) -> None:
    collected(p)
    p.placed(BAG, BOX, 3)


def neighbours(p: Plant) -> None:
    """Two patients in one box: legal, each in a position of their own."""
    lies_there(p)
    p.ordered(T2)
    p.collected(OTHER_BAG, T2)


def out_of_service(p: Plant) -> None:
    collected(p)
    closed(p)


allow(PLACE, CELLLAB, collected, HERE)
allow(PLACE, CELLLAB, neighbours, {"unit": OTHER_BAG, "box": BOX, "position": 4})
allow(PLACE, CELLLAB, then(lies_there, lambda p: p.taken_out(BAG)), HERE)
allow(PLACE, CELLLAB, then(biohazard_tank, segregated), {**HERE, "box": SPARE_BOX})
refuse(PLACE, "unit_is_held", CELLLAB, then(collected, lambda p: p.handed(BAG, CELLLAB, WAREHOUSE)), HERE)
refuse(PLACE, "unit_is_out_of_its_shipper", CELLLAB, packed, HERE)
refuse(PLACE, "unit_is_out_of_its_shipper", WAREHOUSE, delivered, {**HERE, "box": BOX_2})
allow(PLACE, WAREHOUSE, then(delivered, Plant.opened), {**HERE, "box": BOX_2})
refuse(PLACE, "unit_lies_nowhere", CELLLAB, lies_there, {**HERE, "position": 5})
refuse(PLACE, "unit_lies_nowhere", CELLLAB, lies_there, HERE)
refuse(PLACE, "unit_exists", CELLLAB, then(collected, consumed), HERE)
refuse(PLACE, "unit_exists", CELLLAB, then(equipped, odd), {**HERE, "unit": Unit.of("ODD")})
refuse(PLACE, "position_exists", CELLLAB, collected, {**HERE, "position": 26})
refuse(PLACE, "position_is_free", CELLLAB, neighbours, {"unit": OTHER_BAG, "box": BOX, "position": 3})
refuse(PLACE, "tank_of_box_is_in_service", CELLLAB, out_of_service, HERE)
refuse(PLACE, "tank_fits_unit", CELLLAB, then(collected, segregated), HERE)
refuse(PLACE, "tank_fits_unit", CELLLAB, biohazard_tank, {**HERE, "box": SPARE_BOX})


def pending(p: Plant) -> None:
    """The bag is there, a report on its donor is not."""
    p.until("slot")
    p.collected(tested=False)
    p.donor_tested(but="syphilis")


def quarantine_tank(p: Plant) -> None:
    p.tank(SPARE, SPARE_BOX, CELLLAB, kind="quarantine")


def decided(p: Plant) -> None:
    physician = as_role(CELLLAB, "physician")
    p.act("donor.justify", physician, chain=T1, reason=SEALED, evidence=FILE)


def across_the_ocean(p: Plant) -> None:
    abroad = OrganisationRegistered(organisation=CENTRE, name="Centre", category="treatment_centre", country="US")
    p.happened(abroad, by=CELLLAB)


refuse(PLACE, "tank_fits_unit", CELLLAB, pending, HERE)
allow(PLACE, CELLLAB, then(pending, quarantine_tank), {**HERE, "box": SPARE_BOX})
allow(PLACE, CELLLAB, then(pending, lambda p: p.donor_tested(sample="S-2")), HERE)
allow(PLACE, CELLLAB, then(pending, decided), HERE)
allow(PLACE, CELLLAB, then(pending, across_the_ocean), HERE)
refuse(PLACE, "tank_fits_unit", CELLLAB, then(pending, quarantine_tank, segregated), {**HERE, "box": SPARE_BOX})


def reactive(p: Plant) -> None:
    """The report came before the bag was filled: nobody said anything of this one."""
    biohazard_tank(p)
    p.donor_tested(result="reactive")


def cryobag(p: Plant) -> None:
    """Filled out of a bag that is not empty yet."""
    equipped(p)
    p.ordered()
    p.collected(FROM_CHAIR, din="G123417654321")
    p.collected(BAG, parents=(FROM_CHAIR,))


def emptied(p: Plant) -> None:
    cryobag(p)
    p.happened(UnitEnded(unit=FROM_CHAIR, how="consumed"), by=CELLLAB)


def product(p: Plant) -> None:
    p.until("filled")


allow(PLACE, CELLLAB, reactive, {**HERE, "box": SPARE_BOX})
refuse(PLACE, "tank_fits_unit", CELLLAB, reactive, HERE)
allow(PLACE, CELLLAB, emptied, HERE)
refuse(PLACE, "unit_is_frozen", CELLLAB, cryobag, HERE)
refuse(PLACE, "unit_is_frozen", CELLLAB, cryobag, {**HERE, "unit": FROM_CHAIR})
refuse(PLACE, "unit_is_frozen", WAREHOUSE, product, {**HERE, "unit": PRODUCT, "box": BOX_2})
allow(PLACE, WAREHOUSE, then(product, Plant.frozen), {**HERE, "unit": PRODUCT, "box": BOX_2})
allow(PLACE, WAREHOUSE, product, {**HERE, "unit": SAMPLE, "box": BOX_2})

OUT = {**HERE, "purpose": "transport"}
HAND = {"unit": BAG, "found": BAG}


def started(p: Plant) -> None:
    lies_there(p)
    p.act(START, CELLLAB, **OUT)


def mixed_up(p: Plant) -> None:
    """The neighbour came out instead."""
    neighbours(p)
    p.placed(OTHER_BAG, BOX, 4)
    p.act(START, CELLLAB, **OUT)
    p.act(CONFIRM, CELLLAB_2, unit=BAG, found=OTHER_BAG)


def given_away(p: Plant) -> None:
    """What never happens in order: the bag is at the maker's, and still lies in the centre's tank."""
    started(p)
    p.handed(BAG, CELLLAB, WAREHOUSE)


allow(START, CELLLAB, lies_there, OUT)
refuse(START, "unit_is_held", CELLLAB, given_away, OUT)
refuse(START, "unit_lies_there", CELLLAB, lies_there, {**OUT, "position": 4})
refuse(START, "unit_lies_there", CELLLAB, collected, OUT)
refuse(START, "no_open_removal_mismatch", CELLLAB, mixed_up, OUT)

allow(CONFIRM, CELLLAB_2, started, HAND)
allow(CONFIRM, CELLLAB_2, then(neighbours, lambda p: p.act(START, CELLLAB, **OUT)), {**HAND, "found": OTHER_BAG})
refuse(CONFIRM, "removal_is_started", CELLLAB_2, lies_there, HAND)
refuse(CONFIRM, "removed_by_another", CELLLAB, started, HAND)
refuse(CONFIRM, "removal_is_fresh", CELLLAB_2, then(started, lambda p: p.wait(minutes=16)), HAND)
refuse(CONFIRM, "unit_is_held", CELLLAB_2, given_away, HAND)

THIRD = as_role(NURSE, "coordinator")
FOUND = {"unit": BAG, "finding": SEALED}


def mixed_up_and_given_away(p: Plant) -> None:
    mixed_up(p)
    to, giver, taker = WAREHOUSE.organisation, CELLLAB.person, WAREHOUSE.person
    handed = HandedOver(unit=BAG, giver=giver, taker=taker, to=to, seal="", condition="intact")
    p.happened(handed, by=WAREHOUSE)


def third(p: Plant) -> None:
    p.granted(NURSE, "coordinator")


allow(RESOLVE, THIRD, then(mixed_up, third), FOUND)
refuse(RESOLVE, "unit_is_held", THIRD, then(mixed_up_and_given_away, third), FOUND)
refuse(RESOLVE, "removal_mismatch_is_open", THIRD, then(lies_there, third), FOUND)
refuse(RESOLVE, "removal_resolved_by_a_third_person", CELLLAB, mixed_up, FOUND)
