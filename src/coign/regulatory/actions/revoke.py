"""Revoke an authorisation: everything under it stops, for good."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Digest, FreeText
from coign.regulatory import authorisation_gates as gates
from coign.regulatory.events import AuthorisationRevoked, Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """Which authorisation, and who decides for patients who wait."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "choose", options="authorisations"))
    decider: Decider = field(default="nobody", metadata=asks("Who decides for each patient who waits", "choose"))
    why: FreeText = field(metadata=asks("Why"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _decide(asked: Revoke, known: Circumstances) -> Sequence[AuthorisationRevoked]:
    says = gates.stands(asked, known)
    assert says is not None
    return (
        AuthorisationRevoked(
            authorisation=asked.authorisation,
            product=says.product,
            decider=asked.decider,
            why=asked.why,
            evidence=asked.evidence,
            kept_by=known.actor.organisation,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.revoke",
    title="Revoke an authorisation",
    command=Revoke,
    roles=frozenset({"authority", "regulatory"}),
    reads=gates.reads_of_decision,
    then_reads=(gates.reads_of_product,),
    gates=(gates.authorisation_stands, gates.decided_by_who_may),
    decide=_decide,
    emits=(AuthorisationRevoked,),
    requirements=("REG-02",),
    risk=Risk.PATIENT,
    rationale="Nothing is ordered, collected, made, sent or given under it any more.",
    meaning="decided",
)
