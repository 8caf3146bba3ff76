"""Judge what a holder reported: the condition is fulfilled, or it is still owed."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Actor
from coign.regulatory import application_gates as gates
from coign.regulatory import authorisation_gates
from coign.regulatory.events import FulfilmentJudged
from coign.regulatory.state import CONDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFulfilment:
    """Which condition of which authorisation, and whether what was shown is enough."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "known", options="authorisations"))
    condition: int = field(metadata=asks("Number of the condition", "known"))
    accepted: bool = field(metadata=asks("Fulfilled", "choose"))


def _reads(asked: JudgeFulfilment, actor: Actor) -> Sequence[Read]:
    return (*authorisation_gates.reads_of_decision(asked, actor), Read(asked.authorisation, CONDITIONS))


def _decide(asked: JudgeFulfilment, known: Circumstances) -> Sequence[FulfilmentJudged]:
    says = authorisation_gates.stands(asked, known)
    assert says is not None
    return (
        FulfilmentJudged(
            authorisation=asked.authorisation,
            product=says.product,
            condition=asked.condition,
            accepted=asked.accepted,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.judge_fulfilment",
    title="Judge a condition",
    command=JudgeFulfilment,
    roles=frozenset({"authority", "qa"}),
    reads=_reads,
    then_reads=(authorisation_gates.reads_of_product,),
    gates=(
        authorisation_gates.authorisation_stands,
        gates.fulfilment_is_reported,
        gates.judged_by_who_may,
    ),
    decide=_decide,
    emits=(FulfilmentJudged,),
    requirements=("REG-14",),
    risk=Risk.PATIENT,
    rationale="Whatever the condition stopped begins with this.",
    meaning="assessed",
)
