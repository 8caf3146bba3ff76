"""A programme as values: what rules may ask of a therapy's definition."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Product, Programme
from coign.kernel.values import Digest, Quantity
from coign.programmes.dose_plan import DosePlan
from coign.programmes.safety_plan import SafetyPlan
from coign_verify.jcs import canonical

_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_PER_MINUTE = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440)}


def minutes_of(quantity: Quantity) -> float:
    """A duration in minutes. KeyError: its unit is no unit of time."""
    return float(quantity.amount * _PER_MINUTE[quantity.unit])


def _seconds(quantity: Quantity) -> str:
    return f"{quantity.amount * _SECONDS[quantity.unit]:f}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A named limit or window of the programme, with its source."""

    name: str
    quantity: Quantity
    source: str


@dataclass(frozen=True, slots=True)
class Range:
    """A measurement or test with its unit and bounds; a bound that is None is open."""

    id: str
    label: str
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    above: Decimal | None = None  # a low bound that is itself outside
    below: Decimal | None = None  # a high bound that is itself outside
    equals: str = ""  # for results in words, such as "negative"
    method: str = ""
    source: str = ""
    may_be_pending: bool = False  # a product may be released before this result is there

    def holds(self, value: str) -> bool:
        """Whether a value (a decimal number as text, or a word) is within the bounds."""
        if self.equals:
            return value == self.equals
        number = Decimal(value)
        return (
            (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
            and (self.above is None or number > self.above)
            and (self.below is None or number < self.below)
        )

    @property
    def words(self) -> str:
        """The bounds in words: `≥ 70 %`, `4 – 8 h`, `negative`."""
        unit = f" {self.unit}" if self.unit else ""
        if self.equals:
            return self.equals
        if self.low is not None and self.high is not None:
            return f"{self.low} – {self.high}{unit}"
        bounds = (("≥", self.low), ("≤", self.high), (">", self.above), ("<", self.below))
        return " and ".join(f"{sign} {bound}{unit}" for sign, bound in bounds if bound is not None)

    @property
    def terms(self) -> Mapping[str, Any]:
        """Of a test, what invariants hold its results to: whether they are numbers, and in which unit."""
        return {
            "id": self.id, "unit": self.unit, "number": not self.equals, "may_be_pending": self.may_be_pending,
        }  # fmt: skip


#: What is entered where an item does not apply to this patient.
NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class BeforeInfusion:
    """What a physician looks at before an infusion; some items are asked only where they apply."""

    items: tuple[Range, ...] = ()
    where_it_applies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A kind of device that a step cannot do without; `clean`: nothing of another patient may have been in it since."""

    kind: str
    clean: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of production: measurements, materials, devices, and which task one must be qualified for."""

    id: str
    title: str
    task: str
    measurements: tuple[Range, ...] = ()
    materials: tuple[str, ...] = ()
    equipment: tuple[Need, ...] = ()
    #: How long the cells may wait after it until production goes on; None: the programme sets no time.
    hold_max: Quantity | None = None

    @property
    def terms(self) -> Mapping[str, Any]:
        """What invariants hold it to."""
        return {
            "id": self.id,
            "measured": [[each.id, each.unit] for each in self.measurements],
            "materials": sorted(self.materials),
            "devices": sorted(need.kind for need in self.equipment),
            "clean": sorted(need.kind for need in self.equipment if need.clean),
            "hold_s": None if self.hold_max is None else _seconds(self.hold_max),
        }


@dataclass(frozen=True, slots=True)
class PlannedSample:
    """A sample that is drawn from every batch once a step is done, and which tests of the panel are made of it."""

    id: str
    title: str
    purpose: str  # "in_process", "release", "retention"
    after: str
    volume_min: Quantity | None = None  # None: whatever is needed
    tests: tuple[str, ...] = ()

    @property
    def terms(self) -> Mapping[str, Any]:
        """What invariants hold it to."""
        least = None if self.volume_min is None else [self.volume_min.value, self.volume_min.unit]
        return {"id": self.id, "after": self.after, "tests": sorted(self.tests), "least": least}


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One act of the journey: which action, who does it, on which stage of the track it stands."""

    id: str
    action: str
    stage: str
    title: str
    roles: tuple[str, ...]
    after: tuple[str, ...] = ()
    side: str = ""  # "centre", "maker", "courier": whose people do it
    task: str = ""  # what one must be qualified for; "": the role is enough
    optional: bool = False  # done only when something calls for it, such as an excursion
    each: str = ""  # done once for every "bag" that the therapy has then, or every "sample"; "": done once
    timepoint: str = ""  # the time of the protocol that it is for; it opens with that time's window


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the track that a journey is drawn on."""

    id: str
    title: str


@dataclass(frozen=True)
class ProgrammeVersion:
    """One version of one programme, known by the hash of its file."""

    programme: Programme
    version: str
    digest: Digest
    title: str
    product: Product
    product_name: str
    limits: Mapping[str, Limit]
    steps: tuple[Step, ...]
    panel: tuple[Range, ...]
    journey: tuple[JourneyStep, ...]
    statements: tuple[str, ...] = ()
    storage: str = ""
    consent_purposes: tuple[str, ...] = ()
    fhir_codes: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    tasks: Mapping[str, str] = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    safety: SafetyPlan = field(default_factory=SafetyPlan)
    before_infusion: BeforeInfusion = field(default_factory=BeforeInfusion)
    #: Where product may be sent before it is released, kept in quarantine there.
    quarantine_shipment: tuple[str, ...] = ()
    #: None: the programme does not say how a dose is worked out.
    dose: DosePlan | None = None
    #: The samples of the room that must be read before the record of a batch is reviewed.
    monitoring: tuple[str, ...] = ()
    #: What is drawn from every batch, in this order.
    samples: tuple[PlannedSample, ...] = ()

    def quantity(self, name: str) -> Quantity:
        """A limit's value with its unit. KeyError: the programme has no such limit."""
        return self.limits[name].quantity

    def quantity_if_any(self, name: str) -> Quantity | None:
        """A limit's value with its unit; None where the programme sets no such limit."""
        limit = self.limits.get(name)
        return limit.quantity if limit is not None else None

    def minutes(self, name: str) -> float:
        """A limit that is a duration, in minutes."""
        return minutes_of(self.quantity(name))

    @property
    def terms(self) -> Mapping[str, Any]:
        """What invariants hold its therapies to: limits of time in seconds, tasks to be mastered, a batch's plan."""
        times = (limit for limit in self.limits.values() if limit.quantity.unit in _SECONDS)
        tasks = {step.action: step.task for step in self.journey if step.task}
        return {
            "limits_s": {limit.name: _seconds(limit.quantity) for limit in times},
            "tasks": tasks | {step.id: step.task for step in self.steps},
            "steps": [step.terms for step in self.steps],
            "samples": [sample.terms for sample in self.samples],
            "tests": [test.terms for test in self.panel],
            "bags_max": self.final_containers_max,
            "travels_before": sorted(self.quarantine_shipment),
            "asked": {item.id: item.unit for item in self.before_infusion.items},
            "doses": [] if self.dose is None else self.dose.terms,
        }

    @property
    def terms_digest(self) -> Digest:
        """The hash of these terms, as it stands in the approval of a version."""
        return Digest(hashlib.sha256(canonical(self.terms)).hexdigest())

    @property
    def cryobags_min(self) -> int:
        """Into how many cryobags at least a collection is divided; one where the programme plans nothing."""
        planned = self.quantity_if_any("cryobags_min")
        return int(planned.amount) if planned is not None else 1

    @property
    def final_containers_max(self) -> int:
        """Into how many bags at most the product is filled; one where the programme plans nothing."""
        planned = self.quantity_if_any("final_containers_max")
        return int(planned.amount) if planned is not None else 1

    def task_of(self, action: str) -> str:
        """What one must be qualified for to perform an action; "" where the journey names no task for it."""
        return next((s.task for s in self.journey if s.action == action and s.task), "")

    def plans(self, action: str) -> bool:
        """Whether the journey has a step with this action."""
        return any(step.action == action for step in self.journey)

    def next_step(self, done: tuple[str, ...]) -> Step | None:
        """The production step that comes after those done; None when all are done."""
        return self.steps[len(done)] if len(done) < len(self.steps) else None

    def step(self, id: str) -> Step:
        """A production step by its id."""
        return next(s for s in self.steps if s.id == id)

    def samples_after(self, step: str) -> tuple[PlannedSample, ...]:
        """What is drawn when a production step is done, before production goes on."""
        return tuple(s for s in self.samples if s.after == step)

    def planned_sample(self, id: str) -> PlannedSample | None:
        """A sample of the plan by its id; None: the programme plans no such sample."""
        return next((s for s in self.samples if s.id == id), None)

    def attribute(self, id: str) -> Range:
        """A test of the release panel by its id."""
        return next(a for a in self.panel if a.id == id)


class Programmes:
    """All programme versions that this installation has files for; which one is in force is told by the record."""

    def __init__(self, versions: Iterable[ProgrammeVersion]) -> None:
        self._by_digest = {v.digest: v for v in versions}

    def version(self, digest: Digest) -> ProgrammeVersion:
        """The version with this hash. KeyError: its file is not here."""
        return self._by_digest[digest]

    def known(self, digest: Digest) -> bool:
        """Whether the file of this version is here."""
        return digest in self._by_digest

    @property
    def digest(self) -> str:
        """One hash over all files, as it stands in every intent (`basis`)."""
        return hashlib.sha256("".join(sorted(self._by_digest)).encode()).hexdigest()

    def all(self) -> tuple[ProgrammeVersion, ...]:
        """Every version."""
        return tuple(self._by_digest.values())
