"""`coign check`: explores the rules in memory, without database; `--knock-out`: takes one gate out after another;
`--replay`: does what they found again through the real door.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coign.cli.output import answer, say

SECONDS, SECONDS_KNOCKING = 60.0, 300.0
#: In less time other processes have hardly begun.
SHARED_FROM_S = 20.0
#: So much of the gates that guard patients and products must be shown to be needed.
SHARE_MIN = 0.9
#: Time passes between the acts.
HOW_OFTEN = "at once", "while time passes once", "twice"


def add_commands(commands: Any) -> None:
    """Add `coign check`."""
    check = commands.add_parser("check", help="explore the rules in memory: does anything happen that must not?")
    check.add_argument(
        "--depth", type=_at_least_one, help="how many acts around each stage (default: 6, or as time allows)"
    )
    check.add_argument("--seconds", type=_seconds, help="how long (default: 60, with --knock-out 300)")
    check.add_argument("--knock-out", action="store_true", help="take out each gate: what does it hold back?")
    check.add_argument(
        "--replay",
        metavar="FILE",
        type=Path,
        help="do the stories of this output again, through the door of a scratch database",
    )
    check.add_argument("--json", action="store_true", help="one JSON object on standard output")
    check.add_argument("--debug", action="store_true", help="show where a defect comes from")
    check.set_defaults(run=_run)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, not {text}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, not {text}")
    return seconds


def _run(asked: argparse.Namespace) -> int:
    if asked.replay:
        from coign.cli import replaying

        return replaying.run(asked)
    say("Telling therapies in memory …")
    return _knocked_out(asked) if asked.knock_out else _checked(asked)


def _checked(asked: argparse.Namespace) -> int:
    from coign.checker import checking, invariants, looking
    from coign.cli.program import INCOMPLETE, NO, OK
    from coign.demo import telling_in_memory
    from coign.processes import cores

    seconds, how = asked.seconds or SECONDS, looking.Asked(asked.depth or looking.DEPTH)
    tell, several = telling_in_memory.told_of_this_release, cores() if seconds >= SHARED_FROM_S else 1
    found = checking.check(tell, seconds=seconds, asked=how, processes=several, progress=say)
    seen = found.explored
    violations = [{"invariant": each.invariant, "story": each.story} for each in found.breaches]
    ok = not violations and not found.vacuous
    result = {
        "ok": ok,
        "states": seen.states,
        "transitions": seen.transitions,
        "depth": found.depth,
        "complete": seen.complete,
        "transitions_per_second": round(seen.transitions / seen.seconds) if seen.seconds else 0,
        "invariants": [{"name": each.name, "requirement": each.requirement} for each in invariants.OF_RULES],
        "around": [asdict(each) for each in seen.around],
        "violations": violations,
        "vacuous": list(found.vacuous),
        "never_refused": list(found.never_refused),
        "stands_before": dict(checking.STANDS_BEFORE),
        "followed": found.followed,
    }
    answer(result, in_words(result), as_json=asked.json)
    if not ok:
        return NO
    return INCOMPLETE if asked.depth and not seen.complete else OK


def in_words(result: dict[str, Any]) -> str:
    """What was found, line by line."""
    lines = [
        f"{result['transitions']} acts in {result['states']} situations, {result['transitions_per_second']} a second; "
        f"around each stage everything to {result['depth']} acts at least, one for all alike; "
        f"{len(result['invariants'])} invariants",
    ]
    lines += [_around(each) for each in result["around"]]
    for violation in result["violations"]:
        lines += [f"BROKEN  {violation['invariant']}", *_story(violation["story"])]
    lines += [_never(name, result) for name in result["vacuous"]]
    lines += [f"BEHIND  {gate} refuses nothing: {why}" for gate, why in result["stands_before"].items()]
    if not result["followed"]:
        waiting = len(result["never_refused"])
        lines.append(
            f"Not everything was tried: the time was over. {waiting} gates of the acts tried refused nothing yet."
        )
    lines.append(
        "Nothing happened that must not." if result["ok"] else "Not every rule holds, or not everything was tried."
    )
    return "\n".join(lines)


def _never(name: str, result: dict[str, Any]) -> str:
    """What was never seen, in words."""
    if name in result["never_refused"]:
        return f"NEVER   {name}: this gate refused nothing, whatever was tried"
    silent = name in {each["name"] for each in result["invariants"]}
    return f"NEVER   {name}: this " + (
        "invariant had nothing to say" if silent else "act was tried and never succeeded"
    )


def _around(seen: dict[str, Any]) -> str:
    few = f"to the whole depth with {seen['wrong']} acts wrong or late, " if seen["wrong"] >= 0 else ""
    return (
        f"        around {seen['stage']}: one for all alike to {_depths(seen['alike'])}; each for itself to "
        f"{_depths(seen['depths'])}; {few}{seen['walks']} walks at random; {seen['states']} situations"
    )


def _depths(acts: Sequence[int]) -> str:
    return ", ".join(f"{number} acts {often}" for number, often in zip(acts, HOW_OFTEN, strict=True))


def _story(story: Any) -> list[str]:
    return [f"        {line['who']}: {line['action']}: {line['outcome']}" for line in story]


def _knocked_out(asked: argparse.Namespace) -> int:
    from coign.checker import verdicts
    from coign.cli.program import NO, OK
    from coign.demo import telling_in_memory

    history = telling_in_memory.told_of_this_release()
    found = verdicts.knock_out(history, seconds=asked.seconds or SECONDS_KNOCKING, progress=say)
    share = verdicts.share_shown(found)
    gates = [
        {
            "gate": each.gate.id,
            "risk": each.gate.risk.value,
            "requirement": each.gate.requirement,
            "verdict": each.verdict,
            "with": each.beside or None,
            "invariant": each.invariant or None,
            "story": list(each.story),
            "reason": each.reason or None,
        }
        for each in found
    ]
    ok = share >= SHARE_MIN
    lines = []
    for gate in gates:
        lines.append(f"{gate['verdict']:<20}{gate['gate']}" + (f"  with {gate['with']}" if gate["with"] else ""))
        lines += _story(gate["story"])
    lines.append(f"{share:.1%} of the gates that guard patients and products are shown to be needed")
    answer({"ok": ok, "gates": gates, "share_shown": round(share, 4)}, "\n".join(lines), as_json=asked.json)
    return OK if ok else NO
