"""Does anything happen that must not?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from coign.checker import invariants
from coign.checker.looking import Asked, Breach, Progress, Tell, look
from coign.checker.searching import Explored

#: Gates that are never asked where they would refuse, and what stands before each of them.
STANDS_BEFORE: Mapping[str, str] = {
    "clinical.patient_is_enrolled":
        "whoever is of another house is told that the patient is not known here, before any gate is asked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What was explored, and what was found missing."""

    explored: Explored
    #: The shortest story of each kind.
    breaches: tuple[Breach, ...]
    #: Actions that were tried and never succeeded, and invariants that never had anything to say.
    never_happened: tuple[str, ...]
    #: Gates of the actions tried that never refused, but for those that something else stands before.
    never_refused: tuple[str, ...]
    #: Whether there was time for every deviation of the story.
    followed: bool

    @property
    def vacuous(self) -> tuple[str, ...]:
        """What was tried and shows nothing; a gate only once everything was tried that could make it refuse."""
        return self.never_happened + (self.never_refused if self.followed else ())

    @property
    def depth(self) -> int:
        """To which depth everything was seen around every milestone, as long as no time passes between the acts."""
        return min((seen.alike[0] for seen in self.explored.around), default=0)


def check(
    tell: Tell, *, seconds: float, asked: Asked, processes: int = 1, progress: Progress = lambda line: None
) -> Checked:
    """Follow every deviation of the story, then look around each stage.

    `tell`: gives the story; with several processes a function of a module, since each of them tells it for itself.
    """
    found, breaches, followed = look(tell, seconds, asked, processes, progress)
    longest_first = sorted(breaches, key=lambda each: len(each.story), reverse=True)
    shortest = {(each.invariant, each.action): each for each in longest_first}
    never = sorted(found.tried - found.succeeded) + sorted(_names(invariants.OF_RULES) - found.held)
    assert not found.refused & STANDS_BEFORE.keys(), "nothing stands before a gate that refuses"
    never_refused = found.guarding - found.refused - STANDS_BEFORE.keys()
    return Checked(found, tuple(shortest.values()), tuple(never), tuple(sorted(never_refused)), followed)


def _names(given: Iterable[Any]) -> set[str]:
    return {each.name for each in given}
