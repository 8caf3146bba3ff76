"""Courses, attempts, training files, lessons and the cases they come from: training's own business."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Attempt, Batch, Case, Course, Learner, Organisation, Person
from coign.kernel.values import Digest, FreeText, Instant
from coign.kernel.views import Stamp, View
from coign.quality.events import DeviationClosed, DeviationOpened
from coign.training.events import (
    Answer,
    AnswersAlike,
    AttemptDecided,
    AttemptHandedIn,
    AttemptStarted,
    CourseApproved,
    CourseAssigned,
    CourseProposed,
    ExtensionApproved,
    ExtensionAsked,
    LessonAttached,
    LessonRetired,
    PracticeObserved,
)

#: Of one course and house so many who passed last are looked at: more than wait to be watched at once.
PASSED_KEPT_MAX = 50

# Courses


@dataclass(frozen=True, slots=True)
class CourseState:
    """Whose course it is, which version is in force, and which one waits for a second signature."""

    owner: Organisation | None = None
    in_force: Digest | None = None
    since: Instant | None = None
    proposed: Digest | None = None
    proposed_by: Person | None = None


def _evolve_course(state: CourseState, fact: Fact, stamp: Stamp) -> CourseState:
    match fact:
        case CourseProposed(version=version, by=by, organisation=organisation):
            return replace(state, owner=organisation, proposed=version, proposed_by=by)
        case CourseApproved(version=version):
            return CourseState(state.owner, version, stamp.time)
        case _:
            return state


COURSE = View(
    "training.course",
    kinds=frozenset({"course"}),
    folds=(CourseProposed, CourseApproved),
    state=CourseState,
    evolve=_evolve_course,
)


# Attempts


@dataclass(frozen=True, slots=True)
class AttemptState:
    """One attempt: what was drawn, what was answered, what it came to."""

    person: Person | None = None
    learner: Learner | None = None
    organisation: Organisation | None = None
    course: Course | None = None
    version: Digest | None = None
    drawn: tuple[str, ...] = ()
    pass_mark: int = 0
    started_at: Instant | None = None
    handed_in_at: Instant | None = None
    answers: tuple[Answer, ...] = ()
    right: int = 0
    wrong: tuple[str, ...] = ()
    result: str = ""  # passed, failed, in_question, void; "": not handed in
    alike: Attempt | None = None


def _evolve_attempt(state: AttemptState, fact: Fact, stamp: Stamp) -> AttemptState:
    match fact:
        case AttemptStarted():
            return AttemptState(
                fact.person, fact.learner, fact.organisation, fact.course, fact.version, fact.drawn, fact.pass_mark,
                stamp.time,
            )  # fmt: skip
        case AttemptHandedIn():
            return replace(
                state, handed_in_at=stamp.time, answers=fact.answers, right=fact.right, wrong=fact.wrong,
                result=fact.result,
            )  # fmt: skip
        case AnswersAlike(attempt=attempt, other=other):
            this = stamp.subject == attempt
            # Of the two only what would count is in question: the one handed in now, or the other if it was passed.
            result = "in_question" if state.result == "passed" else state.result
            return replace(state, result=result, alike=other if this else attempt)
        case AttemptDecided(verdict=verdict):
            return replace(state, result="passed" if verdict == "counts" else "void")
        case _:
            return state


ATTEMPT = View(
    "training.attempt",
    kinds=frozenset({"attempt"}),
    folds=(AttemptStarted, AttemptHandedIn, AnswersAlike, AttemptDecided),
    state=AttemptState,
    evolve=_evolve_attempt,
)


# Training files


@dataclass(frozen=True, slots=True)
class Passed:
    """The attempt that was passed, in which version; `in_question`: a trainer has not decided yet."""

    attempt: Attempt
    version: Digest
    at: Instant
    in_question: bool = False


@dataclass(frozen=True, slots=True)
class Learning:
    """One course of one person, since it was last assigned."""

    course: Course
    assigned_at: Instant
    due: Instant | None = None
    attempts: int = 0
    open: Attempt | None = None
    opened_at: Instant | None = None
    passed: Passed | None = None

    @property
    def is_passed(self) -> bool:
        """Whether the questions are behind this person."""
        return self.passed is not None and not self.passed.in_question


@dataclass(frozen=True, slots=True)
class LearningState:
    """What somebody was told to learn, and how far they are; one line a course."""

    person: Person | None = None
    courses: tuple[Learning, ...] = ()

    def of(self, course: Course) -> Learning | None:
        """This course, if it was ever assigned."""
        return next((c for c in self.courses if c.course == course), None)


def _with(state: LearningState, learning: Learning) -> LearningState:
    others = tuple(c for c in state.courses if c.course != learning.course)
    return replace(state, courses=(*others, learning))


def _evolve_learning(state: LearningState, fact: Fact, stamp: Stamp) -> LearningState:
    match fact:
        case CourseAssigned(person=person, course=course):
            return _with(replace(state, person=person), Learning(course, stamp.time, fact.due))
        case AttemptStarted(course=course) | AttemptHandedIn(course=course):
            return _with(state, _taken(state.of(course) or Learning(course, stamp.time), fact, stamp))
        case AnswersAlike(course=course) | AttemptDecided(course=course):
            return _with(state, _judged(state.of(course) or Learning(course, stamp.time), fact))
        case _:
            return state


def _taken(learning: Learning, fact: AttemptStarted | AttemptHandedIn, stamp: Stamp) -> Learning:
    """One course after an attempt was begun or handed in."""
    if isinstance(fact, AttemptStarted):
        return replace(learning, attempts=learning.attempts + 1, open=fact.attempt, opened_at=stamp.time)
    in_question = fact.result == "in_question"
    got = None if fact.result == "failed" else Passed(fact.attempt, fact.version, stamp.time, in_question)
    return replace(learning, open=None, opened_at=None, passed=got)


def _judged(learning: Learning, fact: AnswersAlike | AttemptDecided) -> Learning:
    """One course after its pass was put in question, or decided on."""
    passed, concerned = learning.passed, (fact.attempt, getattr(fact, "other", None))
    if passed is None or passed.attempt not in concerned:
        return learning
    if isinstance(fact, AnswersAlike):
        return replace(learning, passed=replace(passed, in_question=True))
    return replace(learning, passed=replace(passed, in_question=False) if fact.verdict == "counts" else None)


LEARNING = View(
    "training.learning",
    kinds=frozenset({"learner"}),
    folds=(CourseAssigned, AttemptStarted, AttemptHandedIn, AnswersAlike, AttemptDecided),
    state=LearningState,
    evolve=_evolve_learning,
)


@dataclass(frozen=True, slots=True)
class PassedState:
    """Who of a house passed a course lately, the newest last: among them are those who wait to be watched."""

    learners: tuple[Learner, ...] = ()


def _evolve_passed(state: PassedState, fact: Fact, stamp: Stamp) -> PassedState:
    match fact:
        case AttemptHandedIn(learner=learner, result=result) if result != "failed":
            others = tuple(one for one in state.learners if one != learner)
            return PassedState((*others, learner)[-PASSED_KEPT_MAX:])
        case _:
            return state


PASSED = View(
    "training.passed",
    kinds=frozenset({"cohort"}),
    folds=(AttemptHandedIn,),
    state=PassedState,
    evolve=_evolve_passed,
)


@dataclass(frozen=True, slots=True)
class Practised:
    """The last time somebody qualified watched a task, and whether it was mastered."""

    task: str
    course: Course
    version: Digest
    at: Instant
    mastered: bool
    observer: Person


@dataclass(frozen=True, slots=True)
class PracticeState:
    """Observed practice, one line a task."""

    seen: tuple[Practised, ...] = ()


def _evolve_practice(state: PracticeState, fact: Fact, stamp: Stamp) -> PracticeState:
    if not isinstance(fact, PracticeObserved):
        return state
    others = tuple(p for p in state.seen if p.task != fact.task)
    seen = Practised(fact.task, fact.course, fact.version, stamp.time, fact.mastered, fact.observer)
    return PracticeState((*others, seen))


PRACTICE = View(
    "training.practice",
    kinds=frozenset({"learner"}),
    folds=(PracticeObserved,),
    state=PracticeState,
    evolve=_evolve_practice,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An extension that waits for the quality unit."""

    task: str
    until: Instant
    by: Person


@dataclass(frozen=True, slots=True)
class ExtensionState:
    """Extensions asked for, one line a task."""

    asked: tuple[Asked, ...] = ()

    def of(self, task: str) -> Asked | None:
        """What was asked for this task and not decided."""
        return next((a for a in self.asked if a.task == task), None)


def _evolve_extension(state: ExtensionState, fact: Fact, stamp: Stamp) -> ExtensionState:
    match fact:
        case ExtensionAsked(task=task, until=until, by=by):
            return ExtensionState((*(a for a in state.asked if a.task != task), Asked(task, until, by)))
        case ExtensionApproved(task=task):
            return ExtensionState(tuple(a for a in state.asked if a.task != task))
        case _:
            return state


EXTENSION = View(
    "training.extension",
    kinds=frozenset({"person"}),
    folds=(ExtensionAsked, ExtensionApproved),
    state=ExtensionState,
    evolve=_evolve_extension,
)


# Lessons


@dataclass(frozen=True, slots=True)
class LessonState:
    """What was learned, from which case, for which task; `retired_at`: nobody has to read it any more."""

    case: Case | None = None
    task: str = ""
    title: str = ""
    text: FreeText | None = None
    since: Instant | None = None
    retired_at: Instant | None = None


def _evolve_lesson(state: LessonState, fact: Fact, stamp: Stamp) -> LessonState:
    match fact:
        case LessonAttached():
            return LessonState(fact.case, fact.task, fact.title, fact.text, stamp.time)
        case LessonRetired():
            return replace(state, retired_at=stamp.time)
        case _:
            return state


LESSON = View(
    "training.lesson",
    kinds=frozenset({"lesson"}),
    folds=(LessonAttached, LessonRetired),
    state=LessonState,
    evolve=_evolve_lesson,
)


@dataclass(frozen=True, slots=True)
class CaseState:
    """A deviation as far as something can be learned from it: what it was about, whether it is closed."""

    batch: Batch | None = None
    step: str = ""
    closed: bool = False
    tasks: tuple[str, ...] = ()


def _evolve_case(state: CaseState, fact: Fact, stamp: Stamp) -> CaseState:
    match fact:
        case DeviationOpened(batch=batch, step=step):
            return CaseState(batch, step)
        case DeviationClosed():
            return replace(state, closed=True)
        case LessonAttached(task=task):
            return replace(state, tasks=(*state.tasks, task))
        case _:
            return state


CASE = View(
    "training.case",
    kinds=frozenset({"case"}),
    folds=(DeviationOpened, DeviationClosed, LessonAttached),
    state=CaseState,
    evolve=_evolve_case,
)
