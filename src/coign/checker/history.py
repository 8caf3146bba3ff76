"""Therapies that were told: every act with all that was entered for it."""

from dataclasses import dataclass
from typing import Any

from coign.checker.rules import Move


@dataclass(frozen=True, slots=True)
class Told:
    """One act of a story, and the therapy and stage that it belongs to; empty: it stands before all therapies."""

    move: Move
    therapy: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Departure:
    """What somebody does instead: before the act with this index, and where the story goes on."""

    at: int
    moves: tuple[Move, ...]
    goes_on: int


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A story from which everything is explored."""

    acts: tuple[Told, ...]
    programmes: Any
    #: What may come in between at any time.
    interruptions: tuple[Move, ...] = ()
    #: What somebody may try before the product of a therapy in trouble is decided about.
    attempts: tuple[Move, ...] = ()
    #: Where it leaves its way by more than one wrong step.
    departures: tuple[Departure, ...] = ()
