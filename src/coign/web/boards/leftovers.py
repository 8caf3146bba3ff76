"""Containers of therapies that are over: what was decided about them and waits to be carried out here."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.subjects import Chain
from coign.web.boards.making import Board, Here, Who
from coign.web.boards.matter import Matter
from coign.web.oversight.work import may
from coign.web.therapy.ending import TO_DO, to_dispose
from coign.web.therapy.looking import visible

#: Of the therapies that ended last; older ones are found in the list of therapies.
ENDED_MAX = 20


def leftovers(here: Here) -> Board | None:
    """Nothing where everything was carried out."""
    ended = {Chain(j.chain): j.root for j in here.journeys if j.ended and j.chain}
    newest = list(ended)[:ENDED_MAX]
    seen = visible(newest, here.actor.organisation)
    left = to_dispose([c for c in newest if c in seen], here.actor)
    if not left:
        return None
    roots = {ended[chain]: units for chain, units in left.items()}
    carries_out = any(may(action, here.actor) for action in ("closing.dispose", "closing.confirm_disposal"))
    waits = [_matter(root, units) for root, units in roots.items() if carries_out]
    return Board(
        "leftovers", list(roots), lambda who: {"rows": [_row(r, units, who) for r, units in roots.items()]}, waits
    )


def _matter(root: str, units: Any) -> Matter:
    url = reverse("journey", args=[root])
    return Matter(root.partition(":")[2], _said(units), _("Waits to be carried out"), _("Open"), url)


def _said(units: Any) -> str:
    return "; ".join(
        _("%(unit)s %(what)s") % {"unit": u.identifier, "what": TO_DO[d.becomes]} for u, d in units.items()
    )


def _row(root: str, units: Any, who: Who) -> dict[str, Any]:
    return who(root) | {
        "status": "running",
        "word": _("Waits to be carried out"),
        "detail": _said(units),
        "action": {"label": _("Open"), "url": reverse("journey", args=[root])},
    }
