"""Storage: the tanks of an organisation, and the map of one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign.web import acting
from coign.web.storing.tanks import one_tank, tanks


@require_GET
def every_tank(request: HttpRequest) -> HttpResponse:
    """Tanks, what each is kept for, and how full it is."""
    acting.sees_for(request)
    return render(request, "pages/tanks.html", tanks(acting.actor_of(request)))


@require_GET
def tank(request: HttpRequest, name: str) -> HttpResponse:
    """Who lies where in one tank."""
    acting.sees_for(request)
    return render(request, "pages/tank.html", one_tank(name, acting.actor_of(request)))
