"""Conformance with ISBT 128 and the Single European Code: check characters, bar code data, codes as printed."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coign.conformance.expectation import ACCEPTED, REFUSED, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign.gateways.identifiers import isbt128, single_european_code
from coign.gateways.identifiers.reading import Reading, Unreadable

Case = Mapping[str, Any]

#: Words about a case that are no fields of what was read.
_ABOUT = frozenset({"eye_readable", "electronic", "expect", "input", "why", "printed_in"})


def run(folder: Folder, tally: Tally) -> None:
    for row in folder.rows:
        with tally.reading(row):
            held = json.loads(folder.read(row))
            for case in held["cases"]:
                _case(tally, row, case)
            for case in held.get("invalid", ()):
                reading = isbt128.read_donation_number(case["din"] + case["k"])
                rules = [problem.rule for problem in reading.problems]
                tally.case(row, f"{case['din']} {case['k']}", expected=["din.check_character"], got=rules)


def _case(tally: Tally, row: Row, case: Case) -> None:
    """What a case asks shows in its fields."""
    if "din" in case:
        _donation_number(tally, row, case)
    elif "full" in case:
        _basic_udi_di(tally, row, case)
    elif "segments" in case:
        _message(tally, row, case)
    elif "eye_readable" in case:
        _single_european_code(tally, row, case)
    elif "input" in case:
        # A refusal only: whichever of the two it was written for, neither may take it.
        readings = (isbt128.read(case["input"]), single_european_code.read(case["input"]))
        _verdict(tally, row, case["input"], case["expect"], accepted=any(reading.ok for reading in readings))
    else:
        tally.skip(row, f"a case of no known kind: {', '.join(case)}")


def _verdict(tally: Tally, row: Row, name: str, expect: str, *, accepted: bool) -> None:
    tally.case(row, name, expected=expected_answer(expect), got=ACCEPTED if accepted else REFUSED)


def _donation_number(tally: Tally, row: Row, case: Case) -> None:
    """Check value, printed character and flags, each computed and each read back."""
    din = case["din"]
    printed = isbt128.read_donation_number(f"{din}{case['k']}")
    scanned = isbt128.read(f"={din}{case['type3_flag']}")
    got = {
        "checksum": isbt128.check_value(din),
        "k": isbt128.check_character(din),
        "type3_flag": str(isbt128.check_value(din) + 60),
        "read": (printed.ok, scanned.ok, scanned.parts.get("din")),
    }
    wanted = {name: case[name] for name in ("checksum", "k", "type3_flag")} | {"read": (True, True, din)}
    tally.case(row, din, expected=wanted, got=got)


def _basic_udi_di(tally: Tally, row: Row, case: Case) -> None:
    reading = isbt128.read_basic_udi_di(case["full"])
    expected, got = _fields(case, reading, ("body", "checksum"), {"checksum": "check"})
    tally.case(row, case["full"], expected=expected, got=got)


def _message(tally: Tally, row: Row, case: Case) -> None:
    def ask() -> dict[str, Any]:
        found = isbt128.segments(case["input"])
        return {
            "compound": isbt128.compound(found),
            "segments": [
                # Only the fields that the case names are compared; there may be more.
                {"structure": s.structure, "raw": s.raw, "fields": {f: s.fields.get(f) for f in wanted["fields"]}}
                for s, wanted in zip(found, case["segments"], strict=False)
            ],
            "count": len(found),
        }

    expected = {
        "compound": case.get("compound"),
        "segments": case["segments"],
        "count": len(case["segments"]),
    }
    if expected_answer(case["expect"]) != ACCEPTED:
        expected = {"refused": True}
    tally.case(row, case["input"], expected=expected, got=_or_refused(ask))


def _or_refused(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return ask()
    except Unreadable:
        return {"refused": True}


def _single_european_code(tally: Tally, row: Row, case: Case) -> None:
    """One case for both spellings: what is wrong with either fails it."""
    names = [name for name in case if name not in _ABOUT]
    expected: dict[str, Any] = {}
    got: dict[str, Any] = {}
    for spelling in ("eye_readable", "electronic"):
        reading = single_european_code.read(case[spelling])
        expected[spelling], got[spelling] = _fields(case, reading, names, {})
        if reading.ok:
            expected[spelling]["normalised"], got[spelling]["normalised"] = case["electronic"], reading.normalised
    tally.case(row, case["eye_readable"], expected=expected, got=got)


def _fields(
    case: Case, reading: Reading, names: Iterable[str], ours: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    expected: dict[str, Any] = {"verdict": expected_answer(case["expect"])}
    got: dict[str, Any] = {"verdict": ACCEPTED if reading.ok else REFUSED}
    if expected["verdict"] == ACCEPTED:
        expected |= {name: case[name] for name in names}
        got |= {name: reading.parts.get(ours.get(name, name)) for name in names}
    return expected, got
