"""A patient who was treated before is ordered a further therapy: both stand in the lists, each where it is."""

import pytest
from tests.demo.conftest import enrolled, played

from coign.demo import acts, player, scene
from coign.records import reading
from coign.records.journey import open_steps
from coign.service import Service


def again(service: Service, therapy: scene.Therapy, step_id: str) -> None:
    """An act that was done before, by whoever does it."""
    step = next(s for s in therapy.programme.journey if s.id == step_id)
    actor = player.candidates(service, therapy, step)[0].actor
    act = acts.of(step.action)
    assert act is not None
    command = act(player.look(service, therapy, step.action, actor, {}))
    player.settled(service, player.perform_as(service, actor, step.action, command, f"again-{step_id}"))


@pytest.mark.requirement("TRC-09", "TRC-10")
def test_a_second_order_begins_a_therapy_of_its_own(begun: Service) -> None:
    patient = enrolled(begun)
    played(begun, patient, "slot")
    first = scene.find(begun, patient)
    again(begun, first, "draft")
    again(begun, first, "order")
    with scene.connection(begun) as connection:
        acts_of_second = reading.acts(connection, begun.ledger_id, first.journey.root)
        roots = [
            row[0]
            for row in connection.execute(
                "select root from records.journey where ledger_id = %s and patient = %s", (begun.ledger_id, patient)
            )
        ]
    assert len(roots) == 2 and first.journey.root in roots and acts_of_second
    second = scene.find(begun, next(root for root in roots if root != first.journey.root))
    assert [s.id for s in open_steps(second.journey, second.programme)] == ["slot"]
    assert {"enrol", "consent", "eligibility", "draft", "order"} <= set(second.journey.done)
    unchanged = scene.find(begun, first.journey.root)
    assert "slot" in unchanged.journey.done and unchanged.journey.stage == first.journey.stage
