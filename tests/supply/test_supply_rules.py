"""A lot may be used when it was approved, is in date and was not rejected since."""

import pytest
from tests.support.plant import LOTS, QA, SEALED, Plant

from coign.kernel.values import Instant
from coign.supply.views import LOT

MARCH = Instant("2026-03-02T08:00:00.000000Z")
BEADS = LOTS["beads"]


@pytest.mark.requirement("GMP-04")
def test_a_lot_in_quarantine_rejected_or_expired_is_not_usable() -> None:
    plant = Plant(MARCH)
    plant.lot("beads", approved=False, days=10)
    assert plant.state(LOT, BEADS).not_usable_because(plant.now) == "is in quarantine"
    plant.act("supply.approve_lot", QA, lot=BEADS)
    assert plant.state(LOT, BEADS).not_usable_because(plant.now) is None
    expires = plant.state(LOT, BEADS).expires
    assert plant.state(LOT, BEADS).not_usable_because(expires) == f"expired {expires}"
    plant.act("supply.reject_lot", QA, lot=BEADS, why=SEALED)
    assert plant.state(LOT, BEADS).not_usable_because(plant.now) == "was rejected"
