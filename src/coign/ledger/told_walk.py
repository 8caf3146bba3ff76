"""Walks over what sound entries say: their signatures, the invariants, and the heads of all subjects.

Which entries are sound was found out before, on the walk over their bytes; the others are left out here.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, LiteralString, NamedTuple

import orjson

from coign.ledger.heads_walk import HeadsWalk
from coign.ledger.sharing import Here
from coign.ledger.shutting import Problem
from coign_verify.invariants import INVARIANTS, Replay
from coign_verify.signers import SignatureWalk
from coign_verify.tiles import TILE_HASHES

_BODIES: LiteralString = (
    "select position, body from entry "
    "where ledger_id = %(ledger)s and position >= %(start)s and position < %(end)s order by position"
)


class Told(NamedTuple):
    """What came of it: what is wrong, and what is proved and not if nothing is."""

    problems: list[Problem]
    proved: list[str]
    not_proved: list[str]


def _sound(here: Here, part: range, unsound: Collection[int]) -> Iterator[tuple[int, Any]]:
    """The sound entries of a range as plain values, each with its position."""
    told = 0
    with here.streams() as streams:
        for position, body in streams.rows("bodies", _BODIES, start=part.start, end=part.stop):
            if position not in unsound:
                yield position, orjson.loads(body)
            if position - part.start - told >= TILE_HASHES:
                here.tell(TILE_HASHES)
                told += TILE_HASHES
    here.tell(len(part) - told)


def check_signatures(here: Here, part: range, walk: SignatureWalk, unsound: Collection[int]) -> tuple[Any, Any]:
    """Check the signatures of a range with the keys that were enrolled where it begins: problems, and the walk."""
    problems = []
    for position, plain in _sound(here, part, unsound):
        # The entry was found to be in its one spelling, so these are the bytes that stand in it.
        wrong = walk.check(position, plain, partial(_canonical, plain["intent"]))
        if wrong is not None:
            problems.append(wrong)
    return problems, walk


def _canonical(plain: Any) -> bytes:
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def replay_invariants(here: Here, unsound: Collection[int]) -> Told:
    """Replay the invariants over the whole record, in its order."""
    assert here.record.terms is not None
    replay = Replay(INVARIANTS, here.record.terms)
    # From the first tile on in which an entry is missing, what would need it is not judged.
    gap = min(unsound, default=here.record.size) // TILE_HASHES * TILE_HASHES
    problems = []
    for position, plain in _sound(here, range(here.record.size), unsound):
        if unsound and position >= gap:
            replay.expect_gaps()
        for broken in replay.feed(plain):
            problems.append(Problem(broken.position, "invariant", f"{broken.invariant}: {broken.sentence}"))
    return Told(problems, replay.proved(), replay.not_proved())


def check_heads(here: Here, unsound: Collection[int]) -> Told:
    """Recompute the heads of all subjects at each size at which the record committed to them."""
    walk = HeadsWalk(here)
    for position, plain in _sound(here, range(here.record.size), unsound):
        walk.check(position, plain)
    walk.end()
    return Told(walk.problems, walk.proved() if walk.agreeing else [], [])
