"""Where a bench runs: a temporary installation, its services, and the barest means to compare with."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coign.bench.figures import fsync_ms
from coign.database import Database
from coign.database.binaries import binaries
from coign.kernel.errors import Unavailable
from coign.perform.request import Request
from coign.service import Service, Settings, rehearsal

CALLERS_MAX = 64
ROW_BYTES = 600
PROJECTED_S_MAX = 120


@dataclass
class Place:
    """One temporary installation for a whole run."""

    home: Path
    database: Database
    quick: bool
    progress: Callable[[str], None]
    fsync: list[float] = field(default_factory=list)
    _units: int = 0

    @property
    def rounds(self) -> int:
        """How often the two sides take turns."""
        return 2 if self.quick else 5

    @property
    def seconds(self) -> float:
        """How long one sample takes."""
        return 1.5 if self.quick else 4.0

    def probe(self) -> None:
        """How the disk is now."""
        self.fsync.append(round(fsync_ms(self.home), 3))

    def unit(self) -> str:
        """A new unit's number."""
        self._units += 1
        return f"B{self._units}"

    @contextmanager
    def service(self, ledger_id: int) -> Iterator[Service]:
        """A service on a ledger of its own, with its people."""
        settings = Settings(home=self.home, demonstration=False)
        with Service.on(self.database, settings, ledger_id=ledger_id) as service:
            rehearsal.set_up(service.door, CALLERS_MAX)
            yield service

    def bulk(self, service: Service, count: int) -> list[Request]:
        """So many actions, each about a unit of its own."""
        pair = rehearsal.pairs(1)[0]
        return [rehearsal.take_in(self.unit(), pair) for _ in range(count)]

    def fill(self, service: Service, entries: int) -> None:
        """Let a ledger grow, through the door, until it has so many entries."""
        while (size := self.size(service)) < entries:
            service.door.perform_all(self.bulk(service, min(1000, entries - size)))

    def quiet(self, service: Service) -> None:
        """Wait until the read models have caught up: what is measured next is measured alone."""
        service.catch_up(timeout_s=PROJECTED_S_MAX)

    def tidy(self) -> None:
        """Let the database do now what it does by itself some time after so much was written."""
        with psycopg.connect(self.database.owner_dsn, autocommit=True) as connection:
            connection.execute("vacuum (analyze, skip_database_stats)")

    def size(self, service: Service) -> int:
        """How many entries a ledger has."""
        with psycopg.connect(self.database.reader_dsn) as connection:
            row = connection.execute("select size from head where ledger_id = %s", (service.ledger_id,)).fetchone()
            assert row is not None
            return int(row[0])

    def bodies(self, service: Service, count: int) -> list[bytes]:
        """The last entries of a ledger."""
        with psycopg.connect(self.database.reader_dsn) as connection:
            rows = connection.execute(
                "select body from entry where ledger_id = %s order by position desc limit %s",
                (service.ledger_id, count),
            )
            return [bytes(row[0]) for row in rows]

    # The barest means

    def inserts(self, clients: int) -> float:
        """Durable single-row inserts a second, by so many clients of PostgreSQL's own load generator."""
        self.table()
        given = conninfo_to_dict(self.database.owner_dsn)
        password = str(given.pop("password", ""))
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write("insert into bench_row (doc) values ('" + document() + "');\n")  # noqa: S608 - our own text
            script.flush()
            options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(max(2, round(self.seconds)))]
            command = [binaries().program("pgbench"), *options, "-f", script.name, make_conninfo("", **given)]
            done = subprocess.run(  # noqa: S603
                command, capture_output=True, text=True, check=True, env={"PGPASSWORD": password, "LC_ALL": "C"}
            )
        for line in done.stdout.splitlines():
            if line.startswith("tps"):
                return float(line.split()[2])
        raise Unavailable("pgbench ended before anybody wrote: this machine is too busy to be measured")

    def copies(self, rows: int) -> float:
        """Rows a second by COPY of so many rows into a table with a key, each COPY committed."""
        self.table()
        row, count = document(), 0
        with psycopg.connect(self.database.owner_dsn) as connection:
            start = time.perf_counter()
            while time.perf_counter() - start < self.seconds:
                with connection.cursor().copy("copy bench_row (doc) from stdin") as copy:
                    copy.write("".join(f"{row}\n" for _ in range(rows)))
                connection.commit()
                count += rows
            return count / (time.perf_counter() - start)

    def table(self) -> None:
        """The table of the barest means, empty."""
        with psycopg.connect(self.database.owner_dsn) as connection:
            connection.execute("drop table if exists bench_row")
            connection.execute(
                "create table bench_row (id bigint generated always as identity primary key, "
                "recorded timestamptz not null default now(), doc jsonb not null)"
            )


def document() -> str:
    """What a row of it holds."""
    start, end = '{"type":"bench","filler":"', '"}'
    return start + "p" * (ROW_BYTES - len(start) - len(end)) + end


@contextmanager
def place(*, quick: bool, progress: Callable[[str], None]) -> Iterator[Place]:
    """A temporary installation, on a database with fsync on."""
    with rehearsal.installation(callers=1) as (home, supervisor):
        yield Place(home, supervisor.start(), quick, progress)


@dataclass(slots=True)
class Counted:
    """What callers got done in a window of time."""

    actions: int
    commits: int
    seconds: float


def callers(service: Service, units: Sequence[str], seconds: float) -> Counted:
    """So many callers at once, each handing a unit of its own to and fro, counted after a warm-up."""
    stop, counting = threading.Event(), threading.Event()
    done, commits = [0] * len(units), [0]

    def go(index: int, unit: str, pair: rehearsal.Pair) -> None:
        for request in rehearsal.hand_overs(unit, pair):
            if stop.is_set():
                return
            service.door.perform(request)
            if counting.is_set():
                done[index] += 1

    def committed(size: int) -> None:
        if counting.is_set():
            commits[0] += 1

    service.on_commit.append(committed)
    pairs = rehearsal.pairs(len(units))
    threads = [
        threading.Thread(target=go, args=(index, unit, pairs[index]), daemon=True) for index, unit in enumerate(units)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    start = time.perf_counter()
    counting.set()
    time.sleep(seconds)
    counting.clear()
    passed = time.perf_counter() - start
    stop.set()
    for thread in threads:
        thread.join()
    service.on_commit.remove(committed)
    return Counted(sum(done), commits[0], passed)
