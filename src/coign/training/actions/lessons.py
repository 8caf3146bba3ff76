"""Lessons: drawn from a closed case, read before the task is next done, retired when a course holds them."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Lesson
from coign.kernel.values import Actor, FreeText
from coign.training import course_gates, gates
from coign.training.events import HOUSE, LessonAttached, LessonRead, LessonRetired
from coign.training.roles import LEARNERS
from coign.training.state import CASE, LESSON
from coign.training.views import CURRICULUM, QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachLesson:
    """From which case, for which task, what everybody who does it should know."""

    case: Case = field(metadata=asks("Closed deviation", "choose", options="closed_deviations"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))
    title: str = field(metadata=asks("Title", hint="a few words; everybody sees them, so name nobody"))
    text: FreeText = field(
        metadata=asks("Lesson", hint="what happened, why, what is done differently now; name nobody")
    )
    lesson: Lesson = field(metadata=allotted())


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeLesson:
    """Which lesson was read and understood."""

    lesson: Lesson = field(metadata=asks("Lesson", "known"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireLesson:
    """Which lesson nobody has to read any more, and why."""

    lesson: Lesson = field(metadata=asks("Lesson", "known"))
    why: FreeText = field(metadata=asks("Why", hint="such as: it is part of the course now"))


def _reads_to_attach(asked: AttachLesson, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE), Read(HOUSE, CURRICULUM), Read(asked.lesson, LESSON))


def _attach(asked: AttachLesson, known: Circumstances) -> Sequence[LessonAttached]:
    return (
        LessonAttached(
            lesson=asked.lesson,
            curriculum=HOUSE,
            case=asked.case,
            task=asked.task,
            title=asked.title,
            text=asked.text,
            by=known.actor.person,
        ),
    )


ATTACH = Action(
    name="training.attach_lesson",
    title="Attach a lesson to a task",
    command=AttachLesson,
    roles=frozenset({"trainer", "qa"}),
    reads=_reads_to_attach,
    gates=(
        course_gates.case_is_closed,
        gates.task_is_known,
        course_gates.lesson_is_new,
        course_gates.lessons_are_few,
    ),
    decide=_attach,
    emits=(LessonAttached,),
    requirements=("TRN-15",),
    risk=Risk.PATIENT,
    rationale="A deviation that only its own batch learns from happens again in the next one.",
)


def _reads_to_acknowledge(asked: AcknowledgeLesson, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lesson, LESSON), Read(actor.person, QUALIFICATIONS))


def _acknowledge(asked: AcknowledgeLesson, known: Circumstances) -> Sequence[LessonRead]:
    task = known.state(LESSON, asked.lesson).task
    return (LessonRead(person=known.actor.person, lesson=asked.lesson, task=task),)


ACKNOWLEDGE = Action(
    name="training.acknowledge_lesson",
    title="Confirm that you read a lesson",
    command=AcknowledgeLesson,
    roles=LEARNERS,
    reads=_reads_to_acknowledge,
    gates=(course_gates.lesson_is_in_force, course_gates.lesson_is_unread),
    decide=_acknowledge,
    emits=(LessonRead,),
    requirements=("TRN-15", "TRN-01"),
    risk=Risk.DATA,
    rationale="Whoever does the task next knows what went wrong the last time.",
)


def _reads_to_retire(asked: RetireLesson, actor: Actor) -> Sequence[Read]:
    return (Read(asked.lesson, LESSON), Read(HOUSE, CURRICULUM))


def _retire(asked: RetireLesson, known: Circumstances) -> Sequence[LessonRetired]:
    return (LessonRetired(lesson=asked.lesson, curriculum=HOUSE, by=known.actor.person, why=asked.why),)


RETIRE = Action(
    name="training.retire_lesson",
    title="Retire a lesson",
    command=RetireLesson,
    roles=frozenset({"trainer", "qa"}),
    reads=_reads_to_retire,
    gates=(course_gates.lesson_is_in_force,),
    decide=_retire,
    emits=(LessonRetired,),
    requirements=("TRN-15",),
    risk=Risk.DATA,
    rationale="Lessons that stay for ever are clicked away, and the new one with them.",
)
