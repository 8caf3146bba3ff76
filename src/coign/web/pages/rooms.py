"""Rooms and cabinets of a plant: which may be used, what was read in them last, who was open there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from coign.web import acting
from coign.web.rooms.plant import one_room, rooms
from coign.web.storing.store import may

REGISTER = "manufacturing.register_room"


@require_GET
def every_room(request: HttpRequest) -> HttpResponse:
    """Rooms and cabinets, what needs somebody first."""
    acting.sees_for(request)
    actor = acting.actor_of(request)
    register_url = reverse("form", args=[REGISTER]) if may(REGISTER, actor) else ""
    return render(request, "pages/rooms.html", {"rows": rooms(actor), "register_url": register_url})


@require_GET
def room(request: HttpRequest, name: str) -> HttpResponse:
    """One room."""
    acting.sees_for(request)
    return render(request, "pages/room.html", one_room(name, acting.actor_of(request)))
