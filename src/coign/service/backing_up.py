"""Backs an installation up: its tables in one consistent state, its documents, and a manifest (CSV-30).

What can be made anew from the entries stays out, and so do keys and sessions. The file is read back and its entries are
held against the signed checkpoint before it counts as a backup.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import IO

import psycopg

from coign import __version__
from coign.database import Database, home
from coign.database.archive import (
    FORMAT,
    Archive,
    ArchiveWriter,
    LedgerPart,
    Manifest,
    Part,
    Table,
    fields,
    octets,
    settle,
)
from coign.database.dumping import consistent, copy_out, tables_of
from coign.documents import Documents
from coign.kernel.errors import Conflict, IntegrityFailure
from coign.kernel.values import Instant
from coign.ledger.log_keys import KeysHere, KnownKeys, follow, is_about_keys
from coign.service import therapies
from coign.service.key_files import key_files, log_keys, seal_key
from coign.service.reading import opened
from coign.settings import Settings
from coign_verify.checkpoint import Checkpoint
from coign_verify.growing import Frontier
from coign_verify.notes import parse_note
from coign_verify.tree import leaf_hash

#: Made anew from the entries, or worth nothing after a restore. Sessions stay out: whoever has a backup must not be
#: able to go on as somebody who was signed in.
LEFT_OUT = frozenset(
    {
        "public.subject_head", "public.state", "public.fold", "public.prepared_intent",
        "public.heads_map", "public.heads_page",
        "web.django_migrations", "web.django_session", "web.usersessions_usersession", "web.coign_accounts_presence",
        "web.shared_cache",
    }
)  # fmt: skip
SCHEMAS = ("public", "web")
#: Read in this order again: entries as the tree has them, and what belongs to them alongside.
_ORDER = {
    "public.entry": "ledger_id position",
    "public.nonce": "ledger_id position",
    "public.checkpoint": "ledger_id size",
}
_SCHEMA_FILES = ("coign.ledger", "coign.vault")

Progress = Callable[[str], None]
Row = tuple[int, bytes, bytes]


def _quiet(line: str) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Made:
    """A backup that was written, and what reading it back showed."""

    path: Path
    manifest: Manifest
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it is worth keeping as a backup."""
        return not self.problems


def file_name(now: Instant) -> str:
    """How a backup is called when only a folder was named."""
    return f"coign-backup-{now[:19].replace('-', '').replace(':', '')}Z.zip"


def back_up(
    database: Database, settings: Settings, target: Path, documents: Documents, *, progress: Progress = _quiet
) -> Made:
    """Write a backup to this path, aside and then renamed, and read it back.

    One that does not verify is kept as `….damaged`, so that nothing takes it for a backup: what was damaged before is
    damaged in the copy as well.
    """
    opened(database)
    key = seal_key(settings)
    for path in (target, _damaged(target)):
        if path.exists():
            raise Conflict(f"{path} exists already, and a backup replaces nothing: name another file, or a folder")
    lost: list[str] = []
    aside = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with _new(aside) as file:
            with ArchiveWriter(file) as archive:
                manifest = _write(database, settings, documents, archive, lost, progress)
                archive.finish(manifest, key)
            file.flush()
            os.fsync(file.fileno())
        progress("Reading back what was written …")
        problems = lost + check(aside, settings, progress=progress)
        made = Made(_damaged(target) if problems else target, manifest, problems)
        settle(aside, made.path)
    finally:
        aside.unlink(missing_ok=True)
    return made


def _damaged(target: Path) -> Path:
    return target.with_name(f"{target.name}.damaged")


def _new(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _write(
    database: Database,
    settings: Settings,
    documents: Documents,
    archive: ArchiveWriter,
    lost: list[str],
    progress: Progress,
) -> Manifest:
    now = Instant.of_us(time.time_ns() // 1000)
    with consistent(database.owner_dsn) as connection:
        tables = {name: c for name, c in tables_of(connection, SCHEMAS).items() if name not in LEFT_OUT}
        ledgers = _ledgers(connection)
        migrations = _migrations(connection)
        server = connection.info.parameter_status("server_version") or ""
        dumped = copy_out(connection, archive, tables, _ORDER, progress)
    # After the tables: a document is stored before an entry names it, so none of those that these entries name is late.
    kept = _documents(documents, archive, lost, progress)
    added = _programmes(settings, archive)
    return Manifest(
        FORMAT,
        str(now),
        __version__,
        schema_digest(),
        server,
        ledgers,
        tuple(dumped),
        kept,
        added,
        migrations,
        tuple(each.path.name for each in key_files(settings)),
    )


def tables_here(database: Database) -> set[str]:
    """Every table of ours that there is."""
    with psycopg.connect(database.owner_dsn) as owner:
        return set(tables_of(owner, (*SCHEMAS, "records")))


def schema_digest() -> str:
    """A hash over what makes our tables: which version of them a backup was taken from."""
    digest = hashlib.sha256()
    for package in _SCHEMA_FILES:
        digest.update(hashlib.sha256(files(package).joinpath("schema.sql").read_bytes()).digest())
    return digest.hexdigest()


def _ledgers(connection: psycopg.Connection) -> tuple[LedgerPart, ...]:
    rows = connection.execute(
        "select l.ledger_id, l.origin, h.size, h.frontier, (select c.note from checkpoint c "
        "where c.ledger_id = l.ledger_id order by c.size desc limit 1) "
        "from ledger l join head h using (ledger_id) order by l.ledger_id"
    )
    return tuple(
        LedgerPart(number, origin, size, _root(bytes(frontier)), bytes(note or b"").decode("utf-8", "replace"))
        for number, origin, size, frontier, note in rows
    )


def _root(frontier: bytes) -> str:
    try:
        return Frontier.from_bytes(frontier).root().hex()
    except ValueError:  # a damaged head is copied as it is, and found when the copy is read back
        return ""


def _migrations(connection: psycopg.Connection) -> tuple[tuple[str, str], ...]:
    exists = connection.execute("select to_regclass('web.django_migrations') is not null").fetchone()
    if not exists or not exists[0]:
        return ()
    return tuple(
        (row[0], row[1]) for row in connection.execute("select app, name from web.django_migrations order by id")
    )


def _documents(documents: Documents, archive: ArchiveWriter, lost: list[str], progress: Progress) -> tuple[Part, ...]:
    kept = []
    for digest in documents.digests():
        try:
            content = documents.get(digest)
        except IntegrityFailure as failure:
            lost.append(failure.message)
            continue
        name = f"documents/{digest}"
        with archive.part(name, packed=False) as part:
            part.write(content)
        kept.append(part.part(name))
    progress(f"{len(kept)} documents")
    return tuple(kept)


def _programmes(settings: Settings, archive: ArchiveWriter) -> tuple[Part, ...]:
    kept = []
    for folder in therapies.FOLDERS:
        for file in sorted(((settings.home or home()) / folder).glob("*.yaml")):
            name = f"{folder}/{file.name}"
            with archive.part(name) as part:
                part.write(file.read_bytes())
            kept.append(part.part(name))
    return tuple(kept)


def check(path: Path, settings: Settings, *, progress: Progress = _quiet) -> list[str]:
    """Read a backup back: its seals, every part, every entry, its checkpoints. What does not agree, by name."""
    try:
        with Archive(path) as archive:
            key = seal_key(settings)
            archive.check_seal(key)
            wrong = archive.check(progress) or archive.check_whole(key)
            return wrong or ledger_problems(archive, keys_of(archive.manifest, settings))
    except IntegrityFailure as failure:
        return [failure.message]


def keys_of(manifest: Manifest, settings: Settings) -> dict[int, KeysHere]:
    """The log keys of the ledgers in a backup; of a ledger that signed nothing yet none is asked for."""
    return log_keys(settings, {part.ledger_id: part.origin for part in manifest.ledgers if part.checkpoint})


def ledger_problems(archive: Archive, keys: Mapping[int, KeysHere]) -> list[str]:
    """Hash every entry anew and hold the tree against head and checkpoint of its ledger."""
    found: dict[int, list[str]] = {part.ledger_id: [] for part in archive.manifest.ledgers}
    parts = {part.ledger_id: part for part in archive.manifest.ledgers}
    walked = set()
    for number, rows in groupby(all_entries(archive), key=lambda row: row[0]):
        if number not in parts:
            return [f"there are entries of a ledger {number} that the manifest does not name"]
        walked.add(number)
        found[number] += _tree_problems(parts[number], keys.get(number), ((p, leaf, body) for _, p, leaf, body in rows))
    for number, part in parts.items():
        if number not in walked:
            found[number] += _tree_problems(part, keys.get(number), iter(()))
    return [f"{parts[number].origin}: {each}" for number, problems in found.items() for each in problems]


def _tree_problems(part: LedgerPart, keys: KeysHere | None, rows: Iterator[Row]) -> list[str]:
    problems: list[str] = []
    signed = _newest(part) if keys is not None else None
    tree, about_keys = Frontier(), dict[int, bytes]()
    for position, leaf, body in rows:
        if position != tree.size:
            return [*problems, f"entry {tree.size} is missing or out of its place"]
        if leaf_hash(body) != leaf:
            problems.append(f"entry {position}: its bytes do not give its hash")
        if is_about_keys(body):
            about_keys[position] = body
        tree.append(leaf)
        if signed is not None and tree.size == signed.size and tree.root() != signed.root:
            problems.append(f"the first {signed.size} entries are not those that its checkpoint signed")
    if (tree.size, tree.root().hex()) != (part.size, part.root):
        problems.append(f"its {tree.size} entries do not give the tree of the head ({part.size} entries)")
    elif signed is not None and signed.size > part.size:
        problems.append(f"{signed.size} entries were signed, {part.size} are there")
    return problems + (_unsigned(part, keys, about_keys) if keys is not None and part.checkpoint else [])


def _newest(part: LedgerPart) -> Checkpoint | None:
    """What the newest checkpoint says; None: there is none, or none that can be read."""
    try:
        return Checkpoint.parse(parse_note(part.checkpoint.encode()).text) if part.checkpoint else None
    except ValueError:
        return None


def _unsigned(part: LedgerPart, keys: KeysHere, about_keys: dict[int, bytes]) -> list[str]:
    """Whether the newest checkpoint is signed by the key that the entries name for its size."""
    known, wrong = follow(about_keys, keys.known)
    problems = [str(each) for each in wrong]
    try:
        known.open(part.checkpoint.encode())
    except ValueError as error:
        problems.append(f"its checkpoint does not verify: {error}")
    return problems


def known_in(archive: Archive, number: int, keys: KeysHere) -> KnownKeys:
    """The keys of a ledger as the entries of a backup tell them."""
    rows = all_entries(archive)
    return follow({at: body for of, at, _, body in rows if of == number and is_about_keys(body)}, keys.known)[0]


def all_entries(archive: Archive) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Every entry of a backup: ledger, position, leaf hash and bytes, in the order of the tree."""
    table = archive.manifest.table("public.entry")
    if table is None:
        return
    for row in rows_of(archive, table, "ledger_id", "position", "leaf", "body"):
        yield int(row[0] or b""), int(row[1] or b""), octets(row[2]), octets(row[3])


def rows_of(archive: Archive, table: Table, *columns: str) -> Iterator[list[bytes | None]]:
    """These columns of a table's rows, as COPY wrote them."""
    wanted = [table.columns.index(column) for column in columns]
    for line in archive.lines(table):
        values = fields(line)
        yield [values[at] for at in wanted]
