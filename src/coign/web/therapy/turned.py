"""Conditioned patients, and what turned for them: a hold, a warm bag. A physician is called before anybody else."""

from collections.abc import Mapping

from coign.clinical.depletion_gates import NO_BAG_LEFT, why_not_given
from coign.clinical.views import COURSE, Course
from coign.coldchain.views import CONDITION
from coign.identity.views import CHAIN, UNIT
from coign.infusion.views import INFUSION
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.quality.views import DISPOSITION
from coign.web.therapy.looking import states_of
from coign.web.therapy.recalled import recalled_units


@dataclass(frozen=True, slots=True)
class Waiting:
    """A patient who was conditioned and has not been given anything: what stands against their product, if anything."""

    root: str
    course: Course
    turned: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        """Whether a physician has said what is done."""
        return self.course.turn_answered_at is not None


def waiting(chains: Mapping[str, Chain], now: Instant) -> list[Waiting]:
    """Everybody among these therapies who depends on a product; a fixed number of queries."""
    courses, given = states_of(COURSE, chains.values()), states_of(INFUSION, chains.values())
    depend = {r: c for r, c in chains.items() if courses[c].depends_on_product and not given[c].begun}
    bound = states_of(CHAIN, depend.values())
    bags = {root: bound[chain].units_of_kind("final_container") for root, chain in depend.items()}
    units = [unit for each in bags.values() for unit in each]
    states, warmth, said = states_of(UNIT, units), states_of(CONDITION, units), states_of(DISPOSITION, units)
    recalled = recalled_units(units)
    found = []
    for root, chain in depend.items():
        left = [u for u in bags[root] if not states[u].ended and not said[u].rejected]
        why = tuple(
            f"{u.identifier} {reason}"
            for u in left
            for reason in why_not_given(states[u], warmth[u], said[u], recalled.get(u), now)
        )
        found.append(Waiting(root, courses[chain], why if left else (NO_BAG_LEFT,)))
    return found
