"""Logger files: whole and certain, or refused with line and field."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign import rulesets
from coign.gateways.loggers import (
    Expected,
    Leg,
    LoggerFileRefused,
    LoggerSeries,
    Silence,
    Warming,
    read_logger_file,
    synthesise,
)
from coign.kernel.values import Instant

START = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
USUAL = Expected.usual(rulesets.load(), Instant.of(START))
CRYOGENIC = replace(USUAL, low_c=Decimal(-200), high_c=Decimal(60))
FRIDGE = replace(USUAL, low_c=Decimal(-30), high_c=Decimal(40))


def _read(data: bytes, expected: Expected = USUAL) -> LoggerSeries:
    return read_logger_file(data, expected)


def _file(*rows: str, head: str = "serial: L-1\nsensor: core\nunit: Cel\nzone: UTC\ninterval: 600 s\n") -> bytes:
    return (head + "time,temperature\n" + "".join(f"{row}\n" for row in rows)).encode()


GOOD = _file("2026-03-12T08:00:00,-151.20", "2026-03-12T08:10:00,-151.0", "2026-03-12T08:20:00,-150.85")


def _values(series: LoggerSeries) -> list[tuple[datetime, Decimal | None]]:
    return [(reading.at, reading.celsius) for reading in series.readings]


def test_a_whole_file_becomes_a_series_with_every_digit() -> None:
    series = _read(GOOD)
    assert (series.serial, series.sensor, series.interval_s) == ("L-1", "core", 600)
    assert (series.unit_original, series.zone) == ("Cel", "UTC")
    assert [(reading.raw, str(reading.celsius), reading.line) for reading in series.readings] == [
        ("-151.20", "-151.20", 7),
        ("-151.0", "-151.0", 8),
        ("-150.85", "-150.85", 9),
    ]
    assert (series.gaps, series.problems) == ((), ())
    assert series.sha256 == hashlib.sha256(GOOD).hexdigest()


TIMES = "2026-03-12T08:00:00,5.0\n2026-03-12T08:10:00,5.5\n"


@pytest.mark.requirement("CSV-28", "SCS-08")
@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b"", 0, "columns"),
        (b"zone: UTC\ntime,temperature\n" + TIMES.encode(), 2, "unit"),
        (b"unit: Cel\ntime,temperature\n" + TIMES.encode(), 3, "zone"),
        (b"unit: C\nzone: UTC\ntime,temperature\n" + TIMES.encode(), 1, "unit"),
        (b"unit: Cel\nzone: CET\ntime,temperature\n" + TIMES.encode(), 2, "zone"),
        (b"unit: Cel\nzone: UTC\ntime,temperature (degF)\n" + TIMES.encode(), 3, "unit"),
        (b"unit: Cel\nunit: K\nzone: UTC\ntime,temperature\n" + TIMES.encode(), 2, "unit"),
        (b"unit: Cel\nzone: UTC\ntime,temperature\n", 0, "readings"),
        (b"unit: Cel\nzone: UTC\ntime,temperature\n2026-03-12T08:00:00,5.0\n", 4, "interval"),
        (b"unit: Cel\nzone: UTC\nrecords: 3\ntime,temperature\n" + TIMES.encode(), 0, "records"),
        (b"unit: Cel\nzone: UTC\nclock: epoch_s\ntime,temperature\n" + TIMES.encode(), 5, "time"),
        (b"unit: Cel\nzone: UTC\ninterval: soon\ntime,temperature\n" + TIMES.encode(), 3, "interval"),
        (b"what is this\nunit: Cel\nzone: UTC\ntime,temperature\n" + TIMES.encode(), 1, "header"),
        (b"\xff\xfe", 1, "file"),
        (GOOD[:-1], 9, "file"),
        (GOOD[:-12], 9, "file"),
        (_file("2026-03-12T08:00:00"), 7, "line"),
        (_file("2026-03-12T08:00:00,5.0,6.0"), 7, "line"),
        (_file("2026-03-12T08:00:00,5.0", "", "2026-03-12T08:10:00,5.0"), 8, "line"),
        (_file('2026-03-12T08:00:00,"5.0'), 7, "line"),
        (_file("2026-03-12T08:00:00,5.0", "2026-03-12T08:00:00,5.1"), 8, "time"),
        (_file("2026-03-12T08:10:00,5.0", "2026-03-12T08:00:00,5.0"), 8, "time"),
        (_file("2026-02-30T08:10:00,5.0"), 7, "time"),
        (_file("03/04/2026 08:00,5.0"), 7, "time"),
        (_file("2026-03-12T08:00:00+01:00,5.0"), 7, "zone"),
        (_file("2026-03-12T08:00:00,five"), 7, "temperature"),
        (_file("2026-03-12T08:00:00,1e2"), 7, "temperature"),
        (_file("2026-03-12T08:00:00,NaN"), 7, "temperature"),
        (_file("2026-03-12T08:00:00,-310.0"), 7, "unit"),
    ],
)
def test_a_file_that_is_not_whole_and_certain_is_refused_with_line_and_field(
    data: bytes, line: int, field: str
) -> None:
    with pytest.raises(LoggerFileRefused) as no:
        _read(data)
    assert (no.value.line, no.value.field) == (line, field)


@pytest.mark.requirement("CSV-28")
@given(st.integers(0, len(GOOD) - 1))
def test_a_file_cut_anywhere_is_refused_unless_the_cut_falls_between_lines(length: int) -> None:
    cut = GOOD[:length]
    if cut.endswith(b"\n") and cut.count(b"\n") >= 7:
        assert len(_read(cut).readings) == cut.count(b"\n") - 6
    else:
        with pytest.raises(LoggerFileRefused):
            _read(cut)


@pytest.mark.requirement("CSV-28")
def test_a_file_that_declares_its_length_is_refused_at_every_cut() -> None:
    whole = synthesise(1, LEG)
    assert _read(whole)
    for length in range(len(whole) - 400, len(whole)):
        with pytest.raises(LoggerFileRefused):
            _read(whole[:length])


@pytest.mark.requirement("SCS-S5")
@pytest.mark.parametrize("unit", ["Cel", "K"])
def test_a_file_in_fahrenheit_declared_as_something_else_is_refused(unit: str) -> None:
    fridge = synthesise(7, replace(LEG, hold_c=Decimal(5), noise_c=Decimal("0.3"), unit="[degF]"))
    mixed = fridge.replace(b"unit: [degF]", f"unit: {unit}".encode())
    assert _read(fridge, FRIDGE)
    with pytest.raises(LoggerFileRefused) as no:
        _read(mixed, FRIDGE)
    assert no.value.field == "unit"
    assert no.value.line > 0


@pytest.mark.requirement("SCS-S5")
def test_a_dry_shipper_in_fahrenheit_declared_as_celsius_is_refused() -> None:
    mixed = synthesise(7, replace(LEG, unit="[degF]")).replace(b"unit: [degF]", b"unit: Cel")
    with pytest.raises(LoggerFileRefused) as no:
        _read(mixed, CRYOGENIC)
    assert no.value.field == "unit"


@pytest.mark.requirement("SCS-08")
def test_forty_minutes_without_readings_are_a_gap() -> None:
    series = _read(
        _file("2026-03-12T08:00:00,5.0", "2026-03-12T08:10:00,5.0", "2026-03-12T08:50:00,5.0", "2026-03-12T09:00:00,5")
    )
    assert [(gap.since, gap.until) for gap in series.gaps] == [
        (START + timedelta(minutes=10), START + timedelta(minutes=50))
    ]


def test_one_missed_reading_is_a_gap_already() -> None:
    series = _read(_file("2026-03-12T08:00:00,5.0", "2026-03-12T08:20:00,5.0"))
    assert len(series.gaps) == 1


@pytest.mark.parametrize("raw", ["850", "-127", "-127.0", "ERR", "", "----"])
def test_a_fault_of_the_sensor_is_kept_and_marked_and_is_no_temperature(raw: str) -> None:
    series = _read(_file("2026-03-12T08:00:00,5.0", f"2026-03-12T08:10:00,{raw}", "2026-03-12T08:20:00,5.0"), FRIDGE)
    faulty = series.readings[1]
    assert (faulty.raw, faulty.celsius) == (raw, None)
    assert faulty.fault
    assert [problem.line for problem in series.problems] == [8]


@pytest.mark.parametrize("raw", ["0.0", "37.5"])
def test_a_single_value_far_from_both_neighbours_is_marked_as_implausible(raw: str) -> None:
    rows = [f"2026-03-12T08:{minute:02}:00,{'5.1' if minute != 20 else raw}" for minute in (0, 10, 20, 30, 40)]
    series = _read(_file(*rows), replace(USUAL, step_c_max=Decimal(3)))
    assert [reading.fault for reading in series.readings] == ["", "", "spike", "", ""]
    assert series.readings[2].raw == raw


def test_a_true_warming_is_not_called_implausible() -> None:
    rows = [f"2026-03-12T08:{minute:02}:00,{5 + minute}" for minute in (0, 10, 20, 30)]
    series = _read(_file(*rows), replace(USUAL, step_c_max=Decimal(3)))
    assert not any(reading.fault for reading in series.readings)


def test_the_same_reading_twice_is_kept_once_and_remarked() -> None:
    series = _read(_file("2026-03-12T08:00:00,5.0", "2026-03-12T08:00:00,5.00", "2026-03-12T08:10:00,5.0"))
    assert len(series.readings) == 2
    assert [(problem.line, problem.code) for problem in series.problems] == [(8, "repeated")]


HEAD = "unit: Cel\nzone: Europe/Berlin\ninterval: 600 s\n"


@pytest.mark.parametrize("local", ["2026-10-25T02:30:00", "2026-03-29T02:30:00"])
def test_a_local_time_with_two_meanings_or_none_is_refused(local: str) -> None:
    with pytest.raises(LoggerFileRefused) as no:
        _read(_file(f"{local},5.0", head=HEAD))
    assert no.value.field == "time"


def test_local_times_and_offsets_give_the_same_instants() -> None:
    local = _read(_file("2026-07-01T08:00:00,5.0", "2026-07-01T08:10:00,5.0", head=HEAD))
    stated = _read(
        _file("2026-07-01T08:00:00+02:00,5.0", "2026-07-01T06:10:00Z,5.0", head="unit: Cel\ninterval: 600 s\n")
    )
    assert _values(local) == _values(stated)


@pytest.mark.parametrize(("column", "number"), [("epoch_s", "1773302400000"), ("epoch_ms", "1773302400")])
def test_seconds_are_not_taken_for_milliseconds(column: str, number: str) -> None:
    with pytest.raises(LoggerFileRefused) as no:
        _read(f"unit: Cel\ninterval: 60 s\n{column},temperature\n{number},5.0\n".encode())
    assert no.value.field == "time"


@pytest.mark.parametrize("column", ["serial", "sensor"])
def test_two_sensors_in_one_file_are_refused(column: str) -> None:
    data = (
        f"unit: Cel\ninterval: 600 s\ntime,temperature,{column}\n2026-03-12T08:00:00Z,5,a\n2026-03-12T08:10:00Z,5,b\n"
    )
    with pytest.raises(LoggerFileRefused) as no:
        _read(data.encode())
    assert (no.value.line, no.value.field) == (5, column)


def test_a_sequence_that_falls_is_refused() -> None:
    data = "unit: Cel\ninterval: 600 s\nsequence,time,temperature\n2,2026-03-12T08:00:00Z,5\n1,2026-03-12T08:10:00Z,5\n"
    with pytest.raises(LoggerFileRefused) as no:
        _read(data.encode())
    assert (no.value.line, no.value.field) == (5, "sequence")


tenths = st.integers(-1960, 400).map(lambda number: Decimal(number) / 10)


def _written(moment: datetime, form: str) -> str:
    match form:
        case "epoch_s":
            return str(int(moment.timestamp()))
        case "epoch_ms":
            return str(int(moment.timestamp()) * 1000)
        case "local":
            return moment.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M:%S")
        case _:
            return moment.astimezone(ZoneInfo("America/New_York")).isoformat()


@given(
    values=st.lists(tenths, min_size=2, max_size=20),
    form=st.sampled_from(["epoch_s", "epoch_ms", "local", "offset"]),
    unit=st.sampled_from(["Cel", "K", "[degF]"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_the_same_readings_in_any_notation_are_the_same_series(
    values: list[Decimal], form: str, unit: str, delimiter: str, line_end: str
) -> None:
    moments = [START + timedelta(minutes=number) for number in range(len(values))]
    to_unit = {"Cel": lambda v: v, "K": lambda v: v + Decimal("273.15"), "[degF]": lambda v: v * 9 / 5 + 32}
    comma = delimiter == ";"
    rows = []
    for moment, value in zip(moments, values, strict=True):
        number = str(to_unit[unit](value))
        rows.append(_written(moment, form) + delimiter + (number.replace(".", ",") if comma else number))
    head = [f"unit: {unit}", "interval: 60 s", *(["decimal: comma"] if comma else [])]
    head += ["zone: Europe/Berlin"] if form == "local" else []
    head += [f"{form if form.startswith('epoch') else 'time'}{delimiter}temperature"]
    series = _read((line_end.join([*head, *rows]) + line_end).encode(), replace(USUAL, fault_codes=frozenset()))
    assert _values(series) == list(zip(moments, values, strict=True))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_an_accident(data: bytes) -> None:
    for candidate in (data, b"unit: Cel\nzone: UTC\ntime,temperature\n" + data):
        try:
            _read(candidate)
        except LoggerFileRefused as no:
            assert no.field


LEG = Leg(
    serial="LOG-0042",
    sensor="core",
    start=START,
    minutes=36 * 60,
    interval_s=300,
    hold_c=Decimal(-180),
    noise_c=Decimal("0.5"),
    warmings=(Warming(600, 90, Decimal(-120)),),
    silences=(Silence(1200, 40),),
    zone="Europe/Berlin",
)


def test_a_synthetic_leg_is_read_like_a_real_one_and_says_that_it_is_none() -> None:
    data = synthesise("demo-1", LEG)
    series = _read(data, CRYOGENIC)
    assert synthesise("demo-1", LEG) == data
    assert synthesise("demo-2", LEG) != data
    assert (series.serial, series.interval_s) == ("LOG-0042", 300)
    assert [problem.code for problem in series.problems] == ["synthetic"]
    assert len(series.gaps) == 1
    values = [reading.celsius for reading in series.readings if reading.celsius is not None]
    assert Decimal(-125) < max(values) < Decimal(-115)
    assert min(values) < Decimal(-179)


def test_the_example_in_the_reference_is_a_file_that_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/logger-files.md").read_text()
    example = page.split("```csv\n")[1].split("```")[0]
    series = _read(example.encode(), CRYOGENIC)
    assert (series.serial, len(series.readings), series.problems) == ("LOG-0042", 3, ())
