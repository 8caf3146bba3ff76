"""Words, marks and the page frame: the part of the building blocks that the others are made of.

`{% load coign_ui %}` brings these too; pages never load this library by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.web.drawing.hold import epoch_ms
from coign.web.drawing.temperature import MONTHS
from coign.web.roles import role_words

register = template.Library()

STATUSES = {
    "in_order": gettext_lazy("In order"),
    "running": gettext_lazy("Running"),
    "look": gettext_lazy("Look"),
    "stop": gettext_lazy("Stop"),
    "not_yet": gettext_lazy("Not yet"),
}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
ICON_NAMES = Path(__file__).resolve().parents[1] / "static" / "coign" / "icons.txt"


def part(thing: Any, name: str, otherwise: Any = None) -> Any:
    """A key of a dict or a field of a dataclass; the caller need not know which it was given."""
    if isinstance(thing, Mapping):
        return thing.get(name, otherwise)
    return getattr(thing, name, otherwise)


def whole(thing: Any, names: Sequence[str]) -> dict[str, Any]:
    """Its parts by name, empty where they are missing: a template that looks for what is not there searches long."""
    if isinstance(thing, dict):
        return {name: thing.get(name, "") for name in names}
    return {name: part(thing, name, "") for name in names}


def known_status(status: Any) -> str:
    """One of the five, or a mistake of ours."""
    if status not in STATUSES:
        raise ValueError(f"status {status!r} is none of {', '.join(STATUSES)}")
    return str(status)


@cache
def icon_names() -> frozenset[str]:
    """The icons the front-end build puts into the sprite."""
    return frozenset(ICON_NAMES.read_text(encoding="ascii").split())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon by name. It is decoration unless it has a label."""
    return _icon(name, label)


@lru_cache(maxsize=1024)
def _icon(name: str, label: str) -> SafeString:
    if name not in icon_names():
        raise ValueError(f"icon {name!r} is not listed in static/coign/icons.txt")
    address = static("vendor/icons/icons.svg")
    if label:
        return format_html(
            '<svg class="c-icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, address, name
        )
    return format_html('<svg class="c-icon" aria-hidden="true"><use href="{}#{}"/></svg>', address, name)


@register.simple_tag
def status_shape(status: str) -> SafeString:
    """The shape alone: circle, diamond, triangle, octagon or dashed square. Put a word beside it."""
    return _shape(known_status(status))


@cache
def _shape(status: str) -> SafeString:
    # On some pages a hundred times, and always the same.
    return render_to_string("components/shape.html", {"status": status})


@register.simple_tag
def status_chip(status: str, word: str = "") -> SafeString:
    """Shape and word. Without a word of its own it says the name of the status."""
    shape, said = status_shape(status), word or STATUSES[status]
    return format_html('<span class="c-chip is-{}">{}<span>{}</span></span>\n', status, shape, said)


@register.simple_tag
def symbol(modules: Sequence[Sequence[bool]] | None = None) -> SafeString:
    """A DataMatrix from its modules, black on white with its quiet zone, whatever the theme."""
    return _symbol(tuple(tuple(row) for row in modules)) if modules else SafeString("")


@lru_cache(maxsize=1024)  # the same things lie in front of the same people for a whole day
def _symbol(modules: tuple[tuple[bool, ...], ...]) -> SafeString:
    dots = "".join(f"M{x + 2} {y + 2}h1v1h-1z" for y, row in enumerate(modules) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="c-symbol" viewBox="0 0 {0} {0}" shape-rendering="crispEdges" aria-hidden="true">'
        '<path class="c-symbol-white" d="M0 0h{0}v{0}H0z"/><path class="c-symbol-black" d="{1}"/></svg>',
        max(len(modules), *(len(row) for row in modules)) + 4,
        dots,
    )


@register.filter
def thousands(number: Any) -> str:
    """`48,211`; anything that is not a whole number stays as it is."""
    return f"{number:,}" if isinstance(number, int) and not isinstance(number, bool) else str(number or "")


@register.filter(expects_localtime=True)
def day(at: Any) -> str:
    """`12 MAR 2026`: nobody can take the day for the month."""
    return f"{at:%d}\u00a0{MONTHS[at.month - 1]}\u00a0{at:%Y}" if at else ""


@register.filter(expects_localtime=True)
def moment(at: Any) -> str:
    """`12 MAR 2026 09:42 CET`, in the zone of the site."""
    return f"{day(at)} {at:%H:%M}\u00a0{zone(at)}" if at else ""


@register.filter(expects_localtime=True)
def exact(at: Any) -> str:
    """`25 OCT 2026 02:30:05 CET (+01:00)`: for paper, where nobody can ask which of two equal hours was meant."""
    return f"{day(at)} {at:%H:%M:%S}\u00a0{zone(at)} ({at.isoformat()[-6:]})" if at else ""


@register.filter(expects_localtime=True)
def zone(at: Any) -> str:
    """Name of the zone of an instant; an offset where the zone has no name."""
    name = f"{at:%Z}" if at else ""
    return f"UTC{name}" if name[:1] in "+-" and name else name


@register.filter(name="role_words")
def role_in_a_sentence(role: Any) -> str:
    """`celllab` → `cell laboratory`."""
    return role_words(str(role or ""))


@register.filter(name="role")
def role_in_words(role: Any) -> str:
    """`celllab` → `Cell laboratory`: as it stands on its own."""
    return capfirst(role_words(str(role or "")))


@register.filter
def instants_in_words(sentence: str) -> str:
    """The rules write instants as the record does; people read them in the zone of their place."""
    return _INSTANT.sub(lambda found: moment(local(datetime.fromisoformat(found[0]))), sentence)


@register.filter
def message_status(level: str) -> str:
    """Which of the five statuses a message of Django's carries."""
    return {"success": "in_order", "warning": "look", "error": "stop"}.get(level or "", "running")


@register.inclusion_tag("components/clock.html")
def header_clock(clock: Any) -> dict[str, Any]:
    """Local time with its zone, and UTC. `clock` holds `now` and, in a demonstration, how fast time runs."""
    now = part(clock, "now")
    if now is None:
        return {}
    here = local(now)
    days = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    offset = here.utcoffset() or timedelta()
    shown = {
        "now_ms": epoch_ms(here),
        "factor": part(clock, "factor", 1),
        "offset_minutes": int(offset.total_seconds() // 60),
        "zone": zone(here),
        "time": f"{here:%H:%M}",
        "date": f"{days[here.weekday()]} {day(here)}",
        "utc": f"{now.astimezone(UTC):%H:%M}",
        "months": " ".join(MONTHS),
        "days": " ".join(days),
    }
    return {"clock": shown}


@register.inclusion_tag("components/read_only.html")
def read_only_bar(read_only: Any) -> dict[str, Any]:
    """Why nothing can be recorded just now, since when, and who can change that."""
    return {"read_only": {"reason": read_only} if isinstance(read_only, str) and read_only else read_only}


@register.inclusion_tag("components/freshness.html")
def freshness_line(freshness: Any) -> dict[str, Any]:
    """The newest checkpoint, its age, and how many witnesses have seen it; unknown is said, not hidden."""
    return {"freshness": freshness}


@register.inclusion_tag("components/lock.html")
def lock_dialog(person: Any, unlock_url: str = "") -> dict[str, Any]:
    """Covers the page when nobody has moved for a while, and keeps what was filled in."""
    return {"person": person, "unlock_url": unlock_url or "/session/unlock/"}


def anchor(kind: str, words: Any) -> str:
    """An id within the page, from words that are on it."""
    return f"{kind}-{slugify(str(words or '')) or 'it'}"


def local(at: datetime) -> datetime:
    """The same instant in the zone of the site."""
    return timezone.localtime(at)
