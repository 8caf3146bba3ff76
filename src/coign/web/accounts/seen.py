"""When somebody was last seen where they are signed in: written down once a minute, not at each page."""

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

NOTED = "coign_noted"
_GRAIN_S = 60


class SeenNow:
    """The same browser at the same address needs no new line within a minute; another one is noted at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._note: Callable[[HttpRequest], HttpResponse] = UserSessionsMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.session_key is None:  # nobody is signed in, or a machine asks with its token
            return self.get_response(request)
        now = [request.session.session_key, _address(request), request.headers.get("User-Agent", "")]
        *before, at = request.session.get(NOTED) or [0]
        if before == now and time.time() - at < _GRAIN_S:
            return self.get_response(request)
        if request.user.is_authenticated:
            request.session[NOTED] = [*now, int(time.time())]
        return self._note(request)


def _address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # a caller without an address, such as a local socket
        return ""
