"""Order lymphodepletion: from then on the patient depends on the product, so the product must be here and fit."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.clinical import authorised_gates, depletion_gates, dose_gates, settling_gates
from coign.clinical import conditioning_gates as gates
from coign.clinical.events import ConditioningStarted
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant, Quantity
from coign.programmes.dose_plan import WEIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConditioning:
    """For which therapy, from when, when the cells are to be given, and how the patient was found."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    first_day: Instant = field(metadata=asks("First day of conditioning"))
    planned_infusion: Instant = field(metadata=asks("Planned infusion"))
    examined_at: Instant = field(metadata=asks("Patient examined at", "device"))
    fit: Literal["fit", "not_fit"] = field(metadata=asks("Fit for conditioning", "choose"))
    weight: Quantity | None = field(
        default=None, metadata=asks("Weight", "measure", unit=WEIGHT, hint="as examined; the dose follows from it")
    )


def _decide(asked: StartConditioning, known: Circumstances) -> Sequence[ConditioningStarted]:
    return (
        ConditioningStarted(
            chain=asked.chain,
            patient=gates.patient_of(asked, known),
            first_day=asked.first_day,
            planned_infusion=asked.planned_infusion,
            examined_at=asked.examined_at,
            weight=asked.weight,
            fit=asked.fit,
        ),
    )


ACTION = Action(
    name="clinical.start_conditioning",
    title="Order conditioning",
    command=StartConditioning,
    roles=frozenset({"physician"}),
    reads=gates.of_course,
    then_reads=(gates.of_product, gates.of_lots),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.conditioning_has_consent,
        settling_gates.identity_is_settled,
        gates.conditioning_not_started,
        gates.corrections_are_assessed,
        depletion_gates.patient_is_fit,
        depletion_gates.examination_is_of_today,
        dose_gates.examined_weight_is_in_kilograms,
        depletion_gates.product_is_confirmed,
        depletion_gates.no_bag_came_after_the_count,
        depletion_gates.confirmation_holds,
        authorised_gates.conditioning_is_authorised,
        gates.product_exists,
        gates.product_is_certified,
        gates.product_lots_are_in_order,
        gates.product_is_received,
        gates.product_kept_cold,
        gates.product_may_be_used,
        gates.product_lasts_until_infusion,
        gates.infusion_follows_conditioning,
        dose_gates.cells_are_known,
        dose_gates.dose_weight_is_fresh,
        dose_gates.planned_dose_is_in_range,
    ),
    decide=_decide,
    emits=(ConditioningStarted,),
    requirements=("PAT-28", "PAT-29", "PAT-33"),
    risk=Risk.PATIENT,
    rationale="Conditioning cannot be undone: without the cells that follow it, the patient may die of it.",
    meaning="ordered",
)
