"""What can happen to the version of a programme that is in force, and to what an authority allows."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import (
    Application,
    Authorisation,
    Chain,
    Organisation,
    Patient,
    Person,
    Product,
    Programme,
    Site,
)
from coign.kernel.values import Digest, FreeText, Instant

Stage = Literal["preclinical", "phase_1", "phase_2", "phase_3", "authorised"]
LegalBasis = Literal[
    "none", "trial", "marketing_authorisation", "hospital_exemption", "expanded_access", "named_patient"
]  # fmt: skip
Jurisdiction = Literal["EU", "US"]
#: What an authorisation allows, and what a stop of it blocks, each by itself.
Act = Literal["new_orders", "collection", "manufacture", "dispatch", "administration"]
#: What an application asks for, what became of it, and how grave a question is.
Asking = Literal["new", "variation", "renewal"]
Verdict = Literal["approved", "refused"]
Weight = Literal["question", "major_objection"]
#: Who must decide, for each patient, before a product in hand is given although administration is stopped.
Decider = Literal["nobody", "authority", "quality_unit", "treating_physician"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeProposed(Fact, type="regulatory.programme_proposed.v1", about=("programme",)):
    """Somebody read a version of a programme and holds it to be right; nothing changes yet."""

    programme: Programme
    version: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeApproved(Fact, type="regulatory.programme_approved.v1", about=("programme",)):
    """A second person agrees: therapies ordered from now on run under this version.

    `terms` is the hash of what invariants hold its therapies to, so that they can be judged without the version's file.
    """

    programme: Programme
    version: Digest
    proposed_by: Person
    by: Person
    terms: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductBasisRecorded(Fact, type="regulatory.product_basis_recorded.v1", about=("product",)):
    """How far a product is developed in one jurisdiction, and on which legal basis it is given there, from a day on."""

    product: Product
    jurisdiction: Jurisdiction
    stage: Stage
    basis: LegalBasis
    since: Instant
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationGranted(Fact, type="regulatory.authorisation_granted.v1", about=("authorisation", "product")):
    """What may be done with a product in one jurisdiction: whose it is, where, by whom it is released, until when.

    `kept_by`: whose decisions count from now on; the authority once it decides here itself, before that the holder.
    """

    authorisation: Authorisation
    product: Product
    number: str
    jurisdiction: Jurisdiction
    stage: Stage
    basis: LegalBasis
    holder: Organisation
    sites: tuple[Site, ...]
    makers: tuple[Organisation, ...]
    centres: tuple[Organisation, ...]
    releasers: tuple[Person, ...]
    valid_from: Instant
    valid_until: Instant
    evidence: Digest
    kept_by: Organisation
    by: Person
    application: Application | None = None

    def claims(self) -> tuple[tuple[str, str], ...]:
        """A number names one authorisation of its jurisdiction for one product, for ever."""
        return (("authorisation", f"{self.jurisdiction}/{self.product.identifier}/{self.number}"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationVaried(Fact, type="regulatory.authorisation_varied.v1", about=("authorisation", "product")):
    """Other places, people or another stage from now on; a place that is left out may not begin anything any more."""

    authorisation: Authorisation
    product: Product
    stage: Stage
    basis: LegalBasis
    sites: tuple[Site, ...]
    makers: tuple[Organisation, ...]
    centres: tuple[Organisation, ...]
    releasers: tuple[Person, ...]
    evidence: Digest
    kept_by: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationRenewed(Fact, type="regulatory.authorisation_renewed.v1", about=("authorisation", "product")):
    """It holds until another day."""

    authorisation: Authorisation
    product: Product
    valid_until: Instant
    evidence: Digest
    kept_by: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationSuspended(Fact, type="regulatory.authorisation_suspended.v1", about=("authorisation", "product")):
    """From now on the acts that are named are blocked, and no other; at one place only, if one is named."""

    authorisation: Authorisation
    product: Product
    scope: tuple[Act, ...]
    decider: Decider
    why: FreeText
    evidence: Digest
    kept_by: Organisation
    by: Person
    site: Site | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionLifted(Fact, type="regulatory.suspension_lifted.v1", about=("authorisation", "product")):
    """What a suspension blocked may begin again; batches that it caught wait for the quality unit."""

    authorisation: Authorisation
    product: Product
    suspension: int
    evidence: Digest
    kept_by: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorisationRevoked(Fact, type="regulatory.authorisation_revoked.v1", about=("authorisation", "product")):
    """It is over for good."""

    authorisation: Authorisation
    product: Product
    decider: Decider
    why: FreeText
    evidence: Digest
    kept_by: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationDecided(Fact, type="regulatory.administration_decided.v1", about=("chain",)):
    """For one therapy it was decided whether the product in hand is given although administration is stopped."""

    chain: Chain
    authorisation: Authorisation
    decider: Decider
    may_be_given: bool
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionImposed(Fact, type="regulatory.condition_imposed.v1", about=("authorisation", "product")):
    """Something the holder owes. `stops`: what does not happen before it is done, or, with a day, after that day."""

    authorisation: Authorisation
    product: Product
    number: int
    what: FreeText
    due: Instant | None
    stops: tuple[Act, ...]
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentReported(Fact, type="regulatory.fulfilment_reported.v1", about=("authorisation", "product")):
    """The holder says that a condition is fulfilled; nothing changes before that is accepted."""

    authorisation: Authorisation
    product: Product
    condition: int
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentJudged(Fact, type="regulatory.fulfilment_judged.v1", about=("authorisation", "product")):
    """It is accepted that a condition is fulfilled, or the holder still owes it."""

    authorisation: Authorisation
    product: Product
    condition: int
    accepted: bool
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubmitted(
    Fact, type="regulatory.application_submitted.v1", about=("application",), parties=("applicant", "authority")
):
    """A holder asks an authority to allow something; the dossier is kept by its hash."""

    application: Application
    product: Product
    jurisdiction: Jurisdiction
    asking: Asking
    basis: LegalBasis
    applicant: Organisation
    authority: Organisation
    title: str
    dossier: Digest
    by: Person
    authorisation: Authorisation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(Fact, type="regulatory.document_added.v1", about=("application",)):
    """A further document belongs to an application."""

    application: Application
    name: str
    document: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(Fact, type="regulatory.question_asked.v1", about=("application",)):
    """The authority wants to know something; the holder's clock runs."""

    application: Application
    number: int
    weight: Weight
    question: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Fact, type="regulatory.question_answered.v1", about=("application",)):
    """The holder answered; the authority's clock runs."""

    application: Application
    number: int
    answer: FreeText
    document: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDecided(Fact, type="regulatory.application_decided.v1", about=("application",)):
    """The authority approved or refused it."""

    application: Application
    verdict: Verdict
    why: FreeText
    evidence: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientNamed(Fact, type="regulatory.recipient_named.v1", about=("patient",)):
    """Somebody may receive a product that is given to named patients alone, by an approval for them."""

    patient: Patient
    product: Product
    reference: str
    evidence: Digest
    by: Person
