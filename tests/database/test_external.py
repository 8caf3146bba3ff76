"""A server that somebody else runs, named by `COIGN_DATABASE_URL`."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from coign.database import APPLICATION, READER, Database, DatabaseUnavailable, running, scratch


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    """A server of its own: these tests change its roles."""
    with scratch(durable=False) as database:
        yield database


def current_user(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT current_user").fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def address(server: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COIGN_DATABASE_URL", server.owner_dsn)
    return server.owner_dsn


def without_roles(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for role in (APPLICATION, READER):
            connection.execute(f"REVOKE ALL ON DATABASE coign FROM {role}")
            connection.execute(f"DROP ROLE {role}")


def test_application_and_reader_are_made_on_a_new_server(empty_home: Path, address: str) -> None:
    without_roles(address)
    with running(empty_home) as database:
        assert not database.embedded
        assert database.owner_dsn == address
        assert current_user(database.application_dsn) == APPLICATION
        assert current_user(database.reader_dsn) == READER


def test_every_process_gets_the_same_roles_without_a_shared_folder(
    empty_home: Path, tmp_path: Path, address: str
) -> None:
    with running(empty_home) as one, running(tmp_path) as other:
        assert one == other


def test_no_server_is_started_beside_the_one_that_is_named(empty_home: Path, address: str) -> None:
    with running(empty_home):
        assert list(empty_home.iterdir()) == []


def test_the_server_runs_on_afterwards(empty_home: Path, address: str) -> None:
    with running(empty_home):
        pass
    assert current_user(address) == "coign_owner"


def test_an_owner_who_may_not_make_roles_is_told_so(
    empty_home: Path, server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS small")
        connection.execute("DROP ROLE IF EXISTS small")
        connection.execute("CREATE ROLE small LOGIN PASSWORD 'small'")
        connection.execute("CREATE DATABASE small OWNER small")
    monkeypatch.setenv(
        "COIGN_DATABASE_URL", make_conninfo(server.owner_dsn, user="small", password="small", dbname="small")
    )
    with pytest.raises(DatabaseUnavailable, match="give it CREATEROLE"), running(empty_home):
        pass


def test_a_database_of_another_encoding_is_refused(
    empty_home: Path, server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(server.owner_dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS latin")
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    monkeypatch.setenv("COIGN_DATABASE_URL", make_conninfo(server.owner_dsn, dbname="latin"))
    with pytest.raises(DatabaseUnavailable, match="encoding LATIN1"), running(empty_home):
        pass


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "host=/nowhere dbname=x", "no address at all"])
def test_a_server_that_does_not_answer_is_one_clear_sentence(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("COIGN_DATABASE_URL", url)
    with pytest.raises(DatabaseUnavailable, match="COIGN_DATABASE_URL cannot be used") as refused, running(empty_home):
        pass
    assert "\n" not in str(refused.value)
