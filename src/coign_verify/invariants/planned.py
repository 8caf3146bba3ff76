"""Invariants of orders and plans: for the patient they name, under rules in force, once, and not before their day."""

from coign_verify.invariants.model import Body, Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import (
    AUTHORISATION,
    CHAIN,
    DIFFERING,
    NUMBER,
    ORGANISATION,
    PLAN,
    PRODUCT,
    PROGRAMME,
    RECIPIENT,
    THERAPIES,
    UNIT,
)
from coign_verify.invariants.trackers.units import minutes_between

PLANNED, FIRST_DOSE = "clinical.conditioning_started.v1", "clinical.conditioning_begun.v1"


@invariant("REG-02", "PAT-28", hears=("clinical.consent_given.v1", "clinical.order_drafted.v1"))
def nothing_is_prepared_for_a_programme_that_is_not_in_force(known: Known, fact: Heard) -> Verdict:
    """Consent is asked and an order prepared under a programme that two put in force."""
    programme = fact.body["programme"]
    return () if known.of(PROGRAMME, programme).version else (f"no version of {programme} was in force",)


@invariant("PAT-28", hears=(PLANNED, FIRST_DOSE))
def conditioning_is_ordered_once_and_given_from_its_day_on(known: Known, fact: Heard) -> Verdict:
    """Conditioning is ordered once on a count, begun once, and not before the day for which it was ordered."""
    plan, chain = known.of(PLAN, fact.body["chain"]), fact.body["chain"]
    if plan.begun:
        return (f"conditioning for {chain} had begun already",)
    if fact.type == PLANNED:
        return (f"conditioning for {chain} was ordered already, from {plan.first_day} on",) if plan.first_day else ()
    return () if fact.time >= plan.first_day else (f"it was begun before its first day, {plan.first_day}",)


@invariant("PAT-28", hears=(PLANNED,))
def the_product_lasts_until_the_day_it_is_planned_for(known: Known, fact: Heard) -> Verdict:
    """Nobody is conditioned for a day on which the product will have expired."""
    day, products = fact.body["planned_infusion"], sorted(known.of(CHAIN, fact.body["chain"]).products)
    there = [(u, known.of(UNIT, u)) for u in products]
    ends = [(u, s.expires) for u, s in there if not s.ended and not s.rejected]
    return tuple(f"{u} expires on {end or 'no day'}, before {day}" for u, end in ends if not end or end <= day)


@invariant("PAT-29", hears=(PLANNED,))
def conditioning_rests_on_a_weight_that_still_counts(known: Known, fact: Heard) -> Verdict:
    """What a patient is conditioned for is worked out from a weight that is no older than the programme allows."""
    chain = fact.body["chain"]
    weighed = (fact.body.get("weight") and fact.body.get("examined_at")) or known.of(PLAN, chain).weighed_on
    if not weighed:
        return None
    limit, passed = (
        known.terms.minutes(known.of(CHAIN, chain).version, "weight_age_max"),
        minutes_between(weighed, fact.time),
    )
    return () if passed <= limit else (f"the weight of {weighed} was {passed:.0f} min old; {limit:.0f} are allowed",)


@invariant("PAT-28", "PAT-30", "PAT-33", hears=(PLANNED, "infusion.emergency_requested.v1"))
def nobody_is_made_to_depend_on_cells_unfit_or_untold(known: Known, fact: Heard) -> Verdict:
    """Nobody is conditioned who was found unfit, or asked about in an emergency who could be told and was not."""
    if fact.body.get("fit") == "not_fit":
        return (f"{fact.body['patient']} was found not fit for conditioning",)
    return ("the patient was not told",) if fact.body.get("patient_informed") == "no" else ()


BY_NAME, WITHIN_A_STATE = ("expanded_access", "named_patient"), "hospital_exemption"


@invariant("REG-01", "REG-17", hears=("identity.chain_begun.v1",))
def a_product_is_ordered_for_whom_its_legal_basis_names(known: Known, fact: Heard) -> Verdict:
    """A product for named patients is ordered for those, and one that one state exempts is made and given there."""
    body = fact.body
    covering = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, body["product"]).authorisations]
    now = [a for a in covering if body["centre"] in a.centres and a.valid_from <= fact.time < a.valid_until]
    if not now:
        return None
    entitled = any(_may_receive(known, a.basis, body) for a in now)
    return () if entitled else (f"{body['patient']} was not among those who may receive {body['product']}",)


def _may_receive(known: Known, basis: str, body: Body) -> bool:
    if basis in BY_NAME:
        return body["product"] in known.of(RECIPIENT, body["patient"])
    made, given = known.of(ORGANISATION, body["maker"]).country, known.of(ORGANISATION, body["centre"]).country
    return basis != WITHIN_A_STATE or made == given


@invariant("TRC-10", "TRC-12", "TRC-24", hears=("clinical.patient_enrolled.v1", "clinical.identity_corrected.v1"))
def one_hospital_number_one_patient(known: Known, fact: Heard) -> Verdict:
    """A hospital number belongs to one patient: one human, one record."""
    number, patient = fact.body.get("number"), fact.body["patient"]
    if not number:
        return None
    bearer = known.of(NUMBER, number)
    return () if bearer in ("", patient) else (f"the number of {patient} belongs to {bearer} already",)


@invariant("TRC-S3", "TRC-25", "TRC-09", hears=("clinical.identity_corrected.v1", "clinical.identity_settled.v1"))
def who_a_patient_is_changes_by_document_and_for_their_own_therapy(known: Known, fact: Heard) -> Verdict:
    """Once a therapy was ordered a document shows a change of identity; it is settled for a therapy of that patient."""
    patient, theirs = fact.body["patient"], known.of(THERAPIES, fact.body["patient"])
    if fact.type == "clinical.identity_settled.v1":
        chain = fact.body["chain"]
        if not fact.body.get("matches", True):
            return (f"what was read is not what stands in the record of {patient}",)
        return () if chain in theirs else (f"{chain} is no therapy of {patient}",)
    shown = fact.body.get("evidence") or not theirs
    return () if shown else (f"{patient} has a therapy, and no document shows the change",)


@invariant("TRC-09", "TRC-12", hears=("collection.identity_checked.v1",))
def one_patient_on_one_machine(known: Known, fact: Heard) -> Verdict:
    """Nobody is looked up at the chair for a collection while one runs for the same therapy."""
    running = known.of(PLAN, fact.body["chain"]).on_the_chair
    return (f"a collection for {fact.body['chain']} was running",) if running else ()


@invariant("TRC-27", hears=("closing.therapy_ended.v1",))
def what_is_decided_at_the_end_is_of_that_therapy(known: Known, fact: Heard) -> Verdict:
    """What becomes of containers is decided for those of the therapy that ends, for each of them once."""
    chain, units = fact.body["chain"], [decided["unit"] for decided in fact.body.get("decisions") or ()]
    said = [f"{unit} belongs to {known.of(UNIT, unit).chain}" for unit in units if known.of(UNIT, unit).chain != chain]
    return (*said, *(f"{unit} was decided about twice" for unit in sorted(set(units)) if units.count(unit) > 1))


@invariant("TRC-13", "TRC-27", hears=("closing.disposal_recorded.v1",))
def nothing_is_disposed_of_while_two_differ_about_it(known: Known, fact: Heard) -> Verdict:
    """When two scanned different containers, neither is disposed of before somebody knows which one is gone."""
    unit = fact.body["unit"]
    return (f"two differ about which container {unit} is",) if known.of(DIFFERING, unit) else ()


INVARIANTS = (
    nothing_is_prepared_for_a_programme_that_is_not_in_force,
    conditioning_is_ordered_once_and_given_from_its_day_on,
    the_product_lasts_until_the_day_it_is_planned_for,
    conditioning_rests_on_a_weight_that_still_counts,
    nobody_is_made_to_depend_on_cells_unfit_or_untold,
    a_product_is_ordered_for_whom_its_legal_basis_names,
    one_hospital_number_one_patient,
    who_a_patient_is_changes_by_document_and_for_their_own_therapy,
    one_patient_on_one_machine,
    what_is_decided_at_the_end_is_of_that_therapy,
    nothing_is_disposed_of_while_two_differ_about_it,
)
