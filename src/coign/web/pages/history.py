"""An entry as a receipt, and a subject with its history."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import Invalid
from coign.kernel.subjects import Case, Organisation, parse_subject
from coign.ledger.encoding import plain
from coign.ledger.entries import Entry
from coign.web import acting, correcting, told
from coign.web.api.record import visible_entry, visible_history
from coign.web.claims import claim_of
from coign.web.pages.forms import flat
from coign.web.pages.scan import root_of
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.corrected import corrections_in
from coign.web.therapy.people import names_of
from coign.web.therapy.reporting import report_address
from coign.web.therapy.story import names_of_organisations, place_words
from coign_verify.tree import leaf_hash


@require_GET
def receipt(request: HttpRequest, position: int) -> HttpResponse:
    """What was recorded: the entry in words, what exactly was signed, and its hash to take along."""
    organisation = acting.sees_for(request)
    entry = visible_entry(position, organisation)
    intent = entry.plain["intent"]
    context = {
        "entry": _lines([entry], organisation)[0],
        "values": correcting.values_shown(entry, acting.actor_of(request)),
        "facts": [{"type": f["type"], "rows": told.rows(f["body"])} for f in intent["facts"]],
        "unmet": entry.unmet,
        "intent": flat(intent),
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
    organisation = acting.sees_for(request)
    entries = visible_history(found, organisation)
    states = reader().states_as_of(found, entries)
    root = root_of(found, organisation)
    context = {
        "subject": found,
        "kind": told.kind_words(found),
        "therapy": reverse("journey", args=[root]) if root is not None else "",
        "report": report_address(acting.actor_of(request), str(found)) if found.kind == "unit" else "",
        "next": correcting.next_acts(Case(found), acting.actor_of(request)) if found.kind == "case" else [],
        "states": [
            {"name": name, "title": told.words(name.partition(".")[2]), "rows": told.rows(plain(state))}
            for name, state in states.items()
        ],
        "history": _lines(list(reversed(entries)), organisation),
    }
    return render(request, "pages/subject.html", context)


def _lines(entries: Sequence[Entry], organisation: Organisation) -> list[dict[str, Any]]:
    """Entries as lines of history, with people and places by their names as far as this organisation has them."""
    names = names_of((e.actor.person for e in entries), str(organisation))
    corrected = {fact.entry for fact in corrections_in(entries)}
    places = names_of_organisations()
    return [
        in_words(entry)
        | {
            "who": names[entry.actor.person],
            "role": role_words(entry.actor.role),
            "place": place_words(str(entry.actor.organisation), places),
            "about": [{"name": str(s), "kind": told.kind_words(s), "identifier": s.identifier} for s in entry.about],
            "url": reverse("receipt", args=[entry.position]),
            "corrected": entry.position in corrected,
        }
        for entry in entries
    ]


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
