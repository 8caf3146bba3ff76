"""How fast the way of a thing is found, against the barest recursive query over the same lines."""

from typing import LiteralString

import psycopg

from coign.bench.figures import Figure, in_turns, rate
from coign.bench.place import Place
from coign.records import trace

#: Ledgers that hold nothing but lines: (ledger, therapies).
SIZES = ((31, 10_000), (32, 100_000))
SIZES_QUICK = ((31, 2_000), (32, 20_000))
#: One lot in so many therapies; ten lines a therapy.
THERAPIES_OF_A_LOT = 50
LOTS = 20
AIM = 2.0

#: A therapy's lines: a lot goes into its batch, cells are collected, frozen, made, and given to a patient.
_FILL: LiteralString = """
    insert into records.edge (ledger_id, upper, lower, how, position, newest)
    select %(ledger)s, line.upper, line.lower, line.how, t * 10, t * 10
    from generate_series(0, %(therapies)s - 1) t, lateral (values
        ('patient:P' || t, 'chain:C' || t, 'therapy'), ('chain:C' || t, 'unit:A' || t, 'collected for'),
        ('unit:A' || t, 'unit:B' || t, 'made from'), ('unit:A' || t, 'unit:D' || t, 'made from'),
        ('unit:B' || t, 'batch:M' || t, 'went into'), ('unit:D' || t, 'batch:M' || t, 'went into'),
        ('lot:L' || t / %(each)s, 'batch:M' || t, 'used in'), ('batch:M' || t, 'unit:F' || t, 'made in'),
        ('batch:M' || t, 'unit:G' || t, 'made in'), ('unit:F' || t, 'patient:P' || t, 'given to')
    ) line (upper, lower, how)
"""
_BARE: LiteralString = """
    with recursive found (subject) as (
        select %(start)s::text
        union select e.lower from found join records.edge e on e.ledger_id = %(ledger)s and e.upper = found.subject
        where not (found.subject like 'patient:%%')
    ) select subject from found
"""


def measure(place: Place) -> list[Figure]:
    """A lot traced forward to patients, in records of two sizes."""
    figures = []
    with psycopg.connect(place.database.owner_dsn, autocommit=True) as connection:
        for ledger_id, therapies in SIZES_QUICK if place.quick else SIZES:
            figures.append(_traced(place, connection, ledger_id, therapies))
    return figures


def _traced(place: Place, connection: psycopg.Connection, ledger_id: int, therapies: int) -> Figure:
    connection.execute(_FILL, {"ledger": ledger_id, "therapies": therapies, "each": THERAPIES_OF_A_LOT})
    connection.execute("vacuum analyze records.edge")
    spread = therapies // THERAPIES_OF_A_LOT // LOTS
    lots = [f"lot:L{number * spread}" for number in range(LOTS)]
    found = {len(trace.walk(connection, ledger_id, lot)) for lot in lots}
    assert found == {len(connection.execute(_BARE, {"start": lots[0], "ledger": ledger_id}).fetchall()) - 1}

    def ours() -> float:
        return 1000 / rate(LOTS, lambda: [trace.walk(connection, ledger_id, lot) for lot in lots])

    def bare() -> float:
        asked = [{"start": lot, "ledger": ledger_id} for lot in lots]
        return 1000 / rate(LOTS, lambda: [connection.execute(_BARE, each).fetchall() for each in asked])

    taken = in_turns(bare, ours, 2 * place.rounds)
    lines = 10 * therapies
    place.progress(f"trace: {taken.value:.1f} ms in {lines:,} lines, {taken.of:.1f} ms bare")
    note = f"a lot to {found.pop()} things it went into, {lines:,} lines of descent; with the way and its entries"
    limit = "ms by a bare recursive query"
    return Figure(
        f"trace.{lines}", taken.value, "ms", taken.of, limit, AIM, at_most=True, samples=taken.ours, note=note
    )
