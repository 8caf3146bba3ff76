"""Whose answers are alike beyond chance: the newest attempts of one course and organisation, and the comparison."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Attempt, Learner
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.training.events import Answer, AnswersAlike, AttemptDecided, AttemptHandedIn, AttemptStarted

#: The newest attempts that together are no longer than this are kept.
CHARACTERS_MAX = 9_000
#: So many attempts in question are listed; whoever is not listed is still told on their own page.
WAITING_MAX = 200
_MISTAKES_WITHIN = "training.alike_mistakes_within"


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt as others are compared with it. `answers` and `wrong` are kept short: `question:ab`."""

    attempt: Attempt
    learner: Learner
    started_at: Instant
    handed_in_at: Instant | None = None
    answers: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """How much room it takes."""
        return 160 + len(self.learner) + sum(len(a) + 3 for a in (*self.answers, *self.wrong))

    @property
    def minutes(self) -> float:
        """How long it took; only of what was handed in."""
        assert self.handed_in_at is not None
        return self.handed_in_at.minutes_since(self.started_at)


@dataclass(frozen=True, slots=True)
class CohortState:
    """The newest attempts, oldest first."""

    tries: tuple[Try, ...] = ()

    def of(self, attempt: Attempt) -> Try | None:
        """This attempt, if it is still kept."""
        return next((t for t in self.tries if t.attempt == attempt), None)


def written(answers: Iterable[Answer]) -> tuple[str, ...]:
    """Answers in their short form."""
    return tuple(f"{a.question}:{''.join(sorted(a.chosen))}" for a in answers)


def _evolve(state: CohortState, fact: Fact, stamp: Stamp) -> CohortState:
    match fact:
        case AttemptStarted(attempt=attempt, learner=learner):
            return _bounded((*state.tries, Try(attempt, learner, stamp.time)))
        case AttemptHandedIn(attempt=attempt):
            begun = state.of(attempt)
            if begun is None:
                return state  # so many began since that this one is no longer kept
            done = replace(begun, handed_in_at=stamp.time, answers=written(fact.answers), wrong=fact.wrong)
            return _bounded((*(t for t in state.tries if t.attempt != attempt), done))
        case _:
            return state


def _bounded(tries: tuple[Try, ...]) -> CohortState:
    room = CHARACTERS_MAX - sum(t.length for t in tries)
    while room < 0:
        room += tries[0].length
        tries = tries[1:]
    return CohortState(tries)


COHORT = View(
    "training.cohort",
    kinds=frozenset({"cohort"}),
    folds=(AttemptStarted, AttemptHandedIn),
    state=CohortState,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True)
class QuestionedState:
    """Attempts of a cohort that wait for a trainer, oldest first."""

    waiting: tuple[Attempt, ...] = ()


def _evolve_questioned(state: QuestionedState, fact: Fact, stamp: Stamp) -> QuestionedState:
    match fact:
        case AnswersAlike(attempt=attempt, other=other):
            new = tuple(a for a in (other, attempt) if a not in state.waiting)
            return QuestionedState((*state.waiting, *new)[-WAITING_MAX:])
        case AttemptDecided(attempt=attempt):
            return QuestionedState(tuple(a for a in state.waiting if a != attempt))
        case _:
            return state


QUESTIONED = View(
    "training.questioned",
    kinds=frozenset({"cohort"}),
    folds=(AnswersAlike, AttemptDecided),
    state=QuestionedState,
    evolve=_evolve_questioned,
)


@dataclass(frozen=True, slots=True)
class Alike:
    """The attempt that this one looks like, in how many questions, and how many equal mistakes."""

    other: Attempt
    other_learner: Learner
    shared: int
    wrong_alike: int


def most_alike(mine: Try, cohort: CohortState, rules: Any) -> Alike | None:
    """The other person's attempt that this one equals in every question both were asked (TRN-S3); None: none does.

    Equal answers alone are no sign: whoever knows the matter answers right. They are one together with the same timing,
    or when they hold the same mistakes.
    """
    assert mine.handed_in_at is not None
    own = _as_mapping(mine)
    found = []
    for other in cohort.tries:
        if other.learner == mine.learner or other.handed_in_at is None:
            continue
        theirs = _as_mapping(other)
        shared = own.keys() & theirs.keys()
        if any(own[q] != theirs[q] for q in shared):
            continue
        wrong = len(shared & set(mine.wrong) & set(other.wrong))
        alike = Alike(other.attempt, other.learner, len(shared), wrong)
        if _is_beyond_chance(alike, mine, other, rules):
            found.append(alike)
    return max(found, key=lambda a: (a.wrong_alike, a.shared), default=None)


def _is_beyond_chance(alike: Alike, mine: Try, other: Try, rules: Any) -> bool:
    assert mine.handed_in_at is not None
    assert other.handed_in_at is not None
    now = mine.handed_in_at
    if alike.shared < rules.number("training.alike_questions_min", now):
        return False
    apart = now.minutes_since(other.handed_in_at)
    together = apart <= rules.minutes("training.alike_handed_in_within", now)
    same_pace = abs(mine.minutes - other.minutes) <= rules.minutes("training.alike_time_taken_within", now)
    same_mistakes = alike.wrong_alike >= rules.number("training.alike_mistakes_min", now)
    return bool((together and same_pace) or (same_mistakes and apart <= rules.minutes(_MISTAKES_WITHIN, now)))


def _as_mapping(tried: Try) -> Mapping[str, str]:
    return dict(a.split(":", 1) for a in tried.answers)
