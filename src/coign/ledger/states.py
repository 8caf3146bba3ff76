"""Which views a fact changes, folding facts into states, and the form of states in the database."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

import orjson

from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Subject
from coign.kernel.views import Stamp, View
from coign.ledger.encoding import from_record, kept
from coign.ledger.entries import Entry

STATE_BYTES_MAX = 16_384
#: Stored states whose loaded form is remembered. Most commands meet the same people, and many things the same parties.
LOADED_MAX = 2048

States = dict[tuple[Subject, str], object]


class Folding:
    """All views of a catalogue, indexed by the facts they listen to."""

    def __init__(self, views: Iterable[View[Any]]) -> None:
        self.views: Mapping[str, View[Any]] = {v.name: v for v in views}
        self._by_fact: dict[tuple[type[Fact], str], tuple[View[Any], ...]] = {}
        for view in self.views.values():
            for fact in view.folds:
                for kind in view.kinds:
                    self._by_fact[fact, kind] = (*self._by_fact.get((fact, kind), ()), view)
        #: A state from its stored form. States never change, so the same bytes may give the same object.
        self.load = lru_cache(LOADED_MAX)(self._load)
        #: The views that must be at hand for a subject of a kind when one of these facts may come.
        self.needed = cache(self._needed)

    def __reduce__(self) -> tuple[type["Folding"], tuple[tuple[View[Any], ...]]]:
        """It goes to other processes as its views."""
        return Folding, (tuple(self.views.values()),)

    def listening(self, fact: type[Fact], kind: str) -> tuple[View[Any], ...]:
        """The views of a subject of this kind that a fact of this type may change."""
        return self._by_fact.get((fact, kind), ())

    def _needed(self, emits: tuple[type[Fact], ...], kind: str) -> frozenset[str]:
        return frozenset(v.name for fact in emits for v in self.listening(fact, kind))

    def apply(self, states: States, fact: Fact, stamp_for: "StampFor") -> set[tuple[Subject, str]]:
        """Fold one fact into the states of every subject it is about; gives which states changed."""
        changed: set[tuple[Subject, str]] = set()
        for subject in about(fact):
            stamp = stamp_for(subject)
            for view in self.listening(type(fact), subject.kind):
                key = (subject, view.name)
                before = states.get(key)
                after = view.evolve(view.empty if before is None else before, fact, stamp)
                if after is not before and after != before:
                    states[key] = after
                    changed.add(key)
        return changed

    def refold(self, view: View[Any], subject: Subject, entries: Iterable[Entry]) -> object:
        """One state from a subject's whole past; linear in the number of its entries, so never under the lock."""
        state = view.state()
        for entry in entries:
            if entry.outcome == "refused":
                continue
            stamp = Stamp(entry.time, entry.position, entry.actor, subject)
            for fact in entry.facts:
                if type(fact) in view.folds and subject in about(fact):
                    state = view.evolve(state, fact, stamp)
        return state

    def _load(self, view_name: str, body: bytes) -> object:
        return from_record(self.views[view_name].state, orjson.loads(body))

    @staticmethod
    def dump(state: object) -> bytes:
        """A state in its stored form; its size is bounded by design."""
        body = kept(state)
        assert len(body) <= STATE_BYTES_MAX, f"{type(state).__name__} outgrew its bound"
        return body


class StampFor:
    """The stamp of an entry, made for each of its subjects."""

    __slots__ = ("_actor", "_position", "_time")

    def __init__(self, time: Any, position: int, actor: Any) -> None:
        self._time, self._position, self._actor = time, position, actor

    def __call__(self, subject: Subject) -> Stamp:
        return Stamp(self._time, self._position, self._actor, subject)
