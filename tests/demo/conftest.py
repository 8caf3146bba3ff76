"""Demonstrations on ledgers of their own in the shared database, with the real service around them."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from tests.support.databases import another

from coign.database import Database
from coign.demo import people, player, scene, story
from coign.demo.seed import Seeding
from coign.ledger.entries import Entry
from coign.perform.request import Request
from coign.records import reading
from coign.service import Service, Settings, prepare

SEED = 7
#: So many therapies: the story of tests is a short one.
JOURNEYS = 3
WHO = {"family_name": "Vogt", "given_name": "Tilda", "birth_date": "1969-05-02", "hospital_number": "NH-555001"}
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


class Closed(NamedTuple):
    """A demonstration that nobody has open: its database can be copied."""

    database: Database
    home: Path
    ledger_id: int


@contextmanager
def opened(closed: Closed) -> Iterator[Service]:
    """A demonstration that was closed, open."""
    settings = Settings(home=closed.home, demonstration=True)
    with Service.on(closed.database, settings, ledger_id=closed.ledger_id, background=False) as service:
        yield service


@contextmanager
def copied(closed: Closed, home: Path) -> Iterator[Closed]:
    """A demonstration like another in all that it holds, for as long as the block lasts."""
    shutil.copytree(closed.home, home)
    with another(closed.database, closed.database) as own:
        yield Closed(own, home, closed.ledger_id)


@pytest.fixture(scope="session")
def beginning(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    """People, keys, skills and stock, told once."""
    home = tmp_path_factory.mktemp("beginning")
    with another(database) as own:
        with fresh(own, home) as service:
            Seeding(service, SEED).run()
        yield Closed(own, home, service.ledger_id)


@pytest.fixture(scope="session")
def reacting(beginning: Closed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    """The beginning, and a therapy up to the recorded reaction."""
    with copied(beginning, tmp_path_factory.mktemp("reacting") / "home") as closed:
        with opened(closed) as service:
            played(service, enrolled(service), "record-reaction")
        yield closed


@pytest.fixture(scope="session")
def ended(reacting: Closed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    """The same therapy at its end."""
    with copied(reacting, tmp_path_factory.mktemp("ended") / "home") as closed:
        with opened(closed) as service:
            played(service, only_therapy(service), "end")
        yield closed


@pytest.fixture
def begun(beginning: Closed, tmp_path: Path) -> Iterator[Service]:
    """People, keys, skills and stock, and no patient yet."""
    with copied(beginning, tmp_path / "home") as closed, opened(closed) as service:
        yield service


@pytest.fixture
def after_reaction(reacting: Closed, tmp_path: Path) -> Iterator[Service]:
    """One therapy, up to the recorded reaction."""
    with copied(reacting, tmp_path / "home") as closed, opened(closed) as service:
        yield service


@pytest.fixture
def after_the_end(ended: Closed, tmp_path: Path) -> Iterator[Service]:
    """One therapy, at its end."""
    with copied(ended, tmp_path / "home") as closed, opened(closed) as service:
        yield service


def enrolled(service: Service, **changed: str) -> str:
    """A new patient."""
    coordinator = people.in_role("coordinator", people.CENTRE)[0].actor
    done = service.door.perform(Request("clinical.enrol", coordinator, f"enrol-{changed}", {**WHO, **changed}))
    player.settled(service, done)
    return next(s for s in done.entries[0].subjects if s.startswith("patient:"))


def played(service: Service, root: str, to: str) -> list[str]:
    """What was done to get a therapy there."""
    return list(player.play(service, root, to))


def only_therapy(service: Service) -> str:
    """The chain of the one therapy that there is."""
    with scene.connection(service) as connection:
        (journey,) = reading.journeys(connection, service.ledger_id)
    return journey.root


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
