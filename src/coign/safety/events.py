"""What can happen to a patient after an infusion."""

from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import FreeText, Instant, Quantity

BloodPressure = Literal[
    "normal", "low_without_vasopressor", "vasopressin_alone", "one_vasopressor", "one_vasopressor_and_vasopressin",
    "several_vasopressors",
]  # fmt: skip
Oxygen = Literal[
    "none", "blow_by", "low_flow_cannula", "high_flow_cannula", "face_mask", "non_rebreather_mask", "venturi_mask",
    "positive_pressure", "for_another_reason",
]  # fmt: skip
Answer = Literal["yes", "no"]
AnswerIfKnown = Literal["yes", "no", "not_known"]
Grade = Literal["0", "1", "2", "3", "4", "5"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRecorded(Fact, type="safety.reaction_recorded.v1", about=("chain", "patient")):
    """What was seen at one moment, the grade that follows from it, and under which rule.

    `grade` is None when no grade follows: `not_graded_because` says why. A clinician's own grade stands beside the
    computed one with its reason, never in its place. `fever`: whether the temperature counted as one. Serious is not
    severe: nothing here says what must be reported.
    """

    chain: Chain
    patient: Patient
    seen_at: Instant
    temperature: Quantity
    blood_pressure: BloodPressure
    oxygen: Oxygen
    anticytokine_given: Answer
    fever_before: AnswerIfKnown
    fever_explained: Answer
    died_of_it: Answer
    fever: Answer
    grade: Grade | None
    not_graded_because: str
    rule: str
    clinicians_grade: Grade | None = None
    clinicians_reason: FreeText | None = None
