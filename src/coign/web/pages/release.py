"""One page for whoever releases: a line for each thing answered for, evidence one click away, nothing typed."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from coign.kernel.errors import GateAnswer, NotFound
from coign.perform import Request
from coign.web import acting, demonstration
from coign.web.therapy.band import band
from coign.web.therapy.certified import lines
from coign.web.therapy.coming import CERTIFY, ask
from coign.web.therapy.deciding import (
    batch_of,
    destination_of,
    exception_of,
    investigations_of,
    of_batch,
    pending_tests,
    pending_words,
    test_names,
)
from coign.web.therapy.environment import environment
from coign.web.therapy.known import last_values, results_of
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story, story_of
from coign.web.therapy.track import deadline_text
from coign.web.therapy.trends import trends
from coign.web.therapy.units import quantity_words, with_units


@require_GET
def release(request: HttpRequest, root: str) -> HttpResponse:
    """What is certified, line by line."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    return render(request, "pages/release.html", release_context(story))


_COUNTED = (
    ("in_order", gettext_lazy("in order")),
    ("look", gettext_lazy("to judge")),
    ("not_yet", gettext_lazy("not yet")),
    ("stop", gettext_lazy("stop")),
)


def release_context(story: Story) -> dict[str, Any]:
    """The lines, the results, and the button with what it waits for."""
    batch = batch_of(story)
    if batch is None:
        raise NotFound("no batch of this therapy is known here")
    step = next((s for s in story.steps if s.action == CERTIFY), None)
    decided = _decided(story)
    gates = _gates(story, str(batch)) if decided is None else []
    certified = lines(story, gates)
    counted = Counter(line.status for line in certified)
    asked = destination_of(story)
    return {
        "story": story,
        "destination": asked,
        "pending": pending_words(story),
        "exception": exception_of(story),
        "verb": _("approve for release") if asked.role == "quality-us" else _("certify"),
        "button": _("Approve for release") if asked.role == "quality-us" else _("Certify"),
        "identity": band(story),
        "batch": batch,
        "lines": certified,
        "counts": [(status, counted[status], words) for status, words in _COUNTED if counted[status]],
        "waits_for": ", ".join(line.title for line in certified if line.gates),
        "results": _results(story),
        "trends": list(trends(story).values()),
        "measured": _measured(story),
        "environment": environment(story).rows,
        "decided": decided,
        "asked": bool(gates),
        "shut": any(not g.holds for g in gates),
        "may": story.actor.role == asked.role,
        "url": reverse("do", args=[story.journey.root, step.step if step is not None else CERTIFY]),
        "reject_url": reverse("do", args=[story.journey.root, "quality.reject_batch"]),
        "other": demonstration.suggested(story.journey.root, step.step) if step is not None else None,
    }


def _gates(story: Story, batch: str) -> list[GateAnswer]:
    """What certifying asks, asked now; empty for those who certify nothing."""
    pending = list(pending_tests(story))
    return ask(Request(CERTIFY, story.actor, acting.new_key(), {"batch": batch, "pending": pending})) or []


def _decided(story: Story) -> dict[str, Any] | None:
    """The decision that stands, for a batch that was certified or rejected: nothing is asked any more."""
    decisions = of_batch(story, *_DECISIONS)
    if not decisions:
        return None
    told = decisions[-1]
    who = names_of([told.body["by"]], str(story.actor.organisation))[told.body["by"]]
    sentence = _("By %(who)s, %(at)s.") % {"who": who, "at": deadline_text(told.entry.time)}
    if told.type == "quality.certified.v1" and told.body["pending"]:
        sentence += " " + _("Released before these results: %s.") % test_names(story, told.body["pending"])
    late = of_batch(story, "quality.late_result_adverse.v1")
    if told.type == "quality.certified.v1" and late:
        sentence += " " + _("Since then out of specification: %s. What is left is held.") % test_names(
            story, [t.body["attribute"] for t in late]
        )
    status, word = _DECISIONS[told.type]
    called_back = bool(late) and told.type == "quality.certified.v1"
    return {
        "title": _("The decision"),
        "status": "stop" if called_back else status,
        "word": capfirst(told.body["wording"]) if told.type == "quality.certified.v1" else word,
        "sentence": sentence,
        "may_be_rejected": told.type != "quality.batch_rejected.v1",
        "url": reverse("receipt", args=[told.entry.position]),
    }


#: What stands as a decision, worst shape first and the word for it.
_DECISIONS = {
    "quality.certified.v1": ("in_order", gettext_lazy("Certified")),
    "quality.supplied_under_exception.v1": ("look", gettext_lazy("Supplied under exception, not certified")),
    "quality.batch_rejected.v1": ("stop", gettext_lazy("Rejected")),
}


def _results(story: Story) -> list[dict[str, Any]]:
    """Each test of the panel with its result beside its specification."""
    if story.programme is None:
        return []
    recorded, reviewed = results_of(story)
    looked_into = investigations_of(story)
    rows = []
    for attribute in story.programme.panel:
        result = recorded.get(attribute.id)
        status = "not_yet" if result is None else "in_order" if result["verdict"] == "pass" else "stop"
        missing = _("Still pending") if attribute.may_be_pending else _("No result")
        rows.append(
            {
                "status": status,
                "word": missing if result is None else _("Meets it") if status == "in_order" else _("Does not"),
                "looked_into": looked_into.get(attribute.id, ()),
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
