"""The gates of courses and lessons: two people put a version in force, and it is assigned, tried and read in order."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Case, Course, Lesson
from coign.kernel.values import Digest, Instant
from coign.training.courses.model import courses_of
from coign.training.events import HOUSE, file_of
from coign.training.gates import OfPerson
from coign.training.state import CASE, COURSE, LEARNING, LESSON
from coign.training.views import CURRICULUM, QUALIFICATIONS


class OfCourse(Protocol):
    """A command that concerns one course."""

    @property
    def course(self) -> Course: ...


class OfVersion(OfCourse, Protocol):
    """A command that concerns one version of a course."""

    @property
    def version(self) -> Digest: ...


class OfRenewal(Protocol):
    """A command that may ask everybody to renew by a date."""

    @property
    def renew_by(self) -> Instant | None: ...


class OfAssignment(OfPerson, OfCourse, Protocol):
    """A command that gives a course to somebody."""

    @property
    def due(self) -> Instant | None: ...


class OfNewLesson(Protocol):
    """A command that draws a lesson for a task from a case."""

    @property
    def case(self) -> Case: ...

    @property
    def task(self) -> str: ...


class OfLesson(Protocol):
    """A command that concerns one lesson."""

    @property
    def lesson(self) -> Lesson: ...


# Versions


@gate(
    "training.course_file_is_here",
    requirement=("TRN-14", "CSV-11"),
    protects="What is taught can be read by everybody, for ever: the hash names the file.",
    remedy="Put the course file into the installation and give the hash of that file.",
    resolvers=("trainer", "admin"),
    risk=Risk.DATA,
)
def course_file_is_here(asked: OfVersion, known: Circumstances) -> str | None:
    courses = courses_of(known)
    if not courses.known(asked.version):
        return f"no file of {asked.course.identifier} with the hash {asked.version[:12]}… is here"
    found = courses.version(asked.version).course
    if found != asked.course:
        return f"the file {asked.version[:12]}… holds {found.identifier}, not {asked.course.identifier}"
    return None


@gate(
    "training.course_is_ours",
    requirement="TRN-03",
    protects="A course is changed by the organisation that answers for it.",
    remedy="Give your own course another name.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def course_is_ours(asked: OfCourse, known: Circumstances) -> str | None:
    owner = known.state(COURSE, asked.course).owner
    if owner in (None, known.actor.organisation):
        return None
    return f"{asked.course.identifier} is a course of {owner.identifier if owner else 'nobody'}"


@gate(
    "training.course_version_is_news",
    requirement="TRN-03",
    protects="What is in force already needs no second decision.",
    remedy="Look at the course: this version is in force.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def course_version_is_news(asked: OfVersion, known: Circumstances) -> str | None:
    state = known.state(COURSE, asked.course)
    return f"version {asked.version[:12]}… is in force since {state.since}" if state.in_force == asked.version else None


@gate(
    "training.course_version_is_proposed",
    requirement="TRN-03",
    protects="Two people read the same file: the second approves exactly what the first proposed.",
    remedy="Let a trainer propose this version first.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def course_version_is_proposed(asked: OfVersion, known: Circumstances) -> str | None:
    proposed = known.state(COURSE, asked.course).proposed
    if proposed == asked.version:
        return None
    return f"proposed is {f'{proposed[:12]}…' if proposed else 'nothing'}, not {asked.version[:12]}…"


@gate(
    "training.course_approved_by_another",
    requirement=("TRN-03", "TRN-06"),
    protects="Who writes a course overlooks what is missing in it.",
    remedy="Let somebody of the quality unit who did not write the course read and approve it.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def course_approved_by_another(asked: OfCourse, known: Circumstances) -> str | None:
    proposed_by = known.state(COURSE, asked.course).proposed_by
    return "you proposed this version yourself" if proposed_by == known.actor.person else None


@gate(
    "training.grace_fits",
    requirement="TRN-03",
    protects="People get time to learn what is new, and not so much that the old way stays.",
    remedy="Give a date of grace that lies ahead and within the longest grace.",
    resolvers=("qa", "trainer"),
    risk=Risk.DATA,
)
def grace_fits(asked: OfRenewal, known: Circumstances) -> str | None:
    if asked.renew_by is None:
        return None
    longest = known.rules.minutes("training.grace_max", known.now)
    if asked.renew_by <= known.now:
        return f"{asked.renew_by} has passed: nobody would be qualified from this moment on"
    if asked.renew_by.minutes_since(known.now) > longest:
        return f"grace lasts at most {longest / 1440:g} days; {asked.renew_by} is later"
    return None


# Assigning and taking


@gate(
    "training.course_is_in_force",
    requirement=("TRN-01", "TRN-14"),
    protects="What is taught was read and approved by two people.",
    remedy="Let a trainer propose a version of the course and the quality unit approve it.",
    resolvers=("trainer", "qa"),
    risk=Risk.DATA,
)
def course_is_in_force(asked: OfCourse, known: Circumstances) -> str | None:
    version = known.state(COURSE, asked.course).in_force
    if version is None:
        return f"no version of {asked.course.identifier} is in force"
    return (
        None if courses_of(known).known(version) else f"the file of the version in force ({version[:12]}…) is not here"
    )


@gate(
    "training.assignment_is_needed",
    requirement="TRN-01",
    protects="Assigning anew would give the attempts anew: it waits until the last assignment has come to something.",
    remedy="Wait until the course was passed or the attempts are used up.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def assignment_is_needed(asked: OfAssignment, known: Circumstances) -> str | None:
    learning = known.state(LEARNING, file_of(asked.person)).of(asked.course)
    version = known.state(COURSE, asked.course).in_force
    if learning is None or learning.is_passed or not courses_of(known).known(version):
        return None
    assert version is not None
    left = courses_of(known).version(version).attempts_max - learning.attempts
    if left <= 0 and learning.passed is None:
        return None
    return f"{asked.person.identifier} has had it since {learning.assigned_at}, and has not come to an end with it"


@gate(
    "training.due_lies_ahead",
    requirement="TRN-01",
    protects="A course can only be taken by a day that is still to come.",
    remedy="Give a day that lies ahead, or none.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def due_lies_ahead(asked: OfAssignment, known: Circumstances) -> str | None:
    return f"{asked.due} has passed" if asked.due is not None and asked.due <= known.now else None


# Lessons


@gate(
    "training.case_is_closed",
    requirement="TRN-15",
    protects="What was learned is known when the cause is known, not before.",
    remedy="Let the quality unit close the deviation first.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def case_is_closed(asked: OfNewLesson, known: Circumstances) -> str | None:
    case = known.state(CASE, asked.case)
    if case.closed:
        return None
    return f"{asked.case.identifier} is {'still open' if case.batch is not None else 'no deviation'}"


@gate(
    "training.lesson_is_new",
    requirement="TRN-15",
    protects="One case, one lesson a task: two of them would be read as none.",
    remedy="Read the lesson that is there; retire it if it is wrong, and write a better one for another case.",
    resolvers=("trainer", "qa"),
    risk=Risk.DATA,
)
def lesson_is_new(asked: OfNewLesson, known: Circumstances) -> str | None:
    if asked.task in known.state(CASE, asked.case).tasks:
        return f"“{asked.task}” has a lesson from {asked.case.identifier} already"
    return None


@gate(
    "training.lessons_are_few",
    requirement="TRN-15",
    protects="What is read is what is new: old lessons belong into the course.",
    remedy="Take lessons into their courses and retire them.",
    resolvers=("trainer", "qa"),
    risk=Risk.DATA,
)
def lessons_are_few(asked: OfNewLesson, known: Circumstances) -> str | None:
    most, there = known.rules.number("training.lessons_in_force_max", known.now), known.state(CURRICULUM, HOUSE).lessons
    return f"{len(there)} lessons are in force, and {most} is the most" if len(there) >= most else None


@gate(
    "training.lesson_is_in_force",
    requirement="TRN-15",
    protects="Only what is in force is read and retired.",
    remedy="Look at the lesson.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def lesson_is_in_force(asked: OfLesson, known: Circumstances) -> str | None:
    lesson = known.state(LESSON, asked.lesson)
    if lesson.since is None:
        return f"there is no lesson {asked.lesson.identifier}"
    return f"it was retired {lesson.retired_at}" if lesson.retired_at is not None else None


@gate(
    "training.lesson_is_unread",
    requirement="TRN-15",
    protects="That a lesson was read is said once, at the moment it was.",
    remedy="Nothing is left to do: the lesson counts as read.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def lesson_is_unread(asked: OfLesson, known: Circumstances) -> str | None:
    read = known.state(QUALIFICATIONS, known.actor.person).read
    return "you said before that you read it" if asked.lesson in read else None
