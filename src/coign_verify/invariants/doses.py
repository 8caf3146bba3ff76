"""Invariants of the dose: no more cells than the programme allows, no fewer than it asks for, on findings told."""

from collections import Counter
from decimal import Decimal

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import CHAIN, FILL, RECEIVES, UNIT
from coign_verify.invariants.trackers.cells_counted import WEIGHT, Fill, Receives, amount

PLANNED = "clinical.conditioning_started.v1"
TOWARDS_THE_PATIENT = (PLANNED, "infusion.issued.v1", "infusion.thawed.v1")


@invariant("PAT-29", hears=TOWARDS_THE_PATIENT)
def nobody_is_given_more_cells_than_the_programme_allows(known: Known, fact: Heard) -> Verdict:
    """What was given and what is in the next bag are together no more than the dose for the patient's weight."""
    chain, there = fact.body["chain"], _cells_there(known, fact.body["chain"])
    bounds = _bounds(known, fact)
    next_bag = min(there, default=None) if fact.type == PLANNED else known.of(FILL, fact.body["unit"]).cells
    if bounds is None or next_bag is None:
        return None
    dose = _given(known, known.of(RECEIVES, chain)) + next_bag
    return () if dose <= bounds[1] else (f"{dose:.2f} million cells for {chain}; {bounds[1]:.2f} are allowed",)


@invariant("PAT-29", hears=TOWARDS_THE_PATIENT)
def nobody_begins_with_fewer_cells_than_the_programme_asks(known: Known, fact: Heard) -> Verdict:
    """Nobody is conditioned, or given a first bag, for fewer cells in all than the dose, but for an exception."""
    chain, there = fact.body["chain"], _cells_there(known, fact.body["chain"])
    bounds = _bounds(known, fact)
    if (
        bounds is None
        or not there
        or known.of(RECEIVES, chain).given_ml
        or any(bag.excepted for bag in _bags(known, chain))
    ):
        return None
    dose = sum(there, Decimal(0))
    return () if dose >= bounds[0] else (f"{dose:.2f} million cells for {chain}; {bounds[0]:.2f} are asked for",)


def _bags(known: Known, chain: str) -> list[Fill]:
    """What is there of the product, and released."""
    states = [(unit, known.of(UNIT, unit)) for unit in sorted(known.of(CHAIN, chain).products)]
    return [known.of(FILL, unit) for unit, state in states if state.answered and not state.ended]


def _cells_there(known: Known, chain: str) -> list[Decimal]:
    """Million cells in each bag of which somebody said how many they are."""
    return [bag.cells for bag in _bags(known, chain) if bag.cells is not None]


def _bounds(known: Known, fact: Heard) -> tuple[Decimal, Decimal] | None:
    """The least and the most for the patient's weight; None: nobody said it, or a number was put right since."""
    chain = fact.body["chain"]
    receives = known.of(RECEIVES, chain)
    weight = amount(fact.body.get("weight"), WEIGHT) or receives.weight_kg
    if weight is None or receives.corrected:
        return None
    return known.terms.dose(known.of(CHAIN, chain).version, weight)


def _given(known: Known, receives: Receives) -> Decimal:
    bags = [(known.of(FILL, unit), ml) for unit, ml in receives.given_ml]
    return sum((ml * (bag.strength or Decimal(0)) for bag, ml in bags), Decimal(0))


@invariant("PAT-28", "PAT-29", hears=("infusion.patient_assessed.v1",))
def everything_that_is_asked_before_an_infusion_is_told(known: Known, fact: Heard) -> Verdict:
    """Each thing that the programme asks about is told once, a number in the unit that was asked for."""
    asked = known.terms.items(known.of(CHAIN, fact.body["chain"]).version)
    told = Counter(finding["id"] for finding in fact.body["findings"])
    said = [f"{item} was told {told[item]} times" for item in asked if told[item] != 1]
    said += [f"{item} was not asked for" for item in sorted(told) if item not in asked]
    said += [
        f"{each['id']} of {each['value']} {each['unit']}"
        for each in fact.body["findings"]
        if each.get("unit") and each["unit"] != asked.get(each["id"])
    ]
    return tuple(said)


INVARIANTS = (
    nobody_is_given_more_cells_than_the_programme_allows,
    nobody_begins_with_fewer_cells_than_the_programme_asks,
    everything_that_is_asked_before_an_infusion_is_told,
)
