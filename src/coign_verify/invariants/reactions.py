"""Invariants of what is told of patients after their cells: of the right case, by the right house, in true sums."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import CASE, HELD, INCIDENT

SENT, ANSWERED = "safety.submission_recorded.v1", "safety.submission_answered.v1"
FOLLOWED_UP, KNOWN_BEFORE = "safety.event_followed_up.v1", "safety.earlier_knowledge_found.v1"
STATED, REPORTED = "safety.causality_stated.v1", "safety.event_reported.v1"
OF_AN_EVENT = (
    FOLLOWED_UP, KNOWN_BEFORE, STATED, "safety.causality_assessed.v1", "safety.expectedness_assessed.v1",
)  # fmt: skip
BY_THE_SPONSOR = (KNOWN_BEFORE, "safety.causality_assessed.v1", "safety.expectedness_assessed.v1", SENT, ANSWERED)
BY_THE_CENTRE = (REPORTED, STATED)
#: What is graded by a rule, and may be graded otherwise by a clinician.
GRADED = ("safety.reaction_recorded.v1", "safety.icans_recorded.v1", "safety.laboratory_graded.v1")


@invariant("PAT-01", "PAT-05", "PAT-10", "REG-03", hears=(*OF_AN_EVENT, SENT, ANSWERED))
def what_is_said_of_a_case_is_about_one_of_its_events(known: Known, fact: Heard) -> Verdict:
    """What is judged, sent or answered is about an event that its own case holds; what is answered was sent."""
    case = known.of(CASE, fact.body["case"])
    if fact.type == ANSWERED:
        return () if fact.body["duty"] in case.sent else (f"{fact.body['duty']} was answered and never sent",)
    event = fact.body.get("event")
    if fact.type == SENT:  # whose rules, which clock, the number of the event, and a day if there are several
        number = (*fact.body["duty"].split("."), "", "")[2]
        event = int(number) if number.isdecimal() else None
    there = event is not None and case.first_known(event) is not None
    return () if there else (f"{fact.body['case']} has no event {fact.body.get('duty') or event}",)


@invariant("PAT-02", "CSV-04", hears=(*BY_THE_SPONSOR, *BY_THE_CENTRE))
def a_case_is_told_by_its_centre_and_judged_by_its_sponsor(known: Known, fact: Heard) -> Verdict:
    """Who saw the patient tells what was seen; who answers for the product judges it and sends what is owed."""
    case, here = known.of(CASE, fact.body["case"]), fact.entry["intent"]["actor"]["organisation"]
    opened = fact.beside("safety.case_opened.v1")
    centre = opened[0]["centre"] if opened else case.centre
    house = case.sponsor if fact.type in BY_THE_SPONSOR else centre
    return () if here == house else (f"{here} did {fact.type} in place of {house or 'nobody'}",)


@invariant("PAT-01", hears=(REPORTED, FOLLOWED_UP))
def a_death_is_told_in_both_places(known: Known, fact: Heard) -> Verdict:
    """An event is fatal by its outcome and by its criteria, or by neither."""
    told = ("death" in fact.body["criteria"]), fact.body["outcome"] == "fatal"
    return (
        () if told[0] == told[1] else (f"outcome {fact.body['outcome']}, criteria {', '.join(fact.body['criteria'])}",)
    )


@invariant("PAT-04", "REG-03", hears=(FOLLOWED_UP, KNOWN_BEFORE))
def the_day_an_event_was_first_known_only_moves_back(known: Known, fact: Heard) -> Verdict:
    """News is later than the day from which a clock runs, and that day moves to an earlier one or not at all."""
    first = known.of(CASE, fact.body["case"]).first_known(fact.body["event"])
    if first is None:
        return None
    if fact.type == KNOWN_BEFORE:
        at = fact.body["known_at"]
        return () if at < first else (f"{at} is not earlier than {first}",)
    at = fact.body["received_at"]
    return () if at >= first else (f"news of {at} came before the event was known, {first}",)


@invariant("PAT-15", hears=GRADED)
def a_grade_of_ones_own_has_its_reason(known: Known, fact: Heard) -> Verdict:
    """A grade that a clinician sets beside the computed one has a reason, and a reason has a grade."""
    own, why = fact.body.get("clinicians_grade"), fact.body.get("clinicians_reason")
    return () if (own is None) == (why is None) else ("a grade of one's own stands without a reason, or the reverse",)


@invariant("PAT-16", hears=("safety.icans_recorded.v1",))
def points_are_those_of_the_test_that_was_done(known: Known, fact: Heard) -> Verdict:
    """The sum of the test of attention is that of its items, where they were asked; the other test has none of them."""
    answers, objects, score = fact.body["right_answers"], fact.body["objects_named"], fact.body["score"]
    if not answers and objects is None:
        return None
    if fact.body["test"] != "ICE":
        return (f"items of ICE were answered in {fact.body['test']}",)
    counted = len(set(answers)) + (objects or 0)
    return () if score == counted and (objects or 0) >= 0 else (f"the items give {counted}, the sum says {score}",)


@invariant("PAT-19", "PAT-20", hears=("clinical.ordered.v1",))
def nobody_new_is_treated_while_enrolment_is_held(known: Known, fact: Heard) -> Verdict:
    """No therapy is ordered under a programme that waits for its safety board."""
    programme = fact.body["programme"]
    return (f"enrolment in {programme} was held",) if known.of(HELD, programme) else ()


#: What cannot be had back.
GONE = ("administered", "lost")


@invariant("TRC-27", "PAT-31", hears=("incident.act_resolved.v1",))
def what_is_gone_is_never_found_fit_to_go_on(known: Known, fact: Heard) -> Verdict:
    """A container that went into a person, or was lost, does not go on, whatever is found out."""
    incident, unit = known.of(INCIDENT, fact.body["case"]), fact.body["unit"]
    if fact.body.get("became") != "may_go_on" or unit in incident.beside:
        return ()
    return (f"{unit} was reported as {incident.act} and may go on",) if incident.act in GONE else ()


INVARIANTS = (
    what_is_said_of_a_case_is_about_one_of_its_events,
    a_case_is_told_by_its_centre_and_judged_by_its_sponsor,
    a_death_is_told_in_both_places,
    the_day_an_event_was_first_known_only_moves_back,
    a_grade_of_ones_own_has_its_reason,
    points_are_those_of_the_test_that_was_done,
    nobody_new_is_treated_while_enrolment_is_held,
    what_is_gone_is_never_found_fit_to_go_on,
)
