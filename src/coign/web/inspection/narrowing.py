"""An inspector reads within the scope of the inspection and enters nothing (21 CFR 11.10(b), REG-10)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from coign.kernel.errors import CoignError, Forbidden
from coign.kernel.subjects import Organisation, Site
from coign.kernel.values import Actor
from coign.people.separation import INSPECTOR
from coign.people.views import SITE, Grant, Scope
from coign.records import scope
from coign.records.scope import Within
from coign.web import acting, kept, running
from coign.web.middleware import say_no
from coign.web.reading import reader

Respond = Callable[[HttpRequest], HttpResponse]

#: What an inspector sends and nothing is entered by: a symbol to be looked up, which role they look in.
_READS = frozenset({"scan", "role", "unlock", "elsewhere", "signing-ask", "api-identifiers"})
#: Beginnings of the names of pages with which anybody keeps their own account.
_OWN_ACCOUNT = ("account", "mfa_", "passkey", "usersessions_", "socialaccount_", "openid_")
#: Pages that ask for what is to be entered.
_ENTERS = frozenset({"form", "sign", "do", "do-sign"})
ENTERS_NOTHING = "an inspector enters nothing: ask somebody of the house"


class Inspecting:
    """Decides what a request of an inspector may read, before any view runs."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with scope.only(None):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None: go on to the view, narrowed to the inspection's scope if there is one."""
        from coign.web.urls import PUBLIC

        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in PUBLIC:
            return None
        try:
            actor = acting.actor_of(request)
        except CoignError as error:
            return say_no(request, error)
        if actor.role != INSPECTOR:
            return None
        if name in _ENTERS or (request.method not in ("GET", "HEAD", "OPTIONS") and not _is_own(name)):
            return say_no(request, Forbidden(ENTERS_NOTHING))
        grant = inspection_of(actor)
        if grant is None:  # it is over: whatever a page forgets to ask, nothing is told
            scope.narrow(Within(()))
        elif grant.scope is not None:
            scope.narrow(_within(grant.scope))
        return None


def inspection_of(actor: Actor) -> Grant | None:
    """What this inspector came for, and until when. Without a scope: all that the house may know of."""
    return acting.authority_of(actor).held(actor.role, actor.organisation, acting.now())


def _is_own(name: str) -> bool:
    return name in _READS or name.startswith(_OWN_ACCOUNT)


def _within(found: Scope) -> Within:
    sites: dict[Organisation, set[Site]] = {}
    for site, state in reader().every(SITE, Site).items():
        if state.organisation is not None:
            sites.setdefault(state.organisation, set()).add(site)
    alone = [house for house, of_it in sites.items() if len(of_it) == 1 and of_it <= set(found.sites)]

    def ask() -> Within:
        with reader().connection() as connection:
            return scope.within_scope(connection, running.service().ledger_id, found, alone)

    return kept.once(("within", found), ask)
