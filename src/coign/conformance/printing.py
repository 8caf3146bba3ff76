"""The command `coign conformance`: runs, prints, and answers with its exit code."""

import json
import sys
from pathlib import Path

from coign.conformance.manifest import UnusableError
from coign.conformance.report import Report, Tally
from coign.conformance.running import run

SHOWN_MAX = 20


def command(directory: str, standard: str | None, as_json: bool) -> int:
    """Print the result of a run (one JSON object, or a table) and return the exit code; progress to standard error."""
    try:
        report = run(Path(directory), standard, progress=_say)
    except UnusableError as error:
        if as_json:
            print(json.dumps({"ok": False, "standards": [], "error": str(error)}, ensure_ascii=False))
        _say(f"coign conformance: {error}")
        return 2
    print(json.dumps(report.to_json(), ensure_ascii=False) if as_json else _table(report))
    return report.exit_code


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _table(report: Report) -> str:
    width = max(len(each.standard) for each in report.standards)
    lines = [f"{'standard':{width}}  files  cases  passed  failed  optional  not covered"]
    for each in report.standards:
        lines.append(
            f"{each.standard:{width}}  {each.files:5}  {each.cases:5}  {each.passed:6}  {len(each.failures):6}"
            f"  {each.optional:8}  {len(each.not_covered):11}"
        )
    for each in report.standards:
        lines += _details(each)
    return "\n".join([*lines, "", _verdict(report)])


def _details(tally: Tally) -> list[str]:
    lines = [
        f"failed       {tally.standard}/{each.file}, {each.case}: expected {each.expected}, got {each.got}"
        for each in tally.failures
    ]
    reasons: dict[str, list[str]] = {}
    for each in tally.not_covered:
        reasons.setdefault(each.why, []).append(each.file)
    for why, files in reasons.items():
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        lines.append(f"not covered  {tally.standard}/{files[0]}{more}: {why}")
    if len(lines) > SHOWN_MAX:
        lines[SHOWN_MAX:] = [f"… and {len(lines) - SHOWN_MAX} more about {tally.standard}; --json lists all"]
    return ["", *lines] if lines else []


def _verdict(report: Report) -> str:
    match report.exit_code:
        case 0:
            return "Every case passed and every row is covered."
        case 1:
            return "At least one case failed."
        case _:
            return "No case failed, but the run is incomplete: not every row is covered."
