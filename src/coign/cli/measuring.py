"""`coign bench`: figures as ratios against a limit measured in the same run."""

import argparse
from typing import Any

from coign.cli.output import answer, say


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The command."""
    bench = commands.add_parser("bench", parents=[common], help="measure, as ratios against limits of this machine")
    bench.add_argument("names", nargs="*", metavar="NAME", help="action bulk growth proof verify; none: all of them")
    bench.add_argument("--quick", action="store_true", help="at most three minutes, with fewer samples")
    bench.set_defaults(run=_bench)


def _bench(given: argparse.Namespace) -> int:
    from coign.bench import run

    result = run(given.names, quick=given.quick, progress=say)
    answer(result, _table(result), as_json=given.as_json)
    return 0


def _table(result: dict[str, Any]) -> str:
    width = max((len(each["name"]) for each in result["figures"]), default=0)
    lines = [result["machine"], f"fsync ms: {', '.join(f'{ms:.2f}' for ms in result['fsync_ms'])}", ""]
    for each in result["figures"]:
        aim = "" if each["aim"] is None else f"aim {each['aim']:g} {'met' if each['met'] else 'NOT MET'}"
        ratio = "" if each["ratio"] is None else f"= {each['ratio']:.3f} of {each['limit']:,.0f} {each['limit_name']}"
        lines.append(f"{each['name']:{width}}  {each['value']:>12,.2f} {each['unit']:22} {ratio}  {aim}")
        if each["note"]:
            lines.append(f"{'':{width}}  {each['note']}")
    return "\n".join(lines)
