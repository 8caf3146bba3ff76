"""Shares the parts of a check of the whole record out over processes, all of which see one snapshot of the database.

A part is a function with what it is told; what comes back does not depend on where it ran. Each process has a
connection of its own and reads what it needs, so that hardly anything passes between them.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from coign.kernel.errors import Unavailable
from coign.kernel.facts import FACTS
from coign.kernel.frozen import dataclass
from coign.ledger.log_keys import KnownKeys
from coign.ledger.shutting import snapshot
from coign.ledger.states import Folding
from coign.ledger.streams import PAGE_ROWS, Streams
from coign.processes import CONTEXT, cores, started
from coign_verify.invariants import Terms

#: A shorter record is walked in less time than processes take to start.
SHARED_FROM_ENTRIES = 30_000
#: The invariants are replayed in one of them: when that takes longest, more processes bring nothing.
PROCESSES_MAX = 8
_TELL_S = 0.5
#: Streams are read to their end: plans that give a first row soon and the last one late are of no use.
WHOLE_ROWS = "set local cursor_tuple_fraction = 1"

Progress = Callable[[str, int, int], None]
"""Told what is being looked at, how many were, and how many there are."""


@dataclass(frozen=True, slots=True)
class Record:
    """What every part of a check is told of the record: `size` and `origin` as they stand in the database."""

    ledger_id: int
    size: int
    origin: str
    keys: KnownKeys
    folding: Folding
    #: None: a ledger of another kind than of therapies, of which no invariants are known.
    terms: Terms | None = None


class Here(NamedTuple):
    """Where a part of a check runs: its connection inside the snapshot, the record, and who counts what is done."""

    connection: psycopg.Connection
    record: Record
    tell: Callable[[int], None]

    def streams(self) -> Streams:
        """Opens streams of the record's rows."""
        return Streams(self.connection, self.record.ledger_id, few=self.record.size <= PAGE_ROWS)


class Part(NamedTuple):
    """A part of a check: a function of a module, and what it is given besides `Here`."""

    work: Callable[..., Any]
    given: tuple[Any, ...] = ()


class Hands(Protocol):
    """Whoever does the parts."""

    count: int

    def do(self, what: str, total: int, parts: Sequence[Part]) -> list[Any]:
        """What comes of each part, in their order; `total` of `what` is counted on the way."""


Share = Callable[[psycopg.Connection, Record, Progress], AbstractContextManager[Hands]]
"""Who does the parts of a check of this record."""


def processes_for(size: int) -> int:
    """How many processes a record of this size is shared out over, of the cores that we may use."""
    if size < SHARED_FROM_ENTRIES:
        return 1
    return min(cores(), PROCESSES_MAX)


@contextmanager
def hands(
    connection: psycopg.Connection, record: Record, progress: Progress, *, processes: int | None
) -> Iterator[Hands]:
    """This process alone, or so many others; `connection` is inside a snapshot for as long as the block lasts."""
    processes = processes or processes_for(record.size)
    if processes == 1:
        with alone(connection, record, progress) as one:
            yield one
        return
    with ExitStack() as stack:
        yield Several(stack, connection, record, progress, processes)


@contextmanager
def alone(connection: psycopg.Connection, record: Record, progress: Progress) -> Iterator[Hands]:
    """This process alone."""
    yield Alone(connection, record, progress)


class Alone:
    """One part after the other, in this process."""

    count = 1

    def __init__(self, connection: psycopg.Connection, record: Record, progress: Progress) -> None:
        self._connection, self._record, self._progress = connection, record, progress

    def do(self, what: str, total: int, parts: Sequence[Part]) -> list[Any]:
        """See `Hands`."""
        done = 0

        def tell(more: int) -> None:
            nonlocal done
            done += more
            self._progress(what, min(done, total), total)

        here = Here(self._connection, self._record, tell)
        return [part.work(here, *part.given) for part in parts]


class Several:
    """Parts in other processes, as many at once as there are of them."""

    def __init__(
        self, stack: ExitStack, connection: psycopg.Connection, record: Record, progress: Progress, count: int
    ) -> None:
        self.count, self._progress = count, progress
        self._counted = CONTEXT.Value("q", 0)
        row = connection.execute("select pg_export_snapshot()").fetchone()
        assert row is not None
        info = connection.info
        address = make_conninfo("", **info.get_parameters(), password=info.password or None)
        modules = sorted({fact.__module__ for fact in FACTS.values()})
        given = self._counted, modules, address, str(row[0]), record
        self._executor = stack.enter_context(started(count, _begin, given))

    def do(self, what: str, total: int, parts: Sequence[Part]) -> list[Any]:
        """See `Hands`."""
        self._counted.value = 0
        futures = [self._executor.submit(_work, part) for part in parts]
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, _TELL_S, FIRST_EXCEPTION)
            for each in done:
                _result(each)
            self._progress(what, total if not waiting else min(self._counted.value, total), total)
        return [_result(future) for future in futures]


def _result(future: "Future[Any]") -> Any:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise Unavailable("a process that checked a part of the record was ended; start the check again") from error


class _Given(NamedTuple):
    """What a process was started with."""

    counted: Any
    address: str
    exported: str
    record: Record


_given: _Given
_here: Here | None = None
_open = ExitStack()


def _begin(counted: Any, modules: Sequence[str], address: str, exported: str, record: Record) -> None:
    global _given
    for module in modules:  # facts are known once their modules are read
        import_module(module)
    _given = _Given(counted, address, exported, record)


def _work(part: Part) -> Any:
    global _here
    if _here is None:
        connection = _open.enter_context(psycopg.connect(_given.address, autocommit=True))
        _open.enter_context(snapshot(connection, exported=_given.exported))
        connection.execute(WHOLE_ROWS)
        _here = Here(connection, _given.record, _tell)
    return part.work(_here, *part.given)


def _tell(more: int) -> None:
    with _given.counted.get_lock():
        _given.counted.value += more
