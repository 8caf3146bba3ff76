"""Accounts come back from a backup, also from one that an older version made; sessions never do."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.support.databases import another

from coign.database import Database
from coign.database.archive import Archive
from coign.documents import Documents
from coign.kernel.errors import Invalid
from coign.service import Service, Settings, prepare
from coign.service.backing_up import LEFT_OUT, back_up, tables_here
from coign.service.restoring import Into, restore
from coign.web import tables

pytestmark = pytest.mark.usefixtures("site")  # Django is set up once a run, on the database of these tests

_USER = (
    "insert into web.auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, "
    "date_joined) values (%s, 'scrypt$…', false, '', '', '', false, true, now()) returning id"
)


@pytest.fixture(scope="module")
def made(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    """An installation with a record and with tables of accounts, and nothing else; to be copied."""
    home = tmp_path_factory.mktemp("made")
    with another(database) as own:
        prepare(own)
        with Service.on(own, Settings(home=home, demonstration=False), records=False):
            pass
        tables.prepare(own)
        yield own, home


@pytest.fixture
def source(made: tuple[Database, Path], tmp_path: Path) -> Iterator[tuple[Database, Settings]]:
    """Such an installation, of this test's own."""
    database, home = made
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    with another(database, database) as own:
        yield own, Settings(home=tmp_path, demonstration=False)


def _back_up(source: tuple[Database, Settings], target: Path) -> Archive:
    own, settings = source
    made = back_up(own, settings, target, Documents(target.parent / "documents"))
    assert made.ok, made.problems
    return Archive(made.path)


def _add(database: Database, name: str) -> int:
    with psycopg.connect(database.owner_dsn) as owner:
        row = owner.execute(_USER, (name,)).fetchone()
        assert row is not None
        return int(row[0])


def _one(database: Database, query: str) -> object:
    with psycopg.connect(database.owner_dsn) as owner:
        row = owner.execute(query).fetchone()  # type: ignore[arg-type]
        return None if row is None else row[0]


@pytest.mark.requirement("CSV-30")
def test_accounts_come_back_and_sessions_do_not(database, source, tmp_path):
    own, settings = source
    first = _add(own, "nurse-1")
    with psycopg.connect(own.owner_dsn) as owner:
        owner.execute("insert into web.django_session values ('secret-of-a-session', '…', now())")
    with _back_up(source, tmp_path / "b.zip") as archive, another(database) as empty:
        held = {table.name for table in archive.manifest.tables}
        assert held | LEFT_OUT >= {n for n in tables_here(own) if not n.startswith("records.")}
        assert b"secret-of-a-session" not in b"".join(b"".join(archive.chunks(p)) for p in archive.manifest.parts)

        assert restore(archive, settings, Into(empty, tmp_path / "new"), accounts=tables.prepare).ok

        assert _one(empty, "select id from web.auth_user where username = 'nurse-1'") == first
        assert _one(empty, "select count(*) from web.django_session") == 0
        assert _add(empty, "nurse-2") > first, "numbers go on behind those that came back"
        assert _one(empty, "select count(*) from web.auth_permission") == _one(
            own, "select count(*) from web.auth_permission"
        )


@pytest.mark.requirement("CSV-30")
def test_a_backup_of_an_older_version_fits_into_newer_tables(database, source, tmp_path):
    own, settings = source
    with psycopg.connect(own.owner_dsn) as owner:
        newest = owner.execute("select app, name from web.django_migrations order by id").fetchall()
        owner.execute("drop schema web cascade")
    last = max(i for i, (app, _) in enumerate(newest) if app == "coign_accounts")
    older = [tuple(step) for i, step in enumerate(newest) if i < last and step[0] != "coign_accounts"]
    older += [step for step in newest if step == ("coign_accounts", "0001_first")]
    tables.prepare(own, older)
    user = _add(own, "nurse-1")
    with psycopg.connect(own.owner_dsn) as owner:
        columns = owner.execute(
            "select column_name from information_schema.columns where table_schema = 'web' "
            "and table_name = 'coign_accounts_account' and column_name = 'start_password'"
        ).fetchall()
        assert columns == [], "the older version did not have this column"
        owner.execute(
            "insert into web.coign_accounts_account (user_id, person, role, organisation, demonstration, failures, "
            "blocked, stands_alone) values (%s, 'person:nurse-1', 'nurse', 'organisation:h', false, 0, false, false)",
            (user,),
        )
    with _back_up(source, tmp_path / "b.zip") as archive, another(database) as empty:
        assert restore(archive, settings, Into(empty, tmp_path / "new"), accounts=tables.prepare).ok
        assert _one(empty, "select start_password from web.coign_accounts_account") is False
        assert _one(empty, "select count(*) from web.django_migrations") == len(newest)


def test_tables_made_by_steps_that_are_not_known_here_name_the_way_out(database, source, tmp_path):
    own, settings = source
    with psycopg.connect(own.owner_dsn) as owner:
        owner.execute(
            "insert into web.django_migrations (app, name, applied) values ('coign_accounts', '9999_newer', now())"
        )
    with _back_up(source, tmp_path / "b.zip") as archive, another(database) as empty:
        with pytest.raises(Invalid, match=r"coign_accounts\.9999_newer.*restore it with the version that made it"):
            restore(archive, settings, Into(empty, tmp_path / "new"), accounts=tables.prepare)
        assert _one(empty, "select count(*) from entry") == 0
