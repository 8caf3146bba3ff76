"""Back up under load, lose everything but the keys, restore, verify, compare (CSV-30, CSV-S7).

Two backups: one taken while callers act, older than what was acknowledged in the end, and one taken when all is quiet.
The older one must come back whole and read-only, because something acknowledged is missing; the newer one must come
back as it was, states and lists included, and go on. Copies of it that are damaged must be found, and the part named.
"""

import hashlib
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from coign.database import Database, Supervisor
from coign.database.archive import SEAL, Archive
from coign.drill import crash, load
from coign.drill.database import wait_for_answers
from coign.drill.findings import look
from coign.drill.journal import Answered, Journal
from coign.ledger.shutting import MARK
from coign.service import LEDGER_ID, Service, Settings, rehearsal
from coign.service.backing_up import Made, back_up, check
from coign.service.restoring import Into, Restored, newest_seen, restore

CALLERS = 8
ANSWERS_BEFORE = 200
PROJECTED_SECONDS_MAX = 120

Progress = Callable[[str], None]

#: What must be equal before and after; the count that a state was written at belongs to the writer's batches.
_RECORD: tuple[LiteralString, ...] = (
    "select * from entry",
    "select * from entry_subject",
    "select * from nonce",
    "select * from tile",
    "select * from checkpoint",
    "select * from vault_key",
    "select * from vault_opening",
)
_DERIVED: tuple[LiteralString, ...] = (
    "select * from subject_head",
    "select ledger_id, subject, view, fold, body from state",
    "select * from records.journey",
    "select * from records.act",
    "select * from records.next_step",
    "select * from records.party",
    "select * from records.belongs",
    "select * from records.thing",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """A way to damage a backup, and whether that was found."""

    how: str
    named: str
    found: bool


@dataclass(slots=True)
class Result(crash.Result):
    """What the drill showed."""

    backup_seconds: float = 0.0
    restore_seconds: float = 0.0
    older_entries: int = 0
    older_missing: int = 0
    older_read_only: bool = False
    states_equal: bool = False
    went_on: int = 0
    damages: list[Damage] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """All came back, the older backup was noticed, and every damage was found."""
        whole = self.older_read_only and self.states_equal and self.went_on > 0
        return super(Result, self).ok and whole and all(damage.found for damage in self.damages)

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        said = super(Result, self).to_json()
        del said["rounds"], said["kills"], said["repeated"]
        return {
            **said,
            "backup_seconds": round(self.backup_seconds, 2),
            "restore_seconds": round(self.restore_seconds, 2),
            "older": {
                "entries": self.older_entries,
                "missing": self.older_missing,
                "read_only": self.older_read_only,
            },
            "states_equal": self.states_equal,
            "went_on": self.went_on,
            "damages": [asdict(damage) for damage in self.damages],
        }


def drill(*, callers: int = CALLERS, answers: int = ANSWERS_BEFORE, progress: Progress = lambda line: None) -> Result:
    """Back up twice, lose everything twice, and look at what came back."""
    result = Result()
    with rehearsal.installation(callers) as (home, supervisor):
        settings, file = Settings(home=home, demonstration=False), home / "journal"
        older = _under_load(supervisor.start(), settings, home, callers, answers, result)
        answered: list[Answered] = []
        crash.take_in(file, answered, result)
        newer, before = _quiet(supervisor.start(), settings, home, result)
        progress(
            f"{len(answered)} acknowledged; backed up {older.manifest.ledgers[-1].size} of them under load, then all"
        )
        result.damages = _damage(newer.path, home, settings)
        _restore_older(supervisor, settings, home, older, answered, result)
        progress(f"lost everything, restored the older backup: {result.older_missing} missing, and it says so")
        _restore_newer(supervisor, settings, home, newer, before, answered, result)
        progress("lost everything again, restored the newer backup")
    return result


def _under_load(database: Database, settings: Settings, home: Path, callers: int, answers: int, result: Result) -> Made:
    """A backup while callers act, and some more acts after it."""
    notes, stop, file = Journal(home / "journal"), threading.Event(), home / "journal"
    with Service.on(database, settings) as service:
        service.documents.put(b"a document that must come back")
        named = [(f"restore-{n}", pair) for n, pair in enumerate(rehearsal.pairs(callers))]
        thread = threading.Thread(target=load.callers, args=(service.door, named, notes, stop))
        thread.start()
        try:
            wait_for_answers(file, answers)
            begun = time.monotonic()
            made = back_up(database, settings, home / "older.zip", service.documents)
            result.backup_seconds = time.monotonic() - begun
            wait_for_answers(file, answers)
        finally:
            stop.set()
            thread.join()
    notes.close()
    result.problems += made.problems
    return made


def _quiet(database: Database, settings: Settings, home: Path, result: Result) -> tuple[Made, dict[str, str]]:
    """A backup when nobody acts and all lists are current, and what stands in the tables then."""
    with Service.on(database, settings) as service:
        assert service.projector is not None
        size = _size(database)
        if not service.projector.wait_for(size - 1, timeout_s=PROJECTED_SECONDS_MAX):
            result.problems.append("the lists did not become current")
        made = back_up(database, settings, home / "newer.zip", service.documents)
    result.problems += made.problems
    return made, _digests(database, (*_RECORD, *_DERIVED))


def _size(database: Database) -> int:
    with psycopg.connect(database.reader_dsn) as connection:
        row = connection.execute("select size from head where ledger_id = %s", (LEDGER_ID,)).fetchone()
    assert row is not None
    return int(row[0])


def _digests(database: Database, queries: tuple[LiteralString, ...]) -> dict[str, str]:
    """One hash over the rows of each query, in an order that does not depend on where they lie."""
    found = {}
    with psycopg.connect(database.owner_dsn) as connection:
        for query in queries:
            rows = sorted(repr(row) for row in connection.execute(query).fetchall())
            found[query] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _damage(backup: Path, home: Path, settings: Settings) -> list[Damage]:
    """Damaged copies, each in another way: the check must find it and name the part."""
    with zipfile.ZipFile(backup) as whole:
        document = next(name for name in whole.namelist() if name.startswith("documents/"))
    ways: tuple[tuple[str, str, Callable[[bytes], bytes | None]], ...] = (
        ("a digit of an entry", "tables/public.entry.copy", lambda held: held.replace(b"1", b"2", 1)),
        ("the last rows of a table", "tables/public.nonce.copy", lambda held: held[: len(held) // 2]),
        ("a table is gone", "tables/public.vault_opening.copy", lambda held: None),
        ("a byte of a document", document, lambda held: bytes([held[0] ^ 1]) + held[1:]),
        ("the seal", SEAL, lambda held: held[::-1]),
    )
    damages = []
    for how, part, change in ways:
        damaged = home / "damaged.zip"
        with zipfile.ZipFile(backup) as old, zipfile.ZipFile(damaged, "w") as new:
            for name in old.namelist():
                content = change(old.read(name)) if name == part else old.read(name)
                if content is not None:
                    new.writestr(name, content)
        damages.append(_seen(how, part, check(damaged, settings)))
    damaged.write_bytes(backup.read_bytes()[:-1000])
    return [*damages, _seen("the end of the file", "end is missing", check(damaged, settings))]


def _seen(how: str, part: str, problems: list[str]) -> Damage:
    name = "sealed" if part == SEAL else part
    return Damage(how, "; ".join(problems)[:300], any(name in problem for problem in problems))


@contextmanager
def _after_losing_everything(supervisor: Supervisor, home: Path) -> Iterator[Database]:
    """A new, empty database; documents are gone too. Keys and the newest checkpoint lie elsewhere, so they are kept."""
    supervisor.stop()
    shutil.rmtree(supervisor.places.data)
    shutil.rmtree(home / "documents", ignore_errors=True)
    yield supervisor.start()


def _restored(database: Database, settings: Settings, home: Path, made: Made, result: Result) -> Restored:
    with Archive(made.path) as archive:
        done = restore(archive, settings, Into(database, home), seen=newest_seen(settings))
    result.problems += done.problems
    return done


def _restore_older(
    supervisor: Supervisor, settings: Settings, home: Path, made: Made, answered: list[Answered], result: Result
) -> None:
    """What was acknowledged before the backup stands; what came after is missing, and the record says so."""
    with _after_losing_everything(supervisor, home) as database:
        done = _restored(database, settings, home, made, result)
        size = result.older_entries = _size(database)
        kept = [each for each in answered if each.position < size]
        result.older_missing = len(answered) - len(kept)
        found = look(database.reader_dsn, LEDGER_ID, kept)
        result.problems += [f"older backup: {each}" for each in (*found.lost, *found.doubled)]
        result.problems += [each for each in found.problems if "the ledger is read-only" not in each]
        with Service.on(database, settings, background=False) as service:
            result.older_read_only = bool(service.problems) and done.read_only.startswith(MARK)


def _restore_newer(
    supervisor: Supervisor,
    settings: Settings,
    home: Path,
    made: Made,
    before: dict[str, str],
    answered: list[Answered],
    result: Result,
) -> None:
    """All of it is there, equal to what it was, and callers go on."""
    with _after_losing_everything(supervisor, home) as database:
        begun = time.monotonic()
        done = _restored(database, settings, home, made, result)
        result.restore_seconds = time.monotonic() - begun
        if done.read_only:
            result.problems.append(f"the newest backup is read-only: {done.read_only}")
        after = _digests(database, tuple(before))
        different = [query for query, digest in before.items() if after[query] != digest]
        result.problems += [f"not as before: {query}" for query in different]
        result.states_equal = not different
        with Service.on(database, settings) as service:
            for number, pair in enumerate(rehearsal.pairs(2)):
                service.door.perform(rehearsal.take_in(f"after-restore-{number}", pair))
                result.went_on += 1
        crash.look(database.reader_dsn, answered, result)
