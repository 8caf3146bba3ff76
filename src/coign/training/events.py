"""What can happen to courses, attempts, qualifications of a person, and lessons."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Attempt, Case, Cohort, Course, Curriculum, Learner, Lesson, Organisation, Person
from coign.kernel.values import Digest, FreeText, Instant

#: What the questions alone say of an attempt; "in_question": it looks like somebody else's, a trainer decides.
Result = Literal["passed", "failed", "in_question"]
Verdict = Literal["counts", "void"]

#: The one curriculum of an installation.
HOUSE = Curriculum("curriculum:house")


def file_of(person: Person) -> Learner:
    """The training file of a person."""
    return Learner.of(person.identifier)


def person_of(learner: Learner) -> Person:
    """Whose training file it is."""
    return Person.of(learner.identifier)


def cohort_of(course: Course, organisation: Organisation) -> Cohort:
    """Whose answers to a course are compared with one another."""
    return Cohort.of(hashlib.sha256(f"{course}/{organisation}".encode()).hexdigest()[:32])


# Courses


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseProposed(Fact, type="training.course_proposed.v1", about=("course",)):
    """Somebody wrote or read a version of a course and holds it to be right; nothing changes yet."""

    course: Course
    version: Digest
    organisation: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseApproved(Fact, type="training.course_approved.v1", about=("course",)):
    """A second person agrees: whoever takes the course from now on takes this version."""

    course: Course
    version: Digest
    proposed_by: Person
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalAsked(Fact, type="training.renewal_asked.v1", about=("curriculum",)):
    """A new version changed what must be known: older qualifications for its tasks count until the date of grace."""

    curriculum: Curriculum
    tasks: tuple[str, ...]
    course: Course
    version: Digest
    until: Instant


# A person takes a course. What is told of it stands in their training file, which their organisation sees and the one
# whose course it is; that they are qualified is told of the person, which everybody sees.


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseAssigned(Fact, type="training.course_assigned.v1", about=("learner",), parties=("organisation", "owner")):
    """Somebody is to take a course; attempts are counted from here."""

    learner: Learner
    person: Person
    organisation: Organisation
    owner: Organisation
    course: Course
    due: Instant | None = None
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptStarted(
    Fact,
    type="training.attempt_started.v1",
    about=("attempt", "learner", "cohort"),
    parties=("organisation", "owner"),
):
    """Questions drawn by the attempt's own identifier as seed; version and pass mark are fixed from here on."""

    attempt: Attempt
    learner: Learner
    cohort: Cohort
    person: Person
    organisation: Organisation
    owner: Organisation
    course: Course
    version: Digest
    drawn: tuple[str, ...]
    pass_mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was chosen for one question."""

    question: str
    chosen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptHandedIn(Fact, type="training.attempt_handed_in.v1", about=("attempt", "learner", "cohort")):
    """The answers, and what was computed from them with the version that the attempt began with."""

    attempt: Attempt
    learner: Learner
    cohort: Cohort
    course: Course
    version: Digest
    answers: tuple[Answer, ...]
    right: int
    wrong: tuple[str, ...]
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersAlike(
    Fact, type="training.answers_alike.v1", about=("attempt", "learner", "other", "other_learner", "cohort")
):
    """Two people answered alike beyond chance: neither attempt counts until a trainer has decided."""

    attempt: Attempt
    learner: Learner
    other: Attempt
    other_learner: Learner
    course: Course
    shared: int
    wrong_alike: int
    cohort: Cohort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptDecided(Fact, type="training.attempt_decided.v1", about=("attempt", "learner", "cohort")):
    """A trainer looked into an attempt that was in question."""

    attempt: Attempt
    learner: Learner
    course: Course
    verdict: Verdict
    by: Person
    why: FreeText
    cohort: Cohort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeObserved(Fact, type="training.practice_observed.v1", about=("learner",)):
    """Somebody who is qualified for the task watched the person do it."""

    learner: Learner
    course: Course
    version: Digest
    task: str
    mastered: bool
    observer: Person
    notes: FreeText


# Qualifications


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationEarned(Fact, type="training.qualification_earned.v1", about=("person",)):
    """The course was passed and the practice seen as the course asks: the person may perform the task."""

    person: Person
    task: str
    course: Course
    version: Digest
    attempt: Attempt
    observer: Person | None
    valid_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified(Fact, type="training.qualified.v1", about=("person",)):
    """A trainer accepts a certificate from elsewhere: from now on the person may perform the task, until a date."""

    person: Person
    task: str
    until: Instant
    assessor: Person
    evidence: Digest
    certified_on: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRevoked(Fact, type="training.qualification_revoked.v1", about=("person",)):
    """From now on the person may not perform the task."""

    person: Person
    task: str
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionAsked(Fact, type="training.extension_asked.v1", about=("person",)):
    """Somebody asks that a qualification that runs out, or ran out, counts a little longer; nothing changes yet."""

    person: Person
    task: str
    until: Instant
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionApproved(Fact, type="training.extension_approved.v1", about=("person",)):
    """The quality unit agrees: the qualification counts until this instant."""

    person: Person
    task: str
    until: Instant
    by: Person


# Lessons


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonAttached(Fact, type="training.lesson_attached.v1", about=("lesson", "curriculum", "case")):
    """What was learned from a closed case is to be read by whoever does the task next."""

    lesson: Lesson
    curriculum: Curriculum
    case: Case
    task: str
    title: str
    text: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRead(Fact, type="training.lesson_read.v1", about=("person",)):
    """Somebody says that they read and understood a lesson."""

    person: Person
    lesson: Lesson
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRetired(Fact, type="training.lesson_retired.v1", about=("lesson", "curriculum")):
    """The lesson is part of a course now, or holds no more: nobody has to read it any longer."""

    lesson: Lesson
    curriculum: Curriculum
    by: Person
    why: FreeText
