"""Report that a condition is fulfilled, with what shows it; it counts once it is accepted."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Actor, Digest
from coign.regulatory import application_gates as gates
from coign.regulatory import authorisation_gates
from coign.regulatory.events import FulfilmentReported
from coign.regulatory.state import CONDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFulfilment:
    """Which condition of which authorisation, and what shows that it is fulfilled."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "known", options="authorisations"))
    condition: int = field(metadata=asks("Number of the condition", "known"))
    evidence: Digest = field(metadata=asks("What shows it", "upload"))


def _reads(asked: ReportFulfilment, actor: Actor) -> Sequence[Read]:
    return (*authorisation_gates.reads_of_decision(asked, actor), Read(asked.authorisation, CONDITIONS))


def _decide(asked: ReportFulfilment, known: Circumstances) -> Sequence[FulfilmentReported]:
    says = authorisation_gates.stands(asked, known)
    assert says is not None
    return (
        FulfilmentReported(
            authorisation=asked.authorisation,
            product=says.product,
            condition=asked.condition,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.report_fulfilment",
    title="Report a condition as fulfilled",
    command=ReportFulfilment,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    then_reads=(authorisation_gates.reads_of_product,),
    gates=(
        authorisation_gates.authorisation_stands,
        gates.held_by_us,
        gates.condition_is_owed,
    ),
    decide=_decide,
    emits=(FulfilmentReported,),
    requirements=("REG-14",),
    risk=Risk.DATA,
    rationale="What the holder says opens nothing; what it shows is judged.",
    meaning="reported",
)
