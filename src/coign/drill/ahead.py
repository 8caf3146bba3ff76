"""A connection that asks ahead: what a check will ask is sent in one go, and answered from that when it is asked.

The questions are learnt from a first check, and sent anew for each one, inside its own transaction: the same statements
to the same database, without a round trip for each. What was not foreseen is asked when it comes.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import psycopg

T = TypeVar("T")


class _Asked(NamedTuple):
    query: Any
    values: Any
    binary: bool

    @property
    def key(self) -> tuple[Any, str, bool]:
        return self.query, repr(self.values), self.binary


class Ahead:
    """Stands in for the connection while it looks."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._asked: list[_Asked] = []
        self._answers: dict[Any, list[psycopg.Cursor]] = defaultdict(list)
        self._learning = True

    def check(self, look: Callable[[psycopg.Connection], T]) -> T:
        """Let something look through this connection; the first one teaches what is asked."""
        self._answers.clear()
        with self._connection.pipeline():
            for asked in self._asked:
                answer = self._connection.execute(asked.query, asked.values, binary=asked.binary)
                self._answers[asked.key].append(answer)
        try:
            return look(cast(psycopg.Connection, self))
        finally:
            self._learning = False

    def execute(self, query: Any, values: Any = None, *, binary: bool = False) -> psycopg.Cursor:
        """As a connection does."""
        asked = _Asked(query, values, binary)
        ready = self._answers[asked.key]
        if ready:
            return ready.pop(0)
        if self._learning:
            self._asked.append(asked)
        return self._connection.execute(query, values, binary=binary)

    def cursor(self, name: str) -> Any:
        """A cursor of the database's, for what does not fit into one answer."""
        return self._connection.cursor(name)
