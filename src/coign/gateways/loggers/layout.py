"""Where header and columns stand in a logger file, and what they declare about unit, zone and rhythm."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from coign.gateways.loggers.series import LoggerFileRefused, Problem
from coign.gateways.loggers.times import Clock, declared_zone
from coign.kernel.frozen import dataclass

# Only spellings with one meaning: in UCUM, C is the coulomb and F the farad.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "Cel": "Cel",
        "°C": "Cel",
        "degC": "Cel",
        "Celsius": "Cel",
        "[degF]": "[degF]",
        "degF": "[degF]",
        "°F": "[degF]",
        "Fahrenheit": "[degF]",
        "K": "K",
        "Kelvin": "K",
    }
)
_HEADER = re.compile(r"#?\s*([A-Za-z][A-Za-z0-9_ ]*?)\s*[:=,;\t]\s*(.*?)\s*")
_COLUMN_WITH_UNIT = re.compile(r"temperature\s*[\[(_]\s*(.+?)\s*[\])]?")
_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)\s*(s|sec|seconds|min|minutes|h|hours)?")
_SECONDS = {"s": 1, "sec": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}
_TIME_COLUMNS = {"time": "", "timestamp": "", "epoch_s": "epoch_s", "epoch_ms": "epoch_ms"}
_KNOWN_HEADERS = {"serial", "sensor", "unit", "zone", "interval", "interval_s", "clock", "records", "decimal"}


@dataclass(frozen=True, slots=True)
class Layout:
    """What the file says about itself before the first reading."""

    serial: str
    sensor: str
    unit: str
    unit_column: int | None
    clock: Clock
    interval_s: Decimal | None
    records: int | None
    decimal_comma: bool
    delimiter: str
    columns: tuple[str, ...]
    time_column: int
    temperature_column: int
    first_line: int
    problems: tuple[Problem, ...]

    def column(self, name: str) -> int | None:
        """Where a column stands, if the file has it."""
        return self.columns.index(name) if name in self.columns else None


def read_layout(lines: Sequence[str]) -> Layout:
    """Header lines `key: value`, then the line that names the columns; refused if unit or zone is nowhere."""
    headers: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if (found := _columns(line)) is not None:
            return _layout(headers, number, *found, problems)
        if not line.strip("# \t,;"):
            continue
        _keep_header(line, number, headers, problems)
    raise LoggerFileRefused(0, "columns", "no line names the columns `time` and `temperature`")


def _keep_header(line: str, number: int, headers: dict[str, tuple[int, str]], problems: list[Problem]) -> None:
    match = _HEADER.fullmatch(line.rstrip(",;\t"))
    if match is None:
        raise LoggerFileRefused(number, "header", "expected `key: value` before the line that names the columns")
    key, value = match.group(1).lower().replace(" ", "_"), match.group(2).strip('"')
    if key == "synthetic":
        problems.append(Problem(number, "synthetic", "this file was made up for a demonstration, not measured"))
    elif key not in _KNOWN_HEADERS:
        problems.append(Problem(number, "unknown_header", f"the header {key!r} was not used"))
    elif key in headers:
        raise LoggerFileRefused(number, key, f"{key} is declared twice")
    else:
        headers[key] = (number, value)


def _columns(line: str) -> tuple[str, tuple[str, ...]] | None:
    for delimiter in ("\t", ";", ","):
        names = tuple(part.strip().strip('"').strip() for part in line.split(delimiter))
        if len(names) > 1 and any(name.lower() in _TIME_COLUMNS for name in names):
            return delimiter, names
    return None


def _layout(
    headers: dict[str, tuple[int, str]], number: int, delimiter: str, names: tuple[str, ...], problems: list[Problem]
) -> Layout:
    lowered = tuple(name.lower() for name in names)
    if len(set(lowered)) < len(lowered):
        raise LoggerFileRefused(number, "columns", "two columns have the same name")
    temperature, unit_in_name = _temperature_column(names, number)
    unit_line, unit = headers.get("unit", (number, ""))
    if unit and unit_in_name and UNITS.get(unit) != UNITS.get(unit_in_name):
        raise LoggerFileRefused(number, "unit", f"the header says {unit}, the column says {unit_in_name}")
    unit_column = lowered.index("unit") if "unit" in lowered else None
    declared = unit or unit_in_name
    if not declared and unit_column is None:
        raise LoggerFileRefused(number, "unit", "the file must say its unit: a line such as `unit: Cel`")
    if declared and declared not in UNITS:
        raise LoggerFileRefused(unit_line, "unit", f"{declared[:40]!r} is no unit of temperature: Cel, [degF] or K")
    return Layout(
        serial=headers.get("serial", (0, ""))[1],
        sensor=headers.get("sensor", (0, ""))[1],
        unit=declared,
        unit_column=unit_column,
        clock=_clock(headers, lowered, number),
        interval_s=_interval(headers),
        records=_records(headers),
        decimal_comma=_decimal_comma(headers, delimiter),
        delimiter=delimiter,
        columns=lowered,
        time_column=next(place for place, name in enumerate(lowered) if name in _TIME_COLUMNS),
        temperature_column=temperature,
        first_line=number + 1,
        problems=tuple(problems),
    )


def _temperature_column(names: tuple[str, ...], number: int) -> tuple[int, str]:
    found = []
    for place, name in enumerate(names):
        match = _COLUMN_WITH_UNIT.fullmatch(name.replace("Temperature", "temperature", 1))
        if name.lower() == "temperature" or match:
            found.append((place, match.group(1) if match else ""))
    if len(found) != 1:
        raise LoggerFileRefused(number, "temperature", f"expected one temperature column, found {len(found)}")
    return found[0]


def _clock(headers: dict[str, tuple[int, str]], columns: tuple[str, ...], number: int) -> Clock:
    in_column = [_TIME_COLUMNS[name] for name in columns if name in _TIME_COLUMNS]
    if len(in_column) != 1:
        raise LoggerFileRefused(number, "time", f"expected one time column, found {len(in_column)}")
    line, form = headers.get("clock", (number, ""))
    form = form or in_column[0] or "iso"
    if form not in {"iso", "epoch_s", "epoch_ms"} or (in_column[0] and form != in_column[0]):
        raise LoggerFileRefused(line, "clock", "expected iso, epoch_s or epoch_ms, as the time column says")
    line, zone = headers.get("zone", (number, ""))
    if not zone:
        return Clock(form)
    tz = declared_zone(zone, line)
    return Clock(form, zone, tz)


def _interval(headers: dict[str, tuple[int, str]]) -> Decimal | None:
    if "interval" in headers and "interval_s" in headers:
        raise LoggerFileRefused(headers["interval_s"][0], "interval_s", "the interval is declared twice")
    line, text = headers.get("interval", headers.get("interval_s", (0, "")))
    if not text:
        return None
    match = _INTERVAL.fullmatch(text)
    unit = match.group(2) if match else None
    if match is None or ("interval" in headers and unit is None) or Decimal(match.group(1)) == 0:
        raise LoggerFileRefused(line, "interval", f"{text[:40]!r} is no interval: expected one such as 60 s or 5 min")
    return Decimal(match.group(1)) * _SECONDS[unit or "s"]


def _records(headers: dict[str, tuple[int, str]]) -> int | None:
    line, text = headers.get("records", (0, ""))
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise LoggerFileRefused(line, "records", "expected the number of readings")
    return int(text)


def _decimal_comma(headers: dict[str, tuple[int, str]], delimiter: str) -> bool:
    line, text = headers.get("decimal", (0, "point"))
    if text not in {"point", "comma"} or (text == "comma" and delimiter == ","):
        raise LoggerFileRefused(line, "decimal", "expected point or comma, and another character between the columns")
    return text == "comma"
