"""Mean kinetic temperature: the one temperature that ages goods as much as the whole history did (USP <1079.2>).

It stands for chemistry in warm goods. Nothing freezes back to life: for frozen goods there is no such number, and a
freezing of goods that must not freeze is a breach that no average heals.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from coign.gateways.loggers.series import LoggerSeries
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass

_ZERO_CELSIUS_K = Decimal("273.15")
_DIGITS = 40
_ANSWER = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Interval:
    """A temperature and the hours it stands for."""

    hours: Decimal
    celsius: Decimal


def mkt(intervals: Sequence[Interval], *, delta_h_over_r_k: Decimal, frozen_below_c: Decimal) -> Decimal:
    """Mean kinetic temperature in °C, to nine decimals.

    `delta_h_over_r_k` (activation energy over gas constant) and `frozen_below_c` (from where on goods count as frozen)
    come from the programme. Refused: no interval, no time, anything frozen.
    """
    if delta_h_over_r_k <= 0:
        raise Invalid.at("delta_h_over_r_k", "the activation energy must be positive")
    if not intervals:
        raise Invalid.at("intervals", "no readings: there is no mean kinetic temperature")
    for number, interval in enumerate(intervals):
        _check(interval, f"intervals[{number}]", frozen_below_c)
    with localcontext(prec=_DIGITS):
        hours = sum((interval.hours for interval in intervals), Decimal(0))
        # The warmest term is taken out first, so that nothing underflows.
        exponents = [-delta_h_over_r_k / (interval.celsius + _ZERO_CELSIUS_K) for interval in intervals]
        largest = max(exponents)
        terms = (
            interval.hours * (exponent - largest).exp() for interval, exponent in zip(intervals, exponents, strict=True)
        )
        mean = largest + (sum(terms, Decimal(0)) / hours).ln()
        return (delta_h_over_r_k / -mean - _ZERO_CELSIUS_K).quantize(_ANSWER)


def _check(interval: Interval, field: str, frozen_below_c: Decimal) -> None:
    if not (interval.hours.is_finite() and interval.celsius.is_finite()):
        raise Invalid.at(field, "expected numbers")
    if interval.hours <= 0:
        raise Invalid.at(f"{field}.hours", "a reading that stands for no time cannot be averaged")
    if interval.celsius <= -_ZERO_CELSIUS_K:
        raise Invalid.at(f"{field}.celsius", "below absolute zero: check the unit")
    if interval.celsius < frozen_below_c:
        raise Invalid.at(
            f"{field}.celsius",
            f"{interval.celsius} °C counts as frozen (below {frozen_below_c} °C): no mean kinetic temperature; "
            "report the time above each threshold instead",
        )


def weighted_intervals(series: LoggerSeries) -> tuple[Interval, ...]:
    """Each reading weighed by half the known time to both neighbours (trapezoid); nothing is stretched over a gap.

    Refused if no time is known at all. Gaps are in `series.gaps`: an average over what is left says so beside it.
    """
    gaps = {gap.since for gap in series.gaps}
    halves: dict[int, Decimal] = {}
    for place, (earlier, later) in enumerate(pairwise(series.readings)):
        if earlier.celsius is None or later.celsius is None or earlier.at in gaps:
            continue
        half = Decimal((later.at - earlier.at) // timedelta(microseconds=1)) / 7_200_000_000
        halves[place] = halves.get(place, Decimal(0)) + half
        halves[place + 1] = halves.get(place + 1, Decimal(0)) + half
    if not halves:
        raise Invalid.at("readings", "no two good readings without a gap between them: no average")
    weighted = []
    for place, hours in halves.items():
        celsius = series.readings[place].celsius
        assert celsius is not None
        weighted.append(Interval(hours, celsius))
    return tuple(weighted)
