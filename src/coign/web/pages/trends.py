"""Results of the release panel over the batches of each product, for those who make, test and judge them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign.kernel.values import Actor
from coign.regulatory.views import PROGRAMME
from coign.web import acting, running
from coign.web.therapy.looking import states_of
from coign.web.therapy.trends import BATCHES_MAX, product_trends


@require_GET
def every_trend(request: HttpRequest) -> HttpResponse:
    """One picture an attribute, with its specification."""
    acting.sees_for(request)
    context = {"products": _products(acting.actor_of(request)), "batches_max": BATCHES_MAX}
    return render(request, "pages/trends.html", context)


def _products(actor: Actor) -> list[dict[str, Any]]:
    """Each programme in the version that is in force, with the results of this organisation's batches."""
    versions = running.service().programmes.all()
    states = states_of(PROGRAMME, {v.programme for v in versions})
    found = []
    for version in versions:
        if states[version.programme].in_force == version.digest:
            charts = product_trends(version, actor)
            if any(chart["values"] for chart in charts):
                found.append({"name": version.product_name, "id": version.product.identifier, "charts": charts})
    return found
