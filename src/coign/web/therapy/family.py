"""What was made from what: units, the batch, and the lots that went in."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.identity.views import UnitState
from coign.kernel.subjects import Unit
from coign.web.therapy.deciding import batch_of, of_batch
from coign.web.therapy.story import Story


def family(story: Story) -> dict[str, Any] | None:
    """The values of the `genealogy` building block; None before there is anything."""
    if not story.units:
        return None
    batch = batch_of(story)
    known = {str(u) for u in story.units} | ({str(batch)} if batch is not None else set())
    nodes = [_unit(unit, state, known) for unit, state in story.units.items()]
    if batch is not None:
        nodes.append(_batch(story, str(batch)))
        nodes += _lots(story)
    blocked = any(state.blocked for state in story.units.values())
    return {
        "status": "stop" if blocked else "in_order",
        "word": _("A unit is blocked") if blocked else _("Every unit is accounted for"),
        "units": nodes,
        "note": _("Dashed: lots of material that went in. Open one to see everything about it.") if batch else "",
    }


def _unit(unit: Unit, state: UnitState, known: Collection[str]) -> dict[str, Any]:
    status, word = _state_of(state)
    # What a batch made hangs from the batch, and the batch from what went in; who may not know the batch sees the bags.
    batch = [str(state.batch)] if state.batch is not None and str(state.batch) in known else []
    made_from = batch or [str(p) for p in state.parents if str(p) in known]
    return {
        "key": str(unit),
        "label": unit.identifier,
        "word": word,
        "status": status,
        "made_from": made_from,
        "url": reverse("subject", args=[str(unit)]),
    }


def _state_of(state: UnitState) -> tuple[str, str]:
    if state.blocked:
        return "stop", _("blocked")
    if state.ended:
        return "not_yet", state.ended.replace("_", " ")
    titles = {
        "starting_material": _("collection bag"), "final_container": _("product bag"),
        "sample": _("sample"), "intermediate": _("vessel"),
    }  # fmt: skip
    title = titles.get(state.kind, _("unit"))
    if state.kind == "starting_material" and state.parents:
        title = _("cryobag")
    return ("in_order", title) if state.label_verified else ("running", _("%s, label open") % title)


#: How a batch was decided about, as its box says it.
_DECIDED = {
    "quality.certified.v1": ("in_order", gettext_lazy("released")),
    "quality.supplied_under_exception.v1": ("look", gettext_lazy("under exception")),
    "quality.batch_rejected.v1": ("stop", gettext_lazy("rejected")),
}


def _batch(story: Story, batch: str) -> dict[str, Any]:
    started = story.last("manufacturing.batch_started.v1")
    assert started is not None
    decided = [told.type for told in of_batch(story, *_DECIDED)]
    status, word = _DECIDED[decided[-1]] if decided else ("running", _("in production"))
    lots = [lot for t in of_batch(story, "manufacturing.step_completed.v1") for lot in t.body["lots"]]
    return {
        "key": batch,
        "label": batch.partition(":")[2],
        "word": str(word),
        "status": status,
        "made_from": [started.body["unit"], *dict.fromkeys(lots)],
        "url": reverse("subject", args=[batch]),
    }


def _lots(story: Story) -> list[dict[str, Any]]:
    lots = dict.fromkeys(lot for t in of_batch(story, "manufacturing.step_completed.v1") for lot in t.body["lots"])
    return [
        {
            "key": lot,
            "label": lot.partition(":")[2],
            "word": _("lot of material"),
            "status": "not_yet",
            "made_from": [],
            "went_in": True,
            "url": reverse("subject", args=[lot]),
        }
        for lot in lots
    ]
