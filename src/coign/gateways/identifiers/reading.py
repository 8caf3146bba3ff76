"""What comes of looking at an identifier: how it reads, or what is wrong with it and where."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the place (characters from 0), the rule by its name, and a sentence."""

    position: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An identifier read by one scheme. `normalised` is the one spelling in which two of them may be compared."""

    scheme: str
    kind: str
    normalised: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


class Unreadable(ValueError):
    """Reading stops here: everything after it would be guessed."""

    def __init__(self, position: int, rule: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(position, rule, message)
