"""Two things go wrong in one therapy: after a deviation that was not held back, a later act is done otherwise too."""

import random
import time
from collections.abc import Container

from coign.checker.knocking import Deviation, Knocking

#: The order in which first deviations are tried, always the same: whatever time is left goes to all kinds of them.
SEED = 1


def look_twice(told: Knocking, gates: Container[str] | None) -> int:
    """How many pairs were tried until the time was over.

    `gates`: the acts that have one of these are done otherwise, and what is held back by them is noted; None: all are.
    """
    places = {
        index: numbers
        for index, numbers in told.twisted.items()
        if gates is None or any(gate.id in gates for gate in told.ground.moves[index].action.gates)
    }
    first = list(told.happened)
    random.Random(SEED).shuffle(first)  # noqa: S311 - an order, no secret
    tried = 0
    for deviation in first:
        if time.monotonic() > told.ends:
            break
        tried += _after(told, deviation, places, gates)
    return tried


def _after(told: Knocking, first: Deviation, places: dict[int, list[int]], gates: Container[str] | None) -> int:
    """What becomes of every other way to do an act, once the first deviation has happened."""
    world, done, tried = told.begins(first), list[int](), 0
    for number in (*first.instead, *told.rest(first)):
        for twisted in places.get(number, ()) if number not in first.instead else ():
            outcome, tried = told.ground.outcome(world, twisted), tried + 1
            both = first._replace(later=((number, twisted),))
            if told.is_broken(both, done, twisted, outcome) or outcome.changes:
                continue
            if outcome.unmet and (gates is None or any(gate in gates for gate in outcome.unmet)):
                told.note(frozenset(outcome.unmet), both)
        outcome = told.ground.outcome(world, number)
        told.ground.enter(world, outcome)
        if outcome.broken:
            break  # it was told when the first one was followed
        if outcome.changes:
            done.append(number)
    return tried
