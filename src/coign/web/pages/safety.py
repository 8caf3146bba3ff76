"""Safety: the officer's board, one case, one product, and one therapy after its infusion."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign.web import acting
from coign.web.safety.board import board
from coign.web.safety.cases import case_page
from coign.web.safety.products import product_page
from coign.web.safety.therapy import therapy_page
from coign.web.therapy.story import story_of


@require_GET
def safety(request: HttpRequest) -> HttpResponse:
    """What is due, what is new, and who may be taken in."""
    acting.sees_for(request)
    return render(request, "pages/safety.html", board(acting.actor_of(request)))


@require_GET
def case(request: HttpRequest, identifier: str) -> HttpResponse:
    """One case."""
    acting.sees_for(request)
    return render(request, "pages/case.html", case_page(identifier, acting.actor_of(request)))


@require_GET
def product(request: HttpRequest, identifier: str) -> HttpResponse:
    """One product."""
    acting.sees_for(request)
    return render(request, "pages/product.html", product_page(identifier, acting.actor_of(request)))


@require_GET
def therapy(request: HttpRequest, root: str) -> HttpResponse:
    """One therapy after its infusion."""
    acting.sees_for(request)
    return render(request, "pages/therapy_safety.html", therapy_page(story_of(root, acting.actor_of(request))))
