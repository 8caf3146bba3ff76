"""Record how the disease answered at one of the times that the programme names."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Instant
from coign.safety import gates, reads
from coign.safety.events import ResponseRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResponse:
    """At which time, in which category, assessed when."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    timepoint: str = field(metadata=asks("Time of the protocol", "choose", options="response_times"))
    category: str = field(metadata=asks("Response", "choose", options="response_categories"))
    assessed_on: Instant = field(metadata=asks("Assessed on"))


def _decide(asked: RecordResponse, known: Circumstances) -> Sequence[ResponseRecorded]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    return (
        ResponseRecorded(
            chain=asked.chain,
            patient=patient,
            timepoint=asked.timepoint,
            category=asked.category,
            assessed_on=asked.assessed_on,
        ),
    )


ACTION = Action(
    name="safety.record_response",
    title="Record a response",
    command=RecordResponse,
    roles=frozenset({"physician"}),
    reads=reads.of_therapy,
    then_reads=(reads.of_patient,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.response_is_of_programme,
        gates.response_is_in_time,
    ),
    decide=_decide,
    emits=(ResponseRecorded,),
    requirements=("PAT-26",),
    risk=Risk.DATA,
    rationale="Benefit is weighed against harm only where both are counted in the same patients.",
)
