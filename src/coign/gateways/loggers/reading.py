"""The file of a temperature logger, bytes to series, whole or not at all (21 CFR 211.68(b); GDP 9.2)."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, localcontext
from itertools import pairwise

from coign.gateways.loggers.layout import UNITS, Layout, read_layout
from coign.gateways.loggers.series import Gap, LoggerFileRefused, LoggerSeries, Problem, Reading
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.rulesets import RuleSets

FILE_BYTES_MAX = 64 * 1024 * 1024
ABSOLUTE_ZERO_C = Decimal("-273.15")

_NUMBER = re.compile(r"[+-]?\d{1,6}(\.\d{1,9})?")
_NO_VALUE = frozenset({"", "-", "--", "---", "----", "ERR", "ERROR", "FAULT", "OPEN", "SHORT", "NC", "N/A"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is possible for this logger, given by the caller.

    `fault_codes`: numbers the sensor sends in place of a temperature, in the unit of the file. `gap_intervals_max`: how
    many intervals may pass between two readings before the time counts as unknown. `low_c`, `high_c`: outside of them
    the unit is wrong, not the weather; wide enough for every true excursion. `step_c_max`: a single value that leaves
    both its neighbours by more than this is no temperature.
    """

    fault_codes: frozenset[Decimal]
    gap_intervals_max: Decimal
    low_c: Decimal | None = None
    high_c: Decimal | None = None
    step_c_max: Decimal | None = None

    @classmethod
    def usual(cls, rules: RuleSets, at: Instant) -> "Expected":
        """What the rule sets expect of a logger that nobody said more about, at an instant."""
        codes = rules.text("logger.fault_codes", at).split()
        return cls(
            fault_codes=frozenset(Decimal(code) for code in codes),
            gap_intervals_max=rules.number("logger.gap_intervals_max", at),
        )


def read_logger_file(data: bytes, expected: Expected) -> LoggerSeries:
    """Read the whole file; `LoggerFileRefused` names the line and field that cannot be understood."""
    lines = _lines(data)
    layout = read_layout(lines)
    problems = list(layout.problems)
    rows = list(_rows(lines, layout))
    series_sensor = _one_value(rows, layout, "sensor", layout.sensor)
    series_serial = _one_value(rows, layout, "serial", layout.serial)
    readings = [_reading(number, row, layout, expected) for number, row in rows]
    _check_sequence(rows, layout)
    if layout.records is not None and layout.records != len(readings):
        raise LoggerFileRefused(
            0, "records", f"{layout.records} readings are declared, {len(readings)} are in the file"
        )
    ordered = _without_repeats(readings, problems)
    interval_s = layout.interval_s or _usual_interval(ordered, problems, layout.first_line)
    marked = _mark_spikes(ordered, expected)
    problems.extend(Problem(reading.line, reading.fault, _FAULTS[reading.fault]) for reading in marked if reading.fault)
    return LoggerSeries(
        serial=series_serial,
        sensor=series_sensor,
        interval_s=interval_s,
        unit_original=_unit_of(rows[0][1], layout, rows[0][0]),
        zone=layout.clock.zone or ("UTC" if layout.clock.form != "iso" else "with each time"),
        readings=marked,
        gaps=_gaps(marked, interval_s * expected.gap_intervals_max),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        sha256=hashlib.sha256(data).hexdigest(),
    )


_FAULTS = {
    "fault_code": "the sensor sent a fault code, not a temperature",
    "no_value": "the sensor sent no value",
    "spike": "the value leaves both its neighbours faster than goods can",
}


def _lines(data: bytes) -> list[str]:
    if len(data) > FILE_BYTES_MAX:
        raise LoggerFileRefused(0, "file", f"larger than {FILE_BYTES_MAX // 1024 // 1024} MiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LoggerFileRefused(line, "file", "expected text in UTF-8") from None
    lines = text.replace("\r\n", "\n").split("\n")
    if "\r" in text.replace("\r\n", "\n") or "\x00" in text:
        raise LoggerFileRefused(0, "file", "expected lines of text that end with a line feed")
    if lines[-1] != "":
        # Without the end of line nobody can tell -15 from the beginning of -150.
        raise LoggerFileRefused(len(lines), "file", "the last line is cut off: it does not end with a line feed")
    return lines[:-1]


def _rows(lines: list[str], layout: Layout) -> Iterator[tuple[int, list[str]]]:
    any_row = False
    for number, line in enumerate(lines[layout.first_line - 1 :], start=layout.first_line):
        try:
            row = next(csv.reader([line], delimiter=layout.delimiter, strict=True), [])
        except csv.Error:
            raise LoggerFileRefused(number, "line", "quotation marks are not closed") from None
        if not row:
            raise LoggerFileRefused(number, "line", "an empty line among the readings")
        if len(row) != len(layout.columns):
            raise LoggerFileRefused(number, "line", f"expected {len(layout.columns)} columns, found {len(row)}")
        any_row = True
        yield number, [cell.strip() for cell in row]
    if not any_row:
        raise LoggerFileRefused(0, "readings", "the file holds no reading")


def _one_value(rows: list[tuple[int, list[str]]], layout: Layout, name: str, declared: str) -> str:
    place = layout.column(name)
    value = declared
    if place is None:
        return value
    for number, row in rows:
        value = value or row[place]
        if row[place] != value:
            raise LoggerFileRefused(number, name, f"a file holds one {name}: found {value!r} and {row[place]!r}")
    return value


def _unit_of(row: list[str], layout: Layout, number: int) -> str:
    if layout.unit_column is None:
        return layout.unit
    unit = row[layout.unit_column]
    if unit not in UNITS:
        raise LoggerFileRefused(number, "unit", f"{unit[:40]!r} is no unit of temperature: Cel, [degF] or K")
    if layout.unit and UNITS[unit] != UNITS[layout.unit]:
        raise LoggerFileRefused(number, "unit", f"the file declares {layout.unit}, this line says {unit}")
    return unit


def _reading(number: int, row: list[str], layout: Layout, expected: Expected) -> Reading:
    at = layout.clock.instant(row[layout.time_column], number)
    unit = _unit_of(row, layout, number)
    raw = row[layout.temperature_column]
    if raw.upper() in _NO_VALUE:
        return Reading(at, None, raw, number, "no_value")
    value = _number(raw, layout, number)
    if value in expected.fault_codes:
        return Reading(at, None, raw, number, "fault_code")
    celsius = to_celsius(value, unit)
    _refuse_impossible(celsius, raw, unit, number, expected)
    return Reading(at, celsius, raw, number)


def _number(raw: str, layout: Layout, number: int) -> Decimal:
    text = raw.replace("\N{MINUS SIGN}", "-")
    if layout.decimal_comma:
        text = text.replace(",", ".") if "." not in text else "?"
    if not _NUMBER.fullmatch(text):
        raise LoggerFileRefused(number, "temperature", f"{raw[:40]!r} is no number such as -151.3")
    return Decimal(text)


def to_celsius(value: Decimal, unit: str) -> Decimal:
    """Degrees Celsius, to ten decimals where Fahrenheit does not divide evenly."""
    match UNITS[unit]:
        case "Cel":
            return value
        case "K":
            return value + ABSOLUTE_ZERO_C
        case _:
            with localcontext(prec=28):
                return ((value - 32) * 5 / 9).quantize(Decimal("1e-10"))


def _refuse_impossible(celsius: Decimal, raw: str, unit: str, number: int, expected: Expected) -> None:
    if celsius < ABSOLUTE_ZERO_C:
        raise LoggerFileRefused(number, "unit", f"{raw} {unit} is below absolute zero: the unit is not {unit}")
    too_low = expected.low_c is not None and celsius < expected.low_c
    too_high = expected.high_c is not None and celsius > expected.high_c
    if too_low or too_high:
        raise LoggerFileRefused(
            number,
            "unit",
            f"{raw} {unit} is {celsius:.1f} °C, which cannot be here ({expected.low_c} to {expected.high_c} °C): "
            "check the unit of the file",
        )


def _check_sequence(rows: list[tuple[int, list[str]]], layout: Layout) -> None:
    place = layout.column("sequence")
    if place is None:
        return
    before = -1
    for number, row in rows:
        if not re.fullmatch(r"[0-9]{1,12}", row[place]) or int(row[place]) <= before:
            raise LoggerFileRefused(number, "sequence", "sequence numbers must be whole and rise from line to line")
        before = int(row[place])


def _without_repeats(readings: list[Reading], problems: list[Problem]) -> tuple[Reading, ...]:
    kept = [readings[0]]
    for reading in readings[1:]:
        last = kept[-1]
        if reading.at > last.at:
            kept.append(reading)
        elif reading.at < last.at:
            raise LoggerFileRefused(reading.line, "time", f"the clock went back: {reading.at} follows {last.at}")
        elif reading.celsius != last.celsius or (reading.fault and reading.raw != last.raw):
            raise LoggerFileRefused(reading.line, "time", f"two values at {reading.at}: {last.raw} and {reading.raw}")
        else:
            problems.append(Problem(reading.line, "repeated", "the same reading again, kept once"))
    return tuple(kept)


def _usual_interval(readings: tuple[Reading, ...], problems: list[Problem], line: int) -> Decimal:
    """The rhythm of most readings, where the file declares none. One reading has no rhythm."""
    steps = Counter(later.at - earlier.at for earlier, later in pairwise(readings))
    if not steps:
        raise LoggerFileRefused(line, "interval", "one reading tells no interval: the file must declare it")
    usual = min(steps, key=lambda step: (-steps[step], step))
    problems.append(Problem(line, "interval_not_declared", "the interval was taken from the readings"))
    return Decimal(usual // timedelta(microseconds=1)) / 1_000_000


def _mark_spikes(readings: tuple[Reading, ...], expected: Expected) -> tuple[Reading, ...]:
    if expected.step_c_max is None:
        return readings
    marked = list(readings)
    for place in range(1, len(readings) - 1):
        before, here, after = readings[place - 1 : place + 2]
        if before.celsius is None or here.celsius is None or after.celsius is None:
            continue
        up, down = here.celsius - before.celsius, here.celsius - after.celsius
        if up * down > 0 and min(abs(up), abs(down)) > expected.step_c_max:
            marked[place] = replace(here, celsius=None, fault="spike")
    return tuple(marked)


def _gaps(readings: tuple[Reading, ...], longest_s: Decimal) -> tuple[Gap, ...]:
    longest = timedelta(microseconds=int(longest_s * 1_000_000))
    return tuple(Gap(earlier.at, later.at) for earlier, later in pairwise(readings) if later.at - earlier.at > longest)
