"""Devices of production: what one calibration says about the next months, and about the months before it."""

from dataclasses import replace
from typing import get_args

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    BATCH,
    CERTIFICATE,
    DEVICES,
    FILE,
    FREEZER,
    MAKER,
    OPERATOR,
    OUTWARD,
    PRODUCT,
    QA,
    QP,
    SEALED,
    SHIPPER_2,
    T1,
    T2,
    VERSION,
    Plant,
)

from coign import catalogue
from coign.equipment.events import DeviceCalibrated, DevicesUsed, Kind
from coign.equipment.state import LINES_MAX, LOG
from coign.equipment.views import DEVICE, DeviceState, kind_words
from coign.kernel.subjects import Equipment
from coign.kernel.values import Instant
from coign.manufacturing.events import StepCompleted
from coign.manufacturing.views import BATCH as BATCH_VIEW
from coign.programmes.model import Programmes
from coign.programmes.reading import DEVICES as KINDS_IN_PROGRAMMES

MARCH = Instant("2026-03-02T08:00:00.000000Z")
STEP = "manufacturing.complete_step"
COUNTER, PROCESSOR, INCUBATOR = (DEVICES[kind] for kind in ("cell_counter", "cell_processor", "incubator"))


def plant_at(stage: str) -> Plant:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant


def refused(plant: Plant, name: str, actor: object, **given: object) -> tuple[str, ...]:
    action = catalogue.ACTIONS[name]
    return tuple(plant.unmet(action, action.command(**given), actor))  # type: ignore[arg-type]


def test_programmes_and_the_register_know_the_same_kinds() -> None:
    assert get_args(Kind) == KINDS_IN_PROGRAMMES
    assert kind_words("controlled_rate_freezer") == "controlled-rate freezer"
    assert kind_words("cell_counter") == "cell counter"


@pytest.mark.requirement("GMP-09")
def test_what_a_step_needs_is_in_the_record_of_the_batch_and_in_the_log_of_the_device() -> None:
    plant = plant_at("stepped")
    batch, log = plant.state(BATCH_VIEW, BATCH), plant.state(LOG, PROCESSOR)
    assert [use.equipment for use in batch.uses].count(COUNTER) == len(VERSION.steps)
    assert [(line.what, line.batch, line.by) for line in log.lines[1:]] == [
        ("activate", BATCH, OPERATOR.person), ("harvest", BATCH, OPERATOR.person),
    ]  # fmt: skip
    assert sorted(line.at for line in log.lines) == [line.at for line in log.lines]
    assert plant.state(DEVICE, PROCESSOR).used_for == T1


@pytest.mark.requirement("GMP-09")
def test_a_device_goes_to_another_patient_only_after_a_cleaning_is_recorded() -> None:
    plant = plant_at("started")
    plant.happened(
        DevicesUsed(equipment=(PROCESSOR,), chain=T2, batch=None, what="harvest", by=OPERATOR.person), by=OPERATOR
    )
    assert refused(plant, STEP, OPERATOR, **plant.step(0)) == ("manufacturing.devices_are_clean",)
    plant.act("equipment.clean", OPERATOR, equipment=PROCESSOR, agent="new set")
    assert refused(plant, STEP, OPERATOR, **plant.step(0)) == ()
    plant.act(STEP, OPERATOR, **plant.step(0))
    assert plant.state(DEVICE, PROCESSOR).not_clean_because(T1) is None, "the same patient's cells once more"


def test_a_device_is_usable_until_its_calibration_is_due_and_again_after_the_next() -> None:
    plant = plant_at("equipped")
    due = plant.state(DEVICE, COUNTER).due
    assert DeviceState().not_usable_because(plant.now) == "is not in the register of devices"
    assert plant.state(DEVICE, COUNTER).not_usable_because(plant.now) is None
    assert plant.state(DEVICE, COUNTER).not_usable_because(due) == f"was due for calibration {due}"
    plant.now = due.plus(days=3)
    plant.calibrated(COUNTER)
    assert plant.state(DEVICE, COUNTER).not_usable_because(plant.now) is None
    plant.act("equipment.take_out_of_service", OPERATOR, equipment=COUNTER, why=SEALED)
    assert "was taken out of service" in str(plant.state(DEVICE, COUNTER).not_usable_because(plant.now))
    plant.act("equipment.return_to_service", QA, equipment=COUNTER, what_was_done=SEALED)
    assert plant.state(DEVICE, COUNTER).not_usable_because(plant.now) is None


def test_a_run_in_a_freezer_that_was_overdue_counts_once_the_freezer_was_found_in_order() -> None:
    plant = plant_at("filled")
    plant.wait(minutes=120)
    ended = DeviceCalibrated(
        equipment=FREEZER, finding="in_order", calibrated_on=plant.now.plus(days=-90),
        due_on=plant.now.plus(minutes=-115), evidence=FILE, by=ANALYST.person,
    )  # fmt: skip
    plant.happened(ended, by=ANALYST)
    assert refused(plant, "manufacturing.freeze", OPERATOR, **plant.run()) == ("manufacturing.freezer_may_be_used",)
    plant.calibrated(FREEZER)
    plant.act("manufacturing.freeze", OPERATOR, **plant.run())
    assert plant.state(BATCH_VIEW, BATCH).uses[-1].equipment == FREEZER


@pytest.mark.requirement("GMP-09", "GMP-19")
def test_a_device_found_out_of_calibration_stops_the_batches_since_it_was_last_in_order_and_no_others() -> None:
    plant = plant_at("reviewed")
    release = {"batch": BATCH, "certificate": CERTIFICATE}
    assert "quality.lots_are_in_order" not in refused(plant, "quality.certify", QP, **release)
    plant.calibrated(INCUBATOR)
    plant.calibrated(INCUBATOR, "out_of_calibration")
    assert "quality.lots_are_in_order" not in refused(plant, "quality.certify", QP, **release), "it was in order later"
    plant.calibrated(COUNTER, "out_of_calibration")
    assert "quality.lots_are_in_order" in refused(plant, "quality.certify", QP, **release)
    judged = {"equipment": COUNTER, "assessment": SEALED, "evidence": FILE}
    plant.act("equipment.assess_doubt", QA, conclusion="effect", **judged)
    assert "quality.lots_are_in_order" in refused(plant, "quality.certify", QP, **release)
    plant.act("equipment.assess_doubt", QA, conclusion="no_effect", **judged)
    assert "quality.lots_are_in_order" not in refused(plant, "quality.certify", QP, **release)


def test_a_good_calibration_afterwards_does_not_heal_what_was_made_before() -> None:
    plant = plant_at("stepped")
    used = plant.state(BATCH_VIEW, BATCH).uses[-1].at
    plant.calibrated(COUNTER, "out_of_calibration")
    plant.wait(days=1)
    plant.calibrated(COUNTER, "out_of_calibration")
    plant.calibrated(COUNTER)
    state = plant.state(DEVICE, COUNTER)
    assert state.not_usable_because(plant.now) is None
    assert len(state.doubts) == 1, "two bad ones in a row are one doubt"
    assert "was found out of calibration" in str(state.in_doubt_because(used))
    assert state.in_doubt_because(plant.now) is None


def test_product_that_was_made_on_a_device_in_doubt_is_neither_packed_nor_released() -> None:
    plant = plant_at("certified")
    plant.calibrated(COUNTER, "out_of_calibration")
    with pytest.raises(Refusal) as no:
        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)
    assert no.value.gates == ("logistics.lots_are_in_order",)


def test_a_device_of_another_house_is_not_told_apart_from_none() -> None:
    plant = plant_at("started")
    foreign = Equipment.of("theirs")
    plant.happened(DevicesUsed(equipment=(foreign,), chain=T2, batch=None, what="x", by=OPERATOR.person), by=OPERATOR)
    asked = {**plant.step(0), "equipment": (*plant.step(0)["equipment"], foreign)}
    assert refused(plant, STEP, OPERATOR, **asked) == ("manufacturing.devices_are_of_the_step",)
    assert plant.state(DEVICE, COUNTER).organisation == MAKER


def test_gates_of_devices_stay_silent_where_the_step_is_not_the_next() -> None:
    plant = plant_at("started")
    assert refused(plant, STEP, OPERATOR, **plant.step(1)) == ("manufacturing.step_is_next",)


def test_the_log_is_bounded_and_a_bad_history_is_folded_without_a_register() -> None:
    plant = plant_at("equipped")
    for _ in range(LINES_MAX + 3):
        plant.act("equipment.clean", OPERATOR, equipment=PROCESSOR, agent="wipe")
    assert len(plant.state(LOG, PROCESSOR).lines) == LINES_MAX
    nobody = Equipment.of("unknown")
    found = DeviceCalibrated(
        equipment=nobody, finding="out_of_calibration", calibrated_on=plant.now, due_on=None, evidence=FILE,
        by=ANALYST.person,
    )  # fmt: skip
    plant.happened(found, by=ANALYST)
    assert plant.state(DEVICE, nobody).doubts[0].since == found.calibrated_on


def test_a_step_outside_its_limits_still_names_its_devices() -> None:
    plant = plant_at("started")
    facts = plant.act(STEP, OPERATOR, **plant.step(0, viability_after_wash="60"))
    assert isinstance(facts[1], DevicesUsed) and facts[1].equipment == (PROCESSOR, COUNTER)


def test_a_programme_that_names_no_devices_asks_for_none() -> None:
    bare = replace(VERSION, steps=tuple(replace(step, equipment=()) for step in VERSION.steps))
    plant = Plant(MARCH, programmes=Programmes([bare]))
    plant.until("started")
    asked = {**plant.step(0), "equipment": ()}
    assert [type(fact) for fact in plant.act(STEP, OPERATOR, **asked)] == [StepCompleted]
    assert plant.state(BATCH_VIEW, BATCH).uses == ()
