"""A qualification counts from its record on, until it ends or is taken away."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import BAG, BATCH, OPERATOR, OPERATOR_2, ROOM, Plant

from coign.kernel.actions import Circumstances
from coign.kernel.values import Instant
from coign.training.views import QUALIFICATIONS, Qualifications, missing_qualification

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def test_a_qualification_ends_at_its_instant_and_not_before() -> None:
    plant = Plant(MARCH)
    plant.qualify(OPERATOR, "filling", days=10)
    held = plant.state(QUALIFICATIONS, OPERATOR.person)
    until = held.of("filling").until
    assert held.is_qualified("filling", until.plus(seconds=-1)) and not held.is_qualified("filling", until)
    assert not held.is_qualified("aseptic_processing", plant.now)


def test_a_renewed_qualification_takes_the_place_of_the_old_one() -> None:
    plant = Plant(MARCH)
    for days in (10, 300):
        plant.qualify(OPERATOR, "filling", days=days)
    assert len(plant.state(QUALIFICATIONS, OPERATOR.person).held) == 1
    plant.wait(days=200)
    assert plant.state(QUALIFICATIONS, OPERATOR.person).is_qualified("filling", plant.now)


@pytest.mark.requirement("TRN-01", "TRN-S1")
def test_who_never_held_or_no_longer_holds_a_qualification_is_told_so_and_refused() -> None:
    plant = Plant(MARCH)
    plant.until("cleared")
    start = {"unit": BAG, "room": ROOM, "batch": BATCH}
    plant.revoked(OPERATOR, "aseptic_processing")
    with pytest.raises(Refusal) as no:
        plant.act("manufacturing.start_batch", OPERATOR, **start)
    assert no.value.gates == ("manufacturing.starter_is_qualified",)
    plant.wait(days=301)
    held = plant.state(QUALIFICATIONS, OPERATOR_2.person)
    known = Circumstances(
        now=plant.now, actor=OPERATOR_2, states={(OPERATOR_2.person, QUALIFICATIONS.name): held}, heads={}
    )
    assert "ended" in str(missing_qualification("aseptic_processing", known))
    assert "not qualified" in str(missing_qualification("juggling", known))
    assert missing_qualification("", known) is None
    assert Qualifications().of("filling") is None
