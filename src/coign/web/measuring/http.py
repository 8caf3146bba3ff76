"""How many acts a second over HTTP with a token, against a bare insert that Django makes over HTTP."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict

from coign.bench.figures import Figure, in_turns
from coign.bench.place import Place, document
from coign.kernel.errors import Unavailable
from coign.kernel.values import Actor
from coign.service import rehearsal
from coign.web import running, tables

_LEDGER = 16
#: As many as wait at a time; half of them give, half take.
CALLERS = 16
AIM = 0.3
READY_S_MAX = 60.0

#: One caller's requests without end, each as the bytes to send.
Requests = Iterator[bytes]


def measure(place: Place) -> list[Figure]:
    """Custody acts over HTTP, each with its token and its own key, in turns with a row for each request."""
    place.table()
    with ExitStack() as stack:
        acts = [_acts(place.unit(), pair) for pair in _callers(place)]
        interface = stack.enter_context(_served("interface", _where(place)))
        bare = stack.enter_context(_served("bare", {"dsn": place.database.owner_dsn}))
        rows = [_rows(document()) for _ in range(CALLERS)]
        taken = in_turns(
            lambda: _rate(bare, rows, place.seconds), lambda: _rate(interface, acts, place.seconds), place.rounds
        )
    place.progress(f"http: {taken.value:,.0f} acts a second, {taken.of:,.0f} bare inserts")
    note = f"{CALLERS} callers; they and both servers share this machine"
    limit = "bare inserts/s by Django"
    return [Figure("http", taken.value, "actions/s", taken.of, limit, AIM, samples=taken.ours, note=note)]


Tokens = dict[Actor, str]


def _callers(place: Place) -> list[tuple[rehearsal.Pair, Tokens]]:
    """Pairs with a token for each of the two."""
    with place.service(_LEDGER) as service:
        running.start(service)
        try:
            tables.prepare(place.database)
            return [(pair, {who: _token(who) for who in (pair.giver, pair.taker)}) for pair in rehearsal.pairs(CALLERS)]
        finally:
            running.stop()


def _token(who: Actor) -> str:
    from coign.web.accounts import opening  # only once Django is set up

    account = opening.open_account(
        who.person.identifier, person=who.person, role=who.role, organisation=who.organisation
    )
    return opening.issue_token(account, label="coign bench")


def _where(place: Place) -> dict[str, object]:
    return {"database": asdict(place.database), "home": str(place.home), "ledger_id": _LEDGER}


def _acts(unit: str, caller: tuple[rehearsal.Pair, Tokens]) -> Requests:
    pair, tokens = caller
    for request in rehearsal.hand_overs(unit, pair):
        headers = {"Authorization": f"Bearer {tokens[request.actor]}", "Idempotency-Key": request.nonce}
        yield _posted(f"/api/actions/{request.action}", {"command": dict(request.command)}, headers)


def _rows(document: str) -> Requests:
    row = _posted("/rows", json.loads(document), {})
    while True:
        yield row


def _posted(path: str, body: object, headers: dict[str, str]) -> bytes:
    content = json.dumps(body, default=str).encode()
    given = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": len(content), **headers}
    lines = [f"POST {path} HTTP/1.1", *[f"{name}: {value}" for name, value in given.items()], "", ""]
    return "\r\n".join(lines).encode() + content


@contextmanager
def _served(what: str, given: dict[str, object]) -> Iterator[int]:
    """A process that serves, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "coign.web.measuring.served", what, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdin is not None
            process.stdin.write(json.dumps(given, default=str) + "\n")
            process.stdin.flush()
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + READY_S_MAX
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Unavailable(f"what serves for the bench did not answer within {READY_S_MAX:.0f} s")


def _rate(port: int, callers: Sequence[Requests], seconds: float) -> float:
    """Answers a second, of so many callers who wait for each of theirs."""
    counts, stop, failures = [0] * len(callers), threading.Event(), list[str]()

    def go(index: int, requests: Requests) -> None:
        with _Line(port) as ask:
            while not stop.is_set():
                answer = ask(next(requests))
                if not answer.startswith(b"HTTP/1.1 201"):
                    failures.append(answer.decode(errors="replace"))
                    return
                counts[index] += 1

    threads = [threading.Thread(target=go, args=(i, each), daemon=True) for i, each in enumerate(callers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures[0]
    return sum(counts) / (time.perf_counter() - start)


class _Line:
    """A connection that is kept open; as little Python for a request as can be, since callers share the processor."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __enter__(self) -> Callable[[bytes], bytes]:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=READY_S_MAX)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._ask

    def __exit__(self, *problem: object) -> None:
        self._socket.close()

    def _ask(self, request: bytes) -> bytes:
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        length = int(answer[:end].lower().partition(b"content-length:")[2].split(None, 1)[0])
        while len(answer) < end + 4 + length:
            answer += self._more()
        return answer

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise Unavailable("the server closed the connection")
        return part
