"""The gates of the planned dose: nobody is conditioned for a dose out of range, or that nobody knows."""

from decimal import Decimal
from typing import Protocol

from coign.clinical.conditioning_gates import OfChain, containers, programme
from coign.clinical.views import COURSE
from coign.correction.views import CORRECTIONS
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Unit
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.views import BATCH
from coign.programmes.dose_plan import WEIGHT, DosePlan, is_weight
from coign.quality.views import DISPOSITION


class OfExamined(OfChain, Protocol):
    """A command with what a physician found, the weight too where the patient was weighed."""

    @property
    def examined_at(self) -> Instant: ...
    @property
    def weight(self) -> Quantity | None: ...


def weighing(asked: OfExamined, known: Circumstances) -> tuple[Quantity, Instant] | None:
    """The weight of the examination, or the last one before it; None: nobody weighed the patient."""
    course = known.state(COURSE, asked.chain)
    if asked.weight is not None:
        return asked.weight, asked.examined_at
    return (course.weight, course.weighed_on) if course.weight and course.weighed_on else None


def _volume(unit: Unit, known: Circumstances) -> Quantity | None:
    """How much is in a bag, as it counts now; None: nobody knows."""
    batch = known.state(UNIT, unit).batch
    if batch is None:
        return None
    return known.state(CORRECTIONS, batch).volume_of(known.state(BATCH, batch).container(unit))


def _plan(asked: OfChain, known: Circumstances) -> DosePlan | None:
    version = programme(asked, known)
    return None if version is None else version.dose


def _released(asked: OfChain, known: Circumstances) -> tuple[Unit, ...]:
    """The bags that are released; of others `clinical.product_is_certified` speaks."""
    return tuple(u for u in containers(asked, known) if known.state(DISPOSITION, u).is_released)


@gate(
    "clinical.examined_weight_is_in_kilograms",
    requirement="PAT-29",
    protects="A dose worked out from pounds taken for kilograms is more than twice too high.",
    remedy="Enter the weight in kg.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def examined_weight_is_in_kilograms(asked: OfExamined, known: Circumstances) -> str | None:
    if asked.weight is None or is_weight(asked.weight):
        return None
    return f"{asked.weight} is not a weight in {WEIGHT}"


@gate(
    "clinical.cells_are_known",
    requirement="PAT-29",
    protects="Nobody is conditioned for a bag of which nobody knows how many living cells are in it.",
    remedy="Ask the maker's quality unit for the released results and the filled volume.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def cells_are_known(asked: OfChain, known: Circumstances) -> str | None:
    plan = _plan(asked, known)
    if plan is None:
        return None
    bags = {u: (_volume(u, known), known.state(DISPOSITION, u).strength) for u in _released(asked, known)}
    said = [f"{unit.identifier} {why}" for unit, what in bags.items() if (why := plan.unknown_because(*what))]
    return "; ".join(said) or None


@gate(
    "clinical.dose_weight_is_fresh",
    requirement="PAT-29",
    protects="The dose follows the weight; an old weight gives a wrong dose.",
    remedy="Weigh the patient, and enter the weight with the examination.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def dose_weight_is_fresh(asked: OfExamined, known: Circumstances) -> str | None:
    version, weighed = programme(asked, known), weighing(asked, known)
    if version is None or version.dose is None:
        return None
    if weighed is None:
        return f"no weight is on record for {asked.chain.identifier}"
    if known.now.minutes_since(weighed[1]) <= version.minutes("weight_age_max"):
        return None
    return f"{weighed[0]} was measured {weighed[1]}, longer ago than {version.quantity('weight_age_max')}"


@gate(
    "clinical.planned_dose_is_in_range",
    requirement="PAT-29",
    protects="A patient conditioned for too few cells, or for a bag that is too much, has nothing to recover with.",
    remedy="A further product is made, or the physician asks for this one and its maker supplies it under exception.",
    resolvers=("physician", "qa", "qp"),
    risk=Risk.PATIENT,
)
def planned_dose_is_in_range(asked: OfExamined, known: Circumstances) -> str | None:
    plan, weighed = _plan(asked, known), weighing(asked, known)
    if plan is None or weighed is None or not is_weight(weighed[0]):
        return None  # `clinical.dose_weight_is_fresh` and `clinical.examined_weight_is_in_kilograms` say so
    bags = {u: known.state(DISPOSITION, u) for u in _released(asked, known)}
    cells = [c for u, of in bags.items() if (c := plan.cells_in(_volume(u, known), of.strength))]
    if not cells:
        return None  # `clinical.cells_are_known` says so
    # Bag by bag, as many may be given as are in range: the smallest one must be.
    if why := plan.too_much_because(min(cells), weighed[0]):
        return f"in the smallest bag, {why}"
    if any(of.is_supplied_under_exception for of in bags.values()):
        return None  # the physician has asked for it as it is
    why = plan.too_little_because(sum(cells, Decimal(0)), weighed[0])
    return f"in all bags together, {why}" if why else None
