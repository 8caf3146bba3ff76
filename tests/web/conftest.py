"""The whole web project on a real service: one ledger of its own for all tests of this folder."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from tests.support import identity_provider
from tests.support.identity_provider import IdentityProvider
from tests.web.client import Client
from tests.web.identity_house import HOST, configure
from tests.web.passkey_owner import administrator
from tests.web.site import Site, close_django, open_site

from coign.database import Database

_names = count()
#: Checkpoints and what hangs on them.
_PUBLISHED = ("stamping", "stamp", "cosigned", "cosignature", "checkpoint")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installation: the vault's key is in it, one for all ledgers of a database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def site(database: Database, home: Path) -> Iterator[Site]:
    """A demonstration with a hospital, a maker and their people, served by Django's test client."""
    with open_site(database, home) as opened:
        yield opened
        close_django()


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """Names that no other test uses."""
    return lambda kind: f"{kind}:T{next(_names)}"


@pytest.fixture
def unit(site: Site, fresh: Callable[[str], str]) -> str:
    """A unit that the hospital's cell laboratory has taken in."""
    name = fresh("unit")
    site.do("custody.take_in", "hospital-celllab", unit=name, site="site:clinic")
    return name


@pytest.fixture
def offered(site: Site, unit: str) -> str:
    """A unit that the hospital holds out to the maker."""
    site.do("custody.offer", "hospital-celllab", unit=unit, to="organisation:maker", seal="S1")
    return unit


@pytest.fixture
def unpublished(site: Site) -> Iterator[Site]:
    """The site with no checkpoint yet, whoever published one before; and what the test publishes is gone after it."""
    _take_out_checkpoints(site)
    yield site
    _take_out_checkpoints(site)


def _take_out_checkpoints(site: Site) -> None:
    with psycopg.connect(site.service.database.owner_dsn) as owner:
        owner.execute("set local session_replication_role = replica")  # past the triggers that forbid it
        for table in _PUBLISHED:
            owner.execute(
                SQL("delete from {} where ledger_id = %s").format(Identifier(table)), [site.service.ledger_id]
            )


@pytest.fixture(scope="module")  # an unused browser locks after a while
def first_administrator(site: Site) -> Client:
    """Somebody who proposes keys, at a browser of their own under a host with a name."""
    return administrator(site, f"keys-admin-{next(_names)}")


@pytest.fixture(scope="module")
def second_administrator(site: Site) -> Client:
    """Somebody who agrees to them."""
    return administrator(site, f"keys-admin-{next(_names)}")


@pytest.fixture(params=["RS256", "ES256"])
def provider(site: Site, home: Path, request: pytest.FixtureRequest) -> Iterator[IdentityProvider]:
    """The only provider of the installation."""
    with identity_provider.running(algorithm=request.param) as running:
        running.return_address = f"https://{HOST}/sign-in/external/house/back/"
        file = configure(home, running.base)
        yield running
        file.unlink()


def gates_of(problem: dict[str, Any]) -> list[str]:
    """Ids of the gates in a refusal."""
    return [g["gate"] for g in problem["gates"]]
