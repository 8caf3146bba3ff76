"""The register of devices: which may be used, which are due, and the log of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign.web import acting
from coign.web.devices.register import one_device, register


@require_GET
def every_device(request: HttpRequest) -> HttpResponse:
    """Devices of the house, what needs somebody first."""
    acting.sees_for(request)
    return render(request, "pages/equipment.html", register(acting.actor_of(request)))


@require_GET
def device(request: HttpRequest, name: str) -> HttpResponse:
    """One device."""
    acting.sees_for(request)
    return render(request, "pages/device.html", one_device(name, acting.actor_of(request)))
