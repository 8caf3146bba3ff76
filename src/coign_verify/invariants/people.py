"""Invariants of people: in a role they hold, qualified at that instant, and two where two are asked for."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BATCH, DONATION, LEDGER, PART, PERSON, THIS

#: Roles of no person: the set-up before there are people, and the record itself.
SETUP, LEDGER_ROLE = "setup", "ledger"

#: What two people do, with the fields that name them; the second one acts.
TWO_PERSONS = {
    "collection.identity_confirmed.v1": ("first", "second"),
    "clinical.identity_settled.v1": ("changed_by", "by"),
    "manufacturing.line_cleared.v1": ("first", "second"),
    "storage.taken_out.v1": ("first", "second"),
    "logistics.received.v1": ("first", "second"),
    "custody.handed_over.v1": ("giver", "taker"),
    "infusion.bedside_confirmed.v1": ("first", "second"),
    "infusion.emergency_decided.v1": ("first", "second"),
    "closing.disposal_confirmed.v1": ("first", "second"),
    "correction.value_corrected.v1": ("first", "second"),
    "regulatory.programme_approved.v1": ("proposed_by", "by"),
    "training.course_approved.v1": ("proposed_by", "by"),
    "people.credentials_reset.v1": ("proposed_by", "agreed_by"),
    "safety.enrolment_resumed.v1": ("first", "second"),
}

#: Tasks that a person must be qualified for, by what they did; tasks of production stand in the programme.
TASKS = {
    "collection.identity_checked.v1": "identity_check",
    "collection.identity_confirmed.v1": "identity_check",
    "collection.leaving_checked.v1": "identity_check",
    "infusion.issued.v1": "thaw",
    "infusion.thawed.v1": "thaw",
    "infusion.bedside_checked.v1": "bedside_check",
    "infusion.bedside_confirmed.v1": "bedside_check",
}
#: What people of the plant did, by the action that the programme names the task of.
PLANT_TASKS = {
    "manufacturing.batch_started.v1": "manufacturing.start_batch",
    "manufacturing.sample_drawn.v1": "manufacturing.draw_sample",
    "manufacturing.bag_filled.v1": "manufacturing.fill_bag",
    "manufacturing.filled.v1": "manufacturing.fill",
    "quality.result_recorded.v1": "quality.record_result",
}
STEP = "manufacturing.step_completed.v1"


@invariant("CSV-08", "CSV-04", "CSV-24", hears=("done", "observed"))
def everybody_acts_in_a_role_they_hold(known: Known, fact: Heard) -> Verdict:
    """Whatever is done is done in a role that the person held for that organisation at that instant."""
    actor = fact.entry["intent"]["actor"]
    if actor["role"] == LEDGER_ROLE:
        kinds = {f["type"] for f in fact.entry["intent"]["facts"]}
        return () if kinds <= {"ledger.heads.v1"} else ("the record itself did what only people do",)
    if actor["role"] == SETUP:
        return ("set-up went on after it was finished",) if known.of(LEDGER, THIS).set_up else ()
    held = known.of(PERSON, actor["person"]).holds(actor["role"], actor["organisation"], fact.time)
    return () if held else (f"{actor['person']} was no {actor['role']} of {actor['organisation']}",)


@invariant("TRN-01", "TRN-02", "TRN-08", "GMP-S1", "TRN-S1", hears=tuple(TASKS))
def no_check_by_somebody_unqualified(known: Known, fact: Heard) -> Verdict:
    """Nobody checks an identity, issues or thaws a bag who is not qualified for it at that instant."""
    task = TASKS[fact.type]
    may = known.of(PERSON, fact.person).may_do(task, fact.time)
    return () if may else (f"{fact.person} was not qualified for {task}",)


@invariant("TRN-01", "TRN-02", "GMP-11", hears=(*PLANT_TASKS, STEP))
def no_step_by_somebody_unqualified(known: Known, fact: Heard) -> Verdict:
    """No step of production and no test is done by somebody who is not qualified for it at that instant."""
    version = fact.body.get("version") or known.of(BATCH, fact.body["batch"]).version
    task = known.terms.task(version, fact.body["step"] if fact.type == STEP else PLANT_TASKS[fact.type])
    if not task:
        return None
    may = known.of(PERSON, fact.person).may_do(task, fact.time)
    return () if may else (f"{fact.person} was not qualified for {task}",)


@invariant("TRC-13", "CSV-29", hears=tuple(TWO_PERSONS))
def what_two_do_is_done_by_two(known: Known, fact: Heard) -> Verdict:
    """Where two people are asked for, they are two, and the second one acts themselves."""
    first, second = (fact.body[name] for name in TWO_PERSONS[fact.type])
    if first == second:
        return (f"{first} was both of the two in {fact.type}",)
    return () if second == fact.person else (f"{fact.person} acted in place of {second} in {fact.type}",)


@invariant("TRN-06", hears=("training.qualified.v1", "training.practice_observed.v1"))
def nobody_qualifies_themselves(known: Known, fact: Heard) -> Verdict:
    """Nobody accepts their own certificate or observes their own practice."""
    trained = fact.body["person"] if "person" in fact.body else "person:" + fact.body["learner"].partition(":")[2]
    return (f"{trained} qualified themselves",) if fact.person == trained else ()


@invariant("CSV-16", "CSV-18", "CSV-S5", hears=("people.authenticator_enrolled.v1",))
def a_key_is_enrolled_by_two(known: Known, fact: Heard) -> Verdict:
    """A key becomes somebody's when one administrator proposed it and another one agrees."""
    person, credential = fact.body["person"], fact.body["credential"]
    proposers = {by for proposed, by in known.of(PERSON, person).proposed if proposed == credential}
    if not proposers:
        return (f"nobody had proposed {credential} for {person}",)
    return () if proposers - {fact.person} else (f"{fact.person} enrolled {credential} for {person} alone",)


@invariant("CSV-15", "TRC-08", hears=("people.person_registered.v1", "identity.unit_created.v1"))
def an_identifier_is_given_once(known: Known, fact: Heard) -> Verdict:
    """The identifier of a person, and the number of a donation, is given once and for ever."""
    if fact.type == "people.person_registered.v1":
        return (
            (f"{fact.body['person']} was registered before",)
            if known.of(PERSON, fact.body["person"]).registered
            else ()
        )
    din = fact.body.get("din")
    if not din:
        return None
    bearer = known.of(DONATION, din)
    return (f"{bearer} bears {din} already",) if bearer else ()


@invariant("CSV-14", "CSV-18", "CSV-20", "CSV-S6", hears=("done", "observed", "refused"))
def a_signature_fits_its_intent(known: Known, fact: Heard) -> Verdict:
    """What is signed is signed with a key that was enrolled for its actor before, in time, and says what it means."""
    signature = fact.entry.get("signature")
    if signature is None:
        return None
    intent, person = fact.entry["intent"], fact.person
    keys = [k for k in known.of(PERSON, person).keys if k.credential == signature["credential"]]
    if not keys or keys[0].method != signature["method"]:
        return (f"{person} had no such key",)
    if signature["method"] == "demonstration" and not known.of(LEDGER, THIS).demonstration:
        return ("it is signed by a demonstration key, and this record is no demonstration",)
    if not intent["meaning"]:
        return (f"the signature of {person} means nothing",)
    in_time = intent["prepared"] <= fact.time and (not intent["expires"] or fact.time <= intent["expires"])
    return () if in_time else (f"{person} signed what was no longer, or not yet, to be signed",)


#: Judgements, with what they judge: the field that both name, and the facts by which somebody had a part in it.
JUDGED = {
    "identity.label_verified.v1": ("unit", ("identity.unit_created.v1",)),
    "collection.leaving_checked.v1": ("unit", ("identity.label_verified.v1",)),
    "quality.deviation_closed.v1": ("case", ("quality.deviation_opened.v1",)),
    "facility.growth_assessed.v1": ("batch", ("facility.monitored.v1",)),
    "manufacturing.labels_counted.v1": ("batch", ("manufacturing.bag_filled.v1", "manufacturing.filled.v1")),
    "supply.lot_hold_lifted.v1": ("lot", ("supply.lot_held.v1",)),
    "supply.suspicion_cleared.v1": ("case", ("supply.lot_suspected.v1", "supply.pack_suspected.v1")),
    "equipment.doubt_assessed.v1": ("equipment", ("equipment.device_calibrated.v1",)),
    "equipment.late_cleaning_judged.v1": ("equipment", ("equipment.device_cleaned.v1",)),
    "training.extension_approved.v1": ("person", ("training.extension_asked.v1",)),
    "training.attempt_decided.v1": ("attempt", ("training.attempt_handed_in.v1",)),
    "correction.assessed.v1": (
        "case",
        ("correction.proposed.v1", "correction.differs.v1", "correction.value_corrected.v1"),
    ),
    "incident.act_resolved.v1": ("case", ("incident.act_reported.v1",)),
}


@invariant("CSV-29", "GMP-02", "GMP-19", "TRC-14", "TRN-03", "SCS-16", hears=tuple(JUDGED))
def nobody_judges_what_they_did_themselves(known: Known, fact: Heard) -> Verdict:
    """Labels, deviations, growth, holds, doubts, corrections, extensions and reports are judged by somebody else."""
    field, kinds = JUDGED[fact.type]
    subject = fact.body[field]
    own = sorted(kind for kind, person in known.of(PART, subject) if kind in kinds and person == fact.person)
    return tuple(f"{fact.person} judged {kind} of {subject}, which was their own" for kind in own)


@invariant("CSV-06", "CSV-24", "GMP-02", hears=("people.role_granted.v1",))
def administrators_hold_no_other_role_and_nobody_grants_themselves(known: Known, fact: Heard) -> Verdict:
    """Whoever gives roles has no other one for themselves, and gives none to themselves."""
    person, role = fact.body["person"], fact.body["role"]
    if person == fact.person:
        return (f"{person} granted themselves {role}",)
    held = {grant.role for grant in known.of(PERSON, person).grants} | {role}
    mixed = "admin" in held and len(held) > 1
    return (f"{person} is administrator and {', '.join(sorted(held - {'admin'}))}",) if mixed else ()


INVARIANTS = (
    everybody_acts_in_a_role_they_hold,
    no_check_by_somebody_unqualified,
    no_step_by_somebody_unqualified,
    what_two_do_is_done_by_two,
    nobody_qualifies_themselves,
    a_key_is_enrolled_by_two,
    an_identifier_is_given_once,
    nobody_judges_what_they_did_themselves,
    administrators_hold_no_other_role_and_nobody_grants_themselves,
    a_signature_fits_its_intent,
)
