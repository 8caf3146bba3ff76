"""The gates of authorisations: who decides, what is named exists, what is stopped says what it stops."""

from collections.abc import Sequence
from typing import Protocol

from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Authorisation, Organisation, Person, Product, Site
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY, ORGANISATION, SITE
from coign.regulatory.authorised import Authorised
from coign.regulatory.events import Jurisdiction, LegalBasis
from coign.regulatory.views import (
    AUTHORISATION,
    AUTHORISATIONS,
    jurisdiction_of,
)

#: Who may be named as releasing: the qualified person (EU), somebody of the quality unit (US).
RELEASERS = ("qp", "quality-us")
#: So many places and people of one kind stand on one authorisation; a state must stay small.
SITES_MAX, MAKERS_MAX, CENTRES_MAX, RELEASERS_MAX = 8, 4, 16, 8


class OfAuthorisation(Protocol):
    """A command that decides about one authorisation."""

    @property
    def authorisation(self) -> Authorisation: ...


class OfPlaces(Protocol):
    """A command that says where a product is made and given, and who releases it."""

    @property
    def sites(self) -> tuple[Site, ...]: ...
    @property
    def makers(self) -> tuple[Organisation, ...]: ...
    @property
    def centres(self) -> tuple[Organisation, ...]: ...
    @property
    def releasers(self) -> tuple[Person, ...]: ...


class OfGrant(OfPlaces, Protocol):
    """A command that grants an authorisation."""

    @property
    def product(self) -> Product: ...
    @property
    def number(self) -> str: ...
    @property
    def jurisdiction(self) -> Jurisdiction: ...
    @property
    def basis(self) -> LegalBasis: ...
    @property
    def holder(self) -> Organisation: ...
    @property
    def valid_from(self) -> Instant: ...
    @property
    def valid_until(self) -> Instant: ...


class OfVariation(OfAuthorisation, OfPlaces, Protocol):
    """A command that gives an authorisation other places and people."""


class OfRenewal(OfAuthorisation, Protocol):
    @property
    def valid_until(self) -> Instant: ...


# What is looked up


def reads_of_decision(asked: OfAuthorisation, actor: Actor) -> Sequence[Read]:
    """The authorisation, and what the organisation of whoever decides is."""
    return (Read(asked.authorisation, AUTHORISATION), Read(actor.organisation, ORGANISATION))


def reads_of_product(asked: OfAuthorisation, known: Circumstances) -> Sequence[Read]:
    """Every authorisation of the same product."""
    says = known.state(AUTHORISATION, asked.authorisation).says
    return () if says is None else (Read(says.product, AUTHORISATIONS),)


def reads_of_places(asked: OfPlaces) -> Sequence[Read]:
    """Everything that is named."""
    organisations = dict.fromkeys((*asked.makers, *asked.centres))
    return (
        *(Read(site, SITE) for site in asked.sites),
        *(Read(organisation, ORGANISATION) for organisation in organisations),
        *(Read(person, AUTHORITY) for person in asked.releasers),
    )


def stands(asked: OfAuthorisation, known: Circumstances) -> Authorised | None:
    """The authorisation, unless it was never granted or is over; `authorisation_stands` says so then."""
    says = known.state(AUTHORISATION, asked.authorisation).says
    return None if says is None or says.is_revoked else says


# Who decides


def _not_competent(jurisdiction: str, kept_by: Organisation | None, known: Circumstances) -> str | None:
    """An authority decides in its jurisdiction; a holder enters what came by letter until the authority is here."""
    own = known.actor.organisation
    if known.actor.role == "authority":
        is_authority = known.state(ORGANISATION, own).category == "authority"
        if is_authority and jurisdiction_of(known, own) == jurisdiction:
            return None
        return f"{own.identifier} is no authority of {jurisdiction}"
    if kept_by in (None, own):
        return None
    return f"decisions about it are entered by {kept_by.identifier}" if kept_by else None


@gate(
    "regulatory.granted_by_who_may",
    requirement=("REG-02", "CSV-24"),
    protects="Nobody allows themselves what an authority must allow, and no authority decides for another country.",
    remedy="Let the authority of that jurisdiction grant it, or enter its letter for the holder you belong to.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def granted_by_who_may(asked: OfGrant, known: Circumstances) -> str | None:
    if known.actor.role != "authority" and asked.holder != known.actor.organisation:
        return f"{asked.holder.identifier} would hold it, not your organisation"
    if known.state(ORGANISATION, asked.holder).category != "maker":
        return f"{asked.holder.identifier} does not take part as a maker"
    return _not_competent(asked.jurisdiction, None, known)


@gate(
    "regulatory.decided_by_who_may",
    requirement=("REG-02", "CSV-24"),
    protects="What an authority stopped, no holder sets going again; and no authority decides for another country.",
    remedy="Ask the authority that decides about this authorisation.",
    resolvers=("authority",),
    risk=Risk.PATIENT,
)
def decided_by_who_may(asked: OfAuthorisation, known: Circumstances) -> str | None:
    says = known.state(AUTHORISATION, asked.authorisation).says
    return None if says is None else _not_competent(says.jurisdiction, says.kept_by, known)


@gate(
    "regulatory.authorisation_stands",
    requirement="REG-02",
    protects="A decision about something that was never granted, or is over for good, would read as if it allowed.",
    remedy="Choose an authorisation that stands, or have a new one granted.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def authorisation_stands(asked: OfAuthorisation, known: Circumstances) -> str | None:
    says = known.state(AUTHORISATION, asked.authorisation).says
    if says is None:
        return f"{asked.authorisation.identifier} was never granted"
    return f"{says.number} was revoked" if says.is_revoked else None


# What it says


@gate(
    "regulatory.is_the_only_one",
    requirement="REG-02",
    protects="Two authorisations for the same thing would contradict each other, and each act would have two answers.",
    remedy="Vary or renew the one that holds; give the number that stands on the new one.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def is_the_only_one(asked: OfGrant, known: Circumstances) -> str | None:
    if not asked.number.strip():
        return "it has no number"
    for each in known.state(AUTHORISATIONS, asked.product).all:
        if (each.jurisdiction, each.basis) == (asked.jurisdiction, asked.basis) and each.is_valid(known.now):
            return f"{each.number} holds for {asked.product.identifier} in {each.jurisdiction} already"
    return None


@gate(
    "regulatory.validity_is_a_span",
    requirement="REG-02",
    protects="An authorisation without an end, or whose end has passed, allows nothing that could be relied on.",
    remedy="Give the first and the last day that stand in the decision.",
    resolvers=("authority", "regulatory"),
    risk=Risk.DATA,
)
def validity_is_a_span(asked: OfGrant, known: Circumstances) -> str | None:
    if asked.valid_from < asked.valid_until and asked.valid_until > known.now:
        return None
    return f"from {asked.valid_from[:10]} until {asked.valid_until[:10]} is no time that is still to come"


@gate(
    "regulatory.renewal_lasts_longer",
    requirement="REG-02",
    protects="A renewal that ends earlier would end what is being made.",
    remedy="Give a later day, or suspend what is to stop.",
    resolvers=("authority", "regulatory"),
    risk=Risk.DATA,
)
def renewal_lasts_longer(asked: OfRenewal, known: Circumstances) -> str | None:
    says = stands(asked, known)
    if says is None or asked.valid_until > max(says.valid_until, known.now):
        return None
    return f"it holds until {says.valid_until[:10]}; {asked.valid_until[:10]} is no later day to come"


@gate(
    "regulatory.sites_are_of_makers",
    requirement=("REG-02", "CSV-24"),
    protects="A product is made where somebody looked: at a named place of a named maker.",
    remedy="Name the makers, and of their registered places those that the decision names.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def sites_are_of_makers(asked: OfPlaces, known: Circumstances) -> str | None:
    for maker in asked.makers:
        if known.state(ORGANISATION, maker).category != "maker":
            return f"{maker.identifier} does not take part as a maker"
    for site in asked.sites:
        if known.state(SITE, site).organisation not in asked.makers:
            return f"{site.identifier} is no place of {' or '.join(m.identifier for m in asked.makers) or 'a maker'}"
    return None


def _centre_elsewhere(asked: OfPlaces, jurisdiction: str, known: Circumstances) -> str | None:
    for centre in asked.centres:
        if known.state(ORGANISATION, centre).category != "treatment_centre":
            return f"{centre.identifier} does not take part as a treatment centre"
        if jurisdiction_of(known, centre) != jurisdiction:
            return f"{centre.identifier} is not in {jurisdiction}"
    return None


@gate(
    "regulatory.centres_are_there",
    requirement=("REG-02", "CSV-24"),
    protects="An authority allows what happens in its own country; patients elsewhere need their own authority.",
    remedy="Name treatment centres of this jurisdiction.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def centres_are_there(asked: OfGrant, known: Circumstances) -> str | None:
    return _centre_elsewhere(asked, asked.jurisdiction, known)


@gate(
    "regulatory.varied_centres_are_there",
    requirement=("REG-02", "CSV-24"),
    protects="An authority allows what happens in its own country; patients elsewhere need their own authority.",
    remedy="Name treatment centres of this jurisdiction.",
    resolvers=("authority", "regulatory"),
    risk=Risk.PATIENT,
)
def varied_centres_are_there(asked: OfVariation, known: Circumstances) -> str | None:
    says = stands(asked, known)
    return None if says is None else _centre_elsewhere(asked, says.jurisdiction, known)


@gate(
    "regulatory.releasers_hold_the_role",
    requirement=("REG-02", "GMP-37"),
    protects="Who is named to release answers as qualified person or for the quality unit of a maker, and does so now.",
    remedy="Have the role given first, or name somebody who holds it.",
    resolvers=("admin", "regulatory"),
    risk=Risk.PATIENT,
)
def releasers_hold_the_role(asked: OfPlaces, known: Circumstances) -> str | None:
    for person in asked.releasers:
        held = known.state(AUTHORITY, person)
        if not any(held.holds(role, maker, known.now) for role in RELEASERS for maker in asked.makers):
            return f"{person.identifier} is neither qualified person nor quality unit of a maker that is named"
    return None


@gate(
    "regulatory.names_a_handful",
    requirement="REG-02",
    protects="What every act asks must be read in an instant; an authorisation names a handful of places.",
    remedy="Name each place and person once; where there are more, divide them over authorisations of their own.",
    resolvers=("authority", "regulatory"),
    risk=Risk.DATA,
)
def names_a_handful(asked: OfPlaces, known: Circumstances) -> str | None:
    lists = (
        ("places", asked.sites, SITES_MAX),
        ("makers", asked.makers, MAKERS_MAX),
        ("centres", asked.centres, CENTRES_MAX),
        ("people who release", asked.releasers, RELEASERS_MAX),
    )
    for words, named, most in lists:
        if len(set(named)) != len(named) or len(named) > most:
            return f"{len(named)} {words} are named, at most {most}, each once"
    return None
