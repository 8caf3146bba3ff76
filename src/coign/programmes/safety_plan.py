"""What a programme says of safety and success: versions, toxicities that limit the dose, responses and their times."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant, Quantity

#: Versions of CTCAE that rule sets exist for.
CTCAE_VERSIONS = ("5", "6")
#: What a toxicity is graded by; `event`: a reported event, by its severity.
SCALES = ("crs", "icans", "laboratory", "event")
#: The named calculations that say when enrolment is held, with the parameters of each; `safety` computes them.
CALCULATIONS: Mapping[str, tuple[str, ...]] = {
    "maximum_count": ("count",),
    "beta_binomial": ("prior_events", "prior_free", "rate_max", "certainty", "patients_min"),
}


@dataclass(frozen=True, slots=True)
class Qualifying:
    """From this grade on a toxicity of this scale limits the dose."""

    scale: str
    grade: int


@dataclass(frozen=True, slots=True)
class ToleranceRule:
    """Toxicities within the window count, one a patient; a named calculation says when enrolment is held."""

    window: Quantity
    qualifying: tuple[Qualifying, ...]
    calculation: str
    parameters: Mapping[str, Decimal]
    source: str

    def counts(self, scale: str, grade: int) -> bool:
        """Whether a grade of a scale limits the dose."""
        return any(q.scale == scale and grade >= q.grade for q in self.qualifying)


@dataclass(frozen=True, slots=True)
class Timepoint:
    """When a response is assessed: a window of days after the infusion."""

    id: str
    label: str
    day_from: int
    day_to: int

    def window(self, infused: Instant) -> tuple[Instant, Instant]:
        """When it opens after an infusion, and when it is over: its last day counts."""
        return infused.plus(days=self.day_from), infused.plus(days=self.day_to + 1)


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """The categories of a response, which of them are responses, and when they are assessed."""

    categories: Mapping[str, str] = field(default_factory=dict)
    responders: tuple[str, ...] = ()
    timepoints: tuple[Timepoint, ...] = ()

    def timepoint(self, id: str) -> Timepoint | None:
        """A time by its id."""
        return next((t for t in self.timepoints if t.id == id), None)


@dataclass(frozen=True, slots=True)
class SafetyPlan:
    """All of it. A programme without one pins no version, limits no dose and assesses no response."""

    ctcae: str = ""
    tolerance: ToleranceRule | None = None
    response: ResponsePlan = field(default_factory=ResponsePlan)
