"""Does again through the real door what the checker found in memory, and lets the verifier's invariants judge it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coign import rulesets
from coign.checker.history import History
from coign.checker.rules import Move
from coign.checker.stories import EVERY_RULE_ANSWERS, Line, Story, digest_of
from coign.database import Database
from coign.demo.scratch_ledger import Ledger, new_ledger
from coign.kernel.errors import CoignError, Refused
from coign.perform.door import Door
from coign.programmes.terms import terms_of
from coign_verify.invariants import INVARIANTS, House, replay

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A story that was found, and how it is to come out: these gates alone hold back what breaks this invariant."""

    story: Story
    invariant: str
    #: None: it happens with every gate in place.
    without: frozenset[str] = frozenset()


@dataclass
class Replayed:
    """How a story came out. `differs`: what did not come as it was told; empty: it came as told."""

    steps: list[Line] = field(default_factory=list)
    differs: str = ""


class Replaying:
    """Tells the story up to where each replay leaves it, once for all of them."""

    def __init__(self, ledger: Ledger, door: Door) -> None:
        self._ledger, self._door = ledger, door
        self._told, self._replays = 0, 0

    def replay(self, asked: Asked) -> Replayed:
        """One story; those that leave the told one earlier come first."""
        history, found = self._ledger.history, Replayed()
        if asked.story.digest != digest_of(history):
            found.differs = "it was told of other programmes or by another version of this software"
            return found
        assert self._told <= asked.story.told <= len(history.acts), "in order of where they leave the told story"
        self._ledger.tell(self._door, history.acts[self._told : asked.story.told], self._told)
        self._told = asked.story.told
        self._replays += 1
        with self._ledger.copy() as here, here.door() as gated, here.door(asked.without) as bare:
            before = here.size()
            run = _Replay(here, gated, bare, asked, found)
            run.do(f"replay/{self._replays}")
            if not found.differs and not run.failed:
                found.differs = _judged(here, before, asked, found)
        return found


@dataclass
class _Replay:
    """One story on its own ledger: each act is asked with every gate, and then without those that are left out."""

    ledger: Ledger
    gated: Door
    bare: Door
    asked: Asked
    found: Replayed
    held: set[str] = field(default_factory=set)
    #: A rule failed instead of answering, as was told.
    failed: bool = False

    def do(self, nonce: str) -> None:
        """All acts, until one comes out otherwise."""
        for number, move in enumerate(self.asked.story.moves):
            if self.found.differs:
                return
            self.found.steps.append({**_who(move), "outcome": self._step(move, f"{nonce}/{number}")})
        missing = self.asked.without - self.held
        if missing and not self.found.differs:
            self.found.differs = f"refused nothing: {', '.join(sorted(missing))}"

    def _step(self, move: Move, nonce: str) -> str:
        try:
            self.ledger.perform(self.gated, move, nonce)
        except Refused as no:
            gates = {answer.gate for answer in no.gates}
            said = f"refused by {', '.join(sorted(gates))}"
            if not self.asked.without.issuperset(gates):
                self.found.differs = f"{move.action.title}: {said}"
                return said
            self.held |= gates
            return f"{said}; {self._unguarded(move, nonce)}"
        except Exception as no:
            self.failed = self.asked.invariant == EVERY_RULE_ANSWERS and not isinstance(no, CoignError)
            self.found.differs = "" if self.failed else f"{move.action.title}: {_said(no)}"
            return _said(no)
        return "done"

    def _unguarded(self, move: Move, nonce: str) -> str:
        try:
            self.ledger.perform(self.bare, move, f"{nonce}/unguarded")
        except Exception as no:
            self.found.differs = f"{move.action.title}, without the gate: {_said(no)}"
            return f"without it: {_said(no)}"
        return "without it: done"


def _judged(ledger: Ledger, before: int, asked: Asked, found: Replayed) -> str:
    """What the verifier's invariants say to the entries; empty: they name the one that was told, at the last act."""
    entries = ledger.entries()
    rules = rulesets.load()
    house = {rules.terms_digest: House.read(rules.terms)}
    broken, _ = replay(entries, INVARIANTS, terms_of(ledger.history.programmes.all(), house))
    last = found.steps[-1]
    found.steps[-1] = {**last, "outcome": "; ".join([last["outcome"], *(str(each) for each in broken)])}
    if any(each.position < before for each in broken):
        return "something was broken before it began"
    if asked.invariant not in {each.invariant for each in broken if each.position == entries[-1]["position"]}:
        return f"{asked.invariant} is not broken"
    return ""


def _said(no: Exception) -> str:
    """What the door said; a defect is named, for without its gate a rule may fail instead of answering."""
    return no.message if isinstance(no, CoignError) else f"{type(no).__name__}: {no}"


def _who(move: Move) -> Line:
    return {"who": f"{move.actor.person.identifier} ({move.actor.role})", "action": move.action.title}


@contextmanager
def replaying(database: Database, home: Path, history: History) -> Iterator[Replaying]:
    """In a database that is used for nothing else; `home`: where its keys lie meanwhile."""
    with new_ledger(database, home, history) as ledger, ledger.door() as door:
        yield Replaying(ledger, door)


def replay_all(replays: Replaying, stories: Sequence[Asked], progress: Progress) -> list[Replayed]:
    """All of them, in the order given."""
    found: dict[int, Replayed] = {}
    for index in sorted(range(len(stories)), key=lambda n: stories[n].story.told):
        found[index] = replays.replay(stories[index])
        progress(f"[{len(found):>4}] of {len(stories)} {found[index].differs or 'as told'}")
    return [found[index] for index in range(len(stories))]
