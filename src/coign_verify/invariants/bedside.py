"""Invariants between freezer and patient: the right cells, released, cold, in time, seen by two."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BAG, BATCH, CHAIN, CUSTODY, UNIT, WARMTH
from coign_verify.invariants.trackers.units import minutes_between

STARTED, IN_EMERGENCY = "infusion.started.v1", "infusion.emergency_started.v1"
GIVEN = (STARTED, IN_EMERGENCY)
#: Acts that cannot be undone on the way into the patient.
TOWARDS_THE_PATIENT = ("infusion.issued.v1", "infusion.thawed.v1", *GIVEN)


@invariant("PAT-28", "TRC-10", "TRC-12", hears=(*TOWARDS_THE_PATIENT, "infusion.finished.v1"))
def nobody_receives_a_unit_of_another_chain(known: Known, fact: Heard) -> Verdict:
    """Nobody receives a unit whose chain of identity is not theirs."""
    unit, chain = fact.body["unit"], fact.body["chain"]
    theirs, patient = known.of(UNIT, unit).chain, known.of(CHAIN, chain).patient
    if theirs != chain:
        return (f"{unit} belongs to {theirs or 'no chain'} and was given for {chain}",)
    if fact.body.get("patient", patient) != patient:
        return (f"{unit} was given to {fact.body['patient']}; it was made for {patient}",)
    return ()


@invariant("TRC-12", "PAT-28", hears=("infusion.bedside_confirmed.v1",))
def bag_and_wristband_belong_together(known: Known, fact: Heard) -> Verdict:
    """Two persons confirm a bag only at the bed of the patient it was made for."""
    unit, patient = fact.body["unit"], fact.body["patient"]
    expected = known.of(CHAIN, known.of(UNIT, unit).chain).patient
    return () if patient == expected else (f"{unit} is for {expected or 'nobody'} and was confirmed for {patient}",)


@invariant("PAT-28", "GMP-37", "GMP-40", "TRC-18", hears=TOWARDS_THE_PATIENT)
def nothing_unreleased_is_given(known: Known, fact: Heard) -> Verdict:
    """Nothing is thawed or given for which nobody answers: released, or supplied under a recorded exception."""
    unit = fact.body["unit"]
    state = known.of(UNIT, unit)
    if state.rejected:
        return (f"{unit} had been rejected",)
    return () if state.answered else (f"nobody had released {unit} or supplied it under exception",)


@invariant("PAT-28", "PAT-31", "TRC-13", hears=GIVEN)
def nothing_is_given_unless_two_saw_it_at_the_bed(known: Known, fact: Heard) -> Verdict:
    """Nothing is infused that two different people have not found at the bed of its patient."""
    unit = fact.body["unit"]
    seen = known.of(BAG, unit).seen
    if seen is None:
        return (f"no two people had found {unit} at a bed",)
    patient = known.of(CHAIN, fact.body["chain"]).patient
    if seen[0] != patient:
        return (f"{unit} was found at the bed of {seen[0]} and given to {patient}",)
    return () if seen[1] != seen[2] else (f"{seen[1]} alone confirmed {unit} at the bed",)


@invariant("PAT-30", "PAT-31", hears=(STARTED,))
def a_bag_is_given_while_its_bedside_check_counts(known: Known, fact: Heard) -> Verdict:
    """What two people saw at the bed counts for the programme's window, and no longer."""
    if fact.beside(IN_EMERGENCY):
        return None
    unit = fact.body["unit"]
    seen = known.of(BAG, unit).seen
    if seen is None:
        return None
    version = known.of(CHAIN, fact.body["chain"]).version
    window, passed = known.terms.minutes(version, "bedside_check_window"), minutes_between(seen[3], fact.time)
    return () if passed <= window else (f"{unit} was checked {passed:.1f} min before; {window} min are allowed",)


@invariant("PAT-28", "PAT-S5", hears=(STARTED,))
def nothing_expired_is_infused(known: Known, fact: Heard) -> Verdict:
    """Nothing is infused after its expiry, but for a recorded emergency decision."""
    if fact.beside(IN_EMERGENCY):
        return None
    unit = fact.body["unit"]
    expires = known.of(UNIT, unit).expires
    if not expires:
        return (f"{unit} has no expiry",)
    return () if fact.time < expires else (f"{unit} had expired on {expires}",)


@invariant("PAT-30", "PAT-S5", hears=(STARTED,))
def nothing_is_infused_after_its_thaw_clock(known: Known, fact: Heard) -> Verdict:
    """A bag is infused within its time after thawing, but for a recorded emergency decision."""
    if fact.beside(IN_EMERGENCY):
        return None
    unit = fact.body["unit"]
    thawed_at = known.of(BAG, unit).thawed_at
    if not thawed_at:
        return (f"{unit} was never thawed",)
    limit = known.terms.minutes(known.of(CHAIN, fact.body["chain"]).version, "thaw_to_infusion_max")
    passed = minutes_between(thawed_at, fact.time)
    return () if passed <= limit else (f"{unit} was thawed {passed:.1f} min before; {limit} min are allowed",)


@invariant("SCS-09", "SCS-11", "SCS-13", hears=("infusion.issued.v1", "infusion.thawed.v1", STARTED))
def nothing_warm_beyond_assessment_is_given(known: Known, fact: Heard) -> Verdict:
    """Nothing is given whose time out of the cold, or whose journey, nobody has found to be in order."""
    if fact.beside(IN_EMERGENCY):
        return None
    unit = fact.body["unit"]
    warmth = known.of(WARMTH, unit)
    if warmth.not_usable:
        return (f"{unit} was found not usable after it had warmed",)
    if warmth.open or warmth.unread:
        return (f"nobody had judged how warm {unit} was",)
    if warmth.too_warm(fact.time):
        return (
            f"{unit} was out of the cold for {warmth.out_min(fact.time):.0f} min; {warmth.allowed_min:.0f} allowed",
        )
    return ()


@invariant("PAT-30", "TRC-13", "PAT-S5", hears=(IN_EMERGENCY,))
def an_emergency_is_decided_by_two_and_given_by_a_third(known: Known, fact: Heard) -> Verdict:
    """What does not hold is given only when two people decided so for this bag, and by neither of them."""
    unit, decided = fact.body["unit"], known.of(BAG, fact.body["unit"]).emergency
    if decided is None:
        return (f"no two people had decided to give {unit} in an emergency",)
    if decided[0] == decided[1]:
        return (f"{decided[0]} alone decided to give {unit}",)
    return () if fact.person not in decided[:2] else (f"{fact.person} decided about {unit} and gave it",)


@invariant("PAT-30", hears=("infusion.emergency_requested.v1", "infusion.emergency_decided.v1", IN_EMERGENCY))
def an_emergency_is_about_what_does_not_hold(known: Known, fact: Heard) -> Verdict:
    """An emergency names what does not hold for a bag, and it is given on what was decided about and nothing more."""
    unit, unmet = fact.body["unit"], fact.body["unmet"]
    if not unmet:
        return (f"nothing stood against {unit}",)
    further = set(unmet) - set(known.of(BAG, unit).decided_about) if fact.type == IN_EMERGENCY else set()
    return tuple(f"nobody had decided about {gate} of {unit}" for gate in sorted(further))


@invariant("PAT-30", "PAT-S5", hears=(IN_EMERGENCY,))
def an_emergency_is_decided_about_cells_as_they_are(known: Known, fact: Heard) -> Verdict:
    """What two decided about a bag counts for so long as the rule says: cells grow older."""
    decided = known.of(BAG, fact.body["unit"]).emergency
    if decided is None:
        return None
    limit, passed = (
        known.terms.of_the_house("infusion.emergency_valid", fact.entry),
        minutes_between(decided[2], fact.time),
    )
    return () if passed <= limit else (f"it was decided {passed:.0f} min before; {limit:.0f} are allowed",)


@invariant("TRC-13", "PAT-30", hears=("infusion.thawed.v1",))
def a_bag_is_thawed_once_by_another_than_issued_it(known: Known, fact: Heard) -> Verdict:
    """A bag is thawed once, by another person than took it out for it."""
    unit = fact.body["unit"]
    bag = known.of(BAG, unit)
    if bag.thawed_at:
        return (f"{unit} had been thawed before",)
    if not bag.issued_by:
        return (f"nobody had issued {unit}",)
    return () if bag.issued_by != fact.person else (f"{fact.person} issued {unit} and thawed it",)


@invariant("PAT-31", "TRC-27", hears=("infusion.finished.v1",))
def what_is_finished_was_begun_and_ends_as_administered(known: Known, fact: Heard) -> Verdict:
    """An infusion that is finished was begun once, and its bag ends as administered by that very entry."""
    unit = fact.body["unit"]
    bag = known.of(BAG, unit)
    if not bag.started_at or bag.finished:
        return (f"{unit} was finished and did not run",)
    ended = any((e["unit"], e["how"]) == (unit, "administered") for e in fact.beside("identity.unit_ended.v1"))
    return () if ended else (f"{unit} was given and is still there",)


@invariant("TRC-11", "PAT-28", hears=TOWARDS_THE_PATIENT)
def what_is_given_is_held_where_its_patient_is(known: Known, fact: Heard) -> Verdict:
    """A bag is taken out, thawed and given where it was received: by the centre that answers for it."""
    unit = fact.body["unit"]
    centre, holder = known.of(CHAIN, fact.body["chain"]).centre, known.of(CUSTODY, unit).organisation
    if holder != centre:
        return (f"{unit} is held by {holder or 'nobody'} and was given at {centre}",)
    received_by = known.of(UNIT, unit).received_by
    return () if received_by == centre else (f"nobody at {centre} had received {unit}",)


@invariant("GMP-31", "GMP-19", "GMP-38", hears=(STARTED,))
def nothing_of_a_batch_in_doubt_is_given(known: Known, fact: Heard) -> Verdict:
    """Nothing is infused of a batch that was rejected."""
    batch = known.of(UNIT, fact.body["unit"]).batch
    if not batch:
        return None
    return (f"{batch} had been rejected",) if known.of(BATCH, batch).rejected else ()


@invariant("PAT-28", "PAT-30", hears=("infusion.issued.v1",))
def nobody_is_infused_who_is_not_conditioned(known: Known, fact: Heard) -> Verdict:
    """A bag is taken out for a patient whose conditioning was given, and began the programme's days ago."""
    chain = known.of(CHAIN, fact.body["chain"])
    if not (chain.conditioned and chain.first_dose_at):
        return (f"the patient of {fact.body['chain']} had not been conditioned",)
    least = known.terms.minutes(chain.version, "conditioning_to_infusion_min")
    passed = minutes_between(chain.first_dose_at, fact.time)
    return () if passed >= least else (f"conditioning began {passed:.0f} min before; at least {least:.0f} are asked",)


@invariant("PAT-28", hears=("infusion.issued.v1", "infusion.thawed.v1", STARTED))
def nobody_is_infused_whom_no_physician_found_ready(known: Known, fact: Heard) -> Verdict:
    """A physician looked at the patient lately and found nothing against cells, but for an emergency decision."""
    if fact.beside(IN_EMERGENCY):
        return None
    chain = known.of(CHAIN, fact.body["chain"])
    if not chain.assessed_at:
        return (f"no physician had looked at the patient of {fact.body['chain']}",)
    if chain.against:
        return (f"{', '.join(chain.against)} stood against it",)
    limit = known.terms.minutes(chain.version, "pre_infusion_check_valid")
    passed = minutes_between(chain.assessed_at, fact.time)
    return () if passed <= limit else (f"the patient was looked at {passed:.0f} min before; {limit:.0f} are allowed",)


@invariant("PAT-30", hears=("infusion.thawed.v1",))
def one_bag_is_thawed_at_a_time(known: Known, fact: Heard) -> Verdict:
    """A bag is thawed when no other one of the same therapy runs, or waits thawed within its time."""
    chain = known.of(CHAIN, fact.body["chain"])
    others = sorted(u for u in chain.thawed if u != fact.body["unit"] and not known.of(UNIT, u).ended)
    bags = [(u, known.of(BAG, u)) for u in others]
    if not bags:
        return ()
    limit = known.terms.minutes(chain.version, "thaw_to_infusion_max")
    waiting = [u for u, bag in bags if bag.started_at or minutes_between(bag.thawed_at, fact.time) <= limit]
    return tuple(f"{u} was thawed already" for u in waiting)


@invariant("TRC-13", "PAT-30", hears=("infusion.thawed.v1", "infusion.bedside_confirmed.v1"))
def the_second_follows_the_first_at_the_bag(known: Known, fact: Heard) -> Verdict:
    """The second of two acts lies within the programme's window after the first, which is the one it names."""
    unit = fact.body["unit"]
    bag, version = known.of(BAG, unit), known.of(CHAIN, known.of(UNIT, unit).chain).version
    if fact.type == "infusion.thawed.v1":
        first, limit = bag.issued_at, "issue_window"
    else:
        first, limit = bag.checked_at, "bedside_check_window"
        if fact.body["first"] != bag.checked_by:
            return (f"{fact.body['first']} is named as the first; it was {bag.checked_by or 'nobody'}",)
    if not first:
        return (f"nobody had begun with {unit}",)
    window, passed = known.terms.minutes(version, limit), minutes_between(first, fact.time)
    return () if passed <= window else (f"{passed:.1f} min lay between the two at {unit}; {window:.0f} are allowed",)


INVARIANTS = (
    nobody_receives_a_unit_of_another_chain,
    bag_and_wristband_belong_together,
    nothing_unreleased_is_given,
    nothing_is_given_unless_two_saw_it_at_the_bed,
    a_bag_is_given_while_its_bedside_check_counts,
    nothing_expired_is_infused,
    nothing_is_infused_after_its_thaw_clock,
    nothing_warm_beyond_assessment_is_given,
    an_emergency_is_decided_by_two_and_given_by_a_third,
    an_emergency_is_about_what_does_not_hold,
    an_emergency_is_decided_about_cells_as_they_are,
    a_bag_is_thawed_once_by_another_than_issued_it,
    what_is_finished_was_begun_and_ends_as_administered,
    what_is_given_is_held_where_its_patient_is,
    nothing_of_a_batch_in_doubt_is_given,
    nobody_is_infused_who_is_not_conditioned,
    nobody_is_infused_whom_no_physician_found_ready,
    one_bag_is_thawed_at_a_time,
    the_second_follows_the_first_at_the_bag,
)
