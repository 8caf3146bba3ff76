"""The geometry behind the pictures: what is drawn says the same as what was measured."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.web.drawing.genealogy import NODE_HEIGHT, Unit, genealogy
from coign.web.drawing.hold import duration, hold
from coign.web.drawing.lanes import Lane, Span, day
from coign.web.drawing.scale import scale
from coign.web.drawing.temperature import (
    POINTS_MAX,
    Field,
    Limits,
    Reading,
    Said,
    curves,
    gaps,
    into_runs,
    notes,
    thinned,
)
from coign.web.drawing.trend import HEIGHT as TREND_HEIGHT
from coign.web.drawing.trend import Bounds, Plane, Value, points

START = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
LIMITS = Limits(high=-150, alarm_high=-130)
HALF_AN_HOUR = timedelta(minutes=30)


def every_five_minutes(values: list[float]) -> list[Reading]:
    return [Reading(START + timedelta(minutes=5 * n), value) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("gone_minutes", "status", "text"),
    [
        (0, "running", "1:00:00"),
        (29, "running", "31:00"),
        (30, "look", "30:00"),
        (59, "look", "01:00"),
        (60, "stop", "00:00"),
        (61, "stop", "01:00"),
    ],
)
def test_a_hold_looks_at_half_and_stops_at_nothing_left(gone_minutes: int, status: str, text: str) -> None:
    shown = hold(START, START + timedelta(hours=1), START + timedelta(minutes=gone_minutes), look_percent=50)
    assert (shown.status, shown.text) == (status, text)
    assert shown.over == (gone_minutes >= 60)


@given(gone=st.integers(-10_000, 10_000), length=st.integers(1, 10_000))
def test_what_is_left_of_a_hold_stays_within_the_picture(gone: int, length: int) -> None:
    shown = hold(START, START + timedelta(seconds=length), START + timedelta(seconds=gone), look_percent=50)
    assert 0 <= shown.left_percent <= 100
    assert (shown.status == "stop") == (gone >= length)


def test_a_hold_that_ends_before_it_starts_is_a_mistake_and_is_named() -> None:
    with pytest.raises(ValueError, match="not after start"):
        hold(START, START, START, look_percent=50)


def test_a_time_without_zone_is_not_shown() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        hold(naive, naive + timedelta(hours=1), naive, look_percent=50)


def test_long_durations_name_their_days() -> None:
    assert [duration(n) for n in (59, 3_599, 3_600, 86_399, 86_400)] == [
        "00:59",
        "59:59",
        "1:00:00",
        "23:59:59",
        "1 d 00:00",
    ]


def test_a_reading_on_the_limit_is_inside_and_the_next_above_it_is_not() -> None:
    assert [LIMITS.status(n) for n in (-150.0, -149.9, -130.0, -129.9)] == ["in_order", "look", "look", "stop"]


def test_a_time_without_readings_is_a_run_of_its_own() -> None:
    readings = [Reading(START, -180), Reading(START + timedelta(minutes=31), -180)]
    runs = list(into_runs(readings, LIMITS, HALF_AN_HOUR, None))
    assert [run.status for run in runs] == ["in_order", "not_yet", "in_order"]
    assert runs[1].end - runs[1].start == timedelta(minutes=31)


def test_silence_until_now_is_unread() -> None:
    until = START + timedelta(hours=2)
    runs = list(into_runs([Reading(START, -180)], LIMITS, HALF_AN_HOUR, until))
    assert (runs[-1].status, runs[-1].end) == ("not_yet", until)


def test_no_line_is_drawn_through_unread_time() -> None:
    readings = [*every_five_minutes([-180, -180]), Reading(START + timedelta(hours=2), -180)]
    runs = list(into_runs(readings, LIMITS, HALF_AN_HOUR, None))
    field = Field.around(readings, LIMITS, None)
    assert len(list(curves(field, runs))) == 2
    assert len(list(gaps(field, runs))) == 1


@given(values=st.lists(st.floats(-196, -100), min_size=1, max_size=60), silence=st.sets(st.integers(1, 59)))
def test_runs_cover_the_whole_history_and_never_overlap(values: list[float], silence: set[int]) -> None:
    at, readings = START, []
    for n, value in enumerate(values):
        at += timedelta(minutes=45 if n in silence else 5)
        readings.append(Reading(at, value))
    runs = list(into_runs(readings, LIMITS, HALF_AN_HOUR, at + timedelta(hours=3)))
    assert (runs[0].start, runs[-1].end) == (readings[0].at, at + timedelta(hours=3))
    assert all(one.end == other.start for one, other in pairwise(runs))
    assert [r for run in runs for r in run.readings] == readings
    assert all(LIMITS.status(r.value) == run.status for run in runs for r in run.readings)


@given(st.lists(st.floats(-196, 40), min_size=1, max_size=5_000))
def test_thinning_never_loses_the_highest_or_the_lowest(values: list[float]) -> None:
    kept = thinned(every_five_minutes(values))
    assert len(kept) <= POINTS_MAX + 2
    assert max(r.value for r in kept) == max(values)
    assert min(r.value for r in kept) == min(values)
    assert all(one.at < other.at for one, other in pairwise(kept))


@pytest.mark.parametrize(("limits", "values"), [(LIMITS, [-180, -141, -180]), (Limits(low=18, high=25), [20, 12, 20])])
def test_the_words_on_an_excursion_stand_clear_of_the_limit(limits: Limits, values: list[float]) -> None:
    readings = every_five_minutes(values)
    runs = list(into_runs(readings, limits, HALF_AN_HOUR, None))
    field = Field.around(readings, limits, None)
    (note,) = notes(field, runs, limits, "°C", Said.of(readings, None))
    edge = limits.high if values[1] > (limits.high or 0) else limits.low
    assert edge is not None
    first, second = float(str(note["y"])), float(str(note["y"])) + 17
    assert not first - 14 <= field.y(edge) <= second


@given(st.lists(st.floats(-196, 40), min_size=1, max_size=30))
def test_every_point_lies_within_the_picture(values: list[float]) -> None:
    readings = every_five_minutes(values)
    field = Field.around(readings, LIMITS, None)
    for x, y in re.findall(
        r"([\d.]+) ([\d.-]+)", " ".join(curves(field, list(into_runs(readings, LIMITS, HALF_AN_HOUR, None))))
    ):
        assert 0 <= float(x) <= 1000
        assert 0 <= float(y) <= 240


def test_a_value_without_any_limit_has_no_scale() -> None:
    assert scale(name="Colour", unit="", value=1, low=None, high=None, last=None) is None


@given(value=st.integers(-500, 500), limit=st.integers(-500, 500))
def test_the_mark_of_a_value_stands_on_its_side_of_the_limit(value: int, limit: int) -> None:
    drawn = scale(name="Viability", unit="%", value=value, low=limit, high=None, last=None)
    assert drawn is not None
    assert drawn.value is not None
    assert (drawn.value.x >= drawn.limits[0].x) == (value >= limit)
    assert sum(zone.width for zone in drawn.zones) == pytest.approx(100)


def test_a_missing_value_is_said() -> None:
    drawn = scale(name="Endotoxin", unit="EU/mL", value=None, low=None, high="0.5", last=None)
    assert drawn is not None
    assert drawn.value is None
    assert drawn.sentence == "Endotoxin: no value, limit ≤ 0.5 EU/mL"


def unit(key: str, *made_from: str, went_in: bool = False) -> Unit:
    return Unit(key, key, "", "in_order", made_from, went_in)


def test_children_stand_right_of_their_parents_and_no_two_units_overlap() -> None:
    drawn = genealogy(
        [
            unit("bag"),
            unit("D1", "bag"),
            unit("D2", "bag"),
            unit("lot", went_in=True),
            unit("batch", "D1", "D2", "lot"),
            unit("P1", "batch"),
        ]
    )
    x = {node.label: node.x for node in drawn.nodes}
    assert x["bag"] < x["D1"] == x["D2"] == x["lot"] < x["batch"] < x["P1"]
    for one in drawn.nodes:
        for other in drawn.nodes:
            assert one is other or one.x != other.x or abs(one.y - other.y) > NODE_HEIGHT
    assert [edge.dashed for edge in drawn.edges].count(True) == 1
    assert next(node.parents for node in drawn.nodes if node.label == "batch") == "D1, D2, lot"


def test_a_circle_and_an_unknown_parent_are_named() -> None:
    with pytest.raises(ValueError, match="descends from itself"):
        genealogy([unit("a", "b"), unit("b", "a")])
    with pytest.raises(ValueError, match="made from c, which is not among"):
        genealogy([unit("a", "c")])


def of(*values: int) -> list[Value]:
    return [Value(f"B{n}", "", Decimal(v), this=n + 1 == len(values)) for n, v in enumerate(values)]


@given(values=st.lists(st.integers(-400, 400), min_size=1, max_size=20), limit=st.integers(-400, 400))
def test_a_batch_stands_on_its_side_of_the_limit_and_within_the_picture(values: list[int], limit: int) -> None:
    bounds = Bounds(low=Decimal(limit))
    plane = Plane.around(of(*values), bounds)
    drawn = list(points(of(*values), bounds, plane))
    for value, point in zip(values, drawn, strict=True):
        assert (point.y <= plane.y(limit)) == (value >= limit) == (point.status == "in_order")
        assert 0 <= point.x <= 100
        assert 0 <= point.y <= TREND_HEIGHT
    assert [p.this for p in drawn] == [False] * (len(values) - 1) + [True]


@pytest.mark.parametrize(
    ("bounds", "value", "meets"),
    [
        (Bounds(low=Decimal(50)), "50", True),
        (Bounds(low=Decimal(50), low_open=True), "50", False),
        (Bounds(low=Decimal(50)), "49.9", False),
        (Bounds(high=Decimal(5)), "5", True),
        (Bounds(high=Decimal(5), high_open=True), "5", False),
        (Bounds(high=Decimal(5)), "5.1", False),
        (Bounds(), "5", True),
    ],
)
def test_an_open_limit_is_itself_outside(bounds: Bounds, value: str, meets: bool) -> None:
    assert bounds.holds(Decimal(value)) is meets


def test_open_limits_of_a_scale_say_so() -> None:
    drawn = scale(name="Interferon", unit="pg/mL", value=75, low=50, high=None, last=None, low_open=True)
    assert drawn is not None
    assert drawn.limits[0].label == "> 50 pg/mL"
    assert drawn.first < 50 < 75 < drawn.end


NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
HOURS = st.floats(-30, 60, allow_nan=False)


def lane(*spans: Span) -> Lane:
    return Lane("Chair 1", "", spans)


@given(starts=st.lists(st.tuples(HOURS, st.none() | st.floats(0, 20)), max_size=8))
def test_whatever_stands_on_a_day_stays_within_its_picture(starts: list[tuple[float, float | None]]) -> None:
    spans = [
        Span(
            NOON + timedelta(hours=at), None if long is None else NOON + timedelta(hours=at + long), "running", "words"
        )
        for at, long in starts
    ]
    drawn = day([lane(span) for span in spans], NOON)
    assert 0 <= drawn.now_x <= 100
    assert len(drawn.bars) == len(spans)
    for each in drawn.bars:
        assert 0 <= each.x <= 100
        assert each.x + each.width <= 100.7  # the least width of a bar is drawn beyond the end of the day
        assert (each.anchor, 0 <= each.words_x <= 100) in (("start", True), ("end", True))
        assert each.y < drawn.height
    assert [h.x for h in drawn.hours] == sorted(h.x for h in drawn.hours)


def test_a_day_is_widened_by_what_happens_early_and_late_but_not_by_other_days() -> None:
    usual = day([lane(Span(NOON - timedelta(days=3), NOON, "running", "since three days"))], NOON)
    assert (usual.hours[0].label, usual.hours[-1].label) == ("07:00", "19:00")
    wide = day([lane(Span(NOON.replace(hour=4), NOON.replace(hour=21, minute=30), "running", ""))], NOON)
    assert (wide.hours[0].label, wide.hours[-1].label) == ("04:00", "22:00")
    late = day([], NOON.replace(hour=23, minute=30))
    assert late.now_x == pytest.approx(100 * 16.5 / 17, abs=0.01)


def test_a_bar_that_began_before_the_day_is_clipped_at_its_edge() -> None:
    (only,) = day([lane(Span(NOON - timedelta(days=3), NOON, "running", "since three days"))], NOON).bars
    assert (only.x, only.width) == (0.0, pytest.approx(100 * 5 / 12, abs=0.01))
