"""The therapies of an organisation, and one therapy: where it is, what comes next, and what can be proved."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.coldchain.views import CONDITION
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import SLOT
from coign.records import reading as records
from coign.records.journey import Journey
from coign.web import acting, demonstration, running
from coign.web.claims import claim_of
from coign.web.links import reverse
from coign.web.pages.refusals import gate_words
from coign.web.people.deeds import deeds_address
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.band import band
from coign.web.therapy.clocks import clocks
from coign.web.therapy.coming import Coming, coming, gates_now, is_later
from coign.web.therapy.custody import custody
from coign.web.therapy.donors import donor_panel
from coign.web.therapy.dosing import dose_panel, dose_rows
from coign.web.therapy.emergency import emergency_panel
from coign.web.therapy.ending import disposal_panel, end_url, give_up_panel
from coign.web.therapy.family import family
from coign.web.therapy.identities import could_be_mixed_up, identities_of
from coign.web.therapy.looking import states_of
from coign.web.therapy.parcel import Parcel, parcels_of, transport
from coign.web.therapy.people import names_of
from coign.web.therapy.proof import proof
from coign.web.therapy.recall import recall
from coign.web.therapy.reporting import report_address
from coign.web.therapy.shippers import preparing
from coign.web.therapy.story import Story, names_of_organisations, place_words, programme_of, story_of
from coign.web.therapy.track import local_text, open_matters, strip, track
from coign.web.therapy.turned import waiting
from coign.web.therapy.warming import warming
from coign.web.therapy.warmth import charts

LISTED_MAX = 100
ANSWER, MOVE = "clinical.answer_turn", "manufacturing.move_slot"
#: Acts that stand open on the page; older ones fold.
ACTS_SHOWN = 6
_OUTCOMES = {"done": "in_order", "refused": "stop", "observed": "look"}


@require_GET
def every_journey(request: HttpRequest) -> HttpResponse:
    """Every therapy that this organisation is party to."""
    acting.sees_for(request)
    return render(request, "pages/journeys.html", list_context(acting.actor_of(request)))


@require_GET
def one_journey(request: HttpRequest, root: str) -> HttpResponse:
    """One therapy."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    return render(request, "pages/journey.html", journey_context(story, request.GET.get("thing", ""), _done(request)))


def _done(request: HttpRequest) -> int | None:
    text = request.GET.get("done", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


# The list


def list_context(actor: Actor) -> dict[str, Any]:
    """Rows of the list, newest first."""
    with reader().connection() as connection:
        ledger_id, organisation = running.service().ledger_id, str(actor.organisation)
        shown = records.journeys(connection, ledger_id, organisation, at_most=LISTED_MAX)
        count = records.count_journeys(connection, ledger_id, organisation)
    known = identities_of((Patient(j.patient) for j in shown), actor)
    mixed = could_be_mixed_up(known)
    parcels = parcels_of((j.root for j in shown if _carries(j, actor)), actor)
    return {
        "rows": [journey_row(j, known, mixed, parcels.get(j.root), carries=_carries(j, actor)) for j in shown],
        "more": max(count - LISTED_MAX, 0),
    }


def _carries(journey: Journey, actor: Actor) -> bool:
    """Whether somebody is neither at the centre nor at the maker of a therapy, but between them."""
    return str(actor.organisation) not in (journey.centre, journey.maker)


def journey_row(journey: Journey, known: Any, mixed: Any, parcel: Parcel | None, *, carries: bool) -> dict[str, Any]:
    """One row of `work_list`: who, which therapy, and at which stage."""
    programme = programme_of(journey)
    stage = next((s.title for s in programme.stages if s.id == journey.stage), "") if programme is not None else ""
    row: dict[str, Any] = {
        "status": "in_order" if journey.ended else "running",
        "word": _("Over") if journey.ended else stage or _("Before the order"),
        "action": {"label": _("Open"), "url": reverse("journey", args=[journey.root])},
    }
    row |= who_row(journey, known, mixed, parcel, carries=carries)
    if carries:  # how far a therapy is, is nothing that its carrier needs to know (TRC-26)
        row["status"] = "running" if parcel is not None else "in_order"
        row["word"] = _("On its way") if parcel is not None else _("Over")
    elif not journey.ended:
        row["strip"] = strip(journey)
    return row


def who_row(journey: Journey, known: Any, mixed: Any, parcel: Parcel | None = None, *, carries: bool) -> dict[str, Any]:
    """Whose row it is: two identifiers for those who treat, the chain of identity for the maker, no more for others."""
    patient = Patient(journey.patient)
    identity = known.get(patient)
    coi = journey.chain.partition(":")[2]
    row: dict[str, Any] = {}
    if identity is not None:
        row |= {"initials": identity.initials, "ids": [identity.hospital_number, identity.born]}
        if others := [known[o] for o in mixed.get(patient, ())]:
            numbers = ", ".join(o.hospital_number for o in others)
            row["warning"] = _("Could be mixed up with %s. Read both numbers aloud.") % numbers
        row["fact"] = _("Chain of identity %s") % coi if coi else ""
    elif carries:
        row |= _parcel_row(parcel)
    else:
        row |= {"title": coi or _("Therapy before its order"), "ids": []}
    return row


def _parcel_row(parcel: Parcel | None) -> dict[str, Any]:
    """A transport tells itself apart by where it goes, in which shipper, and until when."""
    if parcel is None or parcel.state.shipper is None:
        return {"title": _("Transport")}
    shipper, until = parcel.state.shipper.identifier, parcel.keeps_cold_until
    told = _("Shipper %s") % shipper
    return {
        "title": _("Transport to %s") % parcel.place,
        "fact": _("%(shipper)s · arrive before %(until)s") % {"shipper": told, "until": until} if until else told,
    }


# One therapy


def journey_context(story: Story, thing: str, done: int | None) -> dict[str, Any]:
    """Everything the page of one therapy shows."""
    steps, rows = coming(story), act_rows(story)
    return {
        "story": story,
        "report": report_address(story.actor, thing if thing.startswith("unit:") else ""),
        "scanned_unit": thing.startswith("unit:"),
        "identity": band(story),
        "title": _title(story),
        "stages": track(story) if story.sees_chain or story.sees_patient else [],
        "next": [next_panel(story, c) for c in steps],
        # Whoever has something to do here sees that first, on a phone without a scroll.
        "mine": any(c.mine for c in steps),
        "matters": open_matters(story),
        "recall": recall(story),
        "turned": [
            p
            for p in (
                turned_panel(story),
                donor_panel(story),
                dose_panel(story),
                emergency_panel(story),
                give_up_panel(story),
                disposal_panel(story),
            )
            if p is not None
        ],
        "assess_url": _assessment(story),
        "clocks": clocks(story),
        "transport": transport(story) or preparing(story),
        "custody": custody(story),
        "charts": charts(story),
        "warming": warming(story),
        "dose": dose_rows(story),
        "family": family(story) if story.sees_chain else None,
        "proof": proof(story),
        "acts": rows[:ACTS_SHOWN],
        "older": rows[ACTS_SHOWN:],
        "count": len(rows),
        "withheld": withheld_rows(story),
        "thing": thing if thing in {str(u) for u in story.units} | {story.journey.patient} else "",
        "receipt": receipt(story, done),
        "labels": label_links(story),
        "move_url": move_url(story),
        "end_url": end_url(story),
    }


def turned_panel(story: Story) -> dict[str, Any] | None:
    """For a conditioned patient whose product turned: whom to call, what turned, and for the physician the decision."""
    if not story.sees_chain or not story.journey.chain or story.journey.ended:
        return None
    found = waiting({story.journey.root: Chain(story.journey.chain)}, acting.now())
    if not found or not found[0].turned:
        return None
    one = found[0]
    decides = story.actor.role in catalogue.ACTIONS[ANSWER].roles and story.sees_patient
    panel: dict[str, Any] = {
        "eyebrow": _("A physician has decided") if one.is_answered else _("Patient conditioned"),
        "status": "look" if one.is_answered else "stop",
        "title": _("The product cannot be given now") if one.is_answered else _("Call the physician first"),
        "sentence": "; ".join(one.turned),
    }
    if decides:
        url = reverse("do", args=[story.journey.root, ANSWER])
        panel["primary"] = {"label": _("Say what is done now"), "kind": "primary", "big": True, "url": url}
    return panel


def _assessment(story: Story) -> str:
    """Where somebody of the quality unit says what a warming means; empty where none waits, or for others."""
    name, now = "coldchain.assess_excursion", acting.now()
    if story.actor.role not in catalogue.ACTIONS[name].roles:
        return ""
    alive = [u for u, state in story.units.items() if not state.ended]
    waits = any(c.waits_for_assessment(now) for c in states_of(CONDITION, alive).values())
    return reverse("do", args=[story.journey.root, name]) if waits else ""


def _title(story: Story) -> str:
    if not story.sees_chain and not story.sees_patient:
        return _("Transport")
    return story.product or _("Therapy")


def move_url(story: Story) -> str:
    """Where this reader moves the slot; empty for others, where none is kept, and once a batch was started in it."""
    may = story.actor.role in catalogue.ACTIONS[MOVE].roles and story.journey.maker == str(story.actor.organisation)
    if not may or story.journey.ended:
        return ""
    slot = reader().state(SLOT, Chain(story.journey.chain))
    return reverse("do", args=[story.journey.root, MOVE]) if slot.is_confirmed and slot.batch is None else ""


def label_links(story: Story) -> list[dict[str, str]]:
    """Where labels of units that still exist are printed."""
    return [
        {"label": unit.identifier, "url": reverse("label", args=[unit.identifier])}
        for unit, state in story.units.items()
        if not state.ended
    ]


def next_panel(story: Story, one: Coming) -> dict[str, Any]:
    """One act that can come next, for the `next_action` building block."""
    panel: dict[str, Any] = {
        "eyebrow": " · ".join(
            part for part in (_("Next for you") if one.mine else _("What comes next"), one.when) if part
        ),
        "status": "running",
        "title": one.step.title,
        "sentence": one.action.rationale if one.mine else _("Done by: %s.") % one.who,
    }
    later = is_later(one.step, acting.now())
    suggested = demonstration.suggested(story.journey.root, one.step.step) if not one.mine and not later else None
    gates = gates_now(story, one.action) if one.mine else None
    shut = list(suggested.unmet) if suggested is not None else [g for g in gates or () if not g.holds]
    if shut:
        panel["why"] = _("Why not yet: %s") % ngettext("%d gate is shut", "%d gates are shut", len(shut)) % len(shut)
        panel["gates"] = [gate_words(g) for g in shut]
    if one.mine:
        panel["primary"] = {"label": one.step.title, "kind": "primary", "big": True, "url": one.url}
    elif suggested is not None:
        panel["others"] = [
            {
                "label": _("Continue as %(name)s, %(role)s")
                % {"name": suggested.name, "role": role_words(suggested.role)},
                "icon": "user-share",
                "url": reverse("continue-as"),
                "post": True,
                "name": "as",
                "value": f"{suggested.account}|{story.journey.root}|{one.step.step}",
            }
        ]
    return panel


def act_rows(story: Story) -> list[dict[str, Any]]:
    """Everything that was done, newest first, each with its entry."""
    names = names_of((a.person for a in story.acts), str(story.actor.organisation))
    places = names_of_organisations()
    titles = {s.id: s.title for s in story.programme.journey} if story.programme is not None else {}
    return [
        {
            "position": act.position,
            "time": story.entries[act.position].time.moment,
            "claim": claim_of(story.entries[act.position]),
            "title": titles.get(act.step) or _title_of(act.action),
            "status": _OUTCOMES.get(act.outcome, "look"),
            "outcome": act.outcome,
            "who": names[act.person],
            "who_url": deeds_address(story.actor, story.entries[act.position].actor),
            "role": role_words(act.role),
            "place": place_words(act.organisation, places),
            "unmet": len(act.unmet),
            "corrected": act.position in story.corrected,
            "url": reverse("receipt", args=[act.position]),
        }
        for act in reversed(story.acts)
    ]


def withheld_rows(story: Story) -> list[dict[str, Any]]:
    """What else happened, newest first: when, which act and how it ended, and nothing that it tells (REG-10)."""
    return [
        {
            "position": act.position,
            "time": local_text(Instant(act.time)),
            "title": _title_of(act.action),
            "status": _OUTCOMES.get(act.outcome, "look"),
            "outcome": act.outcome,
        }
        for act in reversed(story.withheld)
    ]


def _title_of(action: str) -> str:
    found = catalogue.ACTIONS.get(action)
    return found.title if found is not None else action


def receipt(story: Story, position: int | None) -> dict[str, Any] | None:
    """What was just recorded, for the person who did it."""
    entry = story.entries.get(position) if position is not None else None
    if entry is None or entry.actor.person != story.actor.person:
        return None
    return {
        "title": _title_of(entry.action.rpartition(".v")[0]),
        "position": entry.position,
        "at": local_text(entry.time),
        "claim": claim_of(entry),
        "signed": entry.plain["signature"] is not None,
        "method": (entry.plain["signature"] or {}).get("method", ""),
        "url": reverse("receipt", args=[entry.position]),
    }
