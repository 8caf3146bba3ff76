"""Passwords are compared anew with what attackers know, not changed on a calendar (CSV-19; NIST SP 800-63B-4).

A password can be looked at only while its owner types it: at sign-in, when the last look is older than the rule set
says.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from coign.web.accounts import limits, security_log
from coign.web.accounts.models import Account

WANTING_LENGTH_MAX = 300


def is_due(account: Account, now: datetime) -> bool:
    """Whether nobody compared this password with the rules for too long."""
    interval = timedelta(seconds=limits.seconds("password.recheck_interval"))
    return account.user.has_usable_password() and now - account.password_checked > interval


def at_sign_in(account: Account, password: str) -> None:
    """The password was right: look at it again if it is time, and ask for another one if it no longer holds."""
    now = timezone.now()
    if not is_due(account, now):
        return
    wanting = ""
    try:
        validate_password(password, account.user)
    except ValidationError as error:
        wanting = " ".join(error.messages)[:WANTING_LENGTH_MAX]
        security_log.note("password.wanting", account.person, why=wanting)
    account.password_checked, account.password_wanting = now, wanting
    account.save(update_fields=["password_checked", "password_wanting"])


def refuse_known(account: Account, user: Any, password: str) -> None:
    """`ValidationError` when somebody chooses the password they have, or the one before it."""
    if user.check_password(password):
        if account.start_password:
            raise ValidationError("Others have seen this password: choose a new one.", code="password_start")
        raise ValidationError("This is the password you have now: choose another one.", code="password_reused")
    if account.last_password and check_password(password, account.last_password):
        raise ValidationError("You had this password before: choose another one.", code="password_reused")
