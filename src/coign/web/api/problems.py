"""Every no as `application/problem+json`: the same sentences as the page (RFC 9457)."""

from typing import Any

import orjson
import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse

from coign.kernel.errors import CoignError, GateAnswer, Invalid, Refused, Unavailable

JSON = "application/json"
PROBLEM = "application/problem+json"


def answer(body: Any, status: int = 200, content_type: str = JSON) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(orjson.dumps(body), status=status, content_type=content_type)


def gate_in_words(gate: GateAnswer) -> dict[str, Any]:
    """One unmet gate: what, why, and who can do what about it."""
    return {
        "gate": gate.gate,
        "requirement": list(gate.requirement),
        "message": gate.message,
        "protects": gate.protects,
        "remedy": gate.remedy,
        "resolvers": list(gate.resolvers),
    }


def problem_body(error: CoignError) -> dict[str, Any]:
    """The parts of a problem."""
    body: dict[str, Any] = {
        "type": f"/reference/errors/#{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
    }
    if isinstance(error, Refused):
        body |= {
            "action": error.action,
            "subjects": list(error.subjects),
            "position": error.position,
            "gates": [gate_in_words(g) for g in error.gates],
        }
    if isinstance(error, Invalid):
        body["errors"] = [{"field": e.field, "message": e.message} for e in error.errors]
    return body


def problem(error: CoignError) -> HttpResponse:
    """The answer to a request that cannot be granted."""
    response = answer(problem_body(error), error.status, PROBLEM)
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="coign"'
    return response


def as_ours(error: BaseException) -> CoignError | None:
    """An exception as one of the documented errors; None: a mistake of ours."""
    if isinstance(error, CoignError):
        return error
    if isinstance(error, psycopg.OperationalError | OperationalError | InterfaceError):
        return Unavailable("the database does not answer: try again in a moment")
    return None
