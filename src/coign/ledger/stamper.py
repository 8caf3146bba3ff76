"""Has the newest checkpoint time-stamped from time to time, while this process publishes; never in anybody's way."""

import threading
import time
from collections.abc import Callable

import psycopg
import structlog

from coign.kernel.values import Instant
from coign.ledger.shutting import is_shut
from coign.ledger.stamps import asked_last, stamp_newest
from coign.ledger.store import connect
from coign.timestamps.policy import StampPolicy

PAUSE_S = 5.0

log = structlog.get_logger()


def _now() -> Instant:
    """By the machine: a demonstration's own time says nothing about when to ask somebody outside."""
    return Instant.of_us(time.time_ns() // 1000)


class Stamper:
    """A thread that asks an authority at most as often as the policy says, and only about what is new."""

    def __init__(
        self, dsn: str, ledger_id: int, policy: StampPolicy, leads: Callable[[], bool], *, pause_s: float = PAUSE_S
    ) -> None:
        self._dsn, self._ledger_id, self._policy, self._leads = dsn, ledger_id, policy, leads
        self._pause_s, self._told = pause_s, ""
        self._ended = threading.Event()
        self._connection: psycopg.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="coign-stamper", daemon=True)

    def start(self) -> "Stamper":
        """Begin."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ask no more. An authority that keeps a question waiting keeps nobody from closing."""
        self._ended.set()
        self._thread.join(self._pause_s)

    def _run(self) -> None:
        while not self._ended.wait(self._pause_s):
            try:
                if self._leads():
                    self._round()
            except psycopg.Error as error:
                log.warning("stamper.connection_lost", error=type(error).__name__)
                self._let_go()
        self._let_go()

    def _round(self) -> None:
        if self._connection is None:
            self._connection = connect(self._dsn)
        now, last = _now(), asked_last(self._connection, self._ledger_id)
        if last is not None and 0 <= now.minutes_since(last) < self._policy.every_min:
            return
        if is_shut(self._connection, self._ledger_id):
            return
        failure = stamp_newest(self._connection, self._ledger_id, self._policy, now)
        if failure and failure != self._told:
            log.warning("stamp.none", authority=self._policy.name, reason=failure)
        self._told = failure

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
