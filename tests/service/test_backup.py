"""A backup holds everything that cannot be made anew, and nothing that opens it; restored, the record is the same."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import psycopg
import pytest
from tests.support.databases import another
from tests.support.witnesses import witnesses

from coign.database import Database
from coign.database.archive import MANIFEST, SEAL, Archive, BackupDamaged
from coign.kernel.errors import Conflict, Invalid, Unavailable
from coign.kernel.subjects import Person
from coign.kernel.values import Actor
from coign.ledger.checkpoints import latest
from coign.ledger.store import connect
from coign.perform.request import Request
from coign.service import LEDGER_ID, SETUP, Service, Settings, prepare, rehearsal, restoring
from coign.service.backing_up import LEFT_OUT, back_up, check, tables_here
from coign.service.restoring import Into, Restored, restore
from coign.witness import asking
from coign.witness.policy import read_policy

PEOPLE = 4
ADMINS = [Actor(Person(f"person:admin-{n}"), "admin", rehearsal.HOSPITAL) for n in (1, 2)]
#: Of a state, all but how many entries there were when it was written: the writer counts by the batch.
_DERIVED = (
    "subject_head", "(select ledger_id, subject, view, fold, body from state)",
    "records.journey", "records.act", "records.thing", "records.party",
)  # fmt: skip


def set_up(service: Service) -> None:
    """Two organisations with people who hand units over, and two administrators."""
    hospital = {
        "organisation": rehearsal.HOSPITAL,
        "name": "Drill Hospital",
        "category": "treatment_centre",
        "country": "DE",
    }
    key = f"setup-{rehearsal.HOSPITAL}"
    service.door.perform(Request("people.register_organisation", SETUP, key, hospital))
    for admin in ADMINS:
        named = {"person": admin.person, "organisation": rehearsal.HOSPITAL, "name": "Ann Example"}
        granted = {"person": admin.person, "role": "admin", "organisation": rehearsal.HOSPITAL}
        service.door.perform(Request("people.register_person", SETUP, f"{admin.person}-1", named))
        service.door.perform(Request("people.grant_role", SETUP, f"{admin.person}-2", granted))
    rehearsal.set_up(service.door, PEOPLE)


def hand_over(service: Service, name: str, acts: int) -> None:
    """Units go to and fro."""
    stories = [rehearsal.hand_overs(f"{name}{n}", pair) for n, pair in enumerate(rehearsal.pairs(PEOPLE))]
    for _ in range(acts):
        service.door.perform_all([next(story) for story in stories])


@dataclass
class Place:
    """An installation that tests back up."""

    database: Database
    settings: Settings
    home: Path

    @contextmanager
    def open(self) -> Iterator[Service]:
        """At work, with checkpoints."""
        with Service.on(self.database, self.settings) as service:
            yield service

    def back_up(self, name: str) -> Path:
        """A backup that verifies."""
        with self.open() as service:
            made = back_up(self.database, self.settings, self.home / name, service.documents)
        assert made.ok, made.problems
        return made.path


@pytest.fixture(scope="module")
def place(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation with more than a tile of entries, looks at identities, names in the vault and a document."""
    home = tmp_path_factory.mktemp("home")
    with another(database) as own:
        prepare(own)
        here = Place(own, Settings(home=home, demonstration=False), home)
        with here.open() as service:
            set_up(service)
            hand_over(service, "UNIT", 80)
            service.look(ADMINS[0], [], "/")
            service.documents.put(b"the curve of a logger")
        yield here


@pytest.fixture(scope="module")
def backup(place: Place) -> Path:
    """A backup of it."""
    return place.back_up("backup.zip")


@pytest.fixture
def empty(database: Database) -> Iterator[Database]:
    """A database in which nothing is yet."""
    with another(database) as nothing:
        yield nothing


def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    """All rows of a table, in an order of their own."""
    with psycopg.connect(database.owner_dsn) as connection:
        return sorted(connection.execute(f"select * from {table} t").fetchall(), key=repr)


def project_all(place: Place) -> None:
    """Lists up to the newest entry."""
    size = len([row for row in rows(place.database, "entry") if row[0] == 1])
    with place.open() as service:
        assert service.projector is not None
        assert service.projector.wait_for(size - 1, timeout_s=60)


def restored(place: Place, file: Path, database: Database, home: Path, **given: object) -> Restored:
    """Into this database and folder, with the keys of the installation."""
    with Archive(file) as archive:
        return restore(archive, place.settings, Into(database, home), **given)  # type: ignore[arg-type]


# What is in it


@pytest.mark.requirement("CSV-30")
def test_every_table_is_in_the_backup_or_made_anew(place, backup):
    with Archive(backup) as archive:
        held = {table.name for table in archive.manifest.tables}
    anew = {name for name in tables_here(place.database) if name.startswith("records.")}
    assert held.isdisjoint(LEFT_OUT)
    assert held | anew | LEFT_OUT >= tables_here(place.database)
    assert {"public.entry", "public.vault_opening", "public.vault_key", "public.security_log", "public.nonce"} <= held


@pytest.mark.requirement("CSV-30")
def test_the_keys_are_not_in_it(place, backup):
    with zipfile.ZipFile(backup) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for file in ("vault.key", "log.key", "access.key"):
        held = (place.home / file).read_text().split()[-1]  # base64 may hold plus signs as well as a note's key does
        secret = held.split("+", 4)[-1] if held.startswith("PRIVATE+KEY+") else held
        assert len(secret) > 30
        assert secret.encode() not in everything
    with Archive(backup) as archive:
        assert archive.manifest.apart == ("vault.key", "log.key", "access.key")


def test_a_backup_replaces_nothing(place, backup):
    with place.open() as service, pytest.raises(Conflict, match="replaces nothing"):
        back_up(place.database, place.settings, backup, service.documents)


def test_a_backup_needs_the_key_that_seals_it(place, tmp_path):
    without = replace(place.settings, vault_key_file=tmp_path / "vault.key")
    with place.open() as service, pytest.raises(Unavailable, match=r"vault\.key"):
        back_up(place.database, without, tmp_path / "b.zip", service.documents)
    assert list(tmp_path.iterdir()) == [], "nothing half-written is left"


# What is found when it is read back


def copy_with(backup: Path, target: Path, **changed: bytes | None) -> Path:
    """A copy of the file with other bytes in some of its parts (None: without the part)."""
    parts = {name.replace("__", "/"): content for name, content in changed.items()}
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = parts.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


@pytest.mark.requirement("CSV-30")
def test_a_flipped_byte_anywhere_is_found(place, backup, tmp_path):
    content = bytearray(backup.read_bytes())
    # All along the file, and each byte of the last line of its table, of which no reader looks at dates and rights.
    ends = range(content.rfind(b"PK\x01\x02"), len(content))
    for at in (*range(100, len(content), len(content) // 25), *ends):
        damaged = tmp_path / "damaged.zip"
        damaged.write_bytes(content[:at] + bytes([content[at] ^ 0x20]) + content[at + 1 :])
        assert check(damaged, place.settings), f"byte {at}"


@pytest.mark.requirement("CSV-30")
def test_a_damaged_part_is_named(place, backup, tmp_path):
    with zipfile.ZipFile(backup) as held:
        entries = held.read("tables/public.entry.copy")
        document = next(name for name in held.namelist() if name.startswith("documents/"))
    damaged = copy_with(backup, tmp_path / "a.zip", **{"tables__public.entry.copy": entries.replace(b"e", b"f", 1)})
    assert [each.partition(":")[0] for each in check(damaged, place.settings)] == ["tables/public.entry.copy"]
    gone = copy_with(backup, tmp_path / "b.zip", **{document.replace("/", "__"): None})
    assert [each.partition(":")[0] for each in check(gone, place.settings)] == [document]
    short = tmp_path / "c.zip"
    short.write_bytes(backup.read_bytes()[:-2000])
    assert "its end is missing" in check(short, place.settings)[0]


@pytest.mark.requirement("CSV-30")
def test_parts_that_were_exchanged_and_hashed_anew_do_not_open(place, backup, tmp_path):
    with zipfile.ZipFile(backup) as held:
        manifest, log = json.loads(held.read(MANIFEST)), held.read("tables/public.security_log.copy")
    table = next(t for t in manifest["tables"] if t["name"] == "public.security_log")
    table["part"]["sha256"], table["part"]["bytes"], table["rows"] = "0" * 64, len(log), 0
    forged = copy_with(backup, tmp_path / "forged.zip", **{MANIFEST: json.dumps(manifest).encode()})
    (problem,) = check(forged, place.settings)
    assert "was not sealed with the key of this installation" in problem
    (problem,) = check(copy_with(backup, tmp_path / "bare.zip", **{SEAL: None}), place.settings)
    assert f"{SEAL} is missing" in problem


def test_what_is_no_backup_and_what_another_version_made_is_said(place, backup, tmp_path):
    with pytest.raises(Invalid, match="cannot be read"):
        Archive(tmp_path / "nowhere.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BackupDamaged, match="is no backup"):
        Archive(tmp_path / "text.zip")
    with zipfile.ZipFile(backup) as held:
        newer = held.read(MANIFEST).replace(b"coign/backup/v1", b"coign/backup/v9")
    with pytest.raises(Invalid, match="coign/backup/v9"):
        Archive(copy_with(backup, tmp_path / "v9.zip", **{MANIFEST: newer}))
    with pytest.raises(BackupDamaged, match="manifest"):
        Archive(copy_with(backup, tmp_path / "none.zip", **{MANIFEST: b"{}"}))


@pytest.mark.requirement("CSV-30")
def test_a_damaged_record_or_document_gives_no_backup_to_rely_on(place, backup, empty, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(place.home, home)
    settings = replace(place.settings, home=home)
    assert restored(place, backup, empty, home).ok
    with psycopg.connect(empty.owner_dsn) as owner:
        owner.execute("alter table entry disable trigger append_only")
        owner.execute("update entry set body = body || ' '::bytea where ledger_id = 1 and position = 7")
    with Service.on(empty, settings, background=False) as service:
        digest = next(iter(service.documents.digests()))
        file = home / "documents" / digest[:2] / digest[2:]
        file.write_bytes(b"something else")
        made = back_up(empty, settings, tmp_path / "b.zip", service.documents)
    assert not made.ok
    assert made.path == tmp_path / "b.zip.damaged"
    assert not (tmp_path / "b.zip").exists()
    assert any("entry 7: its bytes do not give its hash" in each for each in made.problems)
    assert any(digest[:12] in each for each in made.problems)


# Restored


@pytest.mark.requirement("CSV-30")
def test_what_is_restored_is_the_same_and_work_goes_on(place, backup, empty, tmp_path):
    project_all(place)
    before = {table: rows(place.database, table) for table in ("entry", "nonce", "tile", "vault_opening", *_DERIVED)}

    done = restored(place, backup, empty, tmp_path)

    assert done.ok, done
    assert done.documents == 2, "the logger's curve, and what held in the house"
    assert all(done.verified.values())
    for table, expected in before.items():
        assert rows(empty, table) == expected, table
    for key in ("vault.key", "log.key", "access.key"):
        shutil.copy(place.home / key, tmp_path / key)
    with Service.on(empty, replace(place.settings, home=tmp_path)) as service:
        assert service.problems == []
        assert service.documents.get(next(iter(service.documents.digests()))) == b"the curve of a logger"
        hand_over(service, "AFTER", 2)
        with service.vault.pool.connection() as connection:
            commitments = [bytes(r[0]) for r in connection.execute("select commitment from vault_opening")]
            assert "Ann Example" in {o.value for o in service.vault.vault.open(connection, commitments).values()}
            connection.execute(
                "insert into security_log (ledger_id, kind, person, detail) values (1, 'test', '', '{}')"
            )


@pytest.mark.requirement("CSV-30")
def test_a_proof_of_restore_leaves_nothing_behind(place, backup):
    size = len(rows(place.database, "entry"))
    assert restoring.prove(backup, place.settings).ok
    assert len(rows(place.database, "entry")) == size


def test_a_restore_goes_into_an_empty_place_only(place, backup, tmp_path):
    before = rows(place.database, "entry")
    with pytest.raises(Conflict, match="needs an empty place"):
        restored(place, backup, place.database, tmp_path)
    assert rows(place.database, "entry") == before


def test_nothing_is_touched_when_the_backup_is_damaged_or_the_keys_are_anothers(place, backup, empty, tmp_path):
    with zipfile.ZipFile(backup) as held:
        entries = held.read("tables/public.entry.copy")
    damaged = copy_with(backup, tmp_path / "a.zip", **{"tables__public.entry.copy": entries[:-100]})
    with pytest.raises(BackupDamaged, match=r"tables/public\.entry\.copy"):
        restored(place, damaged, empty, tmp_path)
    with another(place.database) as other:
        strange = Settings(home=tmp_path / "strange", demonstration=False)
        prepare(other)
        (tmp_path / "strange").mkdir()
        with Service.on(other, strange, background=False):
            pass
    with pytest.raises(BackupDamaged, match="not sealed with the key of this installation"), Archive(backup) as archive:
        restore(archive, strange, Into(empty, tmp_path))
    shutil.copy(place.home / "vault.key", tmp_path / "strange" / "vault.key")
    with pytest.raises(Unavailable, match=r"access\.key is missing"), Archive(backup) as archive:
        restore(archive, strange, Into(empty, tmp_path))
    assert tables_here(empty) == set()


def test_a_table_or_column_that_this_version_does_not_know_names_the_version_to_use(place, empty, tmp_path):
    with psycopg.connect(place.database.owner_dsn, autocommit=True) as owner:
        owner.execute("alter table scrub add column newer int")
        newer = place.back_up("newer.zip")
        owner.execute("alter table scrub drop column newer")
    with pytest.raises(Invalid, match=r"public\.scrub\.newer.*made by Coign"):
        restored(place, newer, empty, tmp_path)
    assert rows(empty, "entry") == []


@pytest.mark.parametrize(
    ("folder", "of_the_release"),
    [("programmes", "programmes/autologous-car-t.yaml"), ("courses", "training/courses/identity-check.yaml")],
)
def test_files_that_the_installation_added_come_along(place, empty, tmp_path, folder, of_the_release):
    source = Path(restoring.therapies.__file__).parents[1] / of_the_release
    own = place.home / folder / "own.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(source.read_bytes())
    backup = place.back_up(f"{folder}.zip")
    own.unlink()
    assert restored(place, backup, empty, tmp_path).ok
    assert (tmp_path / folder / "own.yaml").read_bytes() == source.read_bytes()


# An older backup (CSV-S7)


@pytest.mark.requirement("CSV-S7", "CSV-18")
def test_an_older_backup_starts_read_only_until_two_people_go_on(place, tmp_path):
    older = place.back_up("older.zip")
    with place.open() as service:
        hand_over(service, "LOST", 3)
        rejected = Request(
            "custody.take_in", rehearsal.pairs(1)[0].giver, "lost", {"unit": "unit:LOST", "site": "site:x"}
        )
        service.door.perform(rejected)
    seen = restoring.newest_seen(place.settings)
    with ExitStack() as stack:
        database = stack.enter_context(another(place.database))
        done = restored(place, older, database, place.home, seen=seen)
        assert not done.ok and not done.problems
        assert "an older backup was restored" in done.read_only
        service = stack.enter_context(Service.on(database, place.settings, background=False))
        assert service.problems
        with pytest.raises(Unavailable, match="older backup"):
            hand_over(service, "BLOCKED", 1)
        finding = {"finding": "restored from yesterday", "damaged": []}
        service.door.perform(Request("installation.propose_resume", ADMINS[0], "r1", finding))
        service.door.perform(Request("installation.agree_to_resume", ADMINS[1], "r2", {}))
        hand_over(service, "NEXT", 1)


@pytest.mark.requirement("CSV-S7")
def test_whoever_restores_an_older_backup_is_told_by_the_witnesses_alone(place, tmp_path):
    older = place.back_up("before.zip")
    with place.open() as service:
        hand_over(service, "SEEN", 2)
        log_key = service.log_key
    with connect(place.database.application_dsn) as connection:
        newest = latest(connection, LEDGER_ID)
    with witnesses(tmp_path / "w", log_key, 1) as policy, another(place.database) as database:
        (tmp_path / "policy").write_text(policy)
        (named,) = read_policy(tmp_path / "policy").witnesses
        assert asking.add_checkpoint(named.url, 0, [], newest).status == HTTPStatus.OK
        asks = Place(place.database, replace(place.settings, witnesses=tmp_path / "policy"), place.home)
        done = restored(asks, older, database, place.home)
    assert not done.problems and not done.ok
    assert "witness-1.example" in done.read_only and "an older backup was restored" in done.read_only
