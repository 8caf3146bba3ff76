"""Takes in what a hospital's system sends: a Patient, or a Bundle with an order. The same rules as `coign import`."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from coign import catalogue
from coign.demo import people
from coign.gateways.fhir import OrderFile
from coign.kernel.errors import Forbidden
from coign.perform import Request
from coign.service.importing import Entered, FhirImport
from coign.web import acting, running
from coign.web.errors import UnsupportedType
from coign.web.fhir.capability import SCOPE
from coign.web.fhir.outcomes import BASE, FHIR_JSON, answer, outcome, said

_TYPES = (FHIR_JSON, "application/json")


@csrf_exempt
@require_POST
def patient(request: HttpRequest) -> HttpResponse:
    """A Patient: 201 if they are new here, 200 if they were known."""
    taken = _import(request).take_patient(request.body)
    response = answer(outcome([said(_patient_words(taken))]), 201 if taken.enrolled else 200)
    response["Location"] = request.build_absolute_uri(f"{BASE}/{_patient_address(taken)}")
    return response


@csrf_exempt
@require_POST
def bundle(request: HttpRequest) -> HttpResponse:
    """An order: a draft for its prescriber, or nothing at all."""
    order, taken = _import(request).take_order(request.body)
    entries = [{"response": each} for each in _responses(order, taken)]
    return answer({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})


def _import(request: HttpRequest) -> FhirImport:
    """An import in the name of whoever sends; refused before anything is read if they may not send."""
    acting.needs_scope(request, SCOPE)
    service, actor = running.service(), acting.actor_of(request)
    if why := acting.lacks(actor):
        raise Forbidden(why)
    allowed = catalogue.ACTIONS["clinical.enrol"].roles & catalogue.ACTIONS["clinical.draft_order"].roles
    if actor.role not in allowed:
        raise Forbidden(f"patients and orders are taken from {', '.join(sorted(allowed))}, not from {actor.role}")
    service.door.question(Request("clinical.enrol", actor, ""))
    if request.content_type not in _TYPES:
        raise UnsupportedType(f"expected {' or '.join(_TYPES)}, found {(request.content_type or 'nothing')[:80]}")
    return FhirImport(service, actor, people.STAFF_NUMBERS if service.demonstration else {})


def _responses(order: OrderFile, taken: Entered) -> Iterator[dict[str, Any]]:
    """What became of each resource of the Bundle, in its order."""
    assert taken.drafted is not None
    for number, kind in enumerate(order.kinds):
        if kind == "Patient":
            yield _became(_patient_words(taken), _patient_address(taken), new=bool(taken.enrolled))
        elif kind == "ServiceRequest":
            words = "waits for the signature of its prescriber"
            address = f"ServiceRequest/{taken.drafted.position}"
            yield _became(words, address, new=not taken.drafted.replayed)
        elif f"Bundle.entry[{number}] {kind}" in order.not_taken:
            said_so = said("not taken: an order has no use for it", severity="warning", code="not-supported")
            yield {"status": "200 OK", "outcome": outcome([said_so])}
        else:
            yield {"status": "200 OK", "outcome": outcome([said("read into the order")])}


def _became(words: str, address: str, *, new: bool) -> dict[str, Any]:
    status = "201 Created" if new else "200 OK"
    return {"status": status, "location": address, "outcome": outcome([said(words)])}


def _patient_words(taken: Entered) -> str:
    new = taken.enrolled is not None
    return f"{'enrolled as' if new else 'known here as'} {taken.patient.identifier}"


def _patient_address(taken: Entered) -> str:
    return f"Patient/{taken.patient.identifier}"
