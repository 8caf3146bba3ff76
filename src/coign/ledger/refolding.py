"""Folds every state of a ledger anew and compares it with what is stored: states are derived, entries are the record.

Subject by subject, each along its own history, so that memory holds one subject's states and a page of entries.
"""

from collections.abc import Callable, Container, Iterable, Iterator
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
from coign.ledger.streams import Ordered, Streams

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
    connection: psycopg.Connection,
    ledger_id: int,
    folding: Folding,
    damaged: Container[int | None],
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> Refolded:
    """Compare stored states and subject heads with a refold.

    A subject with a damaged entry is left out: what its state should be cannot be told.
    """
    done = Refolded()
    row = connection.execute("select count(*) from subject_head where ledger_id = %s", (ledger_id,)).fetchone()
    subjects = 0 if row is None else row[0]
    with Streams(connection, ledger_id) as streams:
        heads, states = Ordered(streams.rows("heads", _HEADS)), Ordered(streams.rows("states", _STATES))
        histories = _histories(connection, ledger_id, streams.rows("histories", _INDEX))
        for number, (subject, history) in enumerate(groupby(histories, key=lambda row: row[0]), 1):
            done.problems += _without_entries(heads.before(subject), states.before(subject))
            past = _fold(folding, subject, history, damaged)
            head, stored = heads.at(subject), states.at(subject)
            if past.whole:
                _compare(done, past, head, stored, folding)
            if number % _PAGE_ENTRIES == 0 or number == subjects:
                progress("subjects", number, subjects)
        done.problems += _without_entries(heads.before(None), states.before(None))
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


def _histories(
    connection: psycopg.Connection, ledger_id: int, index: Iterator[Any]
) -> Iterator[tuple[str, int, int, bytes | None]]:
    """Each subject's entries in order: subject, position, count, bytes (None: there is no such entry)."""
    while page := list(islice(index, _PAGE_ENTRIES)):
        bodies: dict[int, bytes] = dict(
            connection.execute(_BODIES, (ledger_id, [position for _, position, _ in page])).fetchall()
        )
        for subject, position, seq in page:
            yield subject, position, seq, bodies.get(position)


def _without_entries(heads: Iterable[Any], states: Iterable[Any]) -> list[Problem]:
    names = dict.fromkeys(row[0] for row in (*heads, *states))
    return [Problem(None, "read_model", f"something is stored for {n}, but no entry is about it") for n in names]
