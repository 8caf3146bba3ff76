"""What the reports of a donor amount to: which markers are open, and what a label must say."""

from collections.abc import Sequence
from typing import Any

from coign.donor.markers import TITLES
from coign.donor.views import DonorTesting, Sample
from coign.kernel.values import Instant

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
    return any(s is not None and _in_window(s, collected, jurisdiction, rules) for s in samples)


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
