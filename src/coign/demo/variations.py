"""Acts of a story done otherwise, and acts that it does not have at the time of one that it has."""

from dataclasses import replace
from typing import Any

from coign.checker.history import Departure, Told
from coign.checker.rules import Move
from coign.demo.in_memory import InMemory
from coign.kernel.values import Actor
from coign.perform.request import Request

ONE, TROUBLED = "0", "2"


class Variations:
    """Moves made of the acts of a story. Every act is named by its action, its therapy, and which of several it is."""

    def __init__(self, here: InMemory) -> None:
        self._here, self.acts = here, here.acts

    def _at(self, action: str, therapy: str = ONE, nth: int = 0) -> int:
        return [n for n, t in enumerate(self.acts) if t.move.action.name == action and t.therapy == therapy][nth]

    def _like(self, index: int, actor: Actor | None = None, **changed: Any) -> Move:
        """The same act, with something else in it."""
        told: Told = self.acts[index]
        said = ", ".join(f"{name}: {value}" for name, value in changed.items())
        command = replace(told.move.command, **changed)
        return replace(told.move, command=command, actor=actor or told.move.actor, twist=said or "again")

    def _asked(self, index: int, actor: Actor, action: str, **command: Any) -> Move:
        """An act that the story does not have, at the time of one that it has."""
        self._here.now = self.acts[index].move.time
        return self._here.move(Request(action, actor, "", command))

    def _instead(self, index: int, *moves: Move, left_out: int = 0) -> Departure:
        now = self.acts[index].move.time
        return Departure(index, tuple(replace(move, time=now) for move in moves), index + left_out)

    def _later(self, index: int, move: Move, days: int) -> Departure:
        """It is done after so many days instead."""
        late = replace(move, time=self.acts[index].move.time.plus(days=days))
        return Departure(index, (late,), index + 1)
