"""What authorities allow: the desk, one authorisation, one application."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign.web import acting
from coign.web.oversight.changes import changes_page
from coign.web.oversight.desk import desk
from coign.web.oversight.pages import application_page, authorisation_page


@require_GET
def whole_desk(request: HttpRequest) -> HttpResponse:
    """What needs a decision, what is owed, what is stopped, and every authorisation this house takes part in."""
    acting.sees_for(request)
    return render(request, "pages/oversight.html", desk(acting.actor_of(request)))


@require_GET
def authorisation(request: HttpRequest, identifier: str) -> HttpResponse:
    """One authorisation."""
    acting.sees_for(request)
    return render(request, "pages/authorisation.html", authorisation_page(identifier, acting.actor_of(request)))


@require_GET
def application(request: HttpRequest, identifier: str) -> HttpResponse:
    """One application."""
    acting.sees_for(request)
    return render(request, "pages/application.html", application_page(identifier, acting.actor_of(request)))


@require_GET
def programme_changes(request: HttpRequest, identifier: str) -> HttpResponse:
    """What was proposed, approved and refused of one programme, and which batches stay as they began."""
    acting.sees_for(request)
    return render(request, "pages/programme_changes.html", changes_page(identifier, acting.actor_of(request)))
