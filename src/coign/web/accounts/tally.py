"""What can come in floods is counted by the minute and written down as one line each, so that it never fills a disk.

Counted in this process; a minute's counts are written with the first request after it, when somebody opens the security
log, and when the process ends in order.
"""

import threading
import time
from collections import Counter
from datetime import UTC, datetime

import structlog
from django.db import DatabaseError

from coign.kernel.frozen import dataclass
from coign.web import running
from coign.web.accounts import security_log

#: Different lines that one minute may add; beyond that only their number is kept.
LINES_MAX = 500
OTHERS = "others"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """What is counted together."""

    minute: int  # since 1970
    ledger_id: int
    kind: str
    person: str
    what: str
    address: str


class Tally:
    """Counts of the minutes that were not written down yet. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Line] = Counter()

    def add(self, line: Line, count: int = 1) -> None:
        """Count one, or as many; a line too many is counted among the others of its kind."""
        with self._lock:
            if line not in self._counts and len(self._counts) >= LINES_MAX:
                line = Line(line.minute, line.ledger_id, line.kind, "", OTHERS, "")
            self._counts[line] += count

    def has_before(self, minute: int) -> bool:
        """Whether something of an earlier minute waits to be written."""
        with self._lock:
            return any(line.minute < minute for line in self._counts)

    def take(self, before_minute: int | None = None) -> list[tuple[Line, int]]:
        """Everything counted before a minute, or at all; it is forgotten here."""
        with self._lock:
            taken = [(k, n) for k, n in self._counts.items() if before_minute is None or k.minute < before_minute]
            for line, _ in taken:
                del self._counts[line]
        return taken


_tally = Tally()


def hit(kind: str, person: str, what: str, address: str) -> None:
    """Count one occurrence in this minute."""
    _tally.add(Line(_minute(), running.service().ledger_id, kind, person, what, address))


def write_past() -> None:
    """Write down the minutes that are over."""
    if _tally.has_before(_minute()):
        _write(_tally.take(_minute()))


def write_all() -> None:
    """Write down everything counted so far."""
    _write(_tally.take())


def _write(counted: list[tuple[Line, int]]) -> None:
    """One line each. A database that does not answer keeps nobody from anything: they wait for the next time."""
    for at, (line, count) in enumerate(counted):
        minute = datetime.fromtimestamp(line.minute * 60, UTC).strftime("%Y-%m-%d %H:%M UTC")
        detail = {"what": line.what, "address": line.address, "count": count, "minute": minute}
        shown = {name: value for name, value in detail.items() if value}
        try:
            security_log.note(line.kind, line.person, ledger_id=line.ledger_id, **shown)
        except DatabaseError as error:
            log.warning("security.tally_waits", error=type(error).__name__)
            for waiting, number in counted[at:]:
                _tally.add(waiting, number)
            return


def _minute() -> int:
    return int(time.time()) // 60
