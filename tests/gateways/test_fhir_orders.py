"""Orders: a Bundle is one order for one patient and one of our products, or refused naming the element."""

import json
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from coign.gateways.fhir import FhirRefused, PartialDate, read_order_bundle

EXAMPLE = files("coign.gateways.fhir").joinpath("examples/order-demolucel.json").read_bytes()
PRODUCTS = {"https://example.org/coign/products|demolucel": "product:demolucel"}
PATIENT, PRACTITIONER, CONDITION, WEIGHT, ORDER = range(5)

Change = Callable[[dict[str, Any]], object]


def _changed(change: Change) -> bytes:
    bundle = json.loads(EXAMPLE)
    change(bundle)
    return json.dumps(bundle).encode()


def _resource(bundle: dict[str, Any], place: int) -> dict[str, Any]:
    found: dict[str, Any] = bundle["entry"][place]["resource"]
    return found


def _set(place: int, key: str, value: Any) -> Change:
    return lambda bundle: _resource(bundle, place).update({key: value})


def _drop(place: int, key: str) -> Change:
    return lambda bundle: _resource(bundle, place).pop(key)


def _quantity(**changes: Any) -> Change:
    return lambda bundle: _resource(bundle, WEIGHT)["valueQuantity"].update(changes)


def test_our_own_example_is_one_order() -> None:
    order = read_order_bundle(EXAMPLE, PRODUCTS)
    assert order.product == "product:demolucel"
    assert order.patient.names[0].family == "Silva"
    assert (str(order.weight.value), order.weight.unit) == ("68.0", "kg")
    assert order.weight.measured_at == PartialDate("2026-03-12", "day")
    assert order.authored_on == PartialDate("2026-03-12T09:30:00+01:00", "instant")
    assert order.prescriber.identifiers[0].value == "P-2210"
    assert order.identifiers[0].value == "ORD-2026-0031"
    assert order.indication.codings[0].code == "demo-lymphoma"
    assert order.not_taken == ()


def test_the_digits_of_a_weight_are_kept() -> None:
    data = EXAMPLE.replace(b"68.0", b"68.00")
    assert read_order_bundle(data, PRODUCTS).weight.value.as_tuple() == Decimal("68.00").as_tuple()


def test_an_order_for_something_else_is_refused_at_its_code() -> None:
    for accepted in ({}, {"https://other.example.org|demolucel": "x"}, {"demolucel": "x"}):
        with pytest.raises(FhirRefused) as no:
            read_order_bundle(EXAMPLE, accepted)
        assert no.value.element == "ServiceRequest.code"


def test_what_else_is_in_the_bundle_is_named_as_not_taken() -> None:
    extra = {"resource": {"resourceType": "Organization", "id": "o1", "name": "Treatment Centre A"}}
    order = read_order_bundle(_changed(lambda bundle: bundle["entry"].append(extra)), PRODUCTS)
    assert order.not_taken == ("Bundle.entry[5] Organization",)


def test_references_by_type_and_id_are_followed() -> None:
    def by_id(bundle: dict[str, Any]) -> None:
        del bundle["entry"][PATIENT]["fullUrl"]
        _resource(bundle, PATIENT)["id"] = "p1"
        for place in (CONDITION, WEIGHT, ORDER):
            _resource(bundle, place)["subject"]["reference"] = "Patient/p1"

    assert read_order_bundle(_changed(by_id), PRODUCTS).patient.id == "p1"


OTHER = "urn:uuid:7d3f1a52-9d1c-4c1e-8a61-000000000099"
SECOND_PATIENT = {
    "fullUrl": OTHER,
    "resource": {"resourceType": "Patient", "identifier": [{"system": "https://x.example.org", "value": "2"}]},
}


def _about_somebody_else(place: int) -> Change:
    def change(bundle: dict[str, Any]) -> None:
        bundle["entry"].append(SECOND_PATIENT)
        _resource(bundle, place)["subject"]["reference"] = OTHER

    return change


@pytest.mark.parametrize(
    ("change", "element"),
    [
        (lambda b: b.update(resourceType="Patient"), "resourceType"),
        (lambda b: b.update(type="searchset"), "Bundle.type"),
        (lambda b: b.pop("entry"), "Bundle.entry"),
        (lambda b: b["entry"].append({"fullUrl": OTHER}), "Bundle.entry[5].resource"),
        (lambda b: b["entry"].append(b["entry"][PATIENT]), "Bundle.entry[5].fullUrl"),
        (
            lambda b: b["entry"][0].update(request={"method": "DELETE", "url": "Patient"}),
            "Bundle.entry[0].request.method",
        ),
        (lambda b: b["entry"][0].update(fullUrl="Patient/1"), "Bundle.entry[0].fullUrl"),
        (lambda b: b["entry"].pop(ORDER), "ServiceRequest"),
        (lambda b: b["entry"].append({**b["entry"][ORDER], "fullUrl": OTHER}), "ServiceRequest"),
        (lambda b: b["entry"].append(SECOND_PATIENT), "Patient"),
        (lambda b: b["entry"].pop(PATIENT), "ServiceRequest.subject.reference"),
        (lambda b: b["entry"].pop(WEIGHT), "Observation"),
        (lambda b: b["entry"].append({**b["entry"][WEIGHT], "fullUrl": OTHER}), "Observation"),
        (lambda b: b["entry"].pop(CONDITION), "ServiceRequest.reasonReference[0].reference"),
        (lambda b: b["entry"].pop(PRACTITIONER), "ServiceRequest.requester.reference"),
        (_set(ORDER, "status", "draft"), "ServiceRequest.status"),
        (_set(ORDER, "intent", "proposal"), "ServiceRequest.intent"),
        (_set(ORDER, "doNotPerform", True), "ServiceRequest.doNotPerform"),
        (_drop(ORDER, "code"), "ServiceRequest.code"),
        (_set(ORDER, "code", {"text": "Demolucel"}), "ServiceRequest.code"),
        (_set(ORDER, "code", {"coding": [{"code": "demolucel"}]}), "ServiceRequest.code.coding[0].system"),
        (_drop(ORDER, "subject"), "ServiceRequest.subject"),
        (_drop(ORDER, "requester"), "ServiceRequest.requester"),
        (_set(ORDER, "requester", {"display": "Dr Okafor"}), "ServiceRequest.requester.reference"),
        (_drop(ORDER, "reasonReference"), "ServiceRequest.reasonReference"),
        (_drop(ORDER, "authoredOn"), "ServiceRequest.authoredOn"),
        (_set(ORDER, "authoredOn", "yesterday"), "ServiceRequest.authoredOn"),
        (_set(ORDER, "urgency", "high"), "ServiceRequest.urgency"),
        (_drop(PATIENT, "identifier"), "Patient.identifier"),
        (_set(PATIENT, "birthDate", "1975-3-12"), "Patient.birthDate"),
        (_drop(PRACTITIONER, "identifier"), "Practitioner.identifier"),
        (_drop(CONDITION, "code"), "Condition.code"),
        (_set(CONDITION, "verificationStatus", {"coding": [{"code": "refuted"}]}), "Condition.verificationStatus"),
        (_about_somebody_else(CONDITION), "Condition.subject"),
        (_about_somebody_else(WEIGHT), "Observation.subject"),
        (_set(WEIGHT, "status", "preliminary"), "Observation.status"),
        (_drop(WEIGHT, "effectiveDateTime"), "Observation.effectiveDateTime"),
        (_drop(WEIGHT, "valueQuantity"), "Observation.valueQuantity"),
        (_quantity(value=0), "Observation.valueQuantity.value"),
        (_quantity(value="68"), "Observation.valueQuantity.value"),
        (_quantity(value=True), "Observation.valueQuantity.value"),
        (_quantity(comparator="<"), "Observation.valueQuantity.comparator"),
        (_quantity(system="https://x.example.org/units"), "Observation.valueQuantity.system"),
        (_quantity(code="stone"), "Observation.valueQuantity.code"),
    ],
)
def test_a_defect_of_an_order_is_refused_naming_its_element(change: Change, element: str) -> None:
    with pytest.raises(FhirRefused) as no:
        read_order_bundle(_changed(change), PRODUCTS)
    assert no.value.element == element
