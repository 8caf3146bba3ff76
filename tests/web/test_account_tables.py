"""Tables of accounts: made at once where there are none, brought up to date step by step where there are some."""

import psycopg
import pytest
from tests.support.databases import another

from coign.database import Database
from coign.web import tables

pytestmark = pytest.mark.usefixtures("site")  # Django is set up once a run, on the database of these tests

#: Keys that the database allots may be wide or not; columns that refer to them are compared with their type.
_SHAPE = (
    "select app, name from web.django_migrations order by id",
    "select table_name, column_name, case is_identity when 'YES' then 'key' else data_type end, is_nullable, "
    "character_maximum_length::text, column_default from information_schema.columns "
    "where table_schema = 'web' order by 1, 2",
    "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint "
    "where connamespace = 'web'::regnamespace order by 1, 2",
    "select tablename, indexname, indexdef from pg_indexes where schemaname = 'web' order by 2",
    "select codename from web.auth_permission order by 1",
)


def _shape(database: Database, *older: list[tuple[str, str]]) -> list[list[tuple[str, ...]]]:
    """What stands in a new database after a start of today, or after an older version's steps and then such a start."""
    with another(database) as own:
        for steps in older:
            tables.prepare(own, steps)
        tables.prepare(own)
        with psycopg.connect(own.owner_dsn) as owner:
            return [owner.execute(query).fetchall() for query in _SHAPE]


def test_tables_made_at_once_are_those_that_every_step_leads_to_and_an_older_installation_starts(
    database: Database,
) -> None:
    at_once = _shape(database)
    steps = at_once[0]
    assert _shape(database, steps[: len(steps) // 2]) == at_once
