"""The command `coign programme check FILE`."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coign.programmes.nodes import Problem
from coign.programmes.reading import Actions, problems

YES, NO, UNUSABLE = 0, 1, 2


def add_commands(commands: Any, actions: Callable[[], Actions] = lambda: None) -> None:
    """Add `programme check` to the commands of `coign`. `actions`: what journeys may name, asked for when it runs."""
    programme = commands.add_parser("programme", help="look at programme files")
    kinds = programme.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = kinds.add_parser("check", help="name every problem of a programme file with its line")
    check.add_argument("file", metavar="FILE")
    check.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    check.add_argument("--debug", action="store_true", help="show where a defect comes from")

    def run(parsed: argparse.Namespace) -> int:
        return check_file(Path(parsed.file), as_json=parsed.as_json, actions=actions())

    check.set_defaults(run=run)


def check_file(file: Path, *, as_json: bool, actions: Actions) -> int:
    """Print what is wrong with a file; the exit code: 0 nothing, 1 something, 2 it cannot be read at all."""
    try:
        content = file.read_bytes()
    except OSError as error:
        said = f"{file}: {error.strerror or error}"
        _print({"ok": False, "problems": [], "error": said}, [said], as_json=as_json)
        return UNUSABLE
    try:
        found = problems(content.decode(), actions)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = [Problem(line, "encoding", "is not UTF-8 text")]
    listed = [{"line": p.line, "rule": p.rule, "message": p.message} for p in found]
    lines = [f"{file}:{p.line}: {p.rule}: {p.message}" for p in found] or [f"{file}: no problems"]
    _print({"ok": not found, "problems": listed}, lines, as_json=as_json)
    return NO if found else YES


def _print(result: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print("\n".join(lines), file=sys.stdout if "error" not in result else sys.stderr)
