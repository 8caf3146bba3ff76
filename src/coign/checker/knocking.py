"""Takes one gate out after another and looks for a story in which something happens that must not."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

from coign.checker.deadlines import Deadlines
from coign.checker.ground import NONE, Beginning, Ground, Outcome, World
from coign.checker.history import History
from coign.checker.rules import Move
from coign.checker.stories import EVERY_RULE_ANSWERS, at
from coign.checker.twists import Twists

#: So many stories are tried for a gate before the next one.
TRIED_EACH = 12
#: Of these, so many that leave the story at an act of the same kind.
TRIED_LIKE_IT = 3
#: So many gates are taken out together at most.
TAKEN_OUT_MAX = 2
#: So many other gates are tried beside one that is not enough alone.
BESIDE_EACH = 6
#: The therapies whose acts go wrong: one without trouble, then of others what it does not show.
FOLLOWED, FURTHER = "0", ("2", "3", "1")
#: Before each so manieth act something may come in between.
INTERRUPTED_EACH = 5
#: Whoever does not wait for an act's time does it so much earlier at least.
AT_ONCE_MIN = 60
#: So many acts of one kind are twisted in each stage.
LIKE_IT_MAX = 3
KEY_ENROLLED = "people.confirm_authenticator"
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
    #: Later on, what is done in the place of acts of the story: their numbers, and those of the moves.
    later: tuple[tuple[int, int], ...] = ()


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
    ends: float
    worlds: list[World] = field(default_factory=list)
    #: Of each act, how long somebody must wait until one of its limits is over, in minutes.
    waits: dict[int, tuple[int, ...]] = field(default_factory=dict)
    candidates: dict[str, list[Deviation]] = field(default_factory=lambda: defaultdict(list))
    pairs: dict[frozenset[str], list[Deviation]] = field(default_factory=lambda: defaultdict(list))
    #: Gates for which everything that was noted was tried.
    tried: set[str] = field(default_factory=set)
    #: The fewest gates with which each was seen to refuse, itself among them.
    fewest: dict[str, frozenset[str]] = field(default_factory=dict)
    #: Of each gate that was taken out, whether something was entered then (True) or the act itself failed (False).
    came_of: dict[str, set[bool]] = field(default_factory=lambda: defaultdict(set))
    #: What was not held back at once: the story goes on otherwise.
    happened: list[Deviation] = field(default_factory=list)
    #: Of each act of the story what was tried in its place.
    twisted: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    #: Whether there was time for every deviation.
    looked: bool = False
    #: What breaks although no gate is left out.
    violations: list[Shown] = field(default_factory=list)

    def prepare(self) -> None:
        """Tell the story once: every act is allowed."""
        world, deadlines = self.ground.start, Deadlines(self.ground.rules)
        for number, told in enumerate(self.history.acts):
            self.worlds.append(world)
            self.waits[number] = deadlines.of(told.move, self.ground.at(world), self.ground.now(world))
            outcome = self.ground.outcome(self.ground.fit(world), number)
            assert outcome.changes, (self.ground.moves[number].action.name, outcome)
            world = self.ground.after(self.ground.fit(world), outcome)
        self.worlds.append(world)

    def look_around(self) -> None:
        """Try every deviation with all gates in place; note which gates alone hold it back."""
        for deviation in chain(self.deviations(), self._at_once()):
            if time.monotonic() > self.ends:
                return
            if self.follow(deviation):
                self.happened.append(deviation)
            if len(deviation.instead) == 1 and deviation.goes_on > deviation.at:
                self.twisted[deviation.at].append(deviation.instead[0])
        self.looked = True

    def __post_init__(self) -> None:
        acts = self.history.acts
        self._of: dict[str, list[int]] = {
            therapy: [n for n, told in enumerate(acts) if told.therapy in ("", therapy)]
            for therapy in (FOLLOWED, *FURTHER)
        }
        enrolled = [(t.move.command.person, n) for n, t in enumerate(acts) if t.move.action.name == KEY_ENROLLED]
        self._enrolled = dict(reversed(enrolled))  # for the first time

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
        for therapy in FURTHER:
            new = [n for n in self._of[therapy] if acts[n].therapy and self._kind(n) not in known]
            known |= {self._kind(n) for n in new}
            of_therapy = [*of_therapy, *new]
        before = [n for n, told in enumerate(acts) if not told.therapy]
        for each in self.history.departures:
            yield Deviation(each.at, tuple(self.ground.add(move) for move in each.moves), each.goes_on)
        # What stands beside the therapies has little after it, and is tried first.
        yield from self._twisted(twists, [n for n in before if acts[n].stage])
        for index in of_therapy:
            for left_out in range(2, LEFT_OUT_MAX + 1):
                yield Deviation(index, (), index + left_out)
            yield from self._alone(index)
        yield from (Deviation(index, (), index, wait) for index in of_therapy for wait in self.waits[index])
        decided = [n for n in of_therapy if acts[n].therapy != FOLLOWED and acts[n].move.action.name in DECISIONS]
        yield from self._interrupted(self.history.attempts, decided)
        yield from self._twisted(twists, (*of_therapy, *(n for n in before if not acts[n].stage)))
        yield from self._interrupted(self.history.interruptions, followed[::INTERRUPTED_EACH])

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
            for twisted in chain(twists.of(told.move), twists.optional(told.move)):
                yield Deviation(index, (self.ground.add(twisted),), index + 1)

    def _kind(self, index: int) -> tuple[str, str]:
        """Acts of one kind in one stage are alike."""
        told = self.history.acts[index]
        return told.move.action.name, told.stage

    def _alone(self, index: int) -> Iterator[Deviation]:
        """One act left out, and done again."""
        yield Deviation(index, (), index + 1)
        yield Deviation(index, (index, self._again(index)), index + 1)
        if self.history.acts[index].stage and not self.history.acts[index].therapy:
            yield from (Deviation(index, (), index, wait) for wait in self.waits[index])

    def _again(self, number: int) -> int:
        """The same once more."""
        move = self.ground.moves[number]
        again = move.again
        return number if again is move else self.ground.add(again)

    def _interrupted(self, moves: Sequence[Move], acts: Sequence[int]) -> Iterator[Deviation]:
        """Where it can be done and has something to say: before these acts; the first time once more as well."""
        for move in moves:
            number, about = self.ground.add(move), move.concerned
            known = [n for n in acts if all(self.ground.knows(self.worlds[n], subject) for subject in about)]
            yield from (Deviation(index, (number,), index) for index in known)
            yield from (Deviation(index, (number, self._again(number)), index) for index in known[:1])

    def _at_once(self) -> Iterator[Deviation]:
        """What should wait for its time is done directly after the act before it."""
        for index, told in enumerate(self.history.acts):
            now = self.ground.now(self.worlds[index])
            if told.therapy == FOLLOWED and told.move.time.minutes_since(now) > AT_ONCE_MIN:
                hurried = replace(told.move, time=now, twist="at once")
                yield Deviation(index, (self.ground.add(hurried),), index + 1)

    def follow(self, deviation: Deviation) -> bool:
        """Go on after it as if nothing had happened, with all gates in place; False: it was held back at once."""
        done: list[int] = []
        for step, outcome in self.run(deviation, NONE):
            if self.is_broken(deviation, done, step, outcome):
                return False
            if outcome.changes:
                done.append(step)
                continue
            if outcome.unmet:
                self.note(frozenset(outcome.unmet), deviation)
            if (outcome.unmet or outcome.denied) and step in deviation.instead:
                return False  # what was held back changes nothing: the story is the same again
        return True

    def is_broken(self, deviation: Deviation, done: Sequence[int], step: int, outcome: Outcome) -> bool:
        """Whether this step must not happen, and does with all gates in place; it is noted then."""
        if outcome.broken:
            name, sentence = outcome.broken[0]
            acts = self._shortest(NONE, deviation, [*done, step], name)
        elif outcome.stuck:
            name, sentence, acts = EVERY_RULE_ANSWERS, outcome.stuck, (*done, step)
        else:
            return False
        self.violations.append(Shown(NONE, name, sentence, deviation, acts))
        return True

    def note(self, unmet: frozenset[str], deviation: Deviation) -> None:
        """These gates alone hold it back."""
        for gate in unmet:
            if len(unmet) < len(self.fewest.get(gate, unmet)) or gate not in self.fewest:
                self.fewest[gate] = unmet
        if len(unmet) > TAKEN_OUT_MAX or any(self.ground.moves[n].programmes is not None for n in deviation.instead):
            return  # where other programmes are here, nobody can do it again through the door
        noted = self.candidates[next(iter(unmet))] if len(unmet) == 1 else self.pairs[unmet]
        like_it = sum(self._left(each) == self._left(deviation) for each in noted)
        if len(noted) < TRIED_EACH and like_it < TRIED_LIKE_IT:
            noted.append(deviation)

    def _left(self, deviation: Deviation) -> str:
        """The act with which a deviation leaves the story."""
        moves = self.ground.moves
        first = deviation.instead[0] if deviation.instead else deviation.at
        return moves[first].action.name if first < len(moves) else ""

    def forget(self, gates: Container[str]) -> None:
        """What was tried for these gates, and showed nothing, is not tried again."""
        for gate in [gate for gate in self.candidates if gate in gates]:
            del self.candidates[gate]
        for unmet in [unmet for unmet in self.pairs if all(gate in gates for gate in unmet)]:
            del self.pairs[unmet]

    def run(self, deviation: Deviation, without: frozenset[str], acts: Sequence[int] = ()) -> Iterator[tuple[int, Any]]:
        """The moves from a deviation to the story's end with their outcomes; `acts`: only these."""
        here = self.begins(deviation)
        later = dict(deviation.later)
        for number in acts or (*deviation.instead, *(later.get(n, n) for n in self.rest(deviation))):
            outcome = self.ground.outcome(here, number, without)
            self.ground.enter(here, outcome)
            yield number, outcome

    def begins(self, deviation: Deviation) -> list[int]:
        """The world in which it begins."""
        world = self.ground.fit(self.worlds[deviation.at])
        if deviation.wait_min:
            world = self.ground.later(world, self.ground.now(world).plus(minutes=deviation.wait_min))
        return list(self.ground.fit(world))

    def rest(self, deviation: Deviation) -> list[int]:
        """What comes of the therapy that is followed."""
        acts = self.history.acts
        therapy = acts[deviation.at].therapy if deviation.at < len(acts) else FOLLOWED
        followed = self._of.get(therapy, self._of[FOLLOWED])
        return followed[bisect_left(followed, deviation.goes_on) :]

    def told(self, shown: Shown) -> tuple[Beginning, tuple[Move, ...]]:
        """What was shown as a story: how it comes to where it leaves its way, and the acts from there, each in time."""
        deviation, acts = shown.deviation, self.history.acts
        said = [f"the story so far, {deviation.at} acts"]
        if deviation.wait_min:
            said.append(f"{deviation.wait_min} min pass")
        left_out = [told.move.action.title for told in acts[deviation.at : deviation.goes_on]]
        if left_out and not deviation.instead:
            said.append(f"left out: {', '.join(left_out)}")
        now = self.ground.now(self.worlds[deviation.at]).plus(minutes=deviation.wait_min)
        moves: list[Move] = []
        for number in shown.acts:
            moves.append(at(self.ground.moves[number], now))
            now = moves[-1].time
        return Beginning(deviation.at, "; ".join(said)), tuple(moves)

    def knock(self, gate: str) -> Shown | None:
        """Look for a story that only this gate holds back; else one that it holds back together with another.

        `tried` holds the gate afterwards, unless the time was over before everything was tried.
        """
        beside: dict[tuple[str, Deviation], None] = {}
        for deviation in self.candidates.get(gate, ()):
            if deviation in self._broken_anyway:
                continue
            if time.monotonic() > self.ends:
                return None
            found = self._without(frozenset({gate}), deviation, beside)
            if found is not None:
                return self._nearest(found)
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
            if found is not None and not self.one_is_enough((gate, other), deviation):
                return self._nearest(found)
        self.tried.add(gate)
        return None

    def _nearest(self, shown: Shown) -> Shown:
        """The same that came in between, or the same wait, as late as it will do: whoever reads it reads less."""
        deviation = shown.deviation
        if deviation.goes_on != deviation.at or deviation.later:
            return shown
        for act in reversed(shown.acts):
            if deviation.at < act < len(self.history.acts):
                nearer = deviation._replace(at=act, goes_on=act)
                found = self._without(shown.without, nearer, {})
                if found is None or len(found.acts) >= len(shown.acts):
                    continue
                if len(shown.without) == 1 or not self.one_is_enough(tuple(shown.without), nearer):
                    return found
        return shown

    def one_is_enough(self, gates: Sequence[str], deviation: Deviation) -> bool:
        """Whether it happens without one of two gates as well, or would if less had gone wrong."""
        alone = (Deviation(at, (number,), at + 1) for at, number in deviation.later)
        less = (deviation, *((deviation._replace(later=()), *alone) if deviation.later else ()))
        return any(self._without(frozenset({gate}), each, {}) is not None for each in less for gate in gates)

    def _without(
        self, without: frozenset[str], deviation: Deviation, beside: dict[tuple[str, Deviation], None]
    ) -> Shown | None:
        done, passed = list[int](), False  # something that the gates hold back
        for number, outcome in self.run(deviation, without):
            held_back = without.intersection(outcome.unmet)
            for gate in held_back if outcome.changes or outcome.stuck or outcome.denied else ():
                self.came_of[gate].add(bool(outcome.changes))
            if not outcome.changes:
                if passed and len(outcome.unmet) == 1 and len(beside) < BESIDE_EACH * TRIED_EACH:
                    beside[outcome.unmet[0], deviation] = None
                continue
            done.append(number)
            passed = passed or bool(held_back)
            if passed and outcome.broken:
                name, sentence = outcome.broken[0]
                acts = self._shortest(without, deviation, done, name)
                # Where it happens without an act that one of them refuses, that one holds back nothing here.
                needed = without <= self._refusing(deviation, without, acts) and self._can_sign(deviation, acts)
                return Shown(without, name, sentence, deviation, acts) if needed else None
        return None

    def _shortest(self, without: frozenset[str], deviation: Deviation, acts: list[int], broken: str) -> tuple[int, ...]:
        """Without the acts that it does not need, the last ones first."""
        for index in range(len(acts) - 2, -1, -1):
            fewer = acts[:index] + acts[index + 1 :]
            if self._can_sign(deviation, fewer) and self._breaks(without, deviation, fewer, broken):
                acts = fewer
        return tuple(acts)

    def _can_sign(self, deviation: Deviation, acts: Sequence[int]) -> bool:
        """Rules ask nobody for a key, and the door asks everybody who signs."""
        signing = [m.actor for m in (self.ground.moves[n] for n in acts) if m.action.meaning_for(m.actor.role)]
        enrolled = {self._enrolled.get(actor.person) for actor in signing}
        return all(n is not None and (n < deviation.at or n in acts) for n in enrolled)

    def _breaks(self, without: frozenset[str], deviation: Deviation, acts: list[int], broken: str) -> bool:
        outcomes = [outcome for _, outcome in self.run(deviation, without, acts)]
        return all(o.changes for o in outcomes) and broken in dict(outcomes[-1].broken)

    def _refusing(self, deviation: Deviation, without: frozenset[str], acts: Sequence[int]) -> set[str]:
        return {gate for _, outcome in self.run(deviation, without, acts) for gate in outcome.unmet}
