"""Who a request comes from: token, account and user by one statement that is put together once.

Every request asks this first, and what Django would do anew each time costs more than the database does.
"""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import connection, models

from coign.web.accounts.models import Account, Token

M = TypeVar("M", bound=models.Model)


def token_of(digest: str) -> Token | None:
    """The token with this digest with its account and user, valid or not."""
    values = _row((Token, Account, User), f"{_TOKEN}.digest = %s", digest)
    if values is None:
        return None
    token, account = _filled(Token, values), _filled(Account, values)
    token.account, account.user = account, _filled(User, values)
    return token


def user_of(pk: int) -> User | None:
    """The user with their account."""
    values = _row((User, Account), f"{_USER}.id = %s", pk)
    if values is None:
        return None
    user, account = _filled(User, values), _filled(Account, values)
    account.user = user  # and with it the other way round
    return user


_TOKEN, _ACCOUNT, _USER = (model._meta.db_table for model in (Token, Account, User))
_BOTH = f"{_USER} join {_ACCOUNT} on {_ACCOUNT}.user_id = {_USER}.id"
_JOINED = {User: _BOTH, Token: f"{_BOTH} join {_TOKEN} on {_TOKEN}.account_id = {_ACCOUNT}.id"}


def _row(wanted: tuple[type[models.Model], ...], which: str, value: str | int) -> Iterator[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(_statement(wanted, which), [value])
        row = cursor.fetchone()
    return None if row is None else iter(row)


@cache
def _statement(wanted: tuple[type[models.Model], ...], which: str) -> str:
    columns = [f'{model._meta.db_table}."{f.column}"' for model in wanted for f in model._meta.concrete_fields]
    return f"select {', '.join(columns)} from {_JOINED[wanted[0]]} where {which}"  # noqa: S608


def _filled(model: type[M], values: Iterator[Any]) -> M:
    fields = model._meta.concrete_fields
    return model.from_db(
        connection.alias,
        [f.attname for f in fields],
        [_as_kept(f, value) for f, value in zip(fields, islice(values, len(fields)), strict=True)],
    )


def _as_kept(field: "models.Field[Any, Any]", value: Any) -> Any:
    for convert in field.get_db_converters(connection):
        value = convert(value, None, connection)
    return value
