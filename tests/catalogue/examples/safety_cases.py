"""Reports of serious events, what is learnt later, and what is sent."""

from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import CENTRE, HASH, MAKER, PHYSICIAN, SITE, Clinic, person, text
from tests.support.safety import SAFETY, in_force, infused, open_site, report, told

from coign.kernel.subjects import Case, Chain, Patient, Site, Unit
from coign.kernel.values import Actor, FreeText
from coign.people.events import SiteRegistered
from coign.safety.actions import assess_expectedness, report_wrong_patient
from coign.safety.actions.causality import ASSESS_CAUSALITY, STATE_CAUSALITY, AssessCausality, StateCausality
from coign.safety.actions.follow_up import FIND_EARLIER_KNOWLEDGE, FOLLOW_UP, FindEarlierKnowledge, FollowUp
from coign.safety.actions.report_event import ADD_EVENT, REPORT_EVENT, AddEvent
from coign.safety.actions.submit import RECORD_ANSWER, RECORD_SUBMISSION, RecordAnswer, RecordSubmission
from coign.safety.case_state import EVENTS_MAX, NEWS_MAX

CASE = Case.of("case-1")
MAKERS_PHYSICIAN = person("makers-physician", "physician", MAKER)
CENTRES_SAFETY = person("centres-safety", "safety", CENTRE)
SUSAR = "EU.susar.1"


def _infused(clinic: Clinic) -> Chain:
    open_site(clinic)
    return infused(clinic)


def _reported(clinic: Clinic, **changed: Any) -> Case:
    """A case of one event, reported two days after it began; the product is in a trial in Europe."""
    in_force(clinic, "EU", "trial")
    chain = _infused(clinic)
    began = clinic.now
    clinic.wait(days=2)
    command = report(clinic, chain, onset=began, known_at=began.plus(days=1), aware_at=began.plus(days=1), **changed)
    clinic.do(REPORT_EVENT, command, PHYSICIAN)
    return command.case


# Reporting


def _report(clinic: Clinic, actor: Actor = PHYSICIAN, **changed: Any) -> Asked:
    return REPORT_EVENT, report(clinic, _infused(clinic), **changed), actor


@allows
def a_serious_event(clinic: Clinic) -> Asked:
    return _report(clinic)


@refuses("safety.therapy_is_of_this_centre")
def reported_by_the_maker(clinic: Clinic) -> Asked:
    site = Site.of("plant")
    open_site(clinic)
    clinic.happened(SiteRegistered(site=site, organisation=MAKER, name="Plant", zone="UTC", country="NL"), by=PHYSICIAN)
    return REPORT_EVENT, report(clinic, infused(clinic), site=site), MAKERS_PHYSICIAN


@refuses("safety.product_was_given")
def an_event_after_nothing(clinic: Clinic) -> Asked:
    open_site(clinic)
    return REPORT_EVENT, report(clinic, clinic.ordered("ann")[1]), PHYSICIAN


@refuses("safety.term_is_a_term")
def an_event_without_a_term(clinic: Clinic) -> Asked:
    return _report(clinic, term="  ")


@refuses("safety.site_is_ours")
def reported_from_a_place_of_nobody(clinic: Clinic) -> Asked:
    return _report(clinic, site=Site.of("elsewhere"))


@refuses("safety.times_are_in_order")
def an_event_of_tomorrow(clinic: Clinic) -> Asked:
    chain = _infused(clinic)
    return REPORT_EVENT, report(clinic, chain, onset=clinic.now.plus(days=1)), PHYSICIAN


@refuses("safety.times_are_in_order")
def known_before_it_began(clinic: Clinic) -> Asked:
    chain = _infused(clinic)
    return REPORT_EVENT, report(clinic, chain, known_at=clinic.now.plus(days=-1)), PHYSICIAN


@refuses("safety.death_is_told_once")
def dead_and_recovering(clinic: Clinic) -> Asked:
    return _report(clinic, criteria=("death",), outcome="recovering")


@refuses("safety.death_is_told_once")
def fatal_without_death(clinic: Clinic) -> Asked:
    return _report(clinic, outcome="fatal")


# A further event


def _add(clinic: Clinic, case: Case, actor: Actor = PHYSICIAN, **changed: Any) -> Asked:
    return ADD_EVENT, AddEvent(case=case, **told(clinic, **changed)), actor


@allows
def a_further_event(clinic: Clinic) -> Asked:
    return _add(clinic, _reported(clinic))


@refuses("safety.case_is_ours")
def a_further_event_by_the_maker(clinic: Clinic) -> Asked:
    return _add(clinic, _reported(clinic), MAKERS_PHYSICIAN)


@refuses("safety.case_has_room")
def one_event_too_many(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    for _ in range(EVENTS_MAX - 1):
        clinic.do(ADD_EVENT, AddEvent(case=case, **told(clinic)), PHYSICIAN)
    return _add(clinic, case)


@refuses("safety.term_is_a_term")
def a_further_event_without_a_term(clinic: Clinic) -> Asked:
    return _add(clinic, _reported(clinic), term="")


@refuses("safety.times_are_in_order")
def a_further_event_of_tomorrow(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    return _add(clinic, case, onset=clinic.now.plus(days=1))


@refuses("safety.death_is_told_once")
def a_further_event_dead_and_recovering(clinic: Clinic) -> Asked:
    return _add(clinic, _reported(clinic), criteria=("death",))


# The wrong patient


def _two_patients(clinic: Clinic) -> tuple[Unit, Patient, Patient]:
    open_site(clinic)
    patient, _, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    return unit, patient, clinic.enrol("bea")


def _mixed_up(clinic: Clinic, unit: Unit, given_to: Patient, actor: Actor = PHYSICIAN, **changed: Any) -> Asked:
    values: dict[str, Any] = {
        "site": SITE, "onset": clinic.now, "aware_at": clinic.now, "narrative": text(FreeText),
    }  # fmt: skip
    command = report_wrong_patient.ReportWrongPatient(
        unit=unit,
        given_to=given_to,
        case=CASE,
        quality_case=Case.of("case-2"),
        identity_case=Case.of("case-3"),
        **{**values, **changed},
    )
    return report_wrong_patient.ACTION, command, actor


@allows
def given_to_the_wrong_patient(clinic: Clinic) -> Asked:
    unit, _, other = _two_patients(clinic)
    return _mixed_up(clinic, unit, other)


@refuses("safety.bag_is_product")
def a_bag_of_collected_cells(clinic: Clinic) -> Asked:
    open_site(clinic)
    patient, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(patient, chain)
    return _mixed_up(clinic, clinic.collect(chain, "cells"), clinic.enrol("bea"))


@refuses("safety.given_to_another")
def given_to_the_right_patient(clinic: Clinic) -> Asked:
    unit, patient, _ = _two_patients(clinic)
    return _mixed_up(clinic, unit, patient)


@refuses("safety.site_is_ours")
def mixed_up_at_a_place_of_nobody(clinic: Clinic) -> Asked:
    unit, _, other = _two_patients(clinic)
    return _mixed_up(clinic, unit, other, site=Site.of("elsewhere"))


@refuses("safety.times_are_in_order")
def mixed_up_tomorrow(clinic: Clinic) -> Asked:
    unit, _, other = _two_patients(clinic)
    return _mixed_up(clinic, unit, other, onset=clinic.now.plus(days=1))


@refuses("safety.death_is_told_once")
def mixed_up_fatally_without_death(clinic: Clinic) -> Asked:
    unit, _, other = _two_patients(clinic)
    return _mixed_up(clinic, unit, other, outcome="fatal")


# News


def _news(clinic: Clinic, case: Case, actor: Actor = PHYSICIAN, event: int = 1, **changed: Any) -> Asked:
    values: dict[str, Any] = {
        "received_at": clinic.now, "significant": "yes", "outcome": "recovering", "narrative": text(FreeText),
    }  # fmt: skip
    return FOLLOW_UP, FollowUp(case=case, event=event, **{**values, **changed}), actor


@allows
def better_now(clinic: Clinic) -> Asked:
    return _news(clinic, _reported(clinic))


@allows
def news_to_the_sponsor(clinic: Clinic) -> Asked:
    return _news(clinic, _reported(clinic), SAFETY)


@refuses("safety.event_is_of_case")
def news_about_an_event_that_is_none(clinic: Clinic) -> Asked:
    return _news(clinic, _reported(clinic), event=7)


@refuses("safety.news_follows_report")
def news_of_tomorrow(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    return _news(clinic, case, received_at=clinic.now.plus(days=1))


@refuses("safety.news_follows_report")
def news_from_before_the_report(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    return _news(clinic, case, received_at=clinic.now.plus(days=-9))


@refuses("safety.news_has_room")
def news_once_too_often(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    for _ in range(NEWS_MAX):
        action, command, actor = _news(clinic, case)
        clinic.do(action, command, actor)
    return _news(clinic, case)


@refuses("safety.death_is_told_once")
def news_of_a_death_that_is_none(clinic: Clinic) -> Asked:
    return _news(clinic, _reported(clinic), criteria=("death",))


# Earlier knowledge


def _earlier(clinic: Clinic, case: Case, actor: Actor = SAFETY, event: int = 1, hours_ago: float = 36) -> Asked:
    command = FindEarlierKnowledge(
        case=case,
        event=event,
        known_at=clinic.now.plus(hours=-hours_ago),
        held_by="contractor",
        found_out=text(FreeText),
    )
    return FIND_EARLIER_KNOWLEDGE, command, actor


@allows
def the_call_centre_knew(clinic: Clinic) -> Asked:
    return _earlier(clinic, _reported(clinic))


@refuses("safety.we_are_sponsor")
def found_out_by_the_centre(clinic: Clinic) -> Asked:
    return _earlier(clinic, _reported(clinic), CENTRES_SAFETY)


@refuses("safety.event_is_of_case")
def knowledge_of_an_event_that_is_none(clinic: Clinic) -> Asked:
    return _earlier(clinic, _reported(clinic), event=7)


@refuses("safety.knowledge_is_earlier")
def knowledge_that_came_later(clinic: Clinic) -> Asked:
    return _earlier(clinic, _reported(clinic), hours_ago=1)


@refuses("safety.knowledge_follows_onset")
def knowledge_before_the_event(clinic: Clinic) -> Asked:
    return _earlier(clinic, _reported(clinic), hours_ago=100)


# Causality and expectedness


@allows
def the_investigators_opinion(clinic: Clinic) -> Asked:
    return STATE_CAUSALITY, StateCausality(case=_reported(clinic), event=1, opinion="related"), PHYSICIAN


@refuses("safety.case_is_ours")
def an_opinion_of_somebody_else(clinic: Clinic) -> Asked:
    return STATE_CAUSALITY, StateCausality(case=_reported(clinic), event=1, opinion="related"), MAKERS_PHYSICIAN


@refuses("safety.event_is_of_case")
def an_opinion_on_nothing(clinic: Clinic) -> Asked:
    return STATE_CAUSALITY, StateCausality(case=_reported(clinic), event=7, opinion="related"), PHYSICIAN


def _assess(clinic: Clinic, actor: Actor = SAFETY, event: int = 1) -> Asked:
    command = AssessCausality(case=_reported(clinic), event=event, opinion="not_related", rationale=text(FreeText))
    return ASSESS_CAUSALITY, command, actor


@allows
def the_sponsors_opinion(clinic: Clinic) -> Asked:
    return _assess(clinic)


@refuses("safety.we_are_sponsor")
def an_opinion_of_no_sponsor(clinic: Clinic) -> Asked:
    return _assess(clinic, CENTRES_SAFETY)


@refuses("safety.event_is_of_case")
def a_sponsors_opinion_on_nothing(clinic: Clinic) -> Asked:
    return _assess(clinic, event=7)


def _expected(clinic: Clinic, actor: Actor = SAFETY, event: int = 1) -> Asked:
    return (
        assess_expectedness.ACTION,
        assess_expectedness.AssessExpectedness(case=_reported(clinic), event=event),
        actor,
    )


@allows
def looked_up(clinic: Clinic) -> Asked:
    return _expected(clinic)


@refuses("safety.we_are_sponsor")
def looked_up_by_no_sponsor(clinic: Clinic) -> Asked:
    return _expected(clinic, CENTRES_SAFETY)


@refuses("safety.event_is_of_case")
def nothing_to_look_up(clinic: Clinic) -> Asked:
    return _expected(clinic, event=7)


# Submissions


def _sent(clinic: Clinic, case: Case, actor: Actor = SAFETY, duty: str = SUSAR, **changed: Any) -> Asked:
    command = RecordSubmission(case=case, duty=duty, **{"sent_at": clinic.now, "evidence": HASH, **changed})
    return RECORD_SUBMISSION, command, actor


@allows
def sent_to_the_authority(clinic: Clinic) -> Asked:
    return _sent(clinic, _reported(clinic))


@refuses("safety.we_are_sponsor")
def sent_by_no_sponsor(clinic: Clinic) -> Asked:
    return _sent(clinic, _reported(clinic), CENTRES_SAFETY)


@refuses("safety.duty_is_owed")
def sent_for_a_duty_of_another_place(clinic: Clinic) -> Asked:
    return _sent(clinic, _reported(clinic), duty="US.susar.1")


@refuses("safety.sent_since_day_zero")
def sent_tomorrow(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    return _sent(clinic, case, sent_at=clinic.now.plus(days=1))


@refuses("safety.sent_since_day_zero")
def sent_before_anybody_knew(clinic: Clinic) -> Asked:
    case = _reported(clinic)
    return _sent(clinic, case, sent_at=clinic.now.plus(days=-9))


def _answer(clinic: Clinic, case: Case, actor: Actor = SAFETY, *, days: int = 0) -> Asked:
    at = clinic.now.plus(days=days)
    command = RecordAnswer(case=case, duty=SUSAR, verdict="accepted", received_at=at, evidence=HASH)
    return RECORD_ANSWER, command, actor


def _submitted(clinic: Clinic) -> Case:
    case = _reported(clinic)
    action, command, actor = _sent(clinic, case)
    clinic.do(action, command, actor)
    return case


@allows
def the_authority_accepted(clinic: Clinic) -> Asked:
    return _answer(clinic, _submitted(clinic))


@refuses("safety.we_are_sponsor")
def answered_to_no_sponsor(clinic: Clinic) -> Asked:
    return _answer(clinic, _submitted(clinic), CENTRES_SAFETY)


@refuses("safety.something_was_sent")
def an_answer_to_nothing(clinic: Clinic) -> Asked:
    return _answer(clinic, _reported(clinic))


@refuses("safety.answer_came_after_the_report")
def answered_tomorrow(clinic: Clinic) -> Asked:
    return _answer(clinic, _submitted(clinic), days=1)


@refuses("safety.answer_came_after_the_report")
def answered_before_it_was_sent(clinic: Clinic) -> Asked:
    return _answer(clinic, _submitted(clinic), days=-1)
