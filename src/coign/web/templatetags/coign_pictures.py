"""The building blocks that are drawn on the server: time, values, places, where things came from.

They take what the other building blocks take (`coign_ui`), and each says in words, too, what it draws.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from coign.web.drawing.genealogy import Unit, genealogy
from coign.web.drawing.hold import hold
from coign.web.drawing.lanes import day
from coign.web.drawing.scale import scale
from coign.web.drawing.temperature import Limits, Reading, temperature
from coign.web.drawing.trend import Bounds, trend
from coign.web.templatetags.coign_words import STATUSES, anchor, known_status, local, part

register = template.Library()

#: What a drawing says besides what it draws, by name.
Words = tuple[tuple[str, str], ...]


@register.inclusion_tag("components/day_line.html")
def day_line(board: Any) -> dict[str, Any]:
    """A day as lanes with the moment now; the same as a list where it is narrow, and for those who do not see it."""
    lanes = list(part(board, "lanes") or ())
    return {"board": board, "lanes": lanes, "drawing": day(lanes, part(board, "now"))}


@register.filter
def day_status(kind: str) -> str:
    """Which of the five statuses a span of a day carries."""
    return {"done": "in_order", "planned": "not_yet"}.get(kind, known_status(kind) if kind in STATUSES else "running")


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
