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
        if not move.twist:
            kind: Hashable = (move.position, "")
        elif move.actor != as_told.actor:
            kind = (move.position, move.actor if move.actor.person in parts else "", *_answer(ground, number))
        else:
            kind = (move.position, *_effect(ground, number, _other_fields(move, as_told)))
        kept.setdefault(kind, number)
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


def _answer(ground: Ground, number: int) -> tuple[Hashable, ...]:
    """Which gates refuse, and whether it comes to gates at all."""
    found = ground.outcome(ground.start, number)
    return found.unmet, bool(found.denied), bool(found.stuck)


def _effect(ground: Ground, number: int, names: tuple[str, ...]) -> tuple[Hashable, ...]:
    """That answer, and what would be remembered. What cannot be done at all is like what fails for the same fields."""
    answer = _answer(ground, number)
    done = ground.outcome(ground.start, number, frozenset(ground.outcome(ground.start, number).unmet))
    if not done.changes:
        return *answer, names
    changed = ((ground.slot(index), value) for index, value in done.changes)
    # Of views only that they change: rules read much of what they hold, but seldom each value.
    remembered = frozenset((slot, value if slot[0] in REMEMBERED else 0) for slot, value in changed)
    return *answer, remembered, tuple(name for name, _ in done.broken)
