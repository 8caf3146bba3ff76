"""A result out of specification, in its two phases."""

from tests.catalogue.examples.quality import ERROR, INVALIDATE, RECORD, TESTED, block, recorded
from tests.support.plant import (
    ANALYST,
    ANALYST_2,
    BATCH,
    CULTURE,
    PRODUCT,
    QA,
    QCREVIEWER,
    SAMPLE,
    SEALED,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, refuse, then


def fails(p: Plant) -> None:
    p.until("labelled")
    p.act(RECORD, ANALYST, **Plant.result("viability", "68"))


def found_error(p: Plant) -> None:
    fails(p)
    p.in_laboratory(found="laboratory_error")


def found_nothing(p: Plant) -> None:
    fails(p)
    p.in_laboratory()


def reject(p: Plant) -> None:
    p.act("quality.reject_batch", QA, batch=BATCH, why=SEALED)


refuse(INVALIDATE, "decision_does_not_rest_on_it", QA, then(recorded, reject), ERROR)
QCREVIEWER_AS_QA = as_role(QCREVIEWER, "qa")
allow(INVALIDATE, QA, found_error, ERROR)
refuse(INVALIDATE, "laboratory_error_is_proved", QA, fails, ERROR)
refuse(INVALIDATE, "laboratory_error_is_proved", QA, found_nothing, ERROR)
refuse(
    INVALIDATE,
    "invalidated_by_another",
    QCREVIEWER_AS_QA,
    then(found_error, lambda p: p.granted(QCREVIEWER, "qa")),
    ERROR,
)

LOOK, PLAN = "quality.assess_in_laboratory", "quality.plan_retests"
RETEST, CONCLUDE = "quality.record_retest", "quality.conclude_investigation"
ANALYST_AS_QCREVIEWER = as_role(ANALYST, "qcreviewer")
allow(LOOK, QCREVIEWER, fails, Plant.looked())
refuse(LOOK, "result_stands", QCREVIEWER, then("labelled"), Plant.looked())
refuse(LOOK, "result_is_out_of_specification", QCREVIEWER, recorded, Plant.looked())
refuse(LOOK, "laboratory_phase_is_open", QCREVIEWER, found_nothing, Plant.looked())
refuse(
    LOOK,
    "result_judged_by_another",
    ANALYST_AS_QCREVIEWER,
    then(fails, lambda p: p.granted(ANALYST, "qcreviewer")),
    Plant.looked(),
)

GIVEN_UP, DECIDED = Plant.decided(no_sample_left=True), Plant.decided()
TWICE = {**TESTED, "times": 2, "rationale": SEALED}
AGAIN = Plant.result("viability", "84")


def planned(p: Plant) -> None:
    found_nothing(p)
    p.act(PLAN, QA, **TWICE)


def retested(p: Plant) -> None:
    planned(p)
    for value in ("84", "83"):
        p.act(RETEST, ANALYST_2, **Plant.result("viability", value))


def concluded(p: Plant) -> None:
    fails(p)
    p.confirmed()


def analyst_as_qa(p: Plant) -> None:
    p.granted(ANALYST, "qa")


ANALYST_AS_QA = as_role(ANALYST, "qa")
allow(PLAN, QA, found_nothing, TWICE)
refuse(PLAN, "result_stands", QA, then("labelled"), TWICE)
refuse(PLAN, "full_investigation_is_open", QA, fails, TWICE)
refuse(PLAN, "full_investigation_is_open", QA, recorded, TWICE)
refuse(PLAN, "retests_are_planned_once", QA, planned, TWICE)
refuse(PLAN, "retest_plan_is_within_limit", QA, found_nothing, {**TWICE, "times": 4})
refuse(PLAN, "judge_had_no_part", ANALYST_AS_QA, then(found_nothing, analyst_as_qa), TWICE)

allow(RETEST, ANALYST_2, planned, AGAIN)
refuse(RETEST, "sample_is_of_batch", ANALYST_2, planned, {**AGAIN, "sample": PRODUCT})
refuse(RETEST, "sample_is_for_the_test", ANALYST_2, planned, {**AGAIN, "sample": CULTURE})
refuse(RETEST, "sample_may_be_used", ANALYST_2, then(planned, block(SAMPLE)), AGAIN)
refuse(RETEST, "result_stands", ANALYST_2, then("labelled"), AGAIN)
refuse(RETEST, "result_unit_agrees", ANALYST_2, planned, {**AGAIN, "unit": "1"})
refuse(RETEST, "result_can_be_read", ANALYST_2, planned, {**AGAIN, "value": "many"})
refuse(RETEST, "full_investigation_is_open", ANALYST_2, then(planned, lambda p: p.act(CONCLUDE, QA, **GIVEN_UP)), AGAIN)
refuse(RETEST, "retest_is_planned", ANALYST_2, found_nothing, AGAIN)
refuse(RETEST, "retest_is_planned", ANALYST_2, retested, AGAIN)
refuse(RETEST, "retested_by_another", ANALYST, planned, AGAIN)
refuse(
    RETEST, "analyst_is_qualified", ANALYST_2, then(planned, lambda p: p.revoked(ANALYST_2, "release_testing")), AGAIN
)

allow(CONCLUDE, QA, found_nothing, DECIDED)
allow(CONCLUDE, QA, retested, DECIDED)
allow(CONCLUDE, QA, planned, GIVEN_UP)
refuse(CONCLUDE, "result_stands", QA, then("labelled"), DECIDED)
refuse(CONCLUDE, "full_investigation_is_open", QA, concluded, DECIDED)
refuse(CONCLUDE, "planned_retests_are_done", QA, planned, DECIDED)
refuse(CONCLUDE, "judge_had_no_part", ANALYST_AS_QA, then(found_nothing, analyst_as_qa), DECIDED)
