"""Minutes beyond limits, on the safe side, and minutes nobody knows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign import rulesets
from coign.gateways.loggers import (
    Evaluation,
    Expected,
    Interval,
    Leg,
    LoggerFileRefused,
    LoggerSeries,
    evaluate,
    mkt,
    read_logger_file,
    synthesise,
    weighted_intervals,
)
from coign.kernel.errors import Invalid
from coign.kernel.values import Instant

START = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
USUAL = Expected.usual(rulesets.load(), Instant.of(START))
TEN_K = Decimal(10_000)
FROZEN = Decimal(-20)


def _read(data: bytes) -> LoggerSeries:
    return read_logger_file(data, USUAL)


def _series(*values: str | None) -> LoggerSeries:
    """Readings ten minutes apart; None leaves one out."""
    rows = [
        f"{(START + timedelta(minutes=10 * number)).isoformat()},{value}\n"
        for number, value in enumerate(values)
        if value is not None
    ]
    return _read(("unit: Cel\ninterval: 10 min\ntime,temperature\n" + "".join(rows)).encode())


def _evaluated(series: LoggerSeries, uncertainty: str = "0", **more: object) -> Evaluation:
    return evaluate(series, Decimal(8), Decimal(15), Decimal(uncertainty), **more)  # type: ignore[arg-type]


def test_a_steady_series_is_in_limits() -> None:
    found = _evaluated(_series("5", "5", "5"), low_c=Decimal(2))
    assert found.in_limits
    assert (found.covered_minutes, found.unknown_minutes, found.max_c, found.min_c) == (20, 0, 5, 5)


def test_a_warming_counts_from_the_last_good_to_the_first_good_reading() -> None:
    found = _evaluated(_series("5", "9", "16", "9", "5", "5"))
    assert (found.minutes_above_limit, found.minutes_above_alarm, found.max_c) == (40, 20, 16)
    (excursion,) = found.excursions
    assert (excursion.since, excursion.until) == (START, START + timedelta(minutes=40))
    assert (excursion.minutes, excursion.extreme_c, excursion.alarm, excursion.above) == (40, 16, True, True)


def test_two_warmings_with_a_good_reading_between_them_are_two() -> None:
    found = _evaluated(_series("5", "9", "5", "9", "5"))
    assert [excursion.minutes for excursion in found.excursions] == [20, 20]
    assert found.minutes_above_limit == 40


def test_cooling_below_the_low_limit_is_an_excursion_of_its_own() -> None:
    found = _evaluated(_series("5", "1", "5"), low_c=Decimal(2))
    assert (found.minutes_below_low, found.minutes_above_limit) == (20, 0)
    assert [(excursion.above, excursion.alarm, excursion.extreme_c) for excursion in found.excursions] == [
        (False, False, 1)
    ]


def test_the_uncertainty_of_the_sensor_counts_against_us() -> None:
    assert _evaluated(_series("7.8", "7.8")).in_limits
    assert not _evaluated(_series("7.8", "7.8"), "0.5").in_limits
    assert not _evaluated(_series("2.2", "2.2"), "0.5", low_c=Decimal(2)).in_limits


def test_exactly_at_the_limit_is_in_limits() -> None:
    assert _evaluated(_series("8", "8")).in_limits


@pytest.mark.requirement("SCS-08")
def test_forty_minutes_without_reading_are_unknown_and_not_in_limits() -> None:
    found = _evaluated(_series("5", "5", None, None, None, "5", "5"))
    assert (found.unknown_minutes, found.covered_minutes, found.minutes_above_limit) == (40, 20, 0)
    assert not found.in_limits


@pytest.mark.requirement("SCS-08")
def test_a_fault_makes_the_time_on_both_sides_unknown() -> None:
    found = _evaluated(_series("5", "5", "850", "5", "5"))
    assert (found.unknown_minutes, found.covered_minutes) == (20, 20)


@pytest.mark.requirement("SCS-08")
def test_what_the_file_does_not_cover_of_the_journey_is_unknown() -> None:
    found = _evaluated(
        _series("5", "5", "5"), since=START - timedelta(minutes=30), until=START + timedelta(minutes=100)
    )
    assert (found.unknown_minutes, found.covered_minutes) == (110, 20)
    assert not found.in_limits


def test_readings_before_and_after_the_journey_do_not_count() -> None:
    found = _evaluated(
        _series("20", "5", "5", "20"), since=START + timedelta(minutes=12), until=START + timedelta(minutes=18)
    )
    assert found.in_limits
    assert (found.covered_minutes, found.max_c) == (6, 5)


def test_a_warm_reading_alone_between_two_gaps_is_not_forgotten() -> None:
    found = _evaluated(_series("5", "5", None, None, "16", None, None, "5", "5"))
    assert [(excursion.minutes, excursion.alarm) for excursion in found.excursions] == [(0, True)]
    assert found.max_c == 16


def test_one_reading_alone_is_never_a_silent_pass() -> None:
    assert not _evaluated(_series("5")).in_limits


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((8, 7, 0), "alarm_c"), ((8, 15, -1), "uncertainty_c")],
)
def test_limits_that_contradict_each_other_are_refused(arguments: tuple[int, int, int], field: str) -> None:
    with pytest.raises(Invalid) as no:
        evaluate(_series("5", "5"), *map(Decimal, arguments))
    assert no.value.errors[0].field == field


@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=3, max_size=30))
def test_every_minute_is_known_or_unknown_and_never_both(values: list[int | None]) -> None:
    if values[0] is None or values[-1] is None:
        return
    series = _series(*(None if value is None else str(value) for value in values))
    found = _evaluated(series, low_c=Decimal(2))
    assert found.covered_minutes + found.unknown_minutes == 10 * (len(values) - 1)
    assert sum(e.minutes for e in found.excursions if e.above) == found.minutes_above_limit
    assert sum(e.minutes for e in found.excursions if not e.above) == found.minutes_below_low
    assert found.minutes_above_alarm <= found.minutes_above_limit <= found.covered_minutes


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=30), st.integers(0, 5), st.integers(0, 5))
def test_a_less_certain_sensor_never_makes_it_better(values: list[int], less: int, more: int) -> None:
    series = _series(*map(str, values))
    low, high = sorted((less, more))
    assert _evaluated(series, str(low)).minutes_above_limit <= _evaluated(series, str(high)).minutes_above_limit


def test_mean_kinetic_temperature_of_the_reference_cases(shared: Path) -> None:
    cases = json.loads((shared / "vectors/cold-chain/mkt-cases.json").read_text(), parse_float=Decimal)["cases"]
    assert len(cases) >= 8
    for case in cases:
        intervals = [Interval(Decimal(i["hours"]), Decimal(i["temperature_c"])) for i in case["intervals"]]
        found = mkt(intervals, delta_h_over_r_k=Decimal(case["delta_h_over_r_kelvin"]), frozen_below_c=FROZEN)
        assert abs(found - Decimal(case["mkt_c"])) < Decimal("1e-6"), case["id"]


@pytest.mark.parametrize(
    ("intervals", "field"),
    [
        ([], "intervals"),
        ([Interval(Decimal(1), Decimal(-80))], "intervals[0].celsius"),
        ([Interval(Decimal(1), Decimal(5)), Interval(Decimal(1), Decimal(-196))], "intervals[1].celsius"),
        ([Interval(Decimal(1), Decimal("-273.15"))], "intervals[0].celsius"),
        ([Interval(Decimal(0), Decimal(5))], "intervals[0].hours"),
        ([Interval(Decimal(-1), Decimal(5))], "intervals[0].hours"),
        ([Interval(Decimal(1), Decimal("NaN"))], "intervals[0]"),
        ([Interval(Decimal("Infinity"), Decimal(5))], "intervals[0]"),
    ],
)
def test_what_has_no_mean_kinetic_temperature_gets_none(intervals: list[Interval], field: str) -> None:
    with pytest.raises(Invalid) as no:
        mkt(intervals, delta_h_over_r_k=TEN_K, frozen_below_c=FROZEN)
    assert no.value.errors[0].field == field


def test_an_average_is_never_stretched_over_a_gap() -> None:
    series = _series("5", "5", *[None] * 35, "25", "25")
    assert weighted_intervals(series) == (
        Interval(Decimal(5) / 60, Decimal(5)),
        Interval(Decimal(5) / 60, Decimal(5)),
        Interval(Decimal(5) / 60, Decimal(25)),
        Interval(Decimal(5) / 60, Decimal(25)),
    )
    assert len(series.gaps) == 1


def test_one_reading_has_no_mean_kinetic_temperature() -> None:
    with pytest.raises(Invalid):
        weighted_intervals(_series("5"))


def test_fahrenheit_is_converted_before_use() -> None:
    data = b"unit: degF\nzone: UTC\ninterval: 60 s\ntime,temperature\n2026-03-12T08:00:00,46\n"
    (reading,) = _read(data).readings
    assert reading.celsius is not None
    assert abs(reading.celsius - Decimal("7.777777778")) < Decimal("1e-9")


temperatures = st.integers(-190, 600).map(lambda number: Decimal(number) / 10)


@given(st.lists(st.tuples(st.integers(1, 500), temperatures), min_size=1, max_size=15))
def test_mean_kinetic_temperature_lies_between_mean_and_warmest_and_ignores_order(
    pairs: list[tuple[int, Decimal]],
) -> None:
    intervals = [Interval(Decimal(hours), celsius) for hours, celsius in pairs]
    found = mkt(intervals, delta_h_over_r_k=TEN_K, frozen_below_c=FROZEN)
    mean = sum(i.hours * i.celsius for i in intervals) / sum(i.hours for i in intervals)
    assert mean - Decimal("1e-8") <= found <= max(i.celsius for i in intervals) + Decimal("1e-8")
    assert mkt(intervals[::-1], delta_h_over_r_k=TEN_K, frozen_below_c=FROZEN) == found
    doubled = [replace(interval, hours=interval.hours * 2) for interval in intervals]
    assert mkt(doubled, delta_h_over_r_k=TEN_K, frozen_below_c=FROZEN) == found


def test_below_absolute_zero_is_refused_before_any_average() -> None:
    with pytest.raises(LoggerFileRefused):
        _series("-274")


def test_a_journey_that_is_covered_to_the_microsecond_has_no_unknown_time() -> None:
    # Spans cut off at microseconds add up to parts of minutes that decimals cannot hold.
    leg = Leg(
        serial="L1",
        sensor="L1-PT",
        start=datetime(2026, 5, 27, 6, 18, 48, tzinfo=UTC),
        minutes=2940,
        interval_s=300,
        hold_c=Decimal(-188),
        noise_c=Decimal(1),
    )
    found = evaluate(
        _read(synthesise(1, leg)),
        Decimal(-150),
        Decimal(-130),
        Decimal(0),
        since=datetime(2026, 5, 27, 6, 18, 48, 6118, tzinfo=UTC),
        until=datetime(2026, 5, 29, 7, 11, 13, 698386, tzinfo=UTC),
    )
    assert found.unknown_minutes == 0
    assert found.in_limits
