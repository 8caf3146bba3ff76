"""The story that everything is explored from, told once: no database, no service."""

import pytest

from coign.checker.history import History
from coign.demo import telling_in_memory


@pytest.fixture(scope="session")
def history() -> History:
    return telling_in_memory.told_of_this_release()
