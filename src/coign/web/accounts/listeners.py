"""What happens when somebody has signed in, used a second factor or changed one."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_used
from django.dispatch import receiver
from django.http import HttpRequest

from coign.web import acting
from coign.web.accounts import lockout, security_log, stations


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **more: Any) -> None:
    """Note the station; a second one in use must be chosen between."""
    account = getattr(user, "account", None)
    if account is None:
        return
    lockout.succeeded(account)
    stations.arrive(request, account)
    acting.begin(request, account)
    security_log.note("sign_in", account.person, account=user.username, station=stations.station_of(request))


@receiver(authenticator_used)
def factor_used(request: HttpRequest, user: Any, **more: Any) -> None:
    """A right code ends a row of failures."""
    account = getattr(user, "account", None)
    if account is not None:
        lockout.succeeded(account)


@receiver(authentication_failed)
def factor_failed(request: HttpRequest, user: Any, **more: Any) -> None:
    """A wrong code counts like a wrong password."""
    lockout.failed(user.username, "code", get_adapter().get_client_ip(request))


@receiver(authenticator_added)
@receiver(authenticator_removed)
def factor_changed(request: HttpRequest, user: Any, authenticator: Any, signal: Any, **more: Any) -> None:
    """A second factor that comes or goes; its owner finds it in the list of what happened to their account."""
    account = getattr(user, "account", None)
    if account is not None and authenticator.type != Authenticator.Type.WEBAUTHN:  # passkeys have lines of their own
        kind = "factor.added" if signal is authenticator_added else "factor.removed"
        security_log.note(kind, account.person, factor=str(authenticator.type))


@receiver(password_changed)
def password_replaced(request: HttpRequest, user: Any, **more: Any) -> None:
    """Another password, chosen by whoever knew the one before."""
    account = getattr(user, "account", None)
    if account is not None:
        security_log.note("password.changed", account.person)
