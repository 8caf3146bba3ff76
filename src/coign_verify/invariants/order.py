"""Invariants of order: what follows what, what happens once, and whose house it happens in."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BATCH, CHAIN, CUSTODY, HAPPENED, UNIT
from coign_verify.invariants.trackers.steps import FIRST, ONCE, OVER

#: Acts of the centre that treats, and of the house that makes, on a therapy, a container or a batch of it.
AT_THE_CENTRE = (
    "collection.identity_checked.v1", "collection.identity_confirmed.v1", "collection.started.v1",
    "collection.finished.v1", "collection.leaving_checked.v1", "collection.cryobag_filled.v1",
    "donor.samples_taken.v1", "clinical.product_confirmed.v1", "clinical.conditioning_started.v1",
    "clinical.conditioning_begun.v1", "clinical.conditioning_given.v1", "clinical.turn_answered.v1",
    "infusion.patient_assessed.v1", "infusion.issued.v1", "infusion.thawed.v1", "infusion.bedside_checked.v1",
    "infusion.bedside_confirmed.v1", "infusion.started.v1", "infusion.finished.v1", "infusion.emergency_requested.v1",
    "infusion.emergency_decided.v1", "quality.exception_requested.v1", "quality.exception_accepted.v1",
    "closing.therapy_ended.v1", "safety.reaction_recorded.v1", "safety.icans_recorded.v1",
    "safety.laboratory_graded.v1", "safety.response_recorded.v1", "safety.response_missed.v1",
)  # fmt: skip
AT_THE_MAKER = (
    "manufacturing.slot_confirmed.v1", "manufacturing.slot_moved.v1", "manufacturing.batch_started.v1",
    "manufacturing.step_completed.v1", "manufacturing.sample_drawn.v1", "manufacturing.bag_filled.v1",
    "manufacturing.filled.v1", "manufacturing.product_frozen.v1", "quality.record_reviewed.v1",
    "quality.certified.v1", "quality.supplied_under_exception.v1", "quality.batch_rejected.v1",
)  # fmt: skip
#: What is done with a container where it is, by the field that names it.
IN_THE_HAND = {
    "collection.cryobag_filled.v1": "source",
    "storage.placed.v1": "unit",
    "storage.taken_out.v1": "unit",
    "manufacturing.batch_started.v1": "unit",
    "donor.set_apart.v1": "unit",
}


@invariant("CSV-07", "GMP-06", "TRC-13", hears=tuple(FIRST))
def what_comes_second_follows_what_comes_first(known: Known, fact: Heard) -> Verdict:
    """No step is taken before the one that it rests on: no second look without a first, no end without a beginning."""
    field, kinds = FIRST[fact.type]
    happened = [(s, known.of(HAPPENED, s) | _beside(fact)) for s in fact.subjects(field)]
    return tuple(f"{fact.type} of {s} without {' or '.join(kinds)}" for s, h in happened if not h & set(kinds))


def _beside(fact: Heard) -> frozenset[str]:
    return frozenset(each["type"] for each in fact.entry["intent"]["facts"])


@invariant("CSV-07", "CSV-15", "TRC-10", hears=tuple(ONCE))
def what_happens_once_does_not_happen_again(known: Known, fact: Heard) -> Verdict:
    """Nothing is registered, begun or ended twice that can be so only once."""
    again = [s for s in fact.subjects(ONCE[fact.type]) if fact.type in known.of(HAPPENED, s)]
    return tuple(f"{fact.type} of {subject} for a second time" for subject in again)


@invariant("CSV-07", "GMP-04", "GMP-06", "REG-02", "SCS-16", hears=tuple(OVER))
def nothing_follows_what_ends_it(known: Known, fact: Heard) -> Verdict:
    """What was decided, closed, revoked or rejected goes no further and is not decided again."""
    field, ends = OVER[fact.type]
    over = [(s, sorted(known.of(HAPPENED, s) & set(ends))) for s in fact.subjects(field)]
    return tuple(f"{fact.type} of {subject} after {kinds[0]}" for subject, kinds in over if kinds)


@invariant("CSV-04", "TRC-26", "REG-02", hears=(*AT_THE_CENTRE, *AT_THE_MAKER))
def each_house_acts_on_its_own_therapies(known: Known, fact: Heard) -> Verdict:
    """A patient is treated by the people of their centre, and a product made and released by those of its maker."""
    chain = (*fact.subjects("chain"), *(known.of(UNIT, u).chain for u in fact.subjects("unit")))
    named = next((c for c in (*chain, *(known.of(BATCH, b).chain for b in fact.subjects("batch"))) if c), "")
    therapy = known.of(CHAIN, named)
    house = therapy.centre if fact.type in AT_THE_CENTRE else therapy.maker
    here = fact.entry["intent"]["actor"]["organisation"]
    return () if here == house else (f"{here} acted on {named or 'no therapy'} in place of {house or 'nobody'}",)


@invariant("TRC-11", "SCS-12", hears=tuple(IN_THE_HAND))
def whoever_works_with_a_unit_holds_it(known: Known, fact: Heard) -> Verdict:
    """A container is opened, laid down or taken up by people of the house that answers for it."""
    unit, here = fact.body[IN_THE_HAND[fact.type]], fact.entry["intent"]["actor"]["organisation"]
    holder = known.of(CUSTODY, unit).organisation
    return () if holder == here else (f"{unit} is held by {holder or 'nobody'}; {here} worked with it",)


INVARIANTS = (
    what_comes_second_follows_what_comes_first,
    what_happens_once_does_not_happen_again,
    nothing_follows_what_ends_it,
    each_house_acts_on_its_own_therapies,
    whoever_works_with_a_unit_holds_it,
)
