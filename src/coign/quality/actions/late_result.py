"""A result that was pending at release came in adverse: physician and quality unit say what they do about it."""

from collections.abc import Sequence
from dataclasses import field
from typing import Literal

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText
from coign.quality import release_gates
from coign.quality.events import LateResultAnswered
from coign.quality.exception_state import CALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLateResult:
    """For which therapy, about which test, and what is done now."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    decision: FreeText = field(metadata=asks("What is done now", hint="for the patient, and for what is left"))


def _reads(asked: AnswerLateResult, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CALLS),)


def _decide(asked: AnswerLateResult, known: Circumstances) -> Sequence[LateResultAnswered]:
    side: Literal["physician", "quality"] = "physician" if known.actor.role == "physician" else "quality"
    return (
        LateResultAnswered(
            chain=asked.chain,
            attribute=asked.attribute,
            side=side,
            by=known.actor.person,
            decision=asked.decision,
        ),
    )


PHYSICIAN = Action(
    name="quality.acknowledge_late_result",
    title="Say what a late adverse result means for the patient",
    command=AnswerLateResult,
    roles=frozenset({"physician"}),
    reads=_reads,
    gates=(release_gates.call_waits_for_answer,),
    decide=_decide,
    emits=(LateResultAnswered,),
    requirements=("GMP-38", "GMP-S8"),
    risk=Risk.PATIENT,
    rationale="A patient who was given the product needs treatment at once, one who was not needs another plan.",
    meaning="assessed",
)

QUALITY = Action(
    name="quality.assess_late_result",
    title="Say what a late adverse result means for the product",
    command=AnswerLateResult,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(release_gates.call_waits_for_answer,),
    decide=_decide,
    emits=(LateResultAnswered,),
    requirements=("GMP-38", "GMP-S8"),
    risk=Risk.PATIENT,
    rationale="What is left is held and what was made beside it is looked at before more harm is done.",
    meaning="assessed",
)
