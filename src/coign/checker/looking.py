"""A story told once in a process, and who looks at which part of it until when."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from coign.checker import exploring, invariants, knocking, pairs
from coign.checker.ground import Ground
from coign.checker.history import History
from coign.checker.knocking import Knocking, Shown
from coign.checker.rules import Rules
from coign.checker.searching import Explored, Violation
from coign.checker.stories import Line, told_of
from coign.perform import assemble
from coign.processes import started

#: As far as is looked around each milestone.
DEPTH = 6
#: So many walks at random go further from each milestone, if there is time.
WALKS = 1000
#: Of the time, what goes at most to single deviations followed to the therapy's end: by one process alone, and by the
#: first of several.
ALONE, AMONG_OTHERS = 0.5, 0.9

Progress = Callable[[str], None]
Tell = Callable[[], History]


@dataclass(frozen=True, slots=True)
class Asked:
    """How many acts around each stage, how many walks further; `only`: around these stages, and nothing else."""

    depth: int = DEPTH
    walks: int = WALKS
    only: tuple[str, ...] = ()


class Breach(NamedTuple):
    """An invariant that an act breaks, as a story."""

    invariant: str
    action: str
    story: tuple[Line, ...]


class Looked(NamedTuple):
    """What one part of the work found. `followed`: there was time for every deviation of the story."""

    explored: Explored
    breaches: Sequence[Breach]
    followed: bool = False


@contextmanager
def nothing_in_circles() -> Iterator[None]:
    """Worlds are tuples, none leads back to itself: to look for circles among millions costs a third of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def story_ground(history: History) -> Ground:
    """The ground on which the whole story is told."""
    rules = Rules(assemble.judge(history.programmes))
    moves = [told.move for told in history.acts]
    return Ground(rules, invariants.monitors(history.programmes), {}, moves, moves[0].time)


class Looking:
    """A story, told once, and everything that is looked for in it."""

    def __init__(self, history: History) -> None:
        self._history, self._ground = history, story_ground(history)
        self._told = Knocking(self._ground, history, float("inf"))
        self._told.prepare()
        self._around = exploring.milestones(history, knocking.FOLLOWED)

    def stages(self) -> list[str]:
        """Around which it can be looked."""
        return [milestone.stage for milestone in self._around]

    @nothing_in_circles()
    def follow(self, ends: float) -> Looked:
        """Every deviation to the therapy's end, until this moment."""
        told, found = self._told, Explored()
        told.ends = ends
        told.look_around()
        pairs.look_twice(told, None)
        found.take(self._ground, None if told.looked else self._ground.moves[: len(self._history.acts)])
        found.violations += [_violation(told, shown) for shown in told.violations]
        return self._as_told(found)._replace(followed=told.looked)

    @nothing_in_circles()
    def around(self, ends: float, stage: str, asked: Asked) -> Looked:
        """Whatever may happen around a stage, until this moment."""
        milestone = next(each for each in self._around if each.stage == stage)
        here, found = exploring.around(self._history, self._ground, self._told.worlds, milestone), Explored()
        waits = exploring.waits_around(self._history, milestone, self._told.waits)
        exploring.explore(here, waits, asked.depth, ends, found, stage=stage, walks=asked.walks)
        return self._as_told(found)

    def _as_told(self, found: Explored) -> Looked:
        """Moves do not leave the process; what they come to is told."""
        breaches = [
            Breach(
                each.invariant, each.moves[-1].action.name,
                tuple(told_of(self._history, each.beginning, each.moves, each.sentence)),
            )
            for each in found.violations
        ]  # fmt: skip
        found.violations.clear()
        return Looked(found, breaches)


def _violation(told: Knocking, shown: Shown) -> Violation:
    beginning, moves = told.told(shown)
    return Violation(shown.invariant, shown.sentence, moves, beginning)


class _Here(Executor):
    """This process alone: what is submitted is done."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(work(*given, **named))
        return future


_looking: Looking


def _begin(tell: Tell) -> None:
    global _looking
    _looking = Looking(tell())


def _do(work: Callable[..., Any], *given: Any) -> Any:
    return work(_looking, *given)


@contextmanager
def _hands(tell: Tell, count: int) -> Iterator[Executor]:
    if count == 1:
        _begin(tell)
        yield _Here()
        return
    with started(count, _begin, (tell,)) as executor:
        yield executor


class _Shared:
    """Parts of the work, and until when each may take."""

    def __init__(self, hands: Executor, count: int, ends: float) -> None:
        self._hands, self._count, self._ends = hands, count, ends
        self._until: dict[Future[Looked], float] = {}

    def begin(self, until: float, work: Callable[..., Looked], *given: Any) -> None:
        """Hand a part out."""
        self._until[self._hands.submit(_do, work, until, *given)] = until

    def share(self, parts: int) -> float:
        """Until when the next of so many parts may take. Waits for somebody who is free for it."""
        at_work = [part for part in self._until if not part.done()]
        if len(at_work) == self._count:
            wait(at_work, return_when=FIRST_COMPLETED)
        now = time.monotonic()
        taken = sum(max(0.0, until - now) for part, until in self._until.items() if not part.done())
        return min(self._ends, now + (self._count * (self._ends - now) - taken) / parts)

    def done(self) -> list[Looked]:
        """What was found, part by part."""
        return [part.result() for part in self._until]


def look(tell: Tell, seconds: float, asked: Asked, count: int, progress: Progress) -> Looked:
    """Everything that is asked, by so many processes, in this time: each stage gets its share of what is left."""
    began = time.monotonic()
    with _hands(tell, count) as hands:
        shared = _Shared(hands, count, began + seconds)
        if not asked.only:
            progress("Following what goes wrong to the end of the therapy …")
            shared.begin(began + seconds * (ALONE if count == 1 else AMONG_OTHERS), Looking.follow)
        stages = asked.only or hands.submit(_do, Looking.stages).result()
        for number, stage in enumerate(stages):
            until = shared.share(len(stages) - number)
            progress(f"Around the stage {stage} …")
            shared.begin(until, Looking.around, stage, asked)
        parts = shared.done()
    found = Explored()
    for part in parts:
        found.add(part.explored)
    breaches = [breach for part in parts for breach in part.breaches]
    return Looked(found, breaches, any(part.followed for part in parts))
