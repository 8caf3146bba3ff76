"""A no as a page: the same sentences as the problem that machines get."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from coign.kernel.errors import CoignError, GateAnswer, Refused


def refusal_page(request: HttpRequest, error: CoignError, **more: Any) -> HttpResponse:
    """The page for any of the documented errors."""
    context = {"error": error, "refusal": refusal_words(error) if isinstance(error, Refused) else None, **more}
    response = render(request, "pages/refused.html", context, status=error.status)
    if error.status == 503:
        response["Retry-After"] = str(getattr(error, "retry_after_s", 5))
    return response


def refusal_words(error: Refused) -> dict[str, Any]:
    """A refusal for the `refusal` building block."""
    return {
        "title": error.title,
        "sentence": "Nothing has changed.",
        "gates": [gate_words(g) for g in error.gates],
        "position": error.position,
    }


def gate_words(gate: GateAnswer) -> dict[str, Any]:
    """One gate for the `gate_list` building block."""
    return {
        "message": gate.message,
        "protects": gate.protects,
        "remedy": gate.remedy,
        "requirement": ", ".join(gate.requirement),
        "resolvers": list(gate.resolvers),
    }
