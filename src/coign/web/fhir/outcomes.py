"""Answers in FHIR's manner: resources, and every no as an OperationOutcome with the same sentences as elsewhere."""

import re
from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpResponse

from coign.gateways.fhir import FhirMalformed, FhirRefused
from coign.kernel.errors import CoignError, Invalid, Refused, Unavailable

FHIR_JSON = "application/fhir+json"
#: Below this address everything is said in FHIR.
BASE = "/fhir"

#: What FHIR calls our errors (value set issue-type); a form in which nothing could be taken is `structure`.
_ISSUE_TYPES = {
    "unauthenticated": "login",
    "forbidden": "forbidden",
    "forged_request": "forbidden",
    "not_found": "not-found",
    "method_not_allowed": "not-supported",
    "unsupported_type": "not-supported",
    "conflict": "conflict",
    "refused": "business-rule",
    "too_large": "too-long",
    "invalid": "invalid",
    "unavailable": "transient",
}
_ELEMENT = re.compile(r"[A-Z][A-Za-z]+(\.|$)")

Issue = dict[str, Any]


def answer(resource: dict[str, Any], status: int = 200) -> HttpResponse:
    """A resource."""
    return HttpResponse(orjson.dumps(resource), status=status, content_type=FHIR_JSON)


def outcome(issues: Iterable[Issue]) -> dict[str, Any]:
    """An OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def said(text: str, *, severity: str = "information", code: str = "informational") -> Issue:
    """One sentence."""
    return {"severity": severity, "code": code, "details": {"text": text}, "diagnostics": text}


def no(error: CoignError) -> HttpResponse:
    """The answer to a request that cannot be granted."""
    response = answer(outcome(_issues(error)), status_of(error))
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="coign"'
    return response


def status_of(error: CoignError) -> int:
    """FHIR knows 400 for what is no resource of its type, and 422 for what a rule refuses."""
    if isinstance(error, FhirMalformed):
        return 400
    return 422 if isinstance(error, Refused) else error.status


def _issues(error: CoignError) -> list[Issue]:
    code = "structure" if isinstance(error, FhirMalformed) else _ISSUE_TYPES.get(error.code, "exception")
    if isinstance(error, Refused):
        return [_issue(code, gate.message, more=gate.remedy) for gate in error.gates]
    if isinstance(error, FhirRefused):
        return [_issue(code, error.problem, element=error.element)]
    if isinstance(error, Invalid):
        return [_issue(code, each.message, element=each.field) for each in error.errors]
    return [_issue(code, error.message)]


def _issue(code: str, sentence: str, *, element: str = "", more: str = "") -> Issue:
    told = f"{element}: {sentence}" if element else sentence
    issue = said(sentence, severity="error", code=code)
    issue["diagnostics"] = f"{told}. {more}" if more else told
    if _ELEMENT.match(element):  # “file” is no path in a resource
        issue["expression"] = [element]
    return issue
