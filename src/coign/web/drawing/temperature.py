"""A temperature history as a curve with its limits, its excursions and the time nobody read.

The picture, the sentence beside it and the table behind it are computed from the same runs, so they cannot disagree.
No reading is unknown, never fine: time without readings is a run of its own. Everything is counted in UTC, where no
hour comes twice; only words are in the zone of the reader (CSV-S3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.kernel.frozen import dataclass
from coign.web.drawing.hold import duration

HEIGHT = 240
TOP = 22
BOTTOM = 14
POINTS_MAX = 900
NOTES_MAX = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one instant."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed, and where the alarm stands; any of them may be missing."""

    low: float | None = None
    high: float | None = None
    alarm_low: float | None = None
    alarm_high: float | None = None

    def status(self, value: float) -> str:
        """`in_order` inside the limits, `look` outside, `stop` beyond the alarm. A limit itself is inside."""
        if (self.alarm_high is not None and value > self.alarm_high) or (
            self.alarm_low is not None and value < self.alarm_low
        ):
            return "stop"
        if (self.high is not None and value > self.high) or (self.low is not None and value < self.low):
            return "look"
        return "in_order"

    def known(self) -> list[float]:
        """Those that are set."""
        return [n for n in (self.low, self.high, self.alarm_low, self.alarm_high) if n is not None]


@dataclass(frozen=True, slots=True)
class Run:
    """Readings one after another that share a state; or time without any (`readings` empty)."""

    start: datetime
    end: datetime
    status: str
    readings: tuple[Reading, ...]

    def peak(self, limits: Limits) -> Reading:
        """The reading furthest outside."""

        def outside(r: Reading) -> float:
            above = r.value - limits.high if limits.high is not None else float("-inf")
            below = limits.low - r.value if limits.low is not None else float("-inf")
            return max(above, below)

        return max(self.readings, key=outside)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template needs: places in pixels down and in percent (or thousandths) across."""

    has_readings: bool
    status: str
    word: str
    sentence: str
    height: int = HEIGHT
    hatch_id: str = ""
    gap_label_y: int = HEIGHT // 2
    allowed: dict[str, float] | None = None
    ticks: tuple[dict[str, object], ...] = ()
    times: tuple[dict[str, object], ...] = ()
    lines: tuple[dict[str, object], ...] = ()
    curves: tuple[str, ...] = ()
    excursion_paths: tuple[str, ...] = ()
    gaps: tuple[dict[str, float], ...] = ()
    notes: tuple[dict[str, object], ...] = ()
    rows: tuple[dict[str, object], ...] = ()


def temperature(
    readings: Sequence[Reading],
    limits: Limits,
    *,
    unread_after: timedelta,
    until: datetime | None = None,
    unit: str = "°C",
    hatch_id: str = "hatch",
) -> Drawing:
    """Draw a history. Times are shown in the zone the readings carry."""
    if not readings:
        return Drawing(False, "not_yet", _("No reading"), _("No reading yet: the temperature is not known."))
    said = Said.of(readings, until)
    readings = sorted((Reading(r.at.astimezone(UTC), r.value) for r in readings), key=lambda r: r.at)
    until = until.astimezone(UTC) if until is not None else None
    runs = list(into_runs(readings, limits, unread_after, until))
    field = Field.around(readings, limits, until)
    status, word = overall(runs, said)
    return Drawing(
        has_readings=True,
        status=status,
        word=word,
        sentence=sentence(runs, limits, unit, said),
        hatch_id=hatch_id,
        allowed=field.allowed(limits),
        ticks=tuple({"y": field.y(n), "label": number(n)} for n in field.ticks()),
        times=field.times(said),
        lines=tuple(limit_lines(field, limits, unit)),
        curves=tuple(curves(field, runs)),
        excursion_paths=tuple(field.excursion(run, limits) for run in runs if run.status in ("look", "stop")),
        gaps=tuple(gaps(field, runs)),
        notes=tuple(notes(field, runs, limits, unit, said)),
        rows=tuple(rows(runs, unit, said)),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """How an instant is said: in one zone, which is named where its offset changes on the way."""

    zone: tzinfo | None
    named: bool

    @classmethod
    def of(cls, readings: Sequence[Reading], until: datetime | None) -> Said:
        """In the zone that the readings carry."""
        zone = readings[0].at.tzinfo
        ends = [r.at.astimezone(UTC) for r in readings] + ([until.astimezone(UTC)] if until is not None else [])
        return cls(zone, min(ends).astimezone(zone).utcoffset() != max(ends).astimezone(zone).utcoffset())

    def local(self, at: datetime) -> datetime:
        """The instant as it is read there."""
        return at.astimezone(self.zone)

    def __call__(self, at: datetime) -> str:
        """`11 MAR 03:36`: months in capitals, so that no reader takes day for month."""
        here = self.local(at)
        return f"{here:%d} {MONTHS[here.month - 1]} {here:%H:%M}" + (f" {here:%Z}" if self.named else "")


def into_runs(
    readings: Sequence[Reading], limits: Limits, unread_after: timedelta, until: datetime | None
) -> Iterator[Run]:
    """Cut the history where the state changes and where readings fail to come."""
    current = [readings[0]]
    for before, reading in pairwise(readings):
        status = limits.status(before.value)
        unread = reading.at - before.at > unread_after
        if unread or limits.status(reading.value) != status:
            yield Run(current[0].at, before.at if unread else reading.at, status, tuple(current))
            current = []
        if unread:
            yield Run(before.at, reading.at, "not_yet", ())
        current.append(reading)
    last = readings[-1]
    yield Run(current[0].at, last.at, limits.status(last.value), tuple(current))
    if until is not None and until - last.at > unread_after:
        yield Run(last.at, until, "not_yet", ())


@dataclass(frozen=True, slots=True)
class Field:
    """The plane of the picture: which instant and which value stand where."""

    start: datetime
    end: datetime
    lowest: float
    highest: float

    @classmethod
    def around(cls, readings: Sequence[Reading], limits: Limits, until: datetime | None) -> Field:
        """Room for every reading and every limit."""
        values = [r.value for r in readings] + limits.known()
        room = (max(values) - min(values)) * 0.08 or 1.0
        start, end = min(r.at for r in readings), max(r.at for r in readings)
        end = max(end, until) if until else end
        return cls(start, end if end > start else start + timedelta(minutes=1), min(values) - room, max(values) + room)

    def x(self, at: datetime) -> float:
        """Thousandths of the width."""
        return round(1000 * (at - self.start) / (self.end - self.start), 1)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def note_y(self, peak: float, limits: Limits) -> float:
        """Where two lines of words stand clear of the limit and of its name."""
        if limits.high is not None and peak > limits.high:
            return max(min(self.y(peak) + 6, self.y(limits.high) - 44), 18.0)
        edge = self.y(limits.low) if limits.low is not None else 0.0
        return min(max(self.y(peak), edge + 34), HEIGHT - 22.0)

    def ticks(self) -> list[float]:
        """Four to seven round numbers."""
        span = self.highest - self.lowest
        steps = [10.0**power * base for power in range(-2, 4) for base in (1, 2, 5)]
        step = next((s for s in steps if span / s <= 6), steps[-1])
        first = int(self.lowest // step) + 1
        return [round(n * step, 4) for n in range(first, int(self.highest // step) + 1)]

    def times(self, said: Said) -> tuple[dict[str, object], ...]:
        """Four instants along the bottom; the inner two give way on a narrow screen."""
        places = ((0, "start", True), (1, "middle", False), (2, "middle", False), (3, "end", True))
        third = (self.end - self.start) / 3
        return tuple(
            {"x": round(n * 100 / 3, 2), "anchor": anchor, "main": main, "label": said(self.start + n * third)}
            for n, anchor, main in places
        )

    def allowed(self, limits: Limits) -> dict[str, float] | None:
        """The field inside the limits."""
        if limits.low is None and limits.high is None:
            return None
        top = self.y(limits.high) if limits.high is not None else 0.0
        bottom = self.y(limits.low) if limits.low is not None else float(HEIGHT)
        return {"y": top, "height": round(bottom - top, 1)}

    def excursion(self, run: Run, limits: Limits) -> str:
        """The part of the curve outside the limit, filled down (or up) to it."""
        above = limits.high is not None and run.readings[0].value > limits.high
        edge = limits.high if above else limits.low
        assert edge is not None  # an excursion is outside one of the two
        base = self.y(edge)
        points = " ".join(f"L{self.x(r.at)} {self.y(r.value)}" for r in thinned(run.readings))
        end = self.x(max(run.end, run.readings[-1].at))
        return f"M{self.x(run.start)} {base}{points}L{end} {base}Z"


def limit_lines(field: Field, limits: Limits, unit: str) -> Iterator[dict[str, object]]:
    """Limit and alarm as lines with their names on them."""
    for kind, value, name in (
        ("alarm", limits.alarm_high, _("alarm")),
        ("limit", limits.high, _("limit")),
        ("limit", limits.low, _("limit")),
        ("alarm", limits.alarm_low, _("alarm")),
    ):
        if value is not None:
            upper = value in (limits.high, limits.alarm_high)
            yield {
                "kind": kind,
                "y": field.y(value),
                "dy": -6 if upper else 17,
                "label": f"{name} {number(value)} {unit}",
            }


def curves(field: Field, runs: Sequence[Run]) -> Iterator[str]:
    """One line for each stretch that was read without a break."""
    stretch: list[Reading] = []
    for run in runs:
        if run.readings:
            stretch.extend(run.readings)
        elif stretch:
            yield line(field, stretch)
            stretch = []
    if stretch:
        yield line(field, stretch)


def line(field: Field, readings: Sequence[Reading]) -> str:
    """A path through the readings."""
    return "M" + "L".join(f"{field.x(r.at)} {field.y(r.value)}" for r in thinned(readings))


def thinned(readings: Sequence[Reading]) -> list[Reading]:
    """No more points than a screen shows; lowest and highest of every bucket stay, so no peak is lost."""
    if len(readings) <= POINTS_MAX:
        return list(readings)
    size = -(-len(readings) * 2 // POINTS_MAX)
    kept: list[Reading] = []
    for start in range(0, len(readings), size):
        bucket = readings[start : start + size]
        ends = {min(bucket, key=lambda r: r.value), max(bucket, key=lambda r: r.value)}
        kept.extend(sorted(ends, key=lambda r: r.at))
    return kept


def gaps(field: Field, runs: Sequence[Run]) -> Iterator[dict[str, float]]:
    """Unread time, in percent of the width."""
    for run in runs:
        if not run.readings:
            x, end = field.x(run.start) / 10, field.x(run.end) / 10
            yield {"x": round(x, 2), "width": round(end - x, 2), "middle": round((x + end) / 2, 2)}


def notes(field: Field, runs: Sequence[Run], limits: Limits, unit: str, said: Said) -> Iterator[dict[str, object]]:
    """The longest excursions, each with height and length in words."""
    outside = sorted((r for r in runs if r.status in ("look", "stop")), key=lambda r: r.start - r.end)[:NOTES_MAX]
    for run in outside:
        peak = run.peak(limits)
        x = field.x(peak.at) / 10
        left = x > 55
        yield {
            "x": round(x, 2),
            "y": field.note_y(peak.value, limits),
            "dx": -14 if left else 14,
            "anchor": "end" if left else "start",
            "text": f"{number(peak.value)} {unit}, {length(run)}",
            "when": said(run.start),
        }


def rows(runs: Sequence[Run], unit: str, said: Said) -> Iterator[dict[str, object]]:
    """The same runs for the table behind."""
    words = {
        "in_order": _("inside"),
        "look": _("outside the limit"),
        "stop": _("beyond the alarm"),
        "not_yet": _("unread"),
    }
    for run in runs:
        values = [r.value for r in run.readings]
        yield {
            "start": said(run.start),
            "end": said(run.end),
            "lowest": f"{number(min(values))} {unit}" if values else "—",
            "highest": f"{number(max(values))} {unit}" if values else "—",
            "status": run.status,
            "word": f"{words[run.status]}, {length(run)}",
        }


def overall(runs: Sequence[Run], said: Said) -> tuple[str, str]:
    """The worst state of the history, with its word."""
    outside = sum(run.status in ("look", "stop") for run in runs)
    if any(run.status == "stop" for run in runs):
        return "stop", _("Beyond the alarm")
    if outside:
        return "look", ngettext("%(n)s excursion", "%(n)s excursions", outside) % {"n": outside}
    if not runs[-1].readings:
        return "not_yet", _("No reading since %(when)s") % {"when": f"{said.local(runs[-1].start):%H:%M %Z}"}
    if any(not run.readings for run in runs):
        return "not_yet", _("Not read throughout")
    return "in_order", _("No excursion")


def sentence(runs: Sequence[Run], limits: Limits, unit: str, said: Said) -> str:
    """The picture in words, for people who do not see it."""
    count = sum(len(run.readings) for run in runs)
    zone = "" if said.named else f" {said.local(runs[0].start):%Z}"
    span = f"{said(runs[0].start)} – {said(runs[-1].end)}{zone}"
    parts = [ngettext("%(n)s reading", "%(n)s readings", count) % {"n": f"{count:,}"} + f", {span}."]
    for run in runs:
        if run.status in ("look", "stop"):
            what = {
                "peak": f"{number(run.peak(limits).value)} {unit}",
                "long": length(run),
                "when": said(run.start),
            }
            parts.append(_("Outside the limit: %(peak)s for %(long)s from %(when)s.") % what)
        elif not run.readings:
            parts.append(_("Unread for %(long)s from %(when)s.") % {"long": length(run), "when": said(run.start)})
    if all(run.readings for run in runs):
        parts.append(_("No gap."))
    return " ".join(parts)


def length(run: Run) -> str:
    """How long a run lasted: minutes below an hour, else hours and minutes."""
    seconds = (run.end - run.start).total_seconds()
    if seconds < 3_600:
        return f"{round(seconds / 60)} min"
    if seconds < 86_400:
        return f"{int(seconds // 3_600)} h {int(seconds % 3_600 // 60)} min"
    return duration(seconds)


def number(value: float) -> str:
    """Two decimals at most, a true minus, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−")


MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
