"""Tanks and what lies in them: who may use which, and what a mixed-up removal does."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import BAG, BOX, CELLLAB, CELLLAB_2, NURSE, OTHER_BAG, SEALED, T2, Plant, as_role

from coign.identity.views import UNIT
from coign.kernel.values import Instant
from coign.storage.events import RemovalMismatched
from coign.storage.state import BOX as BOX_VIEW
from coign.storage.state import TankState
from coign.storage.views import PLACE, PlaceState, SegregationState

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def neighbours() -> Plant:
    """Two patients' bags side by side in one box."""
    plant = Plant(MARCH)
    plant.until("collected")
    plant.ordered(T2)
    plant.collected(OTHER_BAG, T2)
    plant.placed(BAG, BOX, 1)
    plant.placed(OTHER_BAG, BOX, 2)
    return plant


@pytest.mark.requirement("SCS-04")
def test_the_pull_of_the_neighbours_bag_blocks_both_until_a_third_person_has_looked() -> None:
    plant = neighbours()
    plant.act("storage.start_removal", CELLLAB, unit=BAG, box=BOX, position=1, purpose="transport")
    mismatch, _ = plant.act("storage.confirm_removal", CELLLAB_2, unit=BAG, found=OTHER_BAG)
    assert isinstance(mismatch, RemovalMismatched) and mismatch.units == (BAG, OTHER_BAG)
    assert all("another unit" in str(plant.state(UNIT, u).stands_still_because) for u in (BAG, OTHER_BAG))
    assert {o.unit for o in plant.state(BOX_VIEW, BOX).occupied} == {BAG, OTHER_BAG}  # neither was taken out
    third = as_role(NURSE, "coordinator")
    for unit in (BAG, OTHER_BAG):
        with pytest.raises(Refusal, match="third_person"):
            plant.act("storage.resolve_removal", CELLLAB, unit=unit, finding=SEALED)
        plant.act("storage.resolve_removal", third, unit=unit, finding=SEALED)
        assert plant.state(UNIT, unit).stands_still_because is None
    plant.taken_out(BAG)
    assert plant.state(PLACE, BAG).box is None and plant.state(BOX_VIEW, BOX).unit_at(2) == OTHER_BAG


@pytest.mark.requirement("SCS-04")
def test_a_position_that_was_left_is_free_for_the_next() -> None:
    plant = neighbours()
    plant.taken_out(BAG)
    plant.taken_out(OTHER_BAG)
    plant.placed(OTHER_BAG, BOX, 1)
    assert "position 1" in plant.state(PLACE, OTHER_BAG).words


@pytest.mark.requirement("TRC-18", "TRC-19")
@pytest.mark.parametrize(
    ("asked", "tank", "fits"),
    [
        ("general", "general", True), ("general", "quarantine", True), ("general", "biohazard", False),
        ("quarantine", "general", False), ("quarantine", "quarantine", True), ("quarantine", "biohazard", False),
        ("biohazard", "general", False), ("biohazard", "quarantine", False), ("biohazard", "biohazard", True),
    ],
)  # fmt: skip
def test_what_asks_for_a_tank_of_a_kind_lies_in_one_and_nobody_else_lies_among_biohazards(
    asked: str, tank: str, fits: bool
) -> None:
    assert (SegregationState(asked).not_fitting_because(tank) is None) == fits  # type: ignore[arg-type]


@pytest.mark.requirement("SCS-03")
def test_a_tank_is_in_service_while_its_tests_count_and_nobody_closed_it() -> None:
    later = MARCH.plus(days=1)
    assert TankState().not_in_service_because(MARCH) == "is not qualified as a storage tank"
    assert TankState(qualified_until=later).not_in_service_because(MARCH) is None
    assert "was qualified until" in str(TankState(qualified_until=later).not_in_service_because(later))
    assert "out of service" in str(TankState(qualified_until=later, closed=True).not_in_service_because(MARCH))


def test_what_lies_nowhere_is_at_hand() -> None:
    assert PlaceState().words == "" and PlaceState().not_at_hand_because is None
