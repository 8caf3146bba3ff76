"""Walking a record entry by entry: what every invariant says, and what is remembered for the next one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from coign_verify.invariants.model import (
    Broken,
    Entry,
    Fold,
    Heads,
    Heard,
    Invariant,
    Judge,
    Key,
    Known,
    States,
    subjects_in,
)
from coign_verify.invariants.terms import NotJudged, Terms, decided_by
from coign_verify.invariants.trackers import TRACKERS

NO_TERMS = Terms()


class Step(NamedTuple):
    """What one entry does: which states change, what it breaks, and which invariants had something to say about it.

    A name stands as often in `held` and `not_judged` as the invariant was asked; a tracker's where it cannot read one.
    """

    changes: dict[Key, Any]
    broken: list[Broken]
    held: list[str]
    not_judged: list[str]


class Monitors:
    """Invariants with the trackers they read, looked up by type of fact. Holds no state of its own."""

    def __init__(self, invariants: Sequence[Invariant], terms: Terms = NO_TERMS) -> None:
        self.invariants, self.terms = tuple(invariants), terms
        self._by_type = _hearers(self.invariants)

    def step(self, states: States, entry: Entry, heads: Heads | None = None) -> Step:
        """Judge one entry by what was known before it, then remember what it says. `states` is not touched.

        `heads`: how far the record reaches, for what is asked of the record itself; None: there is none.
        """
        found, outcome = Step({}, [], [], []), entry["outcome"]
        known, by_type = Known(states, self.terms, heads), self._by_type
        heard = [(Heard(outcome, entry, entry), by_type.get(outcome, _NOBODY))]
        if outcome != "refused":
            for fact in entry["intent"]["facts"]:
                hearers = by_type.get(fact["type"])
                if hearers is not None:
                    heard.append((Heard(fact["type"], fact["body"], entry), hearers))
        for fact, hearers in heard:
            if hearers.judges:
                _judge(hearers.judges, known, fact, found)
        for fact, hearers in heard:
            if hearers.folds:
                _remember(hearers.folds, states, fact, found)
        return found


class _Hearers(NamedTuple):
    """Who hears a type of fact: what is judged at it, and what remembers it."""

    judges: list[tuple[str, Judge]]
    folds: list[tuple[str, Any, tuple[str, ...], Fold[Any]]]


_NOBODY = _Hearers([], [])


@cache
def _hearers(invariants: tuple[Invariant, ...]) -> Mapping[str, _Hearers]:
    found: dict[str, _Hearers] = {}
    for each in invariants:
        for kind in each.hears:
            found.setdefault(kind, _Hearers([], [])).judges.append((each.name, each.judge))
    for tracker in TRACKERS:
        for kind, (names, fold) in tracker.folds.items():
            found.setdefault(kind, _Hearers([], [])).folds.append((tracker.name, tracker.start, names, fold))
    return found


#: A fact that lacks a field, or holds something else in it than was agreed, is not judged; nothing is remembered of it.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


def _judge(judges: list[tuple[str, Judge]], known: Known, fact: Heard, found: Step) -> None:
    for name, judge in judges:
        try:
            said = judge(known, fact)
        except (NotJudged, *UNREADABLE):
            found.not_judged.append(name)
            continue
        if said is not None:
            found.held.append(name)
            for sentence in said:
                found.broken.append(Broken(fact.entry.get("position", 0), name, sentence))


def _remember(
    folds: list[tuple[str, Any, tuple[str, ...], Fold[Any]]], states: States, fact: Heard, found: Step
) -> None:
    changes = found.changes
    for name, start, fields, fold in folds:
        try:
            for subject in subjects_in(fact.body, fields):
                key = (name, subject)
                before = changes[key] if key in changes else states.get(key, start)
                after = fold(before, fact)
                if after is not before:
                    changes[key] = after
        except UNREADABLE:
            found.not_judged.append(name)


class Replay:
    """A record as far as it was fed: one fold, all invariants. Memory grows with the subjects, not with the entries.

    `partial`: entries may be missing; what would need them is counted as not judged.
    """

    def __init__(self, invariants: Sequence[Invariant], terms: Terms = NO_TERMS, *, partial: bool = False) -> None:
        self._monitors = Monitors(invariants, terms)
        self._states: dict[Key, Any] = {}
        self._heads = Heads(partial=partial)
        self.entries = self.decided_elsewhere = 0
        self.held: Counter[str] = Counter()
        self.not_judged: Counter[str] = Counter()

    def feed(self, entry: Entry) -> list[Broken]:
        """What this entry breaks."""
        if self._heads.partial:
            self._heads.look_for_gaps(entry)
        step = self._monitors.step(self._states, entry, self._heads)
        self._heads.follow(entry)
        self._states.update(step.changes)
        self.entries += 1
        self.decided_elsewhere += decided_by(entry) not in self._monitors.terms.house
        for name in step.held:
            self.held[name] += 1
        for name in step.not_judged:
            self.not_judged[name] += 1
        return step.broken

    def expect_gaps(self) -> None:
        """An entry is missing or cannot be relied on: what would need it is not judged from here on."""
        self._heads.expect_gaps()

    def proved(self) -> list[str]:
        """What was shown, for whoever asks for a proof; only if nothing was broken."""
        names = [each.name for each in self._monitors.invariants]
        met = sum(1 for name in names if self.held[name])
        return [
            f"{len(names)} invariants were replayed over {self.entries} entries and none is broken; "
            f"{met} of them met what they speak of"
        ]

    def not_proved(self) -> list[str]:
        """What could not be judged."""
        said = []
        if self.not_judged:
            said.append(
                f"{len(self.not_judged)} invariants at {self.not_judged.total()} places: entries, or limits of a "
                "programme or a house, that they would need are not here"
            )
        if self.decided_elsewhere:
            said.append(
                f"what the house asked at {self.decided_elsewhere} of {self.entries} entries: they were decided by "
                "rule sets that are not here, or name none"
            )
        return said

    def key(self) -> frozenset[tuple[Key, Any]]:
        """All that is remembered, as one hashable value."""
        return frozenset(self._states.items())

    @property
    def states(self) -> Mapping[Key, Any]:
        """What is remembered of each subject."""
        return self._states


def replay(
    entries: Iterable[Entry], invariants: Sequence[Invariant], terms: Terms = NO_TERMS, *, partial: bool = False
) -> tuple[list[Broken], Replay]:
    """Walk entries in their order: what they break, and how far they were judged."""
    walk = Replay(invariants, terms, partial=partial)
    return [broken for entry in entries for broken in walk.feed(entry)], walk
