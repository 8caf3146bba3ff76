"""The gates of safety reports: few, because what happened to a patient must be easy to record."""

from typing import Protocol

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText, Instant
from coign.safety.events import Grade


class OfChain(Protocol):
    """A command that concerns one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfMoment(OfChain, Protocol):
    """Something that was seen at one moment."""

    @property
    def seen_at(self) -> Instant: ...


class OfOwnGrade(Protocol):
    @property
    def clinicians_grade(self) -> Grade | None: ...
    @property
    def clinicians_reason(self) -> FreeText | None: ...


@gate(
    "safety.therapy_is_of_this_centre",
    requirement=("PAT-15", "CSV-04"),
    protects="A reaction is recorded by those who saw the patient.",
    remedy="Choose a therapy of your centre.",
    resolvers=("nurse", "physician"),
    risk=Risk.PATIENT,
)
def therapy_is_of_this_centre(asked: OfChain, known: Circumstances) -> str | None:
    centre = known.state(CHAIN, asked.chain).centre
    if centre == known.actor.organisation:
        return None
    return f"{asked.chain.identifier} is a therapy of {centre.identifier if centre else 'nobody'}, not of your centre"


@gate(
    "safety.product_was_given",
    requirement="PAT-15",
    protects="A reaction to a product that was never given belongs to something else.",
    remedy="Choose the therapy whose product the patient was given.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def product_was_given(asked: OfChain, known: Circumstances) -> str | None:
    begun = known.state(INFUSION, asked.chain).begun
    return None if begun else f"nothing of {asked.chain.identifier} was given"


@gate(
    "safety.seen_since_infusion",
    requirement="PAT-15",
    protects="What came before the infusion did not come from it, and what is still to come was not seen.",
    remedy="Enter when the patient was seen like this.",
    resolvers=("nurse", "physician"),
    risk=Risk.DATA,
)
def seen_since_infusion(asked: OfMoment, known: Circumstances) -> str | None:
    begun = known.state(INFUSION, asked.chain).first_started_at
    if asked.seen_at > known.now:
        return f"{asked.seen_at} is still to come"
    if begun is not None and asked.seen_at < begun:
        return f"{asked.seen_at} lies before the infusion, which began {begun}"
    return None


@gate(
    "safety.own_grade_has_reason",
    requirement="PAT-15",
    protects="A grade that a clinician sets beside the computed one is understood later only with its reason.",
    remedy="Give the grade and the reason for it, or neither.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def own_grade_has_reason(asked: OfOwnGrade, known: Circumstances) -> str | None:
    if (asked.clinicians_grade is None) == (asked.clinicians_reason is None):
        return None
    return "a grade of your own and its reason belong together"
