"""The story that everything is explored from, told once: no database, no service."""

import pytest

from coign.checker.history import History
from coign.checker.knocking import Knocking
from coign.checker.looking import story_ground
from coign.demo import telling_in_memory


@pytest.fixture(scope="session")
def history() -> History:
    return telling_in_memory.told_of_this_release()


@pytest.fixture(scope="session")
def told(history: History) -> Knocking:
    knocked = Knocking(story_ground(history), history, float("inf"))
    knocked.prepare()
    assert knocked.ground.refused == set(), "every act of the story is allowed"
    return knocked
