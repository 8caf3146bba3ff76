"""What is known of a donor's tests, what that amounts to, and where a hazardous bag was set apart: for all who ask."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from coign.donor.events import MarkerReported, OpenMarkersJustified, SamplesTaken, SetApart
from coign.donor.markers import REACTIVE, TITLES
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Read
from coign.kernel.facts import Fact
from coign.kernel.subjects import Chain, Organisation, Unit
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.people.views import ORGANISATION
from coign.storage.events import Kind

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


def undecided(testing: DonorTesting, open_: Sequence[str]) -> tuple[str, ...]:
    """The open markers without which nobody decided to go on: the tests are pending."""
    return tuple(marker for marker in open_ if marker not in (testing.justified or ()))


def tank_for(testing: DonorTesting, open_: Sequence[str], *, jurisdiction: str, rules: Any, at: Instant) -> Kind:
    """Into what kind of tank a donor's cells belong: a pending test keeps them in quarantine where the rules say so."""
    if testing.is_hazardous:
        return "biohazard"
    apart = not jurisdiction or rules.text("donor.pending_in_quarantine", at, jurisdiction) == "yes"
    return "quarantine" if apart and undecided(testing, open_) else "general"


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


# What the gates of other domains ask about a bag


class _OfUnit(Protocol):
    @property
    def unit(self) -> Unit: ...


def chain_read(asked: _OfUnit, known: Circumstances) -> Sequence[Read]:
    """The therapy that a bag belongs to, and its donor's tests."""
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, TESTING))


def centre_read(asked: _OfUnit, known: Circumstances) -> Sequence[Read]:
    """Where and when the cells were collected."""
    chain = known.state(UNIT, asked.unit).chain
    bound = known.state(CHAIN, chain) if chain is not None else None
    if bound is None or bound.centre is None:
        return ()
    return (Read(bound.centre, ORGANISATION), *(Read(u, UNIT) for u in bound.units_of_kind("starting_material")))


def _collected(unit: Unit, known: Circumstances) -> list[Instant]:
    """When the cells in a bag left their donor: of a daughter bag, when the bags it came from were filled."""
    state = known.state(UNIT, unit)
    if state.parents:
        return [moment for parent in state.parents for moment in _collected(parent, known)]
    return [state.made_at] if state.made_at is not None else []


def open_of(unit: Unit, chain: Chain, known: Circumstances) -> tuple[str, tuple[str, ...]] | None:
    """Whose rules hold for the cells in a bag, and the markers that are open by them; None: nobody ordered its therapy.

    For whoever declares `chain_read` and `centre_read`.
    """
    centre = known.state(CHAIN, chain).centre
    if centre is None:
        return None
    place = jurisdiction_of(known.state(ORGANISATION, centre).country, known.rules, known.now)
    testing, collected = known.state(TESTING, chain), _collected(unit, known)
    return place, open_markers(testing, collected, jurisdiction=place, rules=known.rules, at=known.now)


def words(markers: Sequence[str]) -> str:
    """Markers as people read them."""
    return ", ".join(TITLES.get(m, m) for m in markers)
