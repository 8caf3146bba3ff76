"""Which version of a programme is in force: the question that an order asks."""

from dataclasses import dataclass

from coign.kernel.facts import Fact
from coign.kernel.subjects import Person
from coign.kernel.values import Digest, Instant
from coign.kernel.views import Stamp, View
from coign.regulatory.events import ProgrammeApproved, ProgrammeProposed


@dataclass(frozen=True, slots=True)
class ProgrammeState:
    """The version in force, and the one that waits for a second signature."""

    in_force: Digest | None = None
    since: Instant | None = None
    proposed: Digest | None = None
    proposed_by: Person | None = None


def _evolve(state: ProgrammeState, fact: Fact, stamp: Stamp) -> ProgrammeState:
    match fact:
        case ProgrammeProposed(version=version, by=by):
            return ProgrammeState(state.in_force, state.since, version, by)
        case ProgrammeApproved(version=version):
            return ProgrammeState(version, stamp.time)
        case _:
            return state


PROGRAMME = View(
    "regulatory.programme",
    kinds=frozenset({"programme"}),
    folds=(ProgrammeProposed, ProgrammeApproved),
    state=ProgrammeState,
    evolve=_evolve,
    public=True,
)
