"""The past: what somebody could do on any day, and who could have done a step at an instant, with the evidence.

Nothing is kept for these questions: the entries about each person are found by the record's own index and folded again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import Any, TypeVar

import psycopg

from coign.kernel.facts import Fact, about
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Subject
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.ledger.entries import Entry
from coign.people.events import RoleGranted
from coign.people.views import AUTHORITY, Authority
from coign.training.events import HOUSE, ExtensionApproved, QualificationEarned, Qualified
from coign.training.views import CURRICULUM, QUALIFICATIONS, Obstacle, Qualifications, obstacles
from coign.web import running
from coign.web.reading import reader
from coign.web.therapy.looking import every

S = TypeVar("S")

#: People and entries that one question looks at most; beyond, the answer says that it is not whole.
PEOPLE_MAX, ENTRIES_MAX = 2_000, 200_000


def length_at(at: Instant) -> int:
    """How long the record was at an instant: times grow with positions, so a few entries tell."""
    low, high = 0, reader().head().size
    with reader().connection() as connection:
        while low < high:
            middle = (low + high) // 2
            if _time_of(connection, middle) <= at:
                low = middle + 1
            else:
                high = middle
    return low


def _time_of(connection: psycopg.Connection[Any], position: int) -> Instant:
    row = connection.execute(
        "select body from entry where ledger_id = %s and position = %s", (running.service().ledger_id, position)
    ).fetchone()
    assert row is not None, position
    return Entry(position, bytes(row[0])).time


def entries_about(subjects: Iterable[Subject], length: int) -> list[Entry]:
    """Every entry about any of these subjects in a record of this length, in order; one query."""
    with reader().connection() as connection:
        rows = connection.execute(
            "select distinct e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
            "where s.ledger_id = %s and s.subject = any(%s) and s.seq is not null and s.position < %s "
            "order by e.position limit %s",
            (running.service().ledger_id, [str(s) for s in subjects], length, ENTRIES_MAX),
        ).fetchall()
    return [Entry(position, bytes(body)) for position, body in rows]


#: What happened: entries with their facts, in order.
Told = list[tuple[Entry, Fact]]


def told(entries: Sequence[Entry]) -> Told:
    """The facts of these entries, read once; a refusal changed nothing."""
    return [(entry, fact) for entry in entries if entry.outcome != "refused" for fact in entry.facts]


def folded(view: View[S], subject: Subject, happened: Told) -> S:
    """A state as it was after all this."""
    state = view.state()
    for entry, fact in happened:
        if type(fact) in view.folds and subject in about(fact):
            state = view.evolve(state, fact, Stamp(entry.time, entry.position, entry.actor, subject))
    return state


@dataclass(slots=True)
class Then:
    """One person at an instant: authority, skills, what kept them from the task, and where it stands."""

    person: Person
    authority: Authority = field(default_factory=Authority)
    skills: Qualifications = field(default_factory=Qualifications)
    obstacles: tuple[Obstacle, ...] = ()
    roles: tuple[str, ...] = ()
    evidence: list[tuple[str, int]] = field(default_factory=list)

    @property
    def could(self) -> bool:
        """Whether they could have done it."""
        return bool(self.roles) and not self.obstacles


@dataclass(frozen=True, slots=True)
class Answer:
    """Who could and who could not, at an instant; `whole` is false when there were too many to look at."""

    at: Instant
    length: int
    people: tuple[Then, ...]
    whole: bool


def who_could(task: str, roles: frozenset[str], place: Organisation, at: Instant) -> Answer:
    """Everybody of a place who was known at an instant, with whether they could have done a task in one of these roles.

    Leavers are among them. One query finds all entries about all of them; each person's are folded once.
    """
    length = length_at(at)
    here = [p for p, a in every(AUTHORITY, Person).items() if a.organisation == place]
    entries = entries_about([*here[:PEOPLE_MAX], HOUSE], length)
    by_subject = _by_subject([*here[:PEOPLE_MAX], HOUSE], told(entries))
    asks = folded(CURRICULUM, HOUSE, by_subject.pop(HOUSE))
    found = []
    for person, own in by_subject.items():
        assert isinstance(person, Person)
        then = Then(person, folded(AUTHORITY, person, own), folded(QUALIFICATIONS, person, own))
        if then.authority == Authority():
            continue  # not known yet
        then.roles = tuple(sorted(r for r in roles if then.authority.holds(r, place, at)))
        then.obstacles = obstacles(task, then.skills, asks, at)
        then.evidence = _evidence(task, roles, place, own)
        found.append(then)
    whole = len(here) <= PEOPLE_MAX and len(entries) < ENTRIES_MAX
    return Answer(at, length, tuple(found), whole)


def _by_subject(subjects: Sequence[Subject], happened: Told) -> dict[Subject, Told]:
    """What happened to each of them."""
    found: dict[Subject, Told] = {subject: [] for subject in subjects}
    for entry, fact in happened:
        for subject in about(fact):
            if subject in found:
                found[subject].append((entry, fact))
    return found


def _evidence(task: str, roles: frozenset[str], place: Organisation, own: Told) -> list[tuple[str, int]]:
    """Where the newest grant of a role and the newest qualification stand."""
    found: dict[str, int] = {}
    for entry, fact in own:
        match fact:
            case RoleGranted(role=role, organisation=organisation) if role in roles and organisation == place:
                found["role"] = entry.position
            case Qualified(task=of) | QualificationEarned(task=of) if of == task:
                found["qualification"] = entry.position
            case ExtensionApproved(task=of) if of == task:
                found["extension"] = entry.position
    return list(found.items())
