"""Walking a record entry by entry: what every invariant says, and what is remembered for the next one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from coign_verify.invariants.model import (
    Body,
    Broken,
    Entry,
    Fold,
    Heads,
    Heard,
    Invariant,
    Key,
    Known,
    NotJudged,
    States,
    Terms,
    subjects_in,
)
from coign_verify.invariants.trackers import TRACKERS

NO_TERMS = Terms()


class Step(NamedTuple):
    """What one entry does: which states change, what it breaks, and which invariants had something to say about it."""

    changes: dict[Key, Any]
    broken: list[Broken]
    held: set[str]
    not_judged: set[str]


class Monitors:
    """Invariants with the trackers they read, looked up by type of fact. Holds no state of its own."""

    def __init__(self, invariants: Sequence[Invariant], terms: Terms = NO_TERMS) -> None:
        self.invariants, self.terms = tuple(invariants), terms
        self._judges: dict[str, list[Invariant]] = {}
        for each in self.invariants:
            for kind in each.hears:
                self._judges.setdefault(kind, []).append(each)
        self._folds: dict[str, list[tuple[str, Any, tuple[str, ...], Fold[Any]]]] = {}
        for tracker in TRACKERS:
            for kind, (names, fold) in tracker.folds.items():
                self._folds.setdefault(kind, []).append((tracker.name, tracker.start, names, fold))

    def step(self, states: States, entry: Entry, heads: Heads | None = None) -> Step:
        """Judge one entry by what was known before it, then remember what it says. `states` is not touched.

        `heads`: how far the record reaches, for what is asked of the record itself; None: there is none.
        """
        found = Step({}, [], set(), set())
        known = Known(states, self.terms, heads)
        facts: list[Body] = entry["intent"].get("facts") or []
        for each in self._judges.get(entry["outcome"], ()):
            self._judge(each, known, Heard(entry["outcome"], entry, entry), found)
        if entry["outcome"] == "refused":
            return found
        heard = [
            Heard(f["type"], f["body"], entry) for f in facts if f["type"] in self._judges or f["type"] in self._folds
        ]
        for fact in heard:
            for each in self._judges.get(fact.type, ()):
                self._judge(each, known, fact, found)
        self._remember(states, heard, found.changes)
        return found

    def _judge(self, each: Invariant, known: Known, fact: Heard, found: Step) -> None:
        try:
            said = each.judge(known, fact)
        except NotJudged:
            found.not_judged.add(each.name)
            return
        if said is not None:
            found.held.add(each.name)
            for sentence in said:
                found.broken.append(Broken(fact.entry.get("position", 0), each.name, sentence))

    def _remember(self, states: States, heard: Iterable[Heard], changes: dict[Key, Any]) -> None:
        for fact in heard:
            for name, start, fields, fold in self._folds.get(fact.type, ()):
                for subject in subjects_in(fact.body, fields):
                    key = (name, subject)
                    before = changes[key] if key in changes else states.get(key, start)
                    after = fold(before, fact)
                    if after is not before:
                        changes[key] = after


class Replay:
    """A record as far as it was fed: one fold, all invariants. Memory grows with the subjects, not with the entries.

    `partial`: entries may be missing; what would need them is counted as not judged.
    """

    def __init__(self, invariants: Sequence[Invariant], terms: Terms = NO_TERMS, *, partial: bool = False) -> None:
        self._monitors = Monitors(invariants, terms)
        self._states: dict[Key, Any] = {}
        self._heads = Heads(partial=partial)
        self.entries = 0
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
        self.held.update(step.held)
        self.not_judged.update(step.not_judged)
        return step.broken

    def key(self) -> frozenset[tuple[Key, Any]]:
        """All that is remembered, as one hashable value."""
        return frozenset(self._states.items())

    @property
    def states(self) -> Mapping[Key, Any]:
        """What is remembered of each subject."""
        return self._states
