"""A patient marries between collection and infusion: two persons settle it, and the bag's label stays what it is."""

from typing import Any

import pytest
from tests.demo.conftest import WHO, enrolled, entries
from tests.demo.test_ways_out import act, play, product

from coign.demo import people, player, scene
from coign.identity.views import UNIT
from coign.kernel.errors import Refused
from coign.kernel.subjects import Unit
from coign.perform.request import Done
from coign.service import Service

NURSE, COORDINATOR = (people.in_role(role, people.CENTRE)[0].actor for role in ("nurse", "coordinator"))


def settle(service: Service, by: Any, root: str, **different: str) -> Done:
    seen = {k: WHO[k] for k in ("birth_date", "hospital_number")} | different
    patient = scene.find(service, root).journey.patient
    command = {"chain": root, "patient": patient, **seen}
    nonce = f"settle/{len(entries(service))}"
    return player.settled(service, player.perform_as(service, by, "clinical.settle_identity", command, nonce))


def refused(service: Service, by: Any, root: str, **different: str) -> list[str]:
    with pytest.raises(Refused) as no:
        settle(service, by, root, **different)
    return [g.gate for g in no.value.gates]


@pytest.mark.requirement("TRC-S3", "TRC-25")
def test_a_new_name_between_collection_and_infusion_is_settled_by_two_and_no_label_is_printed_anew(
    begun: Service,
) -> None:
    root = play(begun, enrolled(begun), "confirm-product")
    patient = scene.find(begun, root).journey.patient
    labels = {bag: begun.states.of(UNIT, bag).label_serial for bag in product(begun, root)}
    new_name = {"patient": patient, "family_name": "Vogt-Lindqvist"}
    with pytest.raises(Refused) as no:
        act(begun, root, "coordinator", "clinical.correct_identity", people.CENTRE, **new_name)
    assert [g.gate for g in no.value.gates] == ["clinical.change_is_shown"]
    shown = {**new_name, "evidence": begun.documents.put(b"DEMONSTRATION: a marriage certificate")}
    act(begun, root, "coordinator", "clinical.correct_identity", people.CENTRE, **shown)

    assert [g.gate for g in player.next_command(begun, root).unmet] == ["clinical.identity_is_settled"]
    assert refused(begun, COORDINATOR, root) == ["clinical.change_is_settled_by_another"]
    assert refused(begun, NURSE, root, birth_date="1969-05-20") == ["clinical.identifiers_match"]
    assert refused(begun, NURSE, root, hospital_number="NH-555010") == ["clinical.identifiers_match"]
    settle(begun, NURSE, root)

    before = len(entries(begun))
    play(begun, root, "finish-infusion")
    facts = [f for e in entries(begun)[before:] for f in e.plain["intent"]["facts"]]
    given = {Unit(f["body"]["unit"]) for f in facts if f["type"] == "infusion.finished.v1"}
    assert given == set(labels)
    assert {bag: begun.states.of(UNIT, bag).label_serial for bag in labels} == labels
