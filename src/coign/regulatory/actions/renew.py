"""Renew an authorisation: it holds until a later day."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation
from coign.kernel.values import Digest, Instant
from coign.regulatory import authorisation_gates as gates
from coign.regulatory.events import AuthorisationRenewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """Which authorisation, until when."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "choose", options="authorisations"))
    valid_until: Instant = field(metadata=asks("Valid until"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _decide(asked: Renew, known: Circumstances) -> Sequence[AuthorisationRenewed]:
    says = gates.stands(asked, known)
    assert says is not None
    return (
        AuthorisationRenewed(
            authorisation=asked.authorisation,
            product=says.product,
            valid_until=asked.valid_until,
            evidence=asked.evidence,
            kept_by=known.actor.organisation,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.renew",
    title="Renew an authorisation",
    command=Renew,
    roles=frozenset({"authority", "regulatory"}),
    reads=gates.reads_of_decision,
    then_reads=(gates.reads_of_product,),
    gates=(gates.authorisation_stands, gates.decided_by_who_may, gates.renewal_lasts_longer),
    decide=_decide,
    emits=(AuthorisationRenewed,),
    requirements=("REG-02",),
    risk=Risk.PATIENT,
    rationale="What ends unnoticed stops patients in the middle of their therapy.",
    meaning="approved",
)
