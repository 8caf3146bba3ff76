"""`coign check --replay FILE`: what the checker printed is done again through the real door of a scratch database."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from coign.checker.stories import story_in
from coign.cli.output import answer, say
from coign.database import scratch
from coign.demo import telling_in_memory
from coign.demo.replaying import Asked, Replayed, replay_all, replaying
from coign.kernel.errors import Invalid

EXPECTED = (
    "expected what `coign check --json` or `coign check --knock-out --json` prints, or one violation or gate of it"
)


def run(asked: argparse.Namespace) -> int:
    """Replay every story of the file; 1 when one does not come out as it was told."""
    from coign.cli.program import NO, OK

    stories = list(stories_in(asked.replay))
    if not stories:
        raise Invalid.at("replay", f"there is no story in {asked.replay}: {EXPECTED}")
    history = telling_in_memory.told_of_this_release()
    say(f"Doing {len(stories)} stories again through the door …")
    with (
        scratch(durable=False) as database,
        tempfile.TemporaryDirectory() as home,
        replaying(database, Path(home), history) as replays,
    ):
        found = replay_all(replays, stories, say)
    told = [_told(story, replayed) for story, replayed in zip(stories, found, strict=True)]
    ok = all(each["as_told"] for each in told)
    answer({"ok": ok, "replayed": told}, _text(told), as_json=asked.json)
    return OK if ok else NO


def stories_in(file: Path) -> Iterator[Asked]:
    """Every story that a file holds; `Invalid` says what was expected instead."""
    try:
        body = orjson.loads(file.read_bytes())
        for found in body.get("violations") or body.get("gates") or [body]:
            if found["story"]:
                beside = (found.get("with") or "").split(", ")
                gates = frozenset(filter(None, (found.get("gate"), *beside)))
                yield Asked(story_in(found["story"]), found["invariant"], gates)
    except (ValueError, KeyError, TypeError, AttributeError, Invalid) as error:
        raise Invalid.at("replay", f"{file} holds no story that can be done again: {EXPECTED}") from error


def _told(asked: Asked, found: Replayed) -> Mapping[str, Any]:
    return {
        "without": sorted(asked.without),
        "invariant": asked.invariant,
        "as_told": not found.differs,
        "differs": found.differs or None,
        "steps": found.steps,
    }


def _text(told: list[Mapping[str, Any]]) -> str:
    lines = []
    for each in told:
        gates = f" without {', '.join(each['without'])}" if each["without"] else ""
        lines.append(f"{'as told' if each['as_told'] else 'DIFFERS':<9}{each['invariant']}{gates}")
        lines += [f"        {line['who']}: {line['action']}: {line['outcome']}" for line in each["steps"]]
        lines += [f"        it differs: {each['differs']}"] if each["differs"] else []
    as_told = sum(each["as_told"] for each in told)
    return "\n".join([*lines, f"{as_told} of {len(told)} stories came out through the door as they were told"])
