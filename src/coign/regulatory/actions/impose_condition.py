"""Impose a condition: something the holder owes, by a day, or before something may happen."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Actor, Digest, FreeText, Instant
from coign.regulatory import application_gates as gates
from coign.regulatory import authorisation_gates
from coign.regulatory.events import Act, ConditionImposed
from coign.regulatory.state import CONDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class ImposeCondition:
    """On which authorisation, what is owed, by when, and what it stops."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "choose", options="authorisations"))
    what: FreeText = field(metadata=asks("What is owed"))
    due: Instant | None = field(default=None, metadata=asks("Due", hint="empty: before what it stops may happen"))
    stops: tuple[Act, ...] = field(
        default=(), metadata=asks("What it stops", "choose", hint="from now on, or, with a day, after that day")
    )
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _reads(asked: ImposeCondition, actor: Actor) -> Sequence[Read]:
    return (*authorisation_gates.reads_of_decision(asked, actor), Read(asked.authorisation, CONDITIONS))


def _decide(asked: ImposeCondition, known: Circumstances) -> Sequence[ConditionImposed]:
    says = authorisation_gates.stands(asked, known)
    assert says is not None
    return (
        ConditionImposed(
            authorisation=asked.authorisation,
            product=says.product,
            number=says.conditions_so_far + 1,
            what=asked.what,
            due=asked.due,
            stops=asked.stops,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.impose_condition",
    title="Impose a condition",
    command=ImposeCondition,
    roles=frozenset({"authority", "regulatory"}),
    reads=_reads,
    then_reads=(authorisation_gates.reads_of_product,),
    gates=(
        authorisation_gates.authorisation_stands,
        authorisation_gates.decided_by_who_may,
        gates.condition_has_a_day,
        gates.conditions_are_few,
    ),
    decide=_decide,
    emits=(ConditionImposed,),
    requirements=(
        "REG-02",
        "REG-14",
    ),
    risk=Risk.PATIENT,
    rationale="A condition that nobody watches is a promise; here it shuts a gate or becomes overdue.",
    meaning="decided",
)
