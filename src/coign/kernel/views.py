"""Views: small states folded from the facts about one subject."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from coign.kernel.facts import Fact
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant

S = TypeVar("S")


class Stamp(NamedTuple):
    """When, where in the record and by whom a fact was entered, and for which subject it is being folded."""

    time: Instant
    position: int
    actor: Actor
    subject: Subject


@dataclass(frozen=True)
class View(Generic[S]):
    """A question's answer kept ready: `state()` is the empty answer, `evolve` adds one fact.

    The state must stay bounded however long the history: open items and running balances, at most 16 KiB.
    Raise `version` whenever `evolve` or the state changes: stored rows of another version are folded anew.
    """

    name: str
    kinds: frozenset[str]
    folds: tuple[type[Fact], ...]
    state: type[S]
    evolve: Callable[[S, Fact, Stamp], S]
    version: int = 1
    #: Views that other domains may read are public; the rest belongs to one domain.
    public: bool = field(default=False)

    @cached_property
    def empty(self) -> S:
        """The state of a subject about which nothing was recorded. States never change, so one serves all."""
        return self.state()
