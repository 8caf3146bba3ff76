"""What goes wrong in the story: a warm shipment, a deviation, a failing result, a patient who does not get there."""

import pytest
from tests.demo.conftest import SEED, enrolled, entries, played

from coign.correction.views import CORRECTIONS
from coign.demo import scene, story
from coign.demo.seed import Seeding
from coign.kernel.subjects import Chain
from coign.service import Service


def turn(service: Service, root: str, to: str, name: str) -> list[str]:
    """Play up to a step, let it turn there, and give the facts of that."""
    played(service, root, to)
    story.take_turn(Seeding(service, SEED), scene.find(service, root), name)
    last = entries(service)[-1]
    assert last.outcome == "done"
    return [fact["type"] for fact in last.plain["intent"]["facts"]]


@pytest.mark.requirement("SCS-09", "GMP-21")
def test_a_therapy_meets_trouble_after_trouble_and_goes_on_until_its_patient_cannot(begun: Service) -> None:
    root = enrolled(begun)
    turn(begun, root, "open-in", "warm_at_the_maker")
    assert scene.find(begun, root).journey.called["coldchain.assess_excursion"] == 2
    assert turn(begun, root, "start-batch", "deviation") == ["quality.deviation_opened.v1"]
    turn(begun, root, "verify-product-label", "failing_viability")
    assert scene.find(begun, root).journey.called["quality.assess_in_laboratory"] == 1

    before = len(entries(begun))
    story.take_turn(Seeding(begun, SEED), scene.find(begun, root), "failing_viability")
    assert len(entries(begun)) == before

    assert "closing.therapy_ended.v1" in turn(begun, root, "conclude-investigation", "progression")
    assert scene.find(begun, root).journey.ended == "progression"


@pytest.mark.requirement("CSV-05")
def test_a_volume_is_mistyped_and_waits_for_a_colleague_who_reads_the_source(begun: Service) -> None:
    root = enrolled(begun)
    facts = turn(begun, root, "finish-freezing", "mistyped_volume")
    assert facts == ["correction.proposed.v1", "identity.units_blocked.v1"]
    chain = Chain(scene.find(begun, root).journey.chain)
    assert [each.proposed for each in begun.states.of(CORRECTIONS, chain).open] == [True]
