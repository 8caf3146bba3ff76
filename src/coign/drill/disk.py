"""The disk is full: callers are told to try again, and when there is room everything goes on; nothing is lost.

Shown on a small file system of its own, which only root on Linux may mount, so that the database meets the full disk
everywhere: tables, log and temporary files. Limiting the size of files instead gives another error than a full disk
does, so elsewhere the drill says that it cannot be done.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coign.database import Supervisor
from coign.database.supervisor import watched
from coign.drill import crash, journal, load
from coign.drill.journal import Answered, Journal
from coign.service import Service, Settings, rehearsal

CALLERS = 8
SMALL_DISK_MB = 192
FULL_SECONDS_MAX = 90.0
ANSWERS_BEFORE = 200
#: How long callers go on against the full disk, so that it is met by more than one of them.
FULL_SECONDS = 3.0


@dataclass(slots=True)
class Result(crash.Result):
    """What the drill showed."""

    possible: bool = True
    why: str = ""
    means: str = ""
    acknowledged_before: int = 0
    unavailable: int = 0

    @property
    def ok(self) -> bool:
        """Nothing lost, and the full disk was truly met."""
        return self.possible and self.unavailable > 0 and not (self.lost or self.doubled or self.problems)

    def to_json(self) -> dict[str, Any]:
        """The object that the command prints."""
        more = {
            name: getattr(self, name) for name in ("possible", "why", "means", "acknowledged_before", "unavailable")
        }
        return {**super(Result, self).to_json(), "ok": self.ok, **more}


def drill(*, progress: Callable[[str], None] = lambda line: None) -> Result:
    """On a small disk, if one can be mounted."""
    with tempfile.TemporaryDirectory(prefix="coign-drill-") as folder:
        home, notes = Path(folder, "home"), Path(folder, "journal")  # the drill's memory is not on the full disk
        home.mkdir(mode=0o700)
        Path(folder).chmod(0o711)  # the database's own account must be able to pass
        if _can_mount(home):
            progress(f"a file system of {SMALL_DISK_MB} MB of its own")
            return _on_small_disk(home, notes)
        return Result(possible=False, why="a small file system cannot be mounted here: that takes root on Linux")


_MOUNT = 'mount -t tmpfs -o size="$1"m,mode=0700 coign-drill "$2" && shift 2 && exec "$@"'


def _mounted(home: Path, command: list[str]) -> list[str]:
    """A command in a mount namespace of its own: the small disk disappears with it."""
    return ["unshare", "--mount", "sh", "-c", _MOUNT, "sh", str(SMALL_DISK_MB), str(home), *command]


def _can_mount(home: Path) -> bool:
    try:
        tried = subprocess.run(_mounted(home, ["true"]), capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def _on_small_disk(home: Path, notes: Path) -> Result:
    command = _mounted(home, [sys.executable, "-m", "coign.drill.disk", str(home), str(notes)])
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        said = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        words = (done.stderr.strip() or "no reason given").splitlines()[-1]
        return Result(problems=[f"the drill did not come to its end: {words}"])
    fields = {name: value for name, value in said.items() if name in Result.__dataclass_fields__}
    return Result(**fields)


def _small_disk_here(home: Path, notes: Path) -> Result:
    """Inside the mount namespace: the home is the small disk."""
    supervisor, ballast = Supervisor(home), home / "ballast"

    def fill(service: Service) -> None:
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65_536))

    def free() -> None:
        ballast.unlink()
        supervisor.start()

    with watched(home):
        supervisor.start()
        try:
            return _fill(home, notes, supervisor, f"a file system of {SMALL_DISK_MB} MB", fill, free)
        finally:
            supervisor.stop()


def _fill(
    home: Path,
    file: Path,
    supervisor: Supervisor,
    means: str,
    fill: Callable[[Service], None],
    free: Callable[[], object],
) -> Result:
    """Callers at work; the disk fills, stays full for a while, is freed; then everything is compared."""
    result = Result(means=means)
    notes, stop = Journal(file), threading.Event()
    with Service.open(settings=Settings(home=home, demonstration=False)) as service:
        rehearsal.set_up(service.door, CALLERS)
        named = [(f"disk-{n}", pair) for n, pair in enumerate(rehearsal.pairs(CALLERS))]
        callers = threading.Thread(target=load.callers, args=(service.door, named, notes, stop))
        callers.start()
        try:
            _wait(lambda: len(journal.read(file).answered) >= ANSWERS_BEFORE)
            result.acknowledged_before = len(journal.read(file).answered)
            fill(service)
            _wait(lambda: journal.read(file).unavailable > 0)
            time.sleep(FULL_SECONDS)
            result.unavailable = journal.read(file).unavailable
            free()
            so_far = len(journal.read(file).answered)
            if not _wait(lambda: len(journal.read(file).answered) > so_far + CALLERS):
                result.problems.append("there is room again, and callers are still not answered")
        finally:
            stop.set()
            callers.join()
    notes.close()
    supervisor.start()
    answered: list[Answered] = []
    crash.settle(home, file, answered, result)
    crash.look(supervisor.start().reader_dsn, answered, result)
    return result


def _wait(ready: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + FULL_SECONDS_MAX
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":
    print(json.dumps(_small_disk_here(Path(sys.argv[1]), Path(sys.argv[2])).to_json()))
