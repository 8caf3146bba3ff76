"""Who may do what today: one row a person, one column a task, and what is about to end."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY, ORGANISATION
from coign.web import acting
from coign.web.learning import opening
from coign.web.learning.knowing import Task, known_courses, tasks
from coign.web.learning.standing import Colleague, Standing, curriculum, people_of, standing
from coign.web.roles import role_words
from coign.web.therapy.looking import every
from coign.web.therapy.story import place_words

PEOPLE_MAX = 200
GAPS_MAX = 8
Cells = dict[tuple[Person, str], Standing]


def matrix(asked: QueryDict, actor: Actor) -> dict[str, Any]:
    """The page for one place, narrowed to a task if one is asked for, with one cell opened if one was chosen."""
    now, known = acting.now(), known_courses()
    all_tasks, places = tasks(known), _places()
    place = next((o for o in places if str(o) == asked.get("place")), actor.organisation)
    everybody = people_of(place, actor.organisation)
    cells = cells_of(everybody, all_tasks, place, now)
    rows = [c for c in everybody if any(cells[c.person, t].status for t in all_tasks)][:PEOPLE_MAX]
    narrowed = asked.get("task", "")
    shown = [
        t for t in all_tasks.values()
        if t.id == narrowed or (narrowed not in all_tasks and any(cells[c.person, t.id].status for c in rows))
    ]  # fmt: skip
    if narrowed in all_tasks:
        rows = [c for c in rows if cells[c.person, narrowed].status]
    chosen = _chosen(asked, rows, all_tasks)
    return {
        "places": [(str(o), place_words(str(o), places), o == place) for o in places],
        "tasks": [(t.id, t.title, t.id == narrowed) for t in all_tasks.values()],
        "place": place_words(str(place), places),
        "columns": [t.title for t in shown],
        "rows": [_row(c, shown, cells, place, chosen, asked, now) for c in rows],
        "coverage": [_coverage(t, rows, cells) for t in shown],
        "counts": _counts(rows, shown, cells),
        "gaps": _gaps(rows, shown, cells),
        "panel": opening.panel(*chosen, everybody, cells, actor) if chosen is not None else None,
    }


def _places() -> dict[Organisation, Any]:
    """Organisations whose people work here."""
    working = {a.organisation for a in every(AUTHORITY, Person).values() if a.active}
    return {o: state for o, state in every(ORGANISATION, Organisation).items() if o in working}


def cells_of(everybody: Sequence[Colleague], all_tasks: Mapping[str, Task], place: Organisation, now: Instant) -> Cells:
    """Where each of these people stands with each task."""
    asks = curriculum()
    return {
        (c.person, t.id): standing(c, t, asks, c.roles(place, now), now) for c in everybody for t in all_tasks.values()
    }


def _chosen(
    asked: QueryDict, rows: Sequence[Colleague], all_tasks: Mapping[str, Task]
) -> tuple[Colleague, Task] | None:
    who = next((c for c in rows if str(c.person) == asked.get("person")), None)
    task = all_tasks.get(asked.get("of", ""))
    return (who, task) if who is not None and task is not None else None


def _row(
    who: Colleague,
    shown: Sequence[Task],
    cells: Cells,
    place: Organisation,
    chosen: tuple[Colleague, Task] | None,
    asked: QueryDict,
    now: Instant,
) -> dict[str, Any]:
    kept = {name: asked[name] for name in ("place", "task") if asked.get(name)}
    return {
        "name": who.name,
        "roles": ", ".join(role_words(r) for r in who.roles(place, now)),
        "url": reverse("transcript", args=[str(who.person)]),
        "cells": [
            {
                "title": task.title,
                "cell": cells[who.person, task.id],
                "until": until.moment if (until := cells[who.person, task.id].until) is not None else None,
                "chosen": chosen is not None and (chosen[0].person, chosen[1].id) == (who.person, task.id),
                "url": "?" + urlencode({**kept, "person": str(who.person), "of": task.id}) + "#opens",
            }
            for task in shown
        ],
    }


def _coverage(task: Task, rows: Sequence[Colleague], cells: Cells) -> dict[str, Any]:
    able = sum(cells[c.person, task.id].may for c in rows)
    return {"able": able, "needs": task.needs, "short": able < task.needs, "title": task.title}


def _counts(rows: Sequence[Colleague], shown: Sequence[Task], cells: Cells) -> list[dict[str, str]]:
    """The chips over the table: what is shut, what ends, what is missing."""
    found = [cells[c.person, t.id].status for c in rows for t in shown]
    words = (
        ("stop", _("%s shut")), ("look", _("%s end within 30 days")), ("not_yet", _("%s needed, not begun")),
    )  # fmt: skip
    return [{"status": s, "word": w % found.count(s)} for s, w in words if found.count(s)]


def _gaps(rows: Sequence[Colleague], shown: Sequence[Task], cells: Cells) -> list[dict[str, Any]]:
    """What ends next, and who is left then."""
    ending = [
        (cell.until, who, task)
        for who in rows
        for task in shown
        if (cell := cells[who.person, task.id]).status == "look" and cell.until is not None
    ]
    found = []
    for until, who, task in sorted(ending, key=lambda e: (e[0], e[1].name, e[2].title))[:GAPS_MAX]:
        left = sum(cells[c.person, task.id].may and (cells[c.person, task.id].until or until) > until for c in rows)
        found.append({"until": until.moment, "name": who.name, "task": task.title, "left": left})
    return found
