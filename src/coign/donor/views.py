"""What is known of a donor's tests, and where a hazardous bag was set apart: the questions that other domains ask."""

from dataclasses import dataclass, replace

from coign.donor.events import MarkerReported, OpenMarkersJustified, SamplesTaken, SetApart
from coign.donor.markers import REACTIVE
from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View

#: The newest samples and reports of one therapy that are listed.
SAMPLES_LISTED_MAX, REPORTS_LISTED_MAX = 16, 64


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of blood."""

    number: str
    taken_at: Instant
    history_reviewed: bool
    origin_at_risk: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """What a laboratory said of one marker of one sample."""

    marker: str
    sample: str
    result: str


@dataclass(frozen=True, slots=True)
class DonorTesting:
    """The samples and reports of one therapy's donor, and which open markers somebody justified."""

    samples: tuple[Sample, ...] = ()
    reports: tuple[Reported, ...] = ()
    reactive: tuple[str, ...] = ()
    justified: tuple[str, ...] | None = None

    def sample(self, number: str) -> Sample | None:
        """The sample with this number."""
        return next((s for s in self.samples if s.number == number), None)

    @property
    def is_hazardous(self) -> bool:
        """Whether any marker was ever reactive: a later negative report does not take that back."""
        return bool(self.reactive)


def _evolve_testing(state: DonorTesting, fact: Fact, stamp: Stamp) -> DonorTesting:
    match fact:
        case SamplesTaken():
            taken = Sample(fact.sample, fact.taken_at, fact.history_reviewed == "yes", fact.origin_at_risk == "yes")
            return replace(state, samples=(*state.samples, taken)[-SAMPLES_LISTED_MAX:])
        case MarkerReported(marker=marker, sample=sample, result=result):
            reports = (*state.reports, Reported(marker, sample, result))[-REPORTS_LISTED_MAX:]
            reactive = (*state.reactive, marker) if result == REACTIVE else state.reactive
            return replace(state, reports=reports, reactive=tuple(sorted({*reactive})))
        case OpenMarkersJustified(open=open_):
            return replace(state, justified=open_)
        case _:
            return state


TESTING = View(
    "donor.testing",
    kinds=frozenset({"chain"}),
    folds=(SamplesTaken, MarkerReported, OpenMarkersJustified),
    state=DonorTesting,
    evolve=_evolve_testing,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Apart:
    """In whose house the bag was set apart, and where there."""

    organisation: Organisation | None = None
    place: str = ""


def _evolve_apart(state: Apart, fact: Fact, stamp: Stamp) -> Apart:
    return Apart(fact.organisation, fact.place) if isinstance(fact, SetApart) else state


APART = View(
    "donor.apart",
    kinds=frozenset({"unit"}),
    folds=(SetApart,),
    state=Apart,
    evolve=_evolve_apart,
    public=True,
)
