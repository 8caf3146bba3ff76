"""What the quality unit decides once its gates hold, and what it can never do."""

from dataclasses import replace

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    BATCH,
    CASE,
    CERTIFICATE,
    FILE,
    OPERATOR,
    PASSING,
    PRODUCT,
    QA,
    QP,
    SAMPLE,
    SEALED,
    T1,
    VERSION,
    Plant,
    as_role,
)

from coign.identity.views import UNIT
from coign.kernel.subjects import Case
from coign.kernel.values import Instant
from coign.ledger.states import Folding
from coign.manufacturing.views import SLOT
from coign.quality.events import Certified, DeviationOpened, ResultRecorded
from coign.quality.state import DEVIATIONS_LISTED_MAX, DOSSIER
from coign.quality.views import DISPOSITION

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def plant_at(stage: str) -> Plant:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant


@pytest.mark.parametrize(
    ("attribute", "value", "verdict"),
    [
        ("viability", "70", "pass"),
        ("viability", "69.99", "fail"),
        ("vcn", "4.99", "pass"),
        ("vcn", "5", "fail"),
        ("potency", "50", "fail"),
        ("potency", "50.1", "pass"),
        ("sterility", "negative", "pass"),
        ("sterility", "positive", "fail"),
        ("sterility", "Negative", "fail"),
        ("identity", "no match", "fail"),
    ],
)
def test_the_verdict_is_computed_from_the_specification_the_batch_began_with(
    attribute: str, value: str, verdict: str
) -> None:
    plant = plant_at("labelled")
    (fact,) = plant.act("quality.record_result", ANALYST, **plant.result(attribute, value))
    assert isinstance(fact, ResultRecorded) and fact.verdict == verdict
    assert fact.method and fact.raw == FILE


@pytest.mark.requirement("GMP-15")
@pytest.mark.parametrize("attribute", sorted(PASSING))
def test_without_one_result_of_the_panel_or_with_a_failing_one_there_is_no_certificate(attribute: str) -> None:
    bad = {"sterility": "positive", "mycoplasma": "positive", "identity": "other", "vcn": "9", "endotoxin": "7"}
    bad["viable_cells"] = "0.1"
    failing = plant_at("labelled")
    failing.tested(**{attribute: bad.get(attribute, "1")})
    failing.confirmed(attribute)
    failing.reviewed()
    with pytest.raises(Refusal) as no:
        failing.certified()
    assert no.value.gates == ("quality.results_meet_specification",)
    missing = plant_at("reviewed")
    missing.act("quality.invalidate_result", QA, batch=BATCH, attribute=attribute, cause=SEALED, evidence=FILE)
    with pytest.raises(Refusal) as no:
        missing.certified()
    pending = VERSION.attribute(attribute).may_be_pending
    assert no.value.gates == (f"quality.{'pending_results_are_named' if pending else 'results_are_complete'}",)


@pytest.mark.requirement("GMP-S3", "GMP-21")
def test_a_failing_result_stands_until_an_error_is_proved_and_the_third_repeat_is_refused() -> None:
    plant = plant_at("labelled")
    error = {"batch": BATCH, "attribute": "endotoxin", "cause": SEALED, "evidence": FILE}
    for _ in range(3):
        plant.act("quality.record_result", ANALYST, **plant.result("endotoxin", "9"))
        with pytest.raises(Refusal, match="no_result_stands"):
            plant.act("quality.record_result", ANALYST, **plant.result("endotoxin", "0.1"))
        with pytest.raises(Refusal, match="laboratory_error_is_proved"):
            plant.act("quality.invalidate_result", QA, **error)
        plant.in_laboratory("endotoxin", "laboratory_error")
        plant.act("quality.invalidate_result", QA, **error)
    with pytest.raises(Refusal, match="retests_are_left"):
        plant.act("quality.record_result", ANALYST, **plant.result("endotoxin", "0.1"))
    assert sum(isinstance(f, ResultRecorded) and f.value == "9" for f in plant.facts) == 3


@pytest.mark.requirement("GMP-37", "GMP-02")
def test_a_certificate_releases_the_product_and_not_the_sample() -> None:
    plant = plant_at("reviewed")
    (fact,) = plant.act("quality.certify", QP, batch=BATCH, certificate=CERTIFICATE)
    assert isinstance(fact, Certified) and fact.units == (PRODUCT,) and fact.chain == T1
    disposition = plant.state(DISPOSITION, PRODUCT)
    assert disposition.is_released and disposition.certificate == CERTIFICATE and not disposition.is_accepted
    assert not plant.state(DISPOSITION, SAMPLE).is_released


@pytest.mark.requirement("GMP-02", "CSV-31")
def test_nobody_certifies_what_they_made_tested_or_reviewed() -> None:
    for who in (OPERATOR, ANALYST, QA):
        plant = plant_at("reviewed")
        plant.granted(who, "qp")
        with pytest.raises(Refusal):
            plant.act("quality.certify", as_role(who, "qp"), batch=BATCH, certificate=CERTIFICATE)


def test_a_rejection_takes_back_what_a_certificate_gave_and_the_therapy_may_begin_anew() -> None:
    plant = plant_at("certified")
    plant.act("quality.reject_batch", QA, batch=BATCH, why=SEALED)
    assert not plant.state(DISPOSITION, PRODUCT).is_released
    assert not plant.state(SLOT, T1).is_confirmed


@pytest.mark.requirement("GMP-19")
def test_an_open_deviation_stops_the_certificate_also_when_it_is_reported_after_the_review() -> None:
    plant = plant_at("reviewed")
    plant.act("quality.open_deviation", OPERATOR, batch=BATCH, description=SEALED, case=CASE)
    with pytest.raises(Refusal) as no:
        plant.certified()
    assert no.value.gates == ("quality.deviations_are_closed",)
    plant.act("quality.close_deviation", QA, case=CASE, assessment=SEALED)
    plant.certified()


@pytest.mark.requirement("GMP-19", "GMP-02")
def test_whoever_of_the_quality_unit_reported_a_deviation_of_a_batch_does_not_judge_it() -> None:
    plant = plant_at("reviewed")
    plant.act("quality.open_deviation", QA, batch=BATCH, description=SEALED, case=CASE)
    with pytest.raises(Refusal) as no:
        plant.act("quality.close_deviation", QA, case=CASE, assessment=SEALED)
    assert no.value.gates == ("quality.closer_had_no_part",)


@pytest.mark.requirement("GMP-19", "GMP-02")
def test_whoever_made_a_batch_does_not_judge_its_deviation_in_another_role() -> None:
    plant = plant_at("reviewed")
    plant.act("quality.open_deviation", QA, batch=BATCH, description=SEALED, case=CASE)
    with pytest.raises(Refusal) as no:
        plant.act("quality.close_deviation", replace(OPERATOR, role=QA.role), case=CASE, assessment=SEALED)
    assert no.value.gates == ("quality.closer_had_no_part",)


@pytest.mark.requirement("GMP-S2")
def test_a_product_below_its_limit_is_not_certified_however_much_it_is_needed() -> None:
    plant = Plant(MARCH)
    plant.failed()
    with pytest.raises(Refusal) as no:
        plant.certified()
    assert no.value.gates == ("quality.results_meet_specification",)
    with pytest.raises(Refusal, match="product_is_released"):
        from tests.support.plant import OUTWARD, SHIPPER_2

        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)


def test_a_dossier_stays_small_however_many_deviations_are_opened() -> None:
    plant = plant_at("started")
    for number in range(DEVIATIONS_LISTED_MAX + 20):
        case = Case.of(f"DEV-{number:04}")
        plant.happened(DeviationOpened(case=case, batch=BATCH, organisation=QA.organisation), by=OPERATOR)
    dossier = plant.state(DOSSIER, BATCH)
    assert dossier.open_count == DEVIATIONS_LISTED_MAX + 20
    assert len(dossier.open_deviations) == DEVIATIONS_LISTED_MAX
    assert len(Folding.dump(dossier)) < 16_384


def test_what_blocked_a_container_is_resolved_by_somebody_else_and_its_label_is_scanned_anew() -> None:
    from tests.support.plant import OPERATOR_2

    plant = plant_at("filled")
    plant.act("manufacturing.verify_label", OPERATOR_2, unit=PRODUCT, scanned=SAMPLE, label_serial="1")
    for unit in (PRODUCT, SAMPLE):
        plant.act("quality.resolve_block", QA, unit=unit, why="label", finding=SEALED)
    plant.labelled()
    assert plant.state(UNIT, PRODUCT).stands_still_because is None
