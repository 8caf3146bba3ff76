"""Invariants of a therapy and its patient: ordered, agreed to, allowed, and conditioned only for what is there."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import AUTHORISATION, CHAIN, PATIENT, PRODUCT, UNIT, WARMTH

TREATMENT = "treatment"


@invariant("TRC-09", "CSV-08", "CSV-14", hears=("clinical.ordered.v1",))
def nobody_orders_but_the_prescriber(known: Known, fact: Heard) -> Verdict:
    """A therapy is ordered by the prescriber whom the draft names, and by nobody else."""
    body = fact.body
    drafted = [p for programme, p in known.of(PATIENT, body["patient"]).drafts if programme == body["programme"]]
    if drafted != [body["prescriber"]]:
        return (
            f"{body['chain']} was ordered by {body['prescriber']}; the draft names {', '.join(drafted) or 'nobody'}",
        )
    return () if fact.person == body["prescriber"] else (f"{fact.person} ordered in place of {body['prescriber']}",)


@invariant("TRC-09", "TRC-10", hears=("identity.chain_begun.v1",))
def a_chain_begins_once_with_an_order(known: Known, fact: Heard) -> Verdict:
    """A chain of identity begins once, for one patient, with the order that is signed in the same entry."""
    chain = fact.body["chain"]
    if known.of(CHAIN, chain).patient:
        return (f"{chain} had begun before",)
    ordered = [(o["chain"], o["patient"]) for o in fact.beside("clinical.ordered.v1")]
    return () if ordered == [(chain, fact.body["patient"])] else (f"{chain} began without its order",)


#: Acts that a patient must have agreed to when they begin.
AGREED_TO = (
    "clinical.ordered.v1", "collection.started.v1", "clinical.conditioning_started.v1", "infusion.issued.v1",
    "infusion.started.v1", "infusion.emergency_started.v1",
)  # fmt: skip


@invariant("PAT-33", "PAT-28", hears=AGREED_TO)
def nothing_is_begun_without_consent_in_force(known: Known, fact: Heard) -> Verdict:
    """A therapy is ordered, cells are collected, a patient is conditioned or infused only while their consent holds."""
    state = known.of(CHAIN, fact.body["chain"])
    patient, programme = (
        state.patient or fact.body.get("patient", ""),
        state.programme or fact.body.get("programme", ""),
    )
    agreed = (programme, TREATMENT) in known.of(PATIENT, patient).consents
    return () if agreed else (f"{patient or 'nobody'} had not agreed to {TREATMENT} when {fact.type} was done",)


@invariant("TRC-12", "TRC-13", hears=("collection.started.v1",))
def cells_are_taken_from_whom_two_found(known: Known, fact: Heard) -> Verdict:
    """Cells are collected when two different people found the right patient in the chair; one check serves once."""
    chain = fact.body["chain"]
    state = known.of(CHAIN, chain)
    if state.waits:
        return (f"a wristband of somebody else had been scanned for {chain}, and nobody found out why",)
    if state.at_the_chair is None:
        return (f"no two people had found the patient of {chain} in the chair",)
    return () if len(set(state.at_the_chair)) == 2 else (f"{state.at_the_chair[0]} alone looked for {chain}",)


@invariant("TRC-12", hears=("collection.identity_confirmed.v1",))
def whom_two_found_is_the_patient_of_the_chain(known: Known, fact: Heard) -> Verdict:
    """Whoever is found in the chair is the patient of the chain of identity."""
    expected = known.of(CHAIN, fact.body["chain"]).patient
    found = fact.body["patient"]
    return () if found == expected else (f"{found} was found for {fact.body['chain']} of {expected}",)


@invariant("TRC-13", "TRC-S1", hears=("collection.mismatch_resolved.v1",))
def who_was_scanned_at_the_chair_is_found_out_by_a_third(known: Known, fact: Heard) -> Verdict:
    """A wristband of somebody else at the chair is explained by somebody who had no part in the check."""
    had_part = fact.person in known.of(CHAIN, fact.body["chain"]).waits
    return (f"{fact.person} had a part in the check and resolved it",) if had_part else ()


@invariant("PAT-28", "SCS-13", hears=("clinical.conditioning_started.v1", "clinical.conditioning_begun.v1"))
def nobody_is_conditioned_for_what_is_not_there(known: Known, fact: Heard) -> Verdict:
    """Conditioning is ordered and begun only when the whole product is released, cold, at the centre, and counted."""
    chain = fact.body["chain"]
    state = known.of(CHAIN, chain)
    if fact.body["patient"] != state.patient:
        return (f"{fact.body['patient']} is not the patient of {chain}",)
    if fact.type == "clinical.conditioning_begun.v1" and not state.conditioning:
        return (f"conditioning for {chain} was begun and nobody had ordered it",)
    there = {u: s for u in sorted(state.products) if not (s := known.of(UNIT, u)).ended and not s.rejected}
    if not there:
        return (f"{chain} has no product",)
    said = [f"{u} had not been counted" for u in there if u not in state.counted]
    said += [f"nobody answers for {u}" for u, s in there.items() if not s.answered]
    said += [f"{u} stands still: {sorted(s.stops)[0].why}" for u, s in there.items() if s.stops]
    said += [f"{u} is not at {state.centre}" for u, s in there.items() if s.received_by != state.centre]
    said += [f"{u} was too warm" for u in there if not _is_cold(known, u, fact.time)]
    return tuple(said)


def _is_cold(known: Known, unit: str, now: str) -> bool:
    warmth = known.of(WARMTH, unit)
    return not (warmth.not_usable or warmth.open or warmth.unread or warmth.too_warm(now))


#: What an authorisation allows, by the fact that says that it was done.
ALLOWED = {
    "clinical.ordered.v1": "new_orders",
    "collection.started.v1": "collection",
    "manufacturing.batch_started.v1": "manufacture",
    "logistics.packed.v1": "dispatch",
    "infusion.started.v1": "administration",
    "infusion.emergency_started.v1": "administration",
}


@invariant("REG-02", "REG-S5", hears=tuple(ALLOWED))
def a_stopped_authorisation_stops_the_act_it_names(known: Known, fact: Heard) -> Verdict:
    """Nothing is ordered, collected, made, sent or given that no authorisation in force covers, or that one stops."""
    act, chain = ALLOWED[fact.type], fact.body.get("chain") or known.of(UNIT, fact.body["unit"]).chain
    state = known.of(CHAIN, chain)
    begun = fact.beside("identity.chain_begun.v1")
    product, centre = (begun[0]["product"], begun[0]["centre"]) if begun else (state.product, state.centre)
    covering = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, product).authorisations]
    covering = [a for a in covering if centre in a.centres]
    if not covering:
        return (f"no authorisation of {product} covers {centre}",)
    site = fact.body.get("site") or ""
    decided = state.may_be_given if act == "administration" else None
    allowed = any(a.allows(act, fact.time, site, decided) for a in covering)
    return () if allowed else (f"{act} of {product} for {centre} was stopped or out of date",)


INVARIANTS = (
    nobody_orders_but_the_prescriber,
    a_chain_begins_once_with_an_order,
    nothing_is_begun_without_consent_in_force,
    cells_are_taken_from_whom_two_found,
    whom_two_found_is_the_patient_of_the_chain,
    who_was_scanned_at_the_chair_is_found_out_by_a_third,
    nobody_is_conditioned_for_what_is_not_there,
    a_stopped_authorisation_stops_the_act_it_names,
)
