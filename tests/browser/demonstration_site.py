"""A demonstration served on a port of its own, in a process of its own: what the browser tests walk through.

`python -m tests.browser.demonstration_site HOME` prints a line of JSON with its address; serves until its input ends.
"""

import base64
import json
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from coign.database import Database, scratch
from coign.demo.seed import Seeding
from coign.gateways.labels import Symbol, SymbolKind, symbol_text
from coign.kernel.values import Digest
from coign.records import reading as records
from coign.records.journey import Journey
from coign.service import Service, Settings, prepare
from coign.web import running, tables

SEED = 1


class Threading(ThreadingMixIn, WSGIServer):
    """A page and the files it asks for are answered side by side."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing about requests that went well."""

    def log_message(self, format: str, *args: Any) -> None:
        """Only what failed."""
        if len(args) > 1 and str(args[1]).startswith("5"):
            super().log_message(format, *args)


def main() -> None:
    """Seed, serve, and end with the input."""
    with ExitStack() as stack:
        database = stack.enter_context(scratch(durable=False))
        service = stack.enter_context(opened(database, Path(sys.argv[1])))
        Seeding(service, SEED).run()
        from coign.web.accounts.demonstration import open_accounts
        from coign.web.wsgi import application

        open_accounts(service)
        server = make_server("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0, application, Threading, Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps({"base": f"http://127.0.0.1:{server.server_port}"}), flush=True)
        for line in sys.stdin:
            answer(service, line.split())
        server.shutdown()


def opened(database: Database, home: Path) -> Any:
    """The service of a new demonstration, made known to the pages."""
    prepare(database)
    opening = Service.on(database, Settings(home=home, demonstration=True), in_transaction=running.in_transaction)
    return Running(opening, database)


class Running:
    """Starts and stops the pages together with their service."""

    def __init__(self, opening: Any, database: Database) -> None:
        self._opening, self._database = opening, database

    def __enter__(self) -> Service:
        service: Service = self._opening.__enter__()
        running.start(service)
        tables.prepare(self._database)
        return service

    def __exit__(self, *problem: Any) -> None:
        from django.db import connections

        from coign.web import reading

        reading.close()
        connections.close_all()
        running.stop()
        self._opening.__exit__(*problem)


def answer(service: Service, words: list[str]) -> None:
    """What a test may ask besides looking at pages, one line of JSON each."""
    from coign.demo import accounts, player, scene, story

    found: Any
    match words:
        case ["play", root, to]:
            found = list(player.play(service, root, to))
        case ["wait", root]:
            therapy = scene.find(service, root)
            step = player.open_step(therapy)
            player.wait_until(service, player.due(service, therapy, step))
            found = step.id
        case ["next", root]:
            found = lying_there(service, player.next_command(service, root))
        case ["story", journeys]:
            found = story.tell(service, SEED, int(journeys))
        case ["sign-in", name]:
            found = next(
                {"password": a.password, "code": a.code} for a in accounts.listed(service) if a.account == name
            )
        case ["chain", patient]:
            found = next(j.chain for j in journeys_of(service) if j.patient == patient)
        case ["done", root]:
            found = next(sorted(j.done) for j in journeys_of(service) if j.root == root)
        case ["wristband", patient]:
            found = symbol_text(Symbol(SymbolKind.WRISTBAND, patient.partition(":")[2], 1))
        case ["told"]:  # those of the story, whatever tests began beside it
            numbers = scene.numbers(service, [j.root for j in journeys_of(service)])
            found = [root for root, number in numbers.items() if number < scene.OTHERS_FROM]
        case ["roots"]:
            found = [j.root for j in journeys_of(service)]
        case _:
            found = {"problem": f"not understood: {words}"}
    print(json.dumps(found), flush=True)


def journeys_of(service: Service) -> list[Journey]:
    """Every therapy of the demonstration."""
    with service.vault.pool.connection() as connection:
        return records.journeys(connection, service.ledger_id)


def lying_there(service: Service, suggested: Any) -> dict[str, Any]:
    """Whose turn it is, what they would write down, and the symbols on what lies in front of them."""
    command = dict(suggested.command)
    return {
        "account": suggested.actor.person.identifier,
        "role": suggested.actor.role,
        "step": suggested.step,
        "action": suggested.action,
        "signed": suggested.needs_signature,
        "unmet": [g.message for g in suggested.unmet],
        "command": command,
        "symbols": {name: symbols_of(service, name, value, command) for name, value in command.items()},
        "files": {
            name: base64.b64encode(service.documents.get(Digest(value))).decode()
            for name, value in command.items()
            if isinstance(value, str) and len(value) == 64 and service.documents.has(Digest(value))
        },
    }


_KINDS = {
    "unit": "U", "patient": "P", "shipper": "S", "person": "B", "lot": "M", "equipment": "E", "room": "R", "box": "T",
}  # fmt: skip
_TEXTS = {"seal": "L", "logger": "O", "din": "din"}


def symbols_of(service: Service, name: str, value: Any, command: dict[str, Any]) -> list[str]:
    """What a scanner reads off the things named in a command."""
    values = value if isinstance(value, list | tuple) else [value]
    texts = []
    for one in values:
        kind, colon, identifier = str(one).partition(":")
        if colon and kind in _KINDS:
            serial = int(command.get("label_serial") or 1)
            texts.append(symbol_text(Symbol(SymbolKind(_KINDS[kind]), identifier, serial)))
        elif name in _TEXTS and one:
            symbol_kind = SymbolKind(_TEXTS[name])
            texts.append(symbol_text(Symbol(symbol_kind, str(one), None if symbol_kind == "din" else 1)))
    return texts


if __name__ == "__main__":
    main()
