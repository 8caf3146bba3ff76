"""Give conditioning: everything is asked once more before the first dose; afterwards the days are recorded."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.clinical import authorised_gates, conditioning_gates, depletion_gates, settling_gates
from coign.clinical.events import ConditioningBegun, ConditioningGiven
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginConditioning:
    """For which therapy the first dose is about to be given."""

    chain: Chain = field(metadata=asks("Therapy", "known"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConditioning:
    """On which days doses were given, and whether all of them were."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    first_day: Instant = field(metadata=asks("First dose given", "device"))
    last_day: Instant = field(metadata=asks("Last dose given", "device"))
    complete: Literal["yes", "no"] = field(metadata=asks("All doses given as ordered", "choose"))


def _begun(asked: BeginConditioning, known: Circumstances) -> Sequence[ConditioningBegun]:
    patient = conditioning_gates.patient_of(asked, known)
    return (ConditioningBegun(chain=asked.chain, patient=patient, by=known.actor.person),)


def _given(asked: RecordConditioning, known: Circumstances) -> Sequence[ConditioningGiven]:
    return (
        ConditioningGiven(
            chain=asked.chain,
            patient=conditioning_gates.patient_of(asked, known),
            first_day=asked.first_day,
            last_day=asked.last_day,
            complete=asked.complete,
            by=known.actor.person,
        ),
    )


BEGIN = Action(
    name="clinical.begin_conditioning",
    title="Begin conditioning",
    command=BeginConditioning,
    roles=frozenset({"nurse", "physician"}),
    reads=conditioning_gates.of_course,
    then_reads=(conditioning_gates.of_product, conditioning_gates.of_lots),
    gates=(
        conditioning_gates.therapy_is_of_this_centre,
        conditioning_gates.conditioning_has_consent,
        settling_gates.identity_is_settled,
        conditioning_gates.corrections_are_assessed,
        depletion_gates.conditioning_is_ordered,
        depletion_gates.conditioning_not_begun,
        depletion_gates.first_day_has_come,
        depletion_gates.no_bag_came_after_the_count,
        depletion_gates.confirmation_holds,
        authorised_gates.conditioning_is_authorised,
        conditioning_gates.product_exists,
        conditioning_gates.product_is_certified,
        conditioning_gates.product_lots_are_in_order,
        conditioning_gates.product_is_received,
        conditioning_gates.product_kept_cold,
        conditioning_gates.product_may_be_used,
    ),
    decide=_begun,
    emits=(ConditioningBegun,),
    requirements=("PAT-28", "PAT-33"),
    risk=Risk.PATIENT,
    rationale="Between the order and the first dose a hold may have come; after the dose nothing takes it back.",
)

RECORD = Action(
    name="clinical.record_conditioning",
    title="Record the days of conditioning",
    command=RecordConditioning,
    roles=frozenset({"nurse", "physician"}),
    reads=conditioning_gates.of_course,
    then_reads=(conditioning_gates.of_product,),
    # What happened to the patient is recorded whatever became of the product meanwhile.
    gates=(
        conditioning_gates.therapy_is_of_this_centre,
        depletion_gates.conditioning_is_begun,
        depletion_gates.conditioning_not_recorded,
        depletion_gates.days_follow_one_another,
    ),
    decide=_given,
    emits=(ConditioningGiven,),
    requirements=("PAT-28",),
    risk=Risk.PATIENT,
    rationale="When the cells may be given is counted from these days.",
)
