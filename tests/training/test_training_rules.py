"""A qualification counts from its record on, until it ends, is taken away, or its task asks for more."""

import pytest
from tests.support.clinic import INFUSION, NURSE, NURSE_2, Clinic
from tests.support.paper import Refusal
from tests.support.plant import BAG, BATCH, FILE, OPERATOR, OPERATOR_2, QA, ROOM, SEALED, TRAINER, Plant, as_role
from tests.support.school import ASEPTIC_2, LESSON, TASK, School
from tests.support.school import CASE as CASE_7

from coign.infusion.actions import bedside
from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Lesson, Person
from coign.kernel.values import Actor, Instant
from coign.training.actions import extension
from coign.training.events import HOUSE, LessonRead, RenewalAsked
from coign.training.state import CASE, EXTENSION
from coign.training.views import (
    CURRICULUM,
    LESSONS_KEPT_MAX,
    QUALIFICATIONS,
    Qualifications,
    missing_qualification,
    obstacles,
    unread_lessons,
)

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def sentence(plant: Plant, task: str, actor: Actor = OPERATOR) -> str | None:
    """What the gates of every domain say to this actor about a task."""
    states = {
        (actor.person, QUALIFICATIONS.name): plant.state(QUALIFICATIONS, actor.person),
        (HOUSE, CURRICULUM.name): plant.state(CURRICULUM, HOUSE),
    }
    known = Circumstances(now=plant.now, actor=actor, states=states, heads={})
    return missing_qualification(task, known)


def test_a_qualification_ends_at_its_instant_and_not_before() -> None:
    plant = Plant(MARCH)
    plant.qualify(OPERATOR, "filling", days=10)
    held = plant.state(QUALIFICATIONS, OPERATOR.person)
    until = held.of("filling").until
    assert held.is_qualified("filling", until.plus(seconds=-1)) and not held.is_qualified("filling", until)
    assert not held.is_qualified("aseptic_processing", plant.now)


def test_a_renewed_qualification_takes_the_place_of_the_old_one() -> None:
    plant = Plant(MARCH)
    for days in (10, 300):
        plant.qualify(OPERATOR, "filling", days=days)
    assert len(plant.state(QUALIFICATIONS, OPERATOR.person).held) == 1
    plant.wait(days=200)
    assert plant.state(QUALIFICATIONS, OPERATOR.person).is_qualified("filling", plant.now)


@pytest.mark.requirement("TRN-01")
def test_who_never_held_or_no_longer_holds_a_qualification_is_told_so_and_refused() -> None:
    plant = Plant(MARCH)
    plant.until("at_hand")
    plant.revoked(OPERATOR, TASK)
    with pytest.raises(Refusal) as no:
        plant.act("manufacturing.start_batch", OPERATOR, unit=BAG, room=ROOM, batch=BATCH)
    assert no.value.gates == ("manufacturing.starter_is_qualified",)
    plant.wait(days=301)
    assert "ended" in str(sentence(plant, TASK, OPERATOR_2))
    assert "not qualified" in str(sentence(plant, "juggling"))
    assert sentence(plant, "") is None
    assert Qualifications().of("filling") is None


@pytest.mark.requirement("TRN-S1")
def test_a_second_verifier_whose_qualification_lapsed_at_midnight_is_refused_at_five_past() -> None:
    """Another verifier can act, or the same one once quality has approved an extension that somebody else asked for."""
    clinic = Clinic(start=Instant.parse("2026-03-02T20:00:00Z"))
    patient, _, unit = clinic.ready_to_thaw("maria")
    task, lapsing = "bedside_check", NURSE_2
    midnight = Instant.parse(f"{clinic.now.plus(days=1)[:10]}T00:00:00Z")
    clinic.qualify(lapsing, task, days=midnight.minutes_since(clinic.now) / 1440)  # type: ignore[arg-type]
    clinic.wait(minutes=midnight.minutes_since(clinic.now) - 10)
    clinic.thaw(unit)
    clinic.wait(minutes=11)
    clinic.check(unit, patient, NURSE)
    clinic.wait(minutes=4)
    assert clinic.now[11:16] == "00:05"

    second = bedside.ConfirmBedside(unit=unit, bag=unit, wristband=patient)
    refused = ["infusion.qualified_for_bedside_check"]
    assert clinic.unmet(bedside.CONFIRM_BEDSIDE, second, lapsing) == refused
    assert clinic.unmet(bedside.CONFIRM_BEDSIDE, second, INFUSION) == []

    ask = extension.AskExtension(person=lapsing.person, task=task, until=clinic.now.plus(hours=8), why=SEALED)
    clinic.do(extension.ASK, ask, NURSE)
    assert clinic.unmet(bedside.CONFIRM_BEDSIDE, second, lapsing) == refused, "asking alone changes nothing"
    quality = Actor(Person.of("qa"), "qa", NURSE.organisation)
    clinic.do(extension.APPROVE, extension.ApproveExtension(person=lapsing.person, task=task), quality)
    assert clinic.unmet(bedside.CONFIRM_BEDSIDE, second, lapsing) == []
    extended = clinic.state(QUALIFICATIONS, lapsing.person)
    assert not extended.is_qualified(task, ask.until), "and the extension ends by itself"
    assert clinic.state(EXTENSION, lapsing.person).of(task) is None


@pytest.mark.requirement("TRN-S2", "TRN-02")
def test_a_certificate_recorded_today_makes_nothing_good_that_was_done_before() -> None:
    """A step tried in between was refused then; a qualification begins with its record, not with its paper's date."""
    plant = Plant(MARCH)
    plant.until("at_hand")
    plant.revoked(OPERATOR, TASK)
    start = {"unit": BAG, "room": ROOM, "batch": BATCH}
    with pytest.raises(Refusal):
        plant.act("manufacturing.start_batch", OPERATOR, **start)
    tried_at = plant.now
    plant.wait(minutes=20)
    given = {"person": OPERATOR.person, "task": TASK, "until": plant.now.plus(days=300), "evidence": FILE}
    plant.act("training.qualify", TRAINER, **given, certified_on=tried_at.plus(days=-7))

    held = plant.state(QUALIFICATIONS, OPERATOR.person).of(TASK)
    assert held.since > tried_at and held.since[:10] == plant.now[:10]
    assert plant.act("manufacturing.start_batch", OPERATOR, **start), "from now on it counts"


# A new version of a course


@pytest.mark.requirement("TRN-03")
def test_after_the_date_of_grace_only_the_new_version_counts() -> None:
    school = School(MARCH)
    school.qualify(OPERATOR_2, TASK)
    school.in_force()
    school.passed()
    school.watched()
    grace = school.now.plus(days=30)
    school.in_force(ASEPTIC_2, renew_by=grace)
    assert sentence(school, TASK) is None and sentence(school, TASK, OPERATOR_2) is None, "grace"
    school.wait(days=31)
    for actor in (OPERATOR, OPERATOR_2):
        assert "asks for the new version of its course since" in str(sentence(school, TASK, actor))

    school.act("training.ask_extension", OPERATOR_2, **until(school, OPERATOR, hours=48), why=SEALED)
    school.act("training.approve_extension", QA, person=OPERATOR.person, task=TASK)
    assert sentence(school, TASK) is None, "an emergency that the quality unit approved"
    school.passed(version=ASEPTIC_2)
    school.qualify(OPERATOR_2, TASK)  # a certificate accepted by a trainer who knows the new version
    assert sentence(school, TASK, OPERATOR_2) is None
    school.watched(version=ASEPTIC_2)
    school.wait(hours=49)
    assert sentence(school, TASK) is None


def until(school: School, actor: Actor, *, hours: float) -> dict[str, object]:
    return {"person": actor.person, "task": TASK, "until": school.now.plus(hours=hours)}


def test_a_newer_renewal_takes_the_place_of_the_older_one_of_the_same_task() -> None:
    school = School(MARCH)
    for days in (10, 20):
        asked = RenewalAsked(
            curriculum=HOUSE, tasks=(TASK,), course=ASEPTIC_2.course, version=ASEPTIC_2.digest,
            until=MARCH.plus(days=days),
        )  # fmt: skip
        school.happened(asked, by=QA)
    (renewal,) = school.state(CURRICULUM, HOUSE).renewals
    assert renewal.until == MARCH.plus(days=20)


# Lessons


def test_a_lesson_is_asked_of_everybody_who_does_its_task_and_of_nobody_else() -> None:
    school = School(MARCH)
    school.qualify(OPERATOR, TASK)
    school.qualify(OPERATOR, "filling")
    school.lesson()
    held, curriculum = school.state(QUALIFICATIONS, OPERATOR.person), school.state(CURRICULUM, HOUSE)
    assert unread_lessons(held, TASK, curriculum) == (LESSON,)
    assert unread_lessons(held, "filling", curriculum) == ()
    assert LESSON.identifier in str(sentence(school, TASK)) and sentence(school, "filling") is None
    assert [o.why for o in obstacles("juggling", held, curriculum, school.now)] == ["not_qualified"]

    school.act("training.acknowledge_lesson", OPERATOR, lesson=LESSON)
    assert sentence(school, TASK) is None
    assert "you have not read" in str(sentence(school, TASK, OPERATOR_2)), "reading is everybody's own"
    school.act("training.retire_lesson", TRAINER, lesson=LESSON, why=SEALED)
    assert "you have not read" not in str(sentence(school, TASK, OPERATOR_2))


def test_a_lesson_comes_from_a_deviation_and_knows_which_step_it_was_about() -> None:
    school = School(MARCH)
    school.closed_case()
    case = school.state(CASE, CASE_7)
    assert (case.step, case.closed, case.tasks) == ("expand", True, ())


def test_the_newest_lessons_that_somebody_read_are_kept() -> None:
    school = School(MARCH)
    for number in range(LESSONS_KEPT_MAX + 1):
        read = LessonRead(person=OPERATOR.person, lesson=Lesson.of(f"L{number}"), task=TASK)
        school.happened(read, by=OPERATOR)
    read_lessons = school.state(QUALIFICATIONS, OPERATOR.person).read
    assert len(read_lessons) == LESSONS_KEPT_MAX and Lesson.of("L0") not in read_lessons


def test_a_person_in_two_roles_reads_a_lesson_once() -> None:
    school = School(MARCH)
    school.qualify(OPERATOR, TASK)
    school.lesson()
    school.act("training.acknowledge_lesson", as_role(OPERATOR, "analyst"), lesson=LESSON)
    assert sentence(school, TASK) is None
