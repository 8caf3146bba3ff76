"""Patients whose name or number changed in their therapy: nothing goes on until a second person has looked."""

from typing import Any

from django.utils.translation import gettext as _

from coign import catalogue
from coign.clinical.views import PATIENT, Change
from coign.kernel.subjects import Patient
from coign.records.journey import Journey
from coign.web.boards.making import Board, Here, Who
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.oversight.work import may
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import local_day

SETTLE = "clinical.settle_identity"


def changed(here: Here) -> Board | None:
    """Nothing where every change is settled, and nothing for houses that do not meet patients."""
    own = [j for j in here.going_on if j.chain and j.centre == str(here.actor.organisation)]
    states = states_of(PATIENT, (Patient(j.patient) for j in own))
    found = [(j, change) for j in own if (change := states[Patient(j.patient)].unsettled) is not None]
    if not found:
        return None
    waits = [_matter(here, j, change) for j, change in found if _may_settle(here, change)]
    return Board(
        "changed",
        [j.root for j, _change in found],
        lambda who: {"rows": [_row(here, *one, who) for one in found]},
        waits,
    )


def _may_settle(here: Here, change: Change) -> bool:
    return may(SETTLE, here.actor) and change.by != here.actor.person


def _address(journey: Journey) -> str:
    return reverse("do", args=[journey.root, SETTLE])


def _matter(here: Here, journey: Journey, change: Change) -> Matter:
    title, day = catalogue.ACTIONS[SETTLE].title, local_day(change.at)
    return Matter(title, journey.root.partition(":")[2], _("Changed %s") % day, title, _address(journey), "look")


def _row(here: Here, journey: Journey, change: Change, who: Who) -> dict[str, Any]:
    may_settle = _may_settle(here, change)
    return who(journey.root) | {
        "status": "look",
        "word": _("Changed %s") % local_day(change.at),
        "detail": "" if may_settle else _("Waits for a second person: nurse, physician or coordinator"),
        "action": {"label": catalogue.ACTIONS[SETTLE].title, "url": _address(journey)}
        if may_settle
        else {"label": _("Open"), "url": reverse("journey", args=[journey.root])},
    }
