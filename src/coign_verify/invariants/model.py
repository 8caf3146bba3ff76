"""What invariants are made of: trackers that remember facts subject by subject, and rules that judge by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

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


class NotJudged(Exception):
    """What a rule would have to know was not told: entries about the subject are missing, or a limit is not given."""


class PlannedStep(NamedTuple):
    """A step of production: its measurements with their units, the materials and kinds of devices that it takes."""

    id: str
    measured: tuple[tuple[str, str], ...] = ()
    materials: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    #: Of these, the kinds that must be clean of another patient's cells.
    clean: frozenset[str] = frozenset()
    #: Minutes that cells may wait after it.
    hold_min: float | None = None


class PlannedSample(NamedTuple):
    """A sample: after which step it is drawn, for which tests, and the least volume with its unit."""

    id: str
    after: str
    tests: frozenset[str] = frozenset()
    least: tuple[str, str] | None = None


class PlannedTest(NamedTuple):
    """A test of the release panel; `number`: it is compared with limits, in this unit."""

    id: str
    unit: str = ""
    number: bool = True
    may_be_pending: bool = False


class Plan(NamedTuple):
    """What a programme's version plans for a batch."""

    steps: tuple[PlannedStep, ...] = ()
    samples: tuple[PlannedSample, ...] = ()
    tests: tuple[PlannedTest, ...] = ()
    bags_max: int = 1
    #: Jurisdictions into which product may travel before it is released.
    travels_before: frozenset[str] = frozenset()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Plan":
        """The plan in a document of terms."""
        return cls(
            tuple(_step(each) for each in document["steps"]),
            tuple(
                PlannedSample(s["id"], s["after"], frozenset(s["tests"]), tuple(s["least"]) if s["least"] else None)
                for s in document["samples"]
            ),
            tuple(PlannedTest(**test) for test in document["tests"]),
            document["bags_max"],
            frozenset(document["travels_before"]),
        )

    def step(self, name: str) -> PlannedStep | None:
        """A step by its name."""
        return next((each for each in self.steps if each.id == name), None)

    def sample(self, name: str) -> PlannedSample | None:
        """A sample by its name."""
        return next((each for each in self.samples if each.id == name), None)

    def test(self, name: str) -> PlannedTest | None:
        """A test by its name."""
        return next((each for each in self.tests if each.id == name), None)


def _step(step: Mapping[str, Any]) -> PlannedStep:
    materials, devices, clean = (frozenset(step[name]) for name in ("materials", "devices", "clean"))
    measured = tuple((name, unit) for name, unit in step["measured"])
    hold = None if step["hold_s"] is None else float(step["hold_s"]) / 60
    return PlannedStep(step["id"], measured, materials, devices, clean, hold)


@dataclass(frozen=True, slots=True)
class Terms:
    """What therapies and houses are held to and no public fact says, by the hash of a programme's version.

    `limits`: minutes by the name of the limit. `tasks`: what somebody must be qualified for, by step or action.
    `plans`: what a batch consists of. `house`: minutes and counts that hold whatever the programme is, by their name,
    each with the days from which it held, the oldest first. `jurisdictions`: by country.
    """

    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    house: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    jurisdictions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, version: str, document: Mapping[str, Any]) -> "Terms":
        """Those of one version, out of the document whose hash stands in its approval."""
        limits = {name: float(seconds) / 60 for name, seconds in document["limits_s"].items()}
        return cls({version: limits}, {version: document["tasks"]}, {version: Plan.read(document)})

    def and_those(self, more: "Terms") -> "Terms":
        """Both."""
        return Terms(
            {**self.limits, **more.limits},
            {**self.tasks, **more.tasks},
            {**self.plans, **more.plans},
            {**self.house, **more.house},
            {**self.jurisdictions, **more.jurisdictions},
        )

    def minutes(self, version: str, name: str) -> float:
        """A limit; NotJudged if nobody gave it."""
        try:
            return self.limits[version][name]
        except KeyError:
            raise NotJudged(f"{name} of programme version {version} is not given") from None

    def task(self, version: str, name: str) -> str:
        """What must be mastered for a step or an action; empty: nothing. NotJudged for a version nobody gave."""
        try:
            return self.tasks[version].get(name, "")
        except KeyError:
            raise NotJudged(f"the tasks of programme version {version} are not given") from None

    def plan(self, version: str) -> Plan:
        """What a version plans; NotJudged if nobody gave it."""
        try:
            return self.plans[version]
        except KeyError:
            raise NotJudged(f"the plan of programme version {version} is not given") from None

    def jurisdiction(self, country: str) -> str:
        """Whose law holds in a country; NotJudged if nobody gave it."""
        try:
            return self.jurisdictions[country]
        except KeyError:
            raise NotJudged(f"the jurisdiction of {country or 'no country'} is not given") from None

    def of_the_house(self, name: str, now: str) -> float:
        """What held on a day; NotJudged if nobody gave it."""
        held = [value for since, value in self.house.get(name, ()) if since <= now[:10]]
        if not held:
            raise NotJudged(f"{name} is not given")
        return held[-1]


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
