"""What an act waits to see scanned, thing by thing, for the `scan_target` building block."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.subjects import Lot
from coign.supply.views import LOT, LotState
from coign.web.forms.build import Question
from coign.web.therapy.asking import Asked
from coign.web.therapy.known import next_production_step
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.track import local_day


def targets(asked: Asked, question: Question) -> list[dict[str, Any]]:
    """What a field waits for: one thing, or in production one lot of each material."""
    step = next_production_step(asked.story) if question.many and question.type is Lot else None
    if step is None or asked.story.programme is None:
        return [_one(asked, question)]
    scanned = [Lot(value) for value in asked.values.get(question.name, ())]
    known = visible(scanned, asked.story.actor.organisation)
    lots = {lot: state if lot in known else LotState() for lot, state in states_of(LOT, scanned).items()}
    waiting = asked.is_open(question) and asked.open_scans[0] is question
    names = {m: asked.story.programme.materials.get(m, m) for m in step.materials}
    shown = [_material(name, _lot_of(m, lots), lots, waiting=waiting) for m, name in names.items()]
    shown += [
        {"label": question.asks.label, "state": "wrong", "expected": ", ".join(names.values()), "value": lot.identifier}
        for lot, state in lots.items()
        if state.material not in names
    ]
    if lots:
        shown[-1] |= {"name": question.name, "clear": True}
    return shown


def _lot_of(material: str, lots: Mapping[Lot, LotState]) -> Lot | None:
    return next((lot for lot, state in lots.items() if state.material == material), None)


def _material(name: str, lot: Lot | None, lots: Mapping[Lot, LotState], *, waiting: bool) -> dict[str, Any]:
    if lot is None:
        return {"label": name, "state": "waiting" if waiting else "not_yet"}
    until = lots[lot].expires
    where = _("to %s") % local_day(until) if until is not None else ""
    return {"label": name, "state": "done", "value": lot.identifier, "where": where}


def _one(asked: Asked, question: Question) -> dict[str, Any]:
    """One thing to be scanned, for the `scan_target` building block."""
    values = asked.values.get(question.name, [])
    first_open = asked.open_scans[0].name if asked.open_scans else ""
    waiting = question.name == first_open
    state = "done" if values and not asked.is_open(question) else "waiting" if waiting else "not_yet"
    label = question.asks.label
    if question.many:
        label = _("%(label)s, %(done)s of %(all)s") % {
            "label": label, "done": len(values), "all": asked.expected(question),
        }  # fmt: skip
    return {
        "name": question.name,
        "label": label,
        "state": state,
        "value": ", ".join(v.partition(":")[2] or v for v in values),
        "where": question.asks.hint or ("" if question.required or question.many else _("if there is one")),
        "clear": bool(values),
    }
