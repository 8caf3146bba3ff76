"""What a person may do, with which keys they sign, and what organisations and sites are."""

from dataclasses import field, replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Person, Product, Site
from coign.kernel.values import FreeText, Instant
from coign.kernel.views import Stamp, View
from coign.people.events import (
    AccessConfirmed,
    AccessEnded,
    AdministratorProposed,
    AuthenticatorEnrolled,
    AuthenticatorProposed,
    AuthenticatorRevoked,
    AuthenticatorTested,
    CredentialsReset,
    InspectionScoped,
    OrganisationRegistered,
    PersonLeft,
    PersonRegistered,
    ResetProposed,
    RoleGranted,
    RoleRevoked,
    SiteRegistered,
)
from coign.people.separation import ADMINISTRATOR, INSPECTOR


@dataclass(frozen=True, slots=True)
class Scope:
    """What an inspector may look into: each list that is not empty narrows it."""

    therapies: tuple[Chain, ...] = ()
    products: tuple[Product, ...] = ()
    sites: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for an organisation, until a date if one is given, and when somebody last looked whether it is needed."""

    role: str
    organisation: Organisation
    until: Instant | None = None
    #: Of inspectors alone; None: all that the organisation may know of.
    scope: Scope | None = None
    reviewed_at: Instant = field(kw_only=True)

    def is_overdue(self, now: Instant, review_interval_min: float) -> bool:
        """Whether nobody looked for so long that the role is suspended."""
        return now.minutes_since(self.reviewed_at) > review_interval_min


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that signs for the person, the entry that enrolled it, and when it last passed a test."""

    id: str
    method: str
    public_key: str
    enrolled_at: int
    tested_at: Instant = field(kw_only=True)

    def is_overdue(self, now: Instant, test_interval_min: float) -> bool:
        """Whether nobody tried it for so long that it signs nothing (21 CFR 11.300(e))."""
        return now.minutes_since(self.tested_at) > test_interval_min


@dataclass(frozen=True, slots=True)
class Proposal:
    """An authenticator that waits for a second administrator."""

    credential: str
    method: str
    public_key: str
    proposed_by: Person


@dataclass(frozen=True, slots=True)
class ResetWaiting:
    """A reset of everything a person proves themselves with; it waits for a second administrator."""

    proposed_by: Person
    at: Instant
    why: FreeText


@dataclass(frozen=True, slots=True)
class AdministratorWaiting:
    """Somebody who shall administer an organisation; it waits for a second administrator."""

    organisation: Organisation
    proposed_by: Person
    at: Instant


@dataclass(frozen=True, slots=True)
class Authority:
    """What a person may do now."""

    organisation: Organisation | None = None
    active: bool = False
    left: bool = False
    grants: tuple[Grant, ...] = ()
    credentials: tuple[Credential, ...] = ()
    proposal: Proposal | None = None
    reset_waiting: ResetWaiting | None = None
    administrator_waiting: AdministratorWaiting | None = None
    #: Position of the newest entry that replaced what the person signs in and signs with, and the two who agreed.
    reset_at: int = 0
    reset_by: tuple[Person, ...] = ()
    #: Position of the newest entry with which everything that the person has open ends.
    ended_at: int = 0

    def held(self, role: str, organisation: Organisation, now: Instant) -> Grant | None:
        """The grant by which the person has this role for this organisation now."""
        found = (
            g
            for g in self.grants
            if g.role == role and g.organisation == organisation and (g.until is None or now < g.until)
        )
        return next(found, None) if self.active else None

    def holds(self, role: str, organisation: Organisation, now: Instant) -> bool:
        """Whether the person has this role for this organisation now; `lacks` tells whether it is suspended as well."""
        return self.held(role, organisation, now) is not None

    def inspection(self, now: Instant) -> Grant | None:
        """The inspection that is open for this person now: the first one that has a scope."""
        open_now = (g for g in self.grants if g.scope is not None and self.holds(g.role, g.organisation, now))
        return next(open_now, None)

    def lacks(self, role: str, organisation: Organisation, now: Instant, review_interval_min: float) -> str | None:
        """None: the person may act in this role for this organisation now. Else the sentence why not."""
        grant = self.held(role, organisation, now)
        if grant is None:
            return f"you do not hold the role {role} for {organisation.identifier} now"
        if grant.is_overdue(now, review_interval_min):
            return (
                f"your access for {organisation.identifier} is suspended: it was last reviewed on "
                f"{grant.reviewed_at[:10]}; ask an administrator of {organisation.identifier} to review it"
            )
        return None


def _evolve(state: Authority, fact: Fact, stamp: Stamp) -> Authority:
    match fact:
        case PersonRegistered(organisation=organisation):
            return Authority(organisation, active=True)
        case RoleGranted(role=role, organisation=organisation, until=until):
            # Whoever gives a role has looked whether it is needed.
            grant = Grant(role, organisation, until, reviewed_at=stamp.time)
            waiting = None if role == ADMINISTRATOR else state.administrator_waiting
            return replace(
                state, grants=(*_without(state.grants, role, organisation), grant), administrator_waiting=waiting
            )
        case InspectionScoped(organisation=organisation, therapies=therapies, products=products, sites=sites):
            scope, of_it = Scope(therapies, products, sites), (INSPECTOR, organisation)
            scoped = (replace(g, scope=scope) if (g.role, g.organisation) == of_it else g for g in state.grants)
            return replace(state, grants=tuple(scoped))
        case RoleRevoked(role=role, organisation=organisation):
            return replace(state, grants=_without(state.grants, role, organisation))
        case AuthenticatorProposed(credential=id, method=method, public_key=key, proposed_by=by):
            return replace(state, proposal=Proposal(id, method, key, by))
        case AuthenticatorEnrolled(credential=id, method=method, public_key=key):
            enrolled = Credential(id, method, key, stamp.position, tested_at=stamp.time)
            return replace(state, proposal=None, credentials=(*state.credentials, enrolled))
        case AuthenticatorTested(credential=id, passed=True):
            tested = (replace(c, tested_at=stamp.time) if c.id == id else c for c in state.credentials)
            return replace(state, credentials=tuple(tested))
        case AuthenticatorRevoked(credential=id):
            left = tuple(c for c in state.credentials if c.id != id)
            return replace(state, credentials=left, ended_at=stamp.position)
        case PersonLeft():
            return Authority(state.organisation, left=True, ended_at=stamp.position)
        case _:
            return _evolve_administration(state, fact, stamp)


def _evolve_administration(state: Authority, fact: Fact, stamp: Stamp) -> Authority:
    """What administrators agree about somebody."""
    match fact:
        case ResetProposed(proposed_by=by, why=why):
            return replace(state, reset_waiting=ResetWaiting(by, stamp.time, why))
        case CredentialsReset(proposed_by=one, agreed_by=other):
            return replace(
                state, credentials=(), proposal=None, reset_waiting=None,
                reset_at=stamp.position, reset_by=(one, other), ended_at=stamp.position,
            )  # fmt: skip
        case AdministratorProposed(organisation=organisation, proposed_by=by):
            return replace(state, administrator_waiting=AdministratorWaiting(organisation, by, stamp.time))
        case AccessConfirmed(organisation=organisation):
            looked = (replace(g, reviewed_at=stamp.time) if g.organisation == organisation else g for g in state.grants)
            return replace(state, grants=tuple(looked))
        case AccessEnded(organisation=organisation):
            left = tuple(g for g in state.grants if g.organisation != organisation)
            return replace(state, grants=left, ended_at=stamp.position)
        case _:
            return state


def _without(grants: tuple[Grant, ...], role: str, organisation: Organisation) -> tuple[Grant, ...]:
    return tuple(g for g in grants if (g.role, g.organisation) != (role, organisation))


AUTHORITY = View(
    "people.authority",
    kinds=frozenset({"person"}),
    folds=(
        PersonRegistered,
        RoleGranted,
        InspectionScoped,
        RoleRevoked,
        AuthenticatorProposed,
        AuthenticatorEnrolled,
        AuthenticatorTested,
        AuthenticatorRevoked,
        ResetProposed,
        CredentialsReset,
        AdministratorProposed,
        AccessConfirmed,
        AccessEnded,
        PersonLeft,
    ),
    state=Authority,
    evolve=_evolve,
    version=3,
    public=True,
)


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """What an organisation is, and whose administrators registered it: they answer for it beside its own."""

    name: str = ""
    category: str = ""
    country: str = ""
    brought_in_by: Organisation | None = None


def _evolve_organisation(state: OrganisationState, fact: Fact, stamp: Stamp) -> OrganisationState:
    if isinstance(fact, OrganisationRegistered):
        return OrganisationState(fact.name, fact.category, fact.country, stamp.actor.organisation)
    return state


ORGANISATION = View(
    "people.organisation",
    kinds=frozenset({"organisation"}),
    folds=(OrganisationRegistered,),
    state=OrganisationState,
    evolve=_evolve_organisation,
    version=2,
    public=True,
)


@dataclass(frozen=True, slots=True)
class SiteState:
    """What a site is."""

    organisation: Organisation | None = None
    name: str = ""
    zone: str = "UTC"
    country: str = ""


def _evolve_site(state: SiteState, fact: Fact, stamp: Stamp) -> SiteState:
    if isinstance(fact, SiteRegistered):
        return SiteState(fact.organisation, fact.name, fact.zone, fact.country)
    return state


SITE = View(
    "people.site",
    kinds=frozenset({"site"}),
    folds=(SiteRegistered,),
    state=SiteState,
    evolve=_evolve_site,
    public=True,
)
