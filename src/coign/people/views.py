"""What a person may do, with which keys they sign, and what organisations and sites are."""

from dataclasses import dataclass, replace

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.people.events import (
    AuthenticatorEnrolled,
    AuthenticatorProposed,
    AuthenticatorRevoked,
    OrganisationRegistered,
    PersonLeft,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
    SiteRegistered,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for an organisation, until a date if one is given."""

    role: str
    organisation: Organisation
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that signs for the person, and the entry that enrolled it."""

    id: str
    method: str
    public_key: str
    enrolled_at: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """An authenticator that waits for a second administrator."""

    credential: str
    method: str
    public_key: str
    proposed_by: Person


@dataclass(frozen=True, slots=True)
class Authority:
    """What a person may do now."""

    organisation: Organisation | None = None
    active: bool = False
    left: bool = False
    grants: tuple[Grant, ...] = ()
    credentials: tuple[Credential, ...] = ()
    proposal: Proposal | None = None

    def holds(self, role: str, organisation: Organisation, now: Instant) -> bool:
        """Whether the person may act in this role for this organisation now."""
        return self.active and any(
            g.role == role and g.organisation == organisation and (g.until is None or now < g.until)
            for g in self.grants
        )


def _evolve(state: Authority, fact: Fact, stamp: Stamp) -> Authority:
    match fact:
        case PersonRegistered(organisation=organisation):
            return Authority(organisation, active=True)
        case RoleGranted(role=role, organisation=organisation, until=until):
            return replace(
                state, grants=(*_without(state.grants, role, organisation), Grant(role, organisation, until))
            )
        case RoleRevoked(role=role, organisation=organisation):
            return replace(state, grants=_without(state.grants, role, organisation))
        case AuthenticatorProposed(credential=id, method=method, public_key=key, proposed_by=by):
            return replace(state, proposal=Proposal(id, method, key, by))
        case AuthenticatorEnrolled(credential=id, method=method, public_key=key):
            enrolled = Credential(id, method, key, stamp.position)
            return replace(state, proposal=None, credentials=(*state.credentials, enrolled))
        case AuthenticatorRevoked(credential=id):
            return replace(state, credentials=tuple(c for c in state.credentials if c.id != id))
        case PersonLeft():
            return Authority(state.organisation, left=True)
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
        RoleRevoked,
        AuthenticatorProposed,
        AuthenticatorEnrolled,
        AuthenticatorRevoked,
        PersonLeft,
    ),
    state=Authority,
    evolve=_evolve,
    public=True,
)


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """What an organisation is."""

    name: str = ""
    category: str = ""
    country: str = ""


ORGANISATION = View(
    "people.organisation",
    kinds=frozenset({"organisation"}),
    folds=(OrganisationRegistered,),
    state=OrganisationState,
    evolve=lambda state, fact, stamp: (
        OrganisationState(fact.name, fact.category, fact.country) if isinstance(fact, OrganisationRegistered) else state
    ),
    public=True,
)


@dataclass(frozen=True, slots=True)
class SiteState:
    """What a site is."""

    organisation: Organisation | None = None
    name: str = ""
    zone: str = "UTC"
    country: str = ""


SITE = View(
    "people.site",
    kinds=frozenset({"site"}),
    folds=(SiteRegistered,),
    state=SiteState,
    evolve=lambda state, fact, stamp: (
        SiteState(fact.organisation, fact.name, fact.zone, fact.country) if isinstance(fact, SiteRegistered) else state
    ),
    public=True,
)
