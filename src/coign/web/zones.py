"""The time zone that pages read and show: that of the place where the signed-in person works."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from coign.kernel.errors import CoignError
from coign.kernel.subjects import Organisation
from coign.web import acting
from coign.web.therapy.story import zone_of

Respond = Callable[[HttpRequest], HttpResponse]


class AtHome:
    """Times are those of the reader's own place, always with the name of the zone beside them."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone(request)):
            return self.get_response(request)


def _zone(request: HttpRequest) -> zoneinfo.ZoneInfo | None:
    """None: the server's zone, UTC, for whoever is not signed in and for machines."""
    if not request.user.is_authenticated or request.path.startswith(("/api/", "/static/")):
        return None
    try:
        account = acting.account_of(request)
        name = zone_of(Organisation(request.session.get(acting.ORGANISATION, account.organisation)))
        return zoneinfo.ZoneInfo(name)
    except (CoignError, zoneinfo.ZoneInfoNotFoundError):
        return None
