"""Identities of providers and the accounts they open: one's own, and the administrators' page that links them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from coign.kernel.errors import Invalid, NotFound
from coign.kernel.subjects import Person
from coign.web import acting
from coign.web.accounts.models import Account
from coign.web.external import links
from coign.web.external.configuration import NAME, providers
from coign.web.external.models import Link
from coign.web.pages.signing_keys import administrators_only


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """With which identities of other houses one can sign in here, and who linked them."""
    account = acting.account_of(request)
    found = [_row(link) for link in Link.objects.filter(account=account)]
    return render(request, "account/external.html", {"links": found, "providers": providers()})


@require_http_methods(["GET", "POST"])
def every_link(request: HttpRequest) -> HttpResponse:
    """Every link, those that wait, and the form for a further one."""
    administrators_only(request)
    if request.method == "GET":
        return _page(request)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid.at("step", f"expected one of {', '.join(STEPS)}")
    try:
        step(request)
    except Invalid as error:
        return _page(request, error)
    return HttpResponseRedirect(reverse("external-links"))


def _page(request: HttpRequest, error: Invalid | None = None) -> HttpResponse:
    own_person = acting.actor_of(request).person
    rows = [_row(link) for link in Link.objects.select_related("account__user")]
    for row in rows:
        row["may_agree"] = own_person not in (row["person"], Person.of(row["proposed_by"]))
    context = {
        "waiting": [row for row in rows if row["waits"]],
        "linked": [row for row in rows if not row["waits"]],
        "providers": providers(),
        "file": NAME,
        "error": error,
        "given": request.POST if error is not None else {},
    }
    return render(request, "pages/external_links.html", context, status=error.status if error else 200)


def _row(link: Link) -> dict[str, Any]:
    names = {p.id: p.name for p in providers()}
    return {
        "pk": link.pk,
        "name": link.account.user.get_full_name(),
        "account": link.account.user.username,
        "person": link.account.person,
        "provider": names.get(link.provider, link.provider),
        "known": link.provider in names,
        "subject": link.subject,
        "proposed_by": Person(link.proposed_by).identifier,
        "agreed_by": Person(link.agreed_by).identifier if link.agreed_by else "",
        "agreed": link.agreed,
        "waits": link.agreed_at is None,
        "opens": links.opens(link),
    }


# Steps


def _propose(request: HttpRequest) -> None:
    account = Account.objects.select_related("user").filter(user__username=request.POST.get("account", "")).first()
    if account is None:
        raise Invalid.at("account", "is no sign-in name here")
    provider, subject = request.POST.get("provider", ""), request.POST.get("subject", "")
    links.propose(account, provider, subject, acting.actor_of(request).person)


def _agree(request: HttpRequest) -> None:
    links.agree(_link(request), acting.actor_of(request).person)


def _remove(request: HttpRequest) -> None:
    links.remove(_link(request), acting.actor_of(request).person)


STEPS: Mapping[str, Callable[[HttpRequest], None]] = {"propose": _propose, "agree": _agree, "remove": _remove}


def _link(request: HttpRequest) -> Link:
    wanted = request.POST.get("link", "")
    found = Link.objects.select_related("account__user").filter(pk=int(wanted) if wanted.isdecimal() else 0).first()
    if found is None:
        raise NotFound("there is no such link any more")
    return found
