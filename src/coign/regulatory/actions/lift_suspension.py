"""Lift a suspension: what it blocked may begin again."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Digest
from coign.regulatory import authorisation_gates as gates
from coign.regulatory import stop_gates
from coign.regulatory.events import SuspensionLifted


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftSuspension:
    """Which authorisation, and which of its suspensions."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "known", options="authorisations"))
    suspension: int = field(metadata=asks("Number of the suspension", "known"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _decide(asked: LiftSuspension, known: Circumstances) -> Sequence[SuspensionLifted]:
    says = gates.stands(asked, known)
    assert says is not None
    return (
        SuspensionLifted(
            authorisation=asked.authorisation,
            product=says.product,
            suspension=asked.suspension,
            evidence=asked.evidence,
            kept_by=known.actor.organisation,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.lift_suspension",
    title="Lift a suspension",
    command=LiftSuspension,
    roles=frozenset({"authority", "regulatory"}),
    reads=gates.reads_of_decision,
    then_reads=(gates.reads_of_product,),
    gates=(gates.authorisation_stands, gates.decided_by_who_may, stop_gates.suspension_is_in_force),
    decide=_decide,
    emits=(SuspensionLifted,),
    requirements=("REG-02",),
    risk=Risk.PATIENT,
    rationale="Lifted too early, it harms those whom it protected.",
    meaning="approved",
)
