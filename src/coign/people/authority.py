"""Whether an actor has the authority for an action, and with which keys they sign (21 CFR 11.10(g), CSV-08)."""

from collections.abc import Sequence
from typing import Any

from coign.installation.events import THIS
from coign.installation.views import INSTALLATION
from coign.kernel.actions import Action, Circumstances, Read
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY
from coign.rulesets import RuleSets

SETUP = "setup"
#: The record acts itself: what no person could know better, such as its own heads.
LEDGER = "ledger"
#: Roles of no person: nobody is granted them, and nobody comes in with them from outside.
INSIDE = frozenset({SETUP, LEDGER})
#: What administrators may do although their own access is overdue for review; else nobody could review anybody.
OPEN_WHEN_OVERDUE = frozenset({"people.confirm_access", "people.end_access"})


def reads(actor: Actor) -> Sequence[Read]:
    """The states that the answer needs."""
    if actor.role in INSIDE:
        return (Read(THIS, INSTALLATION),)
    return (Read(actor.person, AUTHORITY),)


def missing(action: Action[Any], known: Circumstances) -> str | None:
    """None, or which authority is missing; asked at commit, not at sign-in."""
    actor = known.actor
    if actor.role not in action.roles:
        return f"“{action.title}” is for {_names(action)}; you act as {actor.role}"
    if actor.role == LEDGER:
        return None
    if actor.role == SETUP:
        record = known.state(INSTALLATION, THIS)
        return None if record.being_set_up or not record.opened else "set-up is finished: act as a person with a role"
    state = known.state(AUTHORITY, actor.person)
    if action.name in OPEN_WHEN_OVERDUE and state.holds(actor.role, actor.organisation, known.now):
        return None
    return state.lacks(actor.role, actor.organisation, known.now, review_interval_min(known.rules, known.now))


def review_interval_min(rules: RuleSets, now: Instant) -> float:
    """How long a role may go unreviewed before it is suspended, in minutes (CSV-24)."""
    return rules.minutes("access.review_interval", now)


def public_key(known: Circumstances, credential: str, method: str) -> str | None:
    """The key of a credential that is enrolled for the actor now and was tested in time, or None."""
    state = known.state(AUTHORITY, known.actor.person)
    found = next((c for c in state.credentials if c.id == credential and c.method == method), None)
    if not state.active or found is None:
        return None
    within_min = known.rules.minutes("authenticator.test_interval", known.now)
    return None if found.is_overdue(known.now, within_min) else found.public_key


def _names(action: Action[Any]) -> str:
    return ", ".join(sorted(action.roles - {SETUP})) or "nobody once set-up is finished"
