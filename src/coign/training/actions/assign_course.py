"""Assign a course to somebody: from now on they may try its questions."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Course, Person
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY
from coign.training import course_gates, gates
from coign.training.events import CourseAssigned, file_of
from coign.training.state import COURSE, LEARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCourse:
    """Who takes which course, by when."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    course: Course = field(metadata=asks("Course", "choose", options="courses"))
    due: Instant | None = field(default=None, metadata=asks("By"))


def _reads(asked: AssignCourse, actor: Actor) -> Sequence[Read]:
    learner = file_of(asked.person)
    return (Read(asked.person, AUTHORITY), Read(asked.course, COURSE), Read(learner, LEARNING))


def _decide(asked: AssignCourse, known: Circumstances) -> Sequence[CourseAssigned]:
    organisation, owner = known.state(AUTHORITY, asked.person).organisation, known.state(COURSE, asked.course).owner
    assert organisation is not None
    assert owner is not None
    return (
        CourseAssigned(
            learner=file_of(asked.person),
            person=asked.person,
            organisation=organisation,
            owner=owner,
            course=asked.course,
            due=asked.due,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="training.assign_course",
    title="Assign a course",
    command=AssignCourse,
    roles=frozenset({"trainer"}),
    reads=_reads,
    gates=(
        gates.trainee_is_active,
        course_gates.course_is_in_force,
        course_gates.assignment_is_needed,
        course_gates.due_lies_ahead,
    ),
    decide=_decide,
    emits=(CourseAssigned,),
    requirements=("TRN-01", "TRN-03"),
    risk=Risk.DATA,
    rationale="Whoever is not told what to learn finds out at the bench.",
)
