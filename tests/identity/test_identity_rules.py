"""What a unit is and may be: the one answer that every domain asks for."""

import pytest
from tests.support.plant import BAG, CELLLAB, Plant

from coign.identity.events import UnitEnded
from coign.identity.views import UNIT
from coign.kernel.values import Instant


@pytest.mark.parametrize(("how", "said"), [("destroyed", "was destroyed"), ("used_for_test", "was used for test")])
def test_a_unit_that_is_no_more_stands_still_and_says_what_became_of_it(how: str, said: str) -> None:
    plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
    plant.until("collected")
    assert plant.state(UNIT, BAG).stands_still_because is None
    plant.happened(UnitEnded(unit=BAG, how=how), by=CELLLAB)
    assert plant.state(UNIT, BAG).stands_still_because == said
