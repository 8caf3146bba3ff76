"""`coign bench`: figures as ratios against a limit measured in the same run."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer, say

if TYPE_CHECKING:
    from coign.bench.figures import Figure
    from coign.bench.place import Place


NAMES = "action bulk growth proof heads verify trace pages http start pack"


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The command."""
    bench = commands.add_parser("bench", parents=[common], help="measure, as ratios against limits of this machine")
    bench.add_argument("names", nargs="*", metavar="NAME", help=f"{NAMES}; none: all")
    bench.add_argument("--quick", action="store_true", help="at most three minutes, with fewer samples")
    bench.set_defaults(run=_bench)


def _bench(given: argparse.Namespace) -> int:
    from coign.bench import run

    result = run(
        given.names,
        quick=given.quick,
        progress=say,
        further={name: _of_the_web(name) for name in ("pages", "http", "start", "pack")},
    )
    answer(result, _table(result), as_json=given.as_json)
    return 0


def _of_the_web(name: str) -> "Callable[[Place], list[Figure]]":
    """Pages, interface and start are measured where they are made; nothing of the web is loaded before."""

    def measure(place: "Place") -> "list[Figure]":
        measured: list[Figure] = import_module(f"coign.web.measuring.{name}").measure(place)
        return measured

    return measure


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
