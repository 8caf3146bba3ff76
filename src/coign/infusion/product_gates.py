"""The gates of the product: whose it is, whether it is here, released, cold, lasting, and the patient ready for it.

Thawing asks all of them, since a thawed bag cannot be put back; the infusion asks again what may have changed since.
"""

from typing import Protocol

from coign.clinical.views import COURSE, PATIENT, TREATMENT
from coign.coldchain.views import CONDITION
from coign.correction.views import CORRECTIONS
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT, ChainState, UnitState
from coign.infusion.views import INFUSION
from coign.installation.views import not_witnessed_because
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Unit
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import recalled_because
from coign.programmes.model import ProgrammeVersion
from coign.quality.views import DISPOSITION
from coign.regulatory.views import not_authorised_because
from coign.storage.views import PLACE


class OfUnit(Protocol):
    """A command that concerns one bag."""

    @property
    def unit(self) -> Unit: ...


def product(asked: OfUnit, known: Circumstances) -> UnitState | None:
    """The bag's state if it is product of a therapy; else `infusion.unit_is_product` says so and the rest is silent."""
    state = known.state(UNIT, asked.unit)
    return state if state.chain is not None and state.kind == "final_container" else None


def therapy(asked: OfUnit, known: Circumstances) -> ChainState | None:
    """The therapy that the bag was made for."""
    bag = product(asked, known)
    return None if bag is None or bag.chain is None else known.state(CHAIN, bag.chain)


def programme(asked: OfUnit, known: Circumstances) -> ProgrammeVersion | None:
    """The version of the programme that the therapy runs under."""
    chain = therapy(asked, known)
    version: ProgrammeVersion | None = None
    if chain is not None and chain.version is not None:
        version = known.programmes.version(chain.version)
    return version


@gate(
    "infusion.unit_is_product",
    requirement=("PAT-28", "TRC-12"),
    protects="What is given is the product of a therapy, never a sample or what it was made from.",
    remedy="Scan the bag of product.",
    resolvers=("celllab", "infusion"),
    risk=Risk.PATIENT,
)
def unit_is_product(asked: OfUnit, known: Circumstances) -> str | None:
    if product(asked, known) is not None:
        return None
    kind = known.state(UNIT, asked.unit).kind.replace("_", " ") or "nothing that this record knows"
    return f"{asked.unit.identifier} is {kind}, not a bag of product"


@gate(
    "infusion.therapy_is_of_this_centre",
    requirement=("PAT-28", "CSV-04"),
    protects="The centre that answers for the patient gives the product.",
    remedy="Ask the centre that ordered the therapy.",
    resolvers=("physician", "coordinator"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfUnit, known: Circumstances) -> str | None:
    chain = therapy(asked, known)
    if chain is None or chain.centre == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is for a patient of another centre"


@gate(
    "infusion.product_may_be_used",
    requirement=("PAT-28", "TRC-14"),
    protects="Something about this bag does not agree, or it is no more.",
    remedy="Leave the bag where it is; a third person finds out what is wrong and records it.",
    resolvers=("physician", "pharmacist", "qa"),
    risk=Risk.PATIENT,
)
def product_may_be_used(asked: OfUnit, known: Circumstances) -> str | None:
    bag = product(asked, known)
    why_not = bag.stands_still_because if bag is not None else None
    return f"{asked.unit.identifier} {why_not}" if why_not else None


@gate(
    "infusion.is_authorised",
    requirement=("REG-02", "PAT-28"),
    protects="What an authority stopped reaches no patient, unless those whom it names decide otherwise for this one.",
    remedy="Leave the bag in the cold and call the physician; those whom the suspension names decide for this patient.",
    resolvers=("physician", "regulatory", "qa"),
    risk=Risk.PATIENT,
)
def is_authorised(asked: OfUnit, known: Circumstances) -> str | None:
    bag, chain = product(asked, known), therapy(asked, known)
    if bag is None or chain is None or chain.product is None or chain.centre is None:
        return None
    return not_authorised_because(
        known,
        "administration",
        product=chain.product,
        centre=chain.centre,
        organisation=chain.centre,
        chain=bag.chain,
    )


@gate(
    "infusion.product_is_held_here",
    requirement=("TRC-11", "PAT-28"),
    protects="Who gives a bag answers for it; a bag in other hands may not be the one that was sent.",
    remedy="Take the bag over properly, or have the hand-over that did not agree resolved.",
    resolvers=("celllab", "courier"),
    risk=Risk.PATIENT,
)
def product_is_held_here(asked: OfUnit, known: Circumstances) -> str | None:
    if product(asked, known) is None:
        return None
    holding = known.state(HOLDING, asked.unit)
    if holding.mismatch:
        return f"the last hand-over of {asked.unit.identifier} did not agree"
    if holding.organisation == known.actor.organisation:
        return None
    holder = holding.organisation.identifier if holding.organisation else "nobody"
    return f"{asked.unit.identifier} is held by {holder}, not by your organisation"


@gate(
    "infusion.product_is_received",
    requirement=("SCS-13", "PAT-28"),
    protects="Two people saw that the right bag arrived, sealed and cold, before anybody uses it.",
    remedy="Let two people receive the bag.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def product_is_received(asked: OfUnit, known: Circumstances) -> str | None:
    here = known.actor.organisation
    if product(asked, known) is None or known.state(RECEIPT, asked.unit).is_at(here):
        return None
    return f"{asked.unit.identifier} was not received at {here.identifier}"


@gate(
    "infusion.product_is_at_hand",
    requirement=("SCS-04", "PAT-28"),
    protects="Two persons read the bag at the tank before anybody thaws it: under frost all look alike.",
    remedy="Take the bag out of its position first, two persons together.",
    resolvers=("celllab", "infusion"),
    risk=Risk.PATIENT,
)
def product_is_at_hand(asked: OfUnit, known: Circumstances) -> str | None:
    why_not = None if product(asked, known) is None else known.state(PLACE, asked.unit).not_at_hand_because
    return f"{asked.unit.identifier} {why_not}" if why_not else None


@gate(
    "infusion.product_kept_cold",
    requirement=("SCS-11", "SCS-13", "PAT-28"),
    protects="Cells that were too warm may be dead, and that shows only in the patient.",
    remedy="Read the logger; let quality assess what was out of its limits or unknown.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def product_kept_cold(asked: OfUnit, known: Circumstances) -> str | None:
    if product(asked, known) is None:
        return None
    why_not = known.state(CONDITION, asked.unit).not_in_order_at(known.now)
    return f"{asked.unit.identifier} {why_not}" if why_not else None


@gate(
    "infusion.product_is_released",
    requirement="PAT-28",
    protects="Only what somebody answers for, and nobody has rejected since, is given.",
    remedy="Wait for the certificate, or ask the maker's qualified person.",
    resolvers=("qp", "qa", "quality-us"),
    risk=Risk.PATIENT,
)
def product_is_released(asked: OfUnit, known: Circumstances) -> str | None:
    if product(asked, known) is None or known.state(DISPOSITION, asked.unit).is_released:
        return None
    return f"{asked.unit.identifier} is not released"


@gate(
    "infusion.lots_are_in_order",
    requirement=("GMP-S7", "TRC-01", "PAT-28"),
    protects="A recall reaches the bag at the bed: what was made with a lot in doubt is not given.",
    remedy="Keep the bag; call the physician and the maker's quality unit.",
    resolvers=("physician", "qa"),
    risk=Risk.PATIENT,
)
def lots_are_in_order(asked: OfUnit, known: Circumstances) -> str | None:
    bag = product(asked, known)
    why = recalled_because(bag.batch, known) if bag is not None else None
    return f"{asked.unit.identifier} was made with what is in doubt now: {why}" if why else None


@gate(
    "infusion.administration_is_witnessed",
    requirement="CSV-01",
    protects="What cannot be taken back is decided on a record that others have seen.",
    remedy="Let whoever keeps the server see why the witnesses are silent; if the patient cannot wait, let two decide.",
    resolvers=("admin", "physician"),
    risk=Risk.DATA,
)
def administration_is_witnessed(asked: OfUnit, known: Circumstances) -> str | None:
    plan = programme(asked, known)
    limit = plan.quantity_if_any("administration_witnessed_age_max") if plan is not None else None
    return not_witnessed_because(known, limit)


@gate(
    "infusion.product_is_not_expired",
    requirement="PAT-28",
    protects="Nobody knows what cells do after the date up to which they were tested.",
    remedy="Do not use the bag; ask the maker.",
    resolvers=("physician", "qp"),
    risk=Risk.PATIENT,
)
def product_is_not_expired(asked: OfUnit, known: Circumstances) -> str | None:
    bag = product(asked, known)
    if bag is None:
        return None
    if bag.expires is None:
        return f"{asked.unit.identifier} has no expiry on record"
    return None if known.now < bag.expires else f"{asked.unit.identifier} expired {bag.expires}"


@gate(
    "infusion.consent_in_force",
    requirement=("PAT-28", "PAT-33"),
    protects="Nobody is given cells who has not agreed, or who has changed their mind.",
    remedy="Talk with the patient and record the signed form.",
    resolvers=("coordinator", "physician"),
    risk=Risk.PATIENT,
)
def consent_in_force(asked: OfUnit, known: Circumstances) -> str | None:
    chain = therapy(asked, known)
    if chain is None or chain.patient is None or known.state(PATIENT, chain.patient).consents_to(chain.programme):
        return None
    return f"{chain.patient.identifier} has no consent to {TREATMENT} in force"


@gate(
    "infusion.identity_is_settled",
    requirement=("TRC-S3", "TRC-25", "PAT-28"),
    protects="No cells are thawed or given while it is open whether the name and the patient still belong together.",
    remedy="Let a second person look at wristband and document and settle the change.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def identity_is_settled(asked: OfUnit, known: Circumstances) -> str | None:
    chain = therapy(asked, known)
    if chain is None or chain.patient is None:
        return None
    return known.state(PATIENT, chain.patient).unsettled_because(chain.patient)


@gate(
    "infusion.corrections_are_assessed",
    requirement=("CSV-05", "PAT-28"),
    protects="What was decided on a weight, a count or a volume that was wrong may be wrong for this patient.",
    remedy="Let a second person read the source, and somebody without a part in it assess what it means.",
    resolvers=("physician", "qa", "nurse"),
    risk=Risk.PATIENT,
)
def corrections_are_assessed(asked: OfUnit, known: Circumstances) -> str | None:
    bag = product(asked, known)
    why = None if bag is None or bag.chain is None else known.state(CORRECTIONS, bag.chain).open_because
    return f"corrected values of the therapy were not assessed: {why}" if why else None


@gate(
    "infusion.conditioning_is_given",
    requirement="PAT-28",
    protects="Cells given to somebody who was not conditioned do not take.",
    remedy="Order conditioning, give it, and record its days.",
    resolvers=("physician", "nurse"),
    risk=Risk.PATIENT,
)
def conditioning_is_given(asked: OfUnit, known: Circumstances) -> str | None:
    bag = product(asked, known)
    if bag is None or bag.chain is None or known.state(COURSE, bag.chain).given_until:
        return None
    return f"no days of conditioning are recorded for {bag.chain.identifier}"


@gate(
    "infusion.conditioning_is_over",
    requirement="PAT-28",
    protects="Cells given while the conditioning still works are destroyed with the rest.",
    remedy="Wait until the time that the programme asks for has passed since the first dose of conditioning.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def conditioning_is_over(asked: OfUnit, known: Circumstances) -> str | None:
    bag, version = product(asked, known), programme(asked, known)
    if bag is None or bag.chain is None or version is None:
        return None
    since = known.state(COURSE, bag.chain).begun_at
    if since is None or known.now.minutes_since(since) >= version.minutes("conditioning_to_infusion_min"):
        return None  # without conditioning, `infusion.conditioning_is_given` says so
    return f"conditioning began {since}, less than {version.quantity('conditioning_to_infusion_min')} ago"


@gate(
    "infusion.one_bag_at_a_time",
    requirement="PAT-30",
    protects="Two bags thawed together wait for each other, and their clocks do not.",
    remedy="Give the bag that is thawed first.",
    resolvers=("infusion", "celllab"),
    risk=Risk.PRODUCT,
)
def one_bag_at_a_time(asked: OfUnit, known: Circumstances) -> str | None:
    bag, version = product(asked, known), programme(asked, known)
    if bag is None or bag.chain is None or version is None:
        return None
    infusion = known.state(INFUSION, bag.chain)
    if infusion.thawed in (None, asked.unit) or infusion.thawed_at is None:
        return None  # the bag itself: `infusion.not_thawed_yet` says so
    if infusion.running is None and known.now.minutes_since(infusion.thawed_at) > version.minutes(
        "thaw_to_infusion_max"
    ):
        return None  # its clock ran out: nobody will give it any more
    return f"{infusion.thawed.identifier} of the same therapy is thawed and not finished"
