"""An entry as a receipt, and a subject with its history."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import Invalid, NotFound
from coign.kernel.facts import about
from coign.kernel.subjects import Case, Organisation, Subject, Unit, parse_subject
from coign.kernel.values import Actor
from coign.ledger.encoding import plain
from coign.ledger.entries import Entry
from coign.service.opening import TAKES_PACKS
from coign.web import acting, as_of, correcting, told
from coign.web.api.record import visible_entry, visible_history
from coign.web.claims import claim_of
from coign.web.pages.scan import root_of
from coign.web.people.deeds import deeds_address
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.corrected import corrections_in
from coign.web.therapy.looking import entries_at, named_in, told_to, visible
from coign.web.therapy.people import names_of
from coign.web.therapy.reporting import report_address
from coign.web.therapy.sampling import hand_over
from coign.web.therapy.story import names_of_organisations, place_words
from coign.web.verifying import verify_now
from coign.web.wording import Wording, flat
from coign_verify.tree import leaf_hash


@require_GET
def receipt(request: HttpRequest, position: int) -> HttpResponse:
    """What was recorded: the entry in words, what exactly was signed, and its hash to take along."""
    acting.sees_for(request)
    actor, point = acting.actor_of(request), as_of.asked(request)
    entry, whole = _own_or_visible(position, actor)
    if point is not None and not point.tells(entry):
        raise NotFound(f"entry {position} did not stand in the record by then")
    intent, line = entry.plain["intent"], _lines([entry], actor)[0]
    action, wording = catalogue.ACTIONS.get(entry.action.rpartition(".v")[0]), Wording(actor, links=True)
    facts = list(zip(intent["facts"], entry.facts, strict=True))
    if not whole:
        seen = visible((parse_subject(name) for name in named_in(entry)), actor.organisation)
        facts = [each for each in facts if seen.issuperset(about(each[1]))]
        line |= {"about": [one for one in line["about"] if parse_subject(one["name"]) in seen]}
    context = {
        "entry": line,
        "whole": whole,
        "values": correcting.values_shown(entry, actor, point) if whole else [],
        "point": point,
        "here": reverse("receipt", args=[position]),
        "facts": [wording.fact(f, action) for f, _ in facts],
        "unmet": entry.unmet,
        "intent": flat(intent) if whole else [],
        "leaf": leaf_hash(entry.body).hex(),
        "verified": verify_now(position) if "verify" in request.GET else None,
    }
    return render(request, "pages/receipt.html", context)


def _own_or_visible(position: int, actor: Actor) -> tuple[Entry, bool]:
    """An entry, and whether all of it may be told: whoever entered it finds it, whatever else it came to tell of."""
    try:
        return visible_entry(position, actor.organisation), True
    except NotFound:
        who = (actor.person, actor.organisation)
        own = [e for e in entries_at([position]) if (e.actor.person, e.actor.organisation) == who]
        if not own:
            raise
        return own[0], False


@require_GET
def subject(request: HttpRequest, name: str) -> HttpResponse:
    """A subject: what holds, and everything that happened to it; now, or as the record stood at a point in it."""
    try:
        found = parse_subject(name)
    except ValueError as error:
        raise Invalid.at("subject", str(error)) from error
    organisation, point = acting.sees_for(request), as_of.asked(request)
    whole = visible_history(found, organisation)
    entries = whole if point is None else [e for e in whole if point.tells(e)]
    context = {
        "subject": found,
        "kind": told.kind_words(found),
        "asked": as_of.for_input(point),
        "point": _point(point, entries, whole) if point is not None else None,
        "here": reverse("subject", args=[found]),
        "states": _states(found, entries, point, organisation),
        "history": _at(point, _lines(list(reversed(entries)), acting.actor_of(request))),
    }
    # From a view of the past nothing is done, and nothing leads to what came later.
    return render(request, "pages/subject.html", context | (_ways(request, found) if point is None else {}))


def _states(
    found: Subject, entries: Sequence[Entry], point: as_of.AsOf | None, organisation: Organisation
) -> list[dict[str, Any]]:
    seen = told_to(organisation, entries)
    states = {name: told.rows(plain(state)) for name, state in reader().states_as_of(found, entries, seen).items()}
    return [
        {"name": name, "title": told.words(name.partition(".")[2]), "rows": point.in_rows(rows) if point else rows}
        for name, rows in states.items()
    ]


def _at(point: as_of.AsOf | None, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines of history of which each leads to its entry as it stood at the same point."""
    return lines if point is None else [line | {"url": point.here(line["url"]), "who_url": ""} for line in lines]


def _point(point: as_of.AsOf, entries: Sequence[Entry], whole: Sequence[Entry]) -> dict[str, Any]:
    """What the banner of a view of the past says."""
    return {
        "at": point.at.moment if point.at is not None else None,
        "position": point.position,
        "later": len(whole) > len(entries),
    }


def _ways(request: HttpRequest, found: Subject) -> dict[str, Any]:
    """What can be done about a subject, and where else it is told of."""
    actor = acting.actor_of(request)
    root = root_of(found, actor.organisation)
    return {
        "hand_over": hand_over(found, root, actor) if root is not None and isinstance(found, Unit) else None,
        "therapy": reverse("journey", args=[root]) if root is not None else "",
        "report": report_address(actor, str(found)) if found.kind == "unit" else "",
        "next": correcting.next_acts(found, actor) if isinstance(found, Case) else [],
        "traced": True,
        "export": reverse("export", args=[found]) if actor.role in TAKES_PACKS else "",
    }


def _lines(entries: Sequence[Entry], reads: Actor) -> list[dict[str, Any]]:
    """Entries as lines of history, with people and places by their names as far as this organisation has them."""
    names = names_of((e.actor.person for e in entries), str(reads.organisation))
    corrected = {fact.entry for fact in corrections_in(entries)}
    places = names_of_organisations()
    return [
        in_words(entry)
        | {
            "who": names[entry.actor.person],
            "who_url": deeds_address(reads, entry.actor),
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
