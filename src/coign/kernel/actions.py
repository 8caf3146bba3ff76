"""A regulated action and the gates that guard it."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Any, Generic, Literal, NamedTuple, TypeVar, cast

from coign.kernel.errors import GateAnswer
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.kernel.views import View

C = TypeVar("C")
S = TypeVar("S")

Check = Callable[[C, "Circumstances"], str | None]


class Risk(Enum):
    """What a function can harm; sets the depth of its tests (ICH Q9(R1), EU GMP Annex 11 clause 1)."""

    PATIENT = "patient"
    PRODUCT = "product"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Read:
    """One state that an action needs: a view of a subject. `view` None: only whether the subject is known."""

    subject: Subject
    view: View[Any] | None = None


class Concerned(NamedTuple):
    """The subjects that a command names, and those its decision rests on besides, which whoever asks may not know."""

    named: Sequence[Subject]
    reached: Sequence[Subject] = ()


class Circumstances:
    """All that a rule may know besides the command: the time, who acts, the states read, programmes and rule sets.

    `read_only`: why the record is shut, in words; empty: it is not. `witnessed_age_s`: how long ago enough witnesses
    signed a checkpoint of it, read with its head; None: they never did.
    """

    __slots__ = ("_heads", "_read", "_states", "actor", "now", "programmes", "read_only", "rules", "witnessed_age_s")

    def __init__(
        self,
        *,
        now: Instant,
        actor: Actor,
        states: Mapping[tuple[Subject, str], object],
        heads: Mapping[Subject, int],
        read: Container[tuple[Subject, str]] | None = None,
        programmes: Any = None,
        rules: Any = None,
        read_only: str = "",
        witnessed_age_s: int | None = None,
    ) -> None:
        self.now = now
        self.actor = actor
        self.programmes = programmes
        self.rules = rules
        self.read_only = read_only
        self.witnessed_age_s = witnessed_age_s
        self._states = states
        self._heads = heads
        self._read = read  # None: all views of the subjects in `heads` are at hand

    def state(self, view: View[S], subject: Subject) -> S:
        """The state of a subject; the empty state when nothing was recorded. The action must have declared the read."""
        found = self._states.get((subject, view.name))
        if found is None:
            # Reading what was not declared would give the empty state, and a gate would judge on nothing.
            at_hand = subject in self._heads if self._read is None else (subject, view.name) in self._read
            assert at_hand, f"{subject} / {view.name} was not declared as read"
            return view.empty
        return cast(S, found)

    def seq(self, subject: Subject) -> int:
        """How many entries changed this subject so far; 0: it is not known."""
        return self._heads[subject]

    def exists(self, subject: Subject) -> bool:
        """Whether anything was ever recorded about this subject."""
        return self._heads[subject] > 0


@dataclass(frozen=True)
class Gate(Generic[C]):
    """A named pure predicate that must hold at commit. `check` gives None, or the sentence that says why not."""

    id: str
    requirement: tuple[str, ...]
    protects: str
    remedy: str
    resolvers: tuple[str, ...]
    risk: Risk
    check: Check[C]

    def ask(self, command: C, known: Circumstances) -> GateAnswer:
        """The gate's answer in words; always complete, so that pages can also show what holds."""
        return self._answer(self.check(command, known))

    def refuse(self, command: C, known: Circumstances) -> GateAnswer | None:
        """The gate's answer if it does not hold."""
        why_not = self.check(command, known)
        return None if why_not is None else self._answer(why_not)

    def _answer(self, why_not: str | None) -> GateAnswer:
        return GateAnswer(
            self.id, why_not is None, self.requirement, why_not or "", self.protects, self.remedy, self.resolvers
        )


def gate(
    id: str, *, requirement: str | tuple[str, ...], protects: str, remedy: str, resolvers: tuple[str, ...], risk: Risk
) -> Callable[[Check[C]], Gate[C]]:
    """Make a gate out of a predicate function."""
    cited = (requirement,) if isinstance(requirement, str) else requirement
    return lambda check: Gate(id, cited, protects, remedy, resolvers, risk, check)


@dataclass(frozen=True)
class Action(Generic[C]):
    """One regulated action, declared once; everything else (endpoint, form, matrix, page, tests) follows from here.

    `reads` names the states the rules need, from the command alone; `then_reads` (at most two) may name further ones
    from what was read. Every subject that a fact is about must be among the reads.
    `meaning` is the signature's meaning; None: no signature. `meanings`: by role, where law gives them other words.
    `second_of` names the action whose entry must come first
    when two persons act as a pair. `observed` actions are reported after the fact: unmet gates are stored, not refused.
    """

    name: str
    title: str
    command: type[C]
    roles: frozenset[str]
    reads: Callable[[C, Actor], Sequence[Read]]
    gates: tuple[Gate[Any], ...]
    decide: Callable[[C, Circumstances], Sequence[Fact]]
    #: Every type of fact that `decide` may give: tells which states must be at hand.
    emits: tuple[type[Fact], ...]
    requirements: tuple[str, ...]
    risk: Risk
    rationale: str
    then_reads: tuple[Callable[[C, Circumstances], Sequence[Read]], ...] = ()
    meaning: str | None = None
    meanings: Mapping[str, str] = field(default_factory=dict)
    second_of: str | None = None
    observed: bool = False
    #: May be performed while the ledger is read-only: the ways out of that state.
    when_shut: bool = False
    page: Literal["generated", "designed"] = "generated"
    #: Which subjects of the command need not be visible to the actor's organisation (hand-overs to a new party).
    beyond_sight: tuple[str, ...] = field(default=())
    version: int = 1

    @property
    def full_name(self) -> str:
        """Name with version, as it stands in entries."""
        return f"{self.name}.v{self.version}"

    @property
    def domain(self) -> str:
        """The folder it lives in."""
        return self.name.partition(".")[0]

    def meaning_for(self, role: str) -> str | None:
        """What a signature in this role means."""
        return self.meanings.get(role, self.meaning)

    def ask(self, command: C, known: Circumstances) -> list[GateAnswer]:
        """Every gate's answer, in the order of declaration."""
        return [g.ask(command, known) for g in self.gates]
