"""Everything needs somebody who is signed in, unlocked and at one station, except what `urls.PUBLIC` lists (CSV-04)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from coign.kernel.errors import Forbidden
from coign.web.accounts import following, stations
from coign.web.accounts.models import Account
from coign.web.accounts.opening import digest_of
from coign.web.errors import Unauthenticated
from coign.web.middleware import MACHINE_PATHS, csrf_failed, is_machine, say_no

Respond = Callable[[HttpRequest], HttpResponse]

#: Reachable while locked or undecided: the ways out.
WAYS_OUT = frozenset({"unlock", "elsewhere", "account_logout"})
#: Pages that change how somebody proves who they are: only after proving it here once more.
PROOFS = frozenset(
    {
        "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes", "account_change_password", "passkey-new", "passkey-rename", "passkey-remove",
        "signing-ask",
    }
)  # fmt: skip
#: All that opens while a start password is not yet replaced.
OWN_PASSWORD = frozenset(
    {"account_change_password", "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
)
#: Sent by parts of a page that refresh themselves: looking is no activity of a person.
BACKGROUND = "Coign-Background"


class _Csrf(CsrfViewMiddleware):
    """The same check as for forms, for views that tokens may call without a cookie."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return csrf_failed(request, reason)


class SignedIn:
    """Decides for every request who it is from, before any view runs."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self._csrf = _Csrf(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_machine(request):
            stations.name_station(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """None: go on to the view."""
        from coign.web.urls import PUBLIC

        name = request.resolver_match.view_name if request.resolver_match else ""
        authorization = request.headers.get("Authorization", "")
        if authorization:
            if not request.path.startswith(MACHINE_PATHS):  # pages ask for no scope: tokens have no business there
                return say_no(request, Forbidden("tokens are for the interface for machines, not for pages"))
            return self._by_token(request, authorization)
        if name in PUBLIC:
            return None
        if not request.user.is_authenticated or not hasattr(request.user, "account"):
            return _sign_in(request)
        if getattr(view, "csrf_exempt", False):  # the API: a cookie alone proves nothing about the page
            forged = self._csrf.process_view(request, _plain, (), {})
            if forged is not None:
                return forged
        return self._by_session(request, name)

    def _by_token(self, request: HttpRequest, authorization: str) -> HttpResponse | None:
        kind, _, text = authorization.partition(" ")
        known = following.token(digest_of(text.strip())) if kind.lower() == "bearer" else None
        found, ended = known or (None, False)
        if found is None or not found.is_valid(timezone.now()) or ended:
            request.coign_token_refused = found  # type: ignore[attr-defined]
            return say_no(request, Unauthenticated("this token opens nothing (any more)"))
        request.coign_token = found  # type: ignore[attr-defined]
        return None

    def _by_session(self, request: HttpRequest, name: str) -> HttpResponse | None:
        own = stations.presence(request)
        if own is None or stations.is_over(request) or own.account.blocked:
            logout(request)
            return _sign_in(request)
        authority, ended = following.authority(own.account)
        if ended:
            logout(request)
            return _sign_in(request)
        stations.touch(request, own.account, counts=BACKGROUND not in request.headers)
        if name in WAYS_OUT:
            return None
        if stations.is_locked(request):
            return _locked(request)
        if own.undecided:
            if is_machine(request):
                return say_no(request, Forbidden("you are signed in at two stations: choose one first"))
            return HttpResponseRedirect(reverse("elsewhere"))
        if name in PROOFS and not get_reauthentication_flows(request.user):
            # Known only through an external identity provider: that one knows who it is, we never asked (11.200).
            return say_no(request, Forbidden("you sign in elsewhere: nothing here can prove once more that it is you"))
        if (own.account.start_password or own.account.password_wanting) and name not in OWN_PASSWORD:
            if is_machine(request):
                return say_no(request, Forbidden(_why_another_password(own.account)))
            return HttpResponseRedirect(reverse("account_change_password"))
        if authority.reset_at > own.account.told and name not in (*OWN_PASSWORD, "account-notice"):
            if is_machine(request):
                return say_no(request, Forbidden("your sign-in was reset: read on a page what happened first"))
            return HttpResponseRedirect(reverse("account-notice"))
        return None


def _why_another_password(account: Account) -> str:
    seen = "others have seen your password: choose a new one first"
    return seen if account.start_password else f"choose another password first. {account.password_wanting}"


def _plain(request: HttpRequest) -> HttpResponse:
    raise AssertionError("stands for a view that is not exempt")


def _sign_in(request: HttpRequest) -> HttpResponse:
    if is_machine(request):
        return say_no(request, Unauthenticated("sign in, or send a bearer token"))
    next_page = request.get_full_path() if request.method == "GET" else "/"
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': next_page})}")


def _locked(request: HttpRequest) -> HttpResponse:
    """A page of its own that keeps what was sent: unlocking sends it again, nothing filled in is lost."""
    if is_machine(request):
        return say_no(request, Forbidden("this station is locked: enter your password first"))
    kept = [
        (key, value)
        for key, values in request.POST.lists()
        if key not in ("csrfmiddlewaretoken", "password", "code")
        for value in values
    ]
    again = {"path": request.get_full_path(), "method": request.method or "GET", "fields": kept}
    return render(request, "session/locked.html", {"again": again}, status=200 if request.method == "GET" else 403)
