"""A witness over HTTP: add-checkpoint for logs, the newest checkpoint for monitors."""

import logging
import re
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from coign.witness.cosigning import TEXT_TYPE, Answer
from coign.witness.keeping import Witness
from coign_verify.notes import NOTE_BYTES_MAX

#: A note, and a line of at most 45 bytes for each of 63 hashes.
BODY_BYTES_MAX = NOTE_BYTES_MAX + 4096
ADD = "/add-checkpoint"
_NEWEST = re.compile(r"/([0-9a-f]{64})/checkpoint")

log = logging.getLogger("coign.witness")


class Server(ThreadingHTTPServer):
    """Serves one witness."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], witness: Witness, listening: socket.socket | None = None) -> None:
        """At an address, or on a socket that listens already."""
        super().__init__(address, _Handler, bind_and_activate=listening is None)
        self.witness = witness
        if listening is not None:
            self.socket.close()
            self.socket = listening
            self.server_name, self.server_port = self.server_address = listening.getsockname()[:2]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "coign-witness"
    sys_version = ""
    timeout = 10

    def do_POST(self) -> None:
        """A log shows its newest checkpoint."""
        body = self._body()
        if body is None:
            return
        if self.path != ADD:
            self._say(Answer(HTTPStatus.NOT_FOUND, b"there is only add-checkpoint\n"))
            return
        try:
            answer = self.server.witness.add(body)
        except Exception:
            log.exception("a checkpoint could not be answered")
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"nothing was signed\n")
        self._say(answer)

    def do_GET(self) -> None:
        """A monitor asks what was signed last."""
        asked = _NEWEST.fullmatch(self.path)
        note = self.server.witness.newest(asked[1]) if asked else None
        self._say(Answer(HTTPStatus.NOT_FOUND, b"not known here\n") if note is None else Answer(HTTPStatus.OK, note))

    def _body(self) -> bytes | None:
        """What was sent; None where it was refused already. The rest of it stays unread, so the line is closed."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            problem = HTTPStatus.LENGTH_REQUIRED
        elif int(length) > BODY_BYTES_MAX:
            problem = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        else:
            return self.rfile.read(int(length))
        self.close_connection = True
        self._say(Answer(problem, f"{problem.phrase}\n".encode()))
        return None

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are no news."""


__all__ = ["ADD", "TEXT_TYPE", "Server"]
