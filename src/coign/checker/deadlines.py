"""The limits that an act's own rules ask for, and how long somebody must wait until they are over."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from coign.checker.rules import Look, Move, Rules, Slot
from coign.kernel.values import Instant, Quantity
from coign.perform.evaluate import Rulebook
from coign.programmes.model import Programmes, ProgrammeVersion, Step, minutes_of
from coign.rulesets import Rule, RuleSets

#: A limit holds to its last minute.
JUST_OVER_MIN = 1

Note = Callable[[Quantity], None]


class Deadlines:
    """Rules that note, while they are asked, which durations they look up in rule sets and programmes."""

    def __init__(self, rules: Rules) -> None:
        self._asked: dict[float, None] = {}
        book = rules.judge.rulebook
        programmes = Programmes(_Version.noting(version, self._note) for version in book.programmes.all())
        noting = Rulebook(_RuleSets(book.rules, self._note), programmes, book.basis)
        self.rules = Rules(replace(rules.judge, rulebook=noting))

    def of(self, move: Move, at: Callable[[Slot], Any], now: Instant) -> tuple[int, ...]:
        """Minutes, just over each limit that is looked up for a move in this situation; the shortest first."""
        self._asked.clear()
        self.rules.ask(move, Look(at, max(now, move.time)))
        return tuple(sorted({math.floor(minutes) + JUST_OVER_MIN for minutes in self._asked}))

    def _note(self, quantity: Quantity) -> None:
        try:
            self._asked[minutes_of(quantity)] = None
        except KeyError:
            return  # a limit of something else than time


class _RuleSets(RuleSets):
    def __init__(self, rules: RuleSets, note: Note) -> None:
        vars(self).update(vars(rules))
        self._note = note

    def rule(self, name: str, at: Instant, jurisdiction: str = "") -> Rule:
        found = super().rule(name, at, jurisdiction)
        if found.unit:
            self._note(Quantity.of(found.value, found.unit))
        return found


class _Version(ProgrammeVersion):
    _note: Note

    @classmethod
    def noting(cls, version: ProgrammeVersion, note: Note) -> "_Version":
        found = cls.__new__(cls)
        vars(found).update(vars(version), _note=note)
        return found

    def quantity(self, name: str) -> Quantity:
        found = super().quantity(name)
        self._note(found)
        return found

    def quantity_if_any(self, name: str) -> Quantity | None:
        return self.quantity(name) if name in self.limits else None

    def step(self, id: str) -> Step:
        found = super().step(id)
        if found.hold_max is not None:
            self._note(found.hold_max)
        return found
