"""Batch reads: many states, many entries, and which subjects a reader may know of, in one query each."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from psycopg.rows import class_row

from coign import catalogue
from coign.kernel.sight import may_see
from coign.kernel.subjects import Organisation, Subject
from coign.kernel.views import View
from coign.ledger.entries import Entry
from coign.records.reading import STEP, NextStep
from coign.web import acting, running
from coign.web.reading import reader

S = TypeVar("S")
K = TypeVar("K", bound=Subject)


def states_of(view: View[S], subjects: Iterable[K]) -> dict[K, S]:
    """The state of every one of these subjects; the empty one where nothing was recorded."""
    return reader().states_of(view, subjects)


def every(view: View[S], kind: type[K]) -> dict[K, S]:
    """Every state of a view, by subject, in one query; for views of which there are few."""
    return reader().every(view, kind)


def visible(subjects: Iterable[Subject], organisation: Organisation) -> frozenset[Subject]:
    """Those that this organisation may know of: the rule of sight, asked once for all (CSV-04)."""
    asked = set(subjects)
    guarded = states_of(catalogue.PARTIES, [s for s in asked if not s.public])
    return frozenset(s for s in asked if s.public or may_see(s, guarded[s], organisation))


def next_steps_of(roots: Iterable[str]) -> dict[str, list[NextStep]]:
    """What can come next in each of these therapies, in the programme's order; one query."""
    with reader().connection() as connection, connection.cursor(row_factory=class_row(NextStep)) as cursor:
        steps = cursor.execute(
            f"select {STEP} from records.next_step "  # noqa: S608
            # What opens later comes after what can be done now.
            "where ledger_id = %s and root = any(%s) order by opens > %s, ordinal",
            (running.service().ledger_id, list(roots), str(acting.now())),
        ).fetchall()
    found: dict[str, list[NextStep]] = {}
    for step in steps:
        found.setdefault(step.root, []).append(step)
    return found


def entries_at(positions: Sequence[int]) -> list[Entry]:
    """These entries, in order."""
    if not positions:
        return []
    with reader().connection() as connection:
        rows = connection.execute(
            "select position, body from entry where ledger_id = %s and position = any(%s) order by position",
            (running.service().ledger_id, list(positions)),
        ).fetchall()
    return [Entry(position, bytes(body)) for position, body in rows]


def named_in(entry: Entry) -> frozenset[str]:
    """Every subject that an entry tells of, as the record writes it."""
    plain = entry.plain
    return frozenset(plain["refs"]).union([a["subject"] for a in plain["about"]])


def visible_entries(entries: Sequence[Entry], organisation: Organisation) -> list[Entry]:
    """Those of which everything they name may be known, as far as there is any of it."""
    named = {e.position: named_in(e) for e in entries}
    there = reader().existing({s for subjects in named.values() for s in subjects})
    seen = visible(there, organisation)
    return [e for e in entries if named[e.position] & there <= seen]
