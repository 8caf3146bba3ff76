"""Recording a reaction: the grade is computed, fever on record counts, a clinician's own grade stands beside it."""

from typing import Any

import pytest
from tests.support.clinic import NURSE, PHYSICIAN, Clinic, text

from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText, Quantity
from coign.safety.actions.record_reaction import ACTION, RecordReaction
from coign.safety.events import ReactionRecorded
from coign.safety.state import REACTIONS


def _infused() -> tuple[Clinic, Chain]:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    return clinic, chain


def _record(clinic: Clinic, chain: Chain, temperature: str, actor: Actor = NURSE, **changed: Any) -> ReactionRecorded:
    values: dict[str, Any] = {
        "seen_at": clinic.now, "temperature": Quantity(temperature, "Cel"), "blood_pressure": "normal",
        "oxygen": "none", "anticytokine_given": "no",
    }  # fmt: skip
    fact, *_ = clinic.do(ACTION, RecordReaction(chain=chain, **{**values, **changed}), actor)
    assert isinstance(fact, ReactionRecorded)
    return fact


@pytest.mark.requirement("PAT-15", "PAT-S4")
def test_fever_that_is_on_record_counts_after_tocilizumab() -> None:
    clinic, chain = _infused()
    clinic.wait(days=2)
    assert _record(clinic, chain, "39.2").grade == "1"
    clinic.wait(days=1)

    later = _record(
        clinic, chain, "36.9", blood_pressure="one_vasopressor", anticytokine_given="yes", fever_before="no"
    )

    assert (later.grade, later.fever, later.fever_before) == ("3", "no", "yes")
    state = clinic.state(REACTIONS, chain)
    assert (state.worst_grade, state.last_grade) == ("3", "3")


@pytest.mark.requirement("PAT-15")
def test_without_any_word_of_fever_before_treatment_there_is_no_grade() -> None:
    clinic, chain = _infused()
    fact = _record(clinic, chain, "36.9", oxygen="face_mask", anticytokine_given="yes")
    assert fact.grade is None and fact.not_graded_because
    assert clinic.state(REACTIONS, chain).worst_grade is None
    assert _record(clinic, chain, "36.9", oxygen="face_mask", anticytokine_given="yes", fever_before="yes").grade == "3"
    assert _record(clinic, chain, "36.9", oxygen="face_mask", anticytokine_given="yes", fever_before="no").grade == "0"
    assert clinic.state(REACTIONS, chain).worst_grade == "3"  # the worst is kept, the last is the last
    assert clinic.state(REACTIONS, chain).last_grade == "0"


@pytest.mark.requirement("PAT-15")
def test_the_inputs_the_rule_and_both_grades_are_kept() -> None:
    clinic, chain = _infused()
    reason = text(FreeText)
    fact = _record(
        clinic, chain, "38.6", PHYSICIAN, oxygen="low_flow_cannula", clinicians_grade="3", clinicians_reason=reason
    )
    assert (fact.grade, fact.clinicians_grade, fact.clinicians_reason) == ("2", "3", reason)
    assert fact.rule == "ASTCT CRS, in force since 2019-04-01"
    assert (str(fact.temperature), fact.oxygen) == ("38.6 Cel", "low_flow_cannula")


@pytest.mark.requirement("PAT-15")
def test_the_earliest_fever_is_remembered_also_when_it_is_recorded_late() -> None:
    clinic, chain = _infused()
    begun = clinic.now
    clinic.wait(days=3)
    _record(clinic, chain, "38.5")
    _record(clinic, chain, "38.9", seen_at=begun.plus(days=1))
    assert clinic.state(REACTIONS, chain).fever_since == begun.plus(days=1)
    before = _record(clinic, chain, "37.0", seen_at=begun.plus(hours=1), anticytokine_given="yes")
    assert before.grade is None  # fever that came later says nothing about that hour


def test_death_of_it_is_grade_5() -> None:
    clinic, chain = _infused()
    assert _record(clinic, chain, "40.1", died_of_it="yes").grade == "5"
