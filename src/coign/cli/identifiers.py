"""`coign id check`: which identifier a scan or a typed value is, and what is wrong with it."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer

if TYPE_CHECKING:
    from coign.gateways.identifiers.schemes import Checked

OK, NO, SEVERAL = 0, 1, 3


def add_commands(commands: Any) -> None:
    """Add `id` and what it can do."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    common.add_argument("--debug", action="store_true", help="show where a defect comes from")
    named = commands.add_parser("id", help="identifiers: GS1, ISBT 128, Single European Code", description=__doc__)
    kinds = named.add_subparsers(title="commands", metavar="WHAT", required=True)
    check = kinds.add_parser("check", parents=[common], help="read one identifier strictly")
    check.add_argument("value", metavar="VALUE", help=r"what was scanned or typed, \x1d for FNC1; -: from input")
    check.add_argument("--scheme", default="", metavar="S", help="read it as this; without it: whatever it could be")
    check.set_defaults(run=_check)


def _check(given: argparse.Namespace) -> int:
    from coign.gateways.identifying import check

    value = _standard_input() if given.value == "-" else given.value
    found = check(value, given.scheme)
    answer(found.as_json(), _text(found), as_json=given.as_json)
    return OK if found.ok else SEVERAL if found.candidates else NO


def _standard_input() -> str:
    from coign.kernel.errors import Invalid

    try:
        return sys.stdin.buffer.read().decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise Invalid.at("VALUE", f"standard input is not UTF-8 (byte {error.start})") from error


def _text(found: "Checked") -> str:
    reading = found.reading
    if found.candidates:
        lines = [f"It can be read in {len(found.candidates)} ways; say which with --scheme:"]
        return "\n".join([*lines, *(f"  {c.scheme:16} {c.kind:10} {c.normalised}" for c in found.candidates)])
    if reading.ok:
        parts = "\n".join(f"  {name:24} {value}" for name, value in reading.parts.items())
        return f"{reading.scheme}, {reading.kind}: {_shown(reading.normalised)}\n{parts}"
    problems = "\n".join(f"  character {p.position + 1}: {p.message} [{p.rule}]" for p in reading.problems)
    return f"Not valid{f' as {reading.scheme}' if reading.scheme else ''}:\n{problems}"


def _shown(text: str) -> str:
    """Control characters would be swallowed by a terminal."""
    return text.replace("\x1d", r"\x1d")
