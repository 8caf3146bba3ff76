"""An entry as a receipt, and a subject with its history."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import Invalid
from coign.kernel.subjects import parse_subject
from coign.ledger.encoding import plain
from coign.ledger.entries import Entry
from coign.web import acting
from coign.web.api.record import visible_entry, visible_history
from coign.web.claims import claim_of
from coign.web.pages.forms import flat
from coign.web.reading import reader
from coign_verify.tree import leaf_hash


@require_GET
def receipt(request: HttpRequest, position: int) -> HttpResponse:
    """What was recorded: the entry in words, and its hash to take along."""
    entry = visible_entry(position, acting.sees_for(request))
    context = {
        "entry": in_words(entry),
        "facts": [{"type": f["type"], "rows": rows(f["body"])} for f in entry.plain["intent"]["facts"]],
        "unmet": entry.unmet,
        "leaf": leaf_hash(entry.body).hex(),
    }
    return render(request, "pages/receipt.html", context)


@require_GET
def subject(request: HttpRequest, name: str) -> HttpResponse:
    """A subject: what holds now, and everything that happened to it."""
    try:
        found = parse_subject(name)
    except ValueError as error:
        raise Invalid.at("subject", str(error)) from error
    entries = visible_history(found, acting.sees_for(request))
    states = reader().states_as_of(found, entries)
    context = {
        "subject": found,
        "states": [{"name": name, "rows": rows(plain(state))} for name, state in states.items()],
        "history": [in_words(e) for e in reversed(entries)],
    }
    return render(request, "pages/subject.html", context)


def rows(body: Any) -> list[dict[str, Any]]:
    """A plain value as names and values for the `facts` building block."""
    return [{"label": label, "value": value, "mono": True} for label, value in flat(body)]


def in_words(entry: Entry) -> dict[str, Any]:
    """An entry as a line of history."""
    action = catalogue.ACTIONS.get(entry.action.rpartition(".v")[0])
    return {
        "position": entry.position,
        "time": entry.time.moment,
        "claim": claim_of(entry),
        "title": action.title if action is not None else entry.action,
        "action": entry.action,
        "outcome": entry.outcome,
        "person": entry.actor.person.identifier,
        "role": entry.actor.role,
        "organisation": entry.actor.organisation.identifier,
        "signature": entry.plain["signature"],
        "meaning": entry.plain["intent"]["meaning"],
        "about": [str(s) for s in entry.about],
    }
