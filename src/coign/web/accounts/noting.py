"""Notes in the security log what leaves no entry: looks at rules, nonsense, and callers without a name or a right.

Kind, person, action or page, and how often in a minute; never what was sent.
"""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from coign import catalogue
from coign.web.accounts import tally
from coign.web.accounts.models import Account, Token

Respond = Callable[[HttpRequest], HttpResponse]

UNAUTHENTICATED, FORBIDDEN, NOT_UNDERSTOOD, PREVIEW, TOKEN_REFUSED = (
    "request.unauthenticated", "request.forbidden", "request.not_understood", "request.preview", "token.refused",
)  # fmt: skip
_NOT_UNDERSTOOD = frozenset({400, 413, 415, 422})
#: Ask the rules and record nothing.
_PREVIEWS = frozenset({"api-check", "api-prepare", "why"})


class Noted:
    """Looks at every answer; most leave nothing."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = _kind(request, response)
        if kind is not None:
            tally.hit(kind, _person(request), _what(request), _address(request))
        tally.write_past()
        return response


def _kind(request: HttpRequest, response: HttpResponse) -> str | None:
    if response.status_code == 401:
        return TOKEN_REFUSED if "Authorization" in request.headers else UNAUTHENTICATED
    if response.status_code == 403:
        return FORBIDDEN
    if response.status_code in _NOT_UNDERSTOOD:
        return NOT_UNDERSTOOD
    return PREVIEW if _view(request) in _PREVIEWS and response.status_code in (200, 409) else None


def _view(request: HttpRequest) -> str:
    return (request.resolver_match.view_name or "") if request.resolver_match else ""


def _what(request: HttpRequest) -> str:
    """The action, or the page by the name of its address: a small set of words, whatever is sent."""
    name = request.resolver_match.kwargs.get("name", "") if request.resolver_match else ""
    return str(name) if name in catalogue.ACTIONS else _view(request) or "no such address"


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # a caller without an address, such as a local socket
        return ""


def _person(request: HttpRequest) -> str:
    token: Token | None = getattr(request, "coign_token", None) or getattr(request, "coign_token_refused", None)
    if token is not None:
        return token.account.person
    account: Account | None = getattr(getattr(request, "user", None), "account", None)
    return account.person if account is not None else ""
