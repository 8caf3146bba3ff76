"""One person as the administrators of their organisation see them: roles, review, account, keys, what happened."""

from collections.abc import Mapping
from typing import Any, get_args

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.people.events import Role
from coign.people.separation import ADMINISTRATOR
from coign.people.views import Authority, Grant
from coign.web import running
from coign.web.accounts import log_lines, start, stations
from coign.web.accounts.models import Account, Token
from coign.web.pages.history import in_words
from coign.web.people import roll, steps
from coign.web.people.roll import Clock, Entry
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.story import name_of

HISTORY_MAX = 20
FACTORS: Mapping[str, Any] = {"totp": _("code of an application"), "webauthn": _("passkey")}


def page_of(person: Person, state: Authority, actor: Actor) -> dict[str, Any]:
    """Everything the page of one person shows."""
    (entry,) = roll.entries_of([(person, state)], actor.organisation)
    clock, home = Clock.here(), state.organisation == actor.organisation
    return {
        "entry": entry,
        "own": person == actor.person,
        "home": home,
        "here": name_of(actor.organisation),
        "roles": [_role(g, clock) for g in roll.roles_here(state, actor.organisation)],
        "elsewhere": [_role(g, clock) for g in state.grants if g.organisation != actor.organisation],
        "role_choices": role_choices(),
        "review": _review(state, actor.organisation, clock),
        "account": _account(entry.account, entry, clock) if home and entry.account is not None else None,
        "reset": _reset(state, actor, clock),
        "administrator": _administrator(state, actor),
        "half": entry.account is not None and start.has_half_for(entry.account, actor.person),
        "keys": _keys(state, clock),
        "waiting_key": state.proposal,
        "alerts": _alerts(person) if home else [],
        "history": _history(person),
    }


def role_choices() -> list[tuple[str, str]]:
    """Roles that one administrator gives: all but their own."""
    return sorted(((r, role_words(r)) for r in get_args(Role) if r != ADMINISTRATOR), key=lambda pair: pair[1])


def _role(grant: Grant, clock: Clock) -> dict[str, Any]:
    due, scope = clock.review_due(grant), grant.scope
    over = grant.until is not None and grant.until <= clock.now
    if over:
        status, word = "not_yet", _("Ended")
    elif due < clock.now:
        status, word = "stop", _("Suspended")
    elif clock.is_near(due):
        status, word = "look", _("Review soon")
    else:
        status, word = "in_order", _("Held")
    return {
        "role": grant.role,
        "words": role_words(grant.role),
        "organisation": name_of(grant.organisation),
        "scope": ", ".join(s.identifier for s in (*scope.therapies, *scope.products, *scope.sites)) if scope else "",
        "until": grant.until.moment if grant.until is not None else None,
        "reviewed": grant.reviewed_at.moment,
        "due": due.moment,
        "status": status,
        "word": word,
    }


def _review(state: Authority, organisation: Organisation, clock: Clock) -> dict[str, Any] | None:
    held = roll.roles_here(state, organisation)
    if not held:
        return None
    due = min(clock.review_due(g) for g in held)
    return {
        "due": due.moment,
        "overdue": due < clock.now,
        "near": clock.is_near(due),
        "days": round(clock.rules.minutes("access.review_interval", clock.now) / (24 * 60)),
    }


def _account(account: Account, entry: Entry, clock: Clock) -> dict[str, Any]:
    user = account.user
    tokens = Token.objects.filter(account=account, revoked=None, expires__gt=clock.wall)
    return {
        "name": user.username,
        "last_sign_in": user.last_login,
        "last_active": account.last_active,
        "failures": account.failures,
        "blocked": account.blocked,
        "start": account.start_password,
        "start_over": start.is_over(account, clock.wall),
        "may_start_again": account.start_password and not state_needs_two(entry.state),
        "password_checked": account.password_checked if user.has_usable_password() else None,
        "wanting": account.password_wanting,
        "factors": [FACTORS[f] for f in sorted(entry.factors) if f in FACTORS],
        "stations": stations.living(account),
        "tokens": list(tokens.order_by("created")),
    }


def state_needs_two(state: Authority) -> bool:
    """Whether one administrator alone must not know how this person signs in."""
    return bool(state.reset_at) or any(g.role == ADMINISTRATOR for g in state.grants)


def _reset(state: Authority, actor: Actor, clock: Clock) -> dict[str, Any] | None:
    waiting = state.reset_waiting
    if waiting is None:
        return None
    ends = waiting.at.plus(minutes=clock.rules.minutes("account.proposal_valid", clock.now))
    return {
        "by": waiting.proposed_by.identifier,
        "at": waiting.at.moment,
        "ends": ends.moment,
        "over": ends < clock.now,
        "why": _opened(waiting.why.commitment),
        "own": waiting.proposed_by == actor.person,
    }


def _opened(commitment: str) -> str:
    """What was said in somebody's own words; it lies in the vault."""
    vault = running.service().vault
    key = bytes.fromhex(commitment)
    with vault.pool.connection() as connection:
        found = vault.vault.open(connection, [key]).get(key)
    return str(found.value) if found is not None else _("erased")


def _administrator(state: Authority, actor: Actor) -> dict[str, Any] | None:
    waiting = state.administrator_waiting
    if waiting is None or waiting.organisation != actor.organisation:
        return None
    return {
        "by": waiting.proposed_by.identifier, "at": waiting.at.moment, "own": waiting.proposed_by == actor.person
    }  # fmt: skip


def _keys(state: Authority, clock: Clock) -> list[dict[str, Any]]:
    interval_min = clock.rules.minutes("authenticator.test_interval", clock.now)
    found = []
    for key in state.credentials:
        due: Instant = key.tested_at.plus(minutes=interval_min)
        overdue = key.is_overdue(clock.now, interval_min)
        near = clock.is_near(due)
        found.append(
            {
                "id": key.id,
                "method": key.method,
                "entry": key.enrolled_at,
                "tested": key.tested_at.moment,
                "due": due.moment,
                "status": "stop" if overdue else "look" if near else "in_order",
                "word": _("Test overdue") if overdue else _("Test soon") if near else _("Signs"),
            }
        )
    return found


def _alerts(person: Person) -> list[dict[str, Any]]:
    """Open alerts, and where it may not have been this person: what was recorded in their name since the last proof."""
    found = []
    for line in log_lines.alerts_about(person):
        position = line.detail.get("since_entry")
        done, more = steps.since(person, int(position)) if position is not None else ([], 0)
        found.append({"line": line, "asked": position is not None, "steps": done, "more": more, "since": position})
    return found


def _history(person: Person) -> list[dict[str, Any]]:
    entries = reader().history(person)[-HISTORY_MAX:]
    return [in_words(e) | {"url": reverse("receipt", args=[e.position])} for e in reversed(entries)]
