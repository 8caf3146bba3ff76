"""The server process: found by its pid file and its working folder, started in its own session, stopped, killed."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from coign.database.account import give, run_as
from coign.database.address import DatabaseUnavailable
from coign.database.binaries import Binaries
from coign.database.cluster import CLEAN_ENVIRONMENT
from coign.database.places import SOCKET_NAME, Places, socket_folder
from coign.kernel.frozen import dataclass

LOOK_SECONDS = 0.02
# Recovery after a crash replays what was written since the last checkpoint; on a slow disk that takes its time.
READY_SECONDS_MAX = 300
STOP_SECONDS_MAX = 60
GONE_SECONDS_MAX = 10
GOING_SECONDS_MAX = 2


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The running server of a data folder."""

    pid: int
    socket_folder: str
    ready: bool


def postmaster(data: Path) -> Postmaster | None:
    """The server that runs on this folder, if one does.

    A pid file alone proves nothing: after a crash its number may belong to a stranger. The process must work in the
    data folder.
    """
    lines = _pid_file(data)
    try:
        pid = int(lines[0])
    except (ValueError, IndexError):
        return None
    try:
        if not _works_in(psutil.Process(pid), data):
            return None
    except psutil.NoSuchProcess:
        return None
    folder = lines[4] if len(lines) > 4 else ""
    return Postmaster(pid, folder, ready=len(lines) > 7 and lines[7].strip() == "ready" and bool(folder))


def start(at: Places, programs: Binaries, settings: dict[str, str]) -> Postmaster:
    """Start the server on a complete data folder and wait until it takes connections."""
    _clear_remains(at.data)
    at.log.mkdir(mode=0o700, exist_ok=True)
    give(at.log, at.account)
    folder = socket_folder(at)
    given = [f"--{name}={value}" for name, value in {**_settings(at, folder), **settings}.items()]
    first_words = at.log / "start.log"
    with first_words.open("wb") as out:
        child = subprocess.Popen(  # noqa: S603
            [programs.program("postgres"), "-D", str(at.data), *given],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env=CLEAN_ENVIRONMENT,
            umask=0o077,
            start_new_session=True,  # Ctrl-C reaches us, not it: we drain first
            **run_as(at.account),
        )
    # Whoever starts a child must wait for it, or its number stays taken after its end and a restart takes it for alive.
    threading.Thread(target=child.wait, name="database-child", daemon=True).start()
    try:
        return _wait_until_ready(at, child)
    except BaseException:
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGINT)
        if _gone_within(STOP_SECONDS_MAX, lambda: _ended(child.pid)):
            _remove_socket(folder)
        raise


def wait_until_ready(data: Path) -> Postmaster | None:
    """The server of this folder once it takes connections; None if there is none, or it ends meanwhile."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while (found := postmaster(data)) and not found.ready:
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"The database in {data} has not become ready within {READY_SECONDS_MAX} s: "
                "look into the newest log beside it."
            )
        time.sleep(LOOK_SECONDS)
    return found


def has_ended(found: Postmaster) -> bool:
    """Whether the server is gone, or about to be: one that refuses us while it goes down is given the time to."""
    return _gone_within(GOING_SECONDS_MAX, lambda: _ended(found.pid))


def stop(data: Path) -> None:
    """Stop the server: open transactions are rolled back, everything committed is on disk."""
    socket = Path((_pid_file(data)[4:] or [""])[0])
    if found := postmaster(data):
        _end(found, data)
    _remove_socket(socket)


def _end(found: Postmaster, data: Path) -> None:
    for number, seconds in ((signal.SIGINT, STOP_SECONDS_MAX), (signal.SIGQUIT, GONE_SECONDS_MAX)):
        with suppress(ProcessLookupError):
            os.kill(found.pid, number)
        if _gone_within(seconds, lambda: postmaster(data) is None and _ended(found.pid)):
            return
    kill(data)


def kill(data: Path) -> None:
    """End every process of the server at once, as a power cut would; for drills, and when nothing else helps."""
    found = postmaster(data)
    if found:
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGKILL)
    _kill_workers(data)


def _kill_workers(data: Path) -> None:
    for process in _workers(data):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if not _gone_within(GONE_SECONDS_MAX, lambda: not list(_workers(data))):
        raise DatabaseUnavailable(f"Processes of the database in {data} do not end: restart the machine.")


def _clear_remains(data: Path) -> None:
    """After a crash: the old server's workers are ended and its pid file is removed.

    PostgreSQL would refuse to start if a stranger of ours had meanwhile got the number in the file, or if its dead
    process was never waited for, as happens in containers. That no process works in the folder is the stronger check.
    """
    if postmaster(data) is None and (data / "postmaster.pid").exists():
        if not _gone_within(GOING_SECONDS_MAX, lambda: not list(_workers(data))):
            _kill_workers(data)
        (data / "postmaster.pid").unlink(missing_ok=True)


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except PermissionError as error:
        raise DatabaseUnavailable(
            f"{data} belongs to another user: start Coign as that user, or set COIGN_HOME."
        ) from error


def _workers(data: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            if _works_in(process, data):
                yield process


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        return Path(process.cwd()) == data.resolve()
    except (psutil.AccessDenied, psutil.ZombieProcess):
        return False


def _ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait_until_ready(at: Places, child: "subprocess.Popen[bytes]") -> Postmaster:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while child.poll() is None and time.monotonic() < deadline:
        found = postmaster(at.data)
        if found and found.ready and found.pid == child.pid:
            return found
        time.sleep(LOOK_SECONDS)
    ended = "ended at once" if child.poll() is not None else f"was not ready within {READY_SECONDS_MAX} s"
    raise DatabaseUnavailable(
        f"The database in {at.data} {ended} ({_last_words(at.log)}): "
        f"the logs are in {at.log}; check free space and rights."
    )


def _last_words(log: Path) -> str:
    """The newest line that tells why; from all logs, because the server moves from one to the other while it starts."""
    for file in sorted(log.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True):
        for line in reversed(file.read_text("utf-8", errors="replace").splitlines()):
            if "FATAL" in line or "PANIC" in line:
                return line.strip()[:300]
    return "no reason given"


def _settings(at: Places, folder: Path) -> dict[str, str]:
    """What must hold whatever stands in the configuration files."""
    return {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": f'"{folder}"',
        "unix_socket_permissions": "0700",
        "hba_file": str(at.data / "pg_hba.conf"),
        "password_encryption": "scram-sha-256",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",  # many short statements: compiling them costs more than it saves
        "max_wal_size": "2GB",
        "logging_collector": "on",
        "log_directory": str(at.log),
        "log_filename": "postgresql-%a.log",  # one a weekday, overwritten after a week: bounded
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_error_verbosity": "terse",  # DETAIL lines would put people's data into a log file
    }


def _gone_within(seconds: float, gone: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not gone():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _remove_socket(folder: Path) -> None:
    # Only what we made: the path may come from a file that the server's account can write.
    if folder.name.startswith("coign-"):
        with suppress(OSError):
            for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()
