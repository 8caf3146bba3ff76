"""What `coign serve` does: prepare everything here, where a mistake can be explained; then serve in a child process."""

import contextlib
import http.client
import logging
import multiprocessing
import multiprocessing.util
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from coign import logs
from coign.cli.output import say, say_some
from coign.database import Database, Supervisor, running
from coign.service import Service, Settings, memory, prepare, upkeep
from coign.web import running as web

#: Callers wait for the writer, not for the processor: many may wait at once, and then share a commit.
THREADS = 64
STOP_SECONDS_MAX = 20
READY_SECONDS_MAX = 60
WATCH_SECONDS = 1.0
SET_UP_FIRST = (
    "Nothing is set up yet. Open this link; whoever has it can name the administrators, until set-up is finished:"
)

log = logging.getLogger("coign.serve")


def run(settings: Settings, held: socket.socket, *, debug: bool, journeys: int | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C, at the port that is held for us; both mean exit 0."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with _database(settings) as database:
            say("Preparing …")
            welcome = _prepare(database, settings, journeys)
            return _serve(settings, held, welcome, debug=debug)
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


def _prepare(database: Database, settings: Settings, journeys: int | None) -> Callable[[str], str]:
    """Tables, first entry, start check; gives what to print when ready."""
    from coign.web import tables

    prepare(database)
    with Service.on(database, settings, background=False, progress=say) as service:
        web.start(service)
        try:
            tables.prepare(database)
            if service.demonstration and not service.problems:
                _demonstrate(service, journeys)
        finally:
            web.stop()
        for problem in service.problems:
            say(f"The record does not verify, so it can only be read: {problem}")
        _remind(service)
        return _welcome(service)


def _remind(service: Service) -> None:
    """What is overdue is said at every start, and on the administrators' pages (CSV-30)."""
    with service.vault.pool.connection() as connection:
        for each in upkeep.due(connection, service.ledger_id, demonstration=service.demonstration):
            if each.overdue:
                say(f"Overdue: {each.sentence}.")


def _demonstrate(service: Service, journeys: int | None) -> None:
    """The demonstration's story and accounts. An interrupted start goes on where it stopped; later ones add nothing."""
    from coign.demo import scene, story
    from coign.demo.seed import SEED
    from coign.installation.events import THIS
    from coign.installation.views import INSTALLATION
    from coign.web.accounts import demonstration

    told = scene.seed_of(service)
    # A demonstration that somebody set up by hand keeps its own people.
    if told or service.states.of(INSTALLATION, THIS).being_set_up:
        seed = told or SEED
        story.tell(service, seed, journeys or story.how_many(service, seed), progress=say_some)
        demonstration.open_accounts(service)


def _welcome(service: Service) -> Callable[[str], str]:
    """What is told, once the address is known, to whoever starts it: a demonstration's accounts, or how to set up."""
    from coign.demo import scene, welcome
    from coign.web.setting_up import link

    if link.is_open(service):
        path = link.path(service)
        return lambda address: f"{SET_UP_FIRST}\n  {address}{path}"
    text = welcome.text(service) if service.demonstration and scene.seed_of(service) else ""
    return lambda address: text


def _serve(settings: Settings, held: socket.socket, welcome: Callable[[str], str], *, debug: bool) -> int:
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "coign.web.wsgi:application",
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=2 * THREADS,
        workers_kill_timeout=STOP_SECONDS_MAX,
        websockets=False,
        log_level=LogLevels.debug if debug else LogLevels.error,
    )
    ready, stopped = threading.Event(), threading.Event()
    watch = threading.Thread(target=_tell_when_ready, args=(settings, welcome, ready, stopped), daemon=True)
    watch.start()
    held.close()
    try:
        server.serve(target_loader=load, wrap_loader=False)
    finally:
        stopped.set()
        watch.join()
    if server.interrupt_signal:
        say("Stopped.")
        return 0
    say("coign: the web process ended by itself; what it said stands above")
    return 70 if ready.is_set() else 4


def load() -> Any:
    """In the child: open the service, give it to the pages, and see to it that both end in order."""
    logs.to_stderr()
    stack = ExitStack()
    service = stack.enter_context(Service.open(settings=Settings.read(), in_transaction=web.in_transaction))
    stack.callback(_write_counts)
    multiprocessing.util.Finalize(None, stack.close, exitpriority=100)
    web.start(service)
    from coign.web.wsgi import application

    memory.settle()
    return application


def _write_counts() -> None:
    """What was counted since the last full minute goes into the security log, too."""
    from coign.web.accounts import tally

    tally.write_all()


def _tell_when_ready(
    settings: Settings, welcome: Callable[[str], str], ready: threading.Event, stopped: threading.Event
) -> None:
    """Print the address once the first answer came, never before."""
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not stopped.is_set() and time.monotonic() < deadline:
        if _answers(settings):
            ready.set()
            shown = "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind  # noqa: S104 - compared only
            host = f"[{shown}]" if ":" in shown else shown
            address = f"http://{host}:{settings.port}/"
            print(f"COIGN READY {address}", flush=True)
            if text := welcome(address):
                print(text, flush=True)
            return
        stopped.wait(0.05)
    if not stopped.is_set():
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
