"""Say what is done for a conditioned patient whose product turned: the physician is called before anybody else."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.clinical import conditioning_gates, depletion_gates
from coign.clinical.events import TurnAnswered
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTurn:
    """Since when the physician knows, and what is done now; what turned is read from the record."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    told_at: Instant = field(metadata=asks("You were told at", "device"))
    decision: Literal["wait", "rescue", "other_product", "emergency_infusion"] = field(
        metadata=asks("What is done now", "choose")
    )
    reason: FreeText = field(metadata=asks("Why", hint="state of the patient, what quality and the maker said"))


def _decide(asked: AnswerTurn, known: Circumstances) -> Sequence[TurnAnswered]:
    return (
        TurnAnswered(
            chain=asked.chain,
            patient=conditioning_gates.patient_of(asked, known),
            told_at=asked.told_at,
            decision=asked.decision,
            turned=depletion_gates.turned_because(asked, known),
            reason=asked.reason,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="clinical.answer_turn",
    title="Decide for a conditioned patient",
    command=AnswerTurn,
    roles=frozenset({"physician"}),
    reads=conditioning_gates.of_course,
    then_reads=(conditioning_gates.of_product, conditioning_gates.of_lots),
    gates=(
        conditioning_gates.therapy_is_of_this_centre,
        depletion_gates.patient_depends_on_product,
        depletion_gates.something_turned,
    ),
    decide=_decide,
    emits=(TurnAnswered,),
    requirements=("PAT-28", "GMP-38"),
    risk=Risk.PATIENT,
    rationale="A patient without marrow waits for cells that may not come: every hour without a decision counts.",
    meaning="decided",
)
