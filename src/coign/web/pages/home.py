"""The first page: what waits for this person, the next thing with its one button, and a place to scan anything."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.subjects import Patient
from coign.kernel.values import Actor, Instant
from coign.records import reading as records
from coign.records.journey import Journey
from coign.records.reading import NextStep
from coign.web import acting, running
from coign.web.pages.journey import who_row
from coign.web.reading import reader
from coign.web.roles import roles_words
from coign.web.therapy.band import of_identity
from coign.web.therapy.coming import address_of
from coign.web.therapy.identities import could_be_mixed_up, identities_of
from coign.web.therapy.parcel import Parcel, parcels_of
from coign.web.therapy.story import programme_of
from coign.web.therapy.track import local_text

SHOWN_MAX = 50
ENROL = "clinical.enrol"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person now."""
    return render(request, "pages/home.html", home_context(acting.actor_of(request)))


def home_context(actor: Actor) -> dict[str, Any]:
    """The queue of this person's roles in this organisation, with whom each row is about; no query per row."""
    roles = _roles(actor)
    if not roles:
        return {"rows": [], "next": None, "nobody": True, "role": actor.role, "why": acting.lacks(actor)}
    with reader().connection() as connection:
        ledger_id = running.service().ledger_id
        steps = records.queue(connection, ledger_id, roles, str(actor.organisation), at_most=SHOWN_MAX)
        journeys = {j.root: j for j in records.journeys(connection, ledger_id, str(actor.organisation))}
    steps = [s for s in steps if s.root in journeys]
    known = identities_of({Patient(journeys[s.root].patient) for s in steps}, actor)
    mixed = could_be_mixed_up(known)
    parcels = parcels_of((s.root for s in steps if _carries(journeys[s.root], actor)), actor)
    rows = [_row(step, journeys[step.root], actor, known, mixed, parcels.get(step.root)) for step in steps]
    first = next((s for s in steps if actor.role in s.roles), None)
    return {
        "rows": rows,
        "next": _next(first, journeys[first.root], actor, known, mixed) if first is not None else None,
        "role": actor.role,
        "nobody": False,
        "enrol_url": reverse("form", args=[ENROL]) if actor.role in catalogue.ACTIONS[ENROL].roles else "",
    }


def _roles(actor: Actor) -> list[str]:
    """The roles this person holds for this organisation now."""
    return sorted({g.role for g in acting.grants_of(actor) if g.organisation == actor.organisation})


def _row(
    step: NextStep, journey: Journey, actor: Actor, known: Any, mixed: Any, parcel: Parcel | None
) -> dict[str, Any]:
    mine = actor.role in step.roles
    return who_row(journey, known, mixed, parcel, carries=_carries(journey, actor)) | {
        "time": local_text(Instant(journey.updated))[:6],
        "status": "running" if mine else "not_yet",
        "word": step.title,
        "detail": _("%(stage)s · since %(at)s")
        % {"stage": _stage(journey, step), "at": local_text(Instant(journey.updated))}
        if mine
        else _("in your role %s") % roles_words(step.roles),
        "action": {"label": _("Open"), "url": address_of(step)}
        if mine
        else {"label": _("Change role"), "url": reverse("role")},
    }


def _stage(journey: Journey, step: NextStep) -> str:
    programme = programme_of(journey)
    return next((s.title for s in programme.stages if s.id == step.stage), step.stage) if programme else step.stage


def _carries(journey: Journey, actor: Actor) -> bool:
    return str(actor.organisation) not in (journey.centre, journey.maker)


def _next(step: NextStep, journey: Journey, actor: Actor, known: Any, mixed: Any) -> dict[str, Any]:
    """The one thing to do now, with the one filled button."""
    programme = programme_of(journey)
    patient = Patient(journey.patient)
    identity = of_identity(known.get(patient))
    if not _carries(journey, actor):
        identity |= {
            "coi": journey.chain.partition(":")[2],
            "product": programme.product_name if programme is not None else "",
        }
    warning = who_row(journey, known, mixed, carries=_carries(journey, actor)).get("warning", "")
    return {
        "eyebrow": _("Next for you · waits since %s") % local_text(Instant(journey.updated)),
        "status": "running",
        "title": step.title,
        "sentence": warning,
        "identity": identity or None,
        "primary": {
            "label": step.title,
            "kind": "primary",
            "big": True,
            "url": address_of(step),
        },
        "others": [{"label": _("Open the therapy"), "url": reverse("journey", args=[step.root])}],
    }
