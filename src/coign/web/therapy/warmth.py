"""How warm a unit was on each of its journeys: the stored file of the logger, drawn against the programme's limits."""

from collections import Counter
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from coign import rulesets
from coign.gateways.loggers import Expected, LoggerSeries, read_logger_file
from coign.kernel.errors import CoignError
from coign.kernel.values import Digest
from coign.web import running
from coign.web.therapy.story import Story, Told
from coign.web.therapy.track import local_text

#: More points than a chart can show; between them the warmest is kept, so that no peak is lost.
POINTS_MAX = 600
#: Charts whose points are kept in memory, a few hundred kilobytes each at most.
CHARTS_KEPT = 128

Points = tuple[tuple[Any, Any], ...]


def charts(story: Story) -> list[dict[str, Any]]:
    """One chart for each journey of the cells, in order; one without readings says so."""
    read = {t.body["shipment"]: t for t in story.told("coldchain.logger_read.v1")}
    off = {t.body["shipment"] for t in story.told("logistics.unpacked.v1")}
    packed = [t for t in story.told("logistics.packed.v1") if t.body["shipment"] not in off]
    used = Counter(t.body["shipper"] for t in packed)
    return [_chart(story, t, read.get(t.body["shipment"]), again=used[t.body["shipper"]] > 1) for t in packed]


def _chart(story: Story, packed: Told, read: Told | None, *, again: bool) -> dict[str, Any]:
    """A shipper that went twice in one therapy is told apart by when it was packed."""
    title = _("Temperature, shipper %s") % packed.body["shipper"].partition(":")[2]
    if again:
        title = _("%(title)s, packed %(at)s") % {"title": title, "at": local_text(packed.entry.time)}
    shown: dict[str, Any] = {"title": title, "readings": []} | _limits(story)
    if read is None:
        shown["source"] = _("Packed %s. The logger has not been read yet.") % local_text(packed.entry.time)
        return shown
    readings = _readings(packed, read)
    if readings is None:
        shown["source"] = _("The file of this logger is not here; its verdict is in the record: %s.") % _verdict(read)
        return shown
    shown["readings"] = readings
    shown["source"] = _("Logger %(serial)s, read %(at)s, %(count)s readings. Verdict: %(verdict)s.") % {
        "serial": read.body["logger"],
        "at": local_text(read.entry.time),
        "count": f"{read.body['readings']:,}",
        "verdict": _verdict(read),
    }
    return shown


def _limits(story: Story) -> dict[str, Any]:
    if story.programme is None:
        return {}
    limits = story.programme.limits
    found: dict[str, Any] = {}
    if "transport_temperature_max" in limits:
        found["high"] = limits["transport_temperature_max"].quantity.value
    if "transport_temperature_alarm" in limits:
        found["alarm_high"] = limits["transport_temperature_alarm"].quantity.value
    if "logger_silence_max" in limits:
        found["unread_after_minutes"] = story.programme.minutes("logger_silence_max")
    return found


def _readings(packed: Told, read: Told) -> Points | None:
    """The file as it was read for the record: with what was expected of loggers when the journey began."""
    expected = Expected.usual(rulesets.load(), packed.entry.time)
    try:
        return _points(Digest(read.body["file"]), expected)
    except CoignError:  # the record keeps the verdict; the curve alone is missing
        return None


@lru_cache(maxsize=CHARTS_KEPT)
def _points(file: Digest, expected: Expected) -> Points:
    """A file of this hash says the same for ever: it is read once and not at each look."""
    return _thinned(read_logger_file(running.service().documents.get(file), expected))


def _thinned(series: LoggerSeries) -> Points:
    """Every reading, or of each run of readings the warmest: a chart must never look colder than the file."""
    readings = [r for r in series.readings if r.celsius is not None]
    step = -(-len(readings) // POINTS_MAX)
    if step <= 1:
        return tuple((r.at, r.celsius) for r in readings)
    runs = [readings[n : n + step] for n in range(0, len(readings), step)]
    warmest = [max(run, key=lambda r: r.celsius if r.celsius is not None else 0) for run in runs]
    return tuple((r.at, r.celsius) for r in warmest)


def _verdict(read: Told) -> str:
    return {
        "in_order": _("in order"),
        "excursion": _("excursion"),
        "unknown": _("time that nobody knows"),
    }[read.body["verdict"]]
