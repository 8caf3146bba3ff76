"""Demonstrations on ledgers of their own in the shared database, with the real service around them."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from tests.support.databases import another

from coign.database import Database
from coign.demo import story
from coign.demo.seed import Seeding
from coign.ledger.entries import Entry
from coign.service import Service, Settings, prepare

SEED = 7
#: So many therapies: the story of tests is a short one.
JOURNEYS = 3
_ledger_ids = count(secrets.randbelow(1 << 28) + (1 << 28))

Opened = Callable[[], Service]


@contextmanager
def fresh(database: Database, home: Path) -> Iterator[Service]:
    """A demonstration, empty but for its first entry."""
    prepare(database)
    settings, ledger_id = Settings(home=home, demonstration=True), next(_ledger_ids)
    with Service.on(database, settings, ledger_id=ledger_id, background=False) as service:
        yield service


@pytest.fixture
def open_service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Opens fresh demonstrations, and closes them after the test."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(fresh(database, tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="session")
def told(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole story; nobody adds to it."""
    with fresh(database, tmp_path_factory.mktemp("home")) as service:
        story.tell(service, SEED, JOURNEYS)
        yield service


@pytest.fixture(scope="session")
def beginning(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path, int]]:
    """People, keys, skills and stock, told once and closed: a database to copy, its home, and its ledger."""
    home = tmp_path_factory.mktemp("beginning")
    with another(database) as own:
        with fresh(own, home) as service:
            Seeding(service, SEED).run()
        yield own, home, service.ledger_id


@pytest.fixture
def begun(database: Database, beginning: tuple[Database, Path, int], tmp_path: Path) -> Iterator[Service]:
    """People, keys, skills and stock, and no patient yet."""
    copied, its_home, ledger_id = beginning
    home = tmp_path / "home"
    shutil.copytree(its_home, home)
    settings = Settings(home=home, demonstration=True)
    with (
        another(database, copied) as own,
        Service.on(own, settings, ledger_id=ledger_id, background=False) as service,
    ):
        yield service


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
