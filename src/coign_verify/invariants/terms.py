"""What therapies and houses are held to and no public fact says: limits, tasks, plans, doses, rules of the house."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from hashlib import sha256
from typing import Any, NamedTuple

from coign_verify.jcs import canonical

APPROVED = "regulatory.programme_approved.v1"


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


class Dose(NamedTuple):
    """What patients up to a weight may get, in million cells, or million cells for each kilogram; `cap`: nobody more.

    `up_to_kg` None: everybody heavier.
    """

    up_to_kg: Decimal | None
    low: Decimal
    high: Decimal
    per_kg: bool
    cap: Decimal

    def bounds(self, weight_kg: Decimal) -> tuple[Decimal, Decimal]:
        """The least and the most that somebody of this weight may get."""
        times = weight_kg if self.per_kg else Decimal(1)
        return self.low * times, min(self.high * times, self.cap)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Dose":
        """One of the doses in a document of terms."""
        up_to = document["up_to_kg"]
        low, high, cap = (Decimal(document[name]) for name in ("low", "high", "cap"))
        return cls(None if up_to is None else Decimal(up_to), low, high, document["per_kg"], cap)


class House(NamedTuple):
    """What holds in every house, whatever the programme is.

    `numbers`: minutes and counts by their name, each with the days from which it held, the oldest first.
    `jurisdictions`: whose law holds, by country.
    """

    numbers: Mapping[str, Sequence[tuple[str, float]]]
    jurisdictions: Mapping[str, str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "House":
        """Those in a document whose hash stands in the basis of entries."""
        durations, counts = document["durations_s"].items(), document["counts"].items()
        minutes = {name: [(since, float(seconds) / 60) for since, seconds in rows] for name, rows in durations}
        counted = {name: [(since, float(count)) for since, count in rows] for name, rows in counts}
        return cls({**minutes, **counted}, document["jurisdictions"])


def decided_by(entry: Mapping[str, Any]) -> str:
    """The hash of what held in the house when an entry was decided; empty where it names none."""
    basis = entry["intent"].get("basis")
    named = basis.get("terms") if isinstance(basis, dict) else None
    return named if isinstance(named, str) else ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What therapies and houses are held to and no public fact says, by the hash of a programme's version.

    `limits`: minutes by the name of the limit. `tasks`: what somebody must be qualified for, by step or action.
    `plans`: what a batch consists of. `asked`: what a physician looks at before an infusion, each with its unit, or
    none for a word. `doses`: by weight. `house`: what holds in every house, by the hash that the basis of an entry
    names; under the empty one for entries that name none, as where people are followed without a record.
    """

    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    tasks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    house: Mapping[str, House] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    doses: Mapping[str, Sequence[Dose]] = field(default_factory=dict)

    @classmethod
    def read(cls, version: str, document: Mapping[str, Any]) -> "Terms":
        """Those of one version, out of the document whose hash stands in its approval."""
        limits = {name: float(seconds) / 60 for name, seconds in document["limits_s"].items()}
        return cls(
            limits={version: limits},
            tasks={version: document["tasks"]},
            plans={version: Plan.read(document)} if "steps" in document else {},
            asked={version: document["asked"]} if "asked" in document else {},
            doses={version: tuple(Dose.read(each) for each in document.get("doses", ()))},
        )

    def and_those(self, more: "Terms") -> "Terms":
        """Both."""
        return Terms(
            {**self.limits, **more.limits},
            {**self.tasks, **more.tasks},
            {**self.plans, **more.plans},
            {**self.house, **more.house},
            {**self.asked, **more.asked},
            {**self.doses, **more.doses},
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

    def of_entry(self, entry: Mapping[str, Any]) -> House:
        """What held in the house for an entry, by its own word; NotJudged if nobody gave it."""
        found = self.house.get(decided_by(entry))
        if found is None:
            raise NotJudged("what held in the house where it was decided is not given")
        return found

    def jurisdiction(self, country: str, entry: Mapping[str, Any]) -> str:
        """Whose law held in a country for an entry; NotJudged if nobody gave it."""
        try:
            return self.of_entry(entry).jurisdictions[country]
        except KeyError:
            raise NotJudged(f"the jurisdiction of {country or 'no country'} is not given") from None

    def of_the_house(self, name: str, entry: Mapping[str, Any]) -> float:
        """What held on the day of an entry; NotJudged if nobody gave it."""
        rows, day = self.of_entry(entry).numbers.get(name, ()), entry["time"][:10]
        held = [value for since, value in rows if since <= day]
        if not held:
            raise NotJudged(f"{name} is not given")
        return held[-1]

    def items(self, version: str) -> Mapping[str, str]:
        """What is asked before an infusion; NotJudged for a version nobody gave."""
        if version not in self.asked:
            raise NotJudged(f"what is asked under programme version {version} is not given")
        return self.asked[version]

    def dose(self, version: str, weight_kg: Decimal) -> tuple[Decimal, Decimal]:
        """The least and the most of a dose in million cells; NotJudged for a version nobody gave."""
        for each in self.doses.get(version, ()):
            if each.up_to_kg is None or weight_kg <= each.up_to_kg:
                return each.bounds(weight_kg)
        raise NotJudged(f"the doses of programme version {version} are not given")


def terms_in(entries: Collection[Mapping[str, Any]], documents: Iterable[Any]) -> tuple[Terms, set[str]]:
    """The terms among documents, as far as entries name them by their hashes; and the hashes that none names.

    An approval names those of a programme's version, the basis of every entry those of the house.
    """
    given = {sha256(canonical(each)).hexdigest(): each for each in documents}
    facts = [fact for e in entries if e["outcome"] != "refused" for fact in e["intent"]["facts"]]
    named = [(f["body"]["version"], f["body"].get("terms")) for f in facts if f["type"] == APPROVED]
    read = (Terms.read(version, given[digest]) for version, digest in named if digest in given)
    decided = {decided_by(entry) for entry in entries}
    house = {digest: House.read(given[digest]) for digest in decided & given.keys()}
    return reduce(Terms.and_those, read, Terms(house=house)), given.keys() - {digest for _, digest in named} - decided
