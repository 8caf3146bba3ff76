"""The gates of conditioning: it weakens the patient for weeks, so the product must be here and fit before."""

from collections.abc import Callable, Sequence
from typing import Protocol

from coign.clinical.views import COURSE, PATIENT, TREATMENT
from coign.coldchain.views import CONDITION
from coign.correction.views import CORRECTIONS
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Batch, Chain, Patient, Unit
from coign.kernel.values import Actor, Instant
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH, reads_of_lots, recalled_because
from coign.programmes.model import ProgrammeVersion
from coign.quality.views import DISPOSITION
from coign.regulatory.views import ADMINISTRATION, reads_of_authorisation


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfPlan(OfChain, Protocol):
    """Conditioning with its first day and the day of infusion."""

    @property
    def first_day(self) -> Instant: ...
    @property
    def planned_infusion(self) -> Instant: ...


def containers(asked: OfChain, known: Circumstances) -> tuple[Unit, ...]:
    """The final containers of the therapy that still exist; what was rejected is no product of it any more."""
    units = known.state(CHAIN, asked.chain).units_of_kind("final_container")
    return tuple(u for u in units if not known.state(UNIT, u).ended and not known.state(DISPOSITION, u).rejected)


def programme(asked: OfChain, known: Circumstances) -> ProgrammeVersion | None:
    """The version of the programme that the therapy runs under."""
    digest = known.state(CHAIN, asked.chain).version
    version: ProgrammeVersion | None = None if digest is None else known.programmes.version(digest)
    return version


def of_course(asked: OfChain, actor: Actor) -> Sequence[Read]:
    """The therapy, its course, and what was decided for it while administration was stopped."""
    return tuple(Read(asked.chain, view) for view in (CHAIN, COURSE, ADMINISTRATION, CORRECTIONS))


def of_product(asked: OfChain, known: Circumstances) -> Sequence[Read]:
    """All that is known of the therapy's bags and of its patient, and what an authority allows there."""
    chain = known.state(CHAIN, asked.chain)
    bags = chain.units_of_kind("final_container")
    return (
        *(Read(unit, view) for unit in bags for view in (UNIT, DISPOSITION, RECEIPT, CONDITION)),
        *(Read(batch, view) for batch in batches_of(asked, known) for view in (BATCH, CORRECTIONS)),
        *([Read(chain.patient, PATIENT)] if chain.patient is not None else []),
        *reads_of_authorisation(chain.product, chain.centre),
    )


def batches_of(asked: OfChain, known: Circumstances) -> tuple[Batch, ...]:
    """The batches that the therapy's units were made in."""
    units = known.state(CHAIN, asked.chain).units
    return tuple(dict.fromkeys(each.batch for each in units if each.batch is not None))


def of_lots(asked: OfChain, known: Circumstances) -> Sequence[Read]:
    """What is known of the lots that went into these batches."""
    return tuple(dict.fromkeys(read for batch in batches_of(asked, known) for read in reads_of_lots(batch, known)))


def patient_of(asked: OfChain, known: Circumstances) -> Patient:
    """Whose therapy it is."""
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    return patient


def _named(units: tuple[Unit, ...], what_is_wrong: Callable[[Unit], str | None]) -> str | None:
    """The sentence over all units with which something is wrong, or None."""
    found = [f"{u.identifier} {why}" for u in units if (why := what_is_wrong(u))]
    return "; ".join(found) or None


@gate(
    "clinical.therapy_is_of_this_centre",
    requirement=("PAT-28", "CSV-04"),
    protects="The centre that answers for the patient decides about the patient.",
    remedy="Ask the centre that ordered the therapy.",
    resolvers=("physician", "coordinator"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "clinical.conditioning_has_consent",
    requirement=("PAT-28", "PAT-33"),
    protects="Nobody is conditioned who has not agreed, or who has changed their mind.",
    remedy="Talk with the patient and record the signed form.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def conditioning_has_consent(asked: OfChain, known: Circumstances) -> str | None:
    chain = known.state(CHAIN, asked.chain)
    if chain.patient is None or known.state(PATIENT, chain.patient).consents_to(chain.programme):
        return None
    return f"{chain.patient.identifier} has no consent to {TREATMENT} in force"


@gate(
    "clinical.conditioning_not_started",
    requirement="PAT-28",
    protects="Conditioning given twice can kill.",
    remedy="Look at the course of this therapy: conditioning was ordered.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def conditioning_not_started(asked: OfChain, known: Circumstances) -> str | None:
    course = known.state(COURSE, asked.chain)
    if course.begun_at is not None:
        return f"conditioning was begun {course.begun_at}"
    since = course.conditioning_from
    return f"conditioning was ordered already, with {since} as its first day" if since else None


@gate(
    "clinical.corrections_are_assessed",
    requirement=("CSV-05", "PAT-28"),
    protects="Doses follow the weight, and the plan follows the cells that were counted.",
    remedy="Let a second person read the source, and somebody without a part in it assess what it means.",
    resolvers=("physician", "nurse", "qa"),
    risk=Risk.PATIENT,
)
def corrections_are_assessed(asked: OfChain, known: Circumstances) -> str | None:
    why = known.state(CORRECTIONS, asked.chain).open_because
    return f"corrected values of {asked.chain.identifier} were not assessed: {why}" if why else None


@gate(
    "clinical.product_exists",
    requirement="PAT-28",
    protects="A patient conditioned for a product that was never filled has nothing to recover with.",
    remedy="Wait until the maker has filled the product.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def product_exists(asked: OfChain, known: Circumstances) -> str | None:
    return None if containers(asked, known) else f"no bag of product exists for {asked.chain.identifier}"


@gate(
    "clinical.product_is_certified",
    requirement="PAT-28",
    protects="A patient conditioned for a product that is not released may wait for nothing.",
    remedy="Wait for the certificate, or ask the maker's qualified person.",
    resolvers=("qp", "qa", "quality-us"),
    risk=Risk.PATIENT,
)
def product_is_certified(asked: OfChain, known: Circumstances) -> str | None:
    return _named(
        containers(asked, known), lambda u: None if known.state(DISPOSITION, u).is_released else "is not released"
    )


@gate(
    "clinical.product_lots_are_in_order",
    requirement=("PAT-28", "GMP-S7"),
    protects="A patient is not prepared for a product that a recall may take away.",
    remedy="Ask the maker's quality unit what is in doubt about the lot.",
    resolvers=("qa", "physician"),
    risk=Risk.PATIENT,
)
def product_lots_are_in_order(asked: OfChain, known: Circumstances) -> str | None:
    return _named(containers(asked, known), lambda u: _made_with_doubt(u, known))


def _made_with_doubt(unit: Unit, known: Circumstances) -> str | None:
    why = recalled_because(known.state(UNIT, unit).batch, known)
    return f"was made with what is in doubt now: {why}" if why else None


@gate(
    "clinical.product_is_received",
    requirement="PAT-28",
    protects="A product on the road can still be lost, and the patient cannot wait.",
    remedy="Wait until the bags have arrived and two people have received them.",
    resolvers=("celllab", "courier"),
    risk=Risk.PATIENT,
)
def product_is_received(asked: OfChain, known: Circumstances) -> str | None:
    here = known.actor.organisation
    return _named(
        containers(asked, known),
        lambda u: None if known.state(RECEIPT, u).is_at(here) else f"was not received at {here.identifier}",
    )


@gate(
    "clinical.product_kept_cold",
    requirement=("PAT-28", "PAT-30"),
    protects="Cells that were too warm may be dead, and that shows only in the patient.",
    remedy="Read the logger; let quality assess what was out of its limits or unknown.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def product_kept_cold(asked: OfChain, known: Circumstances) -> str | None:
    return _named(containers(asked, known), lambda u: known.state(CONDITION, u).not_in_order_at(known.now))


@gate(
    "clinical.product_may_be_used",
    requirement=("PAT-28", "TRC-14"),
    protects="A bag that stands still will perhaps never be given.",
    remedy="Resolve what blocks the bag, or scan its label back.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def product_may_be_used(asked: OfChain, known: Circumstances) -> str | None:
    return _named(containers(asked, known), lambda u: known.state(UNIT, u).stands_still_because)


@gate(
    "clinical.product_lasts_until_infusion",
    requirement="PAT-28",
    protects="A product that expires before its day leaves a conditioned patient without it.",
    remedy="Plan an earlier infusion, or ask the maker.",
    resolvers=("physician", "qp"),
    risk=Risk.PATIENT,
)
def product_lasts_until_infusion(asked: OfPlan, known: Circumstances) -> str | None:
    def ends_too_early(unit: Unit) -> str | None:
        expires = known.state(UNIT, unit).expires
        if expires is None:
            return "has no expiry on record"
        return None if expires > asked.planned_infusion else f"expires {expires}, before the planned infusion"

    return _named(containers(asked, known), ends_too_early)


@gate(
    "clinical.infusion_follows_conditioning",
    requirement="PAT-28",
    protects="Cells given while the conditioning still works are destroyed with the rest.",
    remedy="Plan the infusion later, or begin the conditioning earlier.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def infusion_follows_conditioning(asked: OfPlan, known: Circumstances) -> str | None:
    version = programme(asked, known)
    if version is None:
        return None
    if asked.planned_infusion.minutes_since(asked.first_day) >= version.minutes("conditioning_to_infusion_min"):
        return None
    apart = version.quantity("conditioning_to_infusion_min")
    return f"less than {apart} lie between the first day {asked.first_day} and {asked.planned_infusion}"
