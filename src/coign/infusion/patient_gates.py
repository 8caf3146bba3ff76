"""The gates of the patient: looked at today, everything that the programme asks about, nothing against it."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Protocol

from coign.identity.views import CHAIN
from coign.infusion.events import Finding
from coign.infusion.product_gates import OfUnit, product, programme
from coign.infusion.state import READINESS
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.programmes.model import NOT_APPLICABLE, BeforeInfusion, Range


class OfFindings(Protocol):
    """A command with what was found of a patient."""

    @property
    def chain(self) -> Chain: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...


def plan_of(asked: OfFindings, known: Circumstances) -> BeforeInfusion:
    """What the programme asks about before an infusion; empty for a therapy that this record does not know."""
    digest = known.state(CHAIN, asked.chain).version
    return BeforeInfusion() if digest is None else known.programmes.version(digest).before_infusion


def outside(asked: OfFindings, known: Circumstances) -> tuple[str, ...]:
    """The items whose finding stands against giving cells now."""
    return tuple(item.id for item, found in _pairs(asked, known) if not _agrees(item, found, plan_of(asked, known)))


def _pairs(asked: OfFindings, known: Circumstances) -> Iterator[tuple[Range, Finding]]:
    """Each item that is asked about, with its finding."""
    found = {f.id: f for f in asked.findings}
    return ((item, found[item.id]) for item in plan_of(asked, known).items if item.id in found)


def _agrees(item: Range, found: Finding, plan: BeforeInfusion) -> bool:
    return _does_not_apply(item, found, plan) or item.holds(found.value)


def _does_not_apply(item: Range, found: Finding, plan: BeforeInfusion) -> bool:
    return item.id in plan.where_it_applies and found.value == NOT_APPLICABLE


@gate(
    "infusion.assessment_is_of_this_centre",
    requirement=("PAT-28", "CSV-04"),
    protects="The centre that answers for the patient looks at the patient.",
    remedy="Choose a therapy of your centre.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def assessment_is_of_this_centre(asked: OfFindings, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "infusion.findings_are_complete",
    requirement="PAT-28",
    protects="What was not looked at is not in order: it is unknown.",
    remedy="Enter what was found for each thing that the programme asks about, and for nothing else.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def findings_are_complete(asked: OfFindings, known: Circumstances) -> str | None:
    asked_about = {item.id: item.label for item in plan_of(asked, known).items}
    found = [f.id for f in asked.findings]
    missing = [label for name, label in asked_about.items() if name not in found]
    unasked = sorted(name for name in found if name not in asked_about or found.count(name) > 1)
    said = [f"nothing was entered for {', '.join(missing)}"] if missing else []
    said += [f"not asked, or entered twice: {', '.join(dict.fromkeys(unasked))}"] if unasked else []
    return "; ".join(said) or None


@gate(
    "infusion.findings_can_be_read",
    requirement=("PAT-28", "PAT-29"),
    protects="A value in another unit can be a thousand times off and look right.",
    remedy="Enter numbers in the unit that the programme names.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def findings_can_be_read(asked: OfFindings, known: Circumstances) -> str | None:
    plan = plan_of(asked, known)
    wrong = [
        f"{item.label}: {found.value} {found.unit}".rstrip()
        for item, found in _pairs(asked, known)
        if not _does_not_apply(item, found, plan) and not item.equals and not _is_number_in(found, item.unit)
    ]
    return f"not a number in the unit of the programme: {'; '.join(wrong)}" if wrong else None


def _is_number_in(found: Finding, unit: str) -> bool:
    try:
        return Decimal(found.value).is_finite() and found.unit == unit
    except InvalidOperation:
        return False


@gate(
    "infusion.patient_was_assessed",
    requirement="PAT-28",
    protects="Cells given to somebody with an infection, failing organs or no rescue medicine at hand can kill.",
    remedy="A physician looks at the patient and records the check before the infusion.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def patient_was_assessed(asked: OfUnit, known: Circumstances) -> str | None:
    bag, version = product(asked, known), programme(asked, known)
    if bag is None or bag.chain is None or version is None or not version.before_infusion.items:
        return None
    if known.state(READINESS, bag.chain).assessed_at is not None:
        return None
    return f"nobody has checked the patient of {bag.chain.identifier} before the infusion"


@gate(
    "infusion.patient_is_ready",
    requirement="PAT-28",
    protects="What was found at the bed today counts more than the plan of last week.",
    remedy="Treat what stands against the infusion, and check the patient again.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def patient_is_ready(asked: OfUnit, known: Circumstances) -> str | None:
    bag, version = product(asked, known), programme(asked, known)
    against = known.state(READINESS, bag.chain).outside if bag is not None and bag.chain is not None else ()
    if not against or version is None:
        return None
    labels = {item.id: item.label for item in version.before_infusion.items}
    return f"the check before the infusion found against it: {', '.join(labels.get(a, a) for a in against)}"


@gate(
    "infusion.assessment_is_fresh",
    requirement="PAT-28",
    protects="Somebody without a fever yesterday may have one now.",
    remedy="Check the patient again, just before the bag is thawed.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def assessment_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    bag, version = product(asked, known), programme(asked, known)
    if bag is None or bag.chain is None or version is None:
        return None
    at = known.state(READINESS, bag.chain).assessed_at
    if at is None or known.now.minutes_since(at) <= version.minutes("pre_infusion_check_valid"):
        return None  # without one, `infusion.patient_was_assessed` says so
    return f"the patient was checked {at}, longer ago than {version.quantity('pre_infusion_check_valid')}"
