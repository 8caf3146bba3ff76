"""Demonstrations on ledgers of their own in the shared database, with the real service around them."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest

from coign.database import Database
from coign.demo import story
from coign.demo.seed import Seeding
from coign.ledger.entries import Entry
from coign.service import Service, Settings, prepare

SEED = 7
_ledger_ids = count(secrets.randbelow(1 << 28) + (1 << 28))

Opened = Callable[[], Service]


@pytest.fixture(scope="session")
def open_service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A fresh demonstration, empty but for its first entry."""
    prepare(database)
    with ExitStack() as stack:

        def opened() -> Service:
            settings = Settings(home=tmp_path_factory.mktemp("home"), demonstration=True)
            given = {"ledger_id": next(_ledger_ids), "background": False}
            return stack.enter_context(Service.on(database, settings, **given))

        yield opened


@pytest.fixture(scope="session")
def told(open_service: Opened) -> Service:
    """The whole story; nobody adds to it."""
    service = open_service()
    story.tell(service, SEED)
    return service


@pytest.fixture
def begun(open_service: Opened) -> Service:
    """People, keys, skills and stock, and no patient yet."""
    service = open_service()
    Seeding(service, SEED).run()
    return service


def entries(service: Service) -> list[Entry]:
    """The whole record."""
    with psycopg.connect(service.database.reader_dsn) as connection:
        rows = connection.execute(
            "select position, body from entry where ledger_id = %s order by position", (service.ledger_id,)
        ).fetchall()
    return [Entry(position, bytes(body)) for position, body in rows]


def shipped_file(name: str) -> bytes:
    """A file that comes with the FHIR gateway."""
    return (Path(__file__).parents[2] / "src/coign/gateways/fhir/examples" / name).read_bytes()
