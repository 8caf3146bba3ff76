"""`coign db backup`, `restore` and `repair`, from outside: what they say, and how they end."""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import psycopg
import pytest
from tests.cli.conftest import Coign, home_for_tests
from tests.support.authority import Office
from tests.support.witnesses import witnesses

from coign.database import Database, running
from coign.key_files import key_from
from coign.service import Service, Settings, prepare, rehearsal
from coign.witness import asking
from coign.witness.policy import read_policy

KEYS = ("vault.key", "log.key", "access.key")


@pytest.fixture(scope="module")
def recorded() -> Iterator[Path]:
    """A home with a small record, whose database is down: to be copied."""
    with home_for_tests() as folder:
        with running(folder) as up:
            prepare(up)
            with Service.on(up, Settings(home=folder, demonstration=False), records=False) as service:
                rehearsal.set_up(service.door, 2)
                stories = [rehearsal.hand_overs(f"UNIT{n}", pair) for n, pair in enumerate(rehearsal.pairs(2))]
                for _ in range(20):
                    service.door.perform_all([next(story) for story in stories])
        yield folder


@pytest.fixture
def database(recorded: Path, home: Path) -> Iterator[Database]:
    """A small record at the home of this test; the database is up, as beside a running server."""
    subprocess.run(["cp", "-a", str(recorded), str(home)], check=True)
    with running(home) as up:
        yield up


@pytest.mark.requirement("CSV-30")
def test_a_record_is_backed_up_lost_restored_and_verifies(coign: Coign, home: Path, database: Database, tmp_path: Path):
    made = coign("db", "backup", "-o", str(tmp_path), "--json")
    assert made.code == 0, made
    said = made.json
    assert said["ok"] is True and said["problems"] == []
    assert Path(said["file"]).parent == tmp_path
    assert {Path(each["file"]).name for each in said["not_included"]} == set(KEYS)
    entries = max(each["entries"] for each in said["ledgers"])

    full = coign("db", "restore", said["file"], "--json")
    assert (full.code, full.json["code"]) == (1, "conflict")
    assert "empty place" in full.json["error"]

    proved = coign("db", "restore", "--prove", said["file"], "--json")
    assert (proved.code, proved.json["proved"], proved.json["verified"]) == (0, True, True)

    bare = home.with_name("bare")
    without = coign("db", "restore", said["file"], "--json", home=bare)
    assert (without.code, without.json["code"]) == (4, "unavailable")
    assert "vault.key" in without.json["error"]
    for key in KEYS:
        shutil.copy(home / key, bare / key)
    restored = coign("db", "restore", said["file"], "--json", home=bare)
    assert restored.code == 0, restored
    assert (restored.json["verified"], restored.json["read_only"]) == (True, "")
    verified = coign("verify", "--database", "--json", home=bare)
    assert (verified.code, verified.json["entries"]) == (0, entries)
    assert coign("db", "rebuild", "--json", home=bare).json["changed"] == 0


@pytest.mark.requirement("CSV-30")
def test_a_damaged_backup_is_named_and_restores_nothing(coign: Coign, database: Database, tmp_path: Path):
    file = tmp_path / "b.zip"
    assert coign("db", "backup", "-o", str(file), "--json").code == 0
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"x" if name == "tables/public.nonce.copy" else b""))

    for command in (("restore", "--prove", str(damaged)), ("repair", "--from", str(damaged))):
        said = coign("db", *command, "--json")
        assert (said.code, said.json["code"]) == (1, "integrity_failure")
        assert "tables/public.nonce.copy" in said.json["error"]
    assert coign("db", "restore", str(tmp_path / "nowhere.zip"), "--json").code == 2
    assert coign("db", "backup", "-o", str(tmp_path / "no" / "folder.zip"), "--json").code == 2
    assert coign("db", "backup", "-o", str(file), "--json").json["code"] == "conflict"


@pytest.mark.requirement("CSV-01", "CSV-30", "CSV-S2")
def test_a_changed_byte_and_a_deleted_row_are_found_repaired_and_work_goes_on(
    coign: Coign, home: Path, database: Database, tmp_path: Path
):
    file = tmp_path / "b.zip"
    assert coign("db", "backup", "-o", str(file)).code == 0
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("alter table entry disable trigger append_only")
        owner.execute("update entry set body = overlay(body placing 'X' from 40) where ledger_id = 1 and position = 10")
        owner.execute("delete from entry where ledger_id = 1 and position = 12")

    found = coign("verify", "--database", "--json")
    assert found.code == 1
    assert {(each["position"], each["kind"]) for each in found.json["problems"]} >= {(10, "changed"), (12, "missing")}
    settings = Settings(home=home, demonstration=False)
    with Service.on(database, settings, background=False, records=False) as service:
        assert service.problems, "the start finds it, and nobody can write"

    repaired = coign("db", "repair", "--from", str(file), "--json")

    assert repaired.code == 0, repaired
    (record,) = [each for each in repaired.json["ledgers"] if not each["ledger"].endswith("/access")]
    assert (record["entries"], record["not_held"], record["unproved"]) == ([10, 12], [], "")
    assert (repaired.json["problems"], repaired.json["read_only"]) == ([], "")
    assert coign("verify", "--database", "--json").code == 0
    with Service.on(database, settings, background=False, records=False) as service:
        assert service.problems == []
        service.door.perform(rehearsal.take_in("AFTER", rehearsal.pairs(1)[0]))


@pytest.mark.requirement("CSV-30")
def test_what_a_backup_cannot_repair_is_told_and_keeps_the_record_shut(
    coign: Coign, database: Database, tmp_path, home
):
    file = tmp_path / "older.zip"
    assert coign("db", "backup", "-o", str(file)).code == 0
    with Service.on(database, Settings(home=home, demonstration=False), records=False) as service:
        position = service.door.perform(rehearsal.take_in("NEWER", rehearsal.pairs(1)[0])).position
    with psycopg.connect(database.owner_dsn) as owner:
        owner.execute("alter table entry disable trigger append_only")
        owner.execute("update entry set body = body || ' '::bytea where ledger_id = 1 and position = %s", (position,))

    said = coign("db", "repair", "--from", str(file), "--json")

    assert said.code == 1
    assert [each["not_held"] for each in said.json["ledgers"] if each["not_held"]] == [[position]]
    assert f"entry {position} changed" in said.json["read_only"]
    assert "changed" in said.json["problems"][0]


@pytest.mark.requirement("CSV-S7")
def test_an_older_backup_restores_and_says_that_something_is_missing(
    coign: Coign, home: Path, database: Database, tmp_path: Path
):
    file = coign("db", "backup", "-o", str(tmp_path), "--json").json["file"]
    with Service.on(database, Settings(home=home, demonstration=False), records=False) as service:
        service.door.perform(rehearsal.take_in("LOST", rehearsal.pairs(1)[0]))
    kept = {name: (home / name).read_bytes() for name in (*KEYS, "newest.checkpoint")}
    anew = home.with_name("anew")
    anew.mkdir(mode=0o700)
    for name, content in kept.items():
        (anew / name).touch(mode=0o600)
        (anew / name).write_bytes(content)

    said = coign("db", "restore", file, "--json", home=anew)

    assert said.code == 3, said
    assert (said.json["ok"], said.json["verified"]) == (False, True)
    assert "an older backup was restored" in said.json["read_only"]
    again = coign("verify", "--database", "--json", home=anew)
    assert (again.code, again.json["problems"][0]["kind"]) == (1, "missing")

    note = kept["newest.checkpoint"]
    (anew / "newest.checkpoint").unlink()
    key = key_from(anew / "log.key", note.partition(b"\n")[0].decode(), "log key").verifier()
    with witnesses(tmp_path / "witness", key, 1) as policy:
        (tmp_path / "policy").write_text(policy)
        (named,) = read_policy(tmp_path / "policy").witnesses
        assert asking.add_checkpoint(named.url, 0, [], note).status == HTTPStatus.OK
        told = coign("verify", "--database", "--json", home=anew, COIGN_WITNESSES=str(tmp_path / "policy"))
    (problem,) = told.json["problems"]
    assert (told.code, problem["kind"]) == (1, "missing") and "the witness witness-1.example" in problem["detail"]
    assert problem["position"] is not None and told.json["proved"] == []


@pytest.mark.requirement("CSV-01")
def test_an_entry_is_handed_out_with_a_time_stamp_that_verify_judges(
    coign: Coign, home: Path, database: Database, tmp_path: Path
):
    file = tmp_path / "entry.proof"
    with Office() as office:
        office.policy(home)
        assert coign("pack", "--entry", "5", "-o", str(file)).code == 0
    said = coign("verify", str(file), "--json")
    assert said.code == 0 and any("says CN=Clock of tests" in each for each in said.json["proved"])
    found = coign("verify", "--database", "--json")
    assert found.code == 0 and any("entries existed at" in each for each in found.json["proved"])

    # The authority is closed: the entry is handed out all the same, without a stamp.
    with Service.on(database, Settings(home=home, demonstration=False), records=False) as service:
        service.door.perform(rehearsal.take_in("NEWER", rehearsal.pairs(1)[0]))
    assert coign("pack", "--entry", "5", "-o", str(file)).code == 0
    without = coign("verify", str(file), "--json")
    assert without.code == 0 and not any("existed" in each for each in without.json["proved"])
    (home / "timestamps.yaml").write_text("authority: nowhere")
    assert coign("verify", "--database", "--json").code == 2
