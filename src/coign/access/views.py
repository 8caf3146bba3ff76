"""How often and when last somebody's identity was shown, and somebody took a copy."""

from coign.access.events import CopyTaken, IdentitiesShown
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View


@dataclass(frozen=True, slots=True)
class Looks:
    """How many looks there were, and the last one; each of them is an entry."""

    count: int = 0
    last_at: Instant | None = None
    last_to: Person | None = None


def _evolve(state: Looks, fact: Fact, stamp: Stamp) -> Looks:
    return Looks(state.count + 1, stamp.time, fact.to) if isinstance(fact, IdentitiesShown) else state


LOOKS = View(
    "access.looks", kinds=frozenset({"patient"}), folds=(IdentitiesShown,), state=Looks, evolve=_evolve, public=True
)


@dataclass(frozen=True, slots=True)
class Copies:
    """How many copies somebody took, and when the last one; each of them is an entry."""

    count: int = 0
    last_at: Instant | None = None


COPIES = View(
    "access.copies",
    kinds=frozenset({"person"}),
    folds=(CopyTaken,),
    state=Copies,
    evolve=lambda state, fact, stamp: Copies(state.count + 1, stamp.time) if isinstance(fact, CopyTaken) else state,
    public=True,
)
