"""Rows of a ledger in one order, fetched a page at a time, so that walks over the whole of it keep little in memory."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from types import TracebackType
from typing import Any, LiteralString

import psycopg

PAGE_ROWS = 2048


class Streams:
    """Opens streams inside a snapshot, and closes them all at its end."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int, *, few: bool = False) -> None:
        """`few`: not even all rows fill a page, so each query is asked at once."""
        self._connection, self._ledger_id, self._few = connection, ledger_id, few
        self._open = ExitStack()

    def rows(self, name: str, query: LiteralString, **given: Any) -> Iterator[Any]:
        """The rows of a query; `%(ledger)s` in it stands for the ledger, other names for what is given."""
        values = {"ledger": self._ledger_id, **given}
        if self._few:
            return iter(self._connection.execute(query, values, binary=True).fetchall())
        cursor = self._open.enter_context(self._connection.cursor(name))
        cursor.execute(query, values, binary=True)
        return chain.from_iterable(iter(lambda: cursor.fetchmany(PAGE_ROWS), []))

    def __enter__(self) -> "Streams":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)


class Ordered:
    """A stream ordered by its first column, taken piece by piece in step with another."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def before(self, bound: Any) -> Iterator[Any]:
        """The rows whose first column comes before `bound`; None: all that are left."""
        while self._next is not None and (bound is None or self._next[0] < bound):
            row, self._next = self._next, next(self._rows, None)
            yield row

    def at(self, key: Any) -> list[Any]:
        """The rows with this first column, if they are the next."""
        found = []
        while self._next is not None and self._next[0] == key:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found
