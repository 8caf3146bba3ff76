"""The reactions of one therapy so far: whether there was fever, and the worst grade."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.safety.events import Grade, ReactionRecorded


@dataclass(frozen=True, slots=True)
class Reactions:
    """The newest and the worst grade; each assessment stays an entry of its own."""

    fever_since: Instant | None = None
    last_grade: Grade | None = None
    last_seen_at: Instant | None = None
    worst_grade: Grade | None = None


def _evolve(state: Reactions, fact: Fact, stamp: Stamp) -> Reactions:
    match fact:
        case ReactionRecorded(seen_at=seen_at, grade=grade, fever=fever):
            worst = max((g for g in (state.worst_grade, grade) if g is not None), default=None)
            since = state.fever_since
            if fever == "yes" and (since is None or seen_at < since):
                since = seen_at
            return replace(state, fever_since=since, last_grade=grade, last_seen_at=seen_at, worst_grade=worst)
        case _:
            return state


REACTIONS = View(
    "safety.reactions",
    kinds=frozenset({"chain"}),
    folds=(ReactionRecorded,),
    state=Reactions,
    evolve=_evolve,
)
