"""What an authority stopped, which conditioned patients must be called, and what is owed to it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.values import Actor
from coign.web.boards.making import Board, Here
from coign.web.oversight import sight
from coign.web.oversight.desk import stops_of
from coign.web.oversight.work import tasks


def stopped(here: Here) -> Board | None:
    """Every stop that concerns this house."""
    stops = _stops(here.actor)
    return Board("stopped", [], lambda who: {"stops": stops}) if stops else None


def owed(here: Here) -> Board | None:
    """Questions to answer, conditions to fulfil, what ends soon; and what is stopped."""
    rows = [task.row for task in tasks(here.actor, here.now)]
    if not rows:
        return stopped(here)
    drawn = {"title": _("Authorities wait for"), "rows": rows, "stops": _stops(here.actor), "url": reverse("oversight")}
    return Board("owed", [], lambda who: drawn)


def _stops(actor: Actor) -> list[dict[str, Any]]:
    return [stop for says in sight.authorisations(actor) for stop in stops_of(says, actor)]
