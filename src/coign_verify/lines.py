"""The lines of a pack held against the leaf hashes that its contents list: which entry is which, and what is wrong."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from coign_verify.findings import Findings
from coign_verify.jcs import JsonError, loads_strict
from coign_verify.tree import leaf_hash


@dataclass(slots=True)
class Sorted:
    """The entries that are as they were listed, in their order: as bytes, and as plain values."""

    bodies: dict[int, bytes] = field(default_factory=dict)
    entries: dict[int, Any] = field(default_factory=dict)


def sort_lines(data: bytes, leaves: Mapping[int, bytes], withheld: Set[int], origin: str, found: Findings) -> Sorted:
    """Name what was changed, added, left out or moved; the rest is given."""
    lines = data.split(b"\n")
    if lines.pop() != b"":
        found.say(None, "container", "the last entry does not end with a line feed")
    places = {leaf: at for at, leaf in leaves.items()}
    kept, told = Sorted(), set[int]()
    for number, line in enumerate(lines):
        at = places.get(leaf_hash(line))
        if at is None:
            told |= _strange(number, line, leaves, withheld, origin, found)
        elif at in kept.bodies:
            found.say(at, "added", "it stands here twice")
        elif at in withheld:
            found.say(at, "added", "it is here, and the contents say that it is withheld")
        else:
            kept.bodies[at] = line
    _say_moved(list(kept.bodies), found)
    for at in leaves.keys() - withheld - kept.bodies.keys() - told:
        found.say(at, "missing", "it is listed, and is not there")
    kept.bodies = dict(sorted(kept.bodies.items()))
    for at, line in kept.bodies.items():
        try:
            plain = loads_strict(line)
            claimed = plain["position"]
        except (JsonError, KeyError, TypeError):
            found.say(at, "changed", "its bytes are not those of an entry")
            continue
        kept.entries[at] = plain
        if claimed != at:
            found.say(at, "reordered", f"it is the entry of position {claimed!r:.30}")
    return kept


def _say_moved(order: list[int], found: Findings) -> None:
    highest = -1
    for at in order:
        if at < highest:
            found.say(at, "reordered", f"it stands behind entry {highest}")
        highest = max(highest, at)


def _strange(
    number: int, line: bytes, leaves: Mapping[int, bytes], withheld: Set[int], origin: str, found: Findings
) -> set[int]:
    """A line that is no entry as listed: which one it stands for, if any."""
    listed = sorted(leaves.keys() - withheld)
    here = listed[number] if number < len(listed) else None
    try:
        plain = loads_strict(line)
        claimed, ledger = plain["position"], plain["ledger"]
    except (JsonError, KeyError, TypeError):
        found.say(here, "changed", f"line {number + 1} does not hold the bytes of an entry")
        return {here} if here is not None else set()
    if not isinstance(claimed, int) or claimed not in listed:
        found.say(here, "added", f"line {number + 1} holds an entry that is not listed, of position {claimed!r:.30}")
        return set()
    if ledger != origin:
        found.say(claimed, "replaced", f"it is of another record, {ledger!r:.100}")
    else:
        found.say(claimed, "changed", "its bytes do not give its leaf hash")
    return {claimed}
