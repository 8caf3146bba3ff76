"""What facts call for: the acts that come into a therapy because something was found. Pure."""

from collections.abc import Mapping
from typing import Any

from coign.quality.exception_gates import ACCESS

#: From this grade on a reaction asks whether it is to be reported.
GRADE_TO_JUDGE = "3"


def quality_calls(facts: Mapping[str, Any], way: str) -> list[str]:
    """A failing result asks for both phases; a confirmed one, or too few cells, for the physician; and so on to supply.

    Each destination asks for its own papers (GMP-40, GMP-41).
    """
    requested, assessed = "quality.exception_requested.v1" in facts, "quality.exception_risk_assessed.v1" in facts
    under_access = way == ACCESS
    found = facts.get("quality.laboratory_assessed.v1", {}).get("found")
    concluded = facts.get("quality.investigation_concluded.v1", {}).get("conclusion")
    calls = {
        "quality.assess_in_laboratory": facts.get("quality.result_recorded.v1", {}).get("verdict") == "fail",
        "quality.conclude_investigation": found == "no_assignable_cause",
        "quality.invalidate_result": "laboratory_error" in (found, concluded),
        "quality.request_exception": is_confirmed_to_fail(facts)
        or facts.get("quality.record_reviewed.v1", {}).get("too_few_cells", False),
        "quality.assess_exception_risk": requested and not under_access,
        "quality.accept_exception": assessed and not under_access,
        "quality.record_exception_notice": assessed and not under_access,
        "quality.record_expanded_access": requested and under_access,
        "quality.supply_under_exception": "quality.exception_accepted.v1" in facts
        or (under_access and "quality.expanded_access_recorded.v1" in facts),
        "quality.review_audit_trail": "quality.audit_trail_review_deferred.v1" in facts,
        "quality.acknowledge_late_result": "quality.late_result_adverse.v1" in facts,
        "quality.assess_late_result": "quality.late_result_adverse.v1" in facts,
    }
    return [action for action, is_called in calls.items() if is_called]


def is_confirmed_to_fail(facts: Mapping[str, Any]) -> bool:
    """Whether an investigation ended with the product itself failing."""
    return bool(facts.get("quality.investigation_concluded.v1", {}).get("conclusion") == "confirmed")


def safety_calls(facts: Mapping[str, Any]) -> list[str]:
    """A grave grade asks for a report, a report for both judgements, an unexpected event for sending."""
    called = []
    for seen in ("safety.reaction_recorded.v1", "safety.icans_recorded.v1"):
        grades = (facts.get(seen, {}).get("grade"), facts.get(seen, {}).get("clinicians_grade"))
        if any(grade is not None and grade >= GRADE_TO_JUDGE for grade in grades):
            called.append("safety.report_event")
    if "safety.event_reported.v1" in facts:
        called += ["safety.assess_causality", "safety.assess_expectedness"]
    if facts.get("safety.expectedness_assessed.v1", {}).get("expected") == "no":
        called.append("safety.record_submission")
    return called
