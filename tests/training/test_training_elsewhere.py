"""The acts of every domain that ask for a task ask for its lessons too, and a batch stays on its own version."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.support.clinic import CELLLAB, NURSE, NURSE_2, PHARMACIST, Clinic, person
from tests.support.paper import PaperRecord, Refusal
from tests.support.plant import ANALYST, BAG, BATCH, OPERATOR, OPERATOR_2, ROOM, SEALED, VERSION, Plant

from coign.collection.actions.identity import CHECK_IDENTITY, CONFIRM_IDENTITY, CheckIdentity
from coign.infusion.actions import bedside, thaw
from coign.kernel.actions import Action
from coign.kernel.subjects import Case, Lesson
from coign.kernel.values import Actor, Digest, Instant
from coign.manufacturing.actions import complete_step, fill, start_batch
from coign.programmes.model import Programmes
from coign.quality.actions import record_result
from coign.regulatory.events import ProgrammeApproved
from coign.training.actions import lessons
from coign.training.events import HOUSE, LessonAttached

MARCH = Instant("2026-03-02T08:00:00.000000Z")
Ready = tuple[PaperRecord, Action[Any], Any, Actor]


def _plant(stage: str, action: Action[Any], command: Callable[[Plant], dict[str, Any]], actor: Actor) -> Ready:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant, action, action.command(**command(plant)), actor


def start_a_batch() -> Ready:
    command = {"unit": BAG, "room": ROOM, "batch": BATCH}
    return _plant("at_hand", start_batch.ACTION, lambda p: command, OPERATOR)


def complete_a_step() -> Ready:
    return _plant("started", complete_step.ACTION, lambda p: p.step(), OPERATOR)


def fill_the_product() -> Ready:
    return _plant("stepped", fill.FILL, lambda p: p.filling(), OPERATOR)


def record_a_result() -> Ready:
    return _plant("labelled", record_result.ACTION, lambda p: p.result("viability"), ANALYST)


def check_in_the_chair() -> Ready:
    clinic = Clinic()
    patient, chain = clinic.ordered("maria")
    clinic.slot(chain)
    return clinic, CHECK_IDENTITY, CheckIdentity(chain=chain, wristband=patient), NURSE


def confirm_in_the_chair() -> Ready:
    clinic, _, command, _ = check_in_the_chair()
    clinic.do(CHECK_IDENTITY, command, NURSE)
    return clinic, CONFIRM_IDENTITY, command, NURSE_2


def issue_a_bag() -> Ready:
    clinic = Clinic()
    _, _, unit = clinic.ready_to_thaw("maria")
    return clinic, thaw.ISSUE, thaw.Issue(unit=unit), PHARMACIST


def thaw_a_bag() -> Ready:
    clinic, action, command, first = issue_a_bag()
    clinic.do(action, command, first)
    return clinic, thaw.THAW, thaw.Thaw(unit=command.unit), CELLLAB


def check_at_the_bed() -> Ready:
    clinic = Clinic()
    patient, _, unit = clinic.ready_to_thaw("maria")
    clinic.thaw(unit)
    return clinic, bedside.CHECK_BEDSIDE, bedside.CheckBedside(unit=unit, wristband=patient), NURSE


def confirm_at_the_bed() -> Ready:
    clinic, _, command, _ = check_at_the_bed()
    clinic.do(bedside.CHECK_BEDSIDE, command, NURSE)
    second = bedside.ConfirmBedside(unit=command.unit, bag=command.unit, wristband=command.wristband)
    return clinic, bedside.CONFIRM_BEDSIDE, second, NURSE_2


ACTS: dict[str, Callable[[], Ready]] = {
    "aseptic_processing/start": start_a_batch,
    "aseptic_processing/step": complete_a_step,
    "filling": fill_the_product,
    "release_testing": record_a_result,
    "identity_check/first": check_in_the_chair,
    "identity_check/second": confirm_in_the_chair,
    "thaw/issue": issue_a_bag,
    "thaw": thaw_a_bag,
    "bedside_check/first": check_at_the_bed,
    "bedside_check/second": confirm_at_the_bed,
}


@pytest.mark.requirement("TRN-01")
@pytest.mark.parametrize("name", ACTS)
def test_an_unread_lesson_keeps_whoever_is_qualified_from_the_task_until_it_is_read(name: str) -> None:
    record, action, command, actor = ACTS[name]()
    assert record.unmet(action, command, actor) == []
    lesson = Lesson.of("L1")
    attached = LessonAttached(
        lesson=lesson, curriculum=HOUSE, case=Case.of("DEV-1"), task=name.partition("/")[0], title="T", text=SEALED,
        by=OPERATOR.person,
    )  # fmt: skip
    record.happened(attached, by=person("trainer", "trainer"))
    (gate,) = record.unmet(action, command, actor)
    assert "qualified" in gate
    record.do(lessons.ACKNOWLEDGE, lessons.AcknowledgeLesson(lesson=lesson), actor)
    assert record.unmet(action, command, actor) == []


@pytest.mark.requirement("TRN-S4", "GMP-06")
def test_a_new_version_in_mid_batch_leaves_the_batch_and_the_training_it_asks_for_as_they_were() -> None:
    """The new version gives the remaining steps to another task; the batch goes on under the version it began with."""
    new = replace(
        VERSION,
        version="2",
        digest=Digest("22" * 32),
        steps=tuple(replace(step, task="closed_system", measurements=()) for step in VERSION.steps),
        tasks={**VERSION.tasks, "closed_system": "Closed system"},
    )
    plant = Plant(MARCH, programmes=Programmes([VERSION, new]))
    plant.until("started")
    plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0))
    approved = ProgrammeApproved(
        programme=new.programme, version=new.digest, proposed_by=OPERATOR.person, by=OPERATOR_2.person
    )
    plant.happened(approved, by=OPERATOR)
    plant.qualify(OPERATOR_2, "closed_system")
    plant.revoked(OPERATOR_2, "aseptic_processing")

    with pytest.raises(Refusal) as no:  # trained for the new version only: not for what this batch asks
        plant.act("manufacturing.complete_step", OPERATOR_2, **plant.step(1))
    assert no.value.gates == ("manufacturing.operator_is_qualified",)
    assert plant.act("manufacturing.complete_step", OPERATOR, **plant.step(1)), "the pinned version's own training"
