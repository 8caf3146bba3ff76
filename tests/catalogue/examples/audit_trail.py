"""Reading the audit trail by exception, and what it holds up."""

from tests.catalogue.examples.quality import CERTIFIED, CERTIFY
from tests.catalogue.examples.quality_exception import PAPERS, SUPPLIED, SUPPLY, all_but
from tests.support.plant import (
    ANALYST,
    BATCH,
    CASE,
    OPERATOR,
    QA,
    QA_2,
    QCREVIEWER,
    QP,
    SEALED,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, refuse, then

ANSWER, REVIEW = "quality.answer_audit_trail_line", "quality.review_audit_trail"
DEFER = "quality.defer_audit_trail_review"

FOUND = {"signs": ("entered 4 hours after it is said to have been done",), "risk": 120, "done_by": OPERATOR.person}
LINE = {"batch": BATCH, "entry": 17, "answer": "accepted", "why": SEALED, "case": CASE, **FOUND}
ANALYST_AS_QA = as_role(ANALYST, "qa")


def answered(p: Plant) -> None:
    p.act(ANSWER, QA_2, **LINE)


def analyst_as_qa(p: Plant) -> None:
    p.granted(ANALYST, "qa")


allow(ANSWER, QA, then("labelled"), LINE)
allow(ANSWER, QCREVIEWER, then("labelled"), {**LINE, "answer": "deviation"})
refuse(ANSWER, "line_stands_out", QA, then("labelled"), {**LINE, "signs": (), "done_by": None})
refuse(ANSWER, "line_is_not_answered", QA, then("labelled", answered), LINE)
refuse(ANSWER, "line_answered_by_another", QA, then("labelled"), {**LINE, "done_by": QA.person})
refuse(ANSWER, "judge_had_no_part", ANALYST_AS_QA, then("tested", analyst_as_qa), LINE)

READ = {"batch": BATCH, "conclusion": SEALED, "up_to": 40, "entries": 30, "listed": 2, "exceptional": ()}


def only_the_record(p: Plant) -> None:
    p.until("tested")
    p.act("quality.review_record", QA, batch=BATCH)


allow(REVIEW, QA, only_the_record, READ)
allow(REVIEW, QA, then(only_the_record, answered), {**READ, "exceptional": (17,)})
refuse(REVIEW, "record_is_reviewed", QA, then("tested"), READ)
refuse(REVIEW, "exceptional_lines_are_answered", QA, then(only_the_record, answered), {**READ, "exceptional": (9, 17)})
refuse(REVIEW, "judge_had_no_part", ANALYST_AS_QA, then(only_the_record, analyst_as_qa), READ)

WAITS = {"batch": BATCH, "why": SEALED}


allow(DEFER, QA, only_the_record, WAITS)
refuse(DEFER, "record_is_reviewed", QA, then("tested"), WAITS)
refuse(DEFER, "review_can_be_put_off", QA, then("reviewed"), WAITS)
refuse(DEFER, "review_can_be_put_off", QA, then(only_the_record, Plant.put_off), WAITS)
refuse(DEFER, "judge_had_no_part", ANALYST_AS_QA, then(only_the_record, analyst_as_qa), WAITS)
refuse(
    DEFER, "batch_is_undecided", QA,
    then(only_the_record, lambda p: p.act("quality.reject_batch", QA, **WAITS)), WAITS,
)  # fmt: skip

allow(CERTIFY, QP, then(only_the_record, Plant.put_off), CERTIFIED)


def read_by_who_releases(p: Plant) -> None:
    p.until("tested")
    p.act("quality.review_record", QA_2, batch=BATCH)
    p.act(REVIEW, QA, **READ)
    p.granted(QA, "qp")


refuse(CERTIFY, "certified_by_another", as_role(QA, "qp"), read_by_who_releases, CERTIFIED)
refuse(CERTIFY, "audit_trail_is_reviewed", QP, only_the_record, CERTIFIED)
refuse(CERTIFY, "nothing_stands_out_since", QP, then("reviewed"), {**CERTIFIED, "unreviewed": tuple(range(50, 62))})
refuse(
    CERTIFY,
    "released_by_another_than_put_it_off",
    QP,
    then(only_the_record, lambda p: p.put_off(QP)),
    CERTIFIED,
)


def failing_and_not_read_by_exception(p: Plant) -> None:
    p.until("labelled")
    p.tested(viability="68")
    p.confirmed()
    p.act("quality.review_record", QA, batch=BATCH)
    p.exception(*PAPERS)


def put_off_by_who_supplies(p: Plant) -> None:
    failing_and_not_read_by_exception(p)
    p.put_off(QP)


refuse(SUPPLY, "audit_trail_is_reviewed", QP, failing_and_not_read_by_exception, SUPPLIED)
refuse(SUPPLY, "nothing_stands_out_since", QP, all_but(), {**SUPPLIED, "unreviewed": (50,)})
refuse(SUPPLY, "released_by_another_than_put_it_off", QP, put_off_by_who_supplies, SUPPLIED)
