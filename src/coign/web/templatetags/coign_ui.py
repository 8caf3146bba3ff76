"""The building blocks of Coign's pages, as template tags.

Each tag takes plain values, dicts or dataclasses; a key that is missing leaves its part out. What each one takes is
written in `templates/components/README.md`, and every one of them stands in every state at `/gallery/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from coign.web.drawing.genealogy import Unit, genealogy
from coign.web.drawing.hold import hold
from coign.web.drawing.lanes import day
from coign.web.drawing.scale import scale
from coign.web.drawing.temperature import Limits, Reading, temperature
from coign.web.drawing.trend import Bounds, trend
from coign.web.templatetags import coign_acts, coign_rows, coign_words
from coign.web.templatetags.coign_words import STATUSES, anchor, known_status, local, part

register = template.Library()
register.tags.update(coign_words.register.tags | coign_acts.register.tags | coign_rows.register.tags)
register.filters.update(coign_words.register.filters)

BATCH_COLOURS = ("purple", "blue", "green", "orange", "pink", "brown", "grey", "teal")
#: What a drawing says besides what it draws, by name.
Words = tuple[tuple[str, str], ...]
THING_KINDS = ("wristband", "bag", "shipper", "badge", "vial", "label")
BAND_CELLS = (
    ("hospital_number", gettext_lazy("Hospital number"), True),
    ("born", gettext_lazy("Born"), True),
    ("coi", gettext_lazy("Chain of identity"), True),
    ("batch", gettext_lazy("Batch"), True),
    ("product", gettext_lazy("Product"), False),
    ("destination", gettext_lazy("Destination"), False),
)

# --- Identity and scanning


@register.inclusion_tag("components/identity_band.html")
def identity_band(identity: Any, compact: bool = False) -> dict[str, Any]:
    """Initials and identifiers, always in this order. Nothing is cut; what the reader may not see is not given."""
    colour = part(identity, "batch_colour") or ""
    if colour and colour not in BATCH_COLOURS:
        raise ValueError(f"batch colour {colour!r} is none of {', '.join(BATCH_COLOURS)}")
    cells = []
    for key, label, mono in BAND_CELLS:
        if value := part(identity, key):
            # A colour is never alone: its name stands in the label of the batch.
            shown = f"{label}, {_(colour)}" if key == "batch" and colour else label
            cells.append({"label": shown, "value": value, "mono": mono})
    cells.extend(part(identity, "more") or ())
    return {"initials": part(identity, "initials"), "cells": cells, "colour": colour, "compact": compact}


@register.inclusion_tag("components/scan_box.html", takes_context=True)
def scan_box(context: Context, accepts: str = "", title: str = "", typing: bool = True) -> dict[str, Any]:
    """Where a scan shows up. It listens whenever nobody types in a field; typing is the second choice."""
    return {
        "title": title or _("Scan anything"),
        "accepts": accepts or _("Wristband, bag, shipper or badge. We open what it belongs to."),
        "typing": typing,
        "url": part(context.get("frame"), "scan_url") or "/scan/",
        "id": "scan-typed",
    }


@register.inclusion_tag("components/scan_target.html")
def scan_target(target: Any) -> dict[str, Any]:
    """One thing to be scanned: not yet, waiting, done or wrong."""
    states = {"not_yet": "not_yet", "waiting": "running", "done": "in_order", "wrong": "stop"}
    state = part(target, "state", "not_yet")
    if state not in states:
        raise ValueError(f"state {state!r} of a scan target is none of {', '.join(states)}")
    return {"target": target, "state": state, "status": states[state]}


@register.inclusion_tag("components/tray.html", takes_context=True)
def tray(context: Context, tray: Any) -> dict[str, Any]:
    """Demonstration only: the things in front of this person; a click scans one. Works without scripts as a form."""
    names = ("symbol", "code", "words", "kind", "odd")
    things = [{n: part(t, n) for n in names} for t in part(tray, "things") or ()]
    kinds = {t["kind"] for t in things if t["kind"]} - set(THING_KINDS)
    if kinds:
        raise ValueError(f"kind {sorted(kinds)[0]!r} of a thing is none of {', '.join(THING_KINDS)}")
    return {
        "tray": {"things": things},
        "url": part(context.get("frame"), "scan_url") or "/scan/",
        "chip_word": _("Demo tray"),
    }


@register.inclusion_tag("components/stage_track.html")
def stage_track(stages: Iterable[Any], label: str = "") -> dict[str, Any]:
    """The stages of a therapy: a solid line happened, a dashed one is planned."""
    names = ("name", "date", "fact", "planned", "current", "url")
    shown = [
        {n: part(s, n) for n in names}
        | {"status": (status := known_status(part(s, "status"))), "status_word": STATUSES[status]}
        for s in stages
    ]
    return {"stages": shown, "label": label or _("Stages")}


@register.inclusion_tag("components/day_line.html")
def day_line(board: Any) -> dict[str, Any]:
    """A day as lanes with the moment now; the same as a list where it is narrow, and for those who do not see it."""
    lanes = list(part(board, "lanes") or ())
    return {"board": board, "lanes": lanes, "drawing": day(lanes, part(board, "now"))}


@register.filter
def day_status(kind: str) -> str:
    """Which of the five statuses a span of a day carries."""
    return {"done": "in_order", "planned": "not_yet"}.get(kind, known_status(kind) if kind in STATUSES else "running")


@register.inclusion_tag("components/gate_list.html")
def gate_list(
    gates: Iterable[Any] | None, open_gates: Iterable[str] | None = None, compact: bool = False
) -> dict[str, Any]:
    """Every shut gate: what it says, protects, what opens it, who can and until when; the open ones small below."""
    names = ("message", "protects", "remedy", "requirement", "action")
    shown = [
        {n: part(g, n) for n in names}
        | {
            "status": known_status(part(g, "status") or "stop"),
            "resolvers": [person(r) for r in part(g, "resolvers") or ()],
        }
        for g in gates or ()
    ]
    return {"gates": shown, "open_gates": list(open_gates or ()), "compact": compact}


def person(who: Any) -> dict[str, Any]:
    """A resolver given as a name, or with role and time."""
    return {"name": who} if isinstance(who, str) else {n: part(who, n) for n in ("name", "role", "until")}


@register.inclusion_tag("components/refusal.html")
def refusal(refusal: Any, focus: bool = True) -> dict[str, Any]:
    """The whole answer to an action that was refused: nothing has changed, and what would change that."""
    return {"refusal": refusal, "focus": focus, "id": anchor("refusal", part(refusal, "title"))}


@register.inclusion_tag("components/next_action.html")
def next_action(action: Any) -> dict[str, Any]:
    """The one next action, in the corner brackets; what keeps it shut stands beside it."""
    buttons = [b for b in (part(action, "primary"), *(part(action, "others") or ())) if b]
    return {
        "action": action,
        "buttons": buttons,
        "gates": part(action, "gates"),
        "id": anchor("next", part(action, "title")),
    }


@register.inclusion_tag("components/state_panel.html")
def state_panel(panel: Any) -> dict[str, Any]:
    """Empty, loading, offline, refused in short, unknown: what the page says when it is not a good day."""
    return {"panel": panel, "kind": part(panel, "kind") or "plain"}


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[Any]) -> dict[str, Any]:
    """Names and values in two columns."""
    return {"rows": rows}


@register.inclusion_tag("components/verdict.html")
def verdict(verdict: str, sentence: str, word: str = "") -> dict[str, Any]:
    """The full-screen GO or STOP at the bedside."""
    statuses = {"go": "in_order", "stop": "stop"}
    if verdict not in statuses:
        raise ValueError(f"verdict {verdict!r} is neither go nor stop")
    return {"verdict": verdict, "status": statuses[verdict], "word": word or verdict.upper(), "sentence": sentence}


@register.inclusion_tag("components/match_table.html")
def match_table(rows: Iterable[Any], left: str, right: str) -> dict[str, Any]:
    """Two things compared field by field; the caller compares, this shows both values and the result."""
    return {"rows": rows, "left": left, "right": right}


# --- Time, values, pictures


@register.inclusion_tag("components/hold_timer.html", name="hold_timer")
def hold_timer(of: Any) -> dict[str, Any]:
    """Time left of a hold, largest on the panel; counted by server time, also after a reload."""
    timer = hold(part(of, "start"), part(of, "end"), part(of, "now"), int(part(of, "look_at_percent", 50)))
    words = {
        "running": _("Hold is running"),
        "look": _("Look: half the time is gone"),
        "stop": _("Stop: the time is over"),
    }
    shape = part(of, "shape") or "ring"
    if shape not in ("ring", "bar"):
        raise ValueError(f"shape {shape!r} of a hold timer is neither ring nor bar")
    return {"hold": of, "timer": timer, "shape": shape, "word": words[timer.status]}


@register.inclusion_tag("components/custody_line.html")
def custody_line(custody: Any) -> dict[str, Any]:
    """Holder after holder; a gap is a visible break, a missing signature a dashed stroke."""
    names = ("holder", "place", "since", "signatures", "gap")
    steps = [
        {n: part(s, n) for n in names} | {"grow": min(max(int(part(s, "weight", 2)), 1), 5)}
        for s in part(custody, "steps") or ()
    ]
    return {"custody": custody, "steps": steps, "id": part(custody, "id") or ""}


@register.simple_tag
def temperature_chart(chart: Any) -> SafeString:
    """A temperature history drawn on the server, with words on it and a table behind."""
    readings = tuple((at, value) for at, value in part(chart, "readings") or ())
    limits = Limits(
        **{n: None if (v := part(chart, n)) is None else float(v) for n in ("low", "high", "alarm_low", "alarm_high")}
    )
    about = {
        "unread_after": timedelta(minutes=float(part(chart, "unread_after_minutes", 30))),
        "until": part(chart, "until") or None,
        "unit": part(chart, "unit") or "°C",
        "hatch_id": anchor("unread", part(chart, "title")),
    }
    words = tuple((name, str(part(chart, name) or "")) for name in ("id", "title", "source"))
    return _chart(readings, limits, words, get_current_timezone_name(), get_language(), **about)


@lru_cache(maxsize=128)
def _chart(
    readings: tuple[tuple[Any, Any], ...],
    limits: Limits,
    words: Words,
    zone: str,
    language: str,
    until: Any,
    **about: Any,
) -> SafeString:
    """Readings never change: they are drawn once for each zone and language that they are looked at in."""
    here = [Reading(local(at), float(value)) for at, value in readings]
    drawing = temperature(here, limits, until=local(until) if until else None, **about)
    return render_to_string("components/temperature_chart.html", {"chart": dict(words), "drawing": drawing})


@register.inclusion_tag("components/trend_chart.html")
def trend_chart(chart: Any, card: bool = False) -> dict[str, Any]:
    """One attribute over the last batches, drawn on the server with its limits, and with a table behind."""
    drawing = trend(part(chart, "values") or (), part(chart, "bounds") or Bounds(), part(chart, "unit") or "")
    return {"chart": chart, "drawing": drawing, "card": card}


@register.inclusion_tag("components/measurement.html")
def measurement(measurement: Any) -> dict[str, Any]:
    """A value with unit, limit, last value and source. The verdict was computed, never typed."""
    shown = {n: part(measurement, n) for n in ("name", "value", "unit", "source", "word")}
    drawn = scale(
        name=shown["name"],
        unit=shown["unit"] or "",
        value=shown["value"],
        low=part(measurement, "limit_low"),
        high=part(measurement, "limit_high"),
        last=part(measurement, "last"),
        low_open=bool(part(measurement, "low_open")),
        high_open=bool(part(measurement, "high_open")),
    )
    return {"measurement": shown | {"status": known_status(part(measurement, "status"))}, "scale": drawn}


@register.simple_tag(name="genealogy")
def genealogy_tag(graph: Any) -> SafeString:
    """From the first unit to the last, left to right, lots that went in dashed."""
    units = tuple(
        Unit(
            key=str(part(u, "key")),
            label=str(part(u, "label") or part(u, "key")),
            word=str(part(u, "word") or ""),
            status=known_status(part(u, "status") or "not_yet"),
            made_from=tuple(part(u, "made_from") or ()),
            went_in=bool(part(u, "went_in")),
            url=str(part(u, "url") or ""),
        )
        for u in part(graph, "units") or ()
    )
    words = tuple((name, str(part(graph, name) or "")) for name in ("id", "title", "status", "word", "note"))
    return _genealogy(units, words, get_language())


@lru_cache(maxsize=128)
def _genealogy(units: tuple[Unit, ...], words: Words, language: str) -> SafeString:
    """The same units in the same states give the same picture."""
    return render_to_string("components/genealogy.html", {"graph": dict(words), "drawing": genealogy(units)})


# --- Proof and signing


@register.inclusion_tag("components/seal.html")
def seal_of_proof(proof: Any) -> dict[str, Any]:
    """What is proved, in a sentence; who has seen the record, and how long ago."""
    return {"proof": proof, "status": known_status(part(proof, "status") or "in_order")}


@register.inclusion_tag("components/intent_panel.html")
def intent_panel(intent: Any) -> dict[str, Any]:
    """Exactly the fields that are signed, in the order they are signed; no other text inside the box."""
    rows = [
        {"label": row[0], "value": row[1]}
        if isinstance(row, (tuple, list))
        else {n: part(row, n) for n in ("label", "value")}
        for row in part(intent, "fields") or ()
    ]
    return {"intent": intent, "fields": rows, "id": anchor("intent", part(intent, "fingerprint"))}


# --- Forms


@register.inclusion_tag("components/field.html")
def field(
    field: BoundField, unit: str = "", hint: str = "", identity: bool = False, mono: bool = False
) -> dict[str, Any]:
    """A form field with label, unit, hint and an error that names what to do. `identity` keeps it out of drafts."""
    grouped = bool(field.use_fieldset)
    shown_hint = hint or str(field.help_text)
    about = [
        f"{field.auto_id}_{k}" for k, there in (("hint", shown_hint), ("wrong", field.errors), ("unit", unit)) if there
    ]
    attributes: dict[str, Any] = {"aria-describedby": " ".join(about)} if about and not grouped else {}
    if identity:
        attributes |= {"data-identity": True, "autocomplete": "off"}
    if mono:
        attributes["class"] = "mono"
    return {
        "field": field,
        "widget": field.as_widget(attrs=attributes),
        "tick": getattr(field.field.widget, "input_type", "") == "checkbox" and not grouped,
        "unit": unit,
        "hint": shown_hint,
        "tag": "fieldset" if grouped else "div",
        "describedby": " ".join(about),
    }


@register.inclusion_tag("components/measure_field.html")
def measure_field(field: BoundField, measured: Any) -> dict[str, Any]:
    """A number that is read and typed, large, with its unit and its limits drawn; says at once where it lies."""
    unit, hint = part(measured, "unit") or "", str(part(measured, "hint") or field.help_text)
    low, high = part(measured, "limit_low"), part(measured, "limit_high")
    low_open, high_open = bool(part(measured, "low_open")), bool(part(measured, "high_open"))
    drawn = scale(
        name=str(field.label), unit=unit, value=None, low=low, high=high, last=part(measured, "last"),
        low_open=low_open, high_open=high_open,
    )  # fmt: skip
    about = [f"{field.auto_id}_{k}" for k, there in (("hint", hint), ("wrong", field.errors), ("unit", unit)) if there]
    outside = known_status(part(measured, "outside") or "look")
    return {
        "field": field,
        "widget": field.as_widget(attrs={"aria-describedby": " ".join(about)} if about else {}),
        "unit": unit,
        "hint": hint,
        "scale": drawn,
        "last": part(measured, "last"),
        "low": "" if low is None else low,
        "high": "" if high is None else high,
        "low_open": low_open,
        "high_open": high_open,
        "outside": outside,
        "within_word": part(measured, "within_word") or _("Within its limits"),
        "outside_word": part(measured, "outside_word") or _("Outside its limits"),
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any, focus: bool = True) -> dict[str, Any]:
    """All that has to be put right, each a link to its field."""
    return {"form": form, "focus": focus}
