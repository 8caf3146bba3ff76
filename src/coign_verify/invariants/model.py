"""What invariants are made of: trackers that remember facts subject by subject, and rules that judge by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from coign_verify.invariants.terms import NotJudged, Terms

Body = Mapping[str, Any]
Entry = Mapping[str, Any]
S = TypeVar("S")

#: Whose state is kept: the name of the tracker, and the subject.
Key = tuple[str, str]
States = Mapping[Key, Any]


class Heard(NamedTuple):
    """One fact of one entry."""

    type: str
    body: Body
    entry: Entry

    @property
    def time(self) -> str:
        """When it was entered. All times are text of one width, so that text order is time order."""
        return str(self.entry["time"])

    @property
    def person(self) -> str:
        """Who acted."""
        return str(self.entry["intent"]["actor"]["person"])

    def subjects(self, *names: str) -> tuple[str, ...]:
        """The subjects in these fields, each of which holds one, several or none."""
        return subjects_in(self.body, names)

    def beside(self, kind: str) -> list[Body]:
        """The facts of another type in the same entry."""
        return [f["body"] for f in self.entry["intent"]["facts"] if f["type"] == kind]


def subjects_in(body: Body, names: tuple[str, ...]) -> tuple[str, ...]:
    """The subjects in some fields of a fact."""
    found: list[str] = []
    for name in names:
        value = body.get(name)
        if value.__class__ is str:
            found.append(value)
        elif value:
            found += value
    return tuple(found)


Fold = Callable[[S, Heard], S]


@dataclass(frozen=True, slots=True)
class Tracker(Generic[S]):
    """Remembers what facts say of their subjects: one small state a subject. All rules read the same trackers.

    `folds`: for each type of fact the fields that name its subjects, and how a subject's state follows from it.
    """

    name: str
    start: S
    folds: Mapping[str, tuple[tuple[str, ...], Fold[S]]]

    def keys(self, fact: Heard) -> tuple[str, ...]:
        """The subjects whose states a fact changes."""
        folded = self.folds.get(fact.type)
        return fact.subjects(*folded[0]) if folded else ()

    def step(self, state: S, fact: Heard) -> S:
        """The state of one of these subjects after the fact."""
        return self.folds[fact.type][1](state, fact)


class Heads:
    """How far the past of every subject reaches, by the counts and positions that the entries themselves give.

    `partial`: entries may be missing, as in a pack. Of a subject that is not whole nothing can be judged.
    """

    __slots__ = ("_heads", "_partly", "last_time", "partial")

    def __init__(self, *, partial: bool = False) -> None:
        self.partial = partial
        self.last_time = ""
        self._heads: dict[str, tuple[int, int]] = {}
        self._partly: set[str] = set()

    def of(self, subject: str) -> tuple[int, int | None]:
        """How many entries about a subject there were, and where the last one stands."""
        return self._heads.get(subject, (0, None))

    def is_whole(self, subject: str) -> bool:
        """Whether every entry about it was here; of a subject of which none is here some may be elsewhere."""
        return subject in self._heads and subject not in self._partly

    def look_for_gaps(self, entry: Entry) -> None:
        """Mark the subjects of which entries before this one are missing: what its rules read tells it as well."""
        for read in entry["read"]:
            if "subject" in read and read["seq"] != self.of(read["subject"])[0]:
                self._partly.add(read["subject"])
        for about in entry["about"]:
            if about["seq"] != self.of(about["subject"])[0] + 1:
                self._partly.add(about["subject"])

    def expect_gaps(self) -> None:
        """From here on entries may be missing."""
        self.partial = True

    def follow(self, entry: Entry) -> None:
        """Go on to the next entry."""
        for about in entry["about"]:
            self._heads[about["subject"]] = (about["seq"], entry["position"])
        self.last_time = entry["time"]


@dataclass(frozen=True, slots=True)
class Known:
    """All that the entries before this one told. `heads`: None where there is no record, only what people do."""

    states: States
    terms: Terms
    heads: Heads | None = None

    def of(self, tracker: Tracker[S], subject: str) -> S:
        """The state of a subject; NotJudged if not all was told about it."""
        if self.heads is not None and self.heads.partial and not self.heads.is_whole(subject):
            raise NotJudged(f"not all entries about {subject} are here")
        found: S = self.states.get((tracker.name, subject), tracker.start)
        return found


#: What a rule answers: None where its premise does not hold, else what is broken, one sentence each.
Verdict = tuple[str, ...] | None
Judge = Callable[[Known, Heard], Verdict]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that holds in every true record, whatever the gates say."""

    name: str
    requirement: tuple[str, ...]
    sentence: str
    hears: tuple[str, ...]
    judge: Judge


def invariant(*requirement: str, hears: tuple[str, ...]) -> Callable[[Judge], Invariant]:
    """Make a function an invariant: its name is the name, its docstring the sentence for an inspector.

    `hears`: the facts at which it is judged, before the entry that holds them is remembered.
    """

    def made(judge: Judge) -> Invariant:
        assert judge.__doc__, judge.__name__
        return Invariant(judge.__name__, requirement, judge.__doc__, hears, judge)

    return made


class Broken(NamedTuple):
    """An invariant that an entry breaks."""

    position: int
    invariant: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.sentence}"
