"""The audit trail of a batch, read by exception: what stands out, and how much. No clock, no database."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One entry of the batch as a reviewer reads it: done, refused or observed."""

    position: int
    at: Instant
    action: str
    person: Person
    outcome: str = "done"
    station: str = ""
    #: When it is said to have been done, where that was said.
    claimed: Instant | None = None
    #: When the signer, or whoever asked, saw it made ready.
    prepared: Instant | None = None
    #: Minute of the day on the clocks of the site.
    local_minute: int = 720
    method: str = ""
    unmet: tuple[str, ...] = ()
    subjects: frozenset[str] = frozenset()
    #: For the second of two persons: the act that the first one did.
    second_of: str = ""
    #: The task that one is trained for to do it.
    task: str = ""
    #: What was measured, by name.
    values: tuple[tuple[str, str], ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a person may do changed: a role or a key was given, or they were found able to perform a task."""

    person: Person
    at: Instant
    kind: Literal["role", "key", "qualified"]
    task: str = ""


@dataclass(frozen=True, slots=True)
class Trail:
    """All entries of one batch, oldest first, and what changed for those who made them."""

    acts: Sequence[Act]
    changes: Sequence[Change] = ()

    def of_person(self) -> dict[Person, list[Act]]:
        """What each person did or tried."""
        found: defaultdict[Person, list[Act]] = defaultdict(list)
        for act in self.acts:
            found[act.person].append(act)
        return dict(found)

    def facts(self) -> Iterator[tuple[Act, Fact]]:
        """Everything that happened, with the entry that tells it."""
        return ((act, fact) for act in self.acts for fact in act.facts)

    def pairs(self) -> Iterator[tuple[Act, Act]]:
        """First and second act of every two-person act, as far as both are there."""
        newest: dict[tuple[str, str], Act] = {}
        for act in self.acts:
            if act.outcome == "refused":
                continue
            first = next((newest[key] for s in act.subjects if (key := (act.second_of, s)) in newest), None)
            if first is not None:
                yield first, act
            newest.update(((act.action, s), act) for s in act.subjects)


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason why an entry stands out, in words. `times`: how many times over its limit, where it has one."""

    position: int
    kind: str
    words: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that stands out, with everything that stands out about it; the higher the risk, the higher it stands."""

    act: Act
    signs: tuple[Sign, ...]
    risk: int


class Limits:
    """What the dated rule sets say about the audit trail at one instant."""

    def __init__(self, rules: Any, at: Instant) -> None:
        self._rules, self._at = rules, at

    def minutes(self, name: str) -> float:
        """A duration, in minutes."""
        return float(self._rules.minutes(f"audit_trail.{name}", self._at))

    def number(self, name: str) -> int:
        """A whole number."""
        return int(self._rules.number(f"audit_trail.{name}", self._at))

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words."""
        return tuple(self._rules.text(f"audit_trail.{name}", self._at).split())

    def weight(self, kind: str) -> int:
        """How much a sign of this kind weighs."""
        return self.number(f"weight.{kind}")


def ranked(trail: Trail, signs: Sequence[Sign], limits: Limits) -> list[Line]:
    """The entries that stand out, the one of the highest risk first; of equal ones the older first."""
    found: defaultdict[int, list[Sign]] = defaultdict(list)
    for sign in signs:
        found[sign.position].append(sign)
    weights = {kind: limits.weight(kind) for kind in {sign.kind for sign in signs}}
    most = limits.number("times_max")
    lines = [
        Line(act, tuple(about), sum(weights[s.kind] * min(s.times, most) for s in about))
        for act in trail.acts
        if (about := found.get(act.position))
    ]
    return sorted(lines, key=lambda line: (-line.risk, line.act.position))


def span(minutes: float) -> str:
    """A duration as one says it."""
    if minutes < 1:
        return f"{round(minutes * 60)} seconds"
    if minutes < 120:
        return f"{round(minutes)} minutes"
    return f"{round(minutes / 60)} hours" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"
