"""The whole web project on a real service: one ledger of its own for all tests of this folder."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.web.site import Site, close_django, open_site

from coign.database import Database

_names = count()


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


def gates_of(problem: dict[str, Any]) -> list[str]:
    """Ids of the gates in a refusal."""
    return [g["gate"] for g in problem["gates"]]
