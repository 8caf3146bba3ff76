"""Register organisations, sites and people; record that somebody left."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Identifying
from coign.people import gates, own_gates
from coign.people.events import OrganisationKind, OrganisationRegistered, PersonLeft, PersonRegistered, SiteRegistered
from coign.people.views import AUTHORITY, ORGANISATION, SITE

ADMINISTRATORS = frozenset({"admin", "setup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOrganisation:
    """Which organisation takes part, and as what."""

    organisation: Organisation = field(metadata=asks("Short name"))
    name: str = field(metadata=asks("Full name"))
    category: OrganisationKind = field(metadata=asks("Takes part as", "choose"))
    country: str = field(metadata=asks("Country", hint="two letters, such as DE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSite:
    """A place of an organisation."""

    site: Site = field(metadata=asks("Short name"))
    organisation: Organisation = field(metadata=asks("Organisation", "choose", options="organisations"))
    name: str = field(metadata=asks("Full name"))
    zone: str = field(metadata=asks("Time zone", hint="such as Europe/Berlin"))
    country: str = field(metadata=asks("Country", hint="two letters, such as DE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """Somebody who will act."""

    person: Person = field(metadata=asks("Sign-in name"))
    organisation: Organisation = field(metadata=asks("Organisation", "choose", options="organisations"))
    name: Identifying = field(metadata=asks("Name as printed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLeaving:
    """Who is no longer here."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))


def _organisation(asked: RegisterOrganisation, known: Circumstances) -> Sequence[OrganisationRegistered]:
    return (
        OrganisationRegistered(
            organisation=asked.organisation, name=asked.name, category=asked.category, country=asked.country
        ),
    )


REGISTER_ORGANISATION = Action(
    name="people.register_organisation",
    title="Register an organisation",
    command=RegisterOrganisation,
    roles=ADMINISTRATORS,
    reads=lambda asked, actor: (Read(asked.organisation, ORGANISATION),),
    gates=(gates.organisation_is_new,),
    decide=_organisation,
    emits=(OrganisationRegistered,),
    requirements=("CSV-24",),
    risk=Risk.DATA,
    rationale="Organisations are the scopes of authority and sight.",
)


def _site(asked: RegisterSite, known: Circumstances) -> Sequence[SiteRegistered]:
    return (
        SiteRegistered(
            site=asked.site, organisation=asked.organisation, name=asked.name, zone=asked.zone, country=asked.country
        ),
    )


REGISTER_SITE = Action(
    name="people.register_site",
    title="Register a site",
    command=RegisterSite,
    roles=ADMINISTRATORS,
    reads=lambda asked, actor: (Read(asked.site, SITE), Read(asked.organisation, ORGANISATION)),
    gates=(
        gates.site_is_new,
        gates.organisation_is_registered,
        gates.zone_is_known,
        own_gates.is_for_own_organisation,
    ),
    decide=_site,
    emits=(SiteRegistered,),
    requirements=("CSV-24",),
    risk=Risk.DATA,
    rationale="The zone of a site is what times on labels are printed in.",
)


def _person(asked: RegisterPerson, known: Circumstances) -> Sequence[PersonRegistered]:
    return (PersonRegistered(person=asked.person, organisation=asked.organisation, name=asked.name),)


REGISTER_PERSON = Action(
    name="people.register_person",
    title="Register a person",
    command=RegisterPerson,
    roles=ADMINISTRATORS,
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY), Read(asked.organisation, ORGANISATION)),
    gates=(gates.identifier_is_new, gates.organisation_is_registered, own_gates.is_for_own_organisation),
    decide=_person,
    emits=(PersonRegistered,),
    requirements=("CSV-15",),
    risk=Risk.DATA,
    rationale="Everything a person does is known by this identifier for decades.",
)


def _left(asked: RecordLeaving, known: Circumstances) -> Sequence[PersonLeft]:
    return (PersonLeft(person=asked.person),)


RECORD_LEAVING = Action(
    name="people.record_leaving",
    title="Record that somebody left",
    command=RecordLeaving,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(gates.person_is_active, gates.not_oneself, own_gates.is_of_own_organisation),
    decide=_left,
    emits=(PersonLeft,),
    requirements=("CSV-15", "CSV-24"),
    risk=Risk.DATA,
    rationale="Who left must not act any more, and their identifier must never be given again.",
)
