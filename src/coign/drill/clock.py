"""The clock is wrong: an hour back, an hour ahead, a second off, the night when summer time ends (CSV-38).

The machine's own clock is left alone: each case gives a door of its own a wall clock that jumps while the steady clock
goes on, as both do when somebody sets the time. Daylight saving cannot move a clock that counts in UTC; the case shows
it with a wall clock read in a zone that repeats an hour.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from coign.database import Database
from coign.installation.events import LedgerResumed
from coign.installation.trouble import Trouble
from coign.kernel.errors import CoignError, Unavailable
from coign.kernel.values import Instant
from coign.ledger.clock import SystemClock
from coign.ledger.entries import Entry
from coign.perform.door import Door
from coign.service import Service, Settings, rehearsal
from coign.service.clocks import limits

_HOUR_US = 3_600_000_000
#: Autumn 2026 in Berlin: 03:00 becomes 02:00 at 01:00 UTC.
DST_ENDS = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Case:
    """One way for a clock to go wrong, and what must follow."""

    name: str
    jump_us: int
    stops: bool


CASES = (
    Case("one hour back", -_HOUR_US, stops=True),
    Case("one hour ahead", _HOUR_US, stops=True),
    Case("one second back", -1_000_000, stops=False),
    Case("one second ahead", 1_000_000, stops=False),
)


@dataclass(slots=True)
class Shown:
    """What one case showed."""

    case: str
    entries: int = 0
    in_order: bool = True
    backdated: int = 0
    stopped: bool = False
    stays_shut: bool = False
    read_only: str = ""
    #: What the entry tells with which two people resumed the record; None: it was never shut.
    told: Trouble | None = None
    goes_on: bool = True
    ok: bool = True


class SetClock:
    """A wall clock that can be set, beside a steady clock that cannot."""

    def __init__(self, start_us: int) -> None:
        self._start_us, self._begun_us, self.set_by_us = start_us, time.monotonic_ns() // 1000, 0

    def wall_us(self) -> int:
        """What the machine shows."""
        return self._start_us + self.steady_us() + self.set_by_us

    def steady_us(self) -> int:
        """What has passed, whatever the machine shows."""
        return time.monotonic_ns() // 1000 - self._begun_us

    def let_pass(self, *, seconds: int) -> None:
        """Time passes, on both clocks alike."""
        self._begun_us -= seconds * 1_000_000

    def clock(self) -> SystemClock:
        """A clock of Coign's over both."""
        return SystemClock(limits(), wall_us=self.wall_us, steady_us=self.steady_us)


@dataclass(slots=True)
class Result:
    """All cases."""

    cases: list[Shown] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every case went as it must."""
        return all(case.ok for case in self.cases)

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        keys = ("case", "ok", "entries", "in_order", "backdated", "stopped", "stays_shut", "read_only", "goes_on")
        return {
            "ok": self.ok,
            "cases": [
                {key: getattr(case, key) for key in keys} | {"told": asdict(case.told) if case.told else None}
                for case in self.cases
            ],
        }


def drill(*, progress: Callable[[str], None] = lambda line: None) -> Result:
    """Every case on a ledger of its own, in a temporary installation."""
    result = Result()
    with rehearsal.installation(callers=1) as (home, supervisor):
        database, settings = supervisor.start(), Settings(home=home, demonstration=False)
        for number, case in enumerate(CASES, start=2):
            result.cases.append(_jump(_On(database, settings, number), case))
            progress(_told(result.cases[-1]))
        result.cases.append(_summer_time_ends(_On(database, settings, len(CASES) + 2)))
        progress(_told(result.cases[-1]))
    return result


def _told(shown: Shown) -> str:
    return f"{shown.case}: {'as it must be' if shown.ok else shown}"


@dataclass(frozen=True, slots=True)
class _On:
    """One ledger for one case."""

    database: Database
    settings: Settings
    ledger_id: int

    @contextmanager
    def door(self, set_clock: SetClock) -> Iterator[Door]:
        clock = set_clock.clock()
        with Service.on(self.database, self.settings, ledger_id=self.ledger_id, clock=clock) as service:
            yield service.door


def _jump(on: _On, case: Case) -> Shown:
    """Hand-overs before the jump and after it; what was recorded afterwards must not lie before what was there.

    Where the jump stopped writing, two people resume, and the record tells from then on what had been wrong.
    """
    shown, set_clock = Shown(case.name), SetClock(time.time_ns() // 1000)
    pair = rehearsal.pairs(1)[0]
    hand_overs = rehearsal.hand_overs(f"clock-{on.ledger_id}", pair)
    with on.door(set_clock) as door:
        rehearsal.set_up(door, callers=1)
        for _ in range(4):
            door.perform(next(hand_overs))
        set_clock.set_by_us = case.jump_us
        try:
            for _ in range(4):
                door.perform(next(hand_overs))
        except CoignError:
            shown.stopped = True
    set_clock.set_by_us = 0
    with on.door(set_clock) as door:  # the clock is right again, and the process was started anew
        try:
            door.perform(next(hand_overs))
        except Unavailable:
            shown.stays_shut = True
    _judge(on, shown)
    if shown.stays_shut:
        with on.door(set_clock) as door:
            shown.told = _found(on, rehearsal.resume(door, case.name))
            shown.goes_on = not door.perform(rehearsal.take_in(f"after-{on.ledger_id}", pair)).replayed
    as_expected = shown.stopped == shown.stays_shut == bool(shown.read_only) == case.stops
    shown.ok = shown.in_order and not shown.backdated and as_expected and shown.goes_on and _tells(shown.told, case)
    return shown


def _tells(told: Trouble | None, case: Case) -> bool:
    """Whether the record tells this jump: ahead or behind, and how far within a minute."""
    if told is None or told.difference_ms is None:
        return not case.stops
    kind = "clock_ahead" if case.jump_us > 0 else "clock_behind"
    return told.kind == kind and abs(told.difference_ms - abs(case.jump_us) // 1000) < 60_000


def _found(on: _On, position: int) -> Trouble | None:
    with psycopg.connect(on.database.reader_dsn) as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (on.ledger_id, position)
        ).fetchone()
    assert row is not None
    return next(f.found for f in Entry(position, bytes(row[0])).facts if isinstance(f, LedgerResumed))


def _summer_time_ends(on: _On) -> Shown:
    """A hand-over that spans the repeated hour: minutes are those that passed, and local times carry their offset."""
    shown = Shown("summer time ends")
    start = DST_ENDS.timestamp() - 30  # 02:59:30 in Berlin, for the first time
    pair, set_clock = rehearsal.pairs(1)[0], SetClock(int(start * 1_000_000))
    with on.door(set_clock) as door:
        rehearsal.set_up(door, callers=1)
        hand_overs = rehearsal.hand_overs(f"clock-{on.ledger_id}", pair)
        door.perform(next(hand_overs))
        offered = door.perform(next(hand_overs)).position
        set_clock.let_pass(seconds=60)  # it is 02:00:30 in Berlin, and later than before
        accepted = door.perform(next(hand_overs)).position
    _judge(on, shown)
    with psycopg.connect(on.database.reader_dsn) as connection:
        times = [_time(connection, on.ledger_id, position) for position in (offered, accepted)]
    local = [time.moment.astimezone(_ZONE) for time in times]
    repeated = local[1].replace(tzinfo=None) < local[0].replace(tzinfo=None)
    told_apart = local[0].utcoffset() != local[1].utcoffset()
    passed_s = times[1].minutes_since(times[0]) * 60
    shown.ok = shown.in_order and not shown.backdated and repeated and told_apart and 60 <= passed_s < 120
    return shown


def _judge(on: _On, shown: Shown) -> None:
    with psycopg.connect(on.database.reader_dsn) as connection:
        rows = connection.execute(
            "select convert_from(body, 'UTF8')::jsonb ->> 'time' from entry where ledger_id = %s order by position",
            (on.ledger_id,),
        ).fetchall()
        head = connection.execute("select read_only from head where ledger_id = %s", (on.ledger_id,)).fetchone()
    times = [row[0] for row in rows]
    shown.entries = len(times)
    shown.backdated = sum(later <= earlier for earlier, later in pairwise(times))
    shown.in_order = times == sorted(set(times))
    shown.read_only = head[0] if head else ""


def _time(connection: psycopg.Connection, ledger_id: int, position: int) -> Instant:
    row = connection.execute(
        "select convert_from(body, 'UTF8')::jsonb ->> 'time' from entry where ledger_id = %s and position = %s",
        (ledger_id, position),
    ).fetchone()
    assert row is not None
    return Instant(row[0])
