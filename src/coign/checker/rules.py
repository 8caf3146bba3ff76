"""The catalogue's own rules asked in memory: what the door does between parsing and appending, and nothing else."""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast

from coign.kernel.actions import Action, Circumstances, Gate
from coign.kernel.errors import Conflict, Forbidden, NotFound
from coign.kernel.facts import Fact, about, subjects_in
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import fact_body, field_types, plain
from coign.ledger.states import StampFor, States
from coign.perform.evaluate import Judge, Rulebook
from coign.perform.job import Job
from coign.perform.shape import shape_of

#: What is remembered in one place: a view of a subject, whether it is known, a monitor's state of it.
Slot = tuple[str, str]
KNOWN = ""
#: Before the scope of what is given once only.
CLAIMED = "claimed "
#: What time it is.
TIME: Slot = ("", "time")


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """Something that somebody may try: an action with all that they scanned, measured and wrote."""

    action: Action[Any]
    command: Any
    actor: Actor
    #: Not before: what was measured or promised by then stands in the command.
    time: Instant
    position: int
    #: How it differs from what should be done, in words; empty: not at all.
    twist: str = ""
    #: The programmes that are here then; None: those of the story.
    programmes: Any = None

    @property
    def job(self) -> Job:
        """As the rules are asked."""
        seen = shape_of(self.action).seen_in(self.command)
        reads = list(self.action.reads(self.command, self.actor))
        return Job(self.action, self.command, self.actor, "checker", b"", self.time, seen, reads)

    @property
    def concerned(self) -> list[Subject]:
        """What must be there already: nobody sees or scans what is not."""
        allotted = shape_of(self.action).allotted
        named = [getattr(self.command, f.name) for f in fields(self.command) if f.name not in allotted]
        return [subject for value in named for subject in subjects_in(value) if not subject.public]

    @property
    def again(self) -> "Move":
        """The same once more; what is made anew by it gets another name."""
        allotted = shape_of(self.action).allotted
        made = {name: kind.of(f"{getattr(self.command, name).identifier}-again") for name, kind in allotted.items()}
        return replace(self, command=replace(self.command, **made)) if made else self


class Look:
    """What one decision sees and writes. `seen`: every slot that was looked at, in turn, whatever was found there."""

    __slots__ = ("_at", "_newest", "_now", "seen", "written")

    def __init__(self, at: Callable[[Slot], Any], now: Instant) -> None:
        self._at = at
        self._now = now
        self._newest: dict[Slot, Any] = {}
        self.seen: list[Slot] = []
        self.written: dict[Slot, Any] = {}

    @property
    def now(self) -> Instant:
        """What time it is: looked at like any other state."""
        if TIME not in self._newest:
            self.seen.append(TIME)
            self._newest[TIME] = self._now
        return self._now

    def get(self, slot: Slot, default: Any = None) -> Any:
        """The newest value, or nothing."""
        try:
            found = self._newest[slot]
        except KeyError:
            self.seen.append(slot)
            found = self._newest[slot] = self._at(slot)
        return default if found is None else found

    def __setitem__(self, slot: Slot, value: Any) -> None:
        self.written[slot] = self._newest[slot] = value


class _Known(Circumstances):
    """Circumstances that note whether a rule asks what time it is."""

    __slots__ = ("_look",)

    def __init__(self, look: Look, move: Move, rulebook: Rulebook) -> None:
        self._look = look
        super().__init__(
            now=Instant(), actor=move.actor, states=cast(States, look), heads=_Counts(look),
            programmes=rulebook.programmes if move.programmes is None else move.programmes, rules=rulebook.rules,
        )  # fmt: skip

    @property
    def now(self) -> Instant:
        return self._look.now

    @now.setter
    def now(self, unknown: Instant) -> None:
        """It is what the look says."""


class _Counts(Mapping[Subject, int]):
    """Of each subject, whether it is known: no rule asks how many entries there are."""

    def __init__(self, look: Look) -> None:
        self._look = look

    def __getitem__(self, subject: Subject) -> int:
        return int(self._look.get((subject, KNOWN), 0))

    def __contains__(self, subject: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Subject]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Answer(NamedTuple):
    """What the rules say to a move. Without facts nothing happens."""

    unmet: tuple[str, ...] = ()
    #: Why it was not even judged: what is named is not theirs to know, or the authority is missing.
    denied: str = ""
    facts: tuple[Fact, ...] = ()
    #: A rule failed instead of answering: a defect, unless a gate that is left out guards just this.
    stuck: str = ""


class Admitted(NamedTuple):
    """Whether a move is judged at all, and what its decision rests on."""

    denied: str = ""
    stuck: str = ""
    #: Of the gates that stand before every action.
    unmet: tuple[str, ...] = ()
    declared: frozenset[Subject] = frozenset()


class Judged(NamedTuple):
    """What one gate says."""

    refuses: bool = False
    stuck: str = ""


HOLDS, REFUSES = Judged(), Judged(refuses=True)


@dataclass(frozen=True)
class Rules:
    """Asks authority, gates, `decide` and `evolve` of the catalogue on states in memory."""

    judge: Judge
    _jobs: dict[Move, tuple[Job, tuple[Subject, ...]]] = field(default_factory=dict, repr=False)

    def ask(self, move: Move, look: Look) -> Answer:
        """What happens; what changes is written into `look`."""
        admitted = self.admit(move, look)
        if admitted.denied or admitted.stuck:
            return Answer(denied=admitted.denied, stuck=admitted.stuck)
        judged = {gate.id: self.judged(move, gate, look) for gate in move.action.gates}
        for each in judged.values():
            if each.stuck:
                return Answer(stuck=each.stuck)
        unmet = (*admitted.unmet, *(id for id, each in judged.items() if each.refuses))
        if unmet and not move.action.observed:
            return Answer(unmet)
        return self.decide(move, unmet, admitted.declared, look)

    def admit(self, move: Move, look: Look) -> Admitted:
        """Sight, authority, and the gates that stand before every action."""
        job, looked_up = self._job(move)
        for subject in looked_up:
            if not look.get((subject, KNOWN)):
                return Admitted(denied=f"{subject} is not known here")
        known = _Known(look, move, self.judge.rulebook)
        try:
            self.judge.admit(job, known)
            reads = self.judge.reads(job, known, lambda pairs: None)
            unmet = tuple(answer.gate for answer in self.judge.unmet_before(job, known, reads))
            return Admitted(unmet=unmet, declared=frozenset(self.judge.rests_on(job, reads)))
        except (NotFound, Forbidden) as no:
            return Admitted(denied=no.message)
        except Exception as error:
            return Admitted(stuck=_said(error))

    def judged(self, move: Move, gate: Gate[Any], look: Look) -> Judged:
        """What one of the action's gates says."""
        try:
            return HOLDS if gate.check(move.command, _Known(look, move, self.judge.rulebook)) is None else REFUSES
        except Exception as error:
            return Judged(stuck=_said(error))

    def decide(self, move: Move, unmet: tuple[str, ...], declared: Container[Subject], look: Look) -> Answer:
        """What is entered though these gates do not hold, folded into `look`. `declared`: what may be changed."""
        try:
            facts = tuple(move.action.decide(move.command, _Known(look, move, self.judge.rulebook)))
            unread = [subject for fact in facts for subject in about(fact) if subject not in declared]
            assert not unread, f"{unread[0]} was changed and not read"
            self.enter(facts, look, move)
        except Conflict as no:
            return Answer(unmet, denied=no.message)
        except Exception as error:
            # What a gate guards may be what the act itself needs: without it there is nothing to enter.
            return Answer(unmet, stuck=_said(error))
        return Answer(unmet, facts=facts)

    def _job(self, move: Move) -> tuple[Job, tuple[Subject, ...]]:
        """As the rules are asked, and what must be known because it was looked up."""
        found = self._jobs.get(move)
        if found is None:
            found = self._jobs[move] = move.job, tuple(_looked_up(move))
        return found

    def enter(self, facts: tuple[Fact, ...], look: Look, move: Move) -> None:
        """Fold facts into the states of whatever they are about. Conflict: what is given once only was given."""
        stamp = StampFor(look.now, move.position, move.actor)
        for fact in facts:
            for scope, value in fact.claims():
                if look.get((value, f"{CLAIMED}{scope}")):
                    raise Conflict(f"{scope} {value} was given already and never is again")
                look[value, f"{CLAIMED}{scope}"] = 1
            self.judge.folding.apply(cast(States, look), fact, stamp)
            for subject in about(fact):
                look[subject, KNOWN] = 1


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _looked_up(move: Move) -> Iterator[Subject]:
    """Whatever an entry is about that was looked up for a command: in another story it may never have been made."""
    found = (getattr(move.command, name) for name in shape_of(move.action).resolved)
    for value in found:
        if is_dataclass(value):
            yield from (subject for f in fields(value) for subject in subjects_in(getattr(value, f.name)))


@lru_cache(maxsize=4096)
def _asked(move: Move) -> tuple[dict[str, Any], dict[Subject, None]]:
    """What an intent says before anything is decided, and the subjects that it names."""
    intent = {
        "action": move.action.full_name,
        "actor": plain(move.actor),
        "command": plain(move.command),
        "meaning": move.action.meaning_for(move.actor.role),
        "claimed_time": None,
    }
    return intent, _named(move.command)


def _named(said: Any) -> dict[Subject, None]:
    kind: type = type(said)
    return dict.fromkeys([s for name in _naming(kind) for s in subjects_in(getattr(said, name))])


@cache
def _naming(of: type) -> list[str]:
    """The fields that may name a subject."""
    return [name for name, types in field_types(of).items() if any(issubclass(each, Subject) for each in types)]


def entry_of(move: Move, now: Instant, answer: Answer) -> dict[str, Any]:
    """The entry that would be made, as monitors and lists read entries."""
    intent, asked = _asked(move)
    subjects = dict.fromkeys(s for fact in answer.facts for s in about(fact))
    named = dict(asked)
    for fact in answer.facts:
        named.update(_named(fact))
    return {
        "about": [{"subject": subject, "seq": 1, "prev": None} for subject in subjects],
        "intent": {**intent, "facts": [fact_body(fact) for fact in answer.facts]},
        "outcome": "observed" if move.action.observed else "done",
        "position": move.position,
        "refs": [subject for subject in named if subject not in subjects],
        "signature": None,
        "time": now,
        "unmet": list(answer.unmet),
    }
