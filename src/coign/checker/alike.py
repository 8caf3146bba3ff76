"""Which of the moves at hand are alike, so that one of them can stand for the others."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import fields

from coign.checker.ground import Ground
from coign.checker.invariants import REMEMBERED
from coign.checker.rules import Move

#: Of acts of one kind that are told one after another, as a laboratory enters its results, so many stand for all, with
#: whatever may go wrong with them.
OF_A_KIND = 2


def stand_ins(ground: Ground) -> list[int]:
    """The numbers of the moves of which each stands for all that are like it where the ground begins.

    Somebody else who does an act is like anybody else who does it, unless they have a part in what is told at hand.
    Another value is like another one with which the same gates refuse and the invariants would remember the same, were
    it done all the same.
    """
    told = _first_of_each_kind(ground)
    parts = {move.actor.person for move in told.values()}
    kept: dict[Hashable, int] = {}
    for number, move in enumerate(ground.moves):
        as_told = told.get(move.position)
        if as_told is None:
            continue
        found = ground.outcome(ground.start, number)
        how: Hashable = "as told"
        if move.actor != as_told.actor:
            how = move.actor if move.actor.person in parts else "by somebody else"
        elif move.twist:
            how = _remembered(ground, number, found.unmet) or _other_fields(move, as_told)
        kept.setdefault((move.position, found.unmet, bool(found.denied), how), number)
    return list(kept.values())


def _first_of_each_kind(ground: Ground) -> dict[int, Move]:
    found, of_a_kind = dict[int, Move](), Counter[str]()
    for move in ground.moves:
        if not move.twist:
            of_a_kind[move.action.name] += 1
            if of_a_kind[move.action.name] <= OF_A_KIND:
                found[move.position] = move
    return found


def _other_fields(move: Move, told: Move) -> tuple[str, ...]:
    """Which fields of the command say something else."""
    names = (f.name for f in fields(move.command))
    return tuple(name for name in names if getattr(move.command, name) != getattr(told.command, name))


def _remembered(ground: Ground, number: int, unmet: tuple[str, ...]) -> Hashable:
    """What would be remembered and broken if no gate refused; None: it cannot be done at all."""
    done = ground.outcome(ground.start, number, frozenset(unmet))
    if not done.changes:
        return None
    changed = ((ground.slot(index), value) for index, value in done.changes)
    # Of views only that they change: rules read much of what they hold, but seldom each value.
    changes = frozenset((slot, value if slot[0] in REMEMBERED else 0) for slot, value in changed)
    return changes, tuple(name for name, _ in done.broken)
