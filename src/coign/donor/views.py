"""What is known of a donor's tests, what that amounts to, and where a hazardous bag was set apart: for all who ask."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from coign.donor.events import MarkerReported, OpenMarkersJustified, SamplesTaken, SetApart
from coign.donor.markers import REACTIVE, TITLES
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
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
    #: So much was given before it that what is not found in it may be there all the same.
    diluted: bool = False


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
            reviewed, at_risk = fact.history_reviewed == "yes", fact.origin_at_risk == "yes"
            taken = Sample(fact.sample, fact.taken_at, reviewed, at_risk, fact.diluted == "yes")
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
    version=2,
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


# What the reports amount to

#: Stands for every marker where no rule set knows what a country asks for.
RULES_UNKNOWN = "the rules of this country"


def jurisdiction_of(country: str, rules: Any, at: Instant) -> str:
    """Whose rules a country follows; empty: none that are known here."""
    try:
        return str(rules.text(f"jurisdiction.of_country.{country}", at))
    except KeyError:
        return ""


def open_markers(
    testing: DonorTesting, collected: Sequence[Instant], *, jurisdiction: str, rules: Any, at: Instant
) -> tuple[str, ...]:
    """The markers without a result from a sample taken in the window of every collection."""
    if not jurisdiction:
        return (RULES_UNKNOWN,)
    needed = str(rules.text("donor.markers", at, jurisdiction)).split()
    if any(s.origin_at_risk for s in testing.samples):
        needed += rules.text("donor.markers_by_origin", at, jurisdiction).split()
    return tuple(
        marker
        for marker in needed
        if not all(_is_reported(testing, marker, moment, jurisdiction, rules) for moment in collected or (None,))
    )


def _is_reported(testing: DonorTesting, marker: str, collected: Instant | None, jurisdiction: str, rules: Any) -> bool:
    samples = (testing.sample(r.sample) for r in testing.reports if r.marker == marker)
    return any(s is not None and not s.diluted and _in_window(s, collected, jurisdiction, rules) for s in samples)


def _in_window(sample: Sample, collected: Instant | None, jurisdiction: str, rules: Any) -> bool:
    if collected is None:  # nothing was collected yet: there is no window to miss
        return True
    before = rules.minutes("donor.sample_before_max", collected, jurisdiction)
    after = rules.minutes("donor.sample_after_max", collected, jurisdiction)
    return bool(-before <= sample.taken_at.minutes_since(collected) <= after)


def is_evaluated(testing: DonorTesting, open_: tuple[str, ...]) -> bool:
    """Whether everything was done that a label without a reservation asks: history gone through, no marker open."""
    return not open_ and bool(testing.samples) and all(s.history_reviewed for s in testing.samples)


def must_be_complete(jurisdiction: str, rules: Any, at: Instant) -> bool:
    """Whether open markers keep the cells from manufacture there."""
    return not jurisdiction or rules.text("donor.complete_before_manufacture", at, jurisdiction) == "yes"


def statements(
    testing: DonorTesting, open_: tuple[str, ...], *, jurisdiction: str, rules: Any, at: Instant
) -> list[str]:
    """What the label says of the donor's tests, besides for whom the cells are."""
    found = []
    if not is_evaluated(testing, open_):
        found.append(rules.text("donor.statement_unevaluated", at, jurisdiction))
    if testing.is_hazardous:
        agents = ", ".join(TITLES[m] for m in testing.reactive)
        found.append(rules.text("donor.statement_hazard", at, jurisdiction))
        found.append(f"{rules.text('donor.statement_reactive', at, jurisdiction)} {agents}")
    return found


def words(markers: Sequence[str]) -> str:
    """Markers as people read them."""
    return ", ".join(TITLES.get(m, m) for m in markers)
