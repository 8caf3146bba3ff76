"""Which therapies cannot wait: a bag is thawed, and its clock runs."""

from collections.abc import Sequence

from coign.infusion.views import INFUSION
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.records.journey import Journey
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import programme_of


def give_by(journeys: Sequence[Journey]) -> dict[str, Instant]:
    """Until when a thawed bag must be given, for the therapies that have one and have not begun to give it."""
    chains = {j.root: Chain(j.chain) for j in journeys if j.chain}
    states = states_of(INFUSION, chains.values())
    found: dict[str, Instant] = {}
    for journey in journeys:
        state = states[chains[journey.root]] if journey.root in chains else None
        programme = programme_of(journey)
        if state is None or state.thawed_at is None or state.started_at is not None or programme is None:
            continue
        if "thaw_to_infusion_max" in programme.limits:
            found[journey.root] = state.thawed_at.plus(minutes=programme.minutes("thaw_to_infusion_max"))
    return found
