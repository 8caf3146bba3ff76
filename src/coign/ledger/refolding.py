"""Folds every state of a ledger anew and compares it with what is stored: states are derived, entries are the record.

Subject by subject, each along its own history, so that memory holds one subject's states and a page of entries.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, LiteralString

import msgspec
import psycopg

from coign.kernel.facts import about
from coign.kernel.subjects import KINDS, Subject
from coign.ledger.entries import Entry
from coign.ledger.shutting import Problem
from coign.ledger.states import Folding, StampFor

_PAGE_ENTRIES = 1024

_INDEX: LiteralString = (
    "select subject, position, seq from entry_subject where ledger_id = %(ledger)s and seq is not null "
    'order by subject collate "C", position'
)
_BODIES: LiteralString = "select position, body from entry where ledger_id = %s and position = any(%s)"
_HEADS: LiteralString = (
    'select subject, seq, position from subject_head where ledger_id = %(ledger)s order by subject collate "C"'
)
_STATES: LiteralString = (
    'select subject, view, fold, body from state where ledger_id = %(ledger)s order by subject collate "C", view'
)


@dataclass(slots=True)
class Refolded:
    """What came of comparing: problems, how many states agree, how many wait to be folded by a newer version."""

    problems: list[Problem] = field(default_factory=list)
    agreeing: int = 0
    stale: int = 0


def check_states(
    connection: psycopg.Connection, ledger_id: int, folding: Folding, damaged: Container[int | None]
) -> Refolded:
    """Compare stored states and subject heads with a refold.

    A subject with a damaged entry is left out: what its state should be cannot be told.
    """
    heads = _BySubject(connection, "heads", _HEADS, ledger_id)
    states = _BySubject(connection, "states", _STATES, ledger_id)
    done = Refolded()
    for subject, history in groupby(_histories(connection, ledger_id), key=lambda row: row[0]):
        for kept in (heads, states):
            done.problems += [_without_entries(name) for name in kept.before(subject)]
        past = _fold(folding, subject, history, damaged)
        head, stored = heads.of(subject), states.of(subject)
        if past.whole:
            _compare(done, past, head, stored, folding)
    for kept in (heads, states):
        done.problems += [_without_entries(name) for name in kept.before(None)]
    return done


@dataclass(slots=True)
class _Past:
    """A subject's whole past, folded."""

    subject: str
    last: tuple[int, int] = (0, 0)  # count and position of the last entry
    states: dict[str, object] = field(default_factory=dict)
    whole: bool = True
    unreadable: str = ""


def _fold(
    folding: Folding, name: str, history: Iterator[tuple[str, int, int, bytes | None]], damaged: Container[int | None]
) -> _Past:
    subject: Subject = KINDS[name.partition(":")[0]](name)
    past = _Past(name)
    for _, position, seq, body in history:
        past.last = (seq, position)
        if body is None or position in damaged:
            past.whole = False
        if not past.whole or body is None or past.unreadable:
            continue
        try:
            _fold_entry(folding, subject, past.states, Entry(position, body))
        except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
            past.unreadable = f"entry {position}: {type(error).__name__} {error}"
    return past


def _fold_entry(folding: Folding, subject: Subject, states: dict[str, object], entry: Entry) -> None:
    if entry.outcome == "refused":
        return
    stamp = StampFor(entry.time, entry.position, entry.actor)(subject)
    for fact in entry.facts:
        if subject in about(fact):
            for view in folding.listening(type(fact), subject.kind):
                before = states.get(view.name)
                states[view.name] = view.evolve(view.state() if before is None else before, fact, stamp)


def _compare(done: Refolded, past: _Past, head: list[Any], stored: list[Any], folding: Folding) -> None:
    seq, position = past.last
    if [(h[1], h[2]) for h in head] != [past.last]:
        done.problems.append(
            Problem(position, "read_model", f"{past.subject} is not stored as ending here, with its entry {seq}")
        )
    if past.unreadable:
        done.problems.append(
            Problem(position, "read_model", f"{past.subject} cannot be folded by this version: {past.unreadable}")
        )
        return
    rows = {view: (fold, body) for _, view, fold, body in stored}
    for view in sorted(past.states.keys() | rows.keys()):
        fold, body = rows.get(view, (None, None))
        if fold is not None and (view not in folding.views or folding.views[view].version != fold):
            done.stale += 1
        elif view not in past.states or folding.dump(past.states[view]) != body:
            done.problems.append(
                Problem(position, "read_model", f"the state {view} of {past.subject} is not what its entries fold to")
            )
        else:
            done.agreeing += 1


def _histories(connection: psycopg.Connection, ledger_id: int) -> Iterator[tuple[str, int, int, bytes | None]]:
    """Each subject's entries in order: subject, position, count, bytes (None: there is no such entry)."""
    index = connection.cursor("histories")
    index.itersize = _PAGE_ENTRIES
    rows = iter(index.execute(_INDEX, {"ledger": ledger_id}))
    while page := list(islice(rows, _PAGE_ENTRIES)):
        bodies: dict[int, bytes] = dict(
            connection.execute(_BODIES, (ledger_id, [position for _, position, _ in page])).fetchall()
        )
        for subject, position, seq in page:
            yield subject, position, seq, bodies.get(position)


class _BySubject:
    """Rows in the order of their subject, taken subject by subject."""

    def __init__(self, connection: psycopg.Connection, name: str, query: LiteralString, ledger_id: int) -> None:
        cursor = connection.cursor(name)
        cursor.itersize = _PAGE_ENTRIES
        cursor.execute(query, {"ledger": ledger_id})
        self._rows: Iterator[Any] = iter(cursor)
        self._next = next(self._rows, None)

    def before(self, subject: str | None) -> Iterator[str]:
        """The subjects that come before this one; None: all that are left."""
        while self._next is not None and (subject is None or self._next[0] < subject):
            name = str(self._next[0])
            self.of(name)
            yield name

    def of(self, subject: str) -> list[Any]:
        """The rows of this subject, if it is the next."""
        rows = []
        while self._next is not None and self._next[0] == subject:
            rows.append(self._next)
            self._next = next(self._rows, None)
        return rows


def _without_entries(subject: str) -> Problem:
    return Problem(None, "read_model", f"something is stored for {subject}, but no entry is about it")
