"""Stories: as they are read aloud, and so that the same can be done again."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from coign import catalogue
from coign.checker.ground import Beginning
from coign.checker.history import History
from coign.checker.rules import Move
from coign.kernel.values import Actor, Instant, Secret
from coign.ledger.encoding import from_record, from_wire, plain

Line = Mapping[str, Any]
#: Stands where the name of an invariant does: a rule failed with an error of its own.
EVERY_RULE_ANSWERS = "every_rule_answers"


class Story(NamedTuple):
    """So many acts as the history tells them, then these, each at its time. `digest`: of that history."""

    told: int
    moves: tuple[Move, ...]
    digest: str


def told_of(history: History, beginning: Beginning, moves: Sequence[Move], outcome: str) -> list[Line]:
    """A story line by line: what came before, then who does what, and what comes of it.

    `who`, `action` and `outcome` are for reading; the rest is what `story_in` reads again.
    """
    first = {"who": "everybody", "action": "As it should be", "outcome": beginning.words}
    last = len(moves) - 1
    return [
        {**first, "told": beginning.told, "history": digest_of(history)},
        *(_line(move, outcome if index == last else "done") for index, move in enumerate(moves)),
    ]


def _line(move: Move, outcome: str) -> Line:
    return {
        "who": f"{move.actor.person.identifier} ({move.actor.role})",
        "action": move.action.title,
        "outcome": "; ".join(filter(None, (move.twist, outcome))),
        "asked": {
            "action": move.action.name,
            "actor": plain(move.actor),
            "command": command_of(move.command),
            "time": str(move.time),
            "position": move.position,
        },
    }


def command_of(command: Any) -> dict[str, Any]:
    """A command as it is sent from outside, with what is set inside as well."""
    found = {}
    for f in fields(command):
        value = getattr(command, f.name)
        found[f.name] = value.text if isinstance(value, Secret) else plain(value)
    return found


def story_in(lines: Sequence[Line]) -> Story:
    """What `told_of` wrote. Raises `ValueError`, `KeyError`, `TypeError` or `Invalid` for anything else."""
    first, *acts = lines
    return Story(
        int(first["told"]), tuple(_move(line["asked"], str(line["outcome"])) for line in acts), first["history"]
    )


def _move(asked: Mapping[str, Any], twist: str) -> Move:
    action = catalogue.ACTIONS[asked["action"]]
    command = from_wire(action.command, asked["command"])
    return Move(
        action, command, from_record(Actor, asked["actor"]), Instant.parse(asked["time"]), asked["position"], twist
    )


def at(move: Move, time: Instant) -> Move:
    """The same at the time when it was done."""
    return replace(move, time=max(move.time, time))


@lru_cache(maxsize=4)
def digest_of(history: History) -> str:
    """A story goes on from these very acts, and from no others."""
    acts = [
        [told.move.action.full_name, plain(told.move.actor), command_of(told.move.command), str(told.move.time)]
        for told in history.acts
    ]
    return hashlib.sha256(orjson.dumps(acts)).hexdigest()
