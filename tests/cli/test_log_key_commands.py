"""`coign db log-key`, `root-key` and `sign-log-key`, from outside: what they say, and how they end."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Coign, home_for_tests

from coign.database import Database, running
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.perform.request import Request
from coign.service import LEDGER_ID, SETUP, Service, Settings, prepare
from coign.service.packing import sign_newest

HOSPITAL = Organisation("organisation:hospital")
ADMINS = tuple(Actor(Person.of(name), "admin", HOSPITAL) for name in ("admin-1", "admin-2"))
Enter = Callable[[Path], None]


@pytest.fixture(scope="module")
def recorded() -> Iterator[Path]:
    """A home with a record of a few entries and two administrators, whose database is down: to be copied."""
    with home_for_tests() as folder:
        with running(folder) as up:
            prepare(up)
            with Service.on(up, Settings(home=folder, demonstration=False), records=False) as service:
                house = {"organisation": HOSPITAL, "name": "Hospital", "category": "treatment_centre", "country": "DE"}
                asked = [("people.register_organisation", house)]
                for each in ADMINS:
                    named = {"person": each.person, "organisation": HOSPITAL}
                    asked += [("people.register_person", {**named, "name": "Ann Example"})]
                    asked += [("people.grant_role", {**named, "role": "admin"})]
                for number, (action, command) in enumerate(asked):
                    service.door.perform(Request(action, SETUP, f"set-up-{number}", command))
        yield folder


@pytest.fixture
def database(recorded: Path, home: Path) -> Iterator[Database]:
    """The record at the home of this test; the database is up, as beside a running server."""
    subprocess.run(["cp", "-a", str(recorded), str(home)], check=True)
    with running(home) as up:
        yield up


@pytest.fixture
def enter(database: Database, home: Path) -> Enter:
    """Two administrators enter a statement, and what is recorded then is signed if it can be."""

    def entered(file: Path) -> None:
        settings = Settings(home=home, demonstration=False)
        with Service.on(database, settings, records=False, background=False) as service:
            for verb, who in zip(("propose", "agree_to"), ADMINS, strict=True):
                command = {"statement": file.read_text("utf-8")}
                service.door.perform(Request(f"installation.{verb}_log_key", who, f"{verb}-{file.name}", command))
            with service.vault.pool.connection() as connection:
                connection.autocommit = True
                sign_newest(connection, LEDGER_ID, service.keys_here(), time.time_ns() // 1000)

    return entered


@pytest.mark.requirement("CSV-01")
def test_the_next_key_is_made_entered_and_the_one_before_is_forgotten(
    coign: Coign, home: Path, enter: Enter, tmp_path: Path
) -> None:
    first = coign("db", "log-key", "--json").json
    assert first["ok"] and first["since"] == 0 and first["root"] is None and len(first["keys"]) == 1
    nowhere = coign("db", "log-key", "--new", "--json")
    assert (nowhere.code, nowhere.json["errors"][0]["field"]) == (2, "-o")
    made = coign("db", "log-key", "--new", "-o", str(tmp_path / "next.txt"))
    assert made.code == 0 and "Two administrators enter it" in made.out and "PRIVATE" not in made.out
    assert coign("db", "log-key", "--json").json["key"] == first["key"], "until it is entered the key before signs"
    enter(tmp_path / "next.txt")
    now = coign("db", "log-key", "--json").json
    assert now["key"] != first["key"] and now["since"] > 0 and now["retired"] == [first["key"]]
    assert coign("db", "log-key", "--retire", "--json").json["retired"] == [first["key"].split("+")[1]]
    assert "PRIVATE" not in (home / "log.key").read_text()
    for name, key in (("old", first["key"]), ("new", now["key"])):
        (tmp_path / name).write_text(f"{key}\n")
        assert coign("verify", "--database", "--trust", str(tmp_path / name), "--json").json["ok"] is True
    backup = coign("db", "backup", "-o", str(tmp_path), "--json")
    assert backup.json["problems"] == [], "it was read back, and its checkpoint is of the new key"


@pytest.mark.requirement("CSV-01", "CSV-18")
def test_a_root_made_offline_signs_for_a_key_that_is_lost(
    coign: Coign, home: Path, enter: Enter, tmp_path: Path
) -> None:
    ledger, first = (coign("db", "log-key", "--json").json[name] for name in ("ledger", "key"))
    offline, root = tmp_path / "nowhere", tmp_path / "root.key"
    public = coign("db", "root-key", "--ledger", ledger, "-o", str(root), "--json", home=offline).json["root"]
    assert root.stat().st_mode & 0o777 == 0o600 and not offline.exists(), "it needs no installation"
    assert coign("db", "root-key", "--ledger", ledger, "-o", str(root), "--json", home=offline).code == 1
    asked, signed = str(tmp_path / "asked"), tmp_path / "signed"
    assert coign("db", "log-key", "--lost", "-o", asked, "--json").json["code"] == "conflict"
    assert coign("db", "log-key", "--root", public, "-o", asked, "--json").code == 0
    sign = ("db", "sign-log-key", asked, "--key", str(root), "-o")
    assert coign(*sign, str(signed), "--json", home=offline).code == 0
    enter(signed)
    (home / "log.key").unlink()
    assert coign("db", "log-key", "--json").json["code"] == "unavailable"
    assert coign("db", "log-key", "--lost", "-o", asked, "--json").code == 0
    waiting = coign("db", "log-key", "--json")
    assert (waiting.code, waiting.json["signs_here"], waiting.json["key"]) == (1, False, first)
    assert coign(*sign, str(tmp_path / "signed-2"), home=offline).code == 0
    enter(tmp_path / "signed-2")
    now = coign("db", "log-key", "--json").json
    assert now["ok"] and now["key"] != first and now["root"] == public
    (tmp_path / "old").write_text(f"{first}\n")
    assert coign("verify", "--database", "--trust", str(tmp_path / "old"), "--json").json["ok"] is True
