"""What a person did: acts and refusals between two instants, with whom; to look at, and to take along as a table."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from coign.kernel.errors import Forbidden, Invalid, NotFound
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY
from coign.training.views import QUALIFICATIONS
from coign.web import acting, as_of
from coign.web.inspection.copies import table_handed_over
from coign.web.learning.knowing import known_courses, tasks
from coign.web.people import deeds
from coign.web.people.deeds import Window
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.people import names_of
from coign.web.therapy.story import names_of_organisations, place_words

SHOWN_MAX = 200
OUTCOMES = {"": _("Everything"), "done": _("Done"), "refused": _("Refused"), "observed": _("Reported after the fact")}
COLUMNS = ("entry", "time", "action", "title", "outcome", "role", "organisation", "signed as", "about", "with", "unmet")


@require_GET
def everybody(request: HttpRequest) -> HttpResponse:
    """The people whose acts one may ask about."""
    acting.sees_for(request)
    actor, text = acting.actor_of(request), request.GET.get("q", "").strip()[:80]
    if not deeds.looks(actor):
        raise Forbidden("what others did is asked by quality, training, inspectors and authorities")
    places = names_of_organisations()
    seen = deeds.people_seen(actor)
    names = names_of((str(p) for p, _o, _l in seen), str(actor.organisation))
    rows = [
        {
            "name": names[str(person)],
            "identifier": person.identifier,
            "place": place_words(str(organisation), places) if organisation is not None else "",
            "left": left,
            "url": reverse("deeds", args=[person]),
        }
        for person, organisation, left in seen
    ]
    found = [r for r in rows if text.casefold() in f"{r['name']} {r['identifier']} {r['place']}".casefold()]
    found.sort(key=lambda row: (row["left"], str(row["name"]).casefold()))
    context = {"rows": found[:SHOWN_MAX], "more": max(len(found) - SHOWN_MAX, 0), "q": text}
    return render(request, "pages/deeds_people.html", context)


@require_GET
def of_person(request: HttpRequest, name: str) -> HttpResponse:
    """One person: a page of what they did, newest first."""
    organisation = acting.sees_for(request)
    actor, person = acting.actor_of(request), _person(request, name)
    window = _window(request)
    entries, following = deeds.page_of(person, window)
    shown, opens = deeds.told_to(entries, organisation)
    lines = [deeds.line(entry, opens=entry.position in opens) for entry in shown]
    others = {p for one in lines for p in one["with"]}
    names, open_to = names_of({str(p) for p in others | {person}}, str(organisation)), deeds.may_look_at(actor, others)
    query = request.GET.copy()
    query.pop("before", None)
    whole, query["before"] = query.urlencode(), str(following)
    context = {
        "person": person,
        "name": names[str(person)],
        "own": actor.person == person,
        "looks": deeds.looks(actor),
        "lines": [one | {"with": _with(one["with"], names, open_to)} for one in lines],
        "older": f"?{query.urlencode()}" if following is not None else "",
        "csv": f"{reverse('deeds-csv', args=[person])}?{whole}",
        "outcomes": [(key, words, key == window.outcome) for key, words in OUTCOMES.items()],
        "since": as_of.in_field(window.since),
        "until": as_of.in_field(window.until),
        **_standing(person, acting.now()),
    }
    return render(request, "pages/deeds.html", context)


@require_GET
def as_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The same as a table, all of it, with failed and refused acts (REG-S2)."""
    organisation, person = acting.sees_for(request), _person(request, name)
    lines = deeds.every_line(person, _window(request), organisation)
    table = "".join(_written(lines)).encode()  # whole, while the reader's scope holds, and its hash is entered
    return table_handed_over(request, person.identifier, f"what {person} did", table)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _written(lines: Any) -> Iterator[str]:
    table = csv.writer(_Echo())
    yield table.writerow(COLUMNS)
    for one in lines:
        yield table.writerow(
            (
                one["position"], one["time"].isoformat(), one["action"], one["title"], one["outcome"], one["role"],
                one["organisation"], one["meaning"], " ".join(one["about"]), " ".join(one["with"]),
                " ".join(one["unmet"]),
            )
        )  # fmt: skip


def _person(request: HttpRequest, name: str) -> Person:
    """Somebody whom this reader may ask about; `NotFound` for anybody else, in the same words as for nobody."""
    try:
        person = Person.parse(name)
    except ValueError as error:
        raise Invalid.at("person", str(error)) from error
    if not reader().existing([person]) or not deeds.may_look_at(acting.actor_of(request), [person]):
        raise NotFound(f"what {person.identifier} did is not for you to ask, or nobody of this name is known")
    return person


def _window(request: HttpRequest) -> Window:
    outcome, before = request.GET.get("outcome", ""), request.GET.get("before", "")
    if outcome not in OUTCOMES:
        raise Invalid.at("outcome", f"expected one of {', '.join(k for k in OUTCOMES if k)}")
    if before and not (before.isascii() and before.isdigit() and len(before) <= 15):
        raise Invalid.at("before", "expected the number of an entry")
    return Window(_instant(request, "since"), _instant(request, "until"), outcome, int(before) if before else None)


def _instant(request: HttpRequest, field: str) -> Instant | None:
    text = request.GET.get(field, "").strip()
    return as_of.instant(text, field, "a day and a time such as 2026-03-03T14:00") if text else None


def _with(people: list[Person], names: dict[str, str], open_to: set[Person]) -> list[dict[str, str]]:
    """The others of a pair, with the way to what they did for whoever may ask."""
    return [{"name": names[str(p)], "url": reverse("deeds", args=[p]) if p in open_to else ""} for p in people]


def _standing(person: Person, now: Instant) -> dict[str, Any]:
    """What the person may do now: roles, and tasks they are qualified for."""
    authority, held = reader().state(AUTHORITY, person), reader().state(QUALIFICATIONS, person)
    titles = tasks(known_courses())
    return {
        "left": authority.left,
        "roles": sorted({role_words(g.role) for g in authority.grants if authority.holds(g.role, g.organisation, now)}),
        "skills": [
            {
                "task": titles[q.task].title if q.task in titles else q.task,
                "until": q.until.moment,
                "over": q.until <= now,
            }
            for q in sorted(held.held, key=lambda q: q.task)
        ],
    }
