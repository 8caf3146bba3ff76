"""What therapies that are over left here: containers with their decisions, and a batch that is to be given up."""

from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.subjects import Chain
from coign.web.boards.making import Board, Here, Who
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.oversight.work import may
from coign.web.therapy.ending import GIVE_UP, TO_DO, to_dispose, to_give_up
from coign.web.therapy.looking import visible

#: Of the therapies that ended last; older ones are found in the list of therapies.
ENDED_MAX = 20


def leftovers(here: Here) -> Board | None:
    """Nothing where everything was carried out."""
    ended = {Chain(j.chain): j.root for j in here.journeys if j.ended and j.chain}
    newest = list(ended)[:ENDED_MAX]
    seen = visible(newest, here.actor.organisation)
    left = to_dispose([c for c in newest if c in seen], here.actor)
    made = to_give_up([c for c in newest if c in seen], here.actor)
    carries_out = any(may(action, here.actor) for action in ("closing.dispose", "closing.confirm_disposal"))
    rows = [(ended[c], _("%s is still being made") % b.identifier, may(GIVE_UP, here.actor)) for c, b in made.items()]
    rows += [(ended[chain], _said(units), carries_out) for chain, units in left.items()]
    if not rows:
        return None
    waits = [_matter(root, said) for root, said, mine in rows if mine]
    roots = list(dict.fromkeys(root for root, _said, _mine in rows))
    return Board("leftovers", roots, lambda who: {"rows": [_row(root, said, who) for root, said, _ in rows]}, waits)


def _matter(root: str, said: str) -> Matter:
    url = reverse("journey", args=[root])
    return Matter(root.partition(":")[2], said, _("Waits to be carried out"), _("Open"), url)


def _said(units: Any) -> str:
    return "; ".join(
        _("%(unit)s %(what)s") % {"unit": u.identifier, "what": TO_DO[d.becomes]} for u, d in units.items()
    )


def _row(root: str, said: str, who: Who) -> dict[str, Any]:
    return who(root) | {
        "status": "running",
        "word": _("Waits to be carried out"),
        "detail": said,
        "action": {"label": _("Open"), "url": reverse("journey", args=[root])},
    }
