"""Folds every state of a ledger anew and compares: `verify --database` checks with it, `db rebuild` writes with it.

Subject by subject, each with its own history, so that memory holds one subject at a time.
"""

from collections.abc import Container, Iterator
from itertools import groupby
from typing import Any, LiteralString

import psycopg

from coign.kernel.facts import FACTS
from coign.kernel.subjects import KINDS, Subject
from coign.ledger.encoding import fact_from
from coign.ledger.entries import Entry
from coign.ledger.shutting import Problem
from coign.ledger.states import Folding, StampFor, States

_HISTORIES: LiteralString = (
    'select s.subject, s.position, s.seq, e.body from entry_subject s left join entry e using (ledger_id, position) '
    'where s.ledger_id = %(ledger)s and s.seq is not null order by s.subject collate "C", s.position'
)
_HEADS: LiteralString = (
    'select subject, seq, position from subject_head where ledger_id = %(ledger)s order by subject collate "C"'
)
_STATES: LiteralString = (
    'select subject, view, seq, fold, body from state where ledger_id = %(ledger)s order by subject collate "C", view'
)


class _BySubject:
    """Rows in the order of their subject, taken subject by subject."""

    def __init__(self, connection: psycopg.Connection, name: str, query: LiteralString, ledger_id: int) -> None:
        cursor = connection.cursor(name)
        cursor.itersize = 1024
        cursor.execute(query, {"ledger": ledger_id})
        self._groups: Iterator[tuple[str, Iterator[Any]]] = groupby(cursor, key=lambda row: row[0])
        self._next = next(self._groups, None)

    def before(self, subject: str | None) -> Iterator[tuple[str, list[Any]]]:
        """The groups of subjects that come before this one; None: all that are left."""
        while self._next is not None and (subject is None or self._next[0] < subject):
            yield self._take()

    def of(self, subject: str) -> list[Any]:
        """The rows of this subject, if it is the next."""
        return self._take()[1] if self._next is not None and self._next[0] == subject else []

    def _take(self) -> tuple[str, list[Any]]:
        assert self._next is not None
        subject, rows = self._next[0], list(self._next[1])
        self._next = next(self._groups, None)
        return subject, rows


def check_states(
    connection: psycopg.Connection, ledger_id: int, folding: Folding, damaged: Container[int | None]
) -> tuple[list[Problem], int, int]:
    """Compare stored states and subject heads with a refold; gives problems, states compared, states of other versions.

    A subject with a damaged entry is left out: what its state should be cannot be told.
    """
    heads = _BySubject(connection, "heads", _HEADS, ledger_id)
    states = _BySubject(connection, "states", _STATES, ledger_id)
    problems: list[Problem] = []
    compared = stale = 0
    for subject, rows in histories(connection, ledger_id):
        for kept in (heads, states):
            problems += [_without_entries(name, group) for name, group in kept.before(subject)]
        head, stored = heads.of(subject), states.of(subject)
        if any(body is None or position in damaged for position, _, body in rows):
            continue
        last = rows[-1]
        if [tuple(r[1:]) for r in head] != [(last[1], last[0])]:
            problems.append(Problem(last[0], "read_model", f"{subject} is not stored as ending here, as entry {last[1]}"))
        try:
            folded = refold(folding, subject, [Entry(position, body) for position, _, body in rows])
        except (KeyError, ValueError) as error:
            problems.append(Problem(last[0], "read_model", f"{subject} cannot be folded by this version: {error}"))
            continue
        found, old = _compare(subject, last[0], folded, stored, folding)
        problems += found
        stale += old
        compared += len(stored) - old
    for kept in (heads, states):
        problems += [_without_entries(name, group) for name, group in kept.before(None)]
    return problems, compared, stale


def histories(connection: psycopg.Connection, ledger_id: int) -> Iterator[tuple[str, list[tuple[int, int, bytes | None]]]]:
    """Each subject with its entries in order: (position, seq, bytes)."""
    cursor = connection.cursor("histories")
    cursor.itersize = 1024
    cursor.execute(_HISTORIES, {"ledger": ledger_id})
    for subject, rows in groupby(cursor, key=lambda row: row[0]):
        yield subject, [(position, seq, body) for _, position, seq, body in rows]


def refold(folding: Folding, subject_text: str, entries: list[Entry]) -> dict[str, bytes]:
    """Every state of a subject from its whole past, in stored form, by view."""
    subject: Subject = KINDS[subject_text.partition(":")[0]](subject_text)
    states: States = {}
    for entry in entries:
        if entry.outcome != "refused":
            stamp_for = StampFor(entry.time, entry.position, entry.actor)
            for body in entry.plain["intent"]["facts"]:
                # An entry may hold facts about other subjects as well; only this one's states are wanted.
                if folding.listening(FACTS[body["type"]], subject.kind):
                    folding.apply(states, fact_from(body), stamp_for, only=subject)
    return {view: folding.dump(state) for (_, view), state in states.items()}


def _compare(
    subject: str, position: int, folded: dict[str, bytes], stored: list[Any], folding: Folding
) -> tuple[list[Problem], int]:
    problems, stale = [], 0
    rows = {view: (fold, body) for _, view, _, fold, body in stored}
    for view in sorted(folded.keys() | rows.keys()):
        if view in rows and (view not in folding.views or folding.views[view].version != rows[view][0]):
            stale += 1
        elif folded.get(view) != rows.get(view, (0, None))[1]:
            problems.append(Problem(position, "read_model", f"the state {view} of {subject} is not what its entries fold to"))
    return problems, stale


def _without_entries(subject: str, rows: list[Any]) -> Problem:
    return Problem(None, "read_model", f"something is stored for {subject}, but no entry is about it")
