"""Takes one gate out after another and looks for a story in which something happens that must not."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from coign.checker.ground import NONE, Ground, World
from coign.checker.history import History
from coign.checker.rules import Move
from coign.checker.twists import Twists
from coign.kernel.facts import subjects_in
from coign.kernel.subjects import Subject
from coign.perform.shape import shape_of

#: So many stories are tried for a gate before the next one.
TRIED_EACH = 12
#: Of these, so many that leave the story at an act of the same kind.
TRIED_LIKE_IT = 3
#: So many other gates are tried beside one that is not enough alone.
BESIDE_EACH = 6
#: The therapies whose acts go wrong: one without trouble, and those in trouble; others are there to be mixed up with.
FOLLOWED, TROUBLED = "0", ("2", "3")
#: Before each so manieth act something may come in between.
INTERRUPTED_EACH = 5
#: So many acts of one kind are twisted in each stage.
LIKE_IT_MAX = 3
#: What is decided about a product that fails.
DECISIONS = ("quality.request_exception", "quality.supply_under_exception")
#: How many acts are left out together at most.
LEFT_OUT_MAX = 6


class Deviation(NamedTuple):
    """Where a story leaves its way: before the act with this index, by what instead, and where it goes on."""

    at: int
    #: Numbers of moves that come in between.
    instead: tuple[int, ...]
    goes_on: int
    #: Time passes first.
    wait_min: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """That something must not happen, and happens without these gates."""

    without: frozenset[str]
    invariant: str
    sentence: str
    deviation: Deviation
    #: The acts from the deviation on that are needed for it.
    acts: tuple[int, ...]


@dataclass
class Knocking:
    """A story, its deviations, and what each gate holds back."""

    ground: Ground
    history: History
    waits: Sequence[int]
    ends: float
    worlds: list[World] = field(default_factory=list)
    candidates: dict[str, list[Deviation]] = field(default_factory=lambda: defaultdict(list))
    pairs: dict[frozenset[str], list[Deviation]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, Shown] = field(default_factory=dict)
    #: What breaks although no gate is left out.
    violations: list[Shown] = field(default_factory=list)

    def prepare(self) -> None:
        """Tell the story once: every act is allowed."""
        world = self.ground.start
        for number in range(len(self.history.acts)):
            self.worlds.append(world)
            outcome = self.ground.outcome(self.ground.fit(world), number)
            assert outcome.changes, (self.ground.moves[number].action.name, outcome)
            world = self.ground.after(self.ground.fit(world), outcome)
        self.worlds.append(world)

    def look_around(self) -> None:
        """Try every deviation with all gates in place; note which gates alone hold it back."""
        for deviation in self.deviations():
            if time.monotonic() > self.ends:
                return
            self.follow(deviation)

    def __post_init__(self) -> None:
        acts = self.history.acts
        self._of: dict[str, list[int]] = {
            therapy: [n for n, told in enumerate(acts) if told.therapy in ("", therapy)]
            for therapy in (FOLLOWED, *TROUBLED)
        }

    @property
    def _broken_anyway(self) -> set[Deviation]:
        """What breaks with all gates in place says nothing about one of them."""
        return {shown.deviation for shown in self.violations}

    def deviations(self) -> Iterator[Deviation]:
        """Twisted acts, acts left out, acts too late, acts done again."""
        twists = Twists(self.history.acts)
        acts = self.history.acts
        of_therapy = followed = [n for n in self._of[FOLLOWED] if acts[n].therapy]
        known = {self._kind(n) for n in of_therapy}
        for therapy in TROUBLED:  # what the ones before do not show
            new = [n for n in self._of[therapy] if acts[n].therapy and self._kind(n) not in known]
            known |= {self._kind(n) for n in new}
            of_therapy = [*of_therapy, *new]
        before = [n for n, told in enumerate(acts) if not told.therapy]
        # What stands beside the therapies has little after it, and is tried first.
        yield from self._twisted(twists, [n for n in before if acts[n].stage])
        for index in of_therapy:
            for left_out in range(2, LEFT_OUT_MAX + 1):
                yield Deviation(index, (), index + left_out)
            yield from self._alone(index)
        for wait in self.waits:
            for index in of_therapy:
                yield Deviation(index, (), index, wait)
        yield from self._interrupted(self.history.interruptions, followed[::INTERRUPTED_EACH])
        decided = [n for n in of_therapy if acts[n].therapy in TROUBLED and acts[n].move.action.name in DECISIONS]
        yield from self._interrupted(self.history.attempts, decided)
        yield from self._twisted(twists, (*of_therapy, *(n for n in before if not acts[n].stage)))

    def _twisted(self, twists: Twists, indexes: Sequence[int]) -> Iterator[Deviation]:
        """Every variant of these acts; what belongs to no therapy left out and done again as well."""
        seen: Counter[tuple[str, str, str]] = Counter()
        for index in indexes:
            told = self.history.acts[index]
            kind = told.move.action.name, told.move.actor.role, told.stage
            seen[kind] += 1
            if not told.therapy:
                yield from self._alone(index)
            if seen[kind] > LIKE_IT_MAX:
                continue
            for twisted in twists.of(told.move):
                yield Deviation(index, (self.ground.add(twisted),), index + 1)

    def _kind(self, index: int) -> tuple[str, str]:
        """Acts of one kind in one stage are alike."""
        told = self.history.acts[index]
        return told.move.action.name, told.stage

    def _alone(self, index: int) -> Iterator[Deviation]:
        """One act left out, and done again; what is made anew by it gets another name."""
        yield Deviation(index, (), index + 1)
        move = self.ground.moves[index]
        made = {
            name: kind.of(f"{getattr(move.command, name).identifier}-again")
            for name, kind in shape_of(move.action).allotted.items()
        }
        again = self.ground.add(replace(move, command=replace(move.command, **made))) if made else index
        yield Deviation(index, (index, again), index + 1)
        if self.history.acts[index].stage and not self.history.acts[index].therapy:
            yield from (Deviation(index, (), index, wait) for wait in self.waits)

    def _interrupted(self, moves: Sequence[Move], acts: Sequence[int]) -> Iterator[Deviation]:
        """Where it can be done and has something to say: before these acts."""
        for move in moves:
            number, about = self.ground.add(move), self._concerned(move)
            for index in acts:
                world = self.ground.fit(self.worlds[index])
                if all(self.ground.knows(world, subject) for subject in about):
                    yield Deviation(index, (number,), index)

    @staticmethod
    def _concerned(move: Move) -> list[Subject]:
        """What is there already; nobody sees or scans what is not."""
        allotted = shape_of(move.action).allotted
        named = [getattr(move.command, f.name) for f in fields(move.command) if f.name not in allotted]
        return [subject for value in named for subject in subjects_in(value) if not subject.public]

    def follow(self, deviation: Deviation) -> None:
        """Go on after it as if nothing had happened, with all gates in place."""
        for step, outcome in self.run(deviation, NONE):
            if outcome.broken:
                name, sentence = outcome.broken[0]
                self.violations.append(Shown(NONE, name, sentence, deviation, (step,)))
                return
            if outcome.changes:
                continue
            if outcome.stuck:
                self.violations.append(Shown(NONE, "every_rule_answers", outcome.stuck, deviation, (step,)))
                return
            if outcome.unmet and len(outcome.unmet) <= 2:
                self._note(frozenset(outcome.unmet), deviation)
            if (outcome.unmet or outcome.denied) and step in deviation.instead:
                return  # what was held back changes nothing: the story is the same again

    def _note(self, unmet: frozenset[str], deviation: Deviation) -> None:
        noted = self.candidates[next(iter(unmet))] if len(unmet) == 1 else self.pairs[unmet]
        like_it = sum(self._left(each) == self._left(deviation) for each in noted)
        if len(noted) < TRIED_EACH and like_it < TRIED_LIKE_IT:
            noted.append(deviation)

    def _left(self, deviation: Deviation) -> str:
        """The act with which a deviation leaves the story."""
        moves = self.ground.moves
        first = deviation.instead[0] if deviation.instead else deviation.at
        return moves[first].action.name if first < len(moves) else ""

    def run(self, deviation: Deviation, without: frozenset[str], acts: Sequence[int] = ()) -> Iterator[tuple[int, Any]]:
        """The moves from a deviation to the story's end with their outcomes; `acts`: only these."""
        world = self.ground.fit(self.worlds[deviation.at])
        if deviation.wait_min:
            world = self.ground.later(world, self.ground.now(world).plus(minutes=deviation.wait_min))
        here = list(self.ground.fit(world))
        for number in acts or (*deviation.instead, *self._rest(deviation)):
            outcome = self.ground.outcome(here, number, without)
            self.ground.enter(here, outcome)
            yield number, outcome

    def _rest(self, deviation: Deviation) -> list[int]:
        """What comes of the therapy that is followed."""
        acts = self.history.acts
        therapy = acts[deviation.at].therapy if deviation.at < len(acts) else FOLLOWED
        followed = self._of.get(therapy, self._of[FOLLOWED])
        return followed[bisect_left(followed, deviation.goes_on) :]

    def beginning(self, deviation: Deviation) -> str:
        """How the story comes to where it leaves its way, in words."""
        acts = self.history.acts
        said = [f"the story so far, {deviation.at} acts"]
        if deviation.wait_min:
            said.append(f"{deviation.wait_min} min pass")
        left_out = [told.move.action.title for told in acts[deviation.at : deviation.goes_on]]
        if left_out and not deviation.instead:
            said.append(f"left out: {', '.join(left_out)}")
        return "; ".join(said)

    def knock(self, gate: str) -> Shown | None:
        """Look for a story that only this gate holds back; else one that it holds back together with another."""
        beside: dict[tuple[str, Deviation], None] = {}
        for deviation in self.candidates.get(gate, ()):
            if deviation in self._broken_anyway:
                continue
            if time.monotonic() > self.ends:
                return None
            found = self._without(frozenset({gate}), deviation, beside)
            if found is not None:
                return found
        beside |= {
            (other, d): None
            for unmet, ds in self.pairs.items()
            if gate in unmet
            for other in unmet - {gate}
            for d in ds
        }
        for other, deviation in list(beside)[: TRIED_EACH * BESIDE_EACH]:
            if deviation in self._broken_anyway:
                continue
            if time.monotonic() > self.ends:
                return None
            found = self._without(frozenset({gate, other}), deviation, {})
            if found is not None and self._without(frozenset({other}), deviation, {}) is None:
                return found
        return None

    def _without(
        self, without: frozenset[str], deviation: Deviation, beside: dict[tuple[str, Deviation], None]
    ) -> Shown | None:
        done: list[int] = []
        passed = False  # something that the gates hold back
        for number, outcome in self.run(deviation, without):
            if not outcome.changes:
                if passed and len(outcome.unmet) == 1 and len(beside) < BESIDE_EACH * TRIED_EACH:
                    beside[outcome.unmet[0], deviation] = None
                continue
            done.append(number)
            passed = passed or bool(without.intersection(outcome.unmet))
            if passed and outcome.broken:
                name, sentence = outcome.broken[0]
                return Shown(without, name, sentence, deviation, self._shortest(without, deviation, done, name))
        return None

    def _shortest(self, without: frozenset[str], deviation: Deviation, acts: list[int], broken: str) -> tuple[int, ...]:
        """Without the acts that it does not need, the last ones first."""
        for index in range(len(acts) - 2, -1, -1):
            fewer = acts[:index] + acts[index + 1 :]
            if self._breaks(without, deviation, fewer, broken):
                acts = fewer
        return tuple(acts)

    def _breaks(self, without: frozenset[str], deviation: Deviation, acts: list[int], broken: str) -> bool:
        outcomes = [outcome for _, outcome in self.run(deviation, without, acts)]
        return all(o.changes for o in outcomes) and broken in dict(outcomes[-1].broken)
