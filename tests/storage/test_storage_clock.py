"""The warming clock: every move of a frozen unit adds up, over all hands and sites, and nothing sets it back."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    BATCH,
    BOX,
    BOX_2,
    CELLLAB,
    FILE,
    INWARD,
    OPERATOR,
    QA,
    ROOM,
    SEALED,
    WAREHOUSE,
    Plant,
)

from coign.coldchain.exposure import Exposure
from coign.coldchain.views import CONDITION
from coign.identity.events import LabelVerified
from coign.kernel.values import Instant, Quantity
from coign.storage.views import PLACE

MARCH = Instant("2026-03-02T08:00:00.000000Z")
#: What the teaching programme allows, in minutes.
ALLOWED = 45


def out_for(plant: Plant, minutes: float) -> None:
    """Taken out where it lies, and put back after a while."""
    box = plant.state(PLACE, BAG).box
    plant.taken_out(BAG, "inspection")
    plant.wait(minutes=minutes)
    plant.placed(BAG, box)


def minutes_out(plant: Plant) -> int:
    return round(plant.state(CONDITION, BAG).exposure.seconds_at(plant.now) / 60)


def frozen() -> Plant:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.placed(BAG, BOX)
    return plant


def sent(plant: Plant, *, before_packing: float, before_placing: float) -> None:
    """From the centre's tank into the maker's, so many minutes out at either end."""
    plant.taken_out(BAG)
    plant.wait(minutes=before_packing)
    plant.packed()
    plant.delivered()
    plant.logged()
    plant.wait(minutes=before_placing)
    plant.received()
    plant.placed(BAG, BOX_2)


@pytest.mark.requirement("SCS-11")
def test_time_out_adds_up_over_three_moves_and_one_minute_too_many_blocks() -> None:
    plant = frozen()
    out_for(plant, 15)
    sent(plant, before_packing=10, before_placing=10)
    assert minutes_out(plant) == 35 and plant.state(CONDITION, BAG).is_in_order
    out_for(plant, 11)
    assert minutes_out(plant) == 46
    why = plant.state(CONDITION, BAG).not_in_order_because
    assert why is not None and "out of the cold" in why and f"allowed are {ALLOWED} min" in why


@pytest.mark.requirement("SCS-S4", "SCS-11")
def test_toe_laundering_a_label_scanned_anew_at_a_second_site_continues_the_time_of_the_first() -> None:
    plant = frozen()
    out_for(plant, 30)
    sent(plant, before_packing=5, before_placing=5)
    before = minutes_out(plant)
    plant.happened(LabelVerified(unit=BAG, label_serial="2", by=WAREHOUSE.person), by=WAREHOUSE)
    out_for(plant, 6)
    assert minutes_out(plant) == before + 6 > ALLOWED
    with pytest.raises(Refusal, match="temperature_is_in_order"):
        plant.accepted()


@pytest.mark.requirement("SCS-11")
def test_the_clock_stands_still_in_the_shipper_and_in_the_tank() -> None:
    plant = frozen()
    plant.wait(days=10)
    assert minutes_out(plant) == 0
    sent(plant, before_packing=5, before_placing=5)
    assert minutes_out(plant) == 10
    plant.wait(days=30)
    assert minutes_out(plant) == 10


@pytest.mark.requirement("SCS-11")
def test_a_unit_that_is_out_warms_while_one_asks() -> None:
    plant = frozen()
    plant.taken_out(BAG)
    plant.wait(minutes=ALLOWED + 1)
    assert plant.state(CONDITION, BAG).not_in_order_because is None  # nothing that is over was too long
    assert plant.state(CONDITION, BAG).not_in_order_at(plant.now) is not None
    with pytest.raises(Refusal, match="temperature_is_in_order"):
        plant.packed()
    plant.placed(BAG, BOX)  # never refused: warm cells belong into the cold
    assert not plant.state(CONDITION, BAG).is_in_order


@pytest.mark.requirement("SCS-11", "SCS-09")
def test_used_up_time_is_assessed_like_an_excursion_and_only_what_quality_allows_is_added() -> None:
    plant = frozen()
    sent(plant, before_packing=20, before_placing=20)
    out_for(plant, 10)
    judged = {"unit": BAG, "verdict": "usable", "basis": SEALED, "evidence": FILE, "further_minutes": 8}
    plant.act("coldchain.assess_excursion", QA, **judged)
    assert plant.state(CONDITION, BAG).is_in_order
    with pytest.raises(Refusal, match="excursion_is_open"):
        plant.act("coldchain.assess_excursion", QA, **judged)
    out_for(plant, 7)
    assert plant.state(CONDITION, BAG).is_in_order
    out_for(plant, 2)
    assert not plant.state(CONDITION, BAG).is_in_order and minutes_out(plant) == 59


@pytest.mark.requirement("SCS-11")
def test_what_was_found_not_usable_stays_so_and_is_not_asked_again() -> None:
    plant = frozen()
    sent(plant, before_packing=20, before_placing=30)
    plant.act("coldchain.assess_excursion", QA, unit=BAG, verdict="not_usable", basis=SEALED, evidence=FILE)
    assert "not usable" in str(plant.state(CONDITION, BAG).not_in_order_because)
    assert not plant.state(CONDITION, BAG).waits_for_assessment(plant.now)


@pytest.mark.requirement("SCS-11")
def test_a_batch_is_started_with_no_unit_whose_time_is_used_up_and_thawing_on_purpose_ends_the_clock() -> None:
    plant = Plant(MARCH)
    plant.until("at_hand")
    plant.started()
    plant.wait(days=1)
    assert plant.state(CONDITION, BAG).exposure.ended and minutes_out(plant) < 5
    late = Plant(MARCH)
    late.until("at_hand")
    late.wait(minutes=ALLOWED)
    with pytest.raises(Refusal, match="material_kept_cold"):
        late.act("manufacturing.start_batch", OPERATOR, unit=BAG, room=ROOM, batch=BATCH)


@pytest.mark.requirement("SCS-11")
def test_who_unpacks_a_shipper_again_has_the_units_out_of_the_cold() -> None:
    plant = frozen()
    plant.taken_out(BAG)
    plant.wait(minutes=10)
    plant.packed()
    plant.wait(hours=3)
    plant.act("logistics.unpack", CELLLAB, shipment=INWARD)
    plant.wait(minutes=10)
    assert minutes_out(plant) == 20


def test_where_the_programme_sets_no_limit_time_is_counted_and_refuses_nothing() -> None:
    exposure = Exposure(seconds=100_000)
    assert exposure.limit_seconds is None and exposure.used_up_because(MARCH) is None


def test_a_started_second_is_a_second_and_a_started_minute_a_minute() -> None:
    exposure = Exposure(seconds=2700, out_since=MARCH, allowed=Quantity("45", "min"))
    assert exposure.seconds_at(MARCH.plus(seconds=0.2)) == 2701
    assert "was out of the cold for 46 min altogether" in str(exposure.used_up_because(MARCH.plus(seconds=0.2)))
