"""Reads single states without the lock: for resolvers and for whoever must know where something stands."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

import psycopg

from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.views import View
from coign.ledger.states import Folding
from coign.ledger.store import history

S = TypeVar("S")
Connect = Callable[[], AbstractContextManager["psycopg.Connection[Any]"]]


class States:
    """The states of one ledger as they are committed now."""

    def __init__(self, connect: Connect, ledger_id: int, folding: Folding) -> None:
        self._connect, self._ledger_id, self._folding = connect, ledger_id, folding

    def of(self, view: View[S], subject: Subject) -> S:
        """The state of a subject; the empty one when nothing was recorded."""
        with self._connect() as connection:
            row = connection.execute(
                "select fold, body from state where ledger_id = %s and subject = %s and view = %s",
                (self._ledger_id, str(subject), view.name),
            ).fetchone()
            if row is None:
                return view.state()
            if row[0] != view.version:  # folded by another version: fold anew here, without touching the row
                entries = history(connection, self._ledger_id, subject)
                return cast(S, self._folding.refold(view, subject, entries))
        return cast(S, self._folding.load(view.name, bytes(row[1])))

    def several(self, views: Sequence[View[Any]], subjects: Sequence[Subject]) -> dict[tuple[str, str], Any]:
        """The states of many subjects in these views, by name of the view and subject, in one question."""
        named = {view.name: view for view in views}
        found = {(view.name, str(subject)): view.state() for view in views for subject in subjects}
        with self._connect() as connection:
            rows = connection.execute(
                "select subject, view, fold, body from state "
                "where ledger_id = %s and subject = any(%s) and view = any(%s)",
                (self._ledger_id, [str(s) for s in subjects], list(named)),
            ).fetchall()
        for subject, name, fold, body in rows:
            current = fold == named[name].version
            found[name, subject] = (
                self._folding.load(name, bytes(body)) if current else self.of(named[name], parse_subject(subject))
            )
        return found

    def all(self, view: View[S]) -> list[tuple[Subject, S]]:
        """Every subject that has a state in this view, by name; for short lists such as organisations."""
        with self._connect() as connection:
            rows = connection.execute(
                "select s.subject from unnest(%s::text[]) as asked (kind) cross join lateral (select subject "
                "from state where ledger_id = %s and subject >= asked.kind || ':' and subject < asked.kind || ';' "
                "and view = %s offset 0) s order by s.subject",
                (sorted(view.kinds), self._ledger_id, view.name),
            ).fetchall()
        subjects = [parse_subject(row[0]) for row in rows]
        found = self.several([view], subjects)
        return [(subject, found[view.name, str(subject)]) for subject in subjects]
