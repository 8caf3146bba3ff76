"""Accounts follow the record: what it ends about a person is over for their sign-ins and tokens at the next request.

However it was recorded (page, REST, another process): whoever left, lost an authenticator, had their access ended or
their sign-in reset by two administrators is signed out, and their tokens open nothing (CSV-18, CSV-20, CSV-24).
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import JSONField, Model

from coign.people.views import AUTHORITY, Authority
from coign.web import kept, running
from coign.web.accounts import security_log, start
from coign.web.accounts.models import Account, Presence, Token
from coign.web.accounts.opening import revoke_tokens
from coign.web.reading import reader

M = TypeVar("M", bound=Model)


def _columns(model: type[Model], alias: str) -> tuple[list[str], str]:
    """The fields of a table that a caller needs, and how a statement names them; sealed halves are not among them."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, JSONField)]
    return [f.attname for f in fields], ", ".join(f'{alias}."{f.column}"' for f in fields)


_TOKEN, _ACCOUNT, _USER = _columns(Token, "t"), _columns(Account, "a"), _columns(User, "u")
#: Machines ask often: the token, whose it is, and what the record says of them, in one question.
_BY_DIGEST = (
    f"select {_TOKEN[1]}, {_ACCOUNT[1]}, {_USER[1]}, s.fold, s.body "  # noqa: S608 - names of our own
    f"from {Token._meta.db_table} t join {Account._meta.db_table} a on a.id = t.account_id "
    f"join {User._meta.db_table} u on u.id = a.user_id left join public.state s "
    "on s.ledger_id = %s and s.subject = a.person and s.view = %s where t.digest = %s"
)


def token(digest: str) -> tuple[Token, bool] | None:
    """The token with this digest, and whether the record just ended what its person had open; None: there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DIGEST, [running.service().ledger_id, AUTHORITY.name, digest])
        row = cursor.fetchone()
    if row is None:
        return None
    *cells, fold, body = row
    left = iter(cells)
    found, account, user = _made(Token, _TOKEN[0], left), _made(Account, _ACCOUNT[0], left), _made(User, _USER[0], left)
    account.user, found.account = user, account
    kept.know(AUTHORITY.name, account.person, (fold, bytes(body)) if body is not None else None)
    held = reader().loaded(AUTHORITY, account.subject, fold, body) if body is not None else AUTHORITY.empty
    return found, _ended(account, held)


def _made(model: type[M], names: Sequence[str], cells: Iterator[Any]) -> M:
    return model.from_db("default", names, [next(cells) for _ in names])


def authority(account: Account) -> tuple[Authority, bool]:
    """What the record says of the account's person, and whether it just ended what they had open."""
    state = reader().state(AUTHORITY, account.subject)
    return state, _ended(account, state)


def _ended(account: Account, state: Authority) -> bool:
    ended = state.ended_at > account.followed
    if ended:
        _follow(account.pk, state)
        account.refresh_from_db()
    return ended


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
