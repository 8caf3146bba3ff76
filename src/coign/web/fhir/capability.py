"""What a system may ask here, as FHIR says it: a CapabilityStatement out of the same list that is answered."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from coign import __version__
from coign.gateways.fhir.bundles import TYPES_READ
from coign.web.accounts import limits
from coign.web.fhir.outcomes import BASE, FHIR_JSON, answer

FHIR_VERSION = "4.0.1"
SCOPE = "fhir"
#: What can be done with single resources: type → what is done, and what it means here.
RESOURCES = {
    "Patient": {
        "create": "Enrols the patient. Whoever is known by number, name and date of birth is answered with 200 and is "
        "not entered again; a number that is another patient's is refused. Who a patient is cannot be read back."
    },
}
#: What can be done at the base.
SYSTEM = {
    "transaction": f"One order: a Bundle ({' or '.join(TYPES_READ)}) with ServiceRequest, Patient, Practitioner, "
    "Condition and body weight. It becomes a draft that waits for the prescriber's signature, or nothing of it is "
    "entered."
}


@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """The statement; open to all, since a client reads it before it signs in."""
    return answer(statement(request.build_absolute_uri(BASE)))


def statement(base: str) -> dict[str, Any]:
    """The statement as plain values."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": limits.today()[:10],
        "kind": "instance",
        "software": {"name": "Coign", "version": __version__},
        "implementation": {"description": "Patients and orders for cell and gene therapies", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON, "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": "Takes patients and draft orders. Nothing can be read or searched, and nothing that "
                "comes in is signed by coming in.",
                "security": {"cors": False, "description": f"Bearer token with the scope “{SCOPE}”."},
                "resource": [
                    {"type": kind, "interaction": _interactions(done), "versioning": "no-version"}
                    for kind, done in RESOURCES.items()
                ],
                "interaction": _interactions(SYSTEM),
            }
        ],
    }


def _interactions(done: dict[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "documentation": means} for code, means in done.items()]
