"""Counting failures and locking accounts (21 CFR 11.300(d); CSV-21)."""

from django.db.models import F

from coign.web.accounts import limits, security_log
from coign.web.accounts.models import Account


def is_blocked(name: str) -> bool:
    """Whether an account is locked; an unknown name is not, and fails like a wrong password."""
    return Account.objects.filter(user__username=name, blocked=True).exists()


def failed(name: str, what: str, address: str) -> None:
    """A wrong password or code. The one failure that reaches the limit locks the account and raises one alert."""
    security_log.note("sign_in.failed", "", account=name[:150], what=what, address=address)
    most = limits.number("account.failures_max")
    Account.objects.filter(user__username=name).update(failures=F("failures") + 1)
    if Account.objects.filter(user__username=name, failures__gte=most, blocked=False).update(blocked=True):
        security_log.note("account.locked", "", account=name[:150], alert=True, why=f"{most} failures in a row")


def succeeded(account: Account) -> None:
    """Everything asked for was right: counting begins anew."""
    Account.objects.filter(pk=account.pk).exclude(failures=0).update(failures=0)


def block(account: Account, why: str) -> None:
    """Lock an account at once."""
    if Account.objects.filter(pk=account.pk, blocked=False).update(blocked=True):
        security_log.note("account.locked", account.person, account=account.user.username, alert=True, why=why)


def open_again(account: Account, by: str) -> None:
    """An administrator looked; password and factors stay as they were."""
    Account.objects.filter(pk=account.pk).update(blocked=False, failures=0)
    security_log.note("account.opened_again", account.person, account=account.user.username, by=by)
