"""Explores what may happen around each stage of a therapy: acts in any order, wrong ones and late ones."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from coign.checker.ground import Beginning, Ground, Outcome, World
from coign.checker.history import History
from coign.checker.rules import KNOWN, Move, Slot
from coign.checker.stories import EVERY_RULE_ANSWERS, at
from coign.checker.twists import Twists
from coign.kernel.values import Instant
from coign.perform.shape import shape_of

#: Acts of the story at hand around a milestone, before it and from it on, and how many of those to come are twisted.
BEHIND, AHEAD, TWISTED = 4, 12, 4
#: Between two acts that are tried at one instant.
TOGETHER_MIN = 5


@dataclass(frozen=True, slots=True)
class Milestone:
    """A valid beginning of a therapy: as it stands before the act with this index."""

    index: int
    stage: str


def milestones(history: History, therapy: str) -> list[Milestone]:
    """One for each stage of a therapy."""
    found: dict[str, Milestone] = {}
    for index, told in enumerate(history.acts):
        if told.therapy == therapy and told.stage:
            found.setdefault(told.stage, Milestone(index, told.stage))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not happen and did, and the moves that led there from the story, each at its time."""

    invariant: str
    sentence: str
    moves: tuple[Move, ...]
    #: What came before them.
    beginning: Beginning


@dataclass
class Explored:
    """What was seen so far."""

    states: int = 0
    transitions: int = 0
    seconds: float = 0
    #: Around each milestone, to which depth everything was seen.
    depths: list[int] = field(default_factory=list)
    complete: bool = True
    violations: list[Violation] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    succeeded: set[str] = field(default_factory=set)
    guarding: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)

    def take(self, ground: Ground) -> None:
        """What was asked on this ground."""
        self.tried |= {move.action.name for move in ground.moves}
        self.guarding |= {gate.id for move in ground.moves for gate in move.action.gates}
        self.succeeded |= ground.succeeded
        self.refused |= ground.refused
        self.held |= ground.held


def at_hand(history: History, milestone: Milestone) -> list[Move]:
    """What may be tried: acts that were just done or are about to come, and what can go wrong with them."""
    acts = history.acts
    near = [acts[index].move for index in _near(history, milestone)]
    together = _together([move.time for move in near])
    near = [replace(move, time=time) for move, time in zip(near, together, strict=True)]
    twists, to_come = Twists(acts), near[min(BEHIND, milestone.index) :][:TWISTED]
    return [*near, *(twisted for move in to_come for twisted in twists.of(move))]


def _near(history: History, milestone: Milestone) -> range:
    return range(max(0, milestone.index - BEHIND), min(len(history.acts), milestone.index + AHEAD))


def waits_around(history: History, milestone: Milestone, waits: Mapping[int, Sequence[int]]) -> list[int]:
    """Until a limit of an act at hand is over; `waits`: of each act. What all of them ask is tried along the story."""
    asked = [set(waits[index]) for index in _near(history, milestone) if index in waits]
    return sorted(set[int]().union(*asked) - set[int].intersection(*asked))


def _together(times: Sequence[Instant]) -> list[Instant]:
    """What is done within minutes is tried at the same instant, so that fewer situations differ by nothing but time."""
    found = list(times)
    for index in range(len(times) - 2, -1, -1):
        if times[index + 1].minutes_since(times[index]) <= TOGETHER_MIN:
            found[index] = found[index + 1]
    return found


def explore(ground: Ground, waits: Sequence[int], depth: int, ends: float, found: Explored) -> None:
    """Breadth first from where the ground begins; a world that was seen is not looked at again."""
    began = time.process_time()
    once = _made_once(ground)
    came: dict[World, tuple[World, int] | None] = {ground.start: None}
    frontier, reached, width = [ground.start], 0, ground.width
    while frontier and reached < depth and time.monotonic() < ends:
        following: list[World] = []
        for world in frontier:
            if time.monotonic() > ends:
                break
            world, outcomes = ground.outcomes(ground.fit(world))
            if ground.width != width:  # further slots were written: all worlds become wider
                width = ground.width
                came = {ground.fit(w): (ground.fit(f[0]), f[1]) if f else None for w, f in came.items()}
                following = [ground.fit(w) for w in following]
            for after, number in _next(ground, world, outcomes, waits, once, came, found):
                came[after] = (world, number)
                following.append(after)
        else:
            reached += 1
            frontier = [ground.fit(w) for w in following]
            continue
        break
    found.depths.append(reached)
    found.complete = found.complete and (reached == depth or not frontier)
    found.states += len(came)
    found.seconds += time.process_time() - began
    found.take(ground)


def _made_once(ground: Ground) -> dict[int, str]:
    """Moves that make something: the same thing is not made twice."""
    return {n: name for n, move in enumerate(ground.moves) for name in shape_of(move.action).allotted}


Came = dict[World, tuple[World, int] | None]


def _next(
    ground: Ground, world: World, outcomes: Sequence[Outcome], waits: Sequence[int], once: dict[int, str], came: Came,
    found: Explored,
) -> list[tuple[World, int]]:  # fmt: skip
    """New worlds that one step leads to."""
    new: list[tuple[World, int]] = []
    seen = {world}
    done = _path(came, world) if once else []
    for number, outcome in enumerate(outcomes):
        if not outcome.changes:
            if outcome.stuck:
                told = _told(ground, waits, [*_path(came, world), number])
                found.violations.append(Violation(EVERY_RULE_ANSWERS, outcome.stuck, told, ground.beginning))
            continue
        if number in once and number in done:
            continue
        found.transitions += 1
        if outcome.broken:
            told = _told(ground, waits, [*_path(came, world), number])
            found.violations.append(Violation(*outcome.broken[0], told, ground.beginning))
            continue
        after = ground.after(world, outcome)
        if after not in came and after not in seen:
            seen.add(after)
            new.append((after, number))
    came_by = came[world]
    if came_by is not None and came_by[1] < 0:
        return new  # time has passed already, and nobody did anything
    for number, wait in enumerate(waits, start=1):
        after = ground.later(world, ground.now(world).plus(minutes=wait))
        if after not in came and after not in seen:
            seen.add(after)
            new.append((after, -number))
    return new


def _path(came: Came, world: World) -> list[int]:
    """The numbers of the moves that led to a world."""
    path: list[int] = []
    step = came.get(world)
    while step is not None:
        path.append(step[1])
        step = came.get(step[0])
    return path[::-1]


def _told(ground: Ground, waits: Sequence[int], path: Sequence[int]) -> tuple[Move, ...]:
    """The moves of a path, each at its time."""
    now, moves = ground.now(ground.start), []
    for number in path:
        if number < 0:
            now = now.plus(minutes=waits[-number - 1])
        else:
            moves.append(at(ground.moves[number], now))
            now = moves[-1].time
    return tuple(moves)


def around(history: History, story: Ground, worlds: Sequence[World], milestone: Milestone) -> Ground:
    """The ground around a milestone of a story that was told on another ground."""
    world = story.fit(worlds[milestone.index])
    base = story.states(world)
    moves = [move for move in at_hand(history, milestone) if not _makes_again(move, base)]
    beginning = Beginning(milestone.index, f"the story up to the stage {milestone.stage}, {milestone.index} acts")
    return Ground(story.rules, story.monitors, base, moves, story.now(world), beginning)


def _makes_again(move: Move, base: Mapping[Slot, object]) -> bool:
    """Whether it would make what is there already; the door gives every new thing a name of its own."""
    return any((getattr(move.command, name), KNOWN) in base for name in shape_of(move.action).allotted)
