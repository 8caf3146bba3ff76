"""The gates about the donor at the acceptance of collected cells: tested as the law asks, and no hidden hazard."""

from coign.donor.views import APART, TESTING, must_be_complete, open_of, undecided, words
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.quality.gates import OfUnit


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
    place, open_ = open_of(asked.unit, chain, known) or ("", ())
    left = undecided(known.state(TESTING, chain), open_)
    if not left or not must_be_complete(place, known.rules, known.now):
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
