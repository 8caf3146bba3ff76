"""Explores what may happen around each stage of a therapy: acts in any order, wrong ones and late ones."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coign.checker.ground import Beginning, Ground, World
from coign.checker.history import History
from coign.checker.rules import KNOWN, Move, Slot
from coign.checker.searching import UNTIL_ALIKE, UNTIL_BREADTH, UNTIL_FEW_WRONG, Explored, Search, Seen
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


def explore(
    ground: Ground, waits: Sequence[int], depth: int, ends: float, found: Explored, *, stage: str = "", walks: int = 0
) -> None:
    """Look around from where the ground begins, until the time is over. `walks`: so many at random beyond the depth."""
    began = time.monotonic()
    search, left = Search(ground, waits, depth, found), max(0.0, ends - began)
    alike = search.alike(began + left * UNTIL_ALIKE)
    depths = search.breadth(began + left * UNTIL_BREADTH)
    wrong = search.few_wrong(began + left * UNTIL_FEW_WRONG)
    walks = search.at_random(walks, ends, stage)
    found.around.append(Seen(stage, search.states, alike, depths, wrong, walks))
    found.complete = found.complete and min(depths) == depth
    found.states += search.states
    found.take(ground)


def around(history: History, story: Ground, worlds: Sequence[World], milestone: Milestone) -> Ground:
    """The ground around a milestone of a story that was told on another ground."""
    world = story.fit(worlds[milestone.index])
    base = story.states(world)
    moves = [move for move in at_hand(history, milestone) if not _makes_again(move, base)]
    beginning = Beginning(milestone.index, f"the story up to the stage {milestone.stage}, {milestone.index} acts")
    return Ground(story.rules, story.monitors, base, moves, story.now(world), beginning)


def _makes_again(move: Move, base: Mapping[Slot, object]) -> bool:
    """Whether it would make what is there already; the door gives every new thing a name of its own."""
    return any(base.get((getattr(move.command, name), KNOWN)) for name in shape_of(move.action).allotted)
