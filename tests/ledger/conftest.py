"""A fresh ledger for each test, filled just past its first tile."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.installation import TestInstallation

from coign.database import Database
from coign.ledger.log_keys import keys_here
from coign_verify.signing import SignerKey


@pytest.fixture
def installation(database: Database) -> Iterator[TestInstallation]:
    """Two organisations with people, nothing else."""
    with TestInstallation(database) as fresh:
        yield fresh.set_up()


@pytest.fixture
def filled(installation: TestInstallation) -> TestInstallation:
    """300 entries: one complete tile and an unfinished one."""
    installation.fill(300 - installation.size())
    return installation


@pytest.fixture
def key(installation: TestInstallation, tmp_path: Path) -> SignerKey:
    """The key that signs this ledger's checkpoints."""
    return keys_here(tmp_path / "log.key", installation.origin, create=True).signers[0]


@pytest.fixture
def further(database: Database) -> Iterator[Callable[[], TestInstallation]]:
    """Further fresh ledgers, for properties over many sizes."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(TestInstallation(database)).set_up()
