"""Starting, sharing and stopping the embedded server: the first to come starts it, the last to leave stops it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from coign.database import server
from coign.database.address import Database, DatabaseUnavailable, embedded_database
from coign.database.binaries import binaries, usable_binaries
from coign.database.cluster import ensure_data
from coign.database.external import attach
from coign.database.locks import Presence, in_use, turn
from coign.database.passwords import read_passwords
from coign.database.places import Places, home, places, prepared

SCRATCH_PREFIX = "coign-scratch-"
# A scratch folder this old that nobody uses was left when the machine went down.
SCRATCH_ABANDONED_SECONDS = 3600
#: Without these only a power cut loses data; nobody copies what is written from such a server.
FLEETING = dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
FLEETING |= {"wal_level": "minimal", "max_wal_senders": "0"}


class Supervisor:
    """Holds the embedded server of one home: for the web process and for drills; commands use `running`."""

    def __init__(self, folder: Path | None = None, *, durable: bool = True) -> None:
        self._places: Places = places(prepared(folder) if folder else home())
        # A test's data is not missed after a power cut.
        self._durable = durable
        self._settings = {} if durable else FLEETING
        self._presence: Presence | None = None

    @property
    def places(self) -> Places:
        """Where this installation's data, logs and locks lie."""
        return self._places

    def start(self) -> Database:
        """The server's addresses: of the one that runs (whoever started it), else of one started now."""
        with turn(self._places.turn_lock):
            database = self._running() or self._started()
            if self._presence is None:
                self._presence = Presence(self._places.users_lock)
        return database

    def stop(self) -> None:
        """Stop the server, also for everybody else who uses it."""
        with turn(self._places.turn_lock):
            self._leave()
            server.stop(self._places.data)

    def leave(self) -> None:
        """End our use: the server is stopped if nobody else uses it, and left to them otherwise."""
        with turn(self._places.turn_lock):
            if self._leave():
                server.stop(self._places.data)

    def is_alive(self) -> bool:
        """Whether the server runs and takes connections."""
        found = server.postmaster(self._places.data)
        return found is not None and found.ready

    def kill(self) -> None:
        """End all processes of the server with SIGKILL, as a crash would."""
        server.kill(self._places.data)

    def restart(self) -> Database:
        """Stop what runs and start again; after a crash, just start again."""
        with turn(self._places.turn_lock):
            server.stop(self._places.data)
        return self.start()

    def _leave(self) -> bool:
        if self._presence is None:
            return not in_use(self._places.users_lock)
        presence, self._presence = self._presence, None
        return presence.leave()

    def _running(self) -> Database | None:
        found = server.wait_until_ready(self._places.data)
        if found is None:
            return None
        passwords = read_passwords(self._places.passwords)
        if passwords is None:
            raise DatabaseUnavailable(
                f"{self._places.passwords} is missing while the database runs: end all Coign processes; "
                "the next start makes new passwords."
            )
        try:
            return _answering(embedded_database(found.socket_folder, passwords))
        except DatabaseUnavailable:
            if server.has_ended(found):  # it was going down when we asked
                return None
            raise

    def _started(self) -> Database:
        at = self._places
        programs = usable_binaries(binaries(), at.account, at.base)
        passwords = ensure_data(at, programs, durable=self._durable)
        found = server.start(at, programs, self._settings)
        return _answering(embedded_database(found.socket_folder, passwords))


@contextmanager
def running(home_folder: Path | None = None) -> Iterator[Database]:
    """A database that runs for as long as the block lasts, and is then left as it was found.

    With `COIGN_DATABASE_URL` it is the server at that address. Otherwise it is the embedded one: used if it runs,
    started if it does not, and stopped at the end unless somebody else uses it by then.
    """
    if url := os.environ.get("COIGN_DATABASE_URL"):
        yield attach(url, prepared(home_folder) if home_folder else home())
        return
    supervisor = Supervisor(home_folder)
    database = supervisor.start()
    try:
        yield database
    finally:
        supervisor.leave()


@contextmanager
def temporary(*, durable: bool = True) -> Iterator[Supervisor]:
    """A new home in a temporary folder: its server, once started, and the folder are gone afterwards.

    Also where this process is killed meanwhile. Any number of processes may have one at once.
    """
    _remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX)).resolve()
    with watched(folder):
        supervisor = Supervisor(folder, durable=durable)
        try:
            yield supervisor
        finally:
            remove(supervisor)


@contextmanager
def scratch(*, durable: bool = True) -> Iterator[Database]:
    """A new database in a temporary home."""
    with temporary(durable=durable) as supervisor:
        yield supervisor.start()


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Should this process end within the block, the watcher ends what runs in the folder: its input closes then."""
    watching = Path(__file__).with_name("watching.py")
    watcher = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", str(watching), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,  # what ends the processes of a terminal must leave this one
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.communicate()


def remove(supervisor: Supervisor) -> None:
    """Stop the server of a temporary home and remove all that it left."""
    supervisor.stop()
    for folder in {supervisor.places.base, supervisor.places.home}:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH_PREFIX}*"):
        # Somebody else's, or removed meanwhile: theirs to care for.
        with suppress(OSError, DatabaseUnavailable):
            old = time.time() - folder.stat().st_mtime > SCRATCH_ABANDONED_SECONDS
            if old and folder.stat().st_uid == os.geteuid() and not in_use(folder / "database-users.lock"):
                remove(Supervisor(folder))


def _answering(database: Database) -> Database:
    """The database, after one question to it: a server that runs but does not know our passwords is of no use."""
    try:
        with psycopg.connect(database.owner_dsn) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            f"The database runs but does not let us in ({str(error).strip().splitlines()[0][:300]}): "
            "end all Coign processes and start again; if that does not help, restore from a backup."
        ) from error
    return database
