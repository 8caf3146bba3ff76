"""Which clock a ledger runs on, and the demonstration's clock, which all processes share (CSV-38)."""

import threading
import time
from typing import LiteralString

import psycopg
import structlog

from coign import rulesets
from coign.kernel.errors import IntegrityFailure, Invalid
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger.clock import ClockLimits, SimulatedClock, SystemClock
from coign.ledger.shutting import stop_writing
from coign.ledger.store import connect
from coign.ledger.witnessed_clock import WitnessedClock, WitnessedLimits
from coign.ledger.witnessed_clock import reason as not_as_witnessed
from coign.perform.protocols import Clock
from coign.witness.policy import Policy

#: A demonstration starts nine months back, so that a whole journey fits between its first day and today.
STARTS_BEHIND_DAYS = 274
#: How long another process's step forward may go unnoticed. A batch that needs it sooner looks at once.
LOOK_SECONDS = 1.0
_HOUR_US = 3_600_000_000


log = structlog.get_logger()


def limits() -> ClockLimits:
    """How far the wall clock may be off, from the rule sets that hold today."""
    rules, today = rulesets.load(), Instant.of_us(time.time_ns() // 1000)
    return ClockLimits(
        behind_us_max=round(rules.minutes("clock.behind_max", today) * 60_000_000),
        ahead_us_max=round(rules.minutes("clock.ahead_max", today) * 60_000_000),
    )


def clock_for(dsn: str, ledger_id: int, *, demonstration: bool) -> "Clock | DemonstrationClock":
    """The machine's clock; a ledger whose first entry calls it a demonstration gets the simulated one."""
    system = SystemClock(limits())
    return DemonstrationClock(system, Lag(dsn, ledger_id)) if demonstration else system


def against_witnesses(
    connection: psycopg.Connection, ledger_id: int, clock: Clock, policy: Policy | None
) -> WitnessedClock | None:
    """Compares a clock with those of witnesses; None: there are none, or the clock is simulated and theirs is not.

    At a start a clock that lies behind what enough of them signed last shuts the ledger at once.
    """
    if policy is None or isinstance(clock, SimulatedClock):
        return None
    rules, today = rulesets.load(), Instant.of_us(time.time_ns() // 1000)
    within = WitnessedLimits(
        apart_us_max=round(rules.minutes("clock.apart_from_witnesses_max", today) * 60_000_000),
        counts_us_max=round(rules.minutes("witness.late_after", today) * 60_000_000),
    )
    witnessed = WitnessedClock(policy, within, clock.now_us)
    row = connection.execute("select time_s from cosigned where ledger_id = %s", (ledger_id,)).fetchone()
    wrong = witnessed.behind(row[0]) if row is not None else None
    if wrong is not None:
        log.error("clock.behind_witnesses", reason=str(wrong))
        stop_writing(connection, ledger_id, not_as_witnessed(wrong))
    return witnessed


@dataclass(frozen=True, slots=True)
class Moved:
    """The demonstration's clock after a step."""

    now: Instant
    hours_left: float  # until the demonstration reaches today


class Lag:
    """How far the demonstration is behind the wall clock; in the database, so that it survives restarts."""

    def __init__(self, dsn: str, ledger_id: int) -> None:
        self._dsn, self._ledger_id = dsn, ledger_id
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        self._us = 0
        self._looked_at = float("-inf")
        self.look()

    def us(self) -> int:
        """As far as known here; looks again after a while."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            try:
                self.look()
            except psycopg.OperationalError:
                # An older value is behind, never ahead: harmless until the database is back.
                self._looked_at = time.monotonic()
        return self._us

    def look(self) -> None:
        """Read it now; made at the first look."""
        with self._lock:
            self._us = self._ask(
                "with made as (insert into simulated_clock values (%(ledger)s, %(start)s) on conflict do nothing "
                "returning behind_us) select behind_us from made union all "
                "select behind_us from simulated_clock where ledger_id = %(ledger)s limit 1",
                {"ledger": self._ledger_id, "start": STARTS_BEHIND_DAYS * 24 * _HOUR_US},
            )

    def shrink(self, by_us: int) -> None:
        """Come nearer to now; never past it, never back."""
        with self._lock:
            self._us = self._ask(
                "update simulated_clock set behind_us = behind_us - %(by)s "
                "where ledger_id = %(ledger)s and behind_us >= %(by)s and %(by)s > 0 returning behind_us",
                {"ledger": self._ledger_id, "by": by_us},
            )

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()

    def _ask(self, query: LiteralString, values: dict[str, int]) -> int:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._dsn)
            # Not waited for: an entry that follows a step is written behind it and takes it along to the disk.
            self._connection.execute("set synchronous_commit to off")
        try:
            row = self._connection.execute(query, values).fetchone()
        except psycopg.OperationalError:
            self._connection.close()
            raise
        if row is None:
            raise Invalid.at("hours", f"expected more than 0 and at most {self._us / _HOUR_US:.1f}: then it is today")
        self._looked_at = time.monotonic()
        return int(row[0])


class DemonstrationClock(SimulatedClock):
    """The simulated clock of a demonstration; several processes follow the same one."""

    def __init__(self, clock: SystemClock, lag: Lag) -> None:
        super().__init__(clock, lag.us)
        self._lag = lag

    def check_against(self, last_us: int) -> None:
        """An entry ahead of this clock may come from a process that was just moved forward: look before judging."""
        try:
            super().check_against(last_us)
        except IntegrityFailure:
            self._lag.look()
            super().check_against(last_us)

    @property
    def hours_left(self) -> float:
        """How far it can still be moved until it is today."""
        return self._lag.us() / _HOUR_US

    def advance(self, hours: float) -> Moved:
        """Move forward; there is no way back."""
        self._lag.shrink(round(hours * _HOUR_US))
        return Moved(Instant.of_us(self.now_us()), self._lag.us() / _HOUR_US)

    def close(self) -> None:
        """Give the connection back."""
        self._lag.close()


class GuardedClock:
    """A clock whose failure stops writing for everybody, not only for the caller who met it.

    Whoever asks first shuts the ledger. The reason is not that of a check, so no start takes it back: two people do.
    """

    def __init__(self, clock: Clock, dsn: str, ledger_id: int) -> None:
        self._clock, self._dsn, self._ledger_id = clock, dsn, ledger_id

    def now_us(self) -> int:
        """Now; a clock that cannot be trusted shuts the ledger."""
        try:
            return self._clock.now_us()
        except IntegrityFailure as failure:
            self._shut(str(failure))
            raise

    def check_against(self, last_us: int) -> None:
        """As the clock says; the writer shuts the ledger itself when this fails."""
        self._clock.check_against(last_us)

    def _shut(self, reason: str) -> None:
        try:
            with connect(self._dsn) as connection:
                stop_writing(connection, self._ledger_id, reason)
        except psycopg.OperationalError as error:
            # The caller is told all the same, and so is the next one.
            log.warning("clock.not_shut", error=type(error).__name__)
