"""What happens when somebody has signed in or used a second factor."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.mfa.signals import authenticator_used
from django.dispatch import receiver
from django.http import HttpRequest

from coign.web.accounts import lockout, security_log, stations


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **more: Any) -> None:
    """Note the station; a second one in use must be chosen between."""
    account = getattr(user, "account", None)
    if account is None:
        return
    lockout.succeeded(account)
    stations.arrive(request, account)
    security_log.note("sign_in", account.person, account=user.username, station=stations.station_of(request))


@receiver(authenticator_used)
def factor_used(request: HttpRequest, user: Any, **more: Any) -> None:
    """A right code ends a row of failures."""
    account = getattr(user, "account", None)
    if account is not None:
        lockout.succeeded(account)
