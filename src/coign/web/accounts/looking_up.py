"""The token of a request with its account and user, by one statement that is put together once.

Every request of a machine asks this first, and what Django would do anew each time costs more than the database does.
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
    """The token with this digest, valid or not."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    token, account = _filled(Token, values), _filled(Account, values)
    token.account, account.user = account, _filled(User, values)
    return token


@cache
def _statement() -> str:
    tables = {model: model._meta.db_table for model in (Token, Account, User)}
    columns = [f'{table}."{f.column}"' for model, table in tables.items() for f in model._meta.concrete_fields]
    token, account, user = tables.values()
    return (
        f"select {', '.join(columns)} from {token} join {account} on {account}.id = {token}.account_id "  # noqa: S608
        f"join {user} on {user}.id = {account}.user_id where {token}.digest = %s"
    )


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
