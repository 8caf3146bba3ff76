"""Release with pending results, shipment in quarantine, and supply out of specification."""

from typing import Any

from tests.catalogue.examples.quality import (
    ANALYST_AS_QP,
    INVALIDATE,
    RECORD,
    RESOLVE,
    REVIEW,
    block,
    deviated,
    expired,
    held_lot,
    in_us,
    left_out,
    without_sterility,
)
from tests.catalogue.examples.quality_oos import ANALYST_AS_QA, analyst_as_qa
from tests.support.corrections import in_doubt
from tests.support.plant import (
    ANALYST,
    BATCH,
    CELLLAB,
    CERTIFICATE,
    FILE,
    OUTWARD,
    PASSING,
    PHYSICIAN,
    PRODUCT,
    QA,
    QA_2,
    QCREVIEWER,
    QP,
    QUALITY_US,
    REGULATORY,
    SAMPLES,
    SEALED,
    SHIPPER_2,
    T1,
    WAREHOUSE,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, refuse, then

from coign.kernel.subjects import Person
from coign.kernel.values import Actor

QUARANTINE = "quality.allow_quarantine_shipment"
SOON = {"batch": BATCH, "why": SEALED}


def performer_as_qp(p: Plant) -> None:
    p.granted(ANALYST, "qp")


allow(QUARANTINE, QP, then("labelled"), SOON)
refuse(QUARANTINE, "batch_is_filled", QP, then("stepped"), SOON)
refuse(QUARANTINE, "judge_had_no_part", ANALYST_AS_QP, then("tested", performer_as_qp), SOON)
refuse(QUARANTINE, "quarantine_shipment_is_foreseen", QUALITY_US, then("labelled", in_us), SOON)
refuse(QUARANTINE, "growth_is_assessed", QP, then("labelled", lambda p: p.monitored(settle_plate=1)), SOON)
refuse(QUARANTINE, "labels_are_verified", QP, then("filled"), SOON)
refuse(QUARANTINE, "units_are_not_blocked", QP, then("labelled", block(PRODUCT)), SOON)
refuse(QUARANTINE, "batch_is_undecided", QP, then("certified"), SOON)

PHYSICIANS, QUALITYS = "quality.acknowledge_late_result", "quality.assess_late_result"
ANSWER = {"chain": T1, "attribute": "sterility", "decision": SEALED}
LATE = Plant.result("sterility", "positive")


def released_without(p: Plant) -> None:
    without_sterility(p)
    p.certified("sterility")


def late(p: Plant) -> None:
    released_without(p)
    p.act(RECORD, ANALYST, **LATE)


allow(RECORD, ANALYST, released_without, LATE)
allow(PHYSICIANS, PHYSICIAN, late, ANSWER)
allow(QUALITYS, QA, late, ANSWER)
refuse(PHYSICIANS, "call_waits_for_answer", PHYSICIAN, released_without, ANSWER)
refuse(QUALITYS, "call_waits_for_answer", QA, then(late, lambda p: p.act(QUALITYS, QA, **ANSWER)), ANSWER)

REQUEST, RISK, ACCEPT_RISK = (
    f"quality.{n}" for n in ("request_exception", "assess_exception_risk", "accept_exception")
)
NOTICE, ACCESS, SUPPLY = (
    f"quality.{n}" for n in ("record_exception_notice", "record_expanded_access", "supply_under_exception")
)
JUDGEMENT = {"chain": T1, "judgement": SEALED}
SUPPLIED = {"batch": BATCH, "document": CERTIFICATE}
PAPERS = ("request", "risk", "acceptance", "notice")
ELSEWHERE = Actor(Person.of("physician-9"), "physician", QA.organisation)


def exception(*papers: str) -> Any:
    return lambda p: p.exception(*papers)


def fail(p: Plant) -> None:
    p.failed()


def excepted(p: Plant) -> None:
    fail(p)
    p.exception(*PAPERS)
    p.excepted()


allow(REQUEST, PHYSICIAN, fail, Plant.request())
refuse(REQUEST, "exception_is_of_this_centre", ELSEWHERE, fail, Plant.request())
refuse(REQUEST, "batch_was_made", PHYSICIAN, then("at_maker"), Plant.request())
refuse(REQUEST, "exception_not_requested_yet", PHYSICIAN, then(fail, exception("request")), Plant.request())
allow(RISK, QA, then(fail, exception("request")), Plant.risk())
refuse(RISK, "exception_is_requested", QA, fail, Plant.risk())
refuse(RISK, "risk_not_assessed_yet", QA, then(fail, exception("request", "risk")), Plant.risk())
refuse(RISK, "assessor_had_no_part", ANALYST_AS_QA, then(fail, exception("request"), analyst_as_qa), Plant.risk())
allow(ACCEPT_RISK, PHYSICIAN, then(fail, exception("request", "risk")), JUDGEMENT)
refuse(ACCEPT_RISK, "exception_is_of_this_centre", ELSEWHERE, then(fail, exception("request", "risk")), JUDGEMENT)
refuse(ACCEPT_RISK, "exception_is_requested", PHYSICIAN, fail, JUDGEMENT)
refuse(ACCEPT_RISK, "risk_is_delivered", PHYSICIAN, then(fail, exception("request")), JUDGEMENT)
refuse(ACCEPT_RISK, "not_accepted_yet", PHYSICIAN, then(fail, exception(*PAPERS)), JUDGEMENT)
allow(NOTICE, REGULATORY, then(fail, exception("request")), lambda p: p.notice())
refuse(NOTICE, "exception_is_requested", REGULATORY, fail, lambda p: p.notice())
refuse(NOTICE, "told_before_now", REGULATORY, then(fail, exception("request")), lambda p: p.notice(minutes_ago=-60))
allow(ACCESS, QUALITY_US, then(fail, in_us, exception("request")), Plant.access())
refuse(ACCESS, "exception_is_requested", QUALITY_US, then(fail, in_us), Plant.access())


def all_but(*missing: str) -> Any:
    return then(fail, exception(*(p for p in PAPERS if p not in missing)))


def late_and_confirmed(p: Plant) -> None:
    late(p)
    p.act(REVIEW, QCREVIEWER, batch=BATCH, attribute="sterility")
    p.confirmed("sterility")
    p.exception(*PAPERS)


allow(SUPPLY, QP, all_but(), SUPPLIED)
allow(SUPPLY, QP, late_and_confirmed, SUPPLIED)
allow(SUPPLY, QUALITY_US, then(fail, in_us, exception("request", "access")), SUPPLIED)


def less_than_a_dose(p: Plant) -> None:
    """Every test passes, and both bags together hold too few cells for the patient; it lies at the centre."""
    p.until("labelled")
    p.tested(**{**PASSING, "viable_cells": "0.5"})
    p.reviewed()
    p.certified()
    p.arrived(PRODUCT, OUTWARD, SHIPPER_2)
    p.weighed()
    p.exception(*PAPERS)


allow(SUPPLY, QP, less_than_a_dose, SUPPLIED)


def too_few_and_weighed(p: Plant) -> None:
    """The same, known before anybody releases it."""
    p.until("labelled")
    p.weighed()
    p.tested(**{**PASSING, "viable_cells": "0.5"})
    p.reviewed()


allow(SUPPLY, QP, then(too_few_and_weighed, lambda p: p.exception(*PAPERS)), SUPPLIED)
refuse("quality.certify", "product_is_a_dose", QP, too_few_and_weighed,
       {"batch": BATCH, "certificate": CERTIFICATE})  # fmt: skip


def failing_and_unread(p: Plant) -> None:
    p.until("labelled")
    p.tested(viability="68")
    p.confirmed()
    p.exception(*PAPERS)


def failing_before_sterility(p: Plant) -> None:
    p.until("labelled")
    p.tested(*(test for test in PASSING if test != "sterility"), viability="68")
    p.confirmed()
    p.reviewed()
    p.exception(*PAPERS)


def invalidated(p: Plant) -> None:
    all_but()(p)
    p.act(INVALIDATE, QA_2, batch=BATCH, attribute="cd3", cause=SEALED, evidence=FILE)


def half_labelled_and_failing(p: Plant) -> None:
    p.until("frozen")
    p.labelled(*SAMPLES)
    p.counted()
    p.tested(viability="68")
    p.confirmed()
    p.reviewed()
    p.exception(*PAPERS)


refuse(SUPPLY, "record_is_reviewed", QP, failing_and_unread, SUPPLIED)
refuse(SUPPLY, "certified_by_another", as_role(QA, "qp"), then(all_but(), lambda p: p.granted(QA, "qp")), SUPPLIED)
refuse(SUPPLY, "judge_had_no_part", ANALYST_AS_QP, then(all_but(), performer_as_qp), SUPPLIED)
refuse(SUPPLY, "releaser_is_of_destination", QUALITY_US, all_but(), SUPPLIED)
refuse(SUPPLY, "results_are_complete", QP, invalidated, SUPPLIED)
refuse(SUPPLY, "nothing_is_pending", QP, failing_before_sterility, SUPPLIED)
refuse(SUPPLY, "failure_is_confirmed", QP, then("reviewed", exception(*PAPERS)), SUPPLIED)
refuse(SUPPLY, "physician_has_asked", QP, fail, SUPPLIED)
refuse(SUPPLY, "physician_has_accepted", QP, all_but("acceptance"), SUPPLIED)
refuse(SUPPLY, "physician_has_accepted", QP, all_but("risk", "acceptance"), SUPPLIED)
refuse(SUPPLY, "authority_was_told", QP, all_but("notice"), SUPPLIED)
refuse(SUPPLY, "expanded_access_is_on_record", QUALITY_US, then(fail, in_us, exception("request")), SUPPLIED)
refuse(SUPPLY, "lots_are_in_order", QP, then(all_but(), held_lot), SUPPLIED)
refuse(SUPPLY, "deviations_are_closed", QP, then(all_but(), deviated), SUPPLIED)
refuse(SUPPLY, "corrections_are_assessed", QP, then(all_but(), in_doubt), SUPPLIED)
refuse(SUPPLY, "growth_is_assessed", QP, then(all_but(), lambda p: p.monitored(settle_plate=1)), SUPPLIED)
refuse(SUPPLY, "labels_are_verified", QP, half_labelled_and_failing, SUPPLIED)
refuse(SUPPLY, "nothing_else_holds_units", QP, then(all_but(), block(PRODUCT)), SUPPLIED)
refuse(SUPPLY, "custody_is_in_order", QP, then(all_but(), lambda p: p.handed(PRODUCT, WAREHOUSE, CELLLAB)), SUPPLIED)
refuse(SUPPLY, "product_was_kept_cold", QP, then(all_but(), left_out), SUPPLIED)
refuse(SUPPLY, "product_is_in_date", QP, then(all_but(), expired), SUPPLIED)
refuse(SUPPLY, "batch_may_be_excepted", QP, excepted, SUPPLIED)


def late_hold(p: Plant) -> None:
    """The late result was the laboratory's error: set aside, repeated, read."""
    late(p)
    p.in_laboratory("sterility", "laboratory_error")
    p.act(INVALIDATE, QA, batch=BATCH, attribute="sterility", cause=SEALED, evidence=FILE)
    p.tested("sterility")


HELD_LATE = {"unit": PRODUCT, "why": "late_result", "finding": SEALED}
allow(RESOLVE, QA_2, late_hold, HELD_LATE)
refuse(RESOLVE, "late_result_is_cleared", QA_2, late, HELD_LATE)
PASSES = {"batch": BATCH, "attribute": "cd3", "cause": SEALED, "evidence": FILE}
refuse(INVALIDATE, "decision_does_not_rest_on_it", QA, excepted, PASSES)
