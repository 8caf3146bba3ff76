"""Who acts in a request, and what they ask for: JSON, form and token lead to the same `Request`."""

import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, cast

import orjson
from django.db import connections
from django.http import HttpRequest

from coign import rulesets
from coign.kernel.errors import CoignError, Forbidden, Invalid
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.people.authority import INSIDE, review_interval_min
from coign.people.separation import INSPECTOR
from coign.people.views import AUTHORITY, Authority, Grant
from coign.perform import Done, Request
from coign.web import kept, metrics, running
from coign.web.accounts import stations
from coign.web.accounts.models import Account, Token
from coign.web.errors import TooLarge, Unauthenticated
from coign.web.reading import reader

BODY_BYTES_MAX = 65_536
ROLE, ORGANISATION = "coign_role", "coign_organisation"
_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")


def now() -> Instant:
    """The record's time: one for a whole page that only looks."""
    return kept.once("now", running.now)


def token_of(request: HttpRequest) -> Token | None:
    """The bearer token this request came with, once it was found valid."""
    return cast("Token | None", getattr(request, "coign_token", None))


def account_of(request: HttpRequest) -> Account:
    """The account behind a request; `Unauthenticated` when there is none."""
    token = token_of(request)
    if token is not None:
        return token.account
    account = getattr(request.user, "account", None) if request.user.is_authenticated else None
    if account is None:
        raise Unauthenticated("sign in, or send a bearer token")
    return cast(Account, account)


def needs_scope(request: HttpRequest, scope: str) -> None:
    """A token does only what it was given for; somebody signed in at a page is not narrowed."""
    token = token_of(request)
    if token is not None and not token.allows(scope):
        raise Forbidden(f"this token was not given the scope “{scope}”")


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, in which role and for whom. Whether they may is asked of the record, at commit."""
    account, token = account_of(request), token_of(request)
    if token is not None:
        role, organisation, station = token.role, token.organisation, f"token-{token.pk}"
    else:
        role = request.session.get(ROLE, account.role)
        organisation = request.session.get(ORGANISATION, account.organisation)
        station = stations.station_of(request)
    role = request.headers.get("Coign-Role", role)
    organisation = request.headers.get("Coign-Organisation", organisation)
    if role in INSIDE:
        raise Forbidden("nobody acts as set-up here, or as the record itself")
    try:
        return Actor(Person(account.person), _role(role), Organisation.parse(organisation), station)
    except ValueError as error:
        raise Invalid.at("Coign-Organisation", str(error)) from error


def _role(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z-]{0,39}", text):
        raise Invalid.at("Coign-Role", "expected the name of a role")
    return text


def authority_of(actor: Actor) -> Authority:
    """What the record says this person may do now."""
    return reader().state(AUTHORITY, actor.person)


def sees_for(request: HttpRequest) -> Organisation:
    """The organisation whose eyes this request reads with: only one that the person now holds a role for."""
    actor = actor_of(request)
    if why := lacks(actor):
        raise Forbidden(why)
    return actor.organisation


def lacks(actor: Actor) -> str | None:
    """None: the person may act in the role they act in. Else the sentence why not."""
    at = now()
    return authority_of(actor).lacks(actor.role, actor.organisation, at, review_interval_min(rulesets.load(), at))


def grants_of(actor: Actor) -> list[Grant]:
    """The roles in which this person may act now."""
    state, at = authority_of(actor), now()
    interval_min = review_interval_min(rulesets.load(), at)
    return [g for g in state.grants if state.lacks(g.role, g.organisation, at, interval_min) is None]


def begin(request: HttpRequest, account: Account) -> None:
    """A sign-in begins in the account's role; in one that is held, if that one was taken away meanwhile.

    Whoever inspects begins where an inspection is open for them.
    """
    state, at = reader().state(AUTHORITY, account.subject), now()
    if account.role == INSPECTOR and (opened := state.inspection(at)) is not None:
        request.session[ROLE], request.session[ORGANISATION] = opened.role, str(opened.organisation)
        return
    if state.holds(account.role, account.home, at):
        return
    for grant in state.grants:
        if state.holds(grant.role, grant.organisation, at):
            request.session[ROLE], request.session[ORGANISATION] = grant.role, str(grant.organisation)
            return


def perform(asked: Request) -> Done:
    """Through the door, counted. The thread's database connection is given back first: waiting needs none."""
    connections.close_all()
    try:
        done = running.service().door.perform(asked)
    except CoignError as error:
        metrics.ACTIONS.labels(asked.action, error.code).inc()
        raise
    metrics.ACTIONS.labels(asked.action, "done").inc()
    return done


# What is asked for


def json_body(request: HttpRequest, known: Mapping[str, type]) -> dict[str, Any]:
    """A strict JSON object: UTF-8, no doubled names, no unknown names, no constants outside the standard."""
    raw = request.body if int(request.headers.get("Content-Length") or 0) <= BODY_BYTES_MAX else b""
    if not raw and request.headers.get("Content-Length", "0") not in ("", "0"):
        raise TooLarge(f"at most {BODY_BYTES_MAX} bytes; larger matter is a document")
    if request.content_type != "application/json":
        raise Invalid.at("Content-Type", "expected application/json")
    try:
        body = orjson.loads(raw)
        json.loads(raw, object_pairs_hook=_each_once)
    except _Doubled as doubled:
        raise Invalid.at(str(doubled), "stands twice") from doubled
    except (ValueError, RecursionError) as error:
        raise Invalid.at("body", "is not well-formed JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise Invalid.at("body", "expected an object")
    for name, value in body.items():
        if name not in known:
            raise Invalid.at(name, f"is not a field here; expected {', '.join(sorted(known))}")
        if not isinstance(value, known[name]):
            raise Invalid.at(name, f"expected {_WORDS[known[name]]}")
    return body


_WORDS: Mapping[type, str] = {str: "text", dict: "an object"}


class _Doubled(Exception):
    pass


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Doubled(name)
        found[name] = value
    return found


def key_of(request: HttpRequest) -> str:
    """The caller's key, under which repeating is safe."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.match(key):
        raise Invalid.at("Idempotency-Key", "expected a key of 1 to 128 visible ASCII characters in this header")
    return key


def new_key() -> str:
    """A key of our own, for a page that is about to be filled in."""
    return secrets.token_urlsafe(18)


def request_for(
    request: HttpRequest, action: str, command: Mapping[str, Any], *, nonce: str, reason: str = "", claimed: str = ""
) -> Request:
    """The one form in which anything asks the door, whether it came from a page or as JSON."""
    try:
        claimed_time = Instant.parse(claimed) if claimed else None
    except ValueError as error:
        raise Invalid.at("claimed_time", str(error)) from error
    return Request(
        action=action,
        actor=actor_of(request),
        nonce=nonce,
        command=command,
        reason=reason,
        claimed_time=claimed_time,
    )
