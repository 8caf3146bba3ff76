"""What comes next after a failing result, a pending one, a missing label, a failed batch."""

from typing import Any

import pytest
from tests.records.test_journey import PROGRAMME, at, opened

from coign.records.journey import (
    PAPERS,
    Destination,
    Journey,
    note_act,
    note_bags,
    note_calls,
    open_steps,
    step_done_by,
)

REQUIRED = [t.id for t in PROGRAMME.panel if not t.may_be_pending]
PENDING = [t.id for t in PROGRAMME.panel if t.may_be_pending]


def done(journey: Journey, action: str, body: dict[str, Any], side: str = "maker") -> None:
    step = step_done_by(journey, PROGRAMME, action, side)
    assert step is not None, action
    note_act(journey, PROGRAMME, step, body, journey.position)


def recorded_and_reviewed(journey: Journey, *tests: str) -> None:
    for test in tests:
        done(journey, "quality.record_result", {"attribute": test})
    for test in tests:
        done(journey, "quality.review_result", {"attribute": test})


def test_a_test_that_may_be_pending_is_still_to_do_and_nobody_waits_for_it() -> None:
    journey = at("record-results")
    recorded_and_reviewed(journey, *REQUIRED)
    assert opened(journey) == ["record-results", "review-results", "review-record"]
    recorded_and_reviewed(journey, *PENDING)
    assert opened(journey) == ["review-record"]


def test_a_failing_result_calls_the_laboratory_and_then_the_quality_unit() -> None:
    journey = at("review-record")
    note_calls(journey, PROGRAMME, {"quality.result_recorded.v1": {"verdict": "fail"}})
    assert opened(journey) == ["assess-laboratory"]
    found = {"found": "no_assignable_cause"}
    done(journey, "quality.assess_in_laboratory", found)
    note_calls(journey, PROGRAMME, {"quality.laboratory_assessed.v1": found})
    assert opened(journey) == ["conclude-investigation"]
    done(journey, "quality.conclude_investigation", {})
    note_calls(journey, PROGRAMME, {"quality.investigation_concluded.v1": {"conclusion": "confirmed"}})
    assert opened(journey) == ["review-record", "request-exception", "reject-batch"]


@pytest.mark.requirement("GMP-40", "GMP-41")
@pytest.mark.parametrize(
    ("way", "papers"),
    [
        ("physician_request", ["assess-exception-risk", "accept-exception", "notify-exception", "supply-exception"]),
        ("expanded_access", ["record-expanded-access", "supply-exception"]),
    ],
)
def test_each_destination_asks_for_its_own_papers_and_for_none_once_it_may_go(way: str, papers: list[str]) -> None:
    journey = at("certify")
    note_calls(journey, PROGRAMME, {"quality.investigation_concluded.v1": {"conclusion": "confirmed"}}, way)
    asked: list[str] = []
    told = {
        "quality.request_exception": "quality.exception_requested.v1",
        "quality.assess_exception_risk": "quality.exception_risk_assessed.v1",
        "quality.accept_exception": "quality.exception_accepted.v1",
        "quality.record_exception_notice": "quality.exception_notified.v1",
        "quality.record_expanded_access": "quality.expanded_access_recorded.v1",
    }
    while step := next((s for s in open_steps(journey, PROGRAMME) if s.action in told), None):
        asked.append(step.id)
        done(journey, step.action, {}, step.side)
        note_calls(journey, PROGRAMME, {told[step.action]: {}}, way)
    assert [*asked, "supply-exception"] == ["request-exception", *papers]
    # Release would be refused: whoever releases supplies by the papers, or it is rejected.
    assert opened(journey) == ["supply-exception", "reject-batch"]
    note_calls(journey, PROGRAMME, {"quality.supplied_under_exception.v1": {}}, way)
    assert not {s.action for s in open_steps(journey, PROGRAMME)} & PAPERS


@pytest.mark.requirement("GMP-37", "GMP-02")
def test_who_lets_a_product_go_is_whom_the_destination_names() -> None:
    certify = next(s for s in PROGRAMME.journey if s.action == "quality.certify")
    assert Destination("qp").roles_of(certify) == ("qp",)
    assert Destination("quality-us").roles_of(certify) == ("quality-us",)
    assert Destination().roles_of(certify) == certify.roles, "no rules are known there"
    assert Destination("qp").roles_of(PROGRAMME.journey[0]) == PROGRAMME.journey[0].roles


def test_a_result_that_was_set_aside_is_made_again() -> None:
    journey = at("record-results")
    recorded_and_reviewed(journey, *REQUIRED, *PENDING)
    note_calls(journey, PROGRAMME, {"quality.result_invalidated.v1": {"attribute": REQUIRED[0]}})
    assert opened(journey) == ["record-results"]
    recorded_and_reviewed(journey, REQUIRED[0])
    assert opened(journey) == ["review-record"]


def test_while_a_label_is_missing_all_of_them_are_counted_again() -> None:
    journey = at("count-labels")
    for destroyed, left in ((0, True), (1, False)):
        counted = {"printed": 3, "used": 2, "destroyed": destroyed}
        done(journey, "manufacturing.count_labels", counted)
        note_calls(journey, PROGRAMME, {"manufacturing.labels_counted.v1": counted})
        assert ("count-labels" in opened(journey)) is left


def bag(name: str, *parents: str) -> tuple[str, dict[str, Any]]:
    return "identity.unit_created.v1", {"unit": name, "unit_kind": "starting_material", "parents": list(parents)}


def used(name: str) -> tuple[str, dict[str, Any]]:
    return "identity.unit_ended.v1", {"unit": name, "how": "consumed"}


def test_after_a_failed_batch_cells_are_collected_anew_when_no_bag_is_left() -> None:
    journey = at("certify")
    note_bags(journey, [bag("unit:A")])
    note_bags(journey, [used("unit:A")])
    note_calls(journey, PROGRAMME, {"quality.batch_rejected.v1": {}})
    assert opened(journey) == ["slot"]
    done(journey, "manufacturing.confirm_slot", {})
    assert opened(journey)[0] == "check-identity"


def test_after_a_failed_batch_the_bag_that_is_left_is_made_anew() -> None:
    journey = at("certify")
    note_bags(journey, [bag("unit:A"), bag("unit:B", "unit:A"), bag("unit:C", "unit:A")])
    note_bags(journey, [used("unit:A"), used("unit:B")])
    note_calls(journey, PROGRAMME, {"manufacturing.abandoned.v1": {}})
    done(journey, "manufacturing.confirm_slot", {})
    assert opened(journey)[0] == "clear-line"


def test_what_lets_product_go_stands_for_the_release() -> None:
    journey = at("certify")
    note_calls(journey, PROGRAMME, {"quality.supplied_under_exception.v1": {}})
    assert opened(journey) == ["choose-shipper-out"]


@pytest.mark.requirement("GMP-15")
def test_what_is_confirmed_to_fail_is_rejected_and_not_released() -> None:
    journey = at("certify")
    for _ in range(2):  # two tests fail
        note_calls(journey, PROGRAMME, {"quality.investigation_concluded.v1": {"conclusion": "confirmed"}})
    assert opened(journey) == ["request-exception", "reject-batch"]
    done(journey, "quality.reject_batch", {})
    note_calls(journey, PROGRAMME, {"quality.batch_rejected.v1": {}})
    assert opened(journey) == ["slot"]


def test_what_was_released_and_fails_later_is_judged_by_the_late_result() -> None:
    journey = at("pack-product")
    note_calls(journey, PROGRAMME, {"quality.investigation_concluded.v1": {"conclusion": "confirmed"}})
    assert "reject-batch" not in opened(journey)


def test_a_late_adverse_result_calls_both_sides() -> None:
    journey = at("pack-product")
    note_calls(journey, PROGRAMME, {"quality.late_result_adverse.v1": {}})
    assert {"acknowledge-late-result", "assess-late-result"} <= set(opened(journey))


def product(name: str) -> tuple[str, dict[str, Any]]:
    return "identity.unit_created.v1", {"unit": name, "unit_kind": "final_container", "parents": []}


OF_A_BAG = (
    "infusion.issue", "storage.start_removal", "storage.confirm_removal", "infusion.thaw", "infusion.check_bedside",
    "infusion.confirm_bedside", "infusion.start",
)  # fmt: skip


@pytest.mark.requirement("PAT-30")
def test_one_bag_goes_the_whole_way_and_then_the_next_one_does() -> None:
    journey = at("issue")
    note_bags(journey, [product("unit:A"), product("unit:B")])
    for unit, after in (("unit:A", "issue"), ("unit:B", "record-reaction")):
        for action in OF_A_BAG:
            assert "finish-infusion" not in opened(journey)
            done(journey, action, {"unit": unit}, "centre")
        note_bags(journey, [("identity.unit_ended.v1", {"unit": unit, "how": "administered"})])
        done(journey, "infusion.finish", {"unit": unit}, "centre")
        assert opened(journey)[0] == after
        # What follows an infusion may be recorded after the first bag.
        assert "record-reaction" in opened(journey)
    assert "finish-infusion" in journey.done


def test_fewer_bags_than_planned_may_be_filled() -> None:
    journey = at("fill-bags")
    assert opened(journey) == ["fill-bags", "fill"]
    note_bags(journey, [product("unit:A")])
    done(journey, "manufacturing.fill", {"batch": "batch:B"})
    note_calls(journey, PROGRAMME, {"manufacturing.filled.v1": {}})
    assert "fill-bags" not in opened(journey)


def made_ready(journey: Journey, *actions: str) -> None:
    for position, action in enumerate(actions, start=1000):
        step = step_done_by(journey, PROGRAMME, f"logistics.{action}", "maker")
        assert step is not None, action
        note_act(journey, PROGRAMME, step, {}, position)


def test_what_was_unpacked_is_made_ready_again_from_the_choice_of_a_shipper_and_the_way_before_stays_done() -> None:
    journey = at("choose-shipper-out")
    made_ready(journey, "choose_shipper", "start_logger")
    for step in PROGRAMME.journey:
        if step.id in ("take-out-product", "confirm-product-out"):
            journey.done[step.id] = 0
    made_ready(journey, "pack", "seal")
    assert opened(journey) == ["offer-product"]
    note_calls(journey, PROGRAMME, {"logistics.unpacked.v1": {}})
    assert opened(journey) == ["choose-shipper-out"] and "seal-collection" in journey.done
    made_ready(journey, "choose_shipper", "start_logger")
    assert opened(journey) == ["pack-product"]


def test_a_shipper_that_was_given_up_is_chosen_again_and_in_another_one_a_logger_is_started_again() -> None:
    journey = at("choose-shipper-out")
    made_ready(journey, "choose_shipper", "start_logger")
    note_calls(journey, PROGRAMME, {"logistics.shipper_chosen.v1": {}, "logistics.shipper_freed.v1": {}})
    assert opened(journey) == ["start-logger-out"]
    note_calls(journey, PROGRAMME, {"logistics.shipper_freed.v1": {}})
    assert opened(journey) == ["choose-shipper-out"]
