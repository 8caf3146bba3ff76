"""A therapy played by script through the real door, from enrolment to the first response."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.demo.conftest import enrolled, entries, only_therapy, played

from coign.demo import people, player, scene
from coign.demo.acts.values import inside
from coign.gateways.loggers import Leg, Warming, synthesise
from coign.kernel.errors import Invalid, NotFound, Refused
from coign.logistics.views import SHIPMENT
from coign.perform.request import Request
from coign.programmes.model import Range
from coign.records import reading
from coign.service import Service
from coign.service.importing import actor_named, import_readings


@pytest.mark.requirement("TRC-10", "PAT-28", "PAT-29")
def test_a_therapy_goes_from_enrolment_to_the_first_response_through_the_door(begun: Service) -> None:
    patient = enrolled(begun)
    before = len(entries(begun))

    lines = played(begun, patient, "end")

    therapy = scene.find(begun, patient)
    new = entries(begun)[before:]
    assert len(lines) == len([e for e in new if not e.action.startswith("equipment.")]), "besides what was cleaned"
    assert all(entry.outcome == "done" for entry in new)
    steps = {s.id for s in therapy.programme.journey if not s.optional} | {"record-reaction"}
    assert steps <= set(therapy.journey.done)
    facts = [fact["type"] for entry in new for fact in entry.plain["intent"]["facts"]]
    assert facts[-1] == "safety.response_recorded.v1"
    assert "safety.reaction_recorded.v1" in facts
    given = [f["body"]["unit"] for e in new for f in e.plain["intent"]["facts"] if f["type"] == "infusion.finished.v1"]
    assert len(given) == len(set(given)) == therapy.programme.final_containers_max == 2
    for once in (
        "manufacturing.bag_filled.v1", "manufacturing.filled.v1", "manufacturing.product_frozen.v1",
        "quality.certified.v1", "clinical.ordered.v1",
    ):  # fmt: skip
        assert facts.count(once) == 1
    assert not any(mismatched in fact for fact in facts for mismatched in ("mismatched", "blocked"))


@pytest.mark.requirement("TRC-13")
def test_where_two_are_asked_for_two_persons_act(after_the_end: Service) -> None:
    root = only_therapy(after_the_end)
    with scene.connection(after_the_end) as connection:
        acts = reading.acts(connection, after_the_end.ledger_id, root)
    by_step = {act.step: act.person for act in acts if act.step}
    for first, second in (
        ("check-identity", "confirm-identity"),
        ("clear-line", "confirm-clearance"),
        ("check-receipt-in", "confirm-receipt-in"),
        ("check-bedside", "confirm-bedside"),
        ("offer-collection", "collect-collection"),
    ):
        assert by_step[first] != by_step[second]


def test_played_again_it_does_nothing(begun: Service) -> None:
    patient = enrolled(begun)
    played(begun, patient, "order")
    before = len(entries(begun))
    assert played(begun, patient, "order") == []
    assert len(entries(begun)) == before


def test_what_took_too_long_is_done_again_by_both(begun: Service) -> None:
    patient = enrolled(begun)
    played(begun, patient, "check-identity")
    begun.advance(5)
    assert player.next_command(begun, patient).unmet[0].gate == "collection.second_within_window"
    player.perform_next(begun, patient)
    actions = [entry.action for entry in entries(begun)][-2:]
    assert actions == ["collection.check_identity.v1", "collection.confirm_identity.v1"]


def test_a_suggestion_names_person_command_and_what_stands_against_it(begun: Service) -> None:
    patient = enrolled(begun)
    played(begun, patient, "slot")
    suggested = player.next_command(begun, patient)
    assert (suggested.step, suggested.action) == ("check-identity", "collection.check_identity")
    assert suggested.actor.role == "nurse" and not suggested.needs_signature and not suggested.unmet
    assert suggested.command["wristband"] == patient
    with pytest.raises(NotFound):
        player.next_command(begun, patient, "thaw")
    with pytest.raises(NotFound):
        player.next_command(begun, "chain:NONE")
    with pytest.raises(Invalid, match="no stage"):
        played(begun, patient, "somewhere")


@pytest.mark.requirement("SCS-09")
def test_a_warm_journey_waits_for_the_quality_unit_and_then_goes_on(begun: Service) -> None:
    root = enrolled(begun)
    played(begun, root, "open-in")
    therapy = scene.find(begun, root)
    here = scene.Scene(begun, therapy, "", people.INTERFACE.actor, 0, scene.now(begun), None)  # type: ignore[arg-type]
    shipment = begun.states.of(SHIPMENT, here.shipment)
    assert shipment.packed_at is not None
    start = shipment.packed_at.moment.replace(microsecond=0)
    minutes = int((here.now.moment - start) / timedelta(minutes=5)) * 5 + 5
    leg = Leg(
        serial=shipment.logger, sensor="T1", start=start, minutes=minutes, interval_s=300, hold_c=Decimal(-188),
        noise_c=Decimal(1), warmings=(Warming(200, 120, Decimal(-120)),),
    )  # fmt: skip
    warehouse = actor_named(begun, people.in_role("warehouse", people.MAKER)[0].person, ("warehouse",))

    done = import_readings(begun, synthesise(1, leg), here.shipment, warehouse)
    again = import_readings(begun, synthesise(1, leg), here.shipment, warehouse)
    player.settled(begun, done)

    assert again.replayed and again.entries == done.entries
    opened = scene.find(begun, root)
    assert opened.journey.called == {"coldchain.assess_excursion": 2}  # once for each cryobag
    lines = played(begun, root, "accept-material")
    assert any("Assess the excursion" in line for line in lines)


def test_nobody_plays_on_with_a_bag_that_stands_still(begun: Service) -> None:
    root, other = enrolled(begun), enrolled(begun, hospital_number="NH-555002", birth_date="1970-01-01")
    played(begun, root, "check-identity")
    chain = scene.find(begun, root).journey.chain
    nurses = people.in_role("nurse", people.CENTRE)
    first = next(e.actor.person for e in reversed(entries(begun)) if e.action.startswith("collection.check"))
    second = next(n for n in nurses if n.person != first)
    wrong = Request("collection.confirm_identity", second.actor, "wrong", {"chain": chain, "wristband": other})
    player.settled(begun, begun.door.perform(wrong))
    with pytest.raises(Refused) as no:
        played(begun, root, "collection")
    assert "collection.no_open_mismatch" in [g.gate for g in no.value.gates] or no.value.gates


@pytest.mark.parametrize(
    "asked",
    [
        Range("a", "A", "%", low=Decimal(70)),
        Range("b", "B", "1", low=Decimal("0.5"), high=Decimal(10)),
        Range("c", "C", "[EU]/mL", below=Decimal(5)),
        Range("d", "D", "pg/mL", above=Decimal(50)),
        Range("e", "E", "", equals="negative"),
        Range("f", "F", "min", high=Decimal(60)),
    ],
)
def test_measured_values_lie_inside_their_limits(asked: Range) -> None:
    import random

    for number in range(200):
        assert asked.holds(inside(asked, random.Random(number)))
