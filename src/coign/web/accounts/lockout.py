"""Counting failures and locking accounts (21 CFR 11.300(d); CSV-21)."""

from django.db.models import F

from coign import rulesets
from coign.kernel.values import Instant
from coign.web.accounts import limits, misuse, security_log, tally
from coign.web.accounts.models import Account


def is_blocked(name: str) -> bool:
    """Whether an account is locked; an unknown name is not, and fails like a wrong password."""
    return Account.objects.filter(user__username=name, blocked=True).exists()


def failed(name: str, what: str, address: str) -> None:
    """A wrong password or code. The one failure that reaches the limit locks the account and raises one alert."""
    account = Account.objects.filter(user__username=name).first()
    # An unknown name is not written down: it may be a password that was typed into the wrong field.
    tally.hit("sign_in.failed", account.person if account is not None else "", what, address)
    misuse.failed_from(address)
    if account is None:
        return
    most = failures_allowed(rulesets.load(), limits.today())
    Account.objects.filter(pk=account.pk).update(failures=F("failures") + 1)
    if Account.objects.filter(pk=account.pk, failures__gte=most, blocked=False).update(blocked=True):
        _note_locked(account, f"{most} failures in a row")


def failures_allowed(rules: rulesets.RuleSets, at: Instant) -> int:
    """How many failures in a row lock an account: what the house sets, and never more than the absolute cap."""
    return int(min(rules.number("account.failures_max", at), rules.number("account.failures_cap", at)))


def succeeded(account: Account) -> None:
    """Everything asked for was right: counting begins anew."""
    Account.objects.filter(pk=account.pk).exclude(failures=0).update(failures=0)


def block(account: Account, why: str) -> None:
    """Lock an account at once."""
    if Account.objects.filter(pk=account.pk, blocked=False).update(blocked=True):
        _note_locked(account, why)


def _note_locked(account: Account, why: str) -> None:
    """What was done since the owner last surely proved who they are is listed for whoever looks at the alert."""
    name, since = account.user.username, account.proved_at
    security_log.note("account.locked", account.person, account=name, alert=True, why=why, since_entry=since)


def open_again(account: Account, by: str, why: str = "") -> None:
    """An administrator looked; password and factors stay as they were."""
    Account.objects.filter(pk=account.pk).update(blocked=False, failures=0)
    security_log.note("account.opened_again", account.person, account=account.user.username, by=by, why=why)
