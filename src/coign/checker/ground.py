"""Worlds as tuples of small numbers, and what each move makes of them, worked out once for each local situation.

A move's outcome depends on the few states that its rules look at. They are noted while the real rules are asked; from
then on the same move among the same states is one look into a dictionary.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from coign.checker.rules import KNOWN, Look, Move, Rules, Slot, entry_of
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


class _Looks(NamedTuple):
    """What the rules look at next, and how they go on for each state that they find there."""

    slot: Slot
    on: dict[int, Any]


class _Memo:
    """The outcomes of one move: by all that it ever looked at, which is quick, and by what it looks at in turn.

    What is looked at first tells what is looked at next; a state that it does not come to makes no difference.
    """

    __slots__ = ("found", "in_turn", "indexes", "pick", "seen")

    def __init__(self) -> None:
        self.indexes = [NOW, NOW]  # two, so that `pick` always gives a tuple
        self.seen: set[Slot] = set()
        #: By the time of the act.
        self.in_turn: dict[int, _Looks | Outcome] = {}
        self.clear()

    def clear(self) -> None:
        self.pick = itemgetter(*self.indexes)
        self.found: dict[World, Outcome] = {}

    def widen(self, index: int) -> None:
        """A slot that this move looks at was written for the first time: so far it had its first value."""
        self.indexes.append(index)
        self.pick = itemgetter(*self.indexes)
        self.found = {(*key, 0): outcome for key, outcome in self.found.items()}


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
        self._index: dict[Slot, int] = {}
        self._values: list[list[Any]] = [[now]]
        self._numbers: list[dict[Any, int]] = [{now: 0}]
        self._memos = [_Memo() for _ in moves]
        self._unguarded: dict[int, _Memo] = {}
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
        index, values, base, width = self._index, self._values, self._base, len(world)

        def found(slot: Slot) -> Any:
            at = index.get(slot)
            return base.get(slot) if at is None else values[at][world[at] if at < width else 0]

        return found

    def states(self, world: World) -> dict[Slot, Any]:
        """Everything that is known there."""
        own = {slot: self._values[i][world[i]] for slot, i in self._index.items()}
        return {**self._base, **own}

    def knows(self, world: AnyWorld, subject: Subject) -> bool:
        """Whether anything was ever recorded about it."""
        index = self._index.get((subject, KNOWN))
        return bool(self._base.get((subject, KNOWN)) if index is None else self._values[index][world[index]])

    def outcome(self, world: AnyWorld, number: int, without: frozenset[str] = NONE) -> Outcome:
        """What a move comes to; `without`: gates that nobody asks."""
        memo = self._memos[number]
        found = memo.found.get(memo.pick(world)) or self._find(world, number, memo, NONE)
        if found.changes or not found.unmet or not without.issuperset(found.unmet):
            return found
        # Whichever gates are left out: what happens is the same, once none of those that refuse is asked.
        memo = self._unguarded.setdefault(number, _Memo())
        return memo.found.get(memo.pick(world)) or self._find(world, number, memo, frozenset(found.unmet))

    def outcomes(self, world: World) -> tuple[World, list[Outcome]]:
        """What every move comes to, and the world with the slots that were found meanwhile."""
        found = []
        for number, memo in enumerate(self._memos):
            outcome = memo.found.get(memo.pick(world))
            if outcome is None:
                outcome = self._find(world, number, memo, NONE)
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
        self._memos.append(_Memo())
        return len(self.moves) - 1

    def enter(self, world: list[int], outcome: Outcome) -> None:
        """The same in place, for whoever goes one way only."""
        if len(world) < len(self._values):
            world += [0] * (len(self._values) - len(world))
        for index, number in outcome.changes:
            world[index] = number

    def _find(self, world: AnyWorld, number: int, memo: _Memo, without: frozenset[str]) -> Outcome:
        """An outcome that was not found by all that the move ever looked at."""
        now = self._number(NOW, max(self.now(world), self.moves[number].time))
        index, width = self._index, len(world)
        step: _Looks | Outcome | None = memo.in_turn.get(now)
        while isinstance(step, _Looks):
            at = index.get(step.slot, width)
            step = step.on.get(world[at] if at < width else 0)
        if step is None:
            return self._ask(world, number, memo, without)
        memo.found[memo.pick(world)] = step
        return step

    def _ask(self, world: AnyWorld, number: int, memo: _Memo, without: frozenset[str]) -> Outcome:
        move = self.moves[number]
        look = Look(self.at(world))
        now = max(self.now(world), move.time)
        answer = self.rules.ask(move, look, now, without)
        if answer.facts:
            said = self.monitors.step(look, entry_of(move, now, answer))
            for slot, value in said.changes.items():
                look[slot] = value
            changes = {NOW: self._number(NOW, now)}
            for slot, value in look.written.items():
                changes[self._slot(slot)] = self._number(self._slot(slot), value)
            outcome = Outcome(
                tuple(changes.items()),
                answer.unmet,
                tuple((each.invariant, each.sentence) for each in said.broken),
                frozenset(said.held),
            )
        else:
            outcome = Outcome((), answer.unmet, denied=answer.denied, stuck=answer.stuck)
        self._note(memo, look.seen)
        if not without:
            self.refused.update(answer.unmet)
            self.held |= outcome.held
            if answer.facts:
                self.succeeded.add(move.action.name)
        memo.found[memo.pick((*world, *(0,) * (len(self._values) - len(world))))] = outcome
        self._remember(memo.in_turn, self._number(NOW, now), world, look.seen, outcome)
        return outcome

    def _remember(
        self, turn: dict[int, Any], first: int, world: AnyWorld, seen: Iterable[Slot], outcome: Outcome
    ) -> None:
        """Note an outcome under what was looked at, in turn."""
        width, key = len(world), first
        for slot in seen:
            looks = turn.setdefault(key, _Looks(slot, {}))
            assert looks.slot == slot, f"a rule looks at {slot} or {looks.slot}, and nothing tells which"
            at = self._index.get(slot, width)
            turn, key = looks.on, world[at] if at < width else 0
        turn[key] = outcome

    def _note(self, memo: _Memo, seen: Iterable[Slot]) -> None:
        new = [slot for slot in seen if slot not in memo.seen]
        memo.seen.update(new)
        known = [self._index[slot] for slot in new if slot in self._index]
        for slot in new:
            if slot not in self._index:
                self._not_written.setdefault(slot, []).append(memo)
        if known:
            memo.indexes += known
            memo.clear()

    def _slot(self, slot: Slot) -> int:
        index = self._index.get(slot)
        if index is None:
            index = self._index[slot] = len(self._values)
            first = self._base.get(slot)
            self._values.append([first])
            self._numbers.append({})
            self._first(index, first)
            for memo in self._not_written.pop(slot, ()):
                memo.widen(index)
        return index

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
