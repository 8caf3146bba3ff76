"""Ways in and out of a session: unlock, choose between stations, act in another role."""

from typing import Any

import orjson
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from coign.kernel.errors import CoignError, Invalid
from coign.kernel.subjects import Organisation
from coign.people.separation import ADMINISTRATOR
from coign.web import acting
from coign.web.accounts import lockout, security_log, stations
from coign.web.accounts.models import Account
from coign.web.api.problems import answer
from coign.web.middleware import is_machine
from coign.web.signing.sign import check_password


@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """The password of whoever is signed in opens their session again; what they had filled in is sent on."""
    account = acting.account_of(request)
    try:
        check_password(account, _password(request))
    except CoignError as error:
        if is_machine(request):
            return answer({"ok": False, "message": error.message}, error.status)
        return _locked_again(request, error)
    lockout.succeeded(account)
    stations.unlock(request)
    stations.worked(account, stations.station_of(request), proved=not stations.is_contested(account))
    security_log.note("session.unlocked", account.person, station=stations.station_of(request))
    if is_machine(request):
        return answer({"ok": True})
    again = _kept(request)
    if again["method"] == "GET":
        return HttpResponseRedirect(again["path"])
    return render(request, "session/again.html", {"again": again})


def _password(request: HttpRequest) -> str:
    if request.content_type == "application/json":
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            body = None
        password = body.get("password") if isinstance(body, dict) else None
    else:
        password = request.POST.get("password")
    if not isinstance(password, str) or not password:
        raise Invalid.at("password", "is missing")
    return password


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What was sent while the station was locked; it goes back to the same person, to look at and send again."""
    path = request.POST.get("again-path", "/")
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        path = "/"
    fields = [
        (key.removeprefix("again."), value)
        for key, values in request.POST.lists()
        if key.startswith("again.")
        for value in values
    ]
    return {"path": path, "method": request.POST.get("again-method", "GET"), "fields": fields}


def _locked_again(request: HttpRequest, error: CoignError) -> HttpResponse:
    context = {"again": _kept(request), "error": error}
    return render(request, "session/locked.html", context, status=error.status)


@require_http_methods(["GET", "POST"])
def elsewhere(request: HttpRequest) -> HttpResponse:
    """One account, two stations: the person chooses which one goes on (CSV-23)."""
    account = acting.account_of(request)
    own = request.session.session_key
    others = [p for p in stations.living(account) if p.session_key != own]
    if request.method == "POST":
        if request.POST.get("choice") == "here":
            stations.stay_here(request, account)
            return HttpResponseRedirect("/")
        logout(request)
        return HttpResponseRedirect(reverse("account_login"))
    return render(request, "session/elsewhere.html", {"others": others})


@require_http_methods(["GET", "POST"])
def role(request: HttpRequest) -> HttpResponse:
    """Choose out of the roles that the record grants; the choice grants nothing by itself."""
    account = acting.account_of(request)
    choices = roles_of(request, account)
    if request.method == "POST":
        chosen = next((c for c in choices if c["value"] == request.POST.get("role")), None)
        if chosen is None:
            raise Invalid.at("role", "you do not hold this role")
        request.session[acting.ROLE] = chosen["role"]
        request.session[acting.ORGANISATION] = str(chosen["organisation"])
        return HttpResponseRedirect("/")
    return render(request, "session/role.html", {"choices": choices})


def roles_of(request: HttpRequest, account: Account) -> list[dict[str, Any]]:
    """The roles a person may act in now; and that of an administrator who can do no more than review others."""
    actor = acting.actor_of(request)
    state, at = acting.authority_of(actor), acting.now()
    found = acting.grants_of(actor)
    found += [
        g for g in state.grants
        if g.role == ADMINISTRATOR and g not in found and state.holds(g.role, g.organisation, at)
    ]  # fmt: skip
    return [
        {
            "value": f"{g.role}@{g.organisation}",
            "role": g.role,
            "organisation": Organisation(g.organisation),
            "name": g.organisation.identifier,
        }
        for g in found
    ]
