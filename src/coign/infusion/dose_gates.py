"""The gates of the dose: what is in the bags, what the patient weighs today, and whether both together are in range."""

from decimal import Decimal
from typing import Protocol

from coign.clinical.views import COURSE, Course
from coign.correction.views import CORRECTIONS
from coign.identity.views import CHAIN, UNIT
from coign.infusion.product_gates import OfUnit, product, programme
from coign.infusion.state import READINESS, Readiness
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.views import BATCH
from coign.programmes.dose_plan import WEIGHT, DosePlan, is_weight
from coign.quality.views import DISPOSITION


class OfWeighed(Protocol):
    """A command with the weight that was found, where somebody stood on the scale."""

    @property
    def weight(self) -> Quantity | None: ...


def weighing(chain: Chain, known: Circumstances) -> tuple[Quantity, Instant] | None:
    """The newest weight of the patient, and when it was measured; None: nobody weighed them."""
    return newest_weight(known.state(COURSE, chain), known.state(READINESS, chain))


def newest_weight(course: Course, ready: Readiness) -> tuple[Quantity, Instant] | None:
    """The weight that was ordered on, or the one of the check before the infusion: whichever is newer."""
    found = [(w, at) for w, at in ((course.weight, course.weighed_on), (ready.weight, ready.weighed_at)) if w and at]
    return max(found, key=lambda weighed: weighed[1], default=None)


def _volume(unit: Unit, known: Circumstances) -> Quantity | None:
    """How much is in a bag, as it counts now; None: nobody knows."""
    batch = known.state(UNIT, unit).batch
    if batch is None:
        return None
    return known.state(CORRECTIONS, batch).volume_of(known.state(BATCH, batch).container(unit))


def _plan(asked: OfUnit, known: Circumstances) -> tuple[DosePlan, Chain] | None:
    """How the dose of a released bag is worked out; None where no dose is, or where another gate speaks."""
    bag, version = product(asked, known), programme(asked, known)
    if bag is None or bag.chain is None or version is None or version.dose is None:
        return None
    return (version.dose, bag.chain) if known.state(DISPOSITION, asked.unit).is_released else None


def _cells(unit: Unit, plan: DosePlan, known: Circumstances) -> Decimal:
    return plan.cells_in(_volume(unit, known), known.state(DISPOSITION, unit).strength)


def given_so_far(plan: DosePlan, chain: Chain, known: Circumstances) -> Decimal:
    """Million cells that have gone into the patient, from what was given of each bag."""
    bags = known.state(INFUSION, chain).bags
    return sum((plan.cells_in(g.given, known.state(DISPOSITION, g.unit).strength) for g in bags), Decimal(0))


def _still_there(chain: Chain, known: Circumstances) -> tuple[Unit, ...]:
    units = known.state(CHAIN, chain).units_of_kind("final_container")
    return tuple(u for u in units if not known.state(UNIT, u).ended and known.state(DISPOSITION, u).is_released)


@gate(
    "infusion.weight_is_in_kilograms",
    requirement="PAT-29",
    protects="A dose worked out from pounds taken for kilograms is more than twice too high.",
    remedy="Enter the weight in kg.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def weight_is_in_kilograms(asked: OfWeighed, known: Circumstances) -> str | None:
    if asked.weight is None or is_weight(asked.weight):
        return None
    return f"{asked.weight} is not a weight in {WEIGHT}"


@gate(
    "infusion.cells_are_known",
    requirement="PAT-29",
    protects="A dose is a number of living cells: from a bag of which nobody knows how many, none can be worked out.",
    remedy="Ask the maker's quality unit for the released results and the filled volume.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def cells_are_known(asked: OfUnit, known: Circumstances) -> str | None:
    found = _plan(asked, known)
    if found is None:
        return None
    strength = known.state(DISPOSITION, asked.unit).strength
    why = found[0].unknown_because(_volume(asked.unit, known), strength)
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "infusion.weight_is_fresh",
    requirement="PAT-29",
    protects="The dose follows the weight; an old weight gives a wrong dose.",
    remedy="Weigh the patient, and enter the weight with the check before the infusion.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def weight_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    found, version = _plan(asked, known), programme(asked, known)
    if found is None or version is None:
        return None
    weighed = weighing(found[1], known)
    if weighed is None:
        return f"no weight is on record for {found[1].identifier}"
    if known.now.minutes_since(weighed[1]) <= version.minutes("weight_age_max"):
        return None
    return f"{weighed[0]} was measured {weighed[1]}, longer ago than {version.quantity('weight_age_max')}"


@gate(
    "infusion.dose_is_in_range",
    requirement="PAT-29",
    protects="Too many cells at once can kill; too few do not cure, and there is no second try.",
    remedy="Leave the bag in the cold; the physician and the maker's quality unit decide together what to give.",
    resolvers=("physician", "qa"),
    risk=Risk.PATIENT,
)
def dose_is_in_range(asked: OfUnit, known: Circumstances) -> str | None:
    found = _plan(asked, known)
    weighed = weighing(found[1], known) if found is not None else None
    if found is None or weighed is None:
        return None
    (plan, chain), (weight, _) = found, weighed
    given, bag = given_so_far(plan, chain, known), _cells(asked.unit, plan, known)
    if bag and (why := plan.too_much_because(given + bag, weight)):
        return f"with {asked.unit.identifier}, {why}"
    # What is given cannot be taken back: after the first bag, less than planned is better than nothing.
    if given or not bag or known.state(DISPOSITION, asked.unit).is_supplied_under_exception:
        return None
    all_bags = sum((_cells(unit, plan, known) for unit in _still_there(chain, known)), Decimal(0))
    why = plan.too_little_because(all_bags, weight)
    return f"in all bags together, {why}" if why else None
