"""`coign-verify FILE [--trust FILE] [--json]`: checks a pack on any machine, without a network.

Exit 0 it verifies · 1 it does not · 2 a file cannot be used · 3 intact, but of unknown origin.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from coign_verify.pack import is_pack
from coign_verify.pack_check import verify_pack
from coign_verify.trust import Trust, read_trust


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one file, print what is proved, and give the exit code."""
    parser = argparse.ArgumentParser(prog="coign-verify", description="Check a pack of `coign pack`, offline.")
    parser.add_argument("file", metavar="FILE", type=Path, help="the pack")
    parser.add_argument("--trust", metavar="FILE", type=Path, help="keys of log and witnesses; otherwise none")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    try:
        content = given.file.read_bytes()
        trust = read_trust(given.trust.read_text("ascii")) if given.trust else Trust()
    except (OSError, ValueError) as error:
        return _unusable(str(error), as_json=given.json)
    if not is_pack(content):
        return _unusable(f"{given.file} is not a pack", as_json=given.json)
    found = verify_pack(content, trust)
    print(json.dumps(found.as_json(), ensure_ascii=False) if given.json else found.text())
    return found.exit_code


def _unusable(why: str, *, as_json: bool) -> int:
    print(f"coign-verify: {why}", file=sys.stderr)
    if as_json:
        print(json.dumps({"ok": False, "error": why}))
    return 2
