"""What may happen on a ground: everything to a depth, with one move for all that are alike and then with each; then
everything in which few things go wrong, then at random.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from coign.checker.alike import stand_ins
from coign.checker.ground import Beginning, Ground, World
from coign.checker.rules import Move
from coign.checker.stories import EVERY_RULE_ANSWERS, at
from coign.perform.shape import shape_of

#: Of the time around one milestone: until when everything is looked at with one move for all that are alike, until when
#: with each, and until when what has few things wrong.
UNTIL_ALIKE, UNTIL_BREADTH, UNTIL_FEW_WRONG = 0.6, 0.8, 0.92
#: Breadth first, time passes so many times at most between the acts.
PASSES_MAX = 2
#: A wait is put off as long as so many acts.
WAIT_WEIGHS = 2
#: How many times as long as the depth a walk at random is.
WALKS_LONGER = 2


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not happen and did, and the moves that led there from the story, each at its time."""

    invariant: str
    sentence: str
    moves: tuple[Move, ...]
    #: What came before them.
    beginning: Beginning


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen around one milestone."""

    stage: str
    states: int
    #: To so many acts everything was seen, one move standing for all that are alike, while no time passes between them,
    #: while it passes once, and so on.
    alike: tuple[int, ...]
    #: The same with each move for itself.
    depths: tuple[int, ...]
    #: To the depth that was asked for, everything in which so many acts are wrong or late at most; -1: not even that.
    wrong: int
    #: Beyond that, walks at random.
    walks: int


@dataclass
class Explored:
    """What was seen so far."""

    states: int = 0
    #: Accepted acts of the worlds at which everything was tried, and the processor's time that this took.
    transitions: int = 0
    seconds: float = 0
    around: list[Seen] = field(default_factory=list)
    complete: bool = True
    violations: list[Violation] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    guarding: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)

    def add(self, other: "Explored") -> None:
        """What was seen elsewhere."""
        self.states += other.states
        self.transitions += other.transitions
        self.seconds += other.seconds
        self.around += other.around
        self.complete = self.complete and other.complete
        self.violations += other.violations
        for name in ("tried", "succeeded", "guarding", "refused", "held"):
            getattr(self, name).update(getattr(other, name))

    def take(self, ground: Ground, moves: Sequence[Move] | None = None) -> None:
        """What was asked on this ground. `moves`: those for which there was time enough; None: all."""
        self.tried |= {move.action.name for move in (ground.moves if moves is None else moves)}
        self.guarding |= {gate.id for move in ground.moves for gate in move.action.gates}
        self.succeeded |= ground.succeeded
        self.refused |= ground.refused
        self.held |= ground.held


#: The number of the move by which a world was reached; below 0: of a wait, from the end.
Step = tuple[World, int]


class Search:
    """All worlds that were found on one ground, and how each was reached for the first time."""

    def __init__(self, ground: Ground, waits: Sequence[int], depth: int, found: Explored) -> None:
        self._ground, self._waits, self._depth, self._found = ground, waits, depth, found
        self._stand_ins = stand_ins(ground)
        self._came: dict[World, Step | None] = {ground.start: None}
        #: Of each world that was seen breadth first: how often time passed, and after how many acts it was reached.
        self._seen: dict[World, list[tuple[int, int]]] = {}
        #: Of each world that was reached with few things wrong: with how many, and after how many steps.
        self._labels: dict[World, list[tuple[int, int]]] = {}
        self._width = ground.width
        shapes = [shape_of(move.action) for move in ground.moves]
        self._makes = [
            [getattr(move.command, name) for name in shape.allotted]
            for move, shape in zip(ground.moves, shapes, strict=True)
        ]
        self._all = range(len(ground.moves))
        self._told = [number for number, move in enumerate(ground.moves) if not move.twist]
        self._twisted = [number for number, move in enumerate(ground.moves) if move.twist]

    @property
    def states(self) -> int:
        """How many worlds."""
        return len(self._came)

    def alike(self, ends: float) -> tuple[int, ...]:
        """Breadth first, with one move for all that are alike; whatever needs no time to pass comes first."""
        return self._breadth(self._stand_ins, ends, self._depth)

    def breadth(self, ends: float) -> tuple[int, ...]:
        """Breadth first, with each move; what has as many acts less as a wait weighs comes first."""
        return self._breadth(self._all, ends, WAIT_WEIGHS)

    def _breadth(self, moves: Sequence[int], ends: float, wait_weighs: int) -> tuple[int, ...]:
        """A world once.

        For each number of times that time passes: to how many acts everything was seen.
        """
        began, reached = time.process_time(), [0] * (PASSES_MAX + 1)
        start = self._ground.start
        self._seen = {start: [(0, 0)]}
        cells: dict[tuple[int, int], list[World]] = defaultdict(list, {(0, 0): [start]})
        steps = product(range(PASSES_MAX + 1), range(self._depth))
        for passes, acts in sorted(steps, key=lambda cell: (wait_weighs * cell[0] + cell[1], cell[1])):
            for world in cells.pop((passes, acts), ()):
                if acts + passes and time.monotonic() > ends:  # the first step is always taken
                    self._found.seconds += time.process_time() - began
                    return tuple(reached)
                self._found.transitions += self._expand(world, moves, (passes, acts), cells)
            reached[passes] = acts + 1
        self._found.seconds += time.process_time() - began
        return tuple(reached)

    def _expand(
        self, world: World, moves: Sequence[int], cell: tuple[int, int], cells: Mapping[tuple[int, int], list[World]]
    ) -> int:
        """Sort what follows by how often time passed and how much was done; how many acts were accepted."""
        done = self._acts(self._ground.fit(world), moves)
        here, (passes, acts) = self._ground.fit(world), cell
        for after, number in (*done, *(self._waits_at(here) if passes < PASSES_MAX else ())):
            to = (passes, acts + 1) if number >= 0 else (passes + 1, acts)
            if self._is_news(self._seen, after, to):
                self._came.setdefault(after, (here, number))
                cells[to].append(after)
        return len(done)

    def few_wrong(self, ends: float) -> int:
        """To the whole depth, first nothing wrong or late, then one thing, and so on; with how many all was seen.

        Before each act time may pass, and it may be a wrong one: more than twice the depth goes wrong nowhere.
        """
        waiting: list[list[tuple[World, int]]] = [[] for _ in range(2 * self._depth + 1)]
        waiting[0] = [(self._ground.start, 0)]
        for wrong, layer in enumerate(waiting):
            for world, depth in layer:  # it grows meanwhile
                if time.monotonic() > ends:
                    return wrong - 1
                if depth < self._depth:
                    layer += self._news(world, self._acts(self._ground.fit(world), self._told), wrong, depth)
            for world, depth in layer:
                if time.monotonic() > ends:
                    return wrong
                if depth < self._depth:
                    waiting[wrong + 1] += self._news(world, self._wrong_steps(world), wrong + 1, depth)
        return 2 * self._depth

    def _news(self, world: World, steps: Iterable[Step], wrong: int, depth: int) -> list[tuple[World, int]]:
        """Of the worlds that are reached with so many things wrong those that are new, each with its depth."""
        found, here = [], self._ground.fit(world)
        for after, number in steps:
            label = wrong, depth + (number >= 0)
            if self._is_news(self._labels, after, label):
                self._came.setdefault(after, (here, number))
                found.append((after, label[1]))
        return found

    def _wrong_steps(self, world: World) -> list[Step]:
        """Acts other than told, and waits."""
        acts = self._acts(self._ground.fit(world), self._twisted)
        return [*acts, *self._waits_at(self._ground.fit(world))]

    @staticmethod
    def _is_news(labels: dict[World, list[tuple[int, int]]], world: World, label: tuple[int, int]) -> bool:
        """Whether a world was not yet reached with as little of both."""
        known = labels.setdefault(world, [])
        if any(first <= label[0] and second <= label[1] for first, second in known):
            return False
        known.append(label)
        return True

    def at_random(self, walks: int, ends: float, seed: str) -> int:
        """Walks further than the depth, the same ones for the same seed; how many came to their end."""
        chance = random.Random(seed)  # noqa: S311 - a choice of what is tried, no secret
        for walk in range(walks):
            world = self._ground.start
            for _ in range(self._depth * WALKS_LONGER):
                if time.monotonic() > ends:
                    return walk
                here = self._ground.fit(world)
                steps = self._steps(here)
                if not steps:
                    break
                world, number = chance.choice(steps)
                self._came.setdefault(world, (self._ground.fit(here), number))
        return walks

    def _steps(self, world: World) -> list[Step]:
        """The worlds that one act or wait leads to."""
        return [*self._acts(world, self._all), *self._waits_at(self._ground.fit(world))]

    def _acts(self, world: World, moves: Sequence[int]) -> list[Step]:
        """The worlds that one of these acts leads to; what must not happen and does is noted, and leads nowhere."""
        ground, steps = self._ground, list[Step]()
        world, outcomes = ground.outcomes(world, moves)
        if ground.width != self._width:
            self._widen()
        for number, outcome in zip(moves, outcomes, strict=True):
            if not outcome.changes:
                if outcome.stuck:
                    self._violated(EVERY_RULE_ANSWERS, outcome.stuck, world, number)
            elif any(ground.knows(world, made) for made in self._makes[number]):
                continue  # the door gives every new thing a name of its own
            elif outcome.broken:
                self._violated(*outcome.broken[0], world, number)
            else:
                steps.append((ground.after(world, outcome), number))
        return steps

    def _waits_at(self, world: World) -> list[Step]:
        """The same world later, unless time has passed already and nobody did anything since."""
        came, now = self._came.get(world), self._ground.now(world)
        if came is not None and came[1] < 0:
            return []
        return [(self._ground.later(world, now.plus(minutes=wait)), -n) for n, wait in enumerate(self._waits, start=1)]

    def _widen(self) -> None:
        """Further slots were written: all worlds become wider."""
        fit, self._width = self._ground.fit, self._ground.width
        self._came = {fit(world): (fit(step[0]), step[1]) if step else None for world, step in self._came.items()}
        self._seen = {fit(world): labels for world, labels in self._seen.items()}
        self._labels = {fit(world): labels for world, labels in self._labels.items()}

    def _violated(self, invariant: str, sentence: str, world: World, number: int) -> None:
        path = [number]
        step = self._came[world]
        while step is not None:
            path.append(step[1])
            step = self._came[step[0]]
        now, moves = self._ground.now(self._ground.start), list[Move]()
        for each in reversed(path):
            if each < 0:
                now = now.plus(minutes=self._waits[-each - 1])
            else:
                moves.append(at(self._ground.moves[each], now))
                now = moves[-1].time
        self._found.violations.append(Violation(invariant, sentence, tuple(moves), self._ground.beginning))
