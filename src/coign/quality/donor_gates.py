"""The gates about the donor at the acceptance of collected cells: tested as the law asks, and no hidden hazard."""

from collections.abc import Sequence

from coign.donor.views import APART, TESTING, jurisdiction_of, must_be_complete, open_markers, words
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Instant
from coign.people.views import ORGANISATION
from coign.quality.gates import OfUnit


def chain_read(asked: OfUnit, known: Circumstances) -> Sequence[Read]:
    """The therapy that a bag belongs to, and its donor's tests."""
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, TESTING))


def centre_read(asked: OfUnit, known: Circumstances) -> Sequence[Read]:
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


def _open_markers(unit: Unit, chain: Chain, known: Circumstances) -> tuple[str, ...]:
    bound = known.state(CHAIN, chain)
    if bound.centre is None:
        return ()
    country = known.state(ORGANISATION, bound.centre).country
    place = jurisdiction_of(country, known.rules, known.now)
    if not must_be_complete(place, known.rules, known.now):
        return ()
    testing, collected = known.state(TESTING, chain), _collected(unit, known)
    return open_markers(testing, collected, jurisdiction=place, rules=known.rules, at=known.now)


@gate(
    "quality.donor_is_tested",
    requirement=("TRC-18", "TRC-21", "GMP-04"),
    protects="An infection that was in the donor is in the product, in the plant and in whoever handles it.",
    remedy="Wait for the reports from a sample in its window, or let a physician or qualified person decide and sign.",
    resolvers=("celllab", "physician", "qp"),
    risk=Risk.PATIENT,
)
def donor_is_tested(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None:
        return None
    justified = known.state(TESTING, chain).justified or ()
    left = [marker for marker in _open_markers(asked.unit, chain, known) if marker not in justified]
    if not left:
        return None
    return f"no result from a sample in its window for {words(left)}, and nobody decided to go on without"


@gate(
    "quality.hazard_is_set_apart",
    requirement=("TRC-19", "TRC-15"),
    protects="Cells of a reactive donor in a common place can infect other patients' cells and those who work there.",
    remedy="Put the hazard label on the bag, the bag in its segregated place, and record it.",
    resolvers=("warehouse",),
    risk=Risk.PATIENT,
)
def hazard_is_set_apart(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None or not known.state(TESTING, chain).is_hazardous:
        return None
    if known.state(APART, asked.unit).organisation == known.actor.organisation:
        return None
    return f"the donor of {asked.unit.identifier} is reactive, and the bag was not set apart here"
