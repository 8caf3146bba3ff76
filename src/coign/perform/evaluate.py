"""One command against what is known: sight, authority, credential, pins, all gates, decide. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from coign.kernel.actions import Action, Circumstances, Concerned, Gate, Read
from coign.kernel.errors import Conflict, Forbidden, GateAnswer, NotFound
from coign.kernel.facts import Fact, about
from coign.kernel.sight import Parties, may_see
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.kernel.views import View
from coign.ledger.encoding import canonical, fact_body
from coign.ledger.known import Known
from coign.ledger.states import Folding
from coign.ledger.store import Pair
from coign.perform.job import Job


@dataclass(frozen=True)
class Authority:
    """Who may do what, folded from the record; given by the catalogue."""

    #: States to read for an actor.
    reads: Callable[[Actor], Sequence[Read]]
    #: None, or the sentence that says which authority is missing.
    missing: Callable[[Action[Any], Circumstances], str | None]
    #: The public key of a credential that is valid now, or None.
    public_key: Callable[[Circumstances, str, str], str | None]


@dataclass(frozen=True)
class Rulebook:
    """What a decision may look up besides states: rule sets and programmes, as values."""

    rules: Any
    programmes: Any
    basis: bytes


class Unmet(Exception):
    """Gates that do not hold, with everybody's answer."""

    def __init__(self, gates: Sequence[GateAnswer]) -> None:
        super().__init__(", ".join(g.gate for g in gates))
        self.gates = tuple(gates)


@dataclass(frozen=True)
class SubjectGate:
    """A gate asked about the subjects that any decision rests on, and the view it reads of each."""

    view: View[Any]
    gate: Gate[Concerned]


class Decision(NamedTuple):
    """What a command comes to: its facts, and, of an observed act, the gates that did not hold."""

    facts: tuple[Fact, ...]
    unmet: Sequence[GateAnswer] = ()


@dataclass(frozen=True)
class Judge:
    """Evaluates commands; holds nothing that changes but what it worked out once."""

    folding: Folding
    parties: View[Parties]
    authority: Authority
    rulebook: Rulebook
    #: Asked before the action's own gates.
    before: tuple[SubjectGate, ...] = ()
    #: For an action, a kind of subject and the view that is read of it: all views to have at hand.
    _views: dict[tuple[str, str, str | None], tuple[str | None, ...]] = field(default_factory=dict, repr=False)

    def first_reads(self, job: Job) -> list[Pair]:
        """All that can be named from the command alone."""
        wanted: list[Pair] = [(subject, self.parties.name) for subject in job.seen]
        wanted += [(subject, each.view.name) for subject in job.seen for each in self.before]
        return wanted + self._pairs(job, (*self.authority.reads(job.actor), *job.reads))

    def further_reads(self, job: Job, round_index: int, known: Circumstances) -> list[Pair]:
        """What only the states already read can name; at most two such rounds."""
        if round_index >= len(job.action.then_reads):
            return []
        return self._pairs(job, job.action.then_reads[round_index](job.command, known))

    def reads(self, job: Job, known: Circumstances, read: Callable[[Iterable[Pair]], None]) -> list[Read]:
        """Everything that the action's rules look up: what the command names, then `read` round by round."""
        reads = list(job.reads)
        for rule in job.action.then_reads:
            further = rule(job.command, known)
            read(self._pairs(job, further))
            reads += further
        return reads

    def rests_on(self, job: Job, reads: Iterable[Read]) -> Iterable[Subject]:
        """Each subject whose state a decision rests on: those of the rules, of sight and of authority."""
        found = {each.subject: None for each in reads}
        found.update(dict.fromkeys(job.seen))
        found.update({each.subject: None for each in self.authority.reads(job.actor)})
        return found

    def _pairs(self, job: Job, reads: Iterable[Read]) -> list[Pair]:
        return [pair for read in reads for pair in self._expand(job.action, read)]

    def _expand(self, action: Action[Any], read: Read) -> list[Pair]:
        """A read, every state that this action's facts may change about the same subject, and what is asked of all."""
        subject, asked = read.subject, read.view.name if read.view is not None else None
        key = (action.name, subject.kind, asked)
        names = self._views.get(key)
        if names is None:
            everybodys = [] if subject.public else [each.view.name for each in self.before]
            names = tuple(dict.fromkeys((asked, *sorted(self.folding.needed(action.emits, subject.kind)), *everybodys)))
            self._views[key] = names
        return [(subject, name) for name in names]

    def circumstances(self, job: Job, known: Known, now: Instant) -> Circumstances:
        """What the rules may know."""
        return Circumstances(
            now=now,
            actor=job.actor,
            states=known.states,
            heads=_Counts(known),
            read=known.read,
            programmes=self.rulebook.programmes,
            rules=self.rulebook.rules,
            read_only=known.head.read_only,
            witnessed_age_s=known.head.witnessed_age_s,
        )

    def admit(self, job: Job, circumstances: Circumstances) -> None:
        """Sight before everything, then authority, then the credential and what the signer saw."""
        hidden = self._hidden(job, circumstances)
        if hidden is not None:
            raise NotFound(f"{hidden} is not known here")
        missing = self.authority.missing(job.action, circumstances)
        if missing is not None:
            raise Forbidden(missing)
        if job.signed is not None:
            self._admit_signature(job, circumstances)

    def sees(self, job: Job, circumstances: Circumstances) -> bool:
        """Whether the actor's organisation may know everything that the command names."""
        return self._hidden(job, circumstances) is None

    def _hidden(self, job: Job, circumstances: Circumstances) -> Subject | None:
        for subject in job.seen:
            state = circumstances.state(self.parties, subject)
            if not circumstances.exists(subject) or not may_see(subject, state, job.actor.organisation):
                return subject
        return None

    def _admit_signature(self, job: Job, circumstances: Circumstances) -> None:
        signed = job.signed
        assert signed is not None
        signature = signed.signature
        if self.authority.public_key(circumstances, signature.credential, signature.method) != signed.public_key:
            raise Forbidden("this credential is not valid any more: sign with one that is enrolled")
        if circumstances.now > signed.expires:
            raise Conflict("what you signed was prepared too long ago: look again and sign anew")
        moved = [str(s) for s, seq in signed.pins if circumstances.seq(s) != seq]
        if moved:
            raise Conflict(f"changed since you looked: {', '.join(moved)}. Look again and sign anew")

    def gates(self, job: Job, circumstances: Circumstances, reads: Iterable[Read]) -> list[GateAnswer]:
        """Every gate's answer: first those that stand before every action, then the action's own."""
        concerned = _concerned(job, reads)
        first = [each.gate.ask(concerned, circumstances) for each in self.before]
        return first + job.action.ask(job.command, circumstances)

    def decide(self, job: Job, circumstances: Circumstances, reads: Iterable[Read]) -> Decision:
        """The facts, once all gates hold (or, for observed acts, whatever holds). Raises `Unmet` otherwise."""
        unmet = self.unmet(job, circumstances, reads)
        if unmet and not job.action.observed:
            raise Unmet(unmet)
        facts = tuple(job.action.decide(job.command, circumstances))
        assert facts, f"{job.action.name} decided nothing"
        for fact in facts:
            assert type(fact) in job.action.emits, f"{job.action.name} does not declare {type(fact).TYPE}"
            for subject in about(fact):
                circumstances.seq(subject)  # KeyError: a subject was changed that was not read
        # Compared as bytes: what was signed was read back from JSON, which knows lists and no tuples.
        if job.signed is not None and canonical([fact_body(f) for f in facts]) != canonical(list(job.signed.facts)):
            raise Conflict("the outcome is not the one you signed: look again and sign anew")
        return Decision(facts, unmet)

    def unmet(self, job: Job, circumstances: Circumstances, reads: Iterable[Read]) -> list[GateAnswer]:
        """The same gates in the same order, but only the answers of those that do not hold."""
        asked = [gate.refuse(job.command, circumstances) for gate in job.action.gates]
        return [*self.unmet_before(job, circumstances, reads), *(answer for answer in asked if answer is not None)]

    def unmet_before(self, job: Job, circumstances: Circumstances, reads: Iterable[Read]) -> list[GateAnswer]:
        """Of the gates that stand before every action."""
        concerned = _concerned(job, reads)
        asked = [each.gate.refuse(concerned, circumstances) for each in self.before]
        return [answer for answer in asked if answer is not None]


def _concerned(job: Job, reads: Iterable[Read]) -> Concerned:
    """All subjects that a decision rests on, public ones apart; not those of the ways out of a damaged record."""
    if job.action.when_shut:
        return Concerned(job.seen)
    reached = [r.subject for r in reads if not r.subject.public and r.subject not in job.seen]
    return Concerned(job.seen, tuple(dict.fromkeys(reached)))


class _Counts(Mapping[Subject, int]):
    """Entries about each subject that was read."""

    __slots__ = ("_known",)

    def __init__(self, known: Known) -> None:
        self._known = known

    def __getitem__(self, subject: Subject) -> int:
        return self._known.heads[subject].seq

    def __iter__(self) -> Any:
        return iter(self._known.heads)

    def __len__(self) -> int:
        return len(self._known.heads)
