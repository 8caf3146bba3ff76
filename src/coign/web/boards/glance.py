"""Where each therapy stands, what comes next there, who does it, and what somebody must look at."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.kernel.subjects import Organisation
from coign.people.views import OrganisationState
from coign.records.journey import Journey
from coign.records.reading import NextStep
from coign.web import acting
from coign.web.boards.making import THERAPIES_MAX, Board, Here, Who
from coign.web.links import reverse
from coign.web.therapy.coming import when, who_does
from coign.web.therapy.looking import next_steps_of
from coign.web.therapy.story import names_of_organisations
from coign.web.therapy.track import strip


def glance(here: Here) -> Board | None:
    """Therapies that go on, those that something holds up first."""
    shown = sorted(here.going_on, key=lambda j: not sum(j.called.values()))[:THERAPIES_MAX]
    if not shown:
        return None
    steps = next_steps_of(j.root for j in shown)
    return Board("glance", [j.root for j in shown], lambda who: _drawn(shown, steps, len(here.going_on), who))


def _drawn(shown: list[Journey], steps: dict[str, list[NextStep]], count: int, who: Who) -> dict[str, Any]:
    places = names_of_organisations()
    return {
        "title": _("Where each therapy stands"),
        "rows": [_row(j, steps.get(j.root, []), who, places) for j in shown],
        "more": max(count - len(shown), 0),
        "url": reverse("journeys"),
    }


def _row(
    journey: Journey, steps: list[NextStep], who: Who, places: Mapping[Organisation, OrganisationState]
) -> dict[str, Any]:
    matters = sum(journey.called.values())
    return who(journey.root) | {
        "url": reverse("journey", args=[journey.root]),
        "strip": strip(journey),
        "next": " · ".join(part for part in (steps[0].title, when(steps[0], acting.now())) if part)
        if steps
        else _("Nothing is left to do"),
        "by": who_does(steps[0], places) if steps else "",
        "status": "look" if matters else "running" if steps else "in_order",
        "word": ngettext("%d matter to look at", "%d matters to look at", matters) % matters if matters else "",
    }
