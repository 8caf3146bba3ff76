"""Whether an actor has the authority for an action, and with which keys they sign (21 CFR 11.10(g), CSV-08)."""

from collections.abc import Sequence
from typing import Any

from coign.installation.events import THIS
from coign.installation.views import INSTALLATION
from coign.kernel.actions import Action, Circumstances, Read
from coign.kernel.values import Actor
from coign.people.views import AUTHORITY

SETUP = "setup"


def reads(actor: Actor) -> Sequence[Read]:
    """The states that the answer needs."""
    if actor.role == SETUP:
        return (Read(THIS, INSTALLATION),)
    return (Read(actor.person, AUTHORITY),)


def missing(action: Action[Any], known: Circumstances) -> str | None:
    """None, or which authority is missing; asked at commit, not at sign-in."""
    actor = known.actor
    if actor.role not in action.roles:
        return f"“{action.title}” is for {_names(action)}; you act as {actor.role}"
    if actor.role == SETUP:
        state = known.state(INSTALLATION, THIS)
        return None if state.being_set_up or not state.opened else "set-up is finished: act as a person with a role"
    if not known.state(AUTHORITY, actor.person).holds(actor.role, actor.organisation, known.now):
        return f"you do not hold the role {actor.role} for {actor.organisation.identifier} now"
    return None


def public_key(known: Circumstances, credential: str, method: str) -> str | None:
    """The key of a credential that is enrolled for the actor now, or None."""
    state = known.state(AUTHORITY, known.actor.person)
    found = (c.public_key for c in state.credentials if c.id == credential and c.method == method)
    return next(found, None) if state.active else None


def _names(action: Action[Any]) -> str:
    return ", ".join(sorted(action.roles - {SETUP})) or "nobody once set-up is finished"
