"""What can happen to organisations, people, their roles and their authenticators."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Person, Product, Site
from coign.kernel.values import Digest, FreeText, Identifying, Instant

OrganisationKind = Literal["treatment_centre", "maker", "courier", "authority", "laboratory"]
Role = Literal[
    "coordinator", "physician", "nurse", "celllab", "infusion", "pharmacist", "courier", "warehouse", "operator",
    "analyst", "qcreviewer", "qa", "qp", "quality-us", "safety", "trainer", "regulatory", "authority", "inspector",
    "admin",
]  # fmt: skip
Method = Literal["webauthn", "password+otp", "ed25519", "demonstration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRegistered(Fact, type="people.organisation_registered.v1", about=("organisation",)):
    """An organisation takes part."""

    organisation: Organisation
    name: str
    category: OrganisationKind
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRegistered(Fact, type="people.site_registered.v1", about=("site",)):
    """A place of an organisation; its zone is what times there are printed in."""

    site: Site
    organisation: Organisation
    name: str
    zone: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Fact, type="people.person_registered.v1", about=("person",)):
    """Somebody, or some device, that will act; the identifier is theirs for ever."""

    person: Person
    organisation: Organisation
    name: Identifying


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Fact, type="people.role_granted.v1", about=("person",)):
    """A person may act in a role for an organisation, until a date if one is given."""

    person: Person
    role: Role
    organisation: Organisation
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionScoped(Fact, type="people.inspection_scoped.v1", about=("person",)):
    """What an inspector looks into for an organisation. Each list that is not empty narrows it (21 CFR 11.10(b))."""

    person: Person
    organisation: Organisation
    therapies: tuple[Chain, ...] = ()
    products: tuple[Product, ...] = ()
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Fact, type="people.role_revoked.v1", about=("person",)):
    """From now on the person may not act in this role."""

    person: Person
    role: Role
    organisation: Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorProposed(Fact, type="people.authenticator_proposed.v1", about=("person",)):
    """One administrator saw who the person is and which key is theirs."""

    person: Person
    proposed_by: Person
    credential: str
    method: Method
    public_key: str
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorEnrolled(Fact, type="people.authenticator_enrolled.v1", about=("person",)):
    """A second administrator agrees: signatures with this key are the person's."""

    person: Person
    credential: str
    method: Method
    public_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorRevoked(Fact, type="people.authenticator_revoked.v1", about=("person",)):
    """Lost, stolen or replaced: it signs nothing from now on."""

    person: Person
    credential: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Fact, type="people.person_left.v1", about=("person",)):
    """All roles and authenticators end; the identifier is never given again."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorTested(Fact, type="people.authenticator_tested.v1", about=("person",)):
    """Somebody tried whether it still proves this person and nobody else (21 CFR 11.300(e))."""

    person: Person
    credential: str
    passed: bool
    evidence: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetProposed(Fact, type="people.reset_proposed.v1", about=("person",)):
    """One administrator wants everything replaced that a person signs in and signs with."""

    person: Person
    proposed_by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsReset(Fact, type="people.credentials_reset.v1", about=("person",)):
    """A second administrator agrees: sign-ins end, no authenticator signs any more, a start password takes over."""

    person: Person
    proposed_by: Person
    agreed_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorProposed(Fact, type="people.administrator_proposed.v1", about=("person",)):
    """One administrator wants somebody to administer an organisation as well."""

    person: Person
    organisation: Organisation
    proposed_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessConfirmed(Fact, type="people.access_confirmed.v1", about=("person",)):
    """Somebody looked at a person's roles for an organisation, and all of them are still needed."""

    person: Person
    organisation: Organisation
    reviewed_by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEnded(Fact, type="people.access_ended.v1", about=("person",)):
    """Somebody looked at a person's roles for an organisation, and none of them is needed any more."""

    person: Person
    organisation: Organisation
    reviewed_by: Person
