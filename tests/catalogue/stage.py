"""Plays an action without a database: given facts are folded into states, then the door's own judge is asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.errors import GateAnswer
from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Organisation, Person, Subject
from coign.kernel.values import Actor, Instant, Secret
from coign.ledger.encoding import field_types, from_wire
from coign.ledger.known import Head, Known, SubjectHead
from coign.ledger.states import StampFor
from coign.people.events import AccessConfirmed, PersonRegistered, RoleGranted
from coign.people.views import AUTHORITY
from coign.perform import assemble
from coign.perform.evaluate import Judge
from coign.perform.job import Job
from coign_verify.growing import Frontier

NOW = Instant("2026-03-12T09:42:00.000000Z")
SEALED = "5e" * 32  # stands for a commitment of the vault


@dataclass(frozen=True, slots=True)
class Given:
    """One fact that stands in the record already."""

    fact: Fact
    by: Actor | None
    #: When it was entered, or how many minutes before the question.
    at: Instant | float


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One action asked for, in a record that holds some facts. `gate`: the one that alone refuses; empty: none does.

    `now`: when it is asked; a story that is told begins at NOW and is asked at its end.
    """

    action: str
    gate: str
    actor: Actor
    given: tuple[Given, ...]
    command: Mapping[str, Any]
    inside: Mapping[str, Any] = field(default_factory=dict)
    programmes: Any = None
    now: Instant = NOW

    @property
    def name(self) -> str:
        """How a failing test names it."""
        return f"{self.action}-{self.gate.partition('.')[2] or 'accepted'}"


ACCEPTED: list[Example] = []
REFUSED: list[Example] = []


def given(fact: Fact, *, by: Actor | None = None, minutes_ago: float = 60) -> Given:
    """A fact that stands in the record; by the example's actor unless somebody else is named."""
    return Given(fact, by, minutes_ago)


def accepted(action: str, *, actor: Actor, given: Iterable[Fact | Given] = (), **more: Any) -> None:
    """An example that every gate lets pass."""
    ACCEPTED.append(Example(action, "", actor, _all(given), more.pop("command", {}), **more))


def lone_refusal(action: str, gate: str, *, actor: Actor, given: Iterable[Fact | Given] = (), **more: Any) -> None:
    """An example in which this gate alone refuses."""
    REFUSED.append(Example(action, gate, actor, _all(given), more.pop("command", {}), **more))


def actor(person: str, role: str, organisation: str) -> Actor:
    """Somebody who acts."""
    return Actor(Person.of(person), role, Organisation.of(organisation))


def _all(facts: Iterable[Fact | Given]) -> tuple[Given, ...]:
    return tuple(f if isinstance(f, Given) else Given(f, None, 60) for f in facts)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of an example: every gate's answer, the facts when none refused, and what the door had read."""

    answers: Sequence[GateAnswer]
    facts: Sequence[Fact]
    known: Known

    @property
    def unmet(self) -> list[str]:
        """The gates that refused."""
        return [a.gate for a in self.answers if not a.holds]


def play(example: Example, *, without: str = "", record: Known | None = None) -> Played:
    """Ask the judge, with one gate knocked out if named; on the record that the given facts make, if it is at hand."""
    action = knocked_out(catalogue.ACTIONS[example.action], without)
    judge = assemble.judge(example.programmes)
    judge = replace(judge, before=tuple(b for b in judge.before if b.gate.id != without))
    job = _job(action, example)
    known = _Narrow(record or record_of(example), job, judge)
    circumstances = judge.circumstances(job, known.known, example.now)
    judge.admit(job, circumstances)
    reads = judge.reads(job, circumstances, known.show)
    answers = judge.gates(job, circumstances, reads)
    # What is reported after the fact is entered whatever gates do not hold.
    enters = not without and (action.observed or all(a.holds for a in answers))
    decided = judge.decide(job, circumstances, reads).facts if enters else ()
    return Played(answers, decided, known.known)


@cache
def played(example: Example) -> Played:
    """What came of an example, asked once for all tests that look at it."""
    return play(example)


def judge_of(example: Example) -> tuple[Judge, Known]:
    """The door's judge for an example, and the record as it stands before anything is asked."""
    return assemble.judge(example.programmes), record_of(example)


def ask_on(record: Known, judge: Judge, example: Example) -> Sequence[Fact]:
    """Ask on a record that goes on: what was decided stands in it then; nothing, where a gate refused."""
    record.head, position = replace(record.head, last_time=example.now), record.head.size
    record.head = replace(record.head, size=position + 1)
    if (example.actor.person, AUTHORITY.name) not in record.states:
        for each in (*_who(example), *_reviewed(example)):
            _enter(record, each.fact, StampFor(example.now, 0, example.actor), 0)
    job = _job(catalogue.ACTIONS[example.action], example)
    known = _Narrow(record, job, judge)
    circumstances = judge.circumstances(job, known.known, example.now)
    judge.admit(job, circumstances)
    reads = judge.reads(job, circumstances, known.show)
    if not job.action.observed and not all(answer.holds for answer in judge.gates(job, circumstances, reads)):
        return ()
    facts = judge.decide(job, circumstances, reads).facts
    for fact in facts:
        _enter(record, fact, StampFor(example.now, position, example.actor), position)
    return facts


def _enter(record: Known, fact: Fact, stamp: StampFor, position: int) -> None:
    assemble.folding().apply(record.states, fact, stamp)
    for subject in about(fact):
        before = record.heads.get(subject, SubjectHead())
        record.heads[subject] = SubjectHead(before.seq + 1, position)


def knocked_out(action: Action[Any], gate: str) -> Action[Any]:
    """The action without one of its gates."""
    return replace(action, gates=tuple(g for g in action.gates if g.id != gate))


def record_of(example: Example) -> Known:
    """The record as the given facts make it."""
    known = Known(Head(1000, Frontier(), example.now))
    facts = [*_who(example), *example.given, *_reviewed(example)]
    for position, each in enumerate(facts):
        at = each.at if isinstance(each.at, Instant) else example.now.plus(minutes=-each.at)
        stamp = StampFor(at, position, each.by or example.actor)
        _enter(known, each.fact, stamp, position)
    return known


def _who(example: Example) -> list[Given]:
    """The actor's own registration and role, unless the example tells it otherwise."""
    who = example.actor
    told = any(isinstance(g.fact, PersonRegistered) and g.fact.person == who.person for g in example.given)
    if told or who.role == "setup":
        return []
    name = next(t for t in field_types(PersonRegistered)["name"])(commitment=SEALED)
    return [
        Given(PersonRegistered(person=who.person, organisation=who.organisation, name=name), None, 100_000),
        Given(RoleGranted(person=who.person, role=who.role, organisation=who.organisation), None, 100_000),
    ]


def _reviewed(example: Example) -> list[Given]:
    """However old the story is, somebody looked at the actor's access in time."""
    who = example.actor
    if who.role == "setup":
        return []
    reviewed = AccessConfirmed(person=who.person, organisation=who.organisation, reviewed_by=Person.of("reviewer"))
    return [Given(reviewed, None, 0)]


def command_of(example: Example) -> Any:
    """The typed command that is asked, its texts sealed."""
    return _job(catalogue.ACTIONS[example.action], example).command


def _job(action: Action[Any], example: Example) -> Job:
    outside = {name: value for name, value in example.inside.items() if isinstance(value, str)}
    command = from_wire(action.command, {**example.command, **outside})
    typed = {name: value for name, value in example.inside.items() if not isinstance(value, str)}
    command = _sealed(replace(command, **typed))
    seen = [
        subject
        for f in fields(command)
        if "allotted" not in f.metadata and "resolved_by" not in f.metadata and f.name not in action.beyond_sight
        for subject in _hidden(getattr(command, f.name))
    ]
    reads = list(action.reads(command, example.actor))
    return Job(action, command, example.actor, "example", b"", example.now, seen, reads)


def _sealed(command: Any) -> Any:
    secrets = {f.name: getattr(command, f.name) for f in fields(command)}
    return replace(command, **{n: v.sealed(SEALED) for n, v in secrets.items() if isinstance(v, Secret)})


def _hidden(value: Any) -> list[Subject]:
    values = value if isinstance(value, tuple) else (value,)
    return [v for v in values if isinstance(v, Subject) and not v.public]


class _Narrow:
    """Only what the action declared as read: a rule that looks further fails, as it would in the door."""

    def __init__(self, record: Known, job: Job, judge: Judge) -> None:
        self.known = Known(record.head)
        self._record = record
        self.show(judge.first_reads(job))

    def show(self, reads: Iterable[tuple[Subject, str | None]]) -> None:
        """A further round of reading."""
        for subject, view in reads:
            self.known.heads[subject] = self._record.heads.get(subject, SubjectHead())
            if view is not None:
                self.known.read.add((subject, view))
            if view is not None and (subject, view) in self._record.states:
                self.known.states[subject, view] = self._record.states[subject, view]
