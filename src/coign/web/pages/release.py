"""One page for the qualified person: a line for each thing certified, evidence one click away, nothing typed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import GateAnswer, NotFound
from coign.perform import Request
from coign.web import acting, demonstration
from coign.web.therapy.band import band
from coign.web.therapy.coming import CERTIFY, ask
from coign.web.therapy.custody import custody
from coign.web.therapy.known import batch_of, last_values, results_of, steps_done
from coign.web.therapy.story import Story, story_of
from coign.web.therapy.track import open_matters
from coign.web.therapy.units import quantity_words, with_units


@require_GET
def release(request: HttpRequest, root: str) -> HttpResponse:
    """What is certified, line by line."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    return render(request, "pages/release.html", release_context(story))


def release_context(story: Story) -> dict[str, Any]:
    """The lines, the results, and the button with what it waits for."""
    batch = batch_of(story)
    if batch is None:
        raise NotFound("no batch of this therapy is known here")
    step = next((s for s in story.steps if s.action == CERTIFY), None)
    gates = _gates(story, str(batch))
    shut = [g for g in gates if not g.holds]
    return {
        "story": story,
        "identity": band(story),
        "batch": batch,
        "lines": sorted([*_gate_lines(gates, str(batch)), *_lines(story)], key=_is_in_order),
        "results": _results(story),
        "measured": _measured(story),
        "shut": len(shut),
        "holding": len(gates) - len(shut),
        "asked": bool(gates),
        "may": story.actor.role in catalogue.ACTIONS[CERTIFY].roles,
        "url": reverse("do", args=[story.journey.root, step.step if step is not None else CERTIFY]),
        "reject_url": reverse("do", args=[story.journey.root, "quality.reject_batch"]),
        "other": demonstration.suggested(story.journey.root, step.step) if step is not None else None,
    }


def _gates(story: Story, batch: str) -> list[GateAnswer]:
    """What certifying asks, asked now; empty for those who certify nothing."""
    return ask(Request(CERTIFY, story.actor, acting.new_key(), {"batch": batch})) or []


def _gate_lines(gates: list[GateAnswer], batch: str) -> list[dict[str, Any]]:
    return [
        {
            "status": "in_order" if g.holds else "stop",
            "word": _("In order") if g.holds else _("Not yet"),
            "title": g.what_holds,
            "sentence": capfirst(g.message) if not g.holds else "",
            "remedy": g.remedy if not g.holds else "",
            "who": list(g.resolvers) if not g.holds else [],
            "url": reverse("subject", args=[batch]),
            "evidence": _("Batch record"),
        }
        for g in gates
    ]


def _lines(story: Story) -> list[dict[str, Any]]:
    """What the record adds to the gates: custody, production, open matters."""
    held, matters = custody(story), open_matters(story)
    programme = story.programme
    lines: list[dict[str, Any]] = []
    if held is not None:
        lines.append(_line(held["status"], _("Custody"), held["word"], story, "custody"))
    if programme is not None:
        done = len(steps_done(story))
        whole = done == len(programme.steps)
        words = _("%(done)s of %(all)s steps done in order") % {"done": done, "all": len(programme.steps)}
        lines.append(_line("in_order" if whole else "not_yet", _("Production"), words, story, "acts"))
    for matter in matters:
        lines.append(_line("look", _("Open"), matter, story, "matters"))
    return lines


def _line(status: str, title: str, sentence: str, story: Story, place: str) -> dict[str, Any]:
    return {
        "status": status,
        "word": "",
        "title": title,
        "sentence": sentence,
        "url": f"{reverse('journey', args=[story.journey.root])}#{place}",
        "evidence": _("See it"),
    }


def _results(story: Story) -> list[dict[str, Any]]:
    """Each test of the panel with its result beside its specification."""
    if story.programme is None:
        return []
    recorded, reviewed = results_of(story)
    rows = []
    for attribute in story.programme.panel:
        result = recorded.get(attribute.id)
        status = "not_yet" if result is None else "in_order" if result["verdict"] == "pass" else "stop"
        rows.append(
            {
                "status": status,
                "word": _("No result") if result is None else _("Meets it") if status == "in_order" else _("Does not"),
                "label": attribute.label,
                "value": quantity_words(result["value"], result["unit"]) if result is not None else "",
                "limit": with_units(attribute.words, attribute.unit),
                "reviewed": attribute.id in reviewed,
                "method": attribute.method,
            }
        )
    return rows


def _measured(story: Story) -> list[dict[str, Any]]:
    """Measurements of production beside their limits; what lies outside comes first."""
    if story.programme is None:
        return []
    values = last_values(story)
    rows = [
        {
            "label": m.label,
            "value": quantity_words(values[m.id], m.unit),
            "limit": with_units(m.words, m.unit),
            "step": step.title,
            "status": "in_order" if m.holds(values[m.id]) else "look",
            "word": _("Within its limits") if m.holds(values[m.id]) else _("Outside its limits"),
        }
        for step in story.programme.steps
        for m in step.measurements
        if m.id in values
    ]
    return sorted(rows, key=_is_in_order)


def _is_in_order(row: dict[str, Any]) -> bool:
    """Review by exception: what is not in order stands first."""
    return bool(row["status"] == "in_order")
