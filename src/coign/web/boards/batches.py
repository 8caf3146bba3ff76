"""How far each batch is: steps of production, tests recorded and reviewed, deviations that are open."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.manufacturing.views import SLOT
from coign.programmes.model import ProgrammeVersion
from coign.records.journey import Journey
from coign.records.reading import NextStep
from coign.web.boards.making import THERAPIES_MAX, Board, Here
from coign.web.links import reverse
from coign.web.therapy.band import colour_of
from coign.web.therapy.coming import who_does
from coign.web.therapy.looking import next_steps_of, states_of
from coign.web.therapy.story import names_of_organisations, programme_of

_DEVIATION = "quality.close_deviation"


def batches(here: Here) -> Board | None:
    """Batches of this maker that are not shipped: started, and not yet packed for their patient."""
    own = {j.root: j for j in here.going_on if j.maker == str(here.actor.organisation) and j.root in here.chains}
    slots = states_of(SLOT, [here.chains[root] for root in own])
    made = {root: str(batch) for root in own if (batch := slots[here.chains[root]].batch) is not None}
    shown = [own[root] for root in made if not _is_certified(own[root])][:THERAPIES_MAX]
    if not shown:
        return None
    steps = next_steps_of(j.root for j in shown)
    return Board("batches", [], lambda who: _drawn(shown, made, steps))


def _is_certified(journey: Journey) -> bool:
    programme = programme_of(journey)
    steps = programme.journey if programme is not None else ()
    return any(s.action == "quality.certify" and s.id in journey.done for s in steps)


def _drawn(shown: list[Journey], made: dict[str, str], steps: dict[str, list[NextStep]]) -> dict[str, Any]:
    places = names_of_organisations()
    by = {root: who_does(open_[0], places) for root, open_ in steps.items()}
    return {
        "title": _("Batches in the house"),
        "url": reverse("trends"),
        "rows": [_row(j, made[j.root], steps.get(j.root, []), by.get(j.root, "")) for j in shown],
    }


def _row(journey: Journey, batch: str, steps: list[NextStep], by: str) -> dict[str, Any]:
    programme = programme_of(journey)
    assert programme is not None
    deviations = journey.called.get(_DEVIATION, 0)
    return {
        "batch": batch.partition(":")[2],
        "colour": colour_of(batch),
        "coi": journey.chain.partition(":")[2],
        "url": reverse("journey", args=[journey.root]),
        "counts": [
            _count(_("Steps"), journey, programme, "manufacturing.complete_step", len(programme.steps)),
            _count(_("Tests"), journey, programme, "quality.record_result", len(programme.panel)),
            _count(_("Reviewed"), journey, programme, "quality.review_result", len(programme.panel)),
        ],
        "next": steps[0].title if steps else "",
        "by": by,
        "word": ngettext("%d deviation open", "%d deviations open", deviations) % deviations if deviations else "",
    }


def _count(name: str, journey: Journey, programme: ProgrammeVersion, action: str, whole: int) -> dict[str, Any]:
    """How many of a repeated act are done; all of them once its step is."""
    ids = [s.id for s in programme.journey if s.action == action]
    partly = max((len(journey.partly.get(i, ())) for i in ids), default=0)
    done = whole if any(i in journey.done for i in ids) else min(partly, whole)
    cells = ["in_order"] * done + ["not_yet"] * (whole - done)
    words = _("%(name)s: %(done)s of %(all)s") % {"name": name, "done": done, "all": whole}
    return {"name": name, "done": done, "all": whole, "strip": {"stages": cells, "label": words}}
