"""Record that a response was not assessed at one of the times that the programme names, and why."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText
from coign.safety import gates, reads
from coign.safety.events import ResponseMissed, WhyMissed


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMissedResponse:
    """At which time, why, and what was done to reach the patient."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    timepoint: str = field(metadata=asks("Time of the protocol", "choose", options="response_times"))
    why: WhyMissed = field(metadata=asks("Why it was not assessed", "choose"))
    tried: FreeText = field(metadata=asks("What was tried", hint="calls and letters with their days, who was asked"))


def _decide(asked: RecordMissedResponse, known: Circumstances) -> Sequence[ResponseMissed]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    return (
        ResponseMissed(chain=asked.chain, patient=patient, timepoint=asked.timepoint, why=asked.why, tried=asked.tried),
    )


ACTION = Action(
    name="safety.record_missed_response",
    title="Record that a response was not assessed",
    command=RecordMissedResponse,
    roles=frozenset({"physician"}),
    reads=reads.of_therapy,
    then_reads=(reads.of_patient,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.time_is_of_programme,
        gates.window_is_over,
        gates.response_is_not_recorded,
    ),
    decide=_decide,
    emits=(ResponseMissed,),
    requirements=("PAT-23", "PAT-26"),
    risk=Risk.DATA,
    rationale="A patient who was lost is told as lost: whoever leaves them out makes a product look better than it is.",
)
