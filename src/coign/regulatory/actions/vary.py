"""Vary an authorisation: other places, other people, another stage, from now on."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation, Organisation, Person, Site
from coign.kernel.values import Actor, Digest
from coign.regulatory import authorisation_gates, gates
from coign.regulatory.events import AuthorisationVaried, LegalBasis, ProductBasisRecorded, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Vary:
    """Which authorisation, and all that it says from now on; what is left out is not covered any more."""

    authorisation: Authorisation = field(metadata=asks("Authorisation", "choose", options="authorisations"))
    stage: Stage = field(metadata=asks("Stage of development", "choose"))
    basis: LegalBasis = field(metadata=asks("Legal basis", "choose"))
    makers: tuple[Organisation, ...] = field(metadata=asks("Makers", "choose", options="makers"))
    sites: tuple[Site, ...] = field(metadata=asks("Places of manufacture", "choose", options="plants"))
    centres: tuple[Organisation, ...] = field(metadata=asks("Treatment centres", "choose", options="centres"))
    releasers: tuple[Person, ...] = field(metadata=asks("Named to release", "choose", options="releasers"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _reads(asked: Vary, actor: Actor) -> Sequence[Read]:
    return (*authorisation_gates.reads_of_decision(asked, actor), *authorisation_gates.reads_of_places(asked))


def _decide(asked: Vary, known: Circumstances) -> Sequence[Fact]:
    says = authorisation_gates.stands(asked, known)
    assert says is not None
    varied = AuthorisationVaried(
        authorisation=asked.authorisation,
        product=says.product,
        stage=asked.stage,
        basis=asked.basis,
        sites=asked.sites,
        makers=asked.makers,
        centres=asked.centres,
        releasers=asked.releasers,
        evidence=asked.evidence,
        kept_by=known.actor.organisation,
        by=known.actor.person,
    )
    if (asked.stage, asked.basis) == (says.stage, says.basis):
        return (varied,)
    basis = ProductBasisRecorded(
        product=says.product,
        jurisdiction=says.jurisdiction,
        stage=asked.stage,
        basis=asked.basis,
        since=known.now,
        evidence=asked.evidence,
        by=known.actor.person,
    )
    return (varied, basis)


ACTION = Action(
    name="regulatory.vary",
    title="Vary an authorisation",
    command=Vary,
    roles=frozenset({"authority", "regulatory"}),
    reads=_reads,
    then_reads=(authorisation_gates.reads_of_product,),
    gates=(
        authorisation_gates.authorisation_stands,
        authorisation_gates.decided_by_who_may,
        gates.basis_fits_stage,
        authorisation_gates.sites_are_of_makers,
        authorisation_gates.varied_centres_are_there,
        authorisation_gates.releasers_hold_the_role,
        authorisation_gates.names_a_handful,
    ),
    decide=_decide,
    emits=(AuthorisationVaried, ProductBasisRecorded),
    requirements=("REG-02", "REG-12", "REG-S5"),
    risk=Risk.PATIENT,
    rationale="A place that is taken off makes nothing more, and what is made there at that moment is held.",
    meaning="approved",
)
