"""Administrators act for their own organisation, and for those that it brought in and that may have none yet."""

from collections.abc import Sequence
from typing import Protocol

from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Organisation, Person
from coign.people.authority import SETUP
from coign.people.views import AUTHORITY, ORGANISATION


class OfPerson(Protocol):
    """A command that concerns one person."""

    @property
    def person(self) -> Person: ...


class OfOrganisation(Protocol):
    """A command that gives or takes something in the name of an organisation."""

    @property
    def organisation(self) -> Organisation: ...


def reads_of_employer(asked: OfPerson, known: Circumstances) -> Sequence[Read]:
    """Who answers for the person's organisation."""
    employer = known.state(AUTHORITY, asked.person).organisation
    return () if employer is None else (Read(employer, ORGANISATION),)


def _answers_for(organisation: Organisation, known: Circumstances) -> bool:
    own = known.actor.organisation
    return organisation == own or known.state(ORGANISATION, organisation).brought_in_by == own


@gate(
    "people.is_of_own_organisation",
    requirement=("CSV-18", "CSV-24"),
    protects="Who vouches for people are the administrators of the organisation that employs them.",
    remedy="Let an administrator of the person's own organisation do it, or of the one that brought it in.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def is_of_own_organisation(asked: OfPerson, known: Circumstances) -> str | None:
    state = known.state(AUTHORITY, asked.person)
    if not state.active or state.organisation is None or _answers_for(state.organisation, known):
        return None
    return f"{asked.person.identifier} is not of {known.actor.organisation.identifier}, for which you act"


@gate(
    "people.is_for_own_organisation",
    requirement=("CSV-06", "CSV-24"),
    protects="No organisation lets somebody act in the name of another.",
    remedy="Let an administrator of that organisation do it, or of the one that brought it in.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def is_for_own_organisation(asked: OfOrganisation, known: Circumstances) -> str | None:
    if known.actor.role == SETUP or not known.state(ORGANISATION, asked.organisation).name:
        return None
    if _answers_for(asked.organisation, known):
        return None
    own = known.actor.organisation.identifier
    return f"you act for {own}, which does not answer for {asked.organisation.identifier}"
