"""Suspend an authorisation: the acts that are named are blocked at once, and no other."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation, Site
from coign.kernel.values import Digest, FreeText
from coign.regulatory import authorisation_gates as gates
from coign.regulatory import stop_gates
from coign.regulatory.events import Act, AuthorisationSuspended, Decider


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Which authorisation, what stops, where, and who decides for patients who wait."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "choose", options="authorisations"))
    scope: tuple[Act, ...] = field(metadata=asks("What stops", "choose"))
    decider: Decider = field(
        default="nobody",
        metadata=asks("Who decides for each patient who waits", "choose", hint="with administration only"),
    )
    site: Site | None = field(
        default=None,
        metadata=asks("Only at this place", "choose", options="plants", hint="of manufacture; else everywhere"),
    )
    why: FreeText = field(metadata=asks("Why"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _decide(asked: Suspend, known: Circumstances) -> Sequence[AuthorisationSuspended]:
    says = gates.stands(asked, known)
    assert says is not None
    return (
        AuthorisationSuspended(
            authorisation=asked.authorisation,
            product=says.product,
            scope=asked.scope,
            decider=asked.decider,
            why=asked.why,
            site=asked.site,
            evidence=asked.evidence,
            kept_by=known.actor.organisation,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.suspend",
    title="Suspend an authorisation",
    command=Suspend,
    roles=frozenset({"authority", "regulatory"}),
    reads=gates.reads_of_decision,
    then_reads=(gates.reads_of_product,),
    gates=(
        gates.authorisation_stands,
        gates.decided_by_who_may,
        stop_gates.stops_something_more,
        stop_gates.scope_names_who_decides,
        stop_gates.place_is_on_it,
    ),
    decide=_decide,
    emits=(AuthorisationSuspended,),
    requirements=("REG-02", "REG-S5", "PAT-28"),
    risk=Risk.PATIENT,
    rationale="It works from this moment on, in every house: whoever is conditioned must be called today.",
    meaning="decided",
)
