"""A record on paper: rules asked over facts in memory, with exactly the states that an action declares to read.

No door, no database: for tests of rules. What the real door adds (sight, authority, signatures) is tested there.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

from coign import catalogue, rulesets
from coign.kernel.actions import Action, Circumstances, Read
from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant, Quantity
from coign.ledger.encoding import fact_body, fact_from
from coign.ledger.states import Folding, StampFor
from coign.programmes.model import Limit, Programmes, ProgrammeVersion

FOLDING = Folding(catalogue.VIEWS)


class Refusal(Exception):
    """The gates that did not hold."""

    def __init__(self, gates: Sequence[str]) -> None:
        super().__init__(", ".join(gates))
        self.gates = tuple(gates)


#: Of a record: now, history, heads, states, position.
SoFar = tuple[Instant, list[tuple[Instant, Actor, Fact]], dict[Subject, int], dict[tuple[Subject, str], Any], int]
#: What stories begin with, by the way there: they are many, and most of them begin alike.
_told: dict[Hashable, SoFar] = {}
#: Facts and states that came back from their stored form once. Stories repeat themselves; a second look proves nothing.
_came_back: set[object] = set()


def _is_new(thing: object) -> bool:
    try:
        if thing in _came_back:
            return False
        _came_back.add(thing)
    except TypeError:  # with a table in it: looked at each time
        return True
    return True


def with_limit(version: ProgrammeVersion, name: str, value: str, unit: str) -> Programmes:
    """A programme with one limit more, which its file does not have."""
    limit = Limit(name, Quantity(value, unit), "a test")
    return Programmes([replace(version, limits={**version.limits, name: limit})])


class PaperRecord:
    """Facts, states and a clock that a test moves."""

    def __init__(self, start: Instant, programmes: Any) -> None:
        self.now = start
        self.programmes = programmes
        #: How long ago enough witnesses signed; None: never.
        self.witnessed_age_s: int | None = None
        #: Everything that happened: when, by whom, what.
        self.history: list[tuple[Instant, Actor, Fact]] = []
        self._heads: dict[Subject, int] = {}
        self._states: dict[tuple[Subject, str], Any] = {}
        self._position = 0
        #: The acts `as_before` that led here, one after the other; None: something else happened in between.
        self._way: Hashable = (type(self), start)

    def wait(self, **duration: float) -> None:
        """Let time pass."""
        self.now = self.now.plus(**duration)

    def happened(self, *facts: Fact, by: Actor) -> None:
        """History as it is, whatever any rule says."""
        self._way = None
        stamps = StampFor(self.now, self._position, by)
        for fact in facts:
            if _is_new(fact):
                body = fact_body(fact)
                assert fact_body(fact_from(body)) == body, "a fact comes back as it was written"
            for key in FOLDING.apply(self._states, fact, stamps):
                if _is_new(self._states[key]):
                    FOLDING.load(key[1], FOLDING.dump(self._states[key]))  # has a stored form, and a small one
        for subject in {s for fact in facts for s in about(fact)}:
            self._heads[subject] = self._heads.get(subject, 0) + 1
        self.history += [(self.now, by, fact) for fact in facts]
        self._position += 1
        self.now = self.now.plus(seconds=1)

    def as_before(self, stage: Hashable, act: Callable[[], object]) -> None:
        """Act, or go on from where the same acts, after the same acts at the same moment, led before."""
        if self._way is None:
            act()
            return
        way = (self._way, self.now, self.programmes, self.witnessed_age_s, stage)
        if way in _told:
            # Nothing in it is ever changed, only added to.
            self.now, history, heads, states, self._position = _told[way]
            self.history, self._heads, self._states = list(history), dict(heads), dict(states)
        else:
            act()
            _told[way] = (self.now, list(self.history), dict(self._heads), dict(self._states), self._position)
        self._way = way

    def unmet(self, action: Action[Any], command: Any, actor: Actor) -> list[str]:
        """The gates that would refuse."""
        return self._unmet(action, command, self._known(action, command, actor))

    def known(self, action: Action[Any], command: Any, actor: Actor) -> Circumstances:
        """What the rules would know."""
        return self._known(action, command, actor)

    def do(self, action: Action[Any], command: Any, actor: Actor) -> list[Fact]:
        """Perform, or raise `Refusal` with every unmet gate."""
        assert actor.role in action.roles, f"{actor.role} may not {action.name}"
        known = self._known(action, command, actor)
        unmet = self._unmet(action, command, known)
        if unmet:
            raise Refusal(unmet)
        return self._decided(action, command, actor, known)

    def observe(self, action: Action[Any], command: Any, actor: Actor) -> list[Fact]:
        """Report what happened: an observed action is entered whatever gates do not hold."""
        assert action.observed, f"{action.name} asks before, not after"
        known = self._known(action, command, actor)
        self._unmet(action, command, known)
        return self._decided(action, command, actor, known)

    def _decided(self, action: Action[Any], command: Any, actor: Actor, known: Circumstances) -> list[Fact]:
        facts = list(action.decide(command, known))
        for fact in facts:
            assert type(fact) in action.emits
            for subject in about(fact):
                known.seq(subject)  # KeyError: it was not read
        self.happened(*facts, by=actor)
        return facts

    @property
    def facts(self) -> list[Fact]:
        """What happened, oldest first."""
        return [fact for _, _, fact in self.history]

    def exists(self, subject: Subject) -> bool:
        """Whether anything was recorded about it."""
        return subject in self._heads

    def state(self, view: Any, subject: Subject) -> Any:
        """A state as it is now."""
        return self._states.get((subject, view.name), view.state())

    @staticmethod
    def _unmet(action: Action[Any], command: Any, known: Circumstances) -> list[str]:
        refused = [answer for gate in action.gates if (answer := gate.refuse(command, known))]
        assert all(answer.message for answer in refused)
        return [answer.gate for answer in refused]

    def _known(self, action: Action[Any], command: Any, actor: Actor) -> Circumstances:
        states: dict[tuple[Subject, str], object] = {}
        heads: dict[Subject, int] = {}
        declared: set[tuple[Subject, str]] = set()
        known = Circumstances(
            now=self.now,
            actor=actor,
            states=states,
            heads=heads,
            read=declared,
            programmes=self.programmes,
            rules=rulesets.load(),
            witnessed_age_s=self.witnessed_age_s,
        )

        def read(reads: Sequence[Read]) -> None:
            for wanted in reads:
                heads[wanted.subject] = self._heads.get(wanted.subject, 0)
                names = FOLDING.needed(action.emits, wanted.subject.kind)
                for name in (*names, wanted.view.name) if wanted.view else names:
                    key = (wanted.subject, name)
                    declared.add(key)
                    if key in self._states:
                        states[key] = self._states[key]

        read(action.reads(command, actor))
        for further in action.then_reads:
            read(further(command, known))
        return known
