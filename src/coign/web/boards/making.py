"""How a board is made: who looks, at which therapies, and what is drawn once people are known."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from coign.catalogue import PARTIES
from coign.clinical.views import COURSE, PATIENT
from coign.collection.views import COLLECTION
from coign.correction.views import CORRECTIONS
from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import SLOT
from coign.records.journey import Journey
from coign.web import acting
from coign.web.boards.matter import Matter
from coign.web.reading import reader
from coign.web.therapy.looking import visible

#: What boards ask of every therapy that goes on; read in one question.
LOOKED_AT = (PARTIES, PATIENT, CHAIN, SLOT, COURSE, COLLECTION, INFUSION, CORRECTIONS)
#: More than a screen holds is no glance.
THERAPIES_MAX = 12
Who = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Here:
    """Whoever opens the page, and the therapies their organisation is party to, most recently touched first."""

    actor: Actor
    journeys: Sequence[Journey]

    @cached_property
    def going_on(self) -> list[Journey]:
        """Therapies that are not over."""
        return [j for j in self.journeys if not j.ended]

    @cached_property
    def chains(self) -> dict[str, Chain]:
        """The chain of each therapy that goes on, for those whose chain this organisation may know."""
        found = {j.root: Chain(j.chain) for j in self.going_on if j.chain}
        here = [Patient(j.patient) for j in self.going_on if j.centre == str(self.actor.organisation)]
        reader().look_ahead([*found.values(), *here], LOOKED_AT)
        seen = visible(found.values(), self.actor.organisation)
        return {root: chain for root, chain in found.items() if chain in seen}

    @cached_property
    def now(self) -> Instant:
        """The record's time."""
        return acting.now()


@dataclass(frozen=True, slots=True)
class Board:
    """One board: the template that shows it, the therapies whose people it names, the drawing, and what waits on it."""

    kind: str
    roots: Sequence[str]
    draw: Callable[[Who], dict[str, Any]]
    #: What whoever looks can do on this board now.
    waits: Sequence[Matter] = ()
