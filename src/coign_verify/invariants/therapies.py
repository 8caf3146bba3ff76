"""Invariants of a therapy and its patient: ordered, agreed to, allowed, and conditioned only for what is there."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import (
    AUTHORISATION,
    BATCH,
    CHAIN,
    CORRECTIONS,
    LOT,
    PATIENT,
    PRODUCT,
    PROGRAMME,
    UNIT,
    WARMTH,
)
from coign_verify.invariants.trackers.therapies import Cases
from coign_verify.invariants.trackers.units import minutes_between

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
    state, found = known.of(CHAIN, fact.body["chain"]), fact.body["patient"]
    if state.waits:
        return (f"a wristband of somebody else had been scanned for {fact.body['chain']}, and nobody found out why",)
    return () if found == state.patient else (f"{found} was found for {fact.body['chain']} of {state.patient}",)


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
    if fact.type == "clinical.conditioning_begun.v1" and not state.conditioning_ordered:
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
    return not known.of(WARMTH, unit).in_doubt(now)


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
    return not_allowed(
        known, ALLOWED[fact.type], fact.body.get("chain") or known.of(UNIT, fact.body["unit"]).chain, fact
    )


def not_allowed(known: Known, act: str, chain: str, fact: Heard) -> tuple[str, ...]:
    """Why no authorisation allows an act of a therapy at the instant of this fact; nothing where one does."""
    state = known.of(CHAIN, chain)
    begun = fact.beside("identity.chain_begun.v1")
    product, centre = (begun[0]["product"], begun[0]["centre"]) if begun else (state.product, state.centre)
    covering = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, product).authorisations]
    covering = [a for a in covering if centre in a.centres]
    if not covering:
        return (f"no authorisation of {product} covers {centre}",)
    site = fact.body.get("site") or ""
    decided = state.may_be_given if act == "administration" else None
    allowed = any(a.allows(act, fact.time, site, decided) for a in covering if not site or site in a.sites)
    return () if allowed else (f"{act} of {product} for {centre} was stopped or out of date",)


@invariant("PAT-28", "GMP-06", "GMP-S6", hears=("identity.chain_begun.v1",))
def a_therapy_runs_under_what_two_put_in_force(known: Known, fact: Heard) -> Verdict:
    """A therapy begins under the version of the programme in force, for a patient whom a physician found fit for it."""
    programme, version = fact.body["programme"], fact.body["version"]
    said = (
        [] if known.of(PROGRAMME, programme).version == version else [f"{version[:8]} of {programme} is not in force"]
    )
    if programme not in dict(known.of(PATIENT, fact.body["patient"]).fit_since):
        said.append(f"nobody had found {fact.body['patient']} fit for {programme}")
    return tuple(said)


#: Acts on a patient that wait while somebody has still to settle who they are.
ON_A_PATIENT = (
    "collection.started.v1", "clinical.conditioning_started.v1", "clinical.conditioning_begun.v1", "infusion.issued.v1",
    "infusion.thawed.v1", "infusion.started.v1",
)  # fmt: skip


@invariant("TRC-25", "TRC-S3", hears=ON_A_PATIENT)
def a_changed_identity_is_settled_by_two(known: Known, fact: Heard) -> Verdict:
    """After a change of who the patient is nothing is done to them before a second person settled it."""
    patient = known.of(CHAIN, fact.body["chain"]).patient
    by = known.of(PATIENT, patient).unsettled_by
    return (f"what {by} changed of {patient} was not settled",) if by else ()


#: What rests on values that were recorded, by the field of the batch or therapy whose values they are.
RESTS_ON = {
    "quality.certified.v1": ("batch", "chain"),
    "quality.supplied_under_exception.v1": ("batch", "chain"),
    "clinical.conditioning_started.v1": ("chain",),
    "clinical.conditioning_begun.v1": ("chain",),
    "infusion.issued.v1": ("chain",),
    "infusion.thawed.v1": ("chain",),
    "infusion.started.v1": ("chain",),
}


@invariant("CSV-02", "GMP-18", "GMP-19", hears=tuple(RESTS_ON))
def nothing_rests_on_a_value_under_correction(known: Known, fact: Heard) -> Verdict:
    """Nothing is released, conditioned for or given on values of which somebody said that one is wrong."""
    said: list[str] = []
    for home in fact.subjects(*RESTS_ON[fact.type]):
        cases: Cases = known.of(CORRECTIONS, home)
        said += [f"a value of {home} is under correction ({case})" for case in sorted(cases)]
    return tuple(said)


@invariant("TRC-13", "TRC-12", hears=("collection.identity_confirmed.v1", "collection.started.v1"))
def the_second_follows_the_first_at_the_chair(known: Known, fact: Heard) -> Verdict:
    """The two looks at the chair, and the collection after them, lie within the programme's window."""
    chain = fact.body["chain"]
    state = known.of(CHAIN, chain)
    if fact.type == "collection.started.v1":
        first = state.found_at
    elif state.checked is None or state.checked[0] != fact.body["first"]:
        return (f"{fact.body['first']} is named as the first at the chair and did not look",)
    else:
        first = state.checked[1]
    if not first:
        return None
    window, passed = known.terms.minutes(state.version, "identity_check_window"), minutes_between(first, fact.time)
    return () if passed <= window else (f"{passed:.1f} min had passed at the chair; {window:.0f} are allowed",)


#: What is made of cells for a patient: begun, sampled, filled.
MADE_FOR_A_PATIENT = (
    "manufacturing.batch_started.v1", "manufacturing.sample_drawn.v1", "manufacturing.bag_filled.v1",
    "manufacturing.filled.v1",
)  # fmt: skip


@invariant("TRC-27", "TRC-10", hears=(*ON_A_PATIENT, *MADE_FOR_A_PATIENT))
def nothing_is_begun_after_the_end(known: Known, fact: Heard) -> Verdict:
    """Once a therapy is over nothing of it is begun, and no container is filled for it."""
    chain = fact.body["chain"]
    return (f"{chain} was over",) if known.of(CHAIN, chain).ended else ()


#: What goes on with cells that lots of a material touched.
GOES_ON = (
    "manufacturing.batch_started.v1", "quality.certified.v1", "logistics.packed.v1", "clinical.conditioning_started.v1",
    "clinical.conditioning_begun.v1", "infusion.issued.v1", "infusion.started.v1",
)  # fmt: skip


@invariant("GMP-S7", "SCS-20", "GMP-04", hears=GOES_ON)
def what_a_lot_in_doubt_touched_stands_still(known: Known, fact: Heard) -> Verdict:
    """What lots on hold, rejected or suspect have touched is not made further, released, sent or given."""
    units = [known.of(UNIT, unit) for unit in fact.subjects("unit", "units", "further")]
    chains = {c for c in (*fact.subjects("chain"), *(u.chain for u in units)) if c}
    batches = {b for b in (*fact.subjects("batch"), *(u.batch for u in units)) if b}
    for chain in sorted(chains) if fact.type.startswith("clinical.") else ():
        batches |= {known.of(UNIT, unit).batch for unit in known.of(CHAIN, chain).products} - {""}
    lots = {lot for chain in chains for lot in known.of(CHAIN, chain).lots if fact.type != "logistics.packed.v1"}
    lots |= {lot for batch in batches for lot in known.of(BATCH, batch).lots}
    return tuple(f"{lot} is in doubt" for lot in sorted(lots) if known.of(LOT, lot).in_doubt) if lots else None


@invariant("PAT-28", "PAT-29", hears=("clinical.ordered.v1",))
def an_order_rests_on_findings_that_still_count(known: Known, fact: Heard) -> Verdict:
    """A therapy is ordered on a weight and an eligibility that are no older than the programme allows."""
    begun = fact.beside("identity.chain_begun.v1")
    if not begun:
        return None
    version, found = begun[0]["version"], dict(known.of(PATIENT, fact.body["patient"]).fit_since)
    asked = {"weight_age_max": fact.body["weighed_on"], "eligibility_valid": found.get(fact.body["programme"], "")}
    said = [name for name, since in asked.items() if since and _is_old(known, version, name, since, fact.time)]
    return tuple(f"{name} was exceeded for {fact.body['patient']}" for name in said)


def _is_old(known: Known, version: str, limit: str, since: str, now: str) -> bool:
    return minutes_between(since, now) > known.terms.minutes(version, limit)


@invariant("PAT-28", hears=("clinical.conditioning_started.v1", "clinical.conditioning_begun.v1"))
def conditioning_rests_on_a_count_that_still_counts(known: Known, fact: Heard) -> Verdict:
    """Conditioning is ordered and begun on a count of the product that is no older than the programme allows."""
    state = known.of(CHAIN, fact.body["chain"])
    if not state.counted_at:
        return None
    old = _is_old(known, state.version, "product_confirmation_valid", state.counted_at, fact.time)
    return (f"the product of {fact.body['chain']} was counted on {state.counted_at}",) if old else ()


INVARIANTS = (
    nobody_orders_but_the_prescriber,
    a_chain_begins_once_with_an_order,
    nothing_is_begun_without_consent_in_force,
    cells_are_taken_from_whom_two_found,
    whom_two_found_is_the_patient_of_the_chain,
    who_was_scanned_at_the_chair_is_found_out_by_a_third,
    nobody_is_conditioned_for_what_is_not_there,
    a_stopped_authorisation_stops_the_act_it_names,
    a_therapy_runs_under_what_two_put_in_force,
    a_changed_identity_is_settled_by_two,
    nothing_rests_on_a_value_under_correction,
    the_second_follows_the_first_at_the_chair,
    nothing_is_begun_after_the_end,
    what_a_lot_in_doubt_touched_stands_still,
    an_order_rests_on_findings_that_still_count,
    conditioning_rests_on_a_count_that_still_counts,
)
