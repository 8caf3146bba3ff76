"""One's own page about passkeys and signing: register, rename, remove, and ask that a key be enrolled for signing."""

from typing import Any

import orjson
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coign.kernel.errors import Invalid, NotFound
from coign.web import acting, running
from coign.web.accounts import passkeys
from coign.web.accounts.models import Account
from coign.web.signing import enrolment, hosts, keys
from coign.web.signing.webauthn import WEBAUTHN, Registered, registered


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """Everything this person signs in and signs with, and where each stands."""
    account = acting.account_of(request)
    context = {
        "passkeys": [_row(account, r) for r in registered(account)],
        "attested": _attested(account),
        "host": hosts.host_of(request),
        "demonstration_key": _has_demonstration_key(account),
    }
    return render(request, "account/passkeys.html", context)


def _row(account: Account, passkey: Registered) -> dict[str, Any]:
    key = passkey.key
    return {
        "pk": passkey.row.pk,
        "label": passkey.label,
        "added": passkey.row.created_at,
        "used": passkey.row.last_used_at,
        "host": key.host,
        "credential": passkey.credential,
        "fingerprint": enrolment.fingerprint(key.text),
        "standing": enrolment.standing_of(account.subject, passkey.credential),
    }


def _attested(account: Account) -> dict[str, Any] | None:
    """Password and code as a way to sign; None where the server holds a key of a demonstration's account instead."""
    if _has_demonstration_key(account):
        return None
    has_code = Authenticator.objects.filter(user_id=account.user_id, type=Authenticator.Type.TOTP).exists()
    credential = keys.credential_of(account.subject, keys.ATTESTED)
    return {
        "standing": enrolment.standing_of(account.subject, credential),
        "possible": has_code and account.user.has_usable_password(),
        "has_code": has_code,
    }


def _has_demonstration_key(account: Account) -> bool:
    return account.demonstration and running.service().demonstration


# Passkeys


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a passkey; administrators are asked to enrol it for signing."""
    passkeys.prove_again(request)
    account, host = acting.account_of(request), hosts.host_of(request)
    if request.method == "GET" or not host:
        return _registering(request, account, host)
    try:
        made, codes = passkeys.register(request, account, host, request.POST.get("name", ""), _answer(request))
    except Invalid as error:
        return _registering(request, account, host, error)
    enrolment.ask(account, made.credential, WEBAUTHN, made.key.text, made.label)
    return HttpResponseRedirect(reverse("mfa_view_recovery_codes" if codes else "passkeys"))


def _registering(request: HttpRequest, account: Account, host: str, error: Invalid | None = None) -> HttpResponse:
    context = {
        "options": passkeys.creation_options(account) if host else None,
        "name": passkeys.next_label(account),
        "error": error,
    }
    return render(request, "account/passkey_new.html", context, status=error.status if error else 200)


def _answer(request: HttpRequest) -> Any:
    try:
        return orjson.loads(request.POST.get("credential", ""))
    except orjson.JSONDecodeError:
        raise Invalid.at("credential", "is missing: press the button and follow your device") from None


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a passkey something else."""
    passkeys.prove_again(request)
    passkeys.rename(request, _own(request, pk), request.POST.get("name", ""))
    return HttpResponseRedirect(reverse("passkeys"))


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what removing does, then do it."""
    passkeys.prove_again(request)
    account, passkey = acting.account_of(request), _own(request, pk)
    if request.method == "POST":
        enrolment.give_up(account, passkey.credential, passkey.label)
        passkeys.remove(request, account, passkey)
        return HttpResponseRedirect(reverse("passkeys"))
    return render(request, "account/passkey_remove.html", {"passkey": _row(account, passkey)})


def _own(request: HttpRequest, pk: int) -> Registered:
    found = next((r for r in registered(acting.account_of(request)) if r.row.pk == pk), None)
    if found is None:
        raise NotFound("you have no such passkey")
    return found


# Signing


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask administrators to enrol a key of one's own for signing."""
    account, wanted = acting.account_of(request), request.POST.get("credential", "")
    if wanted == keys.ATTESTED:
        _ask_attested(account)
    else:
        found = next((r for r in registered(account) if r.credential == wanted), None)
        if found is None:
            raise NotFound("you have no such passkey")
        enrolment.ask(account, found.credential, WEBAUTHN, found.key.text, found.label)
    return HttpResponseRedirect(reverse("passkeys"))


def _ask_attested(account: Account) -> None:
    shown = _attested(account)
    if shown is None or not shown["possible"]:
        raise Invalid.at("credential", "signing by password and code needs both: set them up first")
    person = account.subject
    credential, key = keys.credential_of(person, keys.ATTESTED), keys.public_key_for(person, keys.ATTESTED)
    enrolment.ask(account, credential, keys.ATTESTED, key, "Password and code")
