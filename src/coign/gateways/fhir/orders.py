"""An order for a therapy, sent as a Bundle, to one typed value. Whether it may be ordered is decided elsewhere."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from coign.gateways.fhir.bundles import Bundle, Entry
from coign.gateways.fhir.elements import (
    Coding,
    Concept,
    HumanName,
    Identifier,
    PartialDate,
    concept_of,
    identifiers_of,
    names_of,
    partial_date,
)
from coign.gateways.fhir.json_text import read_resource
from coign.gateways.fhir.patients import PatientFile, patient_of
from coign.gateways.fhir.refusal import FhirRefused
from coign.gateways.fhir.shape import check_shape
from coign.kernel.frozen import dataclass

BODY_WEIGHT = Coding("http://loinc.org", "29463-7")
UCUM = "http://unitsofmeasure.org"
WEIGHT_UNITS = frozenset({"kg", "g", "[lb_av]"})
ORDER_INTENTS = frozenset({"order", "original-order"})
MEASURED_STATUSES = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class BodyWeight:
    """A measured weight: the digits as written, the UCUM unit, when it was measured."""

    value: Decimal
    unit: str
    measured_at: PartialDate


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Who ordered."""

    identifiers: tuple[Identifier, ...]
    names: tuple[HumanName, ...]


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One order for one product for one patient.

    `kinds` are the types of the Bundle's resources, in its order; `not_taken` lists what the order has no use for.
    """

    patient: PatientFile
    product: str
    product_code: Coding
    identifiers: tuple[Identifier, ...]
    authored_on: PartialDate
    prescriber: Prescriber
    weight: BodyWeight
    indication: Concept
    kinds: tuple[str, ...]
    not_taken: tuple[str, ...]
    sha256: str


def read_order_bundle(data: bytes, accepted_product_codes: Mapping[str, str]) -> OrderFile:
    """Read an order. `accepted_product_codes` maps `system|code` to what the caller calls that product."""
    resource = read_resource(data)
    check_shape(resource, "Bundle")
    bundle = Bundle(resource)
    sha256 = hashlib.sha256(data).hexdigest()
    order = bundle.only("ServiceRequest")
    _check_is_an_order(order.resource)
    product_code = _product_code(order.resource, accepted_product_codes)
    patient = bundle.follow(order.resource, "subject", "ServiceRequest.subject", "Patient")
    prescriber = bundle.follow(order.resource, "requester", "ServiceRequest.requester", "Practitioner")
    indication = _indication(bundle, order, patient)
    weight = _weight(bundle, patient)
    bundle.only("Patient")
    patient_file = patient_of(patient.resource, sha256)
    if not patient_file.identifiers:
        raise FhirRefused("Patient.identifier", "an order needs a patient with an identifier")
    used = {order.number, patient.number, prescriber.number, indication.number, weight.number}
    return OrderFile(
        patient=patient_file,
        product=accepted_product_codes[f"{product_code.system}|{product_code.code}"],
        product_code=product_code,
        identifiers=identifiers_of(order.resource, "ServiceRequest"),
        authored_on=_dated(order.resource, "authoredOn", "ServiceRequest.authoredOn"),
        prescriber=_prescriber(prescriber.resource),
        weight=_weight_value(weight.resource),
        indication=concept_of(indication.resource["code"], "Condition.code"),
        kinds=tuple(entry.kind for entry in bundle.entries),
        not_taken=tuple(str(entry) for entry in bundle.entries if entry.number not in used),
        sha256=sha256,
    )


def _check_is_an_order(order: dict[str, Any]) -> None:
    if order.get("status") != "active":
        raise FhirRefused("ServiceRequest.status", f"expected active, found {order.get('status')!r}")
    if order.get("intent") not in ORDER_INTENTS:
        raise FhirRefused("ServiceRequest.intent", f"expected an order, found {order.get('intent')!r}")
    if order.get("doNotPerform"):
        raise FhirRefused("ServiceRequest.doNotPerform", "this asks for something not to be done")


def _product_code(order: dict[str, Any], accepted: Mapping[str, str]) -> Coding:
    if "code" not in order:
        raise FhirRefused("ServiceRequest.code", "missing: expected the product that is ordered")
    codings = concept_of(order["code"], "ServiceRequest.code").codings
    known = [coding for coding in codings if f"{coding.system}|{coding.code}" in accepted]
    if not known:
        sent = ", ".join(f"{coding.system}|{coding.code}" for coding in codings) or "no code"
        raise FhirRefused("ServiceRequest.code", f"not a product of a programme here: {sent[:200]}")
    if len({accepted[f"{coding.system}|{coding.code}"] for coding in known}) > 1:
        raise FhirRefused("ServiceRequest.code", "names two different products")
    return known[0]


def _prescriber(practitioner: dict[str, Any]) -> Prescriber:
    found = Prescriber(identifiers_of(practitioner, "Practitioner"), names_of(practitioner, "Practitioner"))
    if not found.identifiers:
        raise FhirRefused("Practitioner.identifier", "a prescriber needs an identifier")
    return found


def _indication(bundle: Bundle, order: Entry, patient: Entry) -> Entry:
    references = order.resource.get("reasonReference", ())
    if len(references) != 1:
        raise FhirRefused("ServiceRequest.reasonReference", f"expected one Condition, found {len(references)}")
    path = "ServiceRequest.reasonReference[0]"
    condition = bundle.follow({"reasonReference": references[0]}, "reasonReference", path, "Condition")
    _check_same_patient(bundle, condition, patient)
    if "code" not in condition.resource:
        raise FhirRefused("Condition.code", "missing: expected the indication")
    statuses = condition.resource.get("verificationStatus", {}).get("coding", ())
    if any(coding.get("code") in {"refuted", "entered-in-error"} for coding in statuses):
        raise FhirRefused("Condition.verificationStatus", "the indication was withdrawn")
    return condition


def _weight(bundle: Bundle, patient: Entry) -> Entry:
    found = []
    for entry in bundle.entries:
        if entry.kind == "Observation":
            check_shape(entry.resource, "Observation")
            codings = concept_of(entry.resource["code"], "Observation.code").codings
            if any((coding.system, coding.code) == (BODY_WEIGHT.system, BODY_WEIGHT.code) for coding in codings):
                found.append(entry)
    if len(found) != 1:
        raise FhirRefused("Observation", f"expected one body weight (LOINC {BODY_WEIGHT.code}), found {len(found)}")
    _check_same_patient(bundle, found[0], patient)
    return found[0]


def _weight_value(observation: dict[str, Any]) -> BodyWeight:
    if observation.get("status") not in MEASURED_STATUSES:
        raise FhirRefused("Observation.status", f"expected a finished measurement, found {observation.get('status')!r}")
    quantity = observation.get("valueQuantity")
    if quantity is None:
        raise FhirRefused("Observation.valueQuantity", "missing: expected the weight")
    if "comparator" in quantity:
        raise FhirRefused("Observation.valueQuantity.comparator", "expected a weight, not a bound")
    # The model takes "68" and true for numbers; they are none in FHIR.
    if type(quantity.get("value")) not in (int, Decimal) or quantity["value"] <= 0:
        raise FhirRefused("Observation.valueQuantity.value", "expected a weight above zero")
    if quantity.get("system") != UCUM:
        raise FhirRefused("Observation.valueQuantity.system", f"expected {UCUM}")
    if quantity.get("code") not in WEIGHT_UNITS:
        raise FhirRefused("Observation.valueQuantity.code", f"expected one of {', '.join(sorted(WEIGHT_UNITS))}")
    measured_at = _dated(observation, "effectiveDateTime", "Observation.effectiveDateTime")
    return BodyWeight(Decimal(quantity["value"]), quantity["code"], measured_at)


def _dated(owner: dict[str, Any], key: str, path: str) -> PartialDate:
    if key not in owner:
        raise FhirRefused(path, "missing")
    return partial_date(owner[key], path)


def _check_same_patient(bundle: Bundle, entry: Entry, patient: Entry) -> None:
    path = f"{entry.kind}.subject"
    if bundle.follow(entry.resource, "subject", path, "Patient").number != patient.number:
        raise FhirRefused(path, "is about another patient than the order")
