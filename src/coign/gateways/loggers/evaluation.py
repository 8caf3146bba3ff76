"""How long it was too warm, too cold, and how long nobody knows, counted on the safe side (GDP 9.2; PI 041)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from coign.gateways.loggers.series import LoggerSeries
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass

_MICROSECONDS_A_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Excursion:
    """Readings in a row beyond a limit, from the last good reading before to the first good one after.

    Where a gap or the end of the file comes first, it is as long as known; a lone reading between gaps has 0 minutes.
    """

    since: datetime
    until: datetime
    minutes: Decimal
    extreme_c: Decimal
    above: bool
    alarm: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A series against the limits of a programme. Cooling again subtracts nothing; unknown minutes count apart."""

    minutes_above_limit: Decimal
    minutes_above_alarm: Decimal
    minutes_below_low: Decimal
    unknown_minutes: Decimal
    covered_minutes: Decimal
    max_c: Decimal | None
    min_c: Decimal | None
    excursions: tuple[Excursion, ...]

    @property
    def in_limits(self) -> bool:
        """Whether every minute is known and none is beyond a limit."""
        return not self.excursions and not self.unknown_minutes and self.covered_minutes > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    limit_c: Decimal
    alarm_c: Decimal
    low_c: Decimal | None
    uncertainty_c: Decimal

    def above(self, celsius: Decimal) -> bool:
        return celsius + self.uncertainty_c > self.limit_c

    def alarming(self, celsius: Decimal) -> bool:
        return celsius + self.uncertainty_c > self.alarm_c

    def below(self, celsius: Decimal) -> bool:
        return self.low_c is not None and celsius - self.uncertainty_c < self.low_c


def evaluate(
    series: LoggerSeries,
    limit_c: Decimal,
    alarm_c: Decimal,
    uncertainty_c: Decimal,
    *,
    low_c: Decimal | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Evaluation:
    """Count minutes beyond the limits given by the caller.

    The time between two readings counts as beyond if either of them is, with the uncertainty of the sensor against us.
    `since` and `until` are the instants the goods were in the shipper: what the file does not cover of it is unknown.
    """
    if alarm_c < limit_c:
        raise Invalid.at("alarm_c", "the alarm cannot lie below the limit")
    if uncertainty_c < 0:
        raise Invalid.at("uncertainty_c", "an uncertainty is not negative")
    if since is not None and until is not None and until < since:
        raise Invalid.at("until", "the end lies before the beginning")
    limits = _Limits(limit_c=limit_c, alarm_c=alarm_c, low_c=low_c, uncertainty_c=uncertainty_c)
    spans = _known_spans(series, since, until)
    values = [value for span in spans for value in (span.first_c, span.second_c)]
    lone = _lone_readings(series, spans, since, until)
    values += [celsius for _, celsius in lone]
    covered = _together(spans)
    found = [
        *_excursions(spans, lone, limits, above=True),
        *_excursions(spans, lone, limits, above=False),
    ]
    return Evaluation(
        minutes_above_limit=_minutes(spans, limits.above),
        minutes_above_alarm=_minutes(spans, limits.alarming),
        minutes_below_low=_minutes(spans, limits.below),
        unknown_minutes=_in_minutes(_whole(series, since, until) - covered),
        covered_minutes=_in_minutes(covered),
        max_c=max(values, default=None),
        min_c=min(values, default=None),
        excursions=tuple(sorted(found, key=lambda excursion: (excursion.since, not excursion.above))),
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """The time between two good readings that follow each other without a gap."""

    since: datetime
    until: datetime
    first_c: Decimal
    second_c: Decimal


def _together(spans: Iterable[_Span]) -> timedelta:
    """How long they last; exact, as minutes would not be: a third of a minute has no last digit."""
    return sum((span.until - span.since for span in spans), timedelta())


def _in_minutes(duration: timedelta) -> Decimal:
    return Decimal(duration // timedelta(microseconds=1)) / _MICROSECONDS_A_MINUTE


def _known_spans(series: LoggerSeries, since: datetime | None, until: datetime | None) -> list[_Span]:
    gaps = {gap.since for gap in series.gaps}
    spans = []
    for earlier, later in pairwise(series.readings):
        if earlier.celsius is None or later.celsius is None or earlier.at in gaps:
            continue
        begin = earlier.at if since is None else max(earlier.at, since)
        end = later.at if until is None else min(later.at, until)
        if begin < end:
            spans.append(_Span(begin, end, earlier.celsius, later.celsius))
    return spans


def _lone_readings(
    series: LoggerSeries, spans: list[_Span], since: datetime | None, until: datetime | None
) -> list[tuple[datetime, Decimal]]:
    """Good readings with nothing known on either side of them: too short to count, too true to forget."""
    joined = {span.since for span in spans} | {span.until for span in spans}
    return [
        (reading.at, reading.celsius)
        for reading in series.readings
        if reading.celsius is not None
        and reading.at not in joined
        and (since is None or reading.at >= since)
        and (until is None or reading.at <= until)
    ]


def _whole(series: LoggerSeries, since: datetime | None, until: datetime | None) -> timedelta:
    begin = series.readings[0].at if since is None else since
    end = series.readings[-1].at if until is None else until
    return max(end - begin, timedelta())


def _minutes(spans: list[_Span], beyond: Callable[[Decimal], bool]) -> Decimal:
    return _in_minutes(_together(span for span in spans if beyond(span.first_c) or beyond(span.second_c)))


def _excursions(
    spans: list[_Span], lone: list[tuple[datetime, Decimal]], limits: _Limits, *, above: bool
) -> list[Excursion]:
    beyond = limits.above if above else limits.below
    runs: list[list[_Span]] = []
    for span in spans:
        if not (beyond(span.first_c) or beyond(span.second_c)):
            continue
        # Two warmings with a good reading between them are two warmings.
        if runs and runs[-1][-1].until == span.since and beyond(span.first_c):
            runs[-1].append(span)
        else:
            runs.append([span])
    found = [_excursion_of(run, limits, above=above) for run in runs]
    for at, celsius in lone:
        if beyond(celsius):
            found.append(Excursion(at, at, Decimal(0), celsius, above, above and limits.alarming(celsius)))
    return found


def _excursion_of(run: list[_Span], limits: _Limits, *, above: bool) -> Excursion:
    values = [value for span in run for value in (span.first_c, span.second_c)]
    extreme = max(values) if above else min(values)
    minutes = _in_minutes(_together(run))
    return Excursion(run[0].since, run[-1].until, minutes, extreme, above, above and limits.alarming(extreme))
