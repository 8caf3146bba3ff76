"""The gates of what two administrators do about a third person: propose, agree in time, never alone."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY


class OfPerson(Protocol):
    """A command that concerns one person."""

    @property
    def person(self) -> Person: ...


@gate(
    "people.reset_is_proposed",
    requirement="CSV-18",
    protects="Nobody alone replaces what another person signs with.",
    remedy="Let a first administrator propose the reset and say why.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def reset_is_proposed(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).reset_waiting
    return None if waiting is not None else f"no reset waits for {asked.person.identifier}"


@gate(
    "people.reset_is_fresh",
    requirement="CSV-18",
    protects="An old proposal may rest on what is no longer so.",
    remedy="Let an administrator propose the reset anew.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def reset_is_fresh(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).reset_waiting
    return None if waiting is None else _too_old(waiting.at, known)


@gate(
    "people.reset_by_another",
    requirement="CSV-18",
    protects="No administrator alone takes over what another person signs with.",
    remedy="Let a second administrator agree.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def reset_by_another(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).reset_waiting
    if waiting is not None and waiting.proposed_by == known.actor.person:
        return "you proposed this reset yourself"
    return None


@gate(
    "people.administrator_is_proposed",
    requirement=("CSV-06", "CSV-18"),
    protects="Nobody makes an administrator alone.",
    remedy="Let a first administrator propose the person for your organisation.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def administrator_is_proposed(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).administrator_waiting
    if waiting is not None:
        return None
    return f"nobody proposed {asked.person.identifier} as an administrator"


@gate(
    "people.administrator_is_fresh",
    requirement=("CSV-06", "CSV-18"),
    protects="An old proposal may rest on what is no longer so.",
    remedy="Let an administrator propose the person anew.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def administrator_is_fresh(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).administrator_waiting
    return None if waiting is None else _too_old(waiting.at, known)


@gate(
    "people.administrator_by_another",
    requirement=("CSV-06", "CSV-18"),
    protects="Nobody makes an administrator of their own choosing and then agrees with themselves.",
    remedy="Let a second administrator agree.",
    resolvers=("admin",),
    risk=Risk.PATIENT,
)
def administrator_by_another(asked: OfPerson, known: Circumstances) -> str | None:
    waiting = known.state(AUTHORITY, asked.person).administrator_waiting
    if waiting is not None and waiting.proposed_by == known.actor.person:
        return "you proposed this person yourself"
    return None


@gate(
    "people.has_access_here",
    requirement="CSV-24",
    protects="Each organisation answers for the access that it gave, and for no other.",
    remedy="Act for the organisation whose access is to be reviewed, or look up the right person.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def has_access_here(asked: OfPerson, known: Circumstances) -> str | None:
    here = known.actor.organisation
    if any(g.organisation == here for g in known.state(AUTHORITY, asked.person).grants):
        return None
    return f"{asked.person.identifier} has no role for {here.identifier}"


def _too_old(since: Instant, known: Circumstances) -> str | None:
    limit_min = known.rules.minutes("account.proposal_valid", known.now)
    if known.now.minutes_since(since) <= limit_min:
        return None
    return f"it was proposed on {since[:16].replace('T', ' at ')} UTC: more than {limit_min / 60:g} hours ago"
