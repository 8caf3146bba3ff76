"""Who may do what today: people and tasks, until when, and what shuts a gate for somebody."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coign import rulesets
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY, Authority
from coign.training.events import HOUSE
from coign.training.views import CURRICULUM, QUALIFICATIONS, CurriculumState, Qualifications, end_of, obstacles
from coign.web import running
from coign.web.boards.making import Board, Here
from coign.web.roles import role_words
from coign.web.therapy.looking import every, states_of
from coign.web.therapy.people import names_of
from coign.web.therapy.track import local_day

PEOPLE_MAX = 60
_WHY = {"not_qualified": gettext_lazy("not held"), "lessons": gettext_lazy("a lesson is unread")}


def able(here: Here) -> Board | None:
    """The people of this organisation and the tasks of its programmes."""
    tasks = {task: title for v in running.service().programmes.all() for task, title in v.tasks.items()}
    people = {p: a for p, a in every(AUTHORITY, Person).items() if _works_here(a, here)}
    held = states_of(QUALIFICATIONS, people)
    curriculum = states_of(CURRICULUM, [HOUSE])[HOUSE]
    used = {t: title for t, title in tasks.items() if any(q.of(t) is not None for q in held.values())}
    if not used:
        return None
    names = names_of(people, str(here.actor.organisation))
    rows = [
        {
            "name": names[person],
            "roles": ", ".join(role_words(g.role) for g in people[person].grants),
            "cells": [_cell(task, held[person], curriculum, here.now) for task in used],
        }
        for person in sorted(people, key=lambda p: names[p])[:PEOPLE_MAX]
        if held[person].held
    ]
    return Board("able", [], lambda who: _drawn(list(used.values()), rows))


def _works_here(authority: Authority, here: Here) -> bool:
    return authority.active and authority.organisation == here.actor.organisation


def _drawn(tasks: list[str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    cells = [cell for row in rows for cell in row["cells"]]
    ended = sum(cell["status"] == "stop" for cell in cells)
    soon = sum(cell["status"] == "look" for cell in cells)
    return {
        "title": _("Who may do what today"),
        "tasks": tasks,
        "rows": rows,
        "able": [sum(row["cells"][n]["status"] in ("in_order", "look") for row in rows) for n in range(len(tasks))],
        "ended": ngettext("%d gate is shut", "%d gates are shut", ended) % ended if ended else "",
        "soon": ngettext("%d ends soon", "%d end soon", soon) % soon if soon else "",
    }


def _cell(task: str, held: Qualifications, curriculum: CurriculumState, now: Instant) -> dict[str, str]:
    """The date up to which somebody may do it, or why they may not."""
    qualification = held.of(task)
    if qualification is None:
        return {"status": "", "word": ""}
    ends = end_of(qualification, curriculum)
    against = obstacles(task, held, curriculum, now)
    if against:
        word = _WHY.get(against[0].why) or _("ended %s") % local_day(ends)
        return {"status": "stop", "word": str(word)}
    soon_min = rulesets.load().minutes("training.ends_soon", now)
    return {"status": "look" if ends.minutes_since(now) < soon_min else "in_order", "word": local_day(ends)}
