"""What could go wrong with an act: another person, the other patient's things, another time, another value."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from coign.checker.history import Told
from coign.checker.rules import Move
from coign.kernel.facts import subjects_in
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Digest, Instant, Quantity, Secret
from coign.people.actions.roles import GrantRole
from coign.perform.shape import shape_of

YEAR_DAYS = 366
#: A number that is a little off, and one that is far off.
OFF_BY = (1, 1000)
TIMES = (Decimal("0.001"), Decimal(1000))
#: A measurement of something else.
OTHER_UNITS = ("Cel", "mL")


class Twists:
    """Variants of the acts of a story. People of one role and house are alike: one of them stands for all others."""

    def __init__(self, acts: Sequence[Told]) -> None:
        self._colleagues = _colleagues(acts)
        self._other = _others(acts)
        self._of_kind: dict[str, dict[Subject, None]] = defaultdict(dict)
        for told in acts:
            for f in fields(told.move.command):
                for subject in subjects_in(getattr(told.move.command, f.name)):
                    self._of_kind[subject.kind][subject] = None

    def of(self, move: Move) -> Iterator[Move]:
        """Every variant of one act."""
        for actor in self._others_who_may(move):
            yield replace(move, actor=actor, twist=f"by {actor.person.identifier}")
        hints = _hints(move.action.command)
        for f in fields(move.command):
            value = getattr(move.command, f.name)
            if "allotted" in f.metadata or ("resolved_by" in f.metadata and is_dataclass(value)):
                continue  # by the door, never from outside
            for other in self._values(value, hints[f.name]):
                if other != value:
                    yield _with(move, f.name, other)

    def optional(self, move: Move) -> Iterator[Move]:
        """What need not be given, left out; a day that need not be given, given: one that is over, and one to come."""
        for name, hint in _hints(move.action.command).items():
            kinds, value = get_args(hint), getattr(move.command, name)
            if type(None) not in kinds or name in shape_of(move.action).closed:
                continue
            if value is not None:
                yield _with(move, name, None)
            elif Instant in kinds:
                yield from (_with(move, name, move.time.plus(days=days)) for days in (-YEAR_DAYS, YEAR_DAYS))

    def _others_who_may(self, move: Move) -> Iterator[Actor]:
        """Everybody in a role that the action allows; of another house whoever has this very role."""
        mine = move.actor
        for (role, house), actors in self._colleagues.items():
            if role == mine.role or (house == mine.organisation and role in move.action.roles):
                yield from (actor for actor in actors if actor.person != mine.person)

    def _values(self, value: Any, hint: Any) -> Iterator[Any]:
        match value:
            case None:
                kinds = [t.kind for t in get_args(hint) if isinstance(t, type) and issubclass(t, Subject)]
                yield from (next(iter(self._of_kind[kind])) for kind in kinds if self._of_kind[kind])
            case Subject():
                yield from self._subjects(value)
            case Instant():
                yield value.plus(days=-YEAR_DAYS)
                yield value.plus(days=YEAR_DAYS)
            case Secret() | Digest():
                return
            case str():
                yield from _words(value, hint)
            case bool():
                yield not value
            case int():
                yield from (value + off for off in OFF_BY)
                yield -1 - value
            case Quantity():
                yield from (Quantity.of(value.amount * times, value.unit) for times in TIMES)
                yield Quantity.of(value.amount, next(unit for unit in OTHER_UNITS if unit != value.unit))
            case tuple():
                yield from self._several(value)
            case _ if is_dataclass(value):
                yield from self._parts(value)

    def _subjects(self, subject: Subject) -> Iterator[Subject]:
        others = self._other.get(subject)
        if others:
            yield from dict.fromkeys((others[0], others[-1]))
            alike = list(self._of_kind[subject.kind])
            yield from alike[
                max(0, alike.index(subject) - 1) : alike.index(subject)
            ]  # the neighbour of the same patient
            return
        yield from [s for s in self._of_kind[subject.kind] if s != subject][:2]

    def _several(self, values: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if values:
            yield values[:-1]
            yield (*values, values[-1])
            if isinstance(values[-1], Subject):
                yield from ((*values, s) for s in list(self._of_kind[values[-1].kind])[-1:] if s not in values)
        for index, value in enumerate(values):
            for other in self._values(value, type(value)):
                yield (*values[:index], other, *values[index + 1 :])

    def _parts(self, value: Any) -> Iterator[Any]:
        hints = _hints(type(value))
        for f in fields(value):
            for other in self._values(getattr(value, f.name), hints[f.name]):
                yield replace(value, **{f.name: other})


def _with(move: Move, name: str, other: Any) -> Move:
    """The same with another value in one field."""
    twist = f"{name}: {_said(other)} instead of {_said(getattr(move.command, name))}"
    return replace(move, command=replace(move.command, **{name: other}), twist=twist)


def _hints(of: type[Any]) -> dict[str, Any]:
    return _hints_of(cast(Hashable, of))


@cache
def _hints_of(of: Hashable) -> dict[str, Any]:
    return get_type_hints(cast("type[Any]", of))


def _words(value: str, hint: Any) -> Iterator[str]:
    """Another word of the list that may be chosen from; else another text."""
    listed = [word for literal in _literals(hint) for word in get_args(literal)]
    if listed:
        yield from (word for word in listed if word != value)
    elif value:
        yield from (str(Decimal(value) * times) for times in TIMES) if _is_number(value) else (f"{value}-other",)
        yield ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _literals(hint: Any) -> list[Any]:
    if get_origin(hint) is Literal:
        return [hint]
    return [found for inner in get_args(hint) for found in _literals(inner)]


def _said(value: Any) -> str:
    if isinstance(value, Subject):
        return value.identifier
    if isinstance(value, tuple):
        return ", ".join(_said(each) for each in value) or "nothing"
    return str(value) if value is not None else "nothing"


def _colleagues(acts: Sequence[Told]) -> dict[tuple[str, str], list[Actor]]:
    """Who ever acted in a role of a house, or was given it."""
    found: dict[tuple[str, str], dict[Actor, None]] = defaultdict(dict)
    for told in acts:
        asked = told.move.command
        given = [Actor(asked.person, asked.role, asked.organisation)] if isinstance(asked, GrantRole) else []
        for actor in (told.move.actor, *given):
            found[actor.role, actor.organisation][actor] = None
    return {key: list(actors) for key, actors in found.items()}


def _others(acts: Sequence[Told]) -> dict[Subject, list[Subject]]:
    """Of each thing of one therapy those that stand for it in others, by what was done with them."""
    counts: Counter[tuple[str, str]] = Counter()
    by_turn: dict[tuple[str, int], dict[str, Move]] = defaultdict(dict)
    for told in acts:
        if told.therapy:
            counts[told.therapy, told.move.action.name] += 1
            turn = told.move.action.name, counts[told.therapy, told.move.action.name]
            by_turn[turn][told.therapy] = told.move
    found: dict[Subject, dict[Subject, None]] = defaultdict(dict)
    for moves in by_turn.values():
        for one, other in permutations(moves.values(), 2):
            for f in fields(one.command):
                pairs = zip(
                    subjects_in(getattr(one.command, f.name)), subjects_in(getattr(other.command, f.name)), strict=False
                )
                for mine, theirs in pairs:
                    if mine != theirs:
                        found[mine][theirs] = None
    return {mine: list(theirs) for mine, theirs in found.items()}
