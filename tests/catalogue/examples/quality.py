"""What the quality unit says."""

from typing import Any

from tests.catalogue.examples.logistics import logged, warm
from tests.support.corrections import in_doubt
from tests.support.paper import with_limit
from tests.support.plant import (
    ANALYST,
    BAG,
    BATCH,
    BOX_2,
    CASE,
    CELLLAB,
    CENTRE,
    CERTIFICATE,
    CULTURE,
    FILE,
    LOTS,
    OPERATOR,
    OPERATOR_2,
    PASSING,
    PRODUCT,
    QA,
    QA_2,
    QCREVIEWER,
    QP,
    QUALITY_US,
    SAMPLE,
    SAMPLES,
    SEALED,
    VERSION,
    WAREHOUSE,
    Plant,
    as_role,
)
from tests.support.plant_cases import allow, refuse, then

from coign.coldchain.events import ExposureBegan
from coign.identity.events import UnitsBlocked
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, Quantity


def block(*units: Any) -> Any:
    return lambda p: p.happened(UnitsBlocked(units=units, why="something"), by=QA)


ACCEPT, REJECT = "quality.accept_material", "quality.reject_material"
QA_AT_CENTRE = Actor(Person.of("qa-9"), "qa", CENTRE)
allow(ACCEPT, QA, then("at_maker"), {"unit": BAG})
refuse(ACCEPT, "material_is_collected_cells", QA_AT_CENTRE, then("at_centre"), {"unit": PRODUCT})
refuse(ACCEPT, "material_is_received", QA, logged, {"unit": BAG})
refuse(ACCEPT, "temperature_is_in_order", QA, warm, {"unit": BAG})
refuse(ACCEPT, "material_is_not_blocked", QA, then("at_maker", block(BAG)), {"unit": BAG})
refuse(ACCEPT, "material_is_undecided", QA, then("accepted"), {"unit": BAG})
refuse(
    ACCEPT,
    "material_deviations_are_closed",
    QA,
    then("at_maker", lambda p: p.act("quality.open_deviation", WAREHOUSE, unit=BAG, description=SEALED, case=CASE)),
    {"unit": BAG},
)

NO = {"unit": BAG, "why": SEALED}


def bag_rejected(p: Plant) -> None:
    p.until("at_maker")
    p.act(REJECT, QA, **NO)


allow(REJECT, QA, then("accepted"), NO)
refuse(ACCEPT, "material_is_undecided", QA, bag_rejected, {"unit": BAG})
refuse(REJECT, "material_is_collected_cells", QA, then("filled"), {**NO, "unit": PRODUCT})
refuse(REJECT, "material_is_not_rejected", QA, bag_rejected, NO)

RECORD, REVIEW, INVALIDATE = "quality.record_result", "quality.review_result", "quality.invalidate_result"
VIABILITY = Plant.result("viability")
TESTED = {"batch": BATCH, "attribute": "viability"}
ERROR = {**TESTED, "cause": SEALED, "evidence": FILE}


def recorded(p: Plant) -> None:
    p.until("labelled")
    p.act(RECORD, ANALYST, **VIABILITY)


def unqualified(p: Plant) -> None:
    p.revoked(ANALYST, "release_testing")


def repeated(p: Plant) -> None:
    p.until("labelled")
    for _ in range(3):
        p.act(RECORD, ANALYST, **VIABILITY)
        p.act(INVALIDATE, QA, **ERROR)


allow(RECORD, ANALYST, then("labelled"), VIABILITY)
allow(RECORD, ANALYST, then("labelled"), Plant.result("sterility", "positive"))
refuse(RECORD, "sample_is_of_batch", ANALYST, then("labelled"), {**VIABILITY, "sample": PRODUCT})
refuse(RECORD, "sample_may_be_used", ANALYST, then("filled", lambda p: p.labelled(PRODUCT)), VIABILITY)
refuse(RECORD, "sample_is_for_the_test", ANALYST, then("labelled"), {**VIABILITY, "sample": CULTURE})
refuse(RECORD, "attribute_is_in_panel", ANALYST, then("labelled"), {**VIABILITY, "attribute": "colour"})
refuse(RECORD, "result_unit_agrees", ANALYST, then("labelled"), {**VIABILITY, "unit": "1"})
refuse(RECORD, "result_can_be_read", ANALYST, then("labelled"), {**VIABILITY, "value": "many"})
refuse(RECORD, "no_result_stands", ANALYST, recorded, VIABILITY)
refuse(RECORD, "retests_are_left", ANALYST, repeated, VIABILITY)
refuse(RECORD, "analyst_is_qualified", ANALYST, then("labelled", unqualified), VIABILITY)

allow(REVIEW, QCREVIEWER, recorded, TESTED)
refuse(REVIEW, "result_waits_for_review", QCREVIEWER, then("labelled"), TESTED)
refuse(REVIEW, "result_waits_for_review", QCREVIEWER, then("tested"), TESTED)
refuse(
    REVIEW,
    "result_judged_by_another",
    as_role(ANALYST, "qcreviewer"),
    then(recorded, lambda p: p.granted(ANALYST, "qcreviewer")),
    TESTED,
)

allow(INVALIDATE, QA, recorded, ERROR)
refuse(INVALIDATE, "result_stands", QA, then("labelled"), ERROR)
refuse(
    INVALIDATE,
    "result_judged_by_another",
    as_role(ANALYST, "qa"),
    then(recorded, lambda p: p.granted(ANALYST, "qa")),
    ERROR,
)
refuse(INVALIDATE, "decision_does_not_rest_on_it", QA, then("certified"), ERROR)


OPEN, CLOSE = "quality.open_deviation", "quality.close_deviation"
REPORT, JUDGED = {"batch": BATCH, "description": SEALED, "case": CASE}, {"case": CASE, "assessment": SEALED}


def deviated(p: Plant) -> None:
    p.act(OPEN, OPERATOR, **REPORT)


def judged(p: Plant) -> None:
    deviated(p)
    p.act(CLOSE, QA, **JUDGED)


ABOUT_BAG = {"unit": BAG, "description": SEALED, "case": CASE}


def bag_deviated(p: Plant) -> None:
    p.act(OPEN, WAREHOUSE, **ABOUT_BAG)


allow(OPEN, OPERATOR, then("started"), REPORT)
allow(OPEN, WAREHOUSE, then("at_maker"), ABOUT_BAG)
allow(OPEN, OPERATOR, then("filled"), {**ABOUT_BAG, "unit": PRODUCT})
refuse(OPEN, "something_is_named", OPERATOR, then("started"), {"description": SEALED, "case": CASE})
allow(CLOSE, QA, then("at_maker", bag_deviated), JUDGED)
refuse(
    CLOSE,
    "closer_had_no_part",
    as_role(WAREHOUSE, "qa"),
    then("at_maker", bag_deviated, lambda p: p.granted(WAREHOUSE, "qa")),
    JUDGED,
)
allow(CLOSE, QA, then("started", deviated), JUDGED)
refuse(CLOSE, "deviation_is_open", QA, then("started", judged), JUDGED)
refuse(
    CLOSE,
    "closer_had_no_part",
    as_role(OPERATOR, "qa"),
    then("started", deviated, lambda p: p.granted(OPERATOR, "qa")),
    JUDGED,
)
refuse(
    CLOSE,
    "closer_had_no_part",
    as_role(WAREHOUSE, "qa"),
    then("started", lambda p: p.act(OPEN, WAREHOUSE, **REPORT), lambda p: p.granted(WAREHOUSE, "qa")),
    JUDGED,
)

READ, CERTIFY = "quality.review_record", "quality.certify"


def not_frozen(p: Plant) -> None:
    p.until("filled")
    p.labelled_and_counted()
    p.tested()


THIS, CERTIFIED = {"batch": BATCH}, {"batch": BATCH, "certificate": CERTIFICATE}


def not_all_tested(p: Plant) -> None:
    p.until("labelled")
    p.tested("viability", "cd3")
    p.act(RECORD, ANALYST, **Plant.result("vcn"))


def all_but_sterility(p: Plant) -> None:
    p.until("labelled")
    p.tested(*(test for test in PASSING if test != "sterility"))


def not_counted(p: Plant) -> None:
    p.until("frozen")
    p.labelled()
    p.tested()


def label_missing(p: Plant) -> None:
    """One label nobody can find; its deviation was judged, and still the label is not there."""
    not_counted(p)
    p.act("manufacturing.count_labels", OPERATOR_2, **{**Plant.count(destroyed=0), "case": CASE})
    p.act("quality.close_deviation", QA_2, case=CASE, assessment=SEALED)


def not_investigated(p: Plant) -> None:
    p.until("labelled")
    p.tested(viability="68")


allow(READ, QA, then("tested"), THIS)
refuse(READ, "batch_is_filled", QA, then("stepped"), THIS)
refuse(READ, "results_are_complete", QA, not_all_tested, THIS)
refuse(READ, "labels_are_reconciled", QA, not_counted, THIS)
refuse(READ, "labels_are_reconciled", QA, label_missing, THIS)
allow(READ, QA, all_but_sterility, THIS)
refuse(READ, "product_is_frozen", QA, not_frozen, THIS)
refuse(READ, "investigations_are_concluded", QA, not_investigated, THIS)
refuse(READ, "deviations_are_closed", QA, then("tested", deviated), THIS)
refuse(
    READ, "judge_had_no_part", as_role(OPERATOR, "qa"), then("tested", lambda p: p.granted(OPERATOR, "qa")), THIS
)  # fmt: skip
refuse(READ, "batch_is_undecided", QA, then("certified"), THIS)


def failed(p: Plant) -> None:
    p.until("labelled")
    p.tested(viability="68", sterility="positive")
    p.confirmed("viability")
    p.confirmed("sterility")
    p.reviewed()


def disputed(p: Plant) -> None:
    p.act("custody.offer", WAREHOUSE, unit=PRODUCT, to=CELLLAB.organisation, seal="1", condition="intact")
    p.act("custody.accept", CELLLAB, unit=PRODUCT, seal="2", condition="intact")


def left_out(p: Plant) -> None:
    since = p.now.plus(hours=-20)
    p.happened(ExposureBegan(units=(PRODUCT,), since=since, allowed=Quantity("45", "min")), by=OPERATOR)


def expired(p: Plant) -> None:
    p.placed(PRODUCT, BOX_2)
    p.wait(days=271)


def half_labelled(p: Plant) -> None:
    p.until("frozen")
    p.labelled(*SAMPLES)
    p.counted()
    p.tested()
    p.reviewed()


allow(CERTIFY, QP, then("reviewed"), CERTIFIED)
refuse(CERTIFY, "record_is_reviewed", QP, then("tested"), CERTIFIED)


def without_sterility(p: Plant) -> None:
    all_but_sterility(p)
    p.reviewed()


def in_us(p: Plant) -> None:
    p.moved_to("US")


def somewhere(p: Plant) -> None:
    p.moved_to("XK")


def held_lot(p: Plant) -> None:
    p.act("supply.hold_lot", WAREHOUSE, lot=LOTS["vector"], why=SEALED)


NAMED = {**CERTIFIED, "pending": ("sterility",)}
allow(CERTIFY, QP, without_sterility, NAMED)
allow(CERTIFY, QUALITY_US, then("reviewed", in_us), CERTIFIED)
refuse(CERTIFY, "pending_results_are_named", QP, without_sterility, CERTIFIED)
refuse(CERTIFY, "pending_results_are_named", QP, then("reviewed"), NAMED)
refuse(CERTIFY, "releaser_is_of_destination", QP, then("reviewed", in_us), CERTIFIED)
refuse(CERTIFY, "releaser_is_of_destination", QUALITY_US, then("reviewed"), CERTIFIED)
refuse(CERTIFY, "releaser_is_of_destination", QP, then("reviewed", somewhere), CERTIFIED)
refuse(CERTIFY, "lots_are_in_order", QP, then("reviewed", held_lot), CERTIFIED)
WITNESSED = with_limit(VERSION, "release_witnessed_age_max", "60", "min")
refuse(CERTIFY, "release_is_witnessed", QP, then("reviewed"), CERTIFIED, WITNESSED)
refuse(CERTIFY, "certified_by_another", as_role(QA, "qp"), then("reviewed", lambda p: p.granted(QA, "qp")), CERTIFIED)
ANALYST_AS_QP = as_role(ANALYST, "qp")
refuse(CERTIFY, "judge_had_no_part", ANALYST_AS_QP, then("reviewed", lambda p: p.granted(ANALYST, "qp")), CERTIFIED)
refuse(CERTIFY, "results_are_complete", QP, then("reviewed", lambda p: p.act(INVALIDATE, QA, **ERROR)), CERTIFIED)
refuse(CERTIFY, "results_meet_specification", QP, failed, CERTIFIED)
refuse(CERTIFY, "deviations_are_closed", QP, then("reviewed", deviated), CERTIFIED)
refuse(CERTIFY, "corrections_are_assessed", QP, then("reviewed", in_doubt), CERTIFIED)
refuse(CERTIFY, "labels_are_verified", QP, half_labelled, CERTIFIED)
refuse(CERTIFY, "units_are_not_blocked", QP, then("reviewed", block(PRODUCT)), CERTIFIED)
refuse(
    CERTIFY, "custody_is_in_order", QP, then("reviewed", lambda p: p.handed(PRODUCT, WAREHOUSE, CELLLAB)), CERTIFIED
)  # fmt: skip
refuse(CERTIFY, "custody_is_in_order", QP, then("reviewed", disputed), CERTIFIED)
refuse(CERTIFY, "product_was_kept_cold", QP, then("reviewed", left_out), CERTIFIED)
refuse(CERTIFY, "product_is_in_date", QP, then("reviewed", expired), CERTIFIED)
refuse(CERTIFY, "batch_is_undecided", QP, then("certified"), CERTIFIED)

NEVER = {"batch": BATCH, "why": SEALED}


def rejected(p: Plant) -> None:
    p.act("quality.reject_batch", QA, **NEVER)


allow("quality.reject_batch", QP, then("certified"), NEVER)
refuse("quality.reject_batch", "production_is_over", QA, then("started"), NEVER)
refuse("quality.reject_batch", "batch_is_not_rejected", QA, then("filled", rejected), NEVER)
refuse(CERTIFY, "batch_is_undecided", QP, then("reviewed", rejected), CERTIFIED)

RESOLVE = "quality.resolve_block"
LABEL = {"unit": PRODUCT, "why": "label", "finding": SEALED}


def swapped(p: Plant) -> None:
    p.until("frozen")
    p.act("manufacturing.verify_label", OPERATOR_2, unit=PRODUCT, scanned=SAMPLE, label_serial="1")


allow(RESOLVE, QA_2, swapped, LABEL)
refuse(RESOLVE, "block_is_open", QA_2, swapped, {**LABEL, "why": "arrival"})
refuse(
    RESOLVE,
    "resolver_had_no_part",
    as_role(OPERATOR_2, "qa"),
    then(swapped, lambda p: p.granted(OPERATOR_2, "qa")),
    LABEL,
)


# The room in which it was open


def not_read(p: Plant) -> None:
    """Everything is tested, and of the room's samples only one was read."""
    p.until("stepped")
    p.filled(monitored=False)
    p.monitored(settle_plate=0)
    p.frozen()
    p.labelled_and_counted()
    p.tested()


def grown(p: Plant) -> None:
    p.monitored(settle_plate=1)


def grown_late(p: Plant) -> None:
    """A plate is read after the release; what grew on it is not judged, and holds the product."""
    p.until("certified")
    p.monitored(glove_print=1)


HELD = {"unit": PRODUCT, "why": "late_result", "finding": SEALED}
refuse(READ, "environment_was_read", QA, not_read, THIS)
refuse(READ, "growth_is_assessed", QA, then("tested", grown), THIS)
allow(READ, QA, then("tested", grown, lambda p: p.judged()), THIS)
refuse(READ, "growth_is_assessed", QA, then("tested", grown, lambda p: p.judged("not_acceptable")), THIS)
refuse(CERTIFY, "growth_is_assessed", QP, then("reviewed", grown), CERTIFIED)
refuse(RESOLVE, "late_result_is_cleared", QA_2, grown_late, HELD)
allow(RESOLVE, QA_2, then(grown_late, lambda p: p.judged(by=QA)), HELD)
