"""Whose people an administrator sees and looks after: those of the organisation they act for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.errors import Forbidden, NotFound
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.people.separation import ADMINISTRATOR
from coign.people.views import AUTHORITY, Authority
from coign.web import acting
from coign.web.reading import reader

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def for_administrators(view: View[P]) -> View[P]:
    """A page for administrators, once they have a second factor themselves (CSV-23).

    An administrator whose own access is overdue for review comes in: somebody must be able to review.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **given: P.kwargs) -> HttpResponse:
        administrator(request)
        account = acting.account_of(request)
        if not account.demonstration and not has_factor(account.user):
            messages.warning(request, _("Looking after accounts needs a second factor: set one up first."))
            return HttpResponseRedirect(reverse("mfa_index"))
        return view(request, *args, **given)

    return cast("View[P]", guarded)


def administrator(request: HttpRequest) -> Actor:
    """Who acts, if it is an administrator of the organisation they act for."""
    actor = acting.actor_of(request)
    if actor.role != ADMINISTRATOR:
        raise Forbidden("this page is for administrators: act in that role if you hold it")
    if not acting.authority_of(actor).holds(ADMINISTRATOR, actor.organisation, acting.now()):
        raise Forbidden(f"you are not an administrator of {actor.organisation.identifier} now")
    return actor


def has_factor(user: Any) -> bool:
    """Whether somebody has a second factor beside the password."""
    return bool(Authenticator.objects.filter(user=user, type__in=_STRONG).exists())


def belongs(state: Authority, organisation: Organisation) -> bool:
    """Whether this organisation answers for the person: it employs them, or gave them a role."""
    return state.organisation == organisation or any(g.organisation == organisation for g in state.grants)


def person_seen(name: str, actor: Actor) -> tuple[Person, Authority]:
    """Somebody the administrator looks after; `NotFound` for anybody else."""
    try:
        person = Person.of(name)
    except ValueError:
        raise NotFound("there is nobody of this name here") from None
    state = reader().state(AUTHORITY, person)
    if not belongs(state, actor.organisation):
        raise NotFound("there is nobody of this name here")
    return person, state
