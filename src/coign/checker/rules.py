"""The catalogue's own rules asked in memory: what the door does between parsing and appending, and nothing else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache
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
    """What one decision sees and writes. `seen`: every slot that was looked at, in turn, whatever was found there."""

    __slots__ = ("_at", "_newest", "seen", "written")

    def __init__(self, at: Callable[[Slot], Any]) -> None:
        self._at = at
        self._newest: dict[Slot, Any] = {}
        self.seen: list[Slot] = []
        self.written: dict[Slot, Any] = {}

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
            declared = self.judge.rests_on(job, reads)
            unread = [subject for fact in facts for subject in about(fact) if subject not in declared]
            assert not unread, f"{unread[0]} was changed and not read"
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
    return dict.fromkeys(s for f in fields(said) for s in subjects_in(getattr(said, f.name)))


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
