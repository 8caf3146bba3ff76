"""How long a device may stand dirty and clean: to the minute, and what becomes of one that was cleaned too late."""

import pytest
from tests.support.plant import DEVICES, FILE, OPERATOR, OPERATOR_2, QA, SEALED, T1, T2, Plant

from coign import rulesets
from coign.equipment.events import DevicesUsed
from coign.equipment.state import LOG
from coign.equipment.views import DEVICE, DeviceState
from coign.kernel.subjects import Chain, Equipment
from coign.kernel.values import Instant

RULES = rulesets.load()
PROCESSOR, COUNTER = DEVICES["cell_processor"], DEVICES["cell_counter"]
CLEAN, JUDGE = "equipment.clean", "equipment.judge_late_cleaning"


@pytest.fixture
def plant() -> Plant:
    plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
    plant.until("equipped")
    return plant


def use(plant: Plant, device: Equipment = PROCESSOR, chain: Chain = T2) -> Instant:
    used = DevicesUsed(equipment=(device,), chain=chain, batch=None, what="harvest", by=OPERATOR.person)
    plant.happened(used, by=OPERATOR)
    found = plant.state(DEVICE, device).used_at
    assert found is not None
    return found


def state(plant: Plant) -> DeviceState:
    return plant.state(DEVICE, PROCESSOR)


def hours(name: str) -> float:
    return RULES.minutes(f"equipment.{name}.cell_processor", Instant("2026-03-02T08:00:00.000000Z")) / 60


def clean(plant: Plant, **more: object) -> None:
    plant.act(CLEAN, OPERATOR, equipment=PROCESSOR, agent="a new set", **more)


def judge(plant: Plant, verdict: str) -> None:
    plant.act(JUDGE, QA, equipment=PROCESSOR, verdict=verdict, assessment=SEALED, evidence=FILE)


@pytest.mark.requirement("GMP-09")
@pytest.mark.parametrize(("minutes_late", "late"), [(0, False), (1, True)])
def test_the_dirty_hold_runs_from_the_last_use_to_the_beginning_of_the_cleaning(
    plant: Plant, minutes_late: int, late: bool
) -> None:
    use(plant)
    plant.wait(hours=3)
    due = use(plant).plus(hours=hours("dirty_hold"))
    assert state(plant).to_be_cleaned_by(RULES) == due
    plant.wait(hours=hours("dirty_hold") + 2)
    clean(plant, begun_at=due.plus(minutes=minutes_late))
    assert (state(plant).not_judged_because is not None) is late
    assert plant.state(LOG, PROCESSOR).lines[-1].what == ("cleaned_late" if late else "cleaned")
    assert state(plant).to_be_cleaned_by(RULES) is None


@pytest.mark.requirement("GMP-09")
def test_the_clean_hold_runs_from_the_cleaning_to_the_next_use_and_begins_anew_with_the_next_cleaning(
    plant: Plant,
) -> None:
    clean(plant)
    ends = state(plant).cleaned_at.plus(hours=hours("clean_hold"))  # type: ignore[union-attr]
    assert state(plant).clean_until(RULES) == ends
    assert state(plant).not_clean_any_more_because(ends, RULES) is None
    assert state(plant).not_clean_any_more_because(ends.plus(minutes=1), RULES) == f"was clean until {ends}"
    plant.wait(days=30)
    clean(plant)
    assert state(plant).not_clean_any_more_because(plant.now, RULES) is None
    use(plant, chain=T1)
    assert state(plant).clean_until(RULES) is None


def test_what_was_never_used_nor_cleaned_and_kinds_without_figures_have_no_such_time(plant: Plant) -> None:
    assert state(plant).to_be_cleaned_by(RULES) is None and state(plant).clean_until(RULES) is None
    use(plant, COUNTER)
    assert plant.state(DEVICE, COUNTER).to_be_cleaned_by(RULES) is None
    plant.wait(days=300)
    plant.act(CLEAN, OPERATOR, equipment=COUNTER, agent="wipe")
    assert plant.state(DEVICE, COUNTER).not_judged_because is None
    assert plant.state(DEVICE, COUNTER).clean_until(RULES) is None


@pytest.mark.requirement("GMP-09", "GMP-02")
def test_a_late_cleaning_is_not_undone_by_another_one_but_by_the_quality_unit(plant: Plant) -> None:
    use(plant)
    plant.wait(hours=hours("dirty_hold") + 1)
    clean(plant)
    plant.act(CLEAN, OPERATOR_2, equipment=PROCESSOR, agent="once more")
    assert "the quality unit has not judged it" in str(state(plant).not_judged_because)
    judge(plant, "clean")
    assert state(plant).not_judged_because is None
    assert state(plant).not_clean_any_more_because(plant.now, RULES) is None


@pytest.mark.requirement("GMP-09")
def test_what_the_quality_unit_does_not_accept_is_cleaned_again(plant: Plant) -> None:
    use(plant)
    plant.wait(hours=hours("dirty_hold") + 1)
    clean(plant)
    judge(plant, "to_be_cleaned_again")
    assert state(plant).not_judged_because is None
    assert "is to be cleaned again" in str(state(plant).not_clean_any_more_because(plant.now, RULES))
    clean(plant)
    assert state(plant).not_judged_because is None
    assert state(plant).not_clean_any_more_because(plant.now, RULES) is None
    assert [line.what for line in plant.state(LOG, PROCESSOR).lines[-3:]] == [
        "cleaned_late", "to_be_cleaned_again", "cleaned",
    ]  # fmt: skip
