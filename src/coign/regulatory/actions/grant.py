"""Grant an authorisation: what may be done with a product in one jurisdiction, where, by whom, until when."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application, Authorisation, Organisation, Person, Product, Site
from coign.kernel.values import Actor, Digest, Instant
from coign.people.views import ORGANISATION
from coign.regulatory import application_gates, authorisation_gates, gates
from coign.regulatory.events import AuthorisationGranted, Jurisdiction, LegalBasis, ProductBasisRecorded, Stage
from coign.regulatory.state import APPLICATION
from coign.regulatory.views import AUTHORISATION, AUTHORISATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Which product, on which basis, whose; where it is made and given, who releases it; from when until when."""

    product: Product = field(metadata=asks("Product", "choose", options="products"))
    number: str = field(metadata=asks("Number", hint="as it stands on the decision"))
    jurisdiction: Jurisdiction = field(metadata=asks("Jurisdiction", "choose"))
    stage: Stage = field(metadata=asks("Stage of development", "choose"))
    basis: LegalBasis = field(metadata=asks("Legal basis", "choose"))
    holder: Organisation = field(metadata=asks("Holder", "choose", options="makers"))
    makers: tuple[Organisation, ...] = field(metadata=asks("Makers", "choose", options="makers"))
    sites: tuple[Site, ...] = field(metadata=asks("Places of manufacture", "choose", options="plants"))
    centres: tuple[Organisation, ...] = field(metadata=asks("Treatment centres", "choose", options="centres"))
    releasers: tuple[Person, ...] = field(metadata=asks("Named to release", "choose", options="releasers"))
    valid_from: Instant = field(metadata=asks("Valid from"))
    valid_until: Instant = field(metadata=asks("Valid until"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))
    application: Application | None = field(
        default=None,
        metadata=asks("Application", "choose", options="applications", hint="that was approved, if one was made"),
    )
    authorisation: Authorisation = field(metadata=allotted())


def _reads(asked: Grant, actor: Actor) -> Sequence[Read]:
    of_application = () if asked.application is None else (Read(asked.application, APPLICATION),)
    return (
        *of_application,
        Read(asked.product, AUTHORISATIONS),
        Read(asked.authorisation, AUTHORISATION),
        Read(asked.holder, ORGANISATION),
        Read(actor.organisation, ORGANISATION),
        *authorisation_gates.reads_of_places(asked),
    )


def _decide(asked: Grant, known: Circumstances) -> Sequence[Fact]:
    return (
        AuthorisationGranted(
            authorisation=asked.authorisation,
            product=asked.product,
            number=asked.number.strip(),
            jurisdiction=asked.jurisdiction,
            stage=asked.stage,
            basis=asked.basis,
            holder=asked.holder,
            sites=asked.sites,
            makers=asked.makers,
            centres=asked.centres,
            releasers=asked.releasers,
            valid_from=asked.valid_from,
            valid_until=asked.valid_until,
            evidence=asked.evidence,
            kept_by=known.actor.organisation,
            by=known.actor.person,
            application=asked.application,
        ),
        ProductBasisRecorded(
            product=asked.product,
            jurisdiction=asked.jurisdiction,
            stage=asked.stage,
            basis=asked.basis,
            since=asked.valid_from,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.grant",
    title="Grant an authorisation",
    command=Grant,
    roles=frozenset({"authority", "regulatory"}),
    reads=_reads,
    gates=(
        authorisation_gates.granted_by_who_may,
        authorisation_gates.is_the_only_one,
        application_gates.rests_on_approval,
        authorisation_gates.validity_is_a_span,
        gates.basis_fits_stage,
        authorisation_gates.sites_are_of_makers,
        authorisation_gates.centres_are_there,
        authorisation_gates.releasers_hold_the_role,
        authorisation_gates.names_a_handful,
    ),
    decide=_decide,
    emits=(AuthorisationGranted, ProductBasisRecorded),
    requirements=("REG-01", "REG-02", "CSV-24"),
    risk=Risk.PATIENT,
    rationale="Orders, collections, batches, shipments and infusions begin because this says that they may.",
    meaning="approved",
)
