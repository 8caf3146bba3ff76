"""Devices of production and collection, and the steps that use them."""

from dataclasses import replace
from typing import Any

from tests.catalogue.told import Asked, refuses
from tests.support.clinic import APHERESIS, HASH, NURSE, Clinic, starting
from tests.support.clinic import CELLLAB as CENTRES_LAB
from tests.support.plant import (
    ANALYST,
    DEVICES,
    FILE,
    FREEZER,
    OPERATOR,
    PLANT,
    QA,
    QA_2,
    SEALED,
    T2,
    TANK_2,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.collection.actions.collect import START
from coign.equipment.events import DeviceCalibrated, DeviceCleaned, DevicesUsed
from coign.kernel.subjects import Equipment, Site

REGISTER, CALIBRATE, CLEAN, TAKE, RETURN, JUDGE = (
    f"equipment.{name}"
    for name in ("register", "calibrate", "clean", "take_out_of_service", "return_to_service", "assess_doubt")
)
NEW, SPARE = Equipment.of("INCUBATOR-9"), Equipment.of("CENTRIFUGE-9")
COUNTER, PROCESSOR = DEVICES["cell_counter"], DEVICES["cell_processor"]


def equipped(p: Plant) -> None:
    p.equipped()


def entered(p: Plant, **changed: Any) -> dict[str, Any]:
    return {**p.registration(NEW), **changed}


allow(REGISTER, QA, nothing, entered)
refuse(REGISTER, "device_is_new", QA, equipped, lambda p: entered(p, equipment=COUNTER))
refuse(REGISTER, "device_is_new", QA, equipped, lambda p: entered(p, equipment=TANK_2))
refuse(REGISTER, "site_is_ours", QA, nothing, lambda p: entered(p, site=Site.of("elsewhere")))
refuse(REGISTER, "model_is_named", QA, nothing, lambda p: entered(p, model=" "))
refuse(REGISTER, "measured_before_now", QA, nothing, lambda p: entered(p, qualified_on=p.now.plus(days=1)))
refuse(REGISTER, "next_one_lies_ahead", QA, nothing, lambda p: entered(p, due_on=p.now))


def measured(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"equipment": COUNTER, "finding": "in_order", "calibrated_on": p.now, "evidence": FILE}
    return {**good, "due_on": p.now.plus(days=180), **changed}


def without_due(p: Plant, finding: str) -> dict[str, Any]:
    return {name: value for name, value in measured(p, finding=finding).items() if name != "due_on"}


def bad(p: Plant, device: Equipment = COUNTER) -> None:
    p.calibrated(device, "out_of_calibration")


allow(CALIBRATE, ANALYST, equipped, measured)
allow(CALIBRATE, ANALYST, equipped, lambda p: without_due(p, "out_of_calibration"))
allow(CALIBRATE, ANALYST, then(equipped, bad), measured)
refuse(CALIBRATE, "device_is_registered", ANALYST, equipped, lambda p: measured(p, equipment=TANK_2))
refuse(CALIBRATE, "measured_before_now", ANALYST, equipped, lambda p: measured(p, calibrated_on=p.now.plus(days=1)))
refuse(CALIBRATE, "measured_before_now", ANALYST, equipped, lambda p: measured(p, calibrated_on=p.now.plus(days=-9)))
refuse(CALIBRATE, "next_one_lies_ahead", ANALYST, equipped, lambda p: without_due(p, "in_order"))
refuse(CALIBRATE, "next_one_lies_ahead", ANALYST, equipped, lambda p: measured(p, due_on=p.now))

WIPED = {"equipment": PROCESSOR, "agent": "a new set, lot 7"}
allow(CLEAN, OPERATOR, equipped, WIPED)
refuse(CLEAN, "device_is_registered", OPERATOR, equipped, {**WIPED, "equipment": TANK_2})
refuse(CLEAN, "agent_is_named", OPERATOR, equipped, {**WIPED, "agent": " "})
refuse(CLEAN, "cleaning_follows_the_use", OPERATOR, equipped, lambda p: {**WIPED, "begun_at": p.now.plus(hours=1)})


def other_patient(p: Plant) -> None:
    used = DevicesUsed(equipment=(PROCESSOR,), chain=T2, batch=None, what="harvest", by=OPERATOR.person)
    p.happened(used, by=OPERATOR)


def used_yesterday(p: Plant) -> None:
    other_patient(p)
    p.wait(hours=25)


def cleaned_late(p: Plant) -> None:
    used_yesterday(p)
    p.act(CLEAN, OPERATOR, **WIPED)


allow(CLEAN, OPERATOR, then(equipped, used_yesterday), lambda p: {**WIPED, "begun_at": p.now.plus(hours=-2)})
refuse(CLEAN, "cleaning_follows_the_use", OPERATOR, then(equipped, used_yesterday),
       lambda p: {**WIPED, "begun_at": p.now.plus(hours=-26)})  # fmt: skip

# Cleaned since: an older cleaning, entered now, is not about the last use either.
refuse(CLEAN, "cleaning_follows_the_use", OPERATOR, then(equipped, cleaned_late),
       lambda p: {**WIPED, "begun_at": p.now.plus(hours=-26)})  # fmt: skip

JUDGE_CLEANING = "equipment.judge_late_cleaning"
STILL_CLEAN = {"equipment": PROCESSOR, "verdict": "clean", "assessment": SEALED, "evidence": FILE}
NOT_CLEAN = {**STILL_CLEAN, "verdict": "to_be_cleaned_again"}


def quality_cleaned_late(p: Plant) -> None:
    used_yesterday(p)
    p.happened(
        DeviceCleaned(equipment=PROCESSOR, agent="wipe", by=QA.person, was_due=p.now.plus(hours=-1)), by=QA
    )  # fmt: skip


allow(JUDGE_CLEANING, QA, then(equipped, cleaned_late), STILL_CLEAN)
allow(JUDGE_CLEANING, QA, then(equipped, cleaned_late), NOT_CLEAN)
refuse(JUDGE_CLEANING, "device_is_registered", QA, equipped, {**STILL_CLEAN, "equipment": TANK_2})
refuse(JUDGE_CLEANING, "late_cleaning_waits", QA, equipped, STILL_CLEAN)
refuse(JUDGE_CLEANING, "judged_by_another", QA, then(equipped, quality_cleaned_late), STILL_CLEAN)

WHY = {"equipment": COUNTER, "why": SEALED}
MENDED = {"equipment": COUNTER, "what_was_done": SEALED}


def out(p: Plant) -> None:
    p.act(TAKE, OPERATOR, **WHY)


def quality_took_it_out(p: Plant) -> None:
    p.act(TAKE, QA, **WHY)


allow(TAKE, OPERATOR, equipped, WHY)
refuse(TAKE, "device_is_registered", OPERATOR, equipped, {**WHY, "equipment": TANK_2})
refuse(TAKE, "device_is_in_service", OPERATOR, then(equipped, out), WHY)
allow(RETURN, QA, then(equipped, out), MENDED)
refuse(RETURN, "device_is_registered", QA, equipped, {**MENDED, "equipment": TANK_2})
refuse(RETURN, "device_is_out_of_service", QA, equipped, MENDED)
refuse(RETURN, "returned_by_another", QA, then(equipped, quality_took_it_out), MENDED)

JUDGED = {"equipment": COUNTER, "conclusion": "no_effect", "assessment": SEALED, "evidence": FILE}


def found_by_quality(p: Plant) -> None:
    p.calibrated(COUNTER, "out_of_calibration", by=QA)


allow(JUDGE, QA, then(equipped, bad), JUDGED)
allow(JUDGE, QA, then(equipped, bad), {**JUDGED, "conclusion": "effect"})
refuse(JUDGE, "device_is_registered", QA, equipped, {**JUDGED, "equipment": TANK_2})
refuse(JUDGE, "doubt_is_open", QA, equipped, JUDGED)
refuse(JUDGE, "doubt_is_open", QA, then(equipped, bad, lambda p: p.act(JUDGE, QA, **JUDGED)), JUDGED)
refuse(JUDGE, "assessed_by_another", QA, then(equipped, found_by_quality), JUDGED)
allow(JUDGE, QA_2, then(equipped, found_by_quality), JUDGED)

# At the step

STEP = "manufacturing.complete_step"
FIRST = Plant.step(0)


def on(*devices: Equipment) -> dict[str, Any]:
    return {**FIRST, "equipment": devices}


def overdue(p: Plant) -> None:
    """The time of the counter has just run out."""
    p.happened(
        DeviceCalibrated(
            equipment=COUNTER, finding="in_order", calibrated_on=p.now, due_on=p.now.plus(minutes=1), evidence=FILE,
            by=ANALYST.person,
        ),
        by=ANALYST,
    )  # fmt: skip
    p.wait(minutes=1)


def cleaned_last_week(p: Plant) -> None:
    p.act(CLEAN, OPERATOR, **WIPED)
    p.wait(days=7, minutes=1)


refuse(STEP, "devices_are_scanned", OPERATOR, then("started"), on(PROCESSOR))
refuse(STEP, "devices_are_of_the_step", OPERATOR, then("started"), on(PROCESSOR, COUNTER, SPARE))
refuse(STEP, "devices_are_of_the_step", OPERATOR, then("started"), on(PROCESSOR, COUNTER, DEVICES["incubator"]))
refuse(STEP, "devices_may_be_used", OPERATOR, then("started", out), FIRST)
refuse(STEP, "devices_may_be_used", OPERATOR, then("started", bad), FIRST)
refuse(STEP, "devices_are_clean", OPERATOR, then("started", other_patient), FIRST)
allow(STEP, OPERATOR, then("started", other_patient, lambda p: p.act(CLEAN, OPERATOR, **WIPED)), FIRST)
refuse(STEP, "devices_may_be_used", OPERATOR, then("started", overdue), FIRST)
refuse(STEP, "devices_are_still_clean", OPERATOR, then("started", cleaned_last_week), FIRST)
refuse(STEP, "late_cleaning_is_judged", OPERATOR, then("started", cleaned_late), FIRST)
allow(STEP, OPERATOR, then("started", bad, lambda p: p.calibrated(COUNTER)), FIRST)

# At the freezer

FREEZE = "manufacturing.freeze"


def two_hours(p: Plant) -> None:
    p.wait(minutes=120)


def freezer_out(p: Plant) -> None:
    p.act(TAKE, OPERATOR, equipment=FREEZER, why=SEALED)


refuse(FREEZE, "freezer_is_registered", OPERATOR, then("filled", two_hours), lambda p: p.run(equipment=SPARE))
refuse(FREEZE, "freezer_is_registered", OPERATOR, then("filled", two_hours), lambda p: p.run(equipment=COUNTER))
refuse(FREEZE, "freezer_may_be_used", OPERATOR, then("filled", two_hours, freezer_out), Plant.run)

# A tank is no other device

refuse("storage.qualify_tank", "tank_is_no_other_device", as_role(OPERATOR, "warehouse"),
       then(equipped, lambda p: p.granted(OPERATOR, "warehouse")),
       lambda p: {"tank": COUNTER, "site": PLANT, "tank_kind": "general",
                  "qualified_until": p.now.plus(days=9)})  # fmt: skip

# At the chair


def _at_the_chair(clinic: Clinic, device: Equipment) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(ann, chain)
    return START, replace(starting(chain), equipment=device), NURSE


@refuses("collection.device_is_registered")
def collecting_with_a_device_that_nobody_registered(clinic: Clinic) -> Asked:
    return _at_the_chair(clinic, Equipment.of("apheresis-9"))


@refuses("collection.device_may_be_used")
def collecting_with_a_device_out_of_calibration(clinic: Clinic) -> Asked:
    clinic.happened(
        DeviceCalibrated(
            equipment=APHERESIS, finding="out_of_calibration", calibrated_on=clinic.now, due_on=None, evidence=HASH,
            by=CENTRES_LAB.person,
        ),
        by=CENTRES_LAB,
    )  # fmt: skip
    return _at_the_chair(clinic, APHERESIS)
