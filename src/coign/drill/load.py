"""The process that drills kill: a service with many callers who perform custody actions and note every answer."""

import argparse
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from coign import logs
from coign.drill import journal
from coign.drill.journal import Journal
from coign.kernel.errors import Unavailable
from coign.perform.door import Door
from coign.perform.request import Request
from coign.service import Service, Settings, rehearsal

AGAIN_SECONDS = 0.05


def perform(door: Door, request: Request, notes: Journal, stop: threading.Event) -> bool:
    """Perform one request as a careful client does: told to try again, it repeats under the same key."""
    while not stop.is_set():
        try:
            done = door.perform(request)
        except Unavailable:
            notes.unavailable(request)
            stop.wait(AGAIN_SECONDS)
        except Exception as error:  # whatever it is, it is a finding and must be seen
            notes.failed(request, error)
            return False
        else:
            notes.answered(request, done)
            return True
    return False


def settle(door: Door, file: Path, notes: Journal, stop: threading.Event) -> int:
    """Ask again, under the same keys, whatever got no answer; how many it were."""
    requests = journal.read(file).unanswered
    run_each([lambda r=request: perform(door, r, notes, stop) for request in requests])  # type: ignore[misc]
    return len(requests)


def callers(door: Door, names: Iterable[tuple[str, rehearsal.Pair]], notes: Journal, stop: threading.Event) -> None:
    """One thread a caller, each with a unit of its own, until told to stop."""

    def go(unit: str, pair: rehearsal.Pair) -> None:
        for request in rehearsal.hand_overs(unit, pair):
            if stop.is_set():
                return
            notes.asked(request)
            if not perform(door, request, notes, stop):
                return

    run_each([lambda u=unit, p=pair: go(u, p) for unit, pair in names])  # type: ignore[misc]


def run_each(tasks: list[Callable[[], object]]) -> None:
    """All at once, each in a thread of its own; waits for all of them."""
    threads = [threading.Thread(target=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _stop_with_parent(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> int:
    """Settle what the last process left open, then perform until standard input closes (or a drill kills us)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("journal", type=Path)
    parser.add_argument("--callers", type=int, required=True)
    parser.add_argument("--name", required=True, help="distinguishes this process's units from those of others")
    given = parser.parse_args()
    logs.to_stderr()
    stop = threading.Event()
    threading.Thread(target=_stop_with_parent, args=(stop,), daemon=True).start()
    notes = Journal(given.journal)
    with Service.open(settings=Settings(home=given.home, demonstration=False)) as service:
        print("ready", flush=True)
        settle(service.door, given.journal, notes, stop)
        named = [(f"{given.name}-{n}", pair) for n, pair in enumerate(rehearsal.pairs(given.callers))]
        callers(service.door, named, notes, stop)
    notes.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
