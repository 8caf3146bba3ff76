"""Walks the whole record in the background, a little at a time, and remembers how far it has come.

The check at the start looks at the end of the record only; damage to what is old would otherwise be found on the day it
is needed. `/health` shows the last complete round.
"""

import threading

import psycopg
import structlog

from coign.kernel.frozen import dataclass
from coign.ledger.check import check_range, size_and_origin, upper_tiles
from coign.ledger.shutting import Problem, is_shut, not_accepted, shut, snapshot
from coign.ledger.store import connect, take_lease
from coign_verify.tiles import TILE_HASHES

LEASE = 4223  # advisory lock (LEASE, ledger): one process scrubs
CHUNK_TILES = 10
PAUSE_S = 1.0
ROUND_PAUSE_S = 3600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """One step of the walk: from where to where, what was found, and whether a round ended with it."""

    start: int
    end: int
    problems: tuple[Problem, ...]
    round_finished: bool


@dataclass(frozen=True, slots=True)
class Health:
    """How much of the ledger was last found in order, as `/health` shows it."""

    size: int
    verified_to: int
    verified_at: str | None


def health(connection: psycopg.Connection, ledger_id: int) -> Health:
    """Size, and what the last complete round of the scrubber covered and when it ended (RFC 3339, UTC)."""
    row = connection.execute(
        "select h.size, coalesce(s.round_size, 0), "
        "to_char(s.round_finished at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
        "from head h left join scrub s using (ledger_id) where h.ledger_id = %s",
        (ledger_id,),
    ).fetchone()
    return Health(0, 0, None) if row is None else Health(*row)


def scrub_chunk(connection: psycopg.Connection, ledger_id: int, *, tiles: int = CHUNK_TILES) -> Scrubbed:
    """Look at the next part of the record. Damage shuts the ledger, and the walk stays where it is."""
    connection.execute(
        "insert into scrub (ledger_id, verified_to) values (%s, 0) on conflict (ledger_id) do nothing", (ledger_id,)
    )
    with snapshot(connection):
        row = connection.execute("select verified_to from scrub where ledger_id = %s", (ledger_id,)).fetchone()
        assert row is not None
        size, origin = size_and_origin(connection, ledger_id)
        begin = row[0] if row[0] < size else 0
        end = min(begin + tiles * TILE_HASHES, size)
        found = check_range(connection, ledger_id, range(begin, end), origin)
        if end == size:
            found += upper_tiles(connection, ledger_id, size)
    problems = not_accepted(connection, ledger_id, found)
    if problems:
        shut(connection, ledger_id, problems)
        end = begin
    finished = not problems and end == size
    _remember(connection, ledger_id, size if finished else end, finished=finished)
    return Scrubbed(begin, end, tuple(problems), finished)


def _remember(connection: psycopg.Connection, ledger_id: int, reached: int, *, finished: bool) -> None:
    if finished:
        connection.execute(
            "update scrub set verified_to = 0, round_size = %s, round_finished = clock_timestamp() "
            "where ledger_id = %s",
            (reached, ledger_id),
        )
    else:
        connection.execute("update scrub set verified_to = %s where ledger_id = %s", (reached, ledger_id))


class Scrubber:
    """A thread that scrubs while it holds the lease: small steps with pauses, so that work does not feel it."""

    def __init__(
        self,
        dsn: str,
        ledger_id: int,
        *,
        tiles: int = CHUNK_TILES,
        pause_s: float = PAUSE_S,
        round_pause_s: float = ROUND_PAUSE_S,
    ) -> None:
        self._dsn, self._ledger_id, self._tiles = dsn, ledger_id, tiles
        self._pause_s, self._round_pause_s = pause_s, round_pause_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="coign-scrubber", daemon=True)

    def start(self) -> "Scrubber":
        """Begin, or go on where the last process stopped."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish the step and stop."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with connect(self._dsn) as connection:
                    self._walk(connection)
            except psycopg.Error as error:
                log.warning("scrubber.connection_lost", error=type(error).__name__)
                self._ended.wait(self._pause_s)

    def _walk(self, connection: psycopg.Connection) -> None:
        leads = False
        while not self._ended.is_set():
            if not leads:
                leads = take_lease(connection, LEASE, self._ledger_id)
            pause_s = self._pause_s
            # What is shut is being looked at by people; the walk goes on when they have reopened it.
            if leads and not is_shut(connection, self._ledger_id):
                step = scrub_chunk(connection, self._ledger_id, tiles=self._tiles)
                if step.problems:
                    log.error("scrubber.damage", problems=len(step.problems), first=str(step.problems[0]))
                pause_s = self._round_pause_s if step.round_finished else self._pause_s
            self._ended.wait(pause_s)
