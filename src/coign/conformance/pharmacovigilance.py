"""Conformance of signal statistics over published counts of reports, and of the reading of a public report."""

import csv
import io
import json
from collections.abc import Mapping
from math import isclose
from typing import Any

from coign import rulesets
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.kernel.values import Instant
from coign.safety.signals.disproportion import Ratio, Reports, chi_square, prr, ror
from coign.safety.signals.public_reports import read

NEWEST = Instant("9999-12-31T00:00:00.000000Z")
#: The tables print six digits after the point: a value is equal within this, or within half of the last digit.
RELATIVE, HALF_A_DIGIT = 1e-5, 6e-7


def run(folder: Folder, tally: Tally) -> None:
    """Every row of the folder."""
    for row in folder.rows:
        with tally.reading(row):
            if row.expect.startswith("PRR, ROR"):
                for case in csv.DictReader(io.StringIO(folder.read(row).decode())):
                    _table(tally, row, case)
            elif row.expect == "reference" or row.expect.startswith("input"):
                tally.support(row)
            elif row.expect.startswith("expected JSON reading of "):
                _reading(folder, tally, row)


def _reading(folder: Folder, tally: Tally, row: Row) -> None:
    """One case a field: the reading of the file that the row names says what the JSON says."""
    named = row.expect.removeprefix("expected JSON reading of ").split()[0]
    source = folder.row(named)
    if source is None:
        raise LookupError(f"the manifest has no {named}")
    (report,) = read(folder.read(source).decode())
    expected, got = flat(json.loads(folder.read(row))), flat(report)
    for field in sorted(expected | got):
        tally.case(row, field, expected=expected.get(field, "not there"), got=got.get(field, "not there"))


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every field of a nested value by its path."""
    if isinstance(value, dict):
        return {p: v for name, each in value.items() for p, v in flat(each, f"{path}.{name}".lstrip(".")).items()}
    if isinstance(value, list):
        return {p: v for n, each in enumerate(value) for p, v in flat(each, f"{path}[{n}]").items()}
    return {path: value}


def _table(tally: Tally, row: Row, case: Mapping[str, str]) -> None:
    rules, name = rulesets.load(), f"{case['product']}, {case['term']}"
    reports = Reports(*(int(case[cell]) for cell in "abcd"))
    proportional, odds = prr(reports, rules, NEWEST), ror(reports, rules, NEWEST)
    got = _of("prr", proportional.ratio) | _of("ror", odds.ratio)
    got |= {"chi2_yates": chi_square(reports), "expected": reports.expected}
    for column, value in got.items():
        tally.case(row, f"{name}, {column}", expected=case[column], got=_as_printed(case[column], value))
    tally.case(row, f"{name}, signal", expected=case["signal"], got="yes" if proportional.flagged else "no")


def _of(name: str, ratio: Ratio | None) -> dict[str, float | None]:
    values = (None, None, None) if ratio is None else (ratio.value, ratio.low, ratio.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), values, strict=True))


def _as_printed(expected: str, got: float | None) -> str:
    """The expected text where our value is equal to it, else our own value; no ratio is an empty text."""
    if got is None:
        return ""
    same = expected and isclose(float(expected), got, rel_tol=RELATIVE, abs_tol=HALF_A_DIGIT)
    return expected if same else repr(got)
