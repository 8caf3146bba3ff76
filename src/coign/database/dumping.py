"""Copies tables out of a database in one consistent state, and into an empty one.

COPY by the driver, not `pg_dump`: what is read back can be checked row by row, an older backup fits into newer tables,
and it works alike for the embedded server and for one that somebody else runs, whatever its version.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter

import psycopg
from psycopg import sql

from coign.database.archive import Archive, ArchiveWriter, BackupDamaged, Table
from coign.kernel.errors import Conflict, Invalid

Progress = Callable[[str], None]


@contextmanager
def consistent(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection for which the database stands still, whoever goes on writing."""
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def tables_of(connection: psycopg.Connection, schemas: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Our own tables in these schemas with their columns: all of them, so that no new one is forgotten."""
    rows = connection.execute(
        "select n.nspname || '.' || c.relname, array_agg(a.attname::text order by a.attnum) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid "
        "where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(%s) "
        "and c.relowner = current_user::regrole and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' "
        "group by 1 order by 1",
        (list(schemas),),
    )
    return {name: tuple(columns) for name, columns in rows}


def copy_out(
    connection: psycopg.Connection,
    archive: ArchiveWriter,
    tables: Mapping[str, tuple[str, ...]],
    order: Mapping[str, str],
    progress: Progress,
) -> list[Table]:
    """Write these tables; those with an order are written in it."""
    done = []
    for name, columns in tables.items():
        query = sql.SQL("copy (select {} from {}{}) to stdout").format(
            _columns(columns), _name(name), _ordered(order.get(name, ""))
        )
        part_name = f"tables/{name}.copy"
        with archive.part(part_name) as part, connection.cursor() as cursor, cursor.copy(query) as rows:
            for data in rows:
                part.write(bytes(data))
        done.append(Table(name, columns, part.lines, part.part(part_name)))
        if part.lines:
            progress(f"{name}: {part.lines} rows")
    return done


def refuse_unless_empty(connection: psycopg.Connection, names: Collection[str]) -> None:
    """A restore never mixes with what is there: Conflict names the table that holds something."""
    for name in names:
        exists = connection.execute("select to_regclass(%s) is not null", (name,)).fetchone()
        if exists and exists[0]:
            held = connection.execute(sql.SQL("select exists (select 1 from {})").format(_name(name))).fetchone()
            if held and held[0]:
                raise Conflict(
                    f"there is a record here already ({name} is not empty), and a restore needs an empty place: "
                    "set COIGN_HOME to a new folder (or COIGN_DATABASE_URL to an empty database), or move this one away"
                )


def copy_in(connection: psycopg.Connection, archive: Archive, progress: Progress) -> int:
    """Fill the tables of a backup, in an order that every reference allows; how many rows. The caller commits."""
    known = {name: set(columns) for name, columns in tables_of(connection, _schemas(archive)).items()}
    tables = {table.name: table for table in archive.manifest.tables}
    for table in tables.values():
        if missing := set(table.columns) - known.get(table.name, set()):
            raise Invalid.at(
                "FILE",
                f"the backup has {table.name}.{min(missing)}, which this version does not know: it was made by "
                f"Coign {archive.manifest.software}; restore it with that version or a newer one",
            )
    rows = 0
    for name in _in_order_of_references(connection, tables):
        rows += _fill(connection, archive, tables[name])
        if tables[name].rows:
            progress(f"{name}: {tables[name].rows} rows")
    _set_sequences(connection, tables)
    return rows


def _fill(connection: psycopg.Connection, archive: Archive, table: Table) -> int:
    query = sql.SQL("copy {} ({}) from stdin").format(_name(table.name), _columns(table.columns))
    with connection.cursor() as cursor:
        with cursor.copy(query) as rows:
            for chunk in archive.chunks(table.part):
                rows.write(chunk)
        if cursor.rowcount != table.rows:
            raise BackupDamaged(f"{table.part.name}: {cursor.rowcount} rows were taken in, {table.rows} were written")
    return table.rows


def _in_order_of_references(connection: psycopg.Connection, tables: Collection[str]) -> Iterator[str]:
    before: dict[str, set[str]] = {name: set() for name in tables}
    rows = connection.execute(
        "select f.nspname || '.' || r.relname, g.nspname || '.' || d.relname from pg_constraint k "
        "join pg_class r on r.oid = k.conrelid join pg_namespace f on f.oid = r.relnamespace "
        "join pg_class d on d.oid = k.confrelid join pg_namespace g on g.oid = d.relnamespace "
        "where k.contype = 'f' and not k.condeferred"
    )
    for name, refers_to in rows:
        if name in before and refers_to in before and name != refers_to:
            before[name].add(refers_to)
    return iter(tuple(TopologicalSorter(before).static_order()))


def _set_sequences(connection: psycopg.Connection, tables: Collection[str]) -> None:
    """What counts upwards goes on behind the highest number that came from the backup."""
    rows = connection.execute(
        "select n.nspname || '.' || c.relname, a.attname::text, "
        "pg_get_serial_sequence(format('%%I.%%I', n.nspname, c.relname), a.attname::text) "
        "from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid "
        "where a.attnum > 0 and not a.attisdropped and n.nspname || '.' || c.relname = any(%s)",
        (list(tables),),
    ).fetchall()
    for name, column, sequence in rows:
        if sequence is not None:
            connection.execute(
                sql.SQL("select setval(%s, (select max({}) from {}))").format(sql.Identifier(column), _name(name)),
                (sequence,),
            )


def _schemas(archive: Archive) -> list[str]:
    return sorted({table.name.partition(".")[0] for table in archive.manifest.tables})


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))


def _columns(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _ordered(columns: str) -> sql.Composable:
    if not columns:
        return sql.SQL("")
    return sql.SQL(" order by {}").format(_columns(columns.split()))
