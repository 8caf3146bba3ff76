"""What a receipt decides: two looks and the packing are compared, and whatever differs stands still."""

from typing import Any

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    COURIER,
    INWARD,
    MAKER,
    OTHER_BAG,
    OUTWARD,
    PRODUCT,
    QA,
    SEALED,
    SHIPPER,
    SHIPPER_2,
    WAREHOUSE,
    WAREHOUSE_2,
    Plant,
)

from coign.coldchain.views import CONDITION
from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.values import Instant
from coign.logistics.events import ReceiptMismatched, Received
from coign.logistics.state import RECEIPT_CHECK
from coign.logistics.state import SHIPPER as SHIPPER_VIEW
from coign.logistics.views import RECEIPT, SHIPMENT

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def delivered() -> Plant:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.collected(OTHER_BAG)
    plant.packed()
    plant.delivered()
    plant.logged()
    return plant


def looks(plant: Plant, first: dict[str, Any], second: dict[str, Any]) -> list[Any]:
    plant.act("logistics.check_receipt", WAREHOUSE, **plant.found(**first))
    return plant.act("logistics.confirm_receipt", WAREHOUSE_2, **plant.found(**second))


def test_two_who_find_what_was_packed_receive_it_and_the_shipper_is_free() -> None:
    plant = delivered()
    (fact,) = looks(plant, {}, {})
    assert isinstance(fact, Received) and (fact.first, fact.second) == (WAREHOUSE.person, WAREHOUSE_2.person)
    assert plant.state(RECEIPT, BAG).is_at(MAKER)
    assert not plant.state(RECEIPT, BAG).is_at(None)
    assert plant.state(SHIPPER_VIEW, SHIPPER).in_use is None
    assert not plant.state(SHIPMENT, INWARD).is_under_way
    assert plant.state(RECEIPT_CHECK, INWARD).by is None


MISMATCHES = [
    ({"unit": OTHER_BAG}, {}, ("unit",), (BAG, OTHER_BAG)),
    ({}, {"unit": OTHER_BAG}, ("unit",), (BAG, OTHER_BAG)),
    ({"unit": OTHER_BAG}, {"unit": OTHER_BAG}, ("unit",), (BAG, OTHER_BAG)),
    ({"seal": "9"}, {}, ("seal",), (BAG,)),
    ({}, {"seal": "9"}, ("seal",), (BAG,)),
    ({"seal": "9"}, {"seal": "9"}, ("seal",), (BAG,)),
    ({"condition": "damaged"}, {}, ("condition",), (BAG,)),
    ({"condition": "damaged"}, {"condition": "damaged"}, ("condition",), (BAG,)),
    ({"unit": OTHER_BAG, "seal": "9"}, {"condition": "damaged"}, ("unit", "seal", "condition"), (BAG, OTHER_BAG)),
]


@pytest.mark.requirement("TRC-S1", "SCS-12")
@pytest.mark.parametrize(("first", "second", "what", "units"), MISMATCHES)
def test_whatever_differs_is_named_and_every_unit_concerned_is_blocked(
    first: dict[str, Any], second: dict[str, Any], what: tuple[str, ...], units: tuple[Any, ...]
) -> None:
    plant = delivered()
    mismatch, blocked = looks(plant, first, second)
    assert isinstance(mismatch, ReceiptMismatched) and mismatch.what == what
    assert isinstance(blocked, UnitsBlocked) and blocked.units == units
    assert all("not what was packed" in str(plant.state(UNIT, u).stands_still_because) for u in units)
    assert not plant.state(RECEIPT, BAG).is_at(MAKER) and plant.state(SHIPMENT, INWARD).is_under_way


def test_after_somebody_else_found_out_what_happened_two_look_again() -> None:
    plant = delivered()
    looks(plant, {"seal": "9"}, {})
    for person in (WAREHOUSE, WAREHOUSE_2):
        plant.granted(person, "qa")
        with pytest.raises(Refusal, match="resolver_had_no_part"):
            given = {"unit": BAG, "why": "arrival", "finding": SEALED}
            plant.act("quality.resolve_block", type(person)(person.person, "qa", MAKER), **given)
    plant.act("quality.resolve_block", QA, unit=BAG, why="arrival", finding=SEALED)
    looks(plant, {}, {})
    assert plant.state(RECEIPT, BAG).is_at(MAKER)


def test_what_was_unpacked_can_be_packed_again_and_its_journey_never_happened() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    plant.act("logistics.unpack", CELLLAB, shipment=INWARD)
    assert plant.state(SHIPPER_VIEW, SHIPPER).in_use is None and plant.state(CONDITION, BAG).is_in_order
    assert plant.state(RECEIPT, BAG).under_way is None
    plant.packed(shipment=type(INWARD).of("X7"))


def test_the_test_of_a_shipper_that_is_under_way_can_be_renewed_without_freeing_it() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    plant.shipper(SHIPPER, CELLLAB, hours="300")
    assert plant.state(SHIPPER_VIEW, SHIPPER).in_use == INWARD


def test_a_product_that_was_rejected_after_its_certificate_does_not_leave() -> None:
    plant = Plant(MARCH)
    plant.until("certified")
    batch = plant.state(UNIT, PRODUCT).batch
    plant.act("quality.reject_batch", QA, batch=batch, why=SEALED)
    with pytest.raises(Refusal, match="product_is_released"):
        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)


@pytest.mark.requirement("SCS-S7")
def test_who_does_not_hold_the_unit_cannot_receive_it() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    plant.sealed(SHIPPER, CELLLAB, COURIER)
    with pytest.raises(Refusal) as no:
        plant.act("logistics.check_receipt", WAREHOUSE, **plant.found())
    assert "logistics.unit_is_with_us" in no.value.gates
