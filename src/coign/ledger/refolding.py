"""Folds every state of a ledger anew and compares it with what is stored: states are derived, entries are the record.

Subject by subject, each along its own history, so that memory holds one subject's states and a page of entries. On the
way each entry is asked which one of its subject it is, and which came before it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, LiteralString, NamedTuple

import msgspec
import psycopg

from coign.kernel.facts import about
from coign.kernel.subjects import KINDS, Subject
from coign.ledger.entries import Entry
from coign.ledger.sharing import Here
from coign.ledger.shutting import Problem
from coign.ledger.states import Folding, StampFor
from coign.ledger.streams import Ordered

_PAGE_ENTRIES = 1024

_ROWS: LiteralString = (
    "select subject, {} from {} where ledger_id = %(ledger)s and {} "
    'subject collate "C" >= %(first)s and (%(end)s::text is null or subject collate "C" < %(end)s::text) '
    'order by subject collate "C", {}'
)
_INDEX = _ROWS.format("position, seq", "entry_subject", "seq is not null and", "position")
_HEADS = _ROWS.format("seq, position", "subject_head", "", "seq")
_STATES = _ROWS.format("view, fold, body", "state", "", "view")
_BODIES: LiteralString = "select position, body from entry where ledger_id = %s and position = any(%s)"
_PARTS: LiteralString = (
    'select percentile_disc(%s::float8[]) within group (order by subject collate "C"), count(*) from subject_head '
    "where ledger_id = %s"
)


class Within(NamedTuple):
    """Subjects from the first name on, up to the last, which is not among them; None: all that are left."""

    first: str = ""
    end: str | None = None


def cut(connection: psycopg.Connection, ledger_id: int, parts: int) -> tuple[list[Within], int]:
    """The subjects in so many parts of about the same size, or fewer; and how many subjects there are."""
    row = connection.execute(_PARTS, ([part / parts for part in range(1, parts)], ledger_id)).fetchone()
    assert row is not None
    names = sorted({"", *(row[0] or ())})
    return [Within(*each) for each in zip(names, [*names[1:], None], strict=True)], row[1]


@dataclass(slots=True)
class Refolded:
    """What came of comparing: problems, how many states agree, how many wait to be folded by a newer version."""

    problems: list[Problem] = field(default_factory=list)
    agreeing: int = 0
    stale: int = 0

    def __iadd__(self, more: "Refolded") -> "Refolded":
        self.problems += more.problems
        self.agreeing += more.agreeing
        self.stale += more.stale
        return self


@dataclass(frozen=True, slots=True)
class Damage:
    """What the walk over the entries found: subjects that it touches are looked at no further."""

    #: Positions of which something is wrong.
    positions: Container[int | None] = frozenset()
    #: Positions without an entry that can be relied on.
    unsound: Container[int] = frozenset()
    #: Subjects of which the index says something else than an entry, and where first.
    misindexed: Mapping[str, int] = field(default_factory=dict)


def check_subjects(here: Here, within: Within, damage: Damage) -> Refolded:
    """Compare stored states and subject heads with a refold.

    A subject with a damaged entry is left out: what its state should be cannot be told.
    """
    done, record, told, number = Refolded(), here.record, 0, 0
    with here.streams() as streams:
        bounds = within._asdict()
        heads = Ordered(streams.rows("heads", _HEADS, **bounds))
        states = Ordered(streams.rows("states", _STATES, **bounds))
        histories = _histories(here.connection, record.ledger_id, streams.rows("histories", _INDEX, **bounds))
        for number, (subject, history) in enumerate(groupby(histories, key=lambda row: row[0]), 1):
            done.problems += _without_entries(heads.before(subject), states.before(subject))
            past = _fold(record.folding, subject, history, damage)
            done.problems += past.problems
            head, stored = heads.at(subject), states.at(subject)
            if past.whole:
                _compare(done, past, head, stored, record.folding)
            if number % _PAGE_ENTRIES == 0:
                here.tell(number - told)
                told = number
        done.problems += _without_entries(heads.before(None), states.before(None))
    here.tell(number - told)
    return done


@dataclass(slots=True)
class _Past:
    """A subject's whole past, folded."""

    subject: str
    last: tuple[int, int] = (0, 0)  # count and position of the last entry
    states: dict[str, object] = field(default_factory=dict)
    whole: bool = True
    unreadable: str = ""
    problems: list[Problem] = field(default_factory=list)


def _fold(folding: Folding, name: str, history: Iterator[tuple[str, int, int, bytes | None]], damage: Damage) -> _Past:
    kind, past, before = KINDS.get(name.partition(":")[0]), _Past(name), None
    if kind is None:
        past.unreadable = "it is of no kind that is known"
    for number, (_, position, seq, body) in enumerate(history, 1):
        past.last = (seq, position)
        if body is None or position in damage.positions:
            past.whole = False
        entry = None if body is None or position in damage.unsound else Entry(position, body)
        if entry is not None and not past.problems:
            past.problems += _wrong_place(name, entry, number, before, damage)
        before = position
        if not past.whole or entry is None or kind is None or past.unreadable:
            continue
        try:
            _fold_entry(folding, kind(name), past.states, entry)
        except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
            past.unreadable = f"entry {position}: {type(error).__name__} {error}"
    return past


def _wrong_place(name: str, entry: Entry, number: int, before: int | None, damage: Damage) -> list[Problem]:
    """Whether it says itself that it is this one of its subject, after that one; said once of each subject."""
    if damage.misindexed.get(name, entry.position + 1) <= entry.position:
        return []
    said = [(each["seq"], each["prev"]) for each in entry.plain["about"] if each["subject"] == name]
    if not said or said[-1] == (number, before):
        return []
    seq, prev = said[-1]
    detail = f"it calls itself entry {seq} of {name} after {prev}; it is {number} after {before}"
    return [Problem(entry.position, "invariant", detail)]


def _fold_entry(folding: Folding, subject: Subject, states: dict[str, object], entry: Entry) -> None:
    if entry.outcome == "refused":
        return
    stamp = StampFor(entry.time, entry.position, entry.actor)(subject)
    for fact in entry.facts:
        if subject in about(fact):
            for view in folding.listening(type(fact), subject.kind):
                before = states.get(view.name)
                states[view.name] = view.evolve(view.state() if before is None else before, fact, stamp)


def _compare(done: Refolded, past: _Past, head: list[Any], stored: list[Any], folding: Folding) -> None:
    seq, position = past.last
    if [(h[1], h[2]) for h in head] != [past.last]:
        done.problems.append(
            Problem(position, "read_model", f"{past.subject} is not stored as ending here, with its entry {seq}")
        )
    if past.unreadable:
        done.problems.append(
            Problem(position, "read_model", f"{past.subject} cannot be folded by this version: {past.unreadable}")
        )
        return
    rows = {view: (fold, body) for _, view, fold, body in stored}
    for view in sorted(past.states.keys() | rows.keys()):
        fold, body = rows.get(view, (None, None))
        if fold is not None and (view not in folding.views or folding.views[view].version != fold):
            done.stale += 1
        elif view not in past.states or folding.dump(past.states[view]) != body:
            done.problems.append(
                Problem(position, "read_model", f"the state {view} of {past.subject} is not what its entries fold to")
            )
        else:
            done.agreeing += 1


def _histories(
    connection: psycopg.Connection, ledger_id: int, index: Iterator[Any]
) -> Iterator[tuple[str, int, int, bytes | None]]:
    """Each subject's entries in order: subject, position, count, bytes (None: there is no such entry)."""
    while page := list(islice(index, _PAGE_ENTRIES)):
        bodies: dict[int, bytes] = dict(
            connection.execute(_BODIES, (ledger_id, [position for _, position, _ in page]), binary=True).fetchall()
        )
        for subject, position, seq in page:
            yield subject, position, seq, bodies.get(position)


def _without_entries(heads: Iterable[Any], states: Iterable[Any]) -> list[Problem]:
    names = dict.fromkeys(row[0] for row in (*heads, *states))
    return [Problem(None, "read_model", f"something is stored for {n}, but no entry is about it") for n in names]
