"""Makes the derived tables anew from the entries: heads of subjects, and all states (`coign db rebuild`).

The map of the heads is thrown away; whoever enters it next makes it anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import psycopg

from coign.kernel.facts import about
from coign.kernel.subjects import Subject, parse_subject
from coign.ledger import heads
from coign.ledger.entries import Entry
from coign.ledger.states import Folding, StampFor
from coign.perform.assemble import folding
from coign.records import tables

_PAGE = 2000


@dataclass(slots=True)
class Rebuilt:
    """How much was folded, and how much of it was not as stored."""

    subjects: int = 0
    states: int = 0
    changed: int = 0


def rebuild(
    dsn: str,
    ledger_id: int,
    *,
    views: Folding | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Rebuilt:
    """In one transaction that holds the ledger's lock: nothing is appended meanwhile, and a crash leaves all as it was.

    Subject by subject along its own history, so that memory holds one subject at a time.
    """
    views, done = views or folding(), Rebuilt()
    with psycopg.connect(dsn) as connection:
        connection.execute("select size from head where ledger_id = %s for update", (ledger_id,))
        _heads(connection, ledger_id)
        heads.forget(connection, ledger_id)
        connection.execute("create temporary table folded (like state) on commit drop")
        for subject, entries in groupby(_histories(connection, ledger_id), key=lambda row: row[0]):
            history = [Entry(position, body) for _, position, body in entries]
            _store(connection, ledger_id, views, parse_subject(subject), history, done)
            if done.subjects % _PAGE == 0:
                progress(f"{done.subjects} subjects")
        done.changed = _take_over(connection, ledger_id)
        _forget_lists(connection, ledger_id)
    return done


def bring_up_to_date(dsn: str, ledger_id: int, *, progress: Callable[[str], None] = lambda line: None) -> bool:
    """Rebuild once if this version has other views than the one that wrote the states; whether it did.

    A view that is new has no rows for old subjects, and one whose facts changed may lack rows: reading those as empty
    would let gates judge on less than the record says. So it is done before anything is written.
    """
    wanted = {view.name: view.version for view in folding().views.values()}
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute("select view, version from fold where ledger_id = %s", (ledger_id,)).fetchall()
        if dict(rows) == wanted:
            return False
        size = connection.execute("select size from head where ledger_id = %s", (ledger_id,)).fetchone()
        needed = bool(size and size[0])
        if needed:
            progress("This version has other views than the last one: folding all states anew …")
            rebuild(dsn, ledger_id, progress=progress)
        with connection.transaction():
            connection.execute("delete from fold where ledger_id = %s", (ledger_id,))
            connection.cursor().executemany(
                "insert into fold (ledger_id, view, version) values (%s, %s, %s)",
                [(ledger_id, name, version) for name, version in wanted.items()],
            )
    return needed


def _forget_lists(connection: psycopg.Connection, ledger_id: int) -> None:
    """Read models begin anew with the first entry: a running server does that at once, otherwise the next start."""
    row = connection.execute("select to_regclass('records.projected') is not null").fetchone()
    if row and row[0]:
        tables.clear(connection, ledger_id)


def _heads(connection: psycopg.Connection, ledger_id: int) -> None:
    connection.execute("delete from subject_head where ledger_id = %s", (ledger_id,))
    connection.execute(
        "insert into subject_head (ledger_id, subject, seq, position) "
        "select ledger_id, subject, max(seq), max(position) from entry_subject "
        "where ledger_id = %s and seq is not null group by ledger_id, subject",
        (ledger_id,),
    )


def _histories(connection: psycopg.Connection, ledger_id: int) -> Iterator[tuple[str, int, bytes]]:
    with connection.cursor("histories") as cursor:
        cursor.itersize = _PAGE
        cursor.execute(
            "select s.subject, e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
            "where s.ledger_id = %s and s.seq is not null order by s.subject, s.position",
            (ledger_id,),
        )
        for subject, position, body in cursor:
            yield subject, position, bytes(body)


def _store(
    connection: psycopg.Connection,
    ledger_id: int,
    views: Folding,
    subject: Subject,
    history: Sequence[Entry],
    done: Rebuilt,
) -> None:
    states: dict[str, object] = {}
    for entry in history:
        stamp = StampFor(entry.time, entry.position, entry.actor)(subject)
        for fact in entry.facts:
            for view in views.listening(type(fact), subject.kind) if subject in about(fact) else ():
                states[view.name] = view.evolve(states.get(view.name, view.state()), fact, stamp)
    for name, state in states.items():
        connection.execute(
            "insert into folded (ledger_id, subject, view, seq, fold, body) values (%s, %s, %s, %s, %s, %s)",
            (ledger_id, str(subject), name, len(history), views.views[name].version, views.dump(state)),
        )
    done.subjects += 1
    done.states += len(states)


def _take_over(connection: psycopg.Connection, ledger_id: int) -> int:
    """Replace what differs; how many rows it were."""
    row = connection.execute(
        "select count(*) from (select subject, view, fold, body from state where ledger_id = %s) s "
        "full join folded f using (subject, view) where (s.fold, s.body) is distinct from (f.fold, f.body)",
        (ledger_id,),
    ).fetchone()
    connection.execute("delete from state where ledger_id = %s", (ledger_id,))
    connection.execute("insert into state select * from folded")
    assert row is not None
    return int(row[0])
