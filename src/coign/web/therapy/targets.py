"""What an act waits to see scanned, thing by thing, for the `scan_target` building block."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from coign import rulesets
from coign.equipment.views import DEVICE, DeviceState, kind_words
from coign.kernel.subjects import Chain, Equipment, Lot
from coign.programmes.model import Need, Step
from coign.supply.views import LOT, LotState
from coign.web import acting
from coign.web.forms.build import Question
from coign.web.therapy.asking import Asked
from coign.web.therapy.known import next_production_step
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.track import local_day


def targets(asked: Asked, question: Question) -> list[dict[str, Any]]:
    """What a field waits for: one thing, or in production one lot of each material and a device of each kind."""
    step = next_production_step(asked.story) if question.many and question.type in (Lot, Equipment) else None
    if step is None or asked.story.programme is None:
        return [_one(asked, question)]
    if question.type is Equipment:
        return _devices(asked, question, step)
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


def _devices(asked: Asked, question: Question, step: Step) -> list[dict[str, Any]]:
    """One line for each kind that the step needs, and one for each scan that is none of them."""
    scanned = [Equipment(value) for value in asked.values.get(question.name, ())]
    known = visible(scanned, asked.story.actor.organisation)
    states = {d: state if d in known else DeviceState() for d, state in states_of(DEVICE, scanned).items()}
    waiting = asked.is_open(question) and asked.open_scans[0] is question
    chain = Chain(asked.story.journey.chain)
    shown = [_device(need, states, chain, waiting=waiting) for need in step.equipment]
    kinds = {need.kind for need in step.equipment}
    wanted = ", ".join(kind_words(kind) for kind in sorted(kinds))
    shown += [
        {"label": question.asks.label, "state": "wrong", "expected": wanted, "value": device.identifier}
        for device, state in states.items()
        if state.kind not in kinds
    ]
    if states:
        shown[-1] |= {"name": question.name, "clear": True}
    return shown


def _device(need: Need, states: Mapping[Equipment, DeviceState], chain: Chain, *, waiting: bool) -> dict[str, Any]:
    name = kind_words(need.kind).capitalize()
    found = next((device for device, state in states.items() if state.kind == need.kind), None)
    if found is None:
        where = _("clean since another patient") if need.clean else ""
        return {"label": name, "state": "waiting" if waiting else "not_yet", "where": where}
    if states[found].not_usable_because(acting.now()):
        return {"label": name, "state": "wrong", "expected": _("one in order"), "value": found.identifier}
    if need.clean and (states[found].not_clean_because(chain) or _not_ready_because(states[found])):
        return {"label": name, "state": "wrong", "expected": _("one that is clean"), "value": found.identifier}
    due = states[found].due
    where = _("calibrated to %s") % local_day(due) if due is not None else ""
    return {"label": name, "state": "done", "value": found.identifier, "where": where}


def _not_ready_because(state: DeviceState) -> str | None:
    """None, or why a device that nobody used since is not clean enough all the same."""
    return state.not_clean_any_more_because(acting.now(), rulesets.load()) or state.not_judged_because


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
