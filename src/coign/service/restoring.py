"""Restores a backup into an empty place, makes what is derived anew, and verifies all of it before anybody works on it.

A backup older than what was published here verifies too, and yet something is missing: then the record starts read-only
until two people have decided to go on without it (CSV-S7).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from coign import access, catalogue
from coign.database import Database, scratch
from coign.database.archive import Archive, BackupDamaged, Manifest
from coign.database.dumping import copy_in, refuse_unless_empty
from coign.documents import Documents
from coign.kernel.errors import Conflict
from coign.kernel.frozen import dataclass
from coign.ledger import check as start_check
from coign.ledger.log_keys import KeysHere
from coign.ledger.shutting import is_shut
from coign.ledger.states import Folding
from coign.ledger.store import connect
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.records.projector import Projection
from coign.service import LEDGER_ID, prepare, seen_file, therapies
from coign.service.backing_up import keys_of, ledger_problems
from coign.service.first_start import one_at_a_time
from coign.service.house_rules import terms_at
from coign.service.key_files import master_key, seal_key
from coign.service.rebuilding import bring_up_to_date, rebuild
from coign.service.witnesses import shown_now
from coign.settings import Settings
from coign.vault import Vault
from coign_verify.growing import Frontier

Progress = Callable[[str], None]

Migrations = Sequence[tuple[str, str]]
AccountTables = Callable[[Database, Migrations | None], None]
"""Makes the tables of accounts: as these migrations left them, or (None) as this version wants them."""


@dataclass(frozen=True, slots=True)
class Into:
    """Where a backup goes: an empty database, and the folder for documents and programme files."""

    database: Database
    home: Path


@dataclass(slots=True)
class Restored:
    """What was taken in, and what verifying it showed."""

    manifest: Manifest
    rows: int = 0
    documents: int = 0
    states: int = 0
    verified: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    #: Why nothing can be written yet; empty: work can go on.
    read_only: str = ""

    @property
    def ok(self) -> bool:
        """Whether the record verifies and nothing that was published is missing."""
        return not self.problems and not self.read_only


def _quiet(line: str) -> None:
    """Nobody watches."""


def no_accounts(database: Database, migrations: Migrations | None) -> None:
    """For an installation that nobody ever signed in to."""


def restore(
    archive: Archive,
    settings: Settings,
    into: Into,
    *,
    accounts: AccountTables = no_accounts,
    seen: bytes | None = None,
    progress: Progress = _quiet,
) -> Restored:
    """Check the backup, take it in, make the derived tables, verify. Nothing is touched unless the backup is whole.

    The keys must lie in their places already. `seen`: the newest checkpoint published here, kept outside the database.
    The witnesses of COIGN_WITNESSES are asked what they have seen.
    """
    manifest = archive.manifest
    archive.check_seal(seal_key(settings))
    keys = keys_of(manifest, settings)
    progress("Checking the backup …")
    if wrong := archive.check(progress) or ledger_problems(archive, keys):
        raise BackupDamaged(f"{archive.path} does not verify, and nothing was restored: {'; '.join(wrong[:20])}")
    done = Restored(manifest)
    prepare(into.database)
    # Whoever starts meanwhile waits, instead of opening a new record in the place of the one that is coming.
    with one_at_a_time(into.database.application_dsn):
        _load(done, archive, into, accounts, progress)
    progress("Verifying …")
    _verify(done, settings, into, keys, progress)
    done.read_only = _start(settings, into.database, keys, seen)
    return done


def prove(
    path: Path, settings: Settings, *, accounts: AccountTables = no_accounts, progress: Progress = _quiet
) -> Restored:
    """Restore into a temporary database and throw it away: the proof that this backup can be restored.

    It may be older than the record, so nobody is asked what they have seen.
    """
    settings = replace(settings, witnesses=None)
    with (
        Archive(path) as archive,
        scratch(durable=False) as database,
        TemporaryDirectory(prefix="coign-restore-") as home,
    ):
        return restore(archive, settings, Into(database, Path(home)), accounts=accounts, progress=progress)


def newest_seen(settings: Settings) -> bytes | None:
    """The newest checkpoint that was published here."""
    return seen_file(settings).read()


def _must_be_empty(manifest: Manifest) -> list[str]:
    """Making the tables of accounts fills some of them; whoever has accounts has users."""
    return [t.name for t in manifest.tables if t.name.startswith("public.") or t.name == "web.auth_user"]


def _load(done: Restored, archive: Archive, into: Into, accounts: AccountTables, progress: Progress) -> None:
    with psycopg.connect(into.database.owner_dsn) as owner:
        refuse_unless_empty(owner, _must_be_empty(done.manifest))
    accounts(into.database, done.manifest.migrations)
    done.documents = _take_files(archive, into.home)
    with psycopg.connect(into.database.owner_dsn) as owner:
        done.rows = copy_in(owner, archive, progress)
    accounts(into.database, None)
    progress("Folding states and lists anew …")
    done.states = _derive(into)


def _take_files(archive: Archive, home: Path) -> int:
    documents = Documents(home / "documents")
    for part in archive.manifest.documents:
        content = b"".join(archive.chunks(part))
        if documents.put(content) != part.name.rpartition("/")[2]:
            raise BackupDamaged(f"{part.name} is another document than its name says")
    for part in archive.manifest.programmes:
        folder, _, name = part.name.partition("/")
        if folder not in therapies.FOLDERS or name != Path(name).name:
            raise BackupDamaged(f"{part.name} is no file of a programme or a course")
        file, content = home / folder / name, b"".join(archive.chunks(part))
        if file.exists() and file.read_bytes() != content:
            raise Conflict(f"{file} is not the file of the backup: move it away and restore again")
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_bytes(content)
    return len(archive.manifest.documents)


def _derive(into: Into) -> int:
    """Heads of subjects, states and lists: from the entries alone."""
    dsn = into.database.owner_dsn
    with psycopg.connect(dsn) as owner:
        ledgers = [row[0] for row in owner.execute("select ledger_id from ledger order by 1").fetchall()]
    for number in ledgers:
        if number < 0:
            rebuild(dsn, number, views=Folding(access.VIEWS))
        else:
            bring_up_to_date(dsn, number)
            _project(into, number)
    with psycopg.connect(dsn) as owner:
        row = owner.execute("select count(*) from state").fetchone()
    return int(row[0]) if row else 0


def _project(into: Into, ledger_id: int) -> None:
    with connect(into.database.application_dsn) as connection:
        projection = Projection(connection, ledger_id, catalogue.ACTIONS, therapies.load(into.home))
        while projection.advance():
            pass


def _verify(done: Restored, settings: Settings, into: Into, keys: Mapping[int, KeysHere], progress: Progress) -> None:
    master, terms = master_key(settings), terms_at(into.home)
    with _reading(into.database) as connection:
        for part in done.manifest.ledgers:
            views = folding() if part.ledger_id > 0 else Folding(access.VIEWS)
            known = keys[part.ledger_id].known if part.ledger_id in keys else ()
            of_rules = terms if part.ledger_id > 0 else None
            found = verify_database(connection, part.ledger_id, log_keys=known, folding=views, terms=of_rules)
            done.verified[part.origin] = found.entries
            done.problems += [f"{part.origin}: {problem}" for problem in found.problems]
            if _tree(connection, part.ledger_id) != (part.size, part.root):
                done.problems.append(f"{part.origin}: the head is not that of the backup")
            Vault(master, part.ledger_id).check(connection)
            progress(f"{part.origin}: {found.entries} entries verified")


@contextmanager
def _reading(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.owner_dsn, autocommit=True) as connection:
        yield connection


def _tree(connection: psycopg.Connection, ledger_id: int) -> tuple[int, str]:
    row = connection.execute("select frontier from head where ledger_id = %s", (ledger_id,)).fetchone()
    assert row is not None
    tree = Frontier.from_bytes(bytes(row[0]))
    return tree.size, tree.root().hex()


def _start(settings: Settings, database: Database, keys: Mapping[int, KeysHere], seen: bytes | None) -> str:
    """What the next start would do, done now, so that whoever restores is told at once."""
    with connect(database.application_dsn) as connection:
        if LEDGER_ID in keys:
            own = keys[LEDGER_ID].known
            witnessed = shown_now(settings, own)
            start_check.start(connection, LEDGER_ID, log_keys=own, seen=seen, witnessed=witnessed)
        return is_shut(connection, LEDGER_ID)
