"""A no as a page: the same sentences as the problem that machines get."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst

from coign.kernel.errors import CoignError, GateAnswer, Refused
from coign.web.roles import role_words
from coign.web.templatetags.coign_words import instants_in_words


def refusal_page(request: HttpRequest, error: CoignError, **more: Any) -> HttpResponse:
    """The page for any of the documented errors."""
    words = refusal_words(error) if isinstance(error, Refused) else None
    # Red is for what must not go on: a shut gate, a record that does not verify.
    status = "stop" if error.status == 500 else "look"
    context = {"error": error, "refusal": words, "status": status, **more}
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
        "message": instants_in_words(gate.message),
        "protects": gate.protects,
        "remedy": instants_in_words(gate.remedy),
        "requirement": ", ".join(gate.requirement),
        "resolvers": [capfirst(role_words(r)) for r in gate.resolvers],
    }
