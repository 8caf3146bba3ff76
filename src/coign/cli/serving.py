"""What `coign serve` does: the database here, everything else in a child that prepares what is missing and then serves.

The program is loaded once, in the child; a mistake is explained there, and its exit code is ours.
"""

import contextlib
import http.client
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from types import FrameType

from coign.cli import web_process
from coign.cli.output import say
from coign.database import Database, Supervisor, running
from coign.settings import Settings
from coign.web.server import server

READY_SECONDS_MAX = 60
WATCH_SECONDS = 1.0

log = logging.getLogger("coign.serve")


def run(settings: Settings, held: socket.socket, *, debug: bool, journeys: int | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C, at the port that is held for us; both mean exit 0."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with _database(settings):
            return _serve(settings, held, journeys, debug=debug)
    except KeyboardInterrupt:
        return 0


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """The database, for as long as we serve; the embedded one is started again should it ever end."""
    if os.environ.get("COIGN_DATABASE_URL"):
        with running(settings.home) as database:
            yield database
        return
    supervisor, ended = Supervisor(settings.home), threading.Event()
    database = supervisor.start()
    watch = threading.Thread(target=_watch, args=(supervisor, ended), name="database-watch", daemon=True)
    watch.start()
    try:
        yield database
    finally:
        ended.set()
        watch.join()
        supervisor.leave()


def _watch(supervisor: Supervisor, ended: threading.Event) -> None:
    while not ended.wait(WATCH_SECONDS):
        if not supervisor.is_alive():
            log.error("the database has ended: starting it again")
            try:
                supervisor.start()
            except Exception as error:  # tried again in a second; pages say meanwhile that it is unavailable
                log.error("the database does not start: %s", error)


def _serve(settings: Settings, held: socket.socket, journeys: int | None, *, debug: bool) -> int:
    multiprocessing.set_start_method("spawn", force=True)
    told, tells = multiprocessing.Pipe(duplex=False)
    serving = server(settings.bind, settings.port, debug=debug)
    # The child has said what is wrong, in one sentence; that it ended adds nothing.
    logging.getLogger("_granian").addFilter(lambda record: not str(record.msg).startswith("Unexpected exit"))
    child = _Child(settings, told)
    watch = threading.Thread(target=child.watch, name="web-process-watch", daemon=True)
    watch.start()
    say("Preparing …")
    held.close()
    try:
        serving.serve(target_loader=partial(web_process.load, tells, journeys, debug=debug), wrap_loader=False)
    except SystemExit:  # it ended by itself
        pass
    finally:
        child.stopped.set()
        watch.join()
    if serving.interrupt_signal:
        say("Stopped.")
        return 0
    if child.failed is None:
        say("coign: the web process ended by itself; what it said stands above")
        return 70 if child.is_ready else 4
    return child.failed


class _Child:
    """What is known of the process that serves: it says when it is prepared, or why it cannot be."""

    def __init__(self, settings: Settings, told: Connection) -> None:
        self._settings, self._told = settings, told
        self.stopped = threading.Event()
        self.is_ready = False
        #: The exit code that it asked for, after it said what is wrong.
        self.failed: int | None = None

    def watch(self) -> None:
        """Print the address once the first answer came, never before."""
        said = self._heard()
        if isinstance(said, int):
            self.failed = said
        elif said is not None:
            self._welcome(said)

    def _heard(self) -> int | str | None:
        while not self.stopped.is_set() or self._told.poll():
            if self._told.poll(0.05):
                with contextlib.suppress(EOFError):
                    said: int | str = self._told.recv()
                    return said
                return None
        return None

    def _welcome(self, text: str) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not self.stopped.is_set() and time.monotonic() < deadline:
            if _answers(self._settings):
                self.is_ready = True
                print(f"COIGN READY {web_process.address_of(self._settings)}", flush=True)
                if text:
                    print(text, flush=True)
                return
            self.stopped.wait(0.05)
        if not self.stopped.is_set():
            say(f"coign: no answer at /health within {READY_SECONDS_MAX} s; still trying to serve")


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104 - compared only
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection(host, settings.port, timeout=5)
        connection.request("GET", "/health")
        status = connection.getresponse().status
        connection.close()
        return status < 500 or status == 503  # read-only is an answer, too
    return False
