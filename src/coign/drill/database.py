"""The database stops under load and comes back; and the connection is cut at COMMIT, before it and after it.

Every caller gets an answer or is told to try again; nothing is lost, doubled or half-written.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coign.database import Supervisor
from coign.drill import crash, journal, load
from coign.drill.cutting import CuttingProxy, Moment
from coign.drill.journal import Answered, Journal
from coign.service import Service, Settings, rehearsal

CALLERS = 8
#: Longer than the writer waits for the database to come back, so that callers are told to try again.
LONG_STOP_SECONDS = 6.0
SHORT_STOP_SECONDS = 0.5
PROGRESS_SECONDS_MAX = 60.0
ANSWERS_BETWEEN = 40


@dataclass(slots=True)
class Result(crash.Result):
    """What the drill showed."""

    stops: int = 0
    cuts: int = 0
    unavailable: int = 0

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        said = super(Result, self).to_json()
        return {**said, "stops": self.stops, "cuts": self.cuts, "unavailable": self.unavailable}


def drill(times: int, *, callers: int = CALLERS, progress: Callable[[str], None] = lambda line: None) -> Result:
    """So many stops (the first one long), then so many cuts of each kind, while callers go on."""
    result = Result()
    with rehearsal.installation(callers) as (home, supervisor):
        file = home / "journal"
        with CuttingProxy(supervisor.start()) as proxy, _under_load(proxy, home, file, callers):
            for number in range(times):
                _stop_and_start(supervisor, file, LONG_STOP_SECONDS if number == 0 else SHORT_STOP_SECONDS)
                result.stops += 1
                progress(f"stop {number + 1} of {times}: callers are answered again")
            for moment in ("before", "after") * times:
                _cut(proxy, file, moment)
                result.cuts += 1
                progress(f"cut {moment} COMMIT: callers are answered again")
        result.unavailable = journal.read(file).unavailable
        answered: list[Answered] = []
        crash.settle(home, file, answered, result)
        crash.look(supervisor.start().reader_dsn, answered, result)
    return result


@contextmanager
def _under_load(proxy: CuttingProxy, home: Path, file: Path, callers: int) -> Iterator[None]:
    notes, stop = Journal(file), threading.Event()
    with Service.on(proxy.database, Settings(home=home, demonstration=False)) as service:
        named = [(f"database-{n}", pair) for n, pair in enumerate(rehearsal.pairs(callers))]
        thread = threading.Thread(target=load.callers, args=(service.door, named, notes, stop))
        thread.start()
        try:
            wait_for_answers(file, ANSWERS_BETWEEN)
            yield
        finally:
            stop.set()
            thread.join()
    notes.close()


def wait_for_answers(file: Path, more: int) -> None:
    """Until so many more callers were answered; RuntimeError if they are not, which is a finding."""
    wanted, deadline = len(journal.read(file).answered) + more, time.monotonic() + PROGRESS_SECONDS_MAX
    while len(journal.read(file).answered) < wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"callers got no answers for {PROGRESS_SECONDS_MAX:g} s after the database was back")
        time.sleep(0.1)


def _stop_and_start(supervisor: Supervisor, file: Path, seconds: float) -> None:
    supervisor.stop()
    time.sleep(seconds)
    supervisor.start()
    wait_for_answers(file, ANSWERS_BETWEEN)


def _cut(proxy: CuttingProxy, file: Path, moment: Moment) -> None:
    proxy.cut(moment)
    if not proxy.happened.wait(PROGRESS_SECONDS_MAX):
        raise RuntimeError("nobody committed")
    wait_for_answers(file, ANSWERS_BETWEEN)
