"""Worlds as tuples of small numbers, and what each move makes of them, worked out once for each local situation.

A move's outcome depends on the few states that its rules look at. They are noted while the real rules are asked; from
then on the same move among the same states is one look into a dictionary. In a new situation most of what its rules say
is known as well: each of them looks at less than all of them together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from coign.checker.remembered import UNWRITTEN, Place, Remembered
from coign.checker.rules import KNOWN, TIME, Admitted, Answer, Judged, Look, Move, Rules, Slot, entry_of
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant

#: The number of the present value of every slot that a move ever wrote; the first one is the time.
World = tuple[int, ...]
AnyWorld = Sequence[int]
NOW = 0
NONE: frozenset[str] = frozenset()


class Said(Protocol):
    """What monitors say to one entry."""

    @property
    def changes(self) -> Mapping[Slot, Any]:
        """What they remember."""

    @property
    def broken(self) -> Sequence[Any]:
        """What is broken, each with the name of its invariant."""

    @property
    def held(self) -> Iterable[str]:
        """Invariants that had something to say."""


class Monitors(Protocol):
    """Invariants as small automata over public facts."""

    def step(self, states: Any, entry: Any) -> Said:
        """Judge one entry by what was known before it; `states` is not touched."""


class Outcome(NamedTuple):
    """What a move comes to in one local situation. Without `changes` nothing is entered."""

    changes: tuple[tuple[int, int], ...] = ()
    unmet: tuple[str, ...] = ()
    #: Name of an invariant, and how it is broken.
    broken: tuple[tuple[str, str], ...] = ()
    held: frozenset[str] = frozenset()
    denied: str = ""
    #: Gates are shut, and the act itself fails without what they ask for.
    stuck: str = ""


class _Memo:
    """What is known of one move: its outcomes by all that it ever looked at, and what each of its rules said.

    A rule looks at few states, so most of what its rules say is known where the move as a whole meets a new situation.
    """

    __slots__ = ("admitted", "decided", "found", "indexes", "judged", "pick", "seen", "unguarded")

    def __init__(self, move: Move) -> None:
        self.indexes = [NOW, NOW]  # two, so that `pick` always gives a tuple
        self.seen: set[Place] = set()
        self.admitted = Remembered[Admitted]()
        self.judged = [(gate, Remembered[Judged]()) for gate in move.action.gates]
        #: By the gates that do not hold, and what the decision rests on.
        self.decided: dict[tuple[tuple[str, ...], frozenset[Subject]], Remembered[Outcome]] = {}
        self.clear()

    def clear(self) -> None:
        self.pick = itemgetter(*self.indexes)
        self.found: dict[World, Outcome] = {}
        self.unguarded: dict[World, Outcome] = {}

    def widen(self, index: int) -> None:
        """A slot that this move looks at was written for the first time: so far it had its first value."""
        self.indexes.append(index)
        self.pick = itemgetter(*self.indexes)
        self.found = {(*key, 0): outcome for key, outcome in self.found.items()}
        self.unguarded = {(*key, 0): outcome for key, outcome in self.unguarded.items()}


class Beginning(NamedTuple):
    """How it came to where a ground begins: so many acts as they were told, and in words."""

    told: int = 0
    words: str = ""


BEGINNING = Beginning()


class Ground:
    """All worlds that some moves can lead to from one situation."""

    def __init__(
        self, rules: Rules, monitors: Monitors, base: Mapping[Slot, Any], moves: Sequence[Move], now: Instant,
        beginning: Beginning = BEGINNING,
    ) -> None:  # fmt: skip
        self.beginning = beginning
        self.rules, self.monitors, self.moves = rules, monitors, list(moves)
        self._base = base
        self._places: dict[Slot, Place] = {TIME: Place(TIME, NOW)}
        self._slots = [TIME]
        self._values: list[list[Any]] = [[now]]
        self._numbers: list[dict[Any, int]] = [{now: 0}]
        self._memos = [_Memo(move) for move in moves]
        self._not_written: dict[Slot, list[_Memo]] = {}
        #: What happened at all: actions that succeeded, gates that refused, invariants that had something to say.
        self.succeeded: set[str] = set()
        self.refused: set[str] = set()
        self.held: set[str] = set()

    @property
    def start(self) -> World:
        """Where it begins."""
        return (0,) * len(self._values)

    @property
    def width(self) -> int:
        """How many slots were ever written."""
        return len(self._values)

    def fit(self, world: World) -> World:
        """The same world once further slots are known."""
        return world + (0,) * (len(self._values) - len(world))

    def now(self, world: AnyWorld) -> Instant:
        """What time it is."""
        found: Instant = self._values[NOW][world[NOW]]
        return found

    def later(self, world: World, now: Instant) -> World:
        """The same world at another time."""
        return (self._number(NOW, now), *world[1:])

    def at(self, world: AnyWorld) -> Callable[[Slot], Any]:
        """What is known there of one slot."""
        places, values, base, width = self._places, self._values, self._base, len(world)

        def found(slot: Slot) -> Any:
            place = places.get(slot)
            if place is None or place.at == UNWRITTEN:
                return base.get(slot)
            return values[place.at][world[place.at] if place.at < width else 0]

        return found

    def slot(self, index: int) -> Slot:
        """What worlds hold in this place."""
        return self._slots[index]

    def states(self, world: World) -> dict[Slot, Any]:
        """Everything that is known there."""
        written = zip(self._slots[1:], self._values[1:], world[1:], strict=True)  # but for the time
        return {**self._base, **{slot: values[number] for slot, values, number in written}}

    def knows(self, world: AnyWorld, subject: Subject) -> bool:
        """Whether anything was ever recorded about it."""
        place = self._places.get((subject, KNOWN))
        if place is None or place.at >= len(world):
            return bool(self._base.get((subject, KNOWN)))
        return bool(self._values[place.at][world[place.at]])

    def outcome(self, world: AnyWorld, number: int, without: frozenset[str] = NONE) -> Outcome:
        """What a move comes to; `without`: gates that nobody asks."""
        memo = self._memos[number]
        found = memo.found.get(memo.pick(world)) or self._find(world, number, memo)
        if found.changes or not found.unmet or not without.issuperset(found.unmet):
            return found
        # Whichever gates are left out: what happens is the same, once none of those that refuse is asked.
        return memo.unguarded.get(memo.pick(world)) or self._find_unguarded(world, number, memo, found.unmet)

    def outcomes(self, world: World, moves: Sequence[int]) -> tuple[World, list[Outcome]]:
        """What each of these moves comes to, and the world with the slots that were found meanwhile."""
        found, memos = [], self._memos
        for number in moves:
            memo = memos[number]
            outcome = memo.found.get(memo.pick(world))
            if outcome is None:
                outcome = self._find(world, number, memo)
                world = self.fit(world)
            found.append(outcome)
        return world, found

    def after(self, world: World, outcome: Outcome) -> World:
        """The world after it."""
        new = list(world)
        for index, number in outcome.changes:
            new[index] = number
        return tuple(new)

    def add(self, move: Move) -> int:
        """A further move; its number."""
        self.moves.append(move)
        self._memos.append(_Memo(move))
        return len(self.moves) - 1

    def enter(self, world: list[int], outcome: Outcome) -> None:
        """The same in place, for whoever goes one way only."""
        if len(world) < len(self._values):
            world += [0] * (len(self._values) - len(world))
        for index, number in outcome.changes:
            world[index] = number

    def _find(self, world: AnyWorld, number: int, memo: _Memo) -> Outcome:
        """An outcome that was not found by all that the move ever looked at: its rules are asked one by one."""
        move, here = self.moves[number], self._when_it_can_be(world, number)
        outcome = self._judged(here, move, memo)
        self.refused.update(outcome.unmet)
        if outcome.changes:
            self.held |= outcome.held
            self.succeeded.add(move.action.name)
        memo.found[memo.pick(self._fitting(world))] = outcome
        return outcome

    def _find_unguarded(self, world: AnyWorld, number: int, memo: _Memo, unmet: tuple[str, ...]) -> Outcome:
        move, here = self.moves[number], self._when_it_can_be(world, number)
        admitted = memo.admitted.find(here)
        assert admitted is not None
        outcome = self._decided(here, move, memo, unmet, admitted.declared)
        memo.unguarded[memo.pick(self._fitting(world))] = outcome
        return outcome

    def _when_it_can_be(self, world: AnyWorld, number: int) -> AnyWorld:
        """The same world at the time of the act: a move is not done before its time."""
        time = self.moves[number].time
        return world if self.now(world) >= time else (self._number(NOW, time), *world[1:])

    def _fitting(self, world: AnyWorld) -> AnyWorld:
        missing = len(self._values) - len(world)
        return (*world, *(0,) * missing) if missing else world

    def _judged(self, world: AnyWorld, move: Move, memo: _Memo) -> Outcome:
        admitted = memo.admitted.find(world)
        if admitted is None:
            look = self._look(world)
            admitted = self.rules.admit(move, look)
            memo.admitted.note(world, self._note(memo, look), admitted)
        if admitted.denied or admitted.stuck:
            return Outcome(denied=admitted.denied, stuck=admitted.stuck)
        unmet = admitted.unmet
        for gate, remembered in memo.judged:
            judged = remembered.find(world)
            if judged is None:
                look = self._look(world)
                judged = self.rules.judged(move, gate, look)
                remembered.note(world, self._note(memo, look), judged)
            if judged.stuck:
                return Outcome(stuck=judged.stuck)
            if judged.refuses:
                unmet = (*unmet, gate.id)
        if unmet and not move.action.observed:
            return Outcome(unmet=unmet)
        return self._decided(world, move, memo, unmet, admitted.declared)

    def _decided(
        self, world: AnyWorld, move: Move, memo: _Memo, unmet: tuple[str, ...], declared: frozenset[Subject]
    ) -> Outcome:
        remembered = memo.decided.get((unmet, declared))
        if remembered is None:
            remembered = memo.decided[unmet, declared] = Remembered()
        found = remembered.find(world)
        if found is None:
            look = self._look(world)
            found = self._enter(move, look, self.rules.decide(move, unmet, declared, look))
            remembered.note(world, self._note(memo, look), found)
        return found

    def _enter(self, move: Move, look: Look, answer: Answer) -> Outcome:
        """What changes, and what the monitors say to it."""
        if not answer.facts:
            return Outcome(unmet=answer.unmet, denied=answer.denied, stuck=answer.stuck)
        said = self.monitors.step(look, entry_of(move, look.now, answer))
        for slot, value in said.changes.items():
            look[slot] = value
        changes = {NOW: self._number(NOW, look.now)}
        for slot, value in look.written.items():
            changes[self._slot(slot)] = self._number(self._slot(slot), value)
        broken = tuple((each.invariant, each.sentence) for each in said.broken)
        return Outcome(tuple(changes.items()), answer.unmet, broken, frozenset(said.held))

    def _look(self, world: AnyWorld) -> Look:
        return Look(self.at(world), self.now(world))

    def _note(self, memo: _Memo, look: Look) -> list[Place]:
        """What a rule of this move looked at."""
        places = [self._place(slot) for slot in look.seen]
        new = [place for place in places if place not in memo.seen]
        memo.seen.update(new)
        written = [place.at for place in new if place.at != UNWRITTEN and place.at != NOW]
        for place in new:
            if place.at == UNWRITTEN:
                self._not_written.setdefault(place.slot, []).append(memo)
        if written:
            memo.indexes += written
            memo.clear()
        return places

    def _place(self, slot: Slot) -> Place:
        place = self._places.get(slot)
        if place is None:
            place = self._places[slot] = Place(slot)
        return place

    def _slot(self, slot: Slot) -> int:
        """Where it is written; from now on worlds hold it."""
        place = self._place(slot)
        if place.at == UNWRITTEN:
            place.at = len(self._values)
            self._slots.append(slot)
            first = self._base.get(slot)
            self._values.append([first])
            self._numbers.append({})
            self._first(place.at, first)
            for memo in self._not_written.pop(slot, ()):
                memo.widen(place.at)
        return place.at

    def _first(self, index: int, value: Any) -> None:
        with suppress(TypeError):
            self._numbers[index][value] = 0

    def _number(self, index: int, value: Any) -> int:
        values, numbers = self._values[index], self._numbers[index]
        try:
            number = numbers.setdefault(value, len(values))
        except TypeError:  # it holds something that cannot be hashed
            number = next((n for n, known in enumerate(values) if known == value), len(values))
        if number == len(values):
            values.append(value)
        return number
