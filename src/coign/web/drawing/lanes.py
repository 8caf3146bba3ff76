"""One day as lanes: what runs, what was done and what is planned, against the hours and the moment now.

Words stand under their bar and never inside it, so that nothing is cut whatever its length; bars that began before the
day or reach beyond it are clipped and say so by their words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from coign.kernel.frozen import dataclass

#: Hours that are always shown, in the reader's zone; what lies outside widens the day.
FIRST_HOUR, LAST_HOUR = 7, 19
LANE_HEIGHT = 56
TOP = 30


@dataclass(frozen=True, slots=True)
class Span:
    """Something with a beginning; without an end it is a moment. `kind`: running, done, planned, look or stop."""

    start: datetime
    end: datetime | None
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row: a chair, a bed, a patient."""

    name: str
    who: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A span with its place: percent across, pixels down; a width of 0 is a moment."""

    x: float
    width: float
    y: int
    kind: str
    words: str
    words_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Hour:
    """A line with its time."""

    x: float
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Day:
    """Everything the template needs."""

    hours: tuple[Hour, ...]
    bars: tuple[Bar, ...]
    now_x: float
    height: int
    lane_height: int = LANE_HEIGHT
    top: int = TOP


def day(lanes: Sequence[Lane], now: datetime) -> Day:
    """Draw the lanes on the day of `now`, in the zone it carries."""
    start, end = bounds(lanes, now)

    def x(at: datetime) -> float:
        share = (min(max(at, start), end) - start) / (end - start)
        return round(100 * share, 2)

    bars = tuple(
        bar(span, x(span.start), x(span.end) if span.end is not None else None, TOP + row * LANE_HEIGHT)
        for row, lane in enumerate(lanes)
        for span in lane.spans
    )
    whole = round((end - start) / timedelta(hours=1))
    step = 1 if whole <= 14 else 2
    hours = tuple(Hour(x(at), f"{at:%H:%M}", minor=bool(n % 2)) for n, at in enumerate(each_hour(start, whole, step)))
    return Day(hours, bars, x(now), TOP + len(lanes) * LANE_HEIGHT)


def bounds(lanes: Sequence[Lane], now: datetime) -> tuple[datetime, datetime]:
    """The hours shown: the usual ones, widened to every whole hour of this day in which something stands."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    next_midnight = midnight + timedelta(days=1)
    moments = [m for lane in lanes for span in lane.spans for m in (span.start, span.end) if m is not None] + [now]
    today = [m for m in moments if midnight <= m < next_midnight]
    first = min([FIRST_HOUR, *(m.hour for m in today)])
    last = max([LAST_HOUR, *(m.hour + 1 for m in today)])
    return midnight + timedelta(hours=first), midnight + timedelta(hours=last)


def each_hour(start: datetime, whole: int, step: int) -> list[datetime]:
    """The hours of the day with their lines."""
    return [start + timedelta(hours=n) for n in range(0, whole + 1, step)]


def bar(span: Span, x: float, end_x: float | None, y: int) -> Bar:
    """A bar with its words kept inside the picture."""
    width = round(max(end_x - x, 0.6), 2) if end_x is not None else 0.0
    right = x + width > 60 and x > 40
    words_x = min(x + width, 100.0) if right else x
    return Bar(x, width, y, span.kind, span.words, words_x, "end" if right else "start")
