"""Hand in the answers of an attempt: the result is computed, and what it is worth follows by itself."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Attempt
from coign.kernel.values import Actor
from coign.training import attempt_gates as gates
from coign.training.alike import COHORT, Alike, Try, most_alike, written
from coign.training.courses.model import CourseVersion, courses_of
from coign.training.earning import earned_by_passing
from coign.training.events import (
    Answer,
    AnswersAlike,
    AttemptHandedIn,
    QualificationEarned,
    Result,
    cohort_of,
    file_of,
)
from coign.training.roles import LEARNERS
from coign.training.state import ATTEMPT, LEARNING
from coign.training.views import QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """Which attempt, and what was chosen for each question."""

    attempt: Attempt = field(metadata=asks("Attempt", "known"))
    answers: tuple[Answer, ...] = field(metadata=asks("Answers", "choose"))


def _reads(asked: HandIn, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.attempt, ATTEMPT),
        Read(file_of(actor.person), LEARNING),
        Read(actor.person, QUALIFICATIONS),
    )


def _reads_of_cohort(asked: HandIn, known: Circumstances) -> Sequence[Read]:
    state = known.state(ATTEMPT, asked.attempt)
    assert state.course is not None  # whoever may see an attempt sees one that was begun
    assert state.organisation is not None
    return (Read(cohort_of(state.course, state.organisation), COHORT),)


def _reads_of_other(asked: HandIn, known: Circumstances) -> Sequence[Read]:
    alike = _alike(asked, known)
    return () if alike is None else (Read(alike.other, ATTEMPT), Read(alike.other_learner, LEARNING))


def _alike(asked: HandIn, known: Circumstances) -> Alike | None:
    state, version = known.state(ATTEMPT, asked.attempt), _version(asked, known)
    if version is None:
        return None  # `training.answers_fit` says so
    assert state.organisation is not None
    assert state.started_at is not None
    answers = {a.question: a.chosen for a in asked.answers}
    wrong = tuple(q for q in state.drawn if not version.question(q).is_right(answers.get(q, ())))
    mine = Try(
        asked.attempt, file_of(known.actor.person), state.started_at, known.now, written(asked.answers), wrong
    )  # fmt: skip
    return most_alike(mine, known.state(COHORT, cohort_of(version.course, state.organisation)), known.rules)


def _version(asked: HandIn, known: Circumstances) -> CourseVersion | None:
    """The version that the attempt began with, if its file is here."""
    pinned, courses = known.state(ATTEMPT, asked.attempt).version, courses_of(known)
    return courses.version(pinned) if pinned is not None and courses.known(pinned) else None


def _decide(asked: HandIn, known: Circumstances) -> Sequence[Fact]:
    state, version = known.state(ATTEMPT, asked.attempt), _version(asked, known)
    assert version is not None
    assert state.organisation is not None
    answers = {a.question: a.chosen for a in asked.answers}
    wrong = tuple(q for q in state.drawn if not version.question(q).is_right(answers[q]))
    passed = len(state.drawn) - len(wrong) >= state.pass_mark
    alike = _alike(asked, known) if passed else None
    result: Result = "failed" if not passed else "in_question" if alike is not None else "passed"
    handed_in = AttemptHandedIn(
        attempt=asked.attempt,
        learner=file_of(known.actor.person),
        cohort=cohort_of(version.course, state.organisation),
        course=version.course,
        version=version.digest,
        answers=asked.answers,
        right=len(state.drawn) - len(wrong),
        wrong=wrong,
        result=result,
    )
    if alike is not None:
        return (handed_in, _flag(handed_in, alike))
    worth = earned_by_passing(version, asked.attempt, known.actor.person, known) if passed else ()
    return (handed_in, *worth)


def _flag(handed_in: AttemptHandedIn, alike: Alike) -> AnswersAlike:
    return AnswersAlike(
        attempt=handed_in.attempt,
        learner=handed_in.learner,
        other=alike.other,
        other_learner=alike.other_learner,
        course=handed_in.course,
        shared=alike.shared,
        wrong_alike=alike.wrong_alike,
        cohort=handed_in.cohort,
    )


ACTION = Action(
    name="training.hand_in",
    title="Hand in the answers",
    command=HandIn,
    roles=LEARNERS,
    reads=_reads,
    then_reads=(_reads_of_cohort, _reads_of_other),
    gates=(gates.attempt_is_yours, gates.attempt_is_open, gates.attempt_is_in_time, gates.answers_fit),
    decide=_decide,
    emits=(AttemptHandedIn, AnswersAlike, QualificationEarned),
    requirements=("TRN-04", "TRN-14"),
    risk=Risk.PATIENT,
    rationale="A result that somebody types is an opinion; a result that is computed from kept answers can be checked.",
    page="designed",
)
