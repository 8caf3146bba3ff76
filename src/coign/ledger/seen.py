"""The newest checkpoint that was published here, kept in a file beside the database (CSV-S2, CSV-S7).

A database that was set back to an older backup, or rewritten together with its checkpoints, agrees with itself. Only
what lies outside of it can tell. The file holds the signed note, so that nobody without the log's key can make one.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import psycopg
import structlog

from coign.files import write_whole
from coign.kernel.errors import NotFound
from coign.ledger.log_keys import KnownKeys
from coign.ledger.shutting import Kind, Problem
from coign.ledger.tiles import Tiles
from coign_verify.checkpoint import Checkpoint

FILE = "newest.checkpoint"

log = structlog.get_logger()


class Seen:
    """The file with the newest checkpoint of one ledger."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """The note; None when nothing was published here yet, or the file was taken away."""
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, note: bytes) -> None:
        """Replace the note: whole or not at all. Only for a checkpoint that this installation stands by."""
        try:
            write_whole(self._path, note)
        except OSError as error:
            # A full disk must not keep checkpoints from being published; an older note only proves less.
            log.warning("checkpoint.not_kept", file=str(self._path), error=str(error))

    def keep_if_newer(self, note: bytes, size: int) -> None:
        """At a start that found everything in order: another process may have published since."""
        kept = _size(self.read())
        if kept is None or kept < size:
            self.keep(note)


def _size(note: bytes | None) -> int | None:
    try:
        return None if note is None else Checkpoint.parse(note.decode().partition("\n\n")[0] + "\n").size
    except ValueError:
        return None


def check_seen(
    connection: psycopg.Connection, ledger_id: int, size: int, note: bytes | None, keys: KnownKeys
) -> list[Problem]:
    """Whether the record still holds what was published. The words name no size of today: they are what people accept.

    Relies on the stored hashes, which other checks hold against the entries.
    """
    if note is None or not keys.trusted:
        return []
    try:
        signed = keys.open_kept(note).checkpoint
    except ValueError as error:
        return [Problem(None, "signature", f"the checkpoint kept beside the database does not verify: {error}")]
    return _held_against(connection, ledger_id, size, signed, "were published here")


def check_witnessed(
    connection: psycopg.Connection,
    ledger_id: int,
    size: int,
    shown: Mapping[str, bytes],
    keys: KnownKeys,
) -> list[Problem]:
    """The same for the newest checkpoints that witnesses show, by name.

    Only the log's own signature counts: whoever runs a witness can expose a record that lost something, and stop none
    by their word alone.
    """
    found: list[Problem] = []
    for name, note in shown.items():
        try:
            signed = keys.open_kept(note).checkpoint
        except ValueError as error:
            log.warning("witness.shows_nothing_of_ours", witness=name, reason=str(error))
            continue
        found += _held_against(connection, ledger_id, size, signed, f"were seen by the witness {name}")
    return found


def _held_against(
    connection: psycopg.Connection, ledger_id: int, size: int, signed: Checkpoint, how: str
) -> list[Problem]:
    if signed.size <= size and (not signed.size or _root(connection, ledger_id, signed.size) == signed.root):
        return []
    kind: Kind = "missing" if signed.size > size else "replaced"
    return [Problem(None, kind, lost(signed, how))]


def lost(signed: Checkpoint, how: str = "were published here") -> str:
    """What is said of a record that does not hold what it once published."""
    return (
        f"{signed.size} entries with the root {signed.root.hex()[:16]}… {how} and are not in this "
        "record: an older backup was restored, or entries were taken away or exchanged"
    )


def _root(connection: psycopg.Connection, ledger_id: int, size: int) -> bytes | None:
    try:
        return Tiles(lambda: nullcontext(connection), ledger_id).root(size)
    except (NotFound, ValueError):
        return None
