"""Submit an application: what a holder asks an authority to allow, with its dossier by hash."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application, Authorisation, Organisation, Product
from coign.kernel.values import Actor, Digest
from coign.people.views import ORGANISATION
from coign.regulatory import application_gates as gates
from coign.regulatory.events import ApplicationSubmitted, Asking, Jurisdiction, LegalBasis
from coign.regulatory.state import APPLICATION
from coign.regulatory.views import AUTHORISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitApplication:
    """For which product, where, what is asked for, on which basis, whom, with which dossier."""

    product: Product = field(metadata=asks("Product", hint="its short name, in small letters"))
    jurisdiction: Jurisdiction = field(metadata=asks("Jurisdiction", "choose"))
    asking: Asking = field(metadata=asks("Asked for", "choose"))
    basis: LegalBasis = field(metadata=asks("Legal basis", "choose"))
    authority: Organisation = field(metadata=asks("Authority", "choose", options="authorities"))
    title: str = field(metadata=asks("Title", hint="what it is about, without names of people"))
    dossier: Digest = field(metadata=asks("The dossier", "upload"))
    authorisation: Authorisation | None = field(
        default=None, metadata=asks("Authorisation", "choose", options="authorisations", hint="that is to be changed")
    )
    application: Application = field(metadata=allotted())


def _reads(asked: SubmitApplication, actor: Actor) -> Sequence[Read]:
    held = () if asked.authorisation is None else (Read(asked.authorisation, AUTHORISATION),)
    return (Read(asked.application, APPLICATION), Read(asked.authority, ORGANISATION), *held)


def _decide(asked: SubmitApplication, known: Circumstances) -> Sequence[ApplicationSubmitted]:
    return (
        ApplicationSubmitted(
            application=asked.application,
            product=asked.product,
            jurisdiction=asked.jurisdiction,
            asking=asked.asking,
            basis=asked.basis,
            applicant=known.actor.organisation,
            authority=asked.authority,
            title=asked.title,
            dossier=asked.dossier,
            by=known.actor.person,
            authorisation=asked.authorisation,
        ),
    )


ACTION = Action(
    name="regulatory.submit_application",
    title="Submit an application",
    command=SubmitApplication,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    gates=(
        gates.authority_is_competent,
        gates.concerns_what_is_held,
    ),
    decide=_decide,
    emits=(ApplicationSubmitted,),
    requirements=("REG-02",),
    risk=Risk.DATA,
    rationale="What is decided is decided on this dossier; another one is another application.",
    meaning="proposed",
)
