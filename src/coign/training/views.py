"""Who may perform which task now, and what tasks ask besides: the questions that every action with a task asks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from coign.kernel.actions import Circumstances, Read
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Attempt, Course, Lesson, Person
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View
from coign.training.events import (
    HOUSE,
    ExtensionApproved,
    LessonAttached,
    LessonRead,
    LessonRetired,
    QualificationEarned,
    QualificationRevoked,
    Qualified,
    RenewalAsked,
)

#: Of the lessons that somebody read the newest are kept: more than can be in force at once.
LESSONS_KEPT_MAX = 200

# What a person holds


@dataclass(frozen=True, slots=True)
class Qualification:
    """One task, from when until when, and who saw that it is mastered; of a course, or by a certificate."""

    task: str
    since: Instant
    until: Instant
    assessor: Person | None
    course: Course | None = None
    version: Digest | None = None
    attempt: Attempt | None = None
    extended_until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Qualifications:
    """The tasks a person was found able to perform, one line a task, so bounded by their number; and lessons read."""

    held: tuple[Qualification, ...] = ()
    read: tuple[Lesson, ...] = ()

    def of(self, task: str) -> Qualification | None:
        """The qualification for a task, run out or not."""
        return next((q for q in self.held if q.task == task), None)

    def is_qualified(self, task: str, now: Instant) -> bool:
        """Whether the person's own qualification lasts; what the task asks besides is `obstacles`."""
        found = self.of(task)
        return found is not None and now < max(found.until, found.extended_until or found.until)


def _put(state: Qualifications, qualification: Qualification) -> Qualifications:
    others = tuple(q for q in state.held if q.task != qualification.task)
    return replace(state, held=(*others, qualification))


def _evolve_qualifications(state: Qualifications, fact: Fact, stamp: Stamp) -> Qualifications:
    match fact:
        case Qualified(task=task, until=until, assessor=assessor):
            return _put(state, Qualification(task, stamp.time, until, assessor))
        case QualificationEarned():
            until = stamp.time.plus(days=fact.valid_days)
            earned = Qualification(
                fact.task, stamp.time, until, fact.observer, fact.course, fact.version, fact.attempt
            )  # fmt: skip
            return _put(state, earned)
        case QualificationRevoked(task=task):
            return replace(state, held=tuple(q for q in state.held if q.task != task))
        case ExtensionApproved(task=task, until=until):
            held = tuple(replace(q, extended_until=until) if q.task == task else q for q in state.held)
            return replace(state, held=held)
        case LessonRead(lesson=lesson):
            return replace(state, read=(*state.read, lesson)[-LESSONS_KEPT_MAX:])
        case _:
            return state


QUALIFICATIONS = View(
    "training.qualifications",
    kinds=frozenset({"person"}),
    folds=(Qualified, QualificationEarned, QualificationRevoked, ExtensionApproved, LessonRead),
    state=Qualifications,
    evolve=_evolve_qualifications,
    version=2,
    public=True,
)


# What tasks ask besides


@dataclass(frozen=True, slots=True)
class LessonInForce:
    """A lesson that has to be read before a task is next done."""

    lesson: Lesson
    task: str
    since: Instant


@dataclass(frozen=True, slots=True)
class Renewal:
    """From `until` on a task asks for a qualification of this version of the course."""

    task: str
    course: Course
    version: Digest
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class CurriculumState:
    """Lessons in force and renewals asked; bounded by a rule and by the number of tasks."""

    lessons: tuple[LessonInForce, ...] = ()
    renewals: tuple[Renewal, ...] = ()

    def renewal_of(self, task: str) -> Renewal | None:
        """The newest renewal of a task."""
        return next((r for r in self.renewals if r.task == task), None)


def _evolve_curriculum(state: CurriculumState, fact: Fact, stamp: Stamp) -> CurriculumState:
    match fact:
        case LessonAttached(lesson=lesson, task=task):
            return replace(state, lessons=(*state.lessons, LessonInForce(lesson, task, stamp.time)))
        case LessonRetired(lesson=lesson):
            return replace(state, lessons=tuple(kept for kept in state.lessons if kept.lesson != lesson))
        case RenewalAsked():
            others = tuple(r for r in state.renewals if r.task not in fact.tasks)
            asked = (Renewal(task, fact.course, fact.version, stamp.time, fact.until) for task in fact.tasks)
            return replace(state, renewals=(*others, *asked))
        case _:
            return state


CURRICULUM = View(
    "training.curriculum",
    kinds=frozenset({"curriculum"}),
    folds=(LessonAttached, LessonRetired, RenewalAsked),
    state=CurriculumState,
    evolve=_evolve_curriculum,
    public=True,
)


# The questions


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why somebody may not perform a task: never held, ran out, asks for the new version, or lessons are unread."""

    why: Literal["not_qualified", "ended", "renewal", "lessons"]
    since: Instant | None = None
    lessons: tuple[Lesson, ...] = ()


def unread_lessons(held: Qualifications, task: str, curriculum: CurriculumState) -> tuple[Lesson, ...]:
    """The lessons of a task that this person has not read yet."""
    return tuple(kept.lesson for kept in curriculum.lessons if kept.task == task and kept.lesson not in held.read)


def end_of(qualification: Qualification, curriculum: CurriculumState) -> Instant:
    """When it ends: at its own date, or at the end of grace if the course has a newer version; an extension lasts."""
    renewal, until = curriculum.renewal_of(qualification.task), qualification.until
    if renewal is not None and not _is_renewed(qualification, renewal):
        until = min(until, renewal.until)
    return max(until, qualification.extended_until or until)


def _is_renewed(qualification: Qualification, renewal: Renewal) -> bool:
    """Of the new version, or by a certificate that a trainer accepted knowing the new version."""
    if qualification.version is None:
        return qualification.since >= renewal.since
    return qualification.version == renewal.version


def obstacles(task: str, held: Qualifications, curriculum: CurriculumState, now: Instant) -> tuple[Obstacle, ...]:
    """Everything that keeps somebody from a task now; nothing: they may perform it."""
    found: list[Obstacle] = []
    qualification = held.of(task)
    if qualification is None:
        found.append(Obstacle("not_qualified"))
    elif (ended := end_of(qualification, curriculum)) <= now:
        ran_out = qualification.until <= now
        found.append(Obstacle("ended" if ran_out else "renewal", ended))
    if lessons := unread_lessons(held, task, curriculum):
        found.append(Obstacle("lessons", lessons=lessons))
    return tuple(found)


def reads_of_skill(person: Person) -> Sequence[Read]:
    """What `missing_qualification` needs: every action whose gates ask for a task declares it for its actor."""
    return (Read(person, QUALIFICATIONS), Read(HOUSE, CURRICULUM))


def missing_qualification(task: str, known: Circumstances) -> str | None:
    """None, or the sentence that says what keeps the actor from a task: qualification, new version, unread lessons.

    For the gates of every domain; the action reads `reads_of_skill` of the actor. No task (""): nothing is asked.
    """
    if not task:
        return None
    held, curriculum = known.state(QUALIFICATIONS, known.actor.person), known.state(CURRICULUM, HOUSE)
    said = [_sentence(task, obstacle) for obstacle in obstacles(task, held, curriculum, known.now)]
    return "; ".join(said) or None


def _sentence(task: str, obstacle: Obstacle) -> str:
    match obstacle.why:
        case "not_qualified":
            return f"you are not qualified for “{task}”"
        case "ended":
            return f"your qualification for “{task}” ended {obstacle.since}"
        case "renewal":
            return f"“{task}” asks for the new version of its course since {obstacle.since}: take it"
        case _:
            unread = ", ".join(lesson.identifier for lesson in obstacle.lessons)
            return f"you have not read what was learned about “{task}”: open Training and read {unread}"
