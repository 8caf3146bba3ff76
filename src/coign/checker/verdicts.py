"""What is each gate good for?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from coign import catalogue
from coign.checker import pairs
from coign.checker.history import History
from coign.checker.knocking import Knocking
from coign.checker.looking import Progress, nothing_in_circles, story_ground
from coign.checker.stories import Line, told_of
from coign.kernel.actions import Gate, Risk


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


@nothing_in_circles()
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
    if gate.id in knocked.tried and gate.id not in knocked.came_of:
        return "it refused only where other programmes are here than those of the story"
    if knocked.came_of[gate.id] == {False}:
        return "without it the act itself fails, and nothing is entered"
    return "without it something else happens, and no invariant says that it must not"
