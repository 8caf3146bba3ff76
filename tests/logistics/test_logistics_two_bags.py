"""Two cryobags of one therapy travel together: one seal, one hand-over, one receipt by two, and none goes alone."""

from typing import Any

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    CENTRE,
    COURIER,
    COURIERS,
    INWARD,
    MAKER,
    OTHER_BAG,
    QA,
    SEALED,
    SHIPPER,
    T2,
    WAREHOUSE,
    WAREHOUSE_2,
    Plant,
)

from coign.catalogue import PARTIES
from coign.coldchain.views import CONDITION
from coign.custody.events import HandedOver, HandOverMismatched
from coign.custody.views import HOLDING
from coign.identity.views import UNIT
from coign.kernel.subjects import Patient, Shipment, Shipper
from coign.kernel.values import Instant, Quantity
from coign.logistics.events import ReceiptMismatched, Received, SealDiffered
from coign.logistics.views import RECEIPT, SHIPMENT

MARCH = Instant("2026-03-02T08:00:00.000000Z")
BOTH = (BAG, OTHER_BAG)


def packed() -> Plant:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.collected(OTHER_BAG)
    plant.packed(further=(OTHER_BAG,))
    return plant


def arrived() -> Plant:
    plant = packed()
    plant.delivered()
    plant.logged()
    return plant


def found(plant: Plant, *further: Any) -> dict[str, Any]:
    return {**plant.found(), "further": further}


@pytest.mark.requirement("TRC-11", "SCS-12")
def test_who_takes_the_shipper_over_answers_for_every_unit_in_it_and_scans_none() -> None:
    plant = packed()
    plant.act("custody.offer_shipment", CELLLAB, shipper=SHIPPER, to=COURIERS, seal="77102")
    facts = plant.act("custody.accept_shipment", COURIER, shipper=SHIPPER, seal="77102")
    assert [(type(f), f.unit) for f in facts] == [(HandedOver, BAG), (HandedOver, OTHER_BAG)]
    assert {plant.state(HOLDING, unit).organisation for unit in BOTH} == {COURIERS}


@pytest.mark.requirement("TRC-11", "SCS-12")
def test_another_seal_at_the_hand_over_blocks_every_unit_and_the_giver_still_answers() -> None:
    plant = packed()
    plant.act("custody.offer_shipment", CELLLAB, shipper=SHIPPER, to=COURIERS, seal="77102")
    facts = plant.act("custody.accept_shipment", COURIER, shipper=SHIPPER, seal="9")
    assert [type(f) for f in facts] == [HandOverMismatched, HandOverMismatched]
    assert all(plant.state(HOLDING, u).organisation == CENTRE and plant.state(HOLDING, u).mismatch for u in BOTH)


@pytest.mark.requirement("SCS-12")
def test_no_unit_leaves_a_sealed_shipper_alone() -> None:
    plant = packed()
    with pytest.raises(Refusal, match="unit_is_not_sealed"):
        plant.handed(OTHER_BAG, CELLLAB, COURIER)


@pytest.mark.requirement("SCS-13", "TRC-13")
def test_both_are_received_by_two_persons_who_each_scanned_both() -> None:
    plant = arrived()
    plant.act("logistics.check_receipt", WAREHOUSE, **found(plant, OTHER_BAG))
    # In whatever order somebody scans them.
    (fact,) = plant.act("logistics.confirm_receipt", WAREHOUSE_2, **{**found(plant, BAG), "unit": OTHER_BAG})
    assert isinstance(fact, Received)
    assert all(plant.state(RECEIPT, unit).is_at(MAKER) for unit in BOTH)
    assert not plant.state(SHIPMENT, INWARD).is_under_way


@pytest.mark.requirement("TRC-S1")
def test_a_bag_that_is_missing_from_one_scan_stops_both() -> None:
    plant = arrived()
    plant.act("logistics.check_receipt", WAREHOUSE, **found(plant, OTHER_BAG))
    mismatch, _ = plant.act("logistics.confirm_receipt", WAREHOUSE_2, **found(plant))
    assert isinstance(mismatch, ReceiptMismatched) and mismatch.what == ("unit",)
    assert all("not what was packed" in str(plant.state(UNIT, u).stands_still_because) for u in BOTH)


@pytest.mark.requirement("TRC-S1", "SCS-12")
def test_bag_swap_at_receipt_two_shippers_opened_together_with_crossed_labels_hold_both_units() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.ordered(T2)
    plant.collected(OTHER_BAG, T2)
    second_shipper, second = Shipper.of("SH7"), Shipment.of("X7")
    plant.shipper(second_shipper, CELLLAB)
    plant.packed()
    plant.packed(OTHER_BAG, second, second_shipper, seal="88203")
    for shipper, seal in ((SHIPPER, "77102"), (second_shipper, "88203")):
        plant.sealed(shipper, CELLLAB, COURIER, seal)
        plant.sealed(shipper, COURIER, WAREHOUSE, seal)

    # The seals are compared first: the shippers stand side by side and the wrong one is scanned.
    differed, _ = plant.act("logistics.compare_seals", WAREHOUSE, shipment=INWARD, seal="88203")
    assert isinstance(differed, SealDiffered) and (differed.expected, differed.found) == ("77102", "88203")
    assert "not what was packed" in str(plant.state(UNIT, BAG).stands_still_because)

    # The second one's seal is right, and in it lies the other patient's bag: both units are held.
    plant.opened(second, "88203")
    plant.act("coldchain.record_logger", WAREHOUSE, **plant.reading(second))
    plant.act("logistics.check_receipt", WAREHOUSE, **plant.found(second, BAG, seal="88203"))
    mismatch, _ = plant.act("logistics.confirm_receipt", WAREHOUSE_2, **plant.found(second, BAG, seal="88203"))
    assert isinstance(mismatch, ReceiptMismatched) and mismatch.units == (BAG, OTHER_BAG)
    assert all(plant.state(UNIT, unit).blocked for unit in (BAG, OTHER_BAG))


@pytest.mark.requirement("SCS-12", "SCS-13")
def test_a_shipper_with_another_seal_is_opened_and_its_units_stand_still() -> None:
    plant = packed()
    plant.delivered()
    plant.opened(seal="9")
    assert plant.state(SHIPMENT, INWARD).opened_at is not None
    assert all("not what was packed" in str(plant.state(UNIT, unit).stands_still_because) for unit in BOTH)
    plant.act("quality.resolve_block", QA, unit=BAG, why="arrival", finding=SEALED)
    assert plant.state(UNIT, BAG).stands_still_because is None


@pytest.mark.requirement("SCS-09")
def test_one_logger_speaks_for_every_unit_in_the_shipper() -> None:
    plant = packed()
    plant.delivered()
    plant.logged(minutes_above_limit=12, worst=Quantity("-140", "Cel"))
    assert all(plant.state(CONDITION, unit).open for unit in BOTH)
    plant.assessed(BAG)
    assert plant.state(CONDITION, BAG).is_in_order and plant.state(CONDITION, OTHER_BAG).open


@pytest.mark.requirement("TRC-26")
def test_the_carrier_knows_both_parcels_and_no_patient() -> None:
    plant = packed()
    assert all(COURIERS in plant.state(PARTIES, unit).organisations for unit in BOTH)
    assert COURIERS not in plant.state(PARTIES, Patient.of("of-T1")).organisations


def test_both_are_unpacked_together_and_packed_again_in_another_shipper() -> None:
    plant = packed()
    plant.act("logistics.unpack", CELLLAB, shipment=INWARD)
    assert all(plant.state(RECEIPT, unit).under_way is None for unit in BOTH)
    plant.shipper(Shipper.of("SH8"), CELLLAB)
    plant.packed(OTHER_BAG, Shipment.of("X8"), Shipper.of("SH8"), further=(BAG,))
    assert plant.state(SHIPMENT, Shipment.of("X8")).units == (OTHER_BAG, BAG)
