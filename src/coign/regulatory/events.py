"""What can happen to the version of a programme that is in force."""

from dataclasses import dataclass
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.subjects import Person, Product, Programme
from coign.kernel.values import Digest, Instant

Stage = Literal["preclinical", "phase_1", "phase_2", "phase_3", "authorised"]
LegalBasis = Literal[
    "none", "trial", "marketing_authorisation", "hospital_exemption", "expanded_access", "named_patient"
]  # fmt: skip
Jurisdiction = Literal["EU", "US"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeProposed(Fact, type="regulatory.programme_proposed.v1", about=("programme",)):
    """Somebody read a version of a programme and holds it to be right; nothing changes yet."""

    programme: Programme
    version: Digest
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeApproved(Fact, type="regulatory.programme_approved.v1", about=("programme",)):
    """A second person agrees: therapies ordered from now on run under this version."""

    programme: Programme
    version: Digest
    proposed_by: Person
    by: Person


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
