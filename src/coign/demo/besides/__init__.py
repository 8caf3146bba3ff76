"""What happens in a house beside its therapies, told in memory for whoever tries what else may happen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coign.demo import people
from coign.demo.in_memory import InMemory
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, Instant
from coign.perform.request import Request

#: Between two acts.
PACE_MIN = 2
#: Stands for a document: none is read here.
EVIDENCE = "0" * 64


@dataclass(frozen=True)
class Do:
    """Acts one after the other, a little later each."""

    here: InMemory

    def __call__(self, actor: Actor, action: str, command: Mapping[str, Any]) -> Sequence[str]:
        """Who does what with what; gives the subjects of the entry."""
        self.here.now = self.here.now.plus(minutes=PACE_MIN)
        done = self.here.perform(Request(action, actor, f"besides/{len(self.here.acts)}", command))
        return done.entries[0].subjects

    @property
    def now(self) -> Instant:
        """The story's time."""
        return self.here.now


def by(name: str, role: str = "") -> Actor:
    """An account at work, in its own role or in another one that it holds as well; see `second_jobs`."""
    account = people.account(name)
    assert account is not None, name
    return Actor(account.person, role or account.role, account.organisation)


def person(name: str) -> Person:
    """Who signs in under this name."""
    return by(name).person


def named(subjects: Sequence[str], kind: str) -> str:
    """The subject of a kind."""
    return next(s for s in subjects if s.startswith(f"{kind}:"))
