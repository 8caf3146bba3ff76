"""The gates of attempts and practice: one's own, in one sitting, every question once; seen by somebody qualified."""

from collections.abc import Mapping
from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Attempt
from coign.training.course_gates import OfCourse
from coign.training.courses.model import courses_of
from coign.training.events import Answer, file_of
from coign.training.gates import OfTask
from coign.training.state import ATTEMPT, COURSE, LEARNING, Learning


class OfAttempt(Protocol):
    """A command that concerns one attempt."""

    @property
    def attempt(self) -> Attempt: ...


class OfAnswers(OfAttempt, Protocol):
    """A command that hands answers in."""

    @property
    def answers(self) -> tuple[Answer, ...]: ...


class OfPractice(OfTask, OfCourse, Protocol):
    """A command that concerns one task of a course that somebody practises."""


def _own(asked: OfCourse, known: Circumstances) -> Learning | None:
    return known.state(LEARNING, file_of(known.actor.person)).of(asked.course)


@gate(
    "training.course_is_assigned",
    requirement="TRN-01",
    protects="Who takes a course, and how often, is decided by a trainer.",
    remedy="Let a trainer assign the course to you.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def course_is_assigned(asked: OfCourse, known: Circumstances) -> str | None:
    learning = _own(asked, known)
    if learning is None:
        return f"{asked.course.identifier} was not assigned to you"
    if learning.passed is None:
        return None
    if learning.passed.in_question:
        return "your last attempt is in question: a trainer decides about it first"
    return f"you passed it {learning.passed.at}"


@gate(
    "training.no_attempt_is_open",
    requirement="TRN-14",
    protects="One attempt at a time: whoever opens a second one could choose the easier questions.",
    remedy="Go on with the attempt that is open.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def no_attempt_is_open(asked: OfCourse, known: Circumstances) -> str | None:
    learning = _own(asked, known)
    if learning is None or learning.opened_at is None:
        return None
    open_min = known.rules.minutes("training.attempt_open_max", known.now)
    if known.now.minutes_since(learning.opened_at) > open_min:
        return None  # its time is over; it counts as used
    return f"an attempt is open since {learning.opened_at}"


@gate(
    "training.attempts_are_left",
    requirement="TRN-14",
    protects="Questions that are tried until they are known by heart test nothing.",
    remedy="Talk with a trainer about what was difficult; a new assignment gives new attempts.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def attempts_are_left(asked: OfCourse, known: Circumstances) -> str | None:
    learning, version = _own(asked, known), known.state(COURSE, asked.course).in_force
    if learning is None or not courses_of(known).known(version):
        return None  # `training.course_is_assigned` or `training.course_is_in_force` says so
    assert version is not None
    most = courses_of(known).version(version).attempts_max
    return f"all {most} attempts are used" if learning.attempts >= most else None


@gate(
    "training.attempt_is_yours",
    requirement=("TRN-06", "TRN-S5"),
    protects="Answers count for whoever gives them.",
    remedy="Start an attempt of your own.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def attempt_is_yours(asked: OfAttempt, known: Circumstances) -> str | None:
    person = known.state(ATTEMPT, asked.attempt).person
    return None if person == known.actor.person else "this is the attempt of somebody else"


@gate(
    "training.attempt_is_open",
    requirement="TRN-14",
    protects="Answers are given once; all attempts are kept as they were.",
    remedy="Look at the result; start a new attempt if one is left.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def attempt_is_open(asked: OfAttempt, known: Circumstances) -> str | None:
    handed_in_at = known.state(ATTEMPT, asked.attempt).handed_in_at
    return f"it was handed in {handed_in_at}" if handed_in_at is not None else None


@gate(
    "training.attempt_is_in_time",
    requirement="TRN-14",
    protects="An attempt is one sitting: answers collected over days are not one person's knowledge now.",
    remedy="Start a new attempt; this one counts as used.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def attempt_is_in_time(asked: OfAttempt, known: Circumstances) -> str | None:
    started_at = known.state(ATTEMPT, asked.attempt).started_at
    open_min = known.rules.minutes("training.attempt_open_max", known.now)
    assert started_at is not None
    if known.now.minutes_since(started_at) <= open_min:
        return None
    return f"it was begun {started_at}, more than {open_min:g} minutes ago"


@gate(
    "training.answers_fit",
    requirement="TRN-14",
    protects="What is counted is an answer to every question that was drawn, and to no other.",
    remedy="Answer every question on the page; choose one option where one is asked for.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def answers_fit(asked: OfAnswers, known: Circumstances) -> str | None:
    state = known.state(ATTEMPT, asked.attempt)
    assert state.version is not None
    if not courses_of(known).known(state.version):
        return f"the file of the version that was begun ({state.version[:12]}…) is not here"
    given = {a.question: a.chosen for a in asked.answers}
    if len(given) < len(asked.answers) or set(given) - set(state.drawn):
        return "answers to other questions than those drawn were given, or one twice"
    version = courses_of(known).version(state.version)
    unfit = [n for n, id in enumerate(state.drawn, 1) if not _fits(version.question(id), given.get(id, ()))]
    return f"choose an answer to question {', '.join(map(str, unfit))}" if unfit else None


def _fits(question: "_Asked", chosen: tuple[str, ...]) -> bool:
    known = set(chosen) <= set(question.options) and len(set(chosen)) == len(chosen)
    return known and (len(chosen) >= 1 if question.several else len(chosen) == 1)


class _Asked(Protocol):
    @property
    def several(self) -> bool: ...

    @property
    def options(self) -> Mapping[str, str]: ...


@gate(
    "training.attempt_is_in_question",
    requirement="TRN-S3",
    protects="What the answers alone decide is decided by them; a trainer decides only where they look shared.",
    remedy="Look at the attempt: nothing waits for a decision.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def attempt_is_in_question(asked: OfAttempt, known: Circumstances) -> str | None:
    result = known.state(ATTEMPT, asked.attempt).result
    return None if result == "in_question" else f"it is {result or 'not handed in'}"


@gate(
    "training.decided_by_another",
    requirement=("TRN-06", "TRN-S3"),
    protects="Nobody decides about their own answers, or about those theirs look like.",
    remedy="Let another trainer look into it.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def decided_by_another(asked: OfAttempt, known: Circumstances) -> str | None:
    state = known.state(ATTEMPT, asked.attempt)
    concerned = {state.person}
    if state.alike is not None:
        concerned.add(known.state(ATTEMPT, state.alike).person)
    return "these are your own answers, or answers that look like yours" if known.actor.person in concerned else None


# Practice


@gate(
    "training.task_is_of_the_course",
    requirement=("TRN-01", "TRN-04"),
    protects="What was watched is what the course teaches.",
    remedy="Choose a task that this course qualifies for and asks practice of.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def task_is_of_the_course(asked: OfPractice, known: Circumstances) -> str | None:
    version = known.state(COURSE, asked.course).in_force
    if not courses_of(known).known(version):
        return None  # `training.course_is_in_force` says so
    assert version is not None
    course = courses_of(known).version(version)
    if asked.task not in course.tasks:
        return f"{asked.course.identifier} does not qualify for “{asked.task}”"
    return f"{asked.course.identifier} asks for no observed practice" if course.practice == "never" else None


@gate(
    "training.theory_comes_first",
    requirement=("TRN-04", "TRN-01"),
    protects="Nobody practises on a patient's cells what they could not yet explain.",
    remedy="Let the person pass the version of the course that is in force first.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def theory_comes_first(asked: OfPractice, known: Circumstances) -> str | None:
    version = known.state(COURSE, asked.course).in_force
    if not courses_of(known).known(version):
        return None  # `training.course_is_in_force` says so
    learning = known.state(LEARNING, file_of(asked.person)).of(asked.course)
    if learning is None or learning.passed is None:
        return f"{asked.person.identifier} has not passed {asked.course.identifier}"
    if learning.passed.in_question:
        return f"the attempt of {asked.person.identifier} is in question: a trainer decides about it first"
    return None if learning.passed.version == version else f"{asked.person.identifier} passed an older version"
