"""The first page: what waits for this person, the next thing with its one button, and a place to scan anything."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import SLOT
from coign.people.separation import INSPECTOR
from coign.records import reading as records
from coign.records.journey import Journey
from coign.records.reading import NextStep
from coign.web import acting, running, waits
from coign.web.boards import Board, boards_of
from coign.web.boards.making import Who
from coign.web.inspection.room import room
from coign.web.links import reverse
from coign.web.oversight.desk import desk
from coign.web.pages.journey import who_row
from coign.web.pages.refusals import gate_words
from coign.web.reading import reader
from coign.web.roles import roles_words
from coign.web.safety.board import board
from coign.web.therapy.ahead import Ahead, ahead
from coign.web.therapy.band import colour_of, of_identity
from coign.web.therapy.coming import address_of, is_overdue, when
from coign.web.therapy.identities import identities_of, mixed_up_among
from coign.web.therapy.looking import states_of
from coign.web.therapy.parcel import parcels_of
from coign.web.therapy.story import programme_of
from coign.web.therapy.track import deadline_text, local_text
from coign.web.therapy.turned import Waiting, waiting
from coign.web.therapy.urgent import give_by
from coign.web.waits.not_now import not_now
from coign.web.waits.overseeing import authorisations

#: After every instant of a record.
NEVER = Instant("9999-12-31T00:00:00.000000Z")
#: As many rows of the queue as a screen holds; the others are one click away.
ROWS_MAX, WHOLE = 12, "all"
#: The newest therapies among which people are told apart.
IN_THE_HOUSE_MAX = 100
ENROL = "clinical.enrol"
SAFETY_OFFICER = "safety"
#: The board of those whose physician is called.
CALLS = "turned"
#: Whose work is what authorities allow: their first page is the desk of authorisations.
AT_THE_DESK = frozenset({"authority", "regulatory"})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person now; for safety, assessors, regulatory affairs and inspectors a page of their own."""
    actor, at_most = acting.actor_of(request), waits.STEPS_MAX if WHOLE in request.GET else ROWS_MAX
    if actor.role == SAFETY_OFFICER and acting.lacks(actor) is None:
        return render(request, "pages/safety.html", home_context(actor, at_most) | board(actor))
    if actor.role in AT_THE_DESK and acting.lacks(actor) is None:
        context = home_context(actor, without=(authorisations,))
        more = [*context["rows"], *context["others"]]
        return render(request, "pages/oversight.html", context | desk(actor, more) | {"is_first_page": True})
    if actor.role == INSPECTOR and acting.lacks(actor) is None:
        return render(request, "pages/inspection.html", home_context(actor) | room(actor, request.GET.dict()))
    return render(request, "pages/home.html", home_context(actor, at_most))


@require_GET
def cannot_now(request: HttpRequest) -> HttpResponse:
    """What this person cannot do now, and why: the first few things, as the rules answer at this moment."""
    acting.sees_for(request)
    actor = acting.actor_of(request)
    found = [
        {"title": one.title, "about": one.about, "gates": [gate_words(g) for g in one.gates], "sentence": one.sentence}
        for one in not_now(waits.here_of(actor))
    ]
    return render(request, "pages/not_now.html", {"found": found})


def home_context(
    actor: Actor, at_most: int = waits.STEPS_MAX, *, without: Collection[waits.Find] = ()
) -> dict[str, Any]:
    """The queue of this person's roles in this organisation, with whom each row is about; no query per row.

    `at_most`: so many rows are shown, the others counted. `without`: kinds of matters that the page lists by itself.
    """
    if not waits.roles(actor):
        return {"rows": [], "next": None, "nobody": True, "role": actor.role, "why": acting.lacks(actor)}
    steps, here = waits.steps(actor), waits.here_of(actor)
    journeys = {j.root: j for j in here.journeys}
    if older := [s.root for s in steps if s.root not in journeys]:
        with reader().connection() as connection:
            journeys |= records.journeys_at(connection, running.service().ledger_id, older, str(actor.organisation))
    steps = [s for s in steps if s.root in journeys]
    urgent = give_by([journeys[root] for root in {s.root for s in steps}])
    steps.sort(key=lambda s: urgent.get(s.root, NEVER))  # what cannot wait comes first, then the oldest
    first = next((s for s in steps if actor.role in s.roles), None)
    rows = steps[:at_most]
    boards, others = boards_of(here), waits.matters(actor, without=without)
    coming = ahead(here.going_on, actor) if not steps else []
    named = (
        {s.root for s in (*rows, *((first,) if first else ()))}
        | {root for b in boards for root in b.roots}
        | {c.root for c in coming}
    )
    # Who could be mixed up with somebody in the house is told apart also when the other one does not wait (TRC-24).
    house = {j.root for j in here.going_on[:IN_THE_HOUSE_MAX]}
    shown = {Patient(journeys[root].patient) for root in named}
    mixed = mixed_up_among(shown | {Patient(journeys[root].patient) for root in house}, actor)
    known = identities_of(shown | {other for one in shown for other in mixed.get(one, ())}, actor)
    parcels = parcels_of((root for root in named if _carries(journeys[root], actor)), actor)
    conditioned = {w.root: w for w in waiting({r: c for r, c in here.chains.items() if r in named}, here.now)}

    def who(root: str) -> dict[str, Any]:
        return who_row(journeys[root], known, mixed, parcels.get(root), carries=_carries(journeys[root], actor))

    return {
        "rows": [who(s.root) | _row(s, journeys[s.root], actor) | {"conditioned": s.root in conditioned} for s in rows],
        "more": len(steps) - len(rows),
        "capped": len(steps) == waits.STEPS_MAX,
        "next": _next(first, journeys[first.root], actor, known, who, urgent, conditioned.get(first.root))
        if first is not None
        else None,
        "others": [matter.row for matter in others],
        "count": len(steps) + len(others) + sum(len(b.waits) for b in boards),
        # Who must be called about a conditioned patient stands above everything else.
        "first_of_all": [_shown(b, who) for b in boards if b.kind == CALLS],
        "boards": [_shown(b, who) for b in boards if b.kind != CALLS],
        "ahead": [_ahead_row(c, who) for c in coming],
        "role": actor.role,
        "nobody": False,
        "enrol_url": reverse("form", args=[ENROL]) if actor.role in catalogue.ACTIONS[ENROL].roles else "",
    }


def _shown(board: Board, who: Who) -> dict[str, Any]:
    return {"template": f"boards/{board.kind}.html", "shown": board.draw(who)}


def _ahead_row(coming: Ahead, who: Who) -> dict[str, Any]:
    row = who(coming.root)
    named = " ".join([row["initials"], *row["ids"][:1]]) if row.get("initials") else str(row.get("title", ""))
    return {
        "title": coming.title,
        "who": named,
        "after": coming.after,
        "by": roles_words(coming.by),
        "url": reverse("journey", args=[coming.root]),
    }


def _row(step: NextStep, journey: Journey, actor: Actor) -> dict[str, Any]:
    mine, now = actor.role in step.roles, acting.now()
    since = _("since %s") % local_text(Instant(journey.updated))
    return {
        "time": local_text(Instant(journey.updated))[:6],
        "status": "look" if is_overdue(step, now) else "running" if mine else "not_yet",
        "word": step.title,
        "detail": f"{_stage(journey, step)} · {when(step, now) or since}"
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


def _conditioned(one: Waiting | None) -> str:
    """That this patient depends on the product, and for when it is planned."""
    if one is None or one.course.planned_infusion is None:
        return ""
    return _("Patient conditioned, cells planned for %s") % deadline_text(one.course.planned_infusion)


def _batch(journey: Journey) -> dict[str, Any]:
    """The batch of a therapy with its colour, once there is one."""
    batch = states_of(SLOT, [Chain(journey.chain)])[Chain(journey.chain)].batch
    return {"batch": batch.identifier, "batch_colour": colour_of(str(batch))} if batch is not None else {}


def _next(
    step: NextStep,
    journey: Journey,
    actor: Actor,
    known: Any,
    who: Who,
    urgent: Mapping[str, Instant],
    conditioned: Waiting | None,
) -> dict[str, Any]:
    """The one thing to do now, with the one filled button."""
    programme, row = programme_of(journey), who(journey.root)
    identity = of_identity(known.get(Patient(journey.patient)))
    if str(actor.organisation) == journey.maker:
        identity |= _batch(journey)
    if not _carries(journey, actor):
        identity |= {
            "coi": journey.chain.partition(":")[2],
            "product": programme.product_name if programme is not None else "",
        }
    carried = [row.get("title", ""), row.get("fact", "")] if _carries(journey, actor) else []
    said = row.get("warning", "") or " · ".join(part for part in carried if part)
    waits = when(step, acting.now()) or _("waits since %s") % local_text(Instant(journey.updated))
    if (end := urgent.get(step.root)) is not None:
        waits = _("the bag is thawed, give it by %s") % deadline_text(end)
    return {
        "eyebrow": _("Next for you · %s") % waits,
        "status": "running",
        "title": step.title,
        "sentence": ". ".join(part for part in (_conditioned(conditioned), said) if part),
        "identity": identity or None,
        "primary": {
            "label": step.title,
            "kind": "primary",
            "big": True,
            "url": address_of(step),
        },
        "others": [{"label": _("Open the therapy"), "url": reverse("journey", args=[step.root])}],
    }
