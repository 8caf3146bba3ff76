"""Start an attempt: the questions are drawn, version and pass mark are fixed."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Attempt, Course
from coign.kernel.values import Actor
from coign.training import attempt_gates as gates
from coign.training import course_gates
from coign.training.alike import COHORT
from coign.training.courses.model import courses_of
from coign.training.events import AttemptStarted, cohort_of, file_of
from coign.training.roles import LEARNERS
from coign.training.state import ATTEMPT, COURSE, LEARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """Which course was read and is now tried. The attempt's identifier is the seed that draws the questions."""

    course: Course = field(metadata=asks("Course", "choose", options="courses"))
    attempt: Attempt = field(metadata=allotted())


def _reads(asked: StartAttempt, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.course, COURSE),
        Read(file_of(actor.person), LEARNING),
        Read(cohort_of(asked.course, actor.organisation), COHORT),
        Read(asked.attempt, ATTEMPT),
    )


def _decide(asked: StartAttempt, known: Circumstances) -> Sequence[AttemptStarted]:
    course, actor = known.state(COURSE, asked.course), known.actor
    assert course.in_force is not None
    assert course.owner is not None
    version = courses_of(known).version(course.in_force)
    return (
        AttemptStarted(
            attempt=asked.attempt,
            learner=file_of(actor.person),
            cohort=cohort_of(asked.course, actor.organisation),
            person=actor.person,
            organisation=actor.organisation,
            owner=course.owner,
            course=asked.course,
            version=version.digest,
            drawn=version.drawn(asked.attempt.identifier),
            pass_mark=version.pass_mark,
        ),
    )


ACTION = Action(
    name="training.start_attempt",
    title="Answer the questions of a course",
    command=StartAttempt,
    roles=LEARNERS,
    reads=_reads,
    gates=(
        course_gates.course_is_in_force,
        gates.course_is_assigned,
        gates.no_attempt_is_open,
        gates.attempts_are_left,
    ),
    decide=_decide,
    emits=(AttemptStarted,),
    requirements=("TRN-01", "TRN-14"),
    risk=Risk.DATA,
    rationale="What a pass was worth can only be judged later if what was asked then is known.",
    page="designed",
)
