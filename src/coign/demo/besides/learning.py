"""A qualification that runs out in the night and is extended once; answers that look shared, and who decides."""

from typing import cast

from coign.demo import classroom
from coign.demo.besides import EVIDENCE, Do, by, person
from coign.demo.besides.beginning import SEED, Beginning
from coign.demo.classroom import ENDING, ICE, IDENTITY
from coign.kernel.subjects import Course
from coign.training.courses.model import CourseVersion, Library
from coign.training.state import ATTEMPT

#: Somebody of another profession whose qualification ends on the same day.
AS_WELL = "physician-1"
MORE_H, ENDED_DAYS = 48, 1


def told(do: Do) -> None:
    """First what waits for a trainer; then the day after the qualifications of two people ended."""
    _alike(do)
    _watched(do)
    task, days = ENDING[1:]
    certified = {"task": task, "until": do.now.plus(days=days), "evidence": EVIDENCE}
    for name in (AS_WELL, ENDING[0]):
        do(by("trainer-1"), "training.qualify", {"person": person(name), **certified})
    do(by("trainer-1"), "training.qualify", {"person": person("qa-1"), **certified})
    do.here.advance(24 * (days + ENDED_DAYS))
    why = "Demonstration: the only other nurse is ill; a patient is conditioned."
    for name in (AS_WELL, ENDING[0]):
        extended = {"person": person(name), "task": task}
        do(by("trainer-1"), "training.ask_extension", {**extended, "until": do.now.plus(hours=MORE_H), "why": why})
        do(by("qa-1"), "training.approve_extension", extended)


def _alike(do: Do) -> None:
    """Two of one house who sat at it together; one of them teaches as well."""
    seeding, courses = _at_school(do)
    do(by("qa-1", "trainer"), "training.assign_course", {"person": person("quality-us-1"), "course": ICE})
    for name in ("qa-1", "qp-1"):
        classroom.tried(seeding, name, courses[IDENTITY])
    shared = next(a for a, s in do.here.all(ATTEMPT) if s.person == person("qa-1") and s.result == "in_question")
    why = "Demonstration: they sat in two rooms; the answers are the ones that most people give."
    do(by("trainer-1"), "training.decide_attempt", {"attempt": shared, "verdict": "counts", "why": why})


def _watched(do: Do) -> None:
    """Whoever watches others has passed the questions as well."""
    seeding, courses = _at_school(do)
    for name in (AS_WELL, "nurse-2"):
        do.here.advance(hours=24)
        classroom.tried(seeding, name, courses[ICE])
    classroom.watched(seeding, "nurse-2", AS_WELL, ICE, "ice_scoring")


def _at_school(do: Do) -> tuple[Beginning, dict[Course, CourseVersion]]:
    library = cast(Library, do.here.programmes)
    return Beginning(do.here.service, SEED), {c.course: c for c in library.courses.all()}
