"""`coign drill …`: break something on purpose, in a temporary installation, and look at what stands in the ledger."""

import argparse
from pathlib import Path
from typing import Any

from coign.cli.output import answer, say


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """The drills; each works in a temporary installation of its own."""
    drill = commands.add_parser("drill", help="break something on purpose and look", description=__doc__)
    kinds = drill.add_subparsers(title="drills", metavar="WHAT", required=True)
    crash = kinds.add_parser("crash", parents=[common], help="kill -9 of process and database, again and again")
    crash.add_argument("--times", type=_times, default=5, metavar="N", help="rounds (5)")
    crash.add_argument("--seed", type=int, metavar="S", help="the same seed kills in the same ways")
    crash.set_defaults(run=_crash)
    stops = kinds.add_parser("database", parents=[common], help="the database stops; the connection is cut at COMMIT")
    stops.add_argument("--times", type=_times, default=3, metavar="N", help="stops, and cuts of each kind (3)")
    stops.set_defaults(run=_database)
    restore = kinds.add_parser("restore", parents=[common], help="back up under load, lose everything, restore")
    restore.set_defaults(run=_restore)
    mutate = kinds.add_parser(
        "mutate", parents=[common], help="change a pack, or rows of the database, in every way: each must be found"
    )
    what = mutate.add_mutually_exclusive_group(required=True)
    what.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a file of `coign pack`")
    what.add_argument("--rows", action="store_true", help="rows of a record in a temporary installation")
    mutate.add_argument("--times", type=_times, default=1000, metavar="N", help="changes (1000)")
    mutate.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same changes")
    mutate.set_defaults(run=_mutate)
    kinds.add_parser("disk", parents=[common], help="the disk is full").set_defaults(run=_disk)
    kinds.add_parser("clock", parents=[common], help="the clock is wrong").set_defaults(run=_clock)


def _verified(said: dict[str, Any]) -> str:
    return "The ledger verifies." if said["verified"] else "The ledger does not verify: " + "; ".join(said["problems"])


def _times(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more, not {text!r}")
    return int(text)


def _crash(given: argparse.Namespace) -> int:
    from coign.drill.crash import drill

    result = drill(given.times, given.seed, progress=say)
    said = result.to_json()
    text = (
        f"{said['rounds']} rounds, {said['acknowledged']} acknowledged, {said['found']} found, {said['repeated']} "
        f"repeated without an answer: {len(said['lost'])} lost, {len(said['doubled'])} doubled.\n"
        f"{_verified(said)}"
    )
    answer(said, text, as_json=given.as_json)
    return 0 if result.ok else 1


def _database(given: argparse.Namespace) -> int:
    from coign.drill.database import drill

    result = drill(given.times, progress=say)
    said = result.to_json()
    text = (
        f"{said['stops']} stops, {said['cuts']} connections cut at COMMIT: {said['acknowledged']} acknowledged, "
        f"{said['found']} found, {said['unavailable']} told to try again; {len(said['lost'])} lost, "
        f"{len(said['doubled'])} doubled.\n"
        f"{_verified(said)}"
    )
    answer(said, text, as_json=given.as_json)
    return 0 if result.ok else 1


def _restore(given: argparse.Namespace) -> int:
    from coign.drill.restore import drill

    result = drill(progress=say)
    said = result.to_json()
    older, found = said["older"], sum(damage["found"] for damage in said["damages"])
    text = (
        f"{said['acknowledged']} acknowledged, {said['found']} found after the restore of the newest backup: "
        f"{len(said['lost'])} lost, {len(said['doubled'])} doubled; states and lists are "
        f"{'as they were' if said['states_equal'] else 'NOT as they were'}.\n"
        f"The older backup came back with {older['entries']} entries, {older['missing']} of later are missing: "
        f"{'it starts read-only and says why' if older['read_only'] else 'NOBODY NOTICED'}.\n"
        f"{found} of {len(said['damages'])} damaged copies were found and the part named.\n"
        f"{_verified(said)}"
    )
    answer(said, text, as_json=given.as_json)
    return 0 if result.ok else 1


def _disk(given: argparse.Namespace) -> int:
    from coign.drill.disk import drill

    result = drill(progress=say)
    said = result.to_json()
    if not result.possible:
        answer(said, f"Not shown here: {said['why']}", as_json=given.as_json)
        return 3
    text = (
        f"The disk was filled ({said['means']}) after {said['acknowledged_before']} acknowledged entries: "
        f"{said['unavailable']} callers were told to try again, {said['acknowledged']} acknowledged in the end, "
        f"{said['found']} found, {len(said['lost'])} lost, {len(said['doubled'])} doubled."
    )
    answer(said, text + "".join(f"\n{each}" for each in said["problems"]), as_json=given.as_json)
    return 0 if result.ok else 1


def _clock(given: argparse.Namespace) -> int:
    from coign.drill.clock import drill

    result = drill(progress=say)
    said = result.to_json()
    lines = [
        f"{each['case']:18} {'stopped' if each['stopped'] else 'went on':8} "
        f"{each['backdated']} backdated  {'as it must be' if each['ok'] else 'NOT AS IT MUST BE'}"
        for each in said["cases"]
    ]
    answer(said, "\n".join(lines), as_json=given.as_json)
    return 0 if result.ok else 1


def _mutate(given: argparse.Namespace) -> int:
    return _mutate_rows(given) if given.rows else _mutate_pack(given)


def _mutate_rows(given: argparse.Namespace) -> int:
    from coign.drill.rows import drill

    said = drill(given.times, given.seed, progress=say).to_json()
    lines = [f"{said['tried']} changes of rows: {said['found']} found, {said['located']} located"]
    lines += [f"  {kind}: {n['tried']}, {n['found']}, {n['located']}" for kind, n in said["kinds"].items()]
    lines += [f"Not changed, {what}: {why}" for what, why in said["not_covered"].items()]
    answer(said, "\n".join([*lines, *said["missed"], *said["elsewhere"]]), as_json=given.as_json)
    return 0 if said["ok"] else 1


def _mutate_pack(given: argparse.Namespace) -> int:
    from coign.drill.mutating import drill
    from coign.kernel.errors import Invalid

    try:
        result = drill(given.file.read_bytes(), given.times, given.seed, progress=say)
    except (OSError, ValueError) as error:
        raise Invalid.at("FILE", f"{given.file} is no pack that verifies: {error}") from error
    said = result.to_json()
    text = f"{result.times} changes of {given.file}: {result.found} found"
    answer(said, "\n".join([text, *result.missed, *result.elsewhere]), as_json=given.as_json)
    return 0 if said["ok"] else 1
