"""Backup and restore on a server that somebody else runs, as an owner with no more rights than needed."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from coign.database import Database, running, scratch
from coign.database.archive import Archive
from coign.documents import Documents
from coign.service import Service, Settings, prepare, rehearsal
from coign.service.backing_up import back_up
from coign.service.restoring import Into, restore


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    """A server of its own: its roles are changed."""
    with scratch(durable=False) as database:
        yield database


@pytest.fixture
def addresses(server: Database) -> list[str]:
    """Two empty databases of an owner who is no superuser."""
    with psycopg.connect(server.owner_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN CREATEROLE PASSWORD 'plain-and-long'")
        # As on a new server: the roles are then made by this owner, who may change them.
        for role in ("coign_app", "coign_reader"):
            connection.execute(f"REVOKE ALL ON DATABASE coign FROM {role}")
            connection.execute(f"DROP ROLE {role}")
        for name in ("one", "two"):
            connection.execute(f"CREATE DATABASE {name} OWNER plain")
    return [
        make_conninfo(server.owner_dsn, user="plain", password="plain-and-long", dbname=name) for name in ("one", "two")
    ]


@pytest.mark.requirement("CSV-30")
def test_a_backup_of_one_server_address_is_restored_at_another(
    addresses: list[str], empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=empty_home, demonstration=False)
    monkeypatch.setenv("COIGN_DATABASE_URL", addresses[0])
    with running(empty_home) as database:
        assert not database.embedded
        prepare(database)
        with Service.on(database, settings, records=False) as service:
            rehearsal.set_up(service.door, 1)
        made = back_up(database, settings, tmp_path / "b.zip", Documents(empty_home / "documents"))
    assert made.ok, made.problems
    monkeypatch.setenv("COIGN_DATABASE_URL", addresses[1])
    with running(empty_home) as database, Archive(made.path) as archive:
        done = restore(archive, settings, Into(database, tmp_path))
        assert done.ok, done
        with Service.on(database, settings, background=False, records=False) as service:
            service.door.perform(rehearsal.take_in("AFTER", rehearsal.pairs(1)[0]))
