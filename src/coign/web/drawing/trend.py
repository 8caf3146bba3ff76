"""One measured attribute over the last batches, with its limits: this batch beside the others.

Only describes: how far this value lies from the mean of the others is counted in their standard deviations, and it is
for people to say what that means. The picture, its sentence and its table come from the same values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import fmean, stdev

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.kernel.frozen import dataclass
from coign.web.drawing.scale import minus
from coign.web.drawing.temperature import number

HEIGHT = 168
TOP = 26
BOTTOM = 22
#: Below this many others a standard deviation says nothing.
OTHERS_MIN = 8
#: Percent of the width that the names of the lines keep free.
NAMES_WIDTH = 18


@dataclass(frozen=True, slots=True)
class Value:
    """The result of one batch; `this` is the batch one looks at."""

    label: str
    when: str
    value: Decimal
    this: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """Specification: what lies below `low` or above `high` is outside; an open bound is itself outside."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Decimal) -> bool:
        """Whether a value meets it."""
        if self.low is not None and (value <= self.low if self.low_open else value < self.low):
            return False
        return self.high is None or (value < self.high if self.high_open else value <= self.high)


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its place: percent across, pixels down."""

    x: float
    y: float
    status: str
    this: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A level across the picture with its name."""

    kind: str
    y: float
    dy: int
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything the template needs."""

    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    allowed_y: float
    allowed_height: float
    sentence: str
    rows: tuple[dict[str, str], ...]
    height: int = HEIGHT


def trend(values: Sequence[Value], bounds: Bounds, unit: str) -> Trend | None:
    """Draw values in their order, oldest first; None when there is nothing to draw."""
    if not values:
        return None
    plane = Plane.around(values, bounds)
    others = [float(v.value) for v in values if not v.this]
    top = plane.y(bounds.high) if bounds.high is not None else 0.0
    bottom = plane.y(bounds.low) if bounds.low is not None else float(HEIGHT)
    return Trend(
        points=tuple(points(values, bounds, plane)),
        lines=tuple(_lines(bounds, others, plane, unit)),
        allowed_y=top,
        allowed_height=round(bottom - top, 1),
        sentence=_sentence(values, bounds, others, unit),
        rows=tuple(_rows(values, bounds, unit)),
    )


@dataclass(frozen=True, slots=True)
class Plane:
    """Which value stands at which height."""

    lowest: float
    highest: float

    @classmethod
    def around(cls, values: Sequence[Value], bounds: Bounds) -> Plane:
        """Room for every value and every bound."""
        found = [float(v.value) for v in values] + [float(b) for b in (bounds.low, bounds.high) if b is not None]
        room = (max(found) - min(found)) * 0.15 or abs(max(found)) * 0.2 or 1.0
        return cls(min(found) - room, max(found) + room)

    def y(self, value: Decimal | float) -> float:
        """Pixels from the top."""
        share = (float(value) - self.lowest) / (self.highest - self.lowest)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def points(values: Sequence[Value], bounds: Bounds, plane: Plane) -> Iterator[Point]:
    """Evenly across, in order: batches follow one another, whatever the days between them."""
    for n, each in enumerate(values):
        x = round(NAMES_WIDTH + (100 - NAMES_WIDTH) * (n + 0.5) / len(values), 2)
        status = "in_order" if bounds.holds(each.value) else "stop"
        yield Point(x, plane.y(each.value), status, each.this)


def _lines(bounds: Bounds, others: Sequence[float], plane: Plane, unit: str) -> Iterator[Line]:
    if bounds.high is not None:
        sign = "<" if bounds.high_open else "≤"
        yield Line("limit", plane.y(bounds.high), -6, f"{sign} {minus(bounds.high)} {unit}".rstrip())
    if bounds.low is not None:
        sign = ">" if bounds.low_open else "≥"
        yield Line("limit", plane.y(bounds.low), 17, f"{sign} {minus(bounds.low)} {unit}".rstrip())
    if len(others) >= OTHERS_MIN:
        yield Line("mean", plane.y(fmean(others)), -5, _("mean %s") % number(fmean(others)))


def _sentence(values: Sequence[Value], bounds: Bounds, others: Sequence[float], unit: str) -> str:
    this = next((v for v in values if v.this), None)
    said = _("No result of this batch yet")
    if this is not None:
        said = _("This one: %s") % f"{minus(this.value)} {unit}".strip()
        if not bounds.holds(this.value):
            said += _(", outside the specification")
    if not others:
        return said + _("; no other batch yet.")
    if len(others) < OTHERS_MIN:
        between = {"n": len(others), "low": number(min(others)), "high": number(max(others))}
        return (
            said
            + ngettext("; the other one: %(low)s.", "; the %(n)s others lie between %(low)s and %(high)s.", len(others))
            % between
        )
    return said + _away(this, others) + _("; %(n)s others, mean %(mean)s.") % {
        "n": len(others), "mean": number(fmean(others)),
    }  # fmt: skip


def _away(this: Value | None, others: Sequence[float]) -> str:
    """How far a value lies from the mean of the others, in their standard deviations."""
    spread = stdev(others)
    if this is None or not spread:
        return ""
    away = (float(this.value) - fmean(others)) / spread
    side = _("above") if away >= 0 else _("below")
    return _("; %(n).1f standard deviations %(side)s the mean") % {"n": abs(away), "side": side}


def _rows(values: Sequence[Value], bounds: Bounds, unit: str) -> Iterator[dict[str, str]]:
    """The same values for the table behind, newest first."""
    for each in reversed(values):
        yield {
            "label": each.label,
            "when": each.when,
            "value": f"{minus(each.value)} {unit}".strip(),
            "status": "in_order" if bounds.holds(each.value) else "stop",
        }
