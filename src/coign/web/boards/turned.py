"""Conditioned patients whose product turned: who must be called now, and what a physician decided."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from coign import catalogue
from coign.kernel.values import Actor
from coign.web.boards.making import Board, Here, Who
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.therapy.people import names_of
from coign.web.therapy.track import deadline_text
from coign.web.therapy.turned import Waiting, waiting

ANSWER = "clinical.answer_turn"


def turned(here: Here) -> Board | None:
    """Those for whom something stands against the product; nobody is shown for whom all is well."""
    found = [w for w in waiting(here.chains, here.now) if w.turned]
    if not found:
        return None
    found.sort(key=lambda w: w.is_answered)
    decides = here.actor.role in catalogue.ACTIONS[ANSWER].roles
    waits = [_matter(w) for w in found if decides and not w.is_answered]
    return Board("turned", [w.root for w in found], lambda who: _drawn(found, who, here.actor), waits)


def _matter(one: Waiting) -> Matter:
    url = reverse("do", args=[one.root, ANSWER])
    return Matter(
        _("Decide what is done"), "; ".join(one.turned), _("Patient conditioned"), _("Decide now"), url, "stop"
    )


def _drawn(found: list[Waiting], who: Who, actor: Actor) -> dict[str, Any]:
    prescribers = [w.course.prescriber for w in found if w.course.prescriber is not None]
    names = names_of(prescribers, str(actor.organisation))
    return {"rows": [_row(one, who(one.root), actor, names) for one in found]}


def _row(one: Waiting, row: dict[str, Any], actor: Actor, names: Mapping[str, str]) -> dict[str, Any]:
    answered, prescriber = one.course.turn_answered_at, one.course.prescriber
    decides = actor.role in catalogue.ACTIONS[ANSWER].roles
    call = _("Call the physician first")
    if prescriber is not None and prescriber in names:
        call = _("Call %s first") % names[prescriber]
    if decides:
        call = _("You are asked before anybody else")
    state = {
        "status": "look" if answered is not None else "stop",
        "word": _("Decided %s") % deadline_text(answered) if answered is not None else _("Patient conditioned"),
        "detail": "" if answered is not None else call,
        "warning": "; ".join(one.turned),
        "action": {"label": _("Decide now"), "kind": "primary", "url": reverse("do", args=[one.root, ANSWER])}
        if decides and answered is None
        else {"label": _("Open"), "url": reverse("journey", args=[one.root])},
    }
    return row | state
