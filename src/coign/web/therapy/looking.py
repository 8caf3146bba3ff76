"""Batch reads: many states, many entries, and which subjects a reader may know of, in one query each."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from psycopg.rows import class_row

from coign import catalogue
from coign.identity.views import UNIT
from coign.kernel.facts import Fact, about
from coign.kernel.sight import may_see
from coign.kernel.subjects import Organisation, Patient, Subject, Unit
from coign.kernel.views import View
from coign.ledger.entries import Entry
from coign.records import scope
from coign.records.reading import STEP, NextStep
from coign.service.pack_sight import OF_THE_WAY
from coign.web import running
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
    """Those that this organisation may know of: the rule of sight, asked once for all (CSV-04, REG-10)."""
    asked = set(subjects)
    guarded = states_of(catalogue.PARTIES, [s for s in asked if not s.public])
    return frozenset(reader().in_scope([s for s in asked if s.public or may_see(s, guarded[s], organisation)]))


def next_steps_of(roots: Iterable[str]) -> dict[str, list[NextStep]]:
    """What can come next in each of these therapies, in the programme's order; one query."""
    with reader().connection() as connection, connection.cursor(row_factory=class_row(NextStep)) as cursor:
        steps = cursor.execute(
            f"select {STEP} from records.next_step "  # noqa: S608
            # What opens later comes after what can be done now.
            "where ledger_id = %s and root = any(%s) order by opens > %s, ordinal",
            (running.service().ledger_id, list(roots), str(running.now())),
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
    """Those of which everything they name may be known, as far as there is any of it, and every fact is told."""
    named = {e.position: named_in(e) for e in entries}
    there = reader().existing({s for subjects in named.values() for s in subjects})
    seen = visible(there, organisation)
    open_to = [e for e in entries if named[e.position] & there <= seen]
    told = told_to(organisation, open_to)
    return [e for e in open_to if all(told(fact) for fact in e.facts)]


def open_to_the_house(entries: Sequence[Entry], organisation: Organisation) -> list[Entry]:
    """Those that would be visible if no inspection narrowed this page: they may name another patient's things."""
    with scope.only(None):
        return visible_entries(entries, organisation)


def told_to(organisation: Organisation, entries: Iterable[Entry]) -> Callable[[Fact], bool]:
    """Which facts an organisation is told of something that it takes part in; two queries for all entries (TRC-26).

    What is about a patient is for those who may know of the patient: a maker learns of a therapy which cells there are
    and where, and not what the patient weighs. What is about a unit is for those who may know of its therapy: whoever
    only carries it learns of its way, and not what it is.
    """
    named = {s for e in entries for f in e.facts for s in about(f)}
    chains = {u: s.chain for u, s in states_of(UNIT, [s for s in named if isinstance(s, Unit)]).items() if s.chain}
    guarded = {s for s in named if isinstance(s, Patient)}.union(chains.values())
    unknown = guarded - visible(guarded, organisation)
    parcels = {unit for unit, chain in chains.items() if chain in unknown}

    def told(fact: Fact) -> bool:
        subjects = set(about(fact))
        return not unknown & subjects and (not parcels & subjects or fact.TYPE.startswith(OF_THE_WAY))

    return told
