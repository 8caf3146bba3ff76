"""The two questions: does anything happen that must not, and what does each gate hold back?"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from coign import catalogue
from coign.checker import exploring, invariants, knocking, pairs
from coign.checker.ground import Ground
from coign.checker.history import History
from coign.checker.knocking import Knocking, Shown
from coign.checker.rules import Rules
from coign.checker.searching import Explored, Violation
from coign.checker.stories import Line, told_of
from coign.kernel.actions import Gate, Risk
from coign.perform import assemble

#: As far as is looked around each milestone.
DEPTH = 6
#: So many walks at random go further from each milestone, if there is time.
WALKS = 1000
#: Of the time, what goes to single deviations followed to the therapy's end.
SHARE_FOLLOWED = 0.4

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was explored, and what was found missing."""

    explored: Explored
    #: Actions that were tried and never succeeded, and invariants that never had anything to say.
    vacuous: tuple[str, ...]
    #: Gates of the actions tried that never refused.
    never_refused: tuple[str, ...]

    @property
    def depth(self) -> int:
        """To which depth everything was seen around every milestone, as long as no time passes between the acts."""
        return min((seen.depths[0] for seen in self.explored.around), default=0)


@contextmanager
def _nothing_in_circles() -> Iterator[None]:
    """Worlds are tuples, none leads back to itself: to look for circles among millions costs a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def story_ground(history: History) -> Ground:
    """The ground on which the whole story is told."""
    rules = Rules(assemble.judge(history.programmes))
    moves = [told.move for told in history.acts]
    return Ground(rules, invariants.monitors(history.programmes), {}, moves, moves[0].time)


@_nothing_in_circles()
def check(
    history: History, *, depth: int = DEPTH, seconds: float, progress: Progress = lambda line: None,
    only: Sequence[str] = (), walks: int = WALKS,
) -> Checked:  # fmt: skip
    """Follow every deviation of the story, then look around each stage. `only`: these stages."""
    ground, found, began = story_ground(history), Explored(), time.monotonic()
    told = Knocking(ground, history, began + seconds * SHARE_FOLLOWED)
    told.prepare()
    around = [m for m in exploring.milestones(history, knocking.FOLLOWED) if not only or m.stage in only]
    if not only:
        progress("Following what goes wrong to the end of the therapy …")
        told.look_around()
        pairs.look_twice(told, None)
        found.violations += [_violation(told, shown) for shown in told.violations]
    found.take(ground, None if told.looked else ground.moves[: len(history.acts)])
    for number, milestone in enumerate(around):
        progress(f"Around the stage {milestone.stage} …")
        left = began + seconds - time.monotonic()
        ends = time.monotonic() + left / (len(around) - number)
        here = exploring.around(history, ground, told.worlds, milestone)
        waits = exploring.waits_around(history, milestone, told.waits)
        exploring.explore(here, waits, depth, ends, found, stage=milestone.stage, walks=walks)
    never = sorted(found.tried - found.succeeded) + sorted(_names(invariants.OF_RULES) - found.held)
    return Checked(_first_of_each(found), tuple(never), tuple(sorted(found.guarding - found.refused)))


def _names(given: Iterable[Any]) -> set[str]:
    return {each.name for each in given}


def _violation(told: Knocking, shown: Shown) -> Violation:
    beginning, moves = told.told(shown)
    return Violation(shown.invariant, shown.sentence, moves, beginning)


def _first_of_each(found: Explored) -> Explored:
    """The shortest story of each kind."""
    shortest: dict[tuple[str, str], Violation] = {}
    for each in sorted(found.violations, key=lambda v: len(v.moves)):
        shortest.setdefault((each.invariant, each.moves[-1].action.name), each)
    found.violations = list(shortest.values())
    return found


# Gates


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate is good for."""

    gate: Gate[Any]
    verdict: str
    beside: str = ""
    invariant: str = ""
    story: tuple[Line, ...] = ()
    reason: str = ""


NECESSARY, PAIRED, NOT_SAFETY, NOT_SHOWN = "necessary", "paired", "not patient safety", "not shown"
#: Until when, of the time: one thing goes wrong; each gate is taken out; two things go wrong. Then those gates again.
UNTIL_ONE, UNTIL_TAKEN_OUT, UNTIL_TWO = 0.3, 0.6, 0.8


@_nothing_in_circles()
def knock_out(history: History, *, seconds: float, progress: Progress = lambda line: None) -> list[Verdict]:
    """Take out each gate that guards patients or products and look for a story that only it holds back."""
    began = time.monotonic()
    knocked = Knocking(story_ground(history), history, began + seconds * UNTIL_ONE)
    knocked.prepare()
    progress(f"{time.monotonic() - began:.0f} s: looking for what each gate alone holds back …")
    knocked.look_around()
    progress(f"{time.monotonic() - began:.0f} s: taking out one gate after another …")
    knocked.ends = began + seconds * UNTIL_TAKEN_OUT
    verdicts = {id: judged(knocked, gate) for id, gate in catalogue.GATES.items()}
    open_yet = {id for id, verdict in verdicts.items() if verdict.verdict == NOT_SHOWN}
    progress(f"{time.monotonic() - began:.0f} s: two things go wrong, for {len(open_yet)} gates …")
    knocked.forget(knocked.tried)
    knocked.ends = began + seconds * UNTIL_TWO
    pairs.look_twice(knocked, open_yet)
    progress(f"{time.monotonic() - began:.0f} s: taking out those gates again …")
    knocked.ends = began + seconds
    return [judged(knocked, catalogue.GATES[id]) if id in open_yet else each for id, each in verdicts.items()]


def share_shown(verdicts: Sequence[Verdict]) -> float:
    """Of the gates that guard patients or products, those that are necessary or paired."""
    guarding = [each for each in verdicts if each.gate.risk is not Risk.DATA]
    return sum(each.verdict in (NECESSARY, PAIRED) for each in guarding) / len(guarding) if guarding else 1.0


def judged(knocked: Knocking, gate: Gate[Any]) -> Verdict:
    """What one gate is good for, by what was looked around for."""
    if gate.risk is Risk.DATA:
        return Verdict(gate, NOT_SAFETY, reason=gate.protects)
    shown = knocked.knock(gate.id)
    if shown is None:
        return Verdict(gate, NOT_SHOWN, reason=_why_not(knocked, gate))
    beginning, moves = knocked.told(shown)
    beside = ", ".join(sorted(shown.without - {gate.id}))
    story = tuple(told_of(knocked.history, beginning, moves, shown.sentence))
    return Verdict(gate, PAIRED if beside else NECESSARY, beside, shown.invariant, story)


def _why_not(knocked: Knocking, gate: Gate[Any]) -> str:
    if not any(gate in told.move.action.gates for told in knocked.history.acts):
        return "no act of the story has this gate"
    with_it = knocked.fewest.get(gate.id)
    if with_it is None:
        return "nothing that was tried made it refuse alone"
    if with_it != {gate.id}:
        return f"it refused only together with others: {', '.join(sorted(with_it - {gate.id}))}"
    if knocked.came_of[gate.id] == {False}:
        return "without it the act itself fails, and nothing is entered"
    return "without it something else happens, and no invariant says that it must not"
