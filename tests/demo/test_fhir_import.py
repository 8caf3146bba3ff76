"""Files of a hospital's system: entered once, as drafts, or refused with the element named."""

import json
from typing import Any

import pytest
from tests.demo.conftest import entries, shipped_file

from coign.clinical.views import PATIENT
from coign.demo import people, scene
from coign.kernel.values import Quantity
from coign.service import Service
from coign.service.importing import PEOPLE, FhirImport, Imported, actor_named

ORDER = shipped_file("order-demolucel.json")


def order(service: Service, **weight: Any) -> bytes:
    """Our example, with a weight of the day before in the demonstration's time."""
    yesterday = scene.now(service).plus(days=-1)
    return changed(ORDER, "Observation", effectiveDateTime=yesterday[:10], **weight)


def taken_in(service: Service, *files: bytes) -> Imported:
    actor = actor_named(service, people.INTERFACE.person, ("coordinator",))
    return FhirImport(service, actor, people.STAFF_NUMBERS).run({f"file-{n}": f for n, f in enumerate(files)})


def changed(file: bytes, kind: str, **values: Any) -> bytes:
    bundle = json.loads(file)
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == kind:
            entry["resource"].update(values)
    return json.dumps(bundle).encode()


@pytest.mark.requirement("PAT-28")
def test_an_order_waits_as_a_draft_for_its_prescriber(begun: Service) -> None:
    done = taken_in(begun, order(begun))
    assert not done.refused
    (taken,) = done.taken
    state = begun.states.of(PATIENT, taken.patient)
    assert state.draft is not None and state.draft.prescriber == "person:physician-1"
    assert str(state.draft.weight) == "68.0 kg"
    assert not state.chains
    last = entries(begun)[-1]
    assert (last.actor.person, last.plain["signature"]) == ("person:interface-1", None)


def test_the_same_file_twice_is_entered_once(begun: Service) -> None:
    taken_in(begun, order(begun))
    before = len(entries(begun))
    again = taken_in(begun, order(begun))
    assert again.taken[0].positions == () and not again.refused
    assert len(entries(begun)) == before


def test_an_order_for_another_product_is_refused_by_its_code(begun: Service) -> None:
    coding = [{"system": "http://snomed.info/sct", "code": "104001"}]
    other = changed(order(begun), "ServiceRequest", code={"coding": coding})
    before = len(entries(begun))
    done = taken_in(begun, other)
    assert [r.element for r in done.refused] == ["ServiceRequest.code"] and not done.taken
    assert len(entries(begun)) == before


@pytest.mark.requirement("TRC-12")
def test_a_number_that_belongs_to_somebody_else_is_refused(begun: Service) -> None:
    taken_in(begun, order(begun))
    done = taken_in(begun, changed(order(begun), "Patient", birthDate="1980-01-01"))
    (refused,) = done.refused
    assert refused.element == "Patient.identifier" and "birth_date" in refused.message


def test_a_prescriber_nobody_knows_is_refused_by_number(begun: Service) -> None:
    stranger = [{"system": "https://centre-a.example.org/staff", "value": "P-1"}]
    done = taken_in(begun, changed(order(begun), "Practitioner", identifier=stranger))
    assert [r.element for r in done.refused] == ["Practitioner.identifier"]


@pytest.mark.parametrize(
    ("missing", "element"),
    [("identifier", "Patient.identifier"), ("birthDate", "Patient.birthDate"), ("name", "Patient.name")],
)
def test_a_patient_nobody_could_recognise_is_refused_with_the_element(
    begun: Service, missing: str, element: str
) -> None:
    patient = json.loads(shipped_file("patient-partial-birth-date.json"))
    del patient[missing]
    done = taken_in(begun, json.dumps(patient).encode(), b"no json")
    assert [r.element for r in done.refused][-1] == element or element in [r.element for r in done.refused]
    assert len(done.refused) == 2 and not done.taken


def test_a_pound_is_not_a_kilogram(begun: Service) -> None:
    quantity = {"value": 150, "unit": "lb", "system": "http://unitsofmeasure.org", "code": "[lb_av]"}
    done = taken_in(begun, order(begun, valueQuantity=quantity))
    draft = begun.states.of(PATIENT, done.taken[0].patient).draft
    assert draft is not None and draft.weight == Quantity("68.03885550", "kg")


@pytest.mark.requirement("TRC-10")
def test_an_order_whose_draft_is_refused_enters_nobody_and_is_asked_anew_when_it_comes_again(begun: Service) -> None:
    later = scene.now(begun).plus(days=2)
    file = changed(ORDER, "Observation", effectiveDateTime=later[:10])
    (refused,) = taken_in(begun, file).refused
    assert refused.element == "clinical.draft_order" and "still to come" in refused.message
    assert not any(e.action == "clinical.enrol" for e in entries(begun))

    begun.advance(hours=49)
    done = taken_in(begun, file)
    assert [t.resource for t in done.taken] == ["Bundle"] and len(done.taken[0].positions) == 2


def test_a_prescriber_may_be_named_as_the_record_names_them(begun: Service) -> None:
    def by(name: str) -> Imported:
        return taken_in(begun, changed(order(begun), "Practitioner", identifier=[{"system": PEOPLE, "value": name}]))

    assert [r.element for r in by("two words").refused] == ["Practitioner.identifier"]
    assert [r.element for r in by("nurse-1").refused] == ["clinical.draft_order"], "no physician"
    draft = begun.states.of(PATIENT, by("physician-1").taken[0].patient).draft
    assert draft is not None and draft.prescriber == "person:physician-1"
