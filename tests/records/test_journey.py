"""How far a therapy is along its programme: repeated acts, and acts that only something calls for."""

from pathlib import Path

import pytest

from coign.programmes import reading
from coign.records.journey import (
    Journey,
    note_act,
    note_bags,
    note_calls,
    open_steps,
    stage_reached,
    step_done_by,
    window_of,
)

PROGRAMME = reading.load_all([Path(__file__).parents[2] / "src/coign/programmes"]).all()[0]


def at(step: str) -> Journey:
    """A therapy of which everything before a step is done."""
    journey = Journey("chain:A", "patient:A", "organisation:c", "", maker="organisation:m")
    for position, each in enumerate(PROGRAMME.journey):
        if each.id == step:
            break
        if not each.optional or each.action == "manufacturing.fill_bag":
            journey.done[each.id] = position
    return journey


def opened(journey: Journey) -> list[str]:
    return [s.id for s in open_steps(journey, PROGRAMME)]


def test_a_repeated_act_is_done_when_it_was_done_for_each_thing() -> None:
    journey = at("complete-steps")
    for number, step in enumerate(PROGRAMME.steps):
        assert opened(journey) == ["complete-steps"]
        found = step_done_by(journey, PROGRAMME, "manufacturing.complete_step", "maker")
        assert found is not None
        note_act(journey, PROGRAMME, found, {"step": step.id}, number)
    assert opened(journey) == ["fill-bags", "fill"]


@pytest.mark.requirement("GMP-20")
def test_a_completed_step_calls_for_its_samples_and_production_waits_for_them_and_never_for_their_labels() -> None:
    journey, drawn = at("complete-steps"), 0

    def act(action: str, **body: str) -> None:
        found = step_done_by(journey, PROGRAMME, action, "maker", unit=body.get("unit", ""))
        assert found is not None, action
        note_act(journey, PROGRAMME, found, body, drawn)

    for step in PROGRAMME.steps:
        act("manufacturing.complete_step", step=step.id)
        note_calls(journey, PROGRAMME, {"manufacturing.step_completed.v1": {"step": step.id}})
        for _ in PROGRAMME.samples_after(step.id):
            assert {"complete-steps", "fill"}.isdisjoint(opened(journey)) and "draw-samples" in opened(journey)
            act("manufacturing.draw_sample", sample=f"unit:S{drawn}")
            drawn += 1
        assert "draw-samples" not in opened(journey)
        if step.id == "expand":
            act("manufacturing.verify_label", unit="unit:S0")
            assert opened(journey) == ["complete-steps"]
    assert drawn == len(PROGRAMME.samples) and "draw-samples" in journey.done
    note_bags(journey, [("identity.unit_created.v1", {"unit": "unit:P", "unit_kind": "final_container"})])
    act("manufacturing.fill")
    for unit in ("unit:P", "unit:S1", "unit:S2"):
        act("manufacturing.verify_label", unit=unit)
    assert {"verify-product-label", "verify-sample-labels"} <= set(journey.done)


def test_the_same_thing_twice_counts_once() -> None:
    journey = at("record-results")
    found = step_done_by(journey, PROGRAMME, "quality.record_result", "maker")
    assert found is not None
    for position in range(20):
        note_act(journey, PROGRAMME, found, {"attribute": "viability"}, position)
    assert opened(journey) == ["record-results"]


def test_nobody_waits_for_an_assessment_that_nothing_calls_for() -> None:
    assert opened(at("check-receipt-in")) == ["check-receipt-in", "donor-report"]


def test_an_excursion_calls_for_an_assessment_and_holds_the_material() -> None:
    journey = at("accept-material")
    note_calls(journey, PROGRAMME, {"coldchain.logger_read.v1": {"verdict": "excursion"}})
    assert opened(journey) == ["assess-in"]
    found = step_done_by(journey, PROGRAMME, "coldchain.assess_excursion", "maker")
    assert found is not None
    note_act(journey, PROGRAMME, found, {}, 50)
    assert opened(journey) == ["accept-material"]


def test_the_second_journey_has_an_assessment_of_its_own() -> None:
    journey = at("check-receipt-out")
    note_calls(journey, PROGRAMME, {"coldchain.logger_missing.v1": {}})
    found = step_done_by(journey, PROGRAMME, "coldchain.assess_excursion", "maker")
    assert found is not None and found.id == "assess-out"


def test_every_deviation_must_be_closed() -> None:
    journey = at("review-record")
    for _ in range(2):
        note_calls(journey, PROGRAMME, {"quality.deviation_opened.v1": {}})
    for position in range(2):
        assert opened(journey) == ["close-deviations"]
        found = step_done_by(journey, PROGRAMME, "quality.close_deviation", "maker")
        assert found is not None
        note_act(journey, PROGRAMME, found, {}, position)
    assert opened(journey) == ["review-record"]
    note_calls(journey, PROGRAMME, {"quality.deviation_opened.v1": {}})
    assert opened(journey) == ["close-deviations"]


def test_a_reaction_may_be_recorded_and_is_not_waited_for() -> None:
    journey = at("record-reaction")
    assert opened(journey) == [
        "record-reaction", "record-icans", "record-response", "record-response-month-3",
    ]  # fmt: skip
    assert stage_reached(journey, PROGRAMME) == "follow_up"


def test_a_grave_reaction_calls_for_a_report_and_a_report_for_the_sponsors_judgements() -> None:
    journey = at("record-reaction")
    note_calls(journey, PROGRAMME, {"safety.reaction_recorded.v1": {"grade": "2", "clinicians_grade": None}})
    assert "report-event" not in opened(journey)
    note_calls(journey, PROGRAMME, {"safety.icans_recorded.v1": {"grade": "1", "clinicians_grade": "3"}})
    assert "report-event" in opened(journey)
    found = step_done_by(journey, PROGRAMME, "safety.report_event", "centre")
    assert found is not None
    note_act(journey, PROGRAMME, found, {}, 90)
    note_calls(journey, PROGRAMME, {"safety.event_reported.v1": {}})
    assert {"assess-causality", "assess-expectedness"} <= set(opened(journey))
    looked_up = step_done_by(journey, PROGRAMME, "safety.assess_expectedness", "maker")
    assert looked_up is not None
    note_act(journey, PROGRAMME, looked_up, {}, 91)
    note_calls(journey, PROGRAMME, {"safety.expectedness_assessed.v1": {"expected": "yes"}})
    assert "send-report" not in opened(journey)
    note_calls(journey, PROGRAMME, {"safety.expectedness_assessed.v1": {"expected": "no"}})
    assert "send-report" in opened(journey)


@pytest.mark.requirement("PAT-23")
def test_every_assessment_of_the_protocol_opens_and_closes_with_its_window() -> None:
    journey = at("record-reaction")
    steps = {s.timepoint: s for s in open_steps(journey, PROGRAMME) if s.timepoint}
    assert set(steps) == {t.id for t in PROGRAMME.safety.response.timepoints}
    assert window_of(journey, PROGRAMME, steps["month_3"]) == ("", "")  # nothing was given yet
    journey.infused = "2026-03-02T08:00:00.000000Z"
    assert window_of(journey, PROGRAMME, steps["month_3"]) == (
        "2026-05-18T08:00:00.000000Z", "2026-06-23T08:00:00.000000Z",
    )  # fmt: skip
    assert window_of(journey, PROGRAMME, PROGRAMME.journey[0]) == ("", "")


@pytest.mark.requirement("PAT-23")
def test_each_assessment_is_done_by_itself_or_told_as_missed() -> None:
    journey = at("record-reaction")
    late = step_done_by(journey, PROGRAMME, "safety.record_response", "centre", "month_3")
    assert late is not None and late.timepoint == "month_3"
    note_act(journey, PROGRAMME, late, {}, 90)
    assert "record-response" in opened(journey) and late.id not in opened(journey)
    note_calls(journey, PROGRAMME, {"safety.response_missed.v1": {"timepoint": "day_28"}})
    assert "record-response" not in opened(journey)
    assert step_done_by(journey, PROGRAMME, "safety.record_response", "centre", "day_28") is None
