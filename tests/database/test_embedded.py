"""The embedded server: what it is when it runs, and who may connect."""

import os
import stat
import threading
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coign.database import APPLICATION, OWNER, READER, Database, DatabaseUnavailable, Supervisor, home, running, scratch
from coign.database.server import postmaster


def asked(dsn: str, query: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_a_cold_start_gives_a_database_that_each_role_can_enter(empty_home: Path) -> None:
    with running(empty_home) as database:
        assert database.embedded
        for dsn, role in (
            (database.owner_dsn, OWNER),
            (database.application_dsn, APPLICATION),
            (database.reader_dsn, READER),
        ):
            assert asked(dsn, "SELECT current_user") == role
            assert asked(dsn, "SELECT current_database()") == "coign"


def test_a_warm_start_finds_what_was_committed(home_folder: Path) -> None:
    with running(home_folder) as database, psycopg.connect(database.owner_dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with running(home_folder) as database:
        assert asked(database.owner_dsn, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("password_encryption", "scram-sha-256"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_what_the_ledger_relies_on_is_set(durable_database: Database, setting: str, value: str) -> None:
    assert asked(durable_database.owner_dsn, f"SHOW {setting}") == value


@pytest.fixture(scope="module")
def durable_database():
    with scratch() as database:
        yield database


def test_text_is_ordered_by_its_bytes(durable_database: Database) -> None:
    query = "SELECT datcollate || datctype FROM pg_database WHERE datname = current_database()"
    assert asked(durable_database.owner_dsn, query) == "CC"


def test_durability_cannot_be_turned_off_in_the_configuration(home_folder: Path) -> None:
    with running(home_folder) as database, psycopg.connect(database.owner_dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    with running(home_folder) as database:
        assert asked(database.owner_dsn, "SHOW fsync") == "on"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_connects_without_the_password(durable_database: Database, password: str) -> None:
    for dsn in (durable_database.owner_dsn, durable_database.application_dsn, durable_database.reader_dsn):
        address = {**conninfo_to_dict(dsn), "password": password, "passfile": "/dev/null"}
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(make_conninfo(**address))


def test_every_way_in_asks_for_a_password(durable_database: Database) -> None:
    with psycopg.connect(durable_database.owner_dsn) as connection:
        rules = connection.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
    assert rules == [("local", "scram-sha-256")]


def test_a_trust_rule_slipped_into_the_file_is_gone_after_the_next_start(home_folder: Path) -> None:
    with running(home_folder):
        rules = Supervisor(home_folder).places.data / "pg_hba.conf"
    rules.write_text("local all all trust\n")
    with running(home_folder) as database:
        query = "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'"
        assert asked(database.owner_dsn, query) == 0


def test_only_the_owner_of_the_home_sees_socket_and_passwords(home_folder: Path) -> None:
    with running(home_folder):
        supervisor = Supervisor(home_folder)
        server = postmaster(supervisor.places.data)
        assert server is not None
        assert stat.S_IMODE(Path(server.socket_folder).stat().st_mode) == 0o700
        assert stat.S_IMODE(supervisor.places.passwords.stat().st_mode) == 0o600
        assert stat.S_IMODE(supervisor.places.data.stat().st_mode) == 0o700


def test_the_addresses_are_not_printed_by_accident(durable_database: Database) -> None:
    assert "password" not in repr(durable_database)


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (i int)", "CREATE SCHEMA mine", "CREATE TEMPORARY TABLE mine (i int)", "CREATE ROLE mine"],
)
@pytest.mark.parametrize("role", ["application_dsn", "reader_dsn"])
def test_application_and_reader_make_nothing(durable_database: Database, role: str, statement: str) -> None:
    with psycopg.connect(getattr(durable_database, role)) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_the_reader_starts_in_read_only_transactions(durable_database: Database) -> None:
    assert asked(durable_database.reader_dsn, "SHOW transaction_read_only") == "on"


def test_a_home_with_a_very_long_path_works(empty_home: Path) -> None:
    empty_home.chmod(0o711)
    deep = empty_home.joinpath(*["a-folder-with-a-long-name"] * 8)
    with running(deep) as database:
        assert asked(database.owner_dsn, "SELECT 1") == 1


def test_several_scratch_databases_live_side_by_side() -> None:
    numbers: list[object] = []

    def one(number: int) -> None:
        with scratch(durable=False) as database, psycopg.connect(database.owner_dsn, autocommit=True) as connection:
            connection.execute(f"CREATE TABLE own AS SELECT {number} AS number")
            numbers.append(asked(database.owner_dsn, "SELECT number FROM own"))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, numbers)) == ["0", "1", "2"]


def test_a_scratch_database_leaves_nothing_behind() -> None:
    with scratch(durable=False) as database:
        folder = Path(str(asked(database.owner_dsn, "SHOW data_directory")))
        sockets = Path(str(conninfo_to_dict(database.owner_dsn)["host"]))
        assert folder.exists() and sockets.exists()
    assert not folder.parent.exists() and not sockets.exists()


def test_the_home_is_named_by_the_environment_and_closed_to_others(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COIGN_HOME", str(empty_home / "new" / "home"))
    assert home() == empty_home / "new" / "home"
    assert stat.S_IMODE(home().stat().st_mode) == 0o700


def test_a_home_that_cannot_be_made_is_one_clear_sentence(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_home / "file").touch()
    monkeypatch.setenv("COIGN_HOME", str(empty_home / "file" / "home"))
    with pytest.raises(DatabaseUnavailable, match=r"cannot be written to .*set COIGN_HOME"):
        home()


def test_a_home_without_write_permission_is_one_clear_sentence(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = empty_home / "closed"
    closed.mkdir(mode=0o555)
    empty_home.chmod(0o755)
    monkeypatch.setenv("COIGN_HOME", str(closed))
    we = os.geteuid()
    if we == 0:  # rights do not bind root: look as somebody else
        os.seteuid(65534)
    try:
        with pytest.raises(DatabaseUnavailable, match=r"Permission denied.*set COIGN_HOME"):
            home()
    finally:
        os.seteuid(we)
