"""The story that everything is explored from, told once: no database, no service."""

import pytest

from coign.checker.history import History
from coign.demo import in_memory
from coign.service import therapies


@pytest.fixture(scope="session")
def history() -> History:
    return in_memory.told(therapies.released()[0])
