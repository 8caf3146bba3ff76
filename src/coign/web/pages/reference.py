"""Reference pages: generated from what runs, never written by hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.people.authority import INSIDE
from coign.web.api.schema import action_in_words
from coign.web.reference import errors as documented
from coign.web.reference import tracing


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The way to all of them."""
    return render(request, "pages/reference.html", {})


@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    """Every action with its gates, roles, requirements and risk."""
    return render(
        request, "pages/reference_actions.html", {"actions": map(action_in_words, catalogue.ACTIONS.values())}
    )


@require_GET
def access(request: HttpRequest) -> HttpResponse:
    """Who may ask for what: action by role. What they then get is decided by gates."""
    roles = sorted({role for a in catalogue.ACTIONS.values() for role in a.roles} - INSIDE)
    rows = [(a, [role in a.roles for role in roles]) for a in catalogue.ACTIONS.values()]
    return render(request, "pages/reference_access.html", {"roles": roles, "rows": rows})


@require_GET
def errors(request: HttpRequest) -> HttpResponse:
    """Every way to say no."""
    return render(request, "pages/reference_errors.html", {"errors": documented.every_error()})


@require_GET
def traceability(request: HttpRequest) -> HttpResponse:
    """Requirement by requirement: actions, gates, tests; what has no test is open."""
    rows = tracing.shipped()
    return render(request, "pages/reference_traceability.html", {"rows": rows, "open": sum(not r.tests for r in rows)})
