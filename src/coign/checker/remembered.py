"""What a pure function of a world answered, found again by the states that it looked at, in turn.

What is looked at first tells what is looked at next; a state that it does not come to makes no difference.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from coign.checker.rules import Slot

#: Where no world holds it yet: nobody ever wrote there, and it has its first value.
UNWRITTEN = sys.maxsize

A = TypeVar("A")


class Place:
    """A slot, and where worlds hold the number of its present value."""

    __slots__ = ("at", "slot")

    def __init__(self, slot: Slot, at: int = UNWRITTEN) -> None:
        self.slot = slot
        self.at = at


class _Looks:
    """What is looked at next, and how it goes on for each value that is found there."""

    __slots__ = ("on", "place")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.on: dict[int, Any] = {}


class Remembered(Generic[A]):
    """The answers of one function. Each look costs one step; answers are never None."""

    __slots__ = ("_first",)

    def __init__(self) -> None:
        self._first: Any = None

    def find(self, world: Sequence[int]) -> A | None:
        """The answer, if it was asked before among the same states."""
        step, width = self._first, len(world)
        while step.__class__ is _Looks:
            at = step.place.at
            step = step.on.get(world[at] if at < width else 0)
        found: A | None = step
        return found

    def note(self, world: Sequence[int], seen: Iterable[Place], answer: A) -> A:
        """Note an answer under what was looked at, in turn."""
        width, before, key = len(world), None, 0
        for place in seen:
            looks = self._first if before is None else before.on.get(key)
            if looks is None:
                looks = _Looks(place)
                if before is None:
                    self._first = looks
                else:
                    before.on[key] = looks
            assert looks.place is place, f"a rule looks at {place.slot} or {looks.place.slot}, and nothing tells which"
            before, key = looks, world[place.at] if place.at < width else 0
        if before is None:
            self._first = answer
        else:
            before.on[key] = answer
        return answer
