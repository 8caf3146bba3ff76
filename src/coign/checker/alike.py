"""Which of the moves at hand are alike, so that one of them can stand for the others."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import fields

from coign.checker.ground import Ground
from coign.checker.invariants import REMEMBERED
from coign.checker.rules import Move

#: Of acts of one kind that are told one after another, as a laboratory enters its results, so many stand for all.
OF_A_KIND = 4


def stand_ins(ground: Ground) -> list[int]:
    """The numbers of the moves of which each stands for all that are like it where the ground begins.

    Somebody else who does an act is like anybody else who does it, unless they have a part in what is told at hand.
    Another value is like another one with which the same gates refuse and the invariants would remember the same, were
    it done all the same.
    """
    told = {move.position: move for move in ground.moves if not move.twist}
    parts = {move.actor.person for move in told.values()}
    of_a_kind, kept = Counter[str](), dict[Hashable, int]()
    for number, move in enumerate(ground.moves):
        if not move.twist:
            of_a_kind[move.action.name] += 1
            kind: Hashable = (move.action.name, min(of_a_kind[move.action.name], OF_A_KIND))
        elif move.actor != told[move.position].actor:
            kind = (move.position, move.actor if move.actor.person in parts else "", *_answer(ground, number))
        else:
            kind = (move.position, *_effect(ground, number, _other_fields(move, told[move.position])))
        kept.setdefault(kind, number)
    return list(kept.values())


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
