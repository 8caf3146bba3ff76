"""Record observed practice: somebody qualified watched; if the task was mastered, the qualification is earned."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Course, Person
from coign.kernel.values import Actor, FreeText
from coign.people.views import AUTHORITY
from coign.training import attempt_gates, course_gates, gates
from coign.training.courses.model import courses_of
from coign.training.earning import earned
from coign.training.events import PracticeObserved, QualificationEarned, file_of
from coign.training.roles import LEARNERS
from coign.training.state import COURSE, LEARNING, PRACTICE
from coign.training.views import QUALIFICATIONS, reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservePractice:
    """Whom you watched at which task, whether they master it, and what you saw."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    course: Course = field(metadata=asks("Course", "choose", options="courses"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))
    mastered: bool = field(metadata=asks("They do it rightly without help", "choose"))
    notes: FreeText = field(metadata=asks("What you saw", hint="which act, on which day, what went well or not"))


def _reads(asked: ObservePractice, actor: Actor) -> Sequence[Read]:
    learner = file_of(asked.person)
    return (
        Read(asked.person, AUTHORITY),
        Read(asked.person, QUALIFICATIONS),
        Read(asked.course, COURSE),
        Read(learner, LEARNING),
        Read(learner, PRACTICE),
        *reads_of_skill(actor.person),
    )


def _decide(asked: ObservePractice, known: Circumstances) -> Sequence[Fact]:
    version = known.state(COURSE, asked.course).in_force
    learning = known.state(LEARNING, file_of(asked.person)).of(asked.course)
    assert version is not None
    assert learning is not None
    assert learning.passed is not None
    course, observer = courses_of(known).version(version), known.actor.person
    observed = PracticeObserved(
        learner=file_of(asked.person),
        course=asked.course,
        version=version,
        task=asked.task,
        mastered=asked.mastered,
        observer=observer,
        notes=asked.notes,
    )
    if not asked.mastered:
        return (observed,)
    return (observed, earned(course, asked.task, learning.passed.attempt, asked.person, observer, known))


ACTION = Action(
    name="training.observe_practice",
    title="Record that you watched somebody practise",
    command=ObservePractice,
    roles=LEARNERS,
    reads=_reads,
    gates=(
        gates.trainee_is_active,
        gates.assessor_is_another,
        gates.assessor_is_qualified,
        course_gates.course_is_in_force,
        attempt_gates.task_is_of_the_course,
        attempt_gates.theory_comes_first,
    ),
    decide=_decide,
    emits=(PracticeObserved, QualificationEarned),
    requirements=("TRN-01", "TRN-04", "TRN-06", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="Reading alone makes nobody able: hands are seen by somebody who knows what they look for.",
    meaning="observed",
)
