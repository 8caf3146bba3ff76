"""The catalogue's own rules asked in memory: what the door does between parsing and appending, and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple, cast

from coign.kernel.actions import Action, Circumstances
from coign.kernel.errors import Forbidden, NotFound
from coign.kernel.facts import Fact, about, subjects_in
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import fact_body, plain
from coign.ledger.states import StampFor, States
from coign.perform.evaluate import Judge
from coign.perform.job import Job
from coign.perform.shape import shape_of

#: What is remembered in one place: a view of a subject, whether it is known, a monitor's state of it.
Slot = tuple[str, str]
KNOWN = ""


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

    @property
    def job(self) -> Job:
        """As the rules are asked."""
        seen = shape_of(self.action).seen_in(self.command)
        reads = list(self.action.reads(self.command, self.actor))
        return Job(self.action, self.command, self.actor, "checker", b"", self.time, seen, reads)


class Look:
    """What one decision sees and writes. `seen`: every slot that was looked at, whatever was found there."""

    __slots__ = ("_at", "seen", "written")

    def __init__(self, at: Callable[[Slot], Any]) -> None:
        self._at = at
        self.seen: set[Slot] = set()
        self.written: dict[Slot, Any] = {}

    def get(self, slot: Slot, default: Any = None) -> Any:
        """The newest value, or nothing."""
        if slot in self.written:
            return self.written[slot]
        self.seen.add(slot)
        found = self._at(slot)
        return default if found is None else found

    def __setitem__(self, slot: Slot, value: Any) -> None:
        self.written[slot] = value


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


@dataclass(frozen=True)
class Rules:
    """Asks authority, gates, `decide` and `evolve` of the catalogue on states in memory."""

    judge: Judge
    _jobs: dict[Move, Job] = field(default_factory=dict, repr=False)

    def ask(self, move: Move, look: Look, now: Instant, without: frozenset[str] = frozenset()) -> Answer:
        """What happens; what changes is written into `look`. `without`: gates that nobody asks."""
        job = self._jobs.get(move)
        if job is None:
            job = self._jobs[move] = move.job
        for subject in _looked_up(move):
            if not look.get((subject, KNOWN)):
                return Answer(denied=f"{subject} is not known here")
        rulebook = self.judge.rulebook
        known = Circumstances(
            now=now, actor=move.actor, states=cast(States, look), heads=_Counts(look),
            programmes=rulebook.programmes, rules=rulebook.rules,
        )  # fmt: skip
        try:
            self.judge.admit(job, known)
            reads = self.judge.reads(job, known, lambda pairs: None)
            unmet = tuple(answer.gate for answer in self.judge.unmet(job, known, reads))
        except (NotFound, Forbidden) as no:
            return Answer(denied=no.message)
        except Exception as error:
            return Answer(stuck=f"{type(error).__name__}: {error}")
        if not without.issuperset(unmet) and not move.action.observed:
            return Answer(unmet)
        try:
            facts = tuple(move.action.decide(move.command, known))
            self.enter(facts, look, now, move)
        except Exception as error:
            # What a gate guards may be what the act itself needs: without it there is nothing to enter.
            return Answer(unmet, stuck=f"{type(error).__name__}: {error}")
        return Answer(unmet, facts=facts)

    def enter(self, facts: tuple[Fact, ...], look: Look, now: Instant, move: Move) -> None:
        """Fold facts into the states of whatever they are about."""
        stamp = StampFor(now, move.position, move.actor)
        for fact in facts:
            self.judge.folding.apply(cast(States, look), fact, stamp)
            for subject in about(fact):
                look[subject, KNOWN] = 1


def _looked_up(move: Move) -> Iterator[Subject]:
    """Whatever an entry is about that was looked up for a command: in another story it may never have been made."""
    found = (getattr(move.command, name) for name in shape_of(move.action).resolved)
    for value in found:
        if is_dataclass(value):
            yield from (subject for f in fields(value) for subject in subjects_in(getattr(value, f.name)))


def entry_of(move: Move, now: Instant, answer: Answer) -> dict[str, Any]:
    """The entry that would be made, as monitors and lists read entries."""
    intent = {
        "action": move.action.full_name,
        "actor": plain(move.actor),
        "command": plain(move.command),
        "facts": [fact_body(fact) for fact in answer.facts],
        "meaning": move.action.meaning_for(move.actor.role),
        "claimed_time": None,
    }
    subjects = dict.fromkeys(s for fact in answer.facts for s in about(fact))
    said = (move.command, *answer.facts)
    named = dict.fromkeys(s for each in said for f in fields(each) for s in subjects_in(getattr(each, f.name)))
    return {
        "about": [{"subject": subject, "seq": 1, "prev": None} for subject in subjects],
        "intent": intent,
        "outcome": "observed" if move.action.observed else "done",
        "position": move.position,
        "refs": [subject for subject in named if subject not in subjects],
        "signature": None,
        "time": now,
        "unmet": list(answer.unmet),
    }
