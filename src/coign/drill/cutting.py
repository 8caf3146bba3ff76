"""Stands before the database's socket and cuts a connection at COMMIT: before it arrives, or after it was carried out.

The second is the worst that a network does: the caller is told that it failed, and the data is stored.
"""

import socket
import struct
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from coign.database import Database
from coign.database.places import SOCKET_NAME

Moment = Literal["before", "after"]
_SECOND_GREETINGS = (80877103, 80877104)  # a client that asks for encryption greets twice
_COMMIT = b"COMMIT\x00"


class CuttingProxy:
    """A way to a database on a Unix socket, on which connections can be cut."""

    def __init__(self, database: Database) -> None:
        self._server = str(Path(str(conninfo_to_dict(database.application_dsn)["host"])) / SOCKET_NAME)
        self._folder = tempfile.TemporaryDirectory(prefix="coign-cut-")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(Path(self._folder.name) / SOCKET_NAME))
        self._listener.listen()
        self._lock = threading.Lock()
        self._moment: Moment | None = None
        self.happened = threading.Event()
        self.database = Database(
            self._through(database.owner_dsn),
            self._through(database.application_dsn),
            self._through(database.reader_dsn),
            embedded=database.embedded,
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._folder.cleanup()

    def _through(self, dsn: str) -> str:
        return make_conninfo(dsn, host=self._folder.name)

    def cut(self, moment: Moment) -> None:
        """Cut the next connection that commits; `happened` is set when it is done."""
        with self._lock:
            self.happened.clear()
            self._moment = moment

    def take(self) -> Moment | None:
        """Called by a connection that sees a COMMIT: whether it is the one to be cut."""
        with self._lock:
            moment, self._moment = self._moment, None
            return moment

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                server.connect(self._server)
            except OSError:  # the database is down: so are we
                client.close()
                server.close()
                continue
            _Connection(self, client, server)


class _Connection:
    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._swallow = False
        threading.Thread(target=self._to_server, daemon=True).start()
        threading.Thread(target=self._to_client, daemon=True).start()

    def _to_server(self) -> None:
        with suppress(OSError):
            while self._greeting() in _SECOND_GREETINGS:
                pass
            while True:
                head = self._exactly(5)
                message = head + self._exactly(struct.unpack("!I", head[1:])[0] - 4)
                if _COMMIT in message and (moment := self._proxy.take()):
                    if moment == "before":
                        self._end()
                        self._proxy.happened.set()
                        return
                    self._swallow = True
                self._server.sendall(message)
        self._end()

    def _greeting(self) -> int:
        length = self._exactly(4)
        rest = self._exactly(struct.unpack("!I", length)[0] - 4)
        self._server.sendall(length + rest)
        return int(struct.unpack("!I", rest[:4])[0])

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            piece = self._client.recv(count - len(data))
            if not piece:
                raise ConnectionError("the client has gone")
            data += piece
        return bytes(data)

    def _to_client(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(65_536):
                if self._swallow:  # the answer to COMMIT: it was carried out, and nobody is told
                    self._end()
                    self._proxy.happened.set()
                    return
                self._client.sendall(data)
        self._end()

    def _end(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
