"""The gates of people: identities are unique for ever, nobody vouches alone, administrators do nothing else."""

from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Instant
from coign.people.authority import SETUP
from coign.people.separation import ADMINISTRATOR, must_be_apart
from coign.people.views import AUTHORITY, ORGANISATION


class OfPerson(Protocol):
    @property
    def person(self) -> Person: ...


class OfOrganisation(Protocol):
    @property
    def organisation(self) -> Organisation: ...


class OfSite(Protocol):
    @property
    def site(self) -> Site: ...


class OfZone(Protocol):
    @property
    def zone(self) -> str: ...


class OfRole(OfPerson, Protocol):
    @property
    def role(self) -> str: ...


class OfRoleThere(OfRole, OfOrganisation, Protocol):
    """A command about a role of one organisation."""


class OfGrant(OfRole, Protocol):
    @property
    def until(self) -> Instant | None: ...


class OfCredential(OfPerson, Protocol):
    @property
    def credential(self) -> str: ...


@gate(
    "people.identifier_is_new",
    requirement="CSV-15",
    protects="An identity belongs to one person for ever, also after they leave.",
    remedy="Choose an identifier that was never used.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def identifier_is_new(asked: OfPerson, known: Circumstances) -> str | None:
    return f"{asked.person.identifier} was given before" if known.exists(asked.person) else None


@gate(
    "people.organisation_is_new",
    requirement="CSV-15",
    protects="One name, one organisation.",
    remedy="Use the organisation that is registered, or choose another identifier.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def organisation_is_new(asked: OfOrganisation, known: Circumstances) -> str | None:
    return f"{asked.organisation.identifier} is registered" if known.exists(asked.organisation) else None


@gate(
    "people.organisation_is_registered",
    requirement="CSV-24",
    protects="Authority always belongs to an organisation that answers for it.",
    remedy="Register the organisation first.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def organisation_is_registered(asked: OfOrganisation, known: Circumstances) -> str | None:
    registered = known.state(ORGANISATION, asked.organisation).name
    return None if registered else f"{asked.organisation.identifier} is not registered"


@gate(
    "people.site_is_new",
    requirement="CSV-15",
    protects="One name, one place.",
    remedy="Use the site that is registered, or choose another identifier.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def site_is_new(asked: OfSite, known: Circumstances) -> str | None:
    return f"{asked.site.identifier} is registered" if known.exists(asked.site) else None


@gate(
    "people.zone_is_known",
    requirement="CSV-24",
    protects="Legal clocks end with a day somewhere, and times on labels are those of a place: both need its zone.",
    remedy="Choose the zone as the IANA database spells it, such as Europe/Berlin.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def zone_is_known(asked: OfZone, known: Circumstances) -> str | None:
    try:
        ZoneInfo(asked.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{asked.zone or 'nothing'} is no time zone"
    return None


@gate(
    "people.person_is_active",
    requirement="CSV-24",
    protects="Rights are given to people who are here.",
    remedy="Register the person, or look up the right identifier.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def person_is_active(asked: OfPerson, known: Circumstances) -> str | None:
    return None if known.state(AUTHORITY, asked.person).active else f"{asked.person.identifier} is not active here"


@gate(
    "people.not_oneself",
    requirement=("CSV-18", "CSV-06"),
    protects="Nobody gives rights or keys to themselves.",
    remedy="Let another administrator do it.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def not_oneself(asked: OfPerson, known: Circumstances) -> str | None:
    return "this is your own account" if asked.person == known.actor.person else None


@gate(
    "people.roles_are_separate",
    requirement=("CSV-06", "CSV-24", "GMP-02"),
    protects="Administrators do nothing regulated; who makes does not judge.",
    remedy="Give the role to somebody else, or take the other role away first.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def roles_are_separate(asked: OfRole, known: Circumstances) -> str | None:
    held = {g.role for g in known.state(AUTHORITY, asked.person).grants if g.until is None or known.now < g.until}
    clash = sorted(role for role in held if must_be_apart(asked.role, role))
    return f"{asked.person.identifier} is {clash[0]} and cannot be {asked.role} as well" if clash else None


@gate(
    "people.administrators_take_two",
    requirement=("CSV-06", "CSV-18"),
    protects="Nobody makes an administrator of their own choosing and then agrees with themselves.",
    remedy="Propose the person as an administrator; a second administrator agrees.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def administrators_take_two(asked: OfRole, known: Circumstances) -> str | None:
    if asked.role == ADMINISTRATOR and known.actor.role != SETUP:
        return "this gives the role of an administrator, which nobody gives alone"
    return None


@gate(
    "people.role_is_held",
    requirement="CSV-24",
    protects="Only a role that is held for that organisation can be taken away.",
    remedy="Look at the person's roles.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def role_is_held(asked: OfRoleThere, known: Circumstances) -> str | None:
    held = ((grant.role, grant.organisation) for grant in known.state(AUTHORITY, asked.person).grants)
    if (asked.role, asked.organisation) in held:
        return None
    return f"{asked.person.identifier} does not hold the role {asked.role} for {asked.organisation.identifier}"


@gate(
    "people.authenticator_is_proposed",
    requirement=("CSV-16", "CSV-18"),
    protects="A key is enrolled on what somebody saw with their own eyes.",
    remedy="Let a first administrator check who the person is and propose the authenticator.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def authenticator_is_proposed(asked: OfCredential, known: Circumstances) -> str | None:
    proposal = known.state(AUTHORITY, asked.person).proposal
    if proposal is not None and proposal.credential == asked.credential:
        return None
    return f"no authenticator {asked.credential} waits for {asked.person.identifier}"


@gate(
    "people.enrolled_by_another",
    requirement=("CSV-18", "CSV-16"),
    protects="No administrator alone can make a key that signs as somebody else.",
    remedy="Let a second administrator agree.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def enrolled_by_another(asked: OfCredential, known: Circumstances) -> str | None:
    proposal = known.state(AUTHORITY, asked.person).proposal
    if proposal is not None and proposal.proposed_by == known.actor.person:
        return "you proposed this authenticator yourself"
    return None


@gate(
    "people.authenticator_is_enrolled",
    requirement="CSV-20",
    protects="Only what signs can be stopped from signing.",
    remedy="Look at the person's authenticators.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def authenticator_is_enrolled(asked: OfCredential, known: Circumstances) -> str | None:
    enrolled = any(c.id == asked.credential for c in known.state(AUTHORITY, asked.person).credentials)
    return None if enrolled else f"{asked.person.identifier} has no authenticator {asked.credential}"


@gate(
    "people.inspectors_access_ends",
    requirement=("REG-10", "CSV-24"),
    protects="An inspection is over some day; a door that nobody closes is forgotten.",
    remedy="Say until when the inspection lasts; a long one is given anew after a year.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def inspectors_access_ends(asked: OfGrant, known: Circumstances) -> str | None:
    if asked.role != "inspector":
        return None
    longest = known.now.plus(minutes=known.rules.minutes("access.inspection_max", known.now))
    if asked.until is None:
        return f"no end is given for {asked.person.identifier}, who inspects"
    return f"{asked.person.identifier} would inspect beyond {longest[:10]}" if asked.until > longest else None
