"""Invariants of what houses answer for: access, authorisations, versions, suppliers, packs, learning."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.people import SETUP
from coign_verify.invariants.trackers import (
    APPLICATION,
    ATTEMPT,
    AUTHORISATION,
    EXTENSIONS,
    LEARNER,
    LEDGER,
    LOT,
    ORGANISATION,
    PERSON,
    PRODUCT,
    REPORTED,
    SERIAL,
    SUPPLIER,
    SUSPICION,
    THIS,
    VERSION,
)
from coign_verify.invariants.trackers.units import minutes_between

#: How long something counts at most, by the rule that says so.
LASTS_AT_MOST = {
    "supply.supplier_qualified.v1": "supply.supplier_valid_max",
    "training.qualified.v1": "training.qualification_valid_max",
}

#: What administrators do for a house that the fact names, or for whoever the person works for.
FOR_A_HOUSE = (
    "people.role_granted.v1", "people.role_revoked.v1", "people.administrator_proposed.v1",
    "people.access_confirmed.v1", "people.access_ended.v1",
)  # fmt: skip
FOR_A_PERSON = (
    "people.authenticator_proposed.v1", "people.authenticator_enrolled.v1", "people.authenticator_revoked.v1",
    "people.authenticator_tested.v1", "people.reset_proposed.v1", "people.credentials_reset.v1",
    "people.person_left.v1",
)  # fmt: skip


@invariant("CSV-06", "CSV-18", "CSV-24", hears=(*FOR_A_HOUSE, *FOR_A_PERSON))
def access_is_given_by_the_house_that_answers(known: Known, fact: Heard) -> Verdict:
    """Roles and keys are given and taken by administrators of the house itself, or of the one that brought it in."""
    actor = fact.entry["intent"]["actor"]
    if actor["role"] == SETUP:
        return None
    house = fact.body["organisation"] if fact.type in FOR_A_HOUSE else known.of(PERSON, fact.body["person"]).employer
    answers = {house, known.of(ORGANISATION, house).brought_in_by} - {""}
    here = actor["organisation"]
    return () if here in answers else (f"{here} decided about access of {fact.body['person']} for {house or 'nobody'}",)


#: What nobody does for themselves.
NOT_FOR_ONESELF = (*FOR_A_PERSON[:2], "people.authenticator_tested.v1", *FOR_A_PERSON[4:], *FOR_A_HOUSE[2:])


@invariant("CSV-06", "CSV-18", hears=NOT_FOR_ONESELF)
def nobody_vouches_for_themselves(known: Known, fact: Heard) -> Verdict:
    """No administrator enrols, tests, resets, reviews or proposes themselves."""
    return (f"{fact.person} vouched for themselves ({fact.type})",) if fact.person == fact.body["person"] else ()


@invariant("CSV-06", "CSV-18", hears=("people.role_granted.v1",))
def an_administrator_is_made_by_two(known: Known, fact: Heard) -> Verdict:
    """After the set-up somebody becomes an administrator when one proposed them and another one agrees."""
    if fact.body["role"] != "admin" or not known.of(LEDGER, THIS).set_up:
        return None
    proposer = known.of(PERSON, fact.body["person"]).administrator_proposed_by
    if not proposer:
        return (f"nobody had proposed {fact.body['person']} as an administrator",)
    return () if proposer != fact.person else (f"{proposer} made {fact.body['person']} an administrator alone",)


@invariant("CSV-06", "CSV-18", hears=("people.role_granted.v1", "people.credentials_reset.v1"))
def what_was_proposed_is_agreed_to_while_it_is_fresh(known: Known, fact: Heard) -> Verdict:
    """A second administrator agrees to a reset, or to a new administrator, soon after the first one asked for it."""
    state = known.of(PERSON, fact.body["person"])
    if fact.type == "people.role_granted.v1":
        if fact.body["role"] != "admin":
            return None
        since = state.administrator_proposed_at
    else:
        since = state.reset_proposed_at
    if not since:
        return None
    passed, limit = minutes_between(since, fact.time), known.terms.of_the_house("account.proposal_valid", fact.entry)
    return () if passed <= limit else (f"it was proposed {passed:.0f} min before; {limit:.0f} are allowed",)


# What authorities allow

#: What is decided about an authorisation that stands.
DECISIONS = (
    "regulatory.authorisation_varied.v1", "regulatory.authorisation_renewed.v1",
    "regulatory.authorisation_suspended.v1", "regulatory.suspension_lifted.v1",
    "regulatory.authorisation_revoked.v1", "regulatory.condition_imposed.v1",
)  # fmt: skip


@invariant("REG-02", "CSV-24", hears=(*DECISIONS, "regulatory.authorisation_granted.v1"))
def nobody_allows_themselves_what_an_authority_decides(known: Known, fact: Heard) -> Verdict:
    """An authority decides; a holder enters what came by letter for itself alone, and undoes no authority's word."""
    actor = fact.entry["intent"]["actor"]
    here = actor["organisation"]
    if actor["role"] == "authority":
        category = known.of(ORGANISATION, here).category
        return () if category in ("", "authority") else (f"{here} is no authority",)
    answers = fact.body["holder"] if fact.type not in DECISIONS else _kept_by(known, fact)
    return () if answers in ("", here) else (f"{here} decided in place of {answers}",)


def _kept_by(known: Known, fact: Heard) -> str:
    return known.of(AUTHORISATION, fact.body["authorisation"]).kept_by


@invariant("REG-02", hears=("regulatory.fulfilment_judged.v1",))
def nobody_accepts_their_own_word(known: Known, fact: Heard) -> Verdict:
    """That a condition is fulfilled is judged by an authority, or by somebody else than reported it."""
    if fact.entry["intent"]["actor"]["role"] == "authority":
        return ()
    reported = known.of(REPORTED, fact.body["authorisation"])
    own = (fact.body["condition"], fact.person) in reported
    here, kept_by = fact.entry["intent"]["actor"]["organisation"], _kept_by(known, fact)
    said = [f"{fact.person} reported it and judged it"] if own else []
    return (*said, f"{kept_by} judges it, not {here}") if kept_by not in ("", here) else tuple(said)


@invariant("REG-02", "PAT-28", hears=("regulatory.authorisation_granted.v1",))
def one_authorisation_answers_for_one_thing(known: Known, fact: Heard) -> Verdict:
    """For one product, one jurisdiction and one legal basis there is one authorisation at a time."""
    body = fact.body
    others = [(a, known.of(AUTHORISATION, a)) for a in known.of(PRODUCT, body["product"]).authorisations]
    same = [(a, s) for a, s in others if (s.jurisdiction, s.basis) == (body["jurisdiction"], body["basis"])]
    return tuple(f"{a} holds for it already" for a, s in same if s.is_valid(fact.time))


@invariant("REG-02", "CSV-24", hears=("regulatory.authorisation_granted.v1", "regulatory.authorisation_varied.v1"))
def patients_are_treated_at_treatment_centres(known: Known, fact: Heard) -> Verdict:
    """What an authorisation names as a centre treats patients, and what it names as a maker makes."""
    named = [("treatment_centre", centre) for centre in fact.body["centres"]]
    named += [("maker", maker) for maker in fact.body.get("makers") or ()]
    return tuple(f"{o} is no {kind}" for kind, o in named if known.of(ORGANISATION, o).category not in ("", kind))


#: Legal bases on which a product of a stage is given, where they are no trial or exception (REG-01).
ONLY_BASIS = {"preclinical": "none", "authorised": "marketing_authorisation"}


@invariant(
    "REG-01", "REG-02",
    hears=(
        "regulatory.product_basis_recorded.v1", "regulatory.authorisation_granted.v1",
        "regulatory.authorisation_varied.v1",
    ),
)  # fmt: skip
def a_basis_fits_its_stage(known: Known, fact: Heard) -> Verdict:
    """Before trials nothing is given; a marketing authorisation is for an authorised product, and for no other."""
    stage, basis = fact.body["stage"], fact.body["basis"]
    only = ONLY_BASIS.get(stage)
    fits = basis == only if only else basis not in ONLY_BASIS.values()
    return () if fits else (f"{stage} on the basis of {basis}",)


@invariant("REG-02", hears=("regulatory.application_decided.v1", "regulatory.authorisation_granted.v1"))
def what_is_granted_was_asked_answered_and_approved(known: Known, fact: Heard) -> Verdict:
    """An application is decided once every question is answered; what is granted on one was approved in it."""
    application = fact.body.get("application")
    if not application:
        return None
    state = known.of(APPLICATION, application)
    if fact.type == "regulatory.application_decided.v1":
        return tuple(f"question {number} of {application} waited" for number in sorted(state.asked))
    if state.verdict != "approved":
        return (f"{application} was not approved",)
    same = (state.product, state.jurisdiction) == (fact.body["product"], fact.body["jurisdiction"])
    return () if same else (f"{application} is about {state.product} in {state.jurisdiction}",)


@invariant("REG-02", "REG-S5", hears=("regulatory.authorisation_suspended.v1",))
def a_suspension_stops_something(known: Known, fact: Heard) -> Verdict:
    """A suspension stops an act that was not stopped; one place is stopped from making alone, if it is named at all."""
    state, acts, site = known.of(AUTHORISATION, fact.body["authorisation"]), fact.body["scope"], fact.body.get("site")
    if not acts:
        return ("it stops nothing",)
    said = [f"{site} is not on it"] if site and site not in state.sites else []
    said += [f"{site} alone was stopped from {', '.join(acts)}"] if site and list(acts) != ["manufacture"] else []
    stopped = {act for s in state.stops for act in s.acts if s.site in ("", site)}
    return tuple(said) if set(acts) - stopped else (*said, f"{', '.join(acts)} had been stopped before")


@invariant("REG-02", "PAT-28", hears=("regulatory.administration_decided.v1",))
def who_is_named_decides_about_a_patient(known: Known, fact: Heard) -> Verdict:
    """Where administration is stopped, whoever the stop names decides for a patient, and only while it is stopped."""
    stops = known.of(AUTHORISATION, fact.body["authorisation"]).stops
    named = {stop.decider for stop in stops if "administration" in stop.acts}
    if not named:
        return ("nothing stopped administration",)
    return () if fact.body["decider"] in named - {"nobody"} else (f"{fact.body['decider']} is not named to decide",)


@invariant("REG-02", "CSV-24", hears=("regulatory.authorisation_granted.v1", "regulatory.authorisation_varied.v1"))
def an_authority_allows_what_happens_in_its_country(known: Known, fact: Heard) -> Verdict:
    """Centres that an authorisation names lie where its authority decides."""
    place = fact.body.get("jurisdiction") or known.of(AUTHORISATION, fact.body["authorisation"]).jurisdiction
    there = {centre: known.of(ORGANISATION, centre).country for centre in fact.body["centres"]}
    elsewhere = [centre for centre, country in there.items() if known.terms.jurisdiction(country, fact.entry) != place]
    return tuple(f"{centre} is not in {place}" for centre in elsewhere)


# Versions


@invariant(
    "GMP-06", "GMP-27", "TRN-03", hears=("regulatory.programme_approved.v1", "training.course_approved.v1")
)  # fmt: skip
def what_is_approved_is_what_was_proposed(known: Known, fact: Heard) -> Verdict:
    """The second person puts in force exactly the file that the first one proposed."""
    subject = fact.body.get("programme") or fact.body["course"]
    proposed = known.of(VERSION, subject).proposed
    approved = fact.body["version"]
    return () if approved == proposed else (f"{approved[:12]} was approved, {proposed[:12] or 'nothing'} proposed",)


# Stores


@invariant("GMP-04", "GMP-05", "SCS-01", hears=("supply.lot_approved.v1",))
def a_lot_is_approved_from_a_supplier_that_stands(known: Known, fact: Heard) -> Verdict:
    """A lot is approved in date, from a supplier that is qualified, and with a statement where it came of an animal."""
    lot = fact.body["lot"]
    state = known.of(LOT, lot)
    said = [f"{lot} had expired"] if fact.time >= state.expires else []
    if not state.supplier:
        return tuple(said)
    supplied = known.of(SUPPLIER, state.supplier).of(state.material)
    if supplied is None or supplied[1]:
        return (*said, f"{state.supplier} was not, or no more, qualified for {state.material}")
    if supplied[0] in ("animal", "human") and not state.origin_stated:
        said.append(f"{lot} is of {supplied[0]} origin without a statement")
    return tuple(said)


@invariant("GMP-04", "SCS-16", hears=("supply.lot_held.v1", "supply.lot_approved.v1", "supply.lot_retested.v1"))
def a_lot_on_hold_waits(known: Known, fact: Heard) -> Verdict:
    """A lot that is held or suspect is neither held again nor approved nor given more time before that is settled."""
    lot = fact.body["lot"]
    state = known.of(LOT, lot)
    if state.expires and (fact.body.get("retest_by") or "") > state.expires:
        return (f"{lot} would be tested again after it expired",)
    return (f"{lot} was on hold or suspect",) if state.held or state.suspect else ()


@invariant("SCS-15", "SCS-16", "GMP-04", hears=("supply.pack_used.v1",))
def a_pack_is_as_good_as_its_lot(known: Known, fact: Heard) -> Verdict:
    """A pack is used in date, and only of a lot that may be used."""
    serial = fact.body["serial"]
    state = known.of(SERIAL, serial)
    if not state.lot:
        return None
    if state.expires_on and state.expires_on < fact.time[:10]:
        return (f"{serial} had expired on {state.expires_on}",)
    return () if known.of(LOT, state.lot).may_be_used(fact.time) else (f"{state.lot} of {serial} might not be used",)


@invariant("SCS-16", hears=("supply.suspicion_cleared.v1",))
def nothing_is_cleared_of_which_a_part_was_wrong(known: Known, fact: Heard) -> Verdict:
    """Suspect product goes back into use when packs were checked and none of them was wrong."""
    wrong = known.of(SUSPICION, fact.body["case"]).wrong
    return (f"{wrong} packs were wrong",) if wrong else ()


@invariant("SCS-01", "TRN-08", "TRN-05", hears=("supply.supplier_qualified.v1", "training.qualified.v1"))
def nothing_is_qualified_for_too_long(known: Known, fact: Heard) -> Verdict:
    """A supplier is looked into again in time, and a skill is shown anew."""
    limit = LASTS_AT_MOST[fact.type]
    since = min(fact.body.get("certified_on") or fact.time, fact.time)
    lasts, most = minutes_between(since, fact.body["until"]), known.terms.of_the_house(limit, fact.entry)
    return () if lasts <= most else (f"it would last {lasts / 1440:.0f} days; {most / 1440:.0f} are allowed",)


# Learning


@invariant("TRN-06", "TRN-S5", hears=("training.attempt_handed_in.v1", "training.attempt_decided.v1"))
def answers_count_for_whoever_gives_them(known: Known, fact: Heard) -> Verdict:
    """An attempt is handed in by whoever began it, and not decided by them, nor by whom its answers look like."""
    state = known.of(ATTEMPT, fact.body["attempt"])
    if fact.type == "training.attempt_handed_in.v1":
        return () if fact.person == state.person else (f"{fact.person} handed in for {state.person or 'nobody'}",)
    concerned = {state.person} | ({known.of(ATTEMPT, state.alike).person} if state.alike else set())
    return (f"{fact.person} decided about answers like their own",) if fact.person in concerned else ()


@invariant("TRN-01", "TRN-04", "TRN-06", hears=("training.practice_observed.v1",))
def practice_follows_theory_and_is_seen_by_who_masters_it(known: Known, fact: Heard) -> Verdict:
    """Whoever practises a task has passed its questions, and is watched by somebody qualified for it."""
    passed = [p for p in known.of(LEARNER, fact.body["learner"]) if p.course == fact.body["course"]]
    said = [] if any(p.counts and p.version == fact.body["version"] for p in passed) else ["the theory was not passed"]
    masters = known.of(PERSON, fact.person).may_do(fact.body["task"], fact.time)
    return tuple(said) if masters else (*said, f"{fact.person} was not qualified for {fact.body['task']}")


@invariant("TRN-03", "TRN-S1", hears=("training.extension_asked.v1", "training.extension_approved.v1"))
def an_extension_is_asked_for_and_given_once(known: Known, fact: Heard) -> Verdict:
    """A qualification is extended when somebody asked for it, and once until the skill was shown again."""
    state, task = known.of(EXTENSIONS, fact.body["person"]), fact.body["task"]
    if task in state.given:
        return (f"{task} of {fact.body['person']} had been extended before",)
    asked = fact.type == "training.extension_asked.v1" or task in state.asked
    return () if asked else (f"nobody had asked to extend {task} of {fact.body['person']}",)


@invariant("TRN-03", "TRN-S1", hears=("training.extension_asked.v1",))
def an_extension_bridges_a_short_gap(known: Known, fact: Heard) -> Verdict:
    """More time is asked for by hours, and for a task that the person was qualified for until lately."""
    longest = known.terms.of_the_house("training.extension_max", fact.entry)
    said = ["it is no short time"] if minutes_between(fact.time, fact.body["until"]) > longest else []
    end = next(
        (q.until for q in known.of(PERSON, fact.body["person"]).qualifications if q.task == fact.body["task"]), ""
    )
    if not end or end >= fact.body["until"]:
        return (*said, f"it lasts until {end}" if end else "it was never held")
    gap = known.terms.of_the_house("training.extension_after_end_max", fact.entry)
    return tuple(said) if minutes_between(end, fact.time) <= gap else (*said, f"it had ended on {end}")


INVARIANTS = (
    access_is_given_by_the_house_that_answers,
    nobody_vouches_for_themselves,
    an_administrator_is_made_by_two,
    what_was_proposed_is_agreed_to_while_it_is_fresh,
    nobody_allows_themselves_what_an_authority_decides,
    nobody_accepts_their_own_word,
    one_authorisation_answers_for_one_thing,
    patients_are_treated_at_treatment_centres,
    an_authority_allows_what_happens_in_its_country,
    a_basis_fits_its_stage,
    what_is_granted_was_asked_answered_and_approved,
    a_suspension_stops_something,
    who_is_named_decides_about_a_patient,
    what_is_approved_is_what_was_proposed,
    a_lot_is_approved_from_a_supplier_that_stands,
    a_lot_on_hold_waits,
    a_pack_is_as_good_as_its_lot,
    nothing_is_cleared_of_which_a_part_was_wrong,
    nothing_is_qualified_for_too_long,
    answers_count_for_whoever_gives_them,
    practice_follows_theory_and_is_seen_by_who_masters_it,
    an_extension_is_asked_for_and_given_once,
    an_extension_bridges_a_short_gap,
)
