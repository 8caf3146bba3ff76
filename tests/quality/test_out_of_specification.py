"""A result that fails: two phases, the ways that are left, and what never becomes right by being wished for."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    ANALYST_2,
    BAG,
    BATCH,
    CASE,
    CERTIFICATE,
    FILE,
    LOTS,
    OUTWARD,
    PASSING,
    PRODUCT,
    QA,
    QA_2,
    QCREVIEWER,
    QP,
    QUALITY_US,
    REGULATORY,
    SEALED,
    SHIPPER_2,
    VERSION,
    WAREHOUSE,
    Plant,
)

from coign import catalogue
from coign.identity.views import UNIT
from coign.kernel.values import Instant
from coign.programmes.model import Programmes
from coign.quality.events import (
    TOO_FEW_CELLS,
    LateResultAdverse,
    RecordReviewed,
    ResultRecorded,
    RetestRecorded,
    SuppliedUnderException,
)
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION

MARCH = Instant("2026-03-02T08:00:00.000000Z")
PAPERS = ("request", "risk", "acceptance", "notice")


def failing() -> Plant:
    """Viability of 68 % where 70 % are asked for, confirmed; the record is reviewed."""
    plant = Plant(MARCH)
    plant.failed()
    return plant


def refused(plant: Plant, name: str, actor: Any, **given: Any) -> tuple[str, ...]:
    with pytest.raises(Refusal) as no:
        plant.act(name, actor, **given)
    return no.value.gates


def certifying(plant: Plant, actor: Any = QP, *pending: str) -> tuple[str, ...]:
    return refused(plant, "quality.certify", actor, batch=BATCH, certificate=CERTIFICATE, pending=pending)


# The two phases


@pytest.mark.requirement("GMP-21")
def test_repeats_that_pass_do_not_outweigh_the_first_result_and_none_is_made_beyond_the_plan() -> None:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.tested(viability="68")
    plant.in_laboratory()
    plan = {"batch": BATCH, "attribute": "viability", "times": 2, "rationale": SEALED}
    plant.act("quality.plan_retests", QA, **plan)
    for value in ("86", "88"):
        plant.act("quality.record_retest", ANALYST_2, **plant.result("viability", value))
    again = plant.result("viability", "90")
    assert refused(plant, "quality.record_retest", ANALYST_2, **again) == ("quality.retest_is_planned",)
    plant.act("quality.conclude_investigation", QA_2, **plant.decided())
    plant.reviewed()
    assert certifying(plant) == ("quality.results_meet_specification",)
    shown = [
        f.value for f in plant.facts if isinstance(f, (ResultRecorded, RetestRecorded)) and f.attribute == "viability"
    ]
    assert shown == ["68", "86", "88"]


@pytest.mark.requirement("GMP-21", "GMP-S3")
def test_a_failing_result_goes_only_where_an_error_of_the_laboratory_was_found() -> None:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.tested(viability="68")
    away = {"batch": BATCH, "attribute": "viability", "cause": SEALED, "evidence": FILE}
    assert refused(plant, "quality.invalidate_result", QA, **away) == ("quality.laboratory_error_is_proved",)
    assert refused(plant, "quality.review_record", QA, batch=BATCH) == ("quality.investigations_are_concluded",)
    plant.in_laboratory()
    plant.act("quality.conclude_investigation", QA_2, **plant.decided(conclusion="laboratory_error"))
    plant.act("quality.invalidate_result", QA, **away)
    plant.tested("viability")
    plant.reviewed()
    plant.certified()
    assert plant.state(DISPOSITION, PRODUCT).is_certified


def test_a_plan_is_carried_out_whole_unless_no_sample_is_left() -> None:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.tested(viability="68")
    plant.in_laboratory()
    plant.act("quality.plan_retests", QA, batch=BATCH, attribute="viability", times=2, rationale=SEALED)
    plant.act("quality.record_retest", ANALYST_2, **plant.result("viability", "71"))
    assert refused(plant, "quality.conclude_investigation", QA_2, **plant.decided()) == (
        "quality.planned_retests_are_done",
    )
    plant.act("quality.conclude_investigation", QA_2, **plant.decided(no_sample_left=True))
    assert not plant.state(DOSSIER, BATCH).result("viability").is_under_investigation


# Who releases where


@pytest.mark.requirement("GMP-37", "GMP-02")
@pytest.mark.parametrize(
    ("country", "signs", "other", "wording"),
    [("DE", QP, QUALITY_US, "certified"), ("US", QUALITY_US, QP, "approved for release")],
)
def test_the_destination_decides_who_releases_and_in_which_words(
    country: str, signs: Any, other: Any, wording: str
) -> None:
    plant = Plant(MARCH)
    plant.until("reviewed")
    plant.moved_to(country)
    assert certifying(plant, other) == ("quality.releaser_is_of_destination",)
    (fact,) = plant.act("quality.certify", signs, batch=BATCH, certificate=CERTIFICATE)
    assert fact.wording == wording
    assert plant.state(DISPOSITION, PRODUCT).may_be_given_because == f"was {wording}"


# Results that come later


def released_without_sterility() -> Plant:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.tested(*(test for test in PASSING if test != "sterility"))
    plant.reviewed()
    plant.certified("sterility")
    return plant


@pytest.mark.requirement("GMP-38", "GMP-S8")
def test_a_late_adverse_result_takes_the_release_back_until_its_repeat_passes() -> None:
    plant = released_without_sterility()
    facts = plant.act("quality.record_result", ANALYST, **plant.result("sterility", "positive"))
    assert any(isinstance(f, LateResultAdverse) and f.units == (PRODUCT,) for f in facts)
    assert not plant.state(DISPOSITION, PRODUCT).is_released and plant.state(UNIT, PRODUCT).blocked
    held = {"unit": PRODUCT, "why": "late_result", "finding": SEALED}
    assert refused(plant, "quality.resolve_block", QA_2, **held) == ("quality.late_result_is_cleared",)
    plant.in_laboratory("sterility", "laboratory_error")
    error = {"batch": BATCH, "attribute": "sterility", "cause": SEALED, "evidence": FILE}
    plant.act("quality.invalidate_result", QA, **error)
    plant.tested("sterility")
    plant.act("quality.resolve_block", QA_2, **held)
    assert plant.state(DISPOSITION, PRODUCT).is_released and not plant.state(UNIT, PRODUCT).blocked


def test_a_late_result_that_passes_changes_nothing() -> None:
    plant = released_without_sterility()
    assert len(plant.act("quality.record_result", ANALYST, **plant.result("sterility"))) == 1
    assert plant.state(DISPOSITION, PRODUCT).is_released


@pytest.mark.requirement("GMP-14", "PAT-28")
def test_what_travels_in_quarantine_may_be_sent_and_not_given_until_it_is_released() -> None:
    plant = Plant(MARCH)
    plant.until("tested")
    with pytest.raises(Refusal, match="product_is_released"):
        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)
    plant.act("quality.allow_quarantine_shipment", QP, batch=BATCH, why=SEALED)
    plant.arrived(PRODUCT, OUTWARD, SHIPPER_2)
    assert not plant.state(DISPOSITION, PRODUCT).is_released
    plant.reviewed()
    plant.certified()
    assert plant.state(DISPOSITION, PRODUCT).is_released


# Supply of what fails


@pytest.mark.requirement("GMP-40", "GMP-S2")
@pytest.mark.parametrize("missing", ["nothing at all", *PAPERS])
def test_without_one_of_the_papers_nothing_that_fails_leaves_the_maker(missing: str) -> None:
    plant = failing()
    papers = () if missing == "nothing at all" else PAPERS[: PAPERS.index(missing)]
    plant.exception(*papers)
    with pytest.raises(Refusal):
        plant.excepted()
    with pytest.raises(Refusal, match="product_is_released"):
        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)


@pytest.mark.requirement("GMP-40", "GMP-S2", "GMP-39")
def test_by_exception_it_may_be_given_is_labelled_so_and_has_no_certificate() -> None:
    plant = failing()
    plant.exception(*PAPERS)
    assert certifying(plant) == ("quality.results_meet_specification",)
    plant.excepted()
    (supplied,) = [f for f in plant.facts if isinstance(f, SuppliedUnderException)]
    said = plant.state(DISPOSITION, PRODUCT)
    assert supplied.failed == ("viability",) and said.is_released and not said.is_certified
    assert "NOT CERTIFIED" in said.statement and said.certificate is None
    assert "quality.batch_is_undecided" in certifying(plant)
    plant.packed(PRODUCT, OUTWARD, SHIPPER_2)


@pytest.mark.requirement("PAT-29", "GMP-40")
def test_too_few_cells_in_a_product_that_passes_every_test_are_asked_for_as_what_fails() -> None:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.tested(**{**PASSING, "viable_cells": "0.5"})
    plant.reviewed()
    plant.certified()
    plant.exception(*PAPERS)
    assert "quality.failure_is_confirmed" in refused(
        plant, "quality.supply_under_exception", QP, batch=BATCH, document=CERTIFICATE
    ), "nobody knows what the patient weighs"
    plant.weighed()
    plant.excepted()
    (supplied,) = [f for f in plant.facts if isinstance(f, SuppliedUnderException)]
    assert supplied.failed == (TOO_FEW_CELLS,)
    assert not (said := plant.state(DISPOSITION, PRODUCT)).is_certified and said.is_supplied_under_exception


@pytest.mark.requirement("PAT-29", "GMP-40")
def test_too_few_cells_are_not_released_and_nobody_at_the_maker_is_told_what_the_patient_weighs() -> None:
    plant = Plant(MARCH)
    plant.until("labelled")
    plant.weighed("71")
    plant.tested(**{**PASSING, "viable_cells": "0.5"})
    (reviewed,) = plant.act("quality.review_record", QA, batch=BATCH)
    assert isinstance(reviewed, RecordReviewed) and reviewed.too_few_cells
    plant.read_by_exception()
    action = catalogue.ACTIONS["quality.certify"]
    asked = action.command(batch=BATCH, certificate=CERTIFICATE)
    (no,) = [a for a in action.ask(asked, plant.known(action, asked, QP)) if not a.holds]
    assert no.gate == "quality.product_is_a_dose" and "71" not in no.message and "kg" not in no.message
    plant.weighed("20")
    plant.certified()  # for a lighter patient it is one


@pytest.mark.requirement("GMP-41")
def test_in_the_united_states_expanded_access_is_no_release() -> None:
    plant = failing()
    plant.moved_to("US")
    plant.exception("request")
    supply = {"batch": BATCH, "document": CERTIFICATE}
    assert refused(plant, "quality.supply_under_exception", QUALITY_US, **supply) == (
        "quality.expanded_access_is_on_record",
    )
    plant.act("quality.record_expanded_access", REGULATORY, **plant.access())
    plant.act("quality.supply_under_exception", QUALITY_US, **supply)
    assert not plant.state(DISPOSITION, PRODUCT).is_certified
    assert "quality.results_meet_specification" in certifying(plant, QUALITY_US)


def test_a_rejection_takes_the_exception_back_and_ends_the_request() -> None:
    plant = failing()
    plant.exception(*PAPERS)
    plant.excepted()
    plant.act("quality.reject_batch", QA, batch=BATCH, why=SEALED)
    assert not plant.state(DISPOSITION, PRODUCT).is_released
    assert refused(plant, "quality.assess_exception_risk", QA_2, **plant.risk()) == ("quality.exception_is_requested",)


@pytest.mark.requirement("GMP-38", "GMP-40")
def test_a_late_result_that_is_confirmed_leaves_the_way_by_exception() -> None:
    plant = released_without_sterility()
    plant.act("quality.record_result", ANALYST, **plant.result("sterility", "positive"))
    plant.act("quality.review_result", QCREVIEWER, batch=BATCH, attribute="sterility")
    plant.confirmed("sterility")
    plant.exception(*PAPERS)
    plant.excepted()
    said = plant.state(DISPOSITION, PRODUCT)
    assert said.is_supplied_under_exception and not plant.state(UNIT, PRODUCT).blocked


# What else stops it


def test_before_it_is_filled_nothing_can_be_pending() -> None:
    plant = Plant(MARCH)
    plant.until("started")
    assert "quality.pending_results_are_named" not in certifying(plant)
    gates = refused(plant, "quality.supply_under_exception", QP, batch=BATCH, document=CERTIFICATE)
    assert "quality.nothing_is_pending" not in gates


def test_the_programme_alone_does_not_let_product_travel_where_the_rules_do_not() -> None:
    both = replace(VERSION, quarantine_shipment=("EU", "US"))
    plant = Plant(MARCH, programmes=Programmes([both]))
    plant.until("labelled")
    plant.moved_to("US")
    soon = {"batch": BATCH, "why": SEALED}
    assert refused(plant, "quality.allow_quarantine_shipment", QUALITY_US, **soon) == (
        "quality.quarantine_shipment_is_foreseen",
    )


def test_what_was_rejected_is_not_supplied_by_exception_either() -> None:
    plant = failing()
    plant.exception(*PAPERS)
    plant.act("quality.reject_batch", QA, batch=BATCH, why=SEALED)
    gates = refused(plant, "quality.supply_under_exception", QP, batch=BATCH, document=CERTIFICATE)
    assert "quality.batch_may_be_excepted" in gates


@pytest.mark.requirement("GMP-19", "GMP-04")
def test_a_deviation_about_a_bag_keeps_it_out_of_production_until_it_is_closed() -> None:
    plant = Plant(MARCH)
    plant.until("at_maker")
    plant.act("quality.open_deviation", WAREHOUSE, unit=BAG, description=SEALED, case=CASE)
    assert refused(plant, "quality.accept_material", QA, unit=BAG) == ("quality.material_deviations_are_closed",)
    plant.act("quality.close_deviation", QA, case=CASE, assessment=SEALED)
    plant.accepted()


@pytest.mark.requirement("GMP-S7", "TRC-01")
def test_a_lot_put_on_hold_after_it_was_used_stops_the_release_until_the_hold_is_lifted() -> None:
    plant = Plant(MARCH)
    plant.until("reviewed")
    plant.act("supply.hold_lot", WAREHOUSE, lot=LOTS["vector"], why=SEALED)
    assert certifying(plant) == ("quality.lots_are_in_order",)
    plant.act("supply.lift_hold", QA, lot=LOTS["vector"], finding=SEALED)
    plant.certified()
