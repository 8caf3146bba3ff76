"""Accounts follow the record: what it ends about a person is over for their sign-ins and tokens at the next request.

However it was recorded (page, REST, another process): whoever left, lost an authenticator, had their access ended or
their sign-in reset by two administrators is signed out, and their tokens open nothing (CSV-18, CSV-20, CSV-24).
"""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from coign.people.views import AUTHORITY, Authority
from coign.web.accounts import security_log, start
from coign.web.accounts.models import Account, Presence
from coign.web.accounts.opening import revoke_tokens
from coign.web.reading import reader


def authority(account: Account) -> tuple[Authority, bool]:
    """What the record says of the account's person, and whether it just ended what they had open."""
    state = reader().state(AUTHORITY, account.subject)
    ended = state.ended_at > account.followed
    if ended:
        _follow(account.pk, state)
        account.refresh_from_db()
    return state, ended


def _follow(pk: int, state: Authority) -> None:
    """Carry out what the record ended; of several requests at once, one does it."""
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=pk)
        before = account.followed
        if before >= state.ended_at:
            return
        account.followed = state.ended_at
        account.save(update_fields=["followed"])
        end_everything(account, f"entry {state.ended_at} of the record")
        if state.left:
            _close(account)
        elif state.reset_at > before:
            _start_over(account, state)


def end_everything(account: Account, why: str) -> int:
    """Every sign-in and every token of an account is over now; how many sign-ins there were."""
    presences = Presence.objects.filter(account=account)
    keys = list(presences.values_list("session_key", flat=True))
    keys += UserSession.objects.filter(user=account.user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=keys).delete()
    presences.delete()
    UserSession.objects.filter(user=account.user).delete()
    tokens = revoke_tokens(account)
    security_log.note("account.ended", account.person, sign_ins=len(set(keys)), tokens=tokens, why=why)
    return len(set(keys))


def _close(account: Account) -> None:
    """Whoever left signs in nowhere; the account stays, so that its name is never given again."""
    account.user.is_active = False
    account.user.set_unusable_password()
    account.user.save(update_fields=["is_active", "password"])
    account.start_password, account.halves = False, {}
    account.save(update_fields=["start_password", "halves"])
    Authenticator.objects.filter(user=account.user).delete()
    security_log.note("account.closed", account.person, account=account.user.username)


def _start_over(account: Account, state: Authority) -> None:
    """Two administrators agreed: a start password in two halves takes the place of everything their person had."""
    account.last_password = account.user.password
    account.blocked, account.failures = False, 0
    account.save(update_fields=["last_password", "blocked", "failures"])
    Authenticator.objects.filter(user=account.user).delete()
    start.give_in_halves(account, state.reset_by)
    security_log.note(
        "account.reset", account.person, account=account.user.username, by=list(state.reset_by), entry=state.reset_at
    )
