"""By when a holder answers and an authority decides, by the rules of their days."""

import pytest
from tests.support.applications import (
    A1,
    ANSWER,
    APPROVED,
    ASK,
    DECIDE,
    IMPOSE,
    JUDGE,
    NEW,
    QUESTION,
    REPLY,
    REPORT,
    SUBMIT,
    impose,
)  # fmt: skip
from tests.support.authorised import TRIAL
from tests.support.paper import FOLDING, Refusal
from tests.support.plant import ASSESSOR, DEMOLUCEL, FILE, REGULATORY, WAREHOUSE, Plant

from coign import catalogue, rulesets
from coign.kernel.values import Instant
from coign.regulatory.clocks import answer_due, decision_due
from coign.regulatory.state import APPLICATION, CONDITIONS, QUESTIONS_KEPT_MAX
from coign.regulatory.views import AUTHORISATIONS

MARCH = Instant("2026-03-02T08:00:00.000000Z")
RULES = rulesets.load()


def _submitted(**changed: object) -> Plant:
    plant = Plant(MARCH)
    plant.act(SUBMIT, REGULATORY, **{**NEW, **changed})
    return plant


@pytest.mark.requirement("REG-18")
@pytest.mark.parametrize(
    ("basis", "asking", "days"),
    [("trial", "new", 105), ("marketing_authorisation", "new", 210), ("hospital_exemption", "new", 105)],
)
def test_a_decision_is_due_by_the_rule_of_its_day(basis: str, asking: str, days: int) -> None:
    plant = _submitted(basis=basis, asking=asking)
    state = plant.state(APPLICATION, A1)
    assert decision_due(state, RULES, plant.now) == state.submitted_at.plus(days=days)


def test_a_change_has_a_clock_of_its_own() -> None:
    plant = _submitted(asking="variation", product=DEMOLUCEL, authorisation=TRIAL)
    state = plant.state(APPLICATION, A1)
    assert decision_due(state, RULES, plant.now) == state.submitted_at.plus(days=94)


@pytest.mark.requirement("REG-18")
def test_the_authoritys_clock_stands_still_while_questions_are_open_and_the_holders_runs() -> None:
    plant = _submitted()
    due = decision_due(plant.state(APPLICATION, A1), RULES, plant.now)
    plant.act(ASK, ASSESSOR, **QUESTION)
    (question,) = plant.state(APPLICATION, A1).open_questions
    assert answer_due(plant.state(APPLICATION, A1), question, RULES) == question.asked_at.plus(days=12)
    plant.wait(days=5)
    assert decision_due(plant.state(APPLICATION, A1), RULES, plant.now) > due.plus(days=4.99)
    plant.act(ASK, ASSESSOR, **QUESTION)
    plant.act(ANSWER, REGULATORY, **REPLY)
    plant.wait(days=2)  # one is still open
    plant.act(ANSWER, REGULATORY, **{**REPLY, "number": 2})
    later = decision_due(plant.state(APPLICATION, A1), RULES, plant.now)
    plant.wait(days=30)
    assert decision_due(plant.state(APPLICATION, A1), RULES, plant.now) == later
    assert due.plus(days=6.99) < later < due.plus(days=7.01)


def test_where_the_rules_stop_no_clock_it_runs_on() -> None:
    plant = _submitted()
    state = plant.state(APPLICATION, A1)
    american = type(state)(**{n: getattr(state, n) for n in state.__dataclass_fields__} | {"jurisdiction": "US"})
    waiting = type(state)(
        **{n: getattr(american, n) for n in state.__dataclass_fields__} | {"waiting_since": state.submitted_at}
    )
    assert decision_due(waiting, RULES, plant.now.plus(days=9)) == decision_due(american, RULES, plant.now)


@pytest.mark.requirement("REG-02", "REG-14")
def test_a_condition_shuts_its_gate_after_its_day_and_opens_it_when_it_is_accepted() -> None:
    plant = Plant(MARCH)
    plant.equipped()
    plant.ordered()
    plant.collected()
    parcel = plant.parcel()
    plant.act(IMPOSE, ASSESSOR, **impose(plant))
    assert "logistics.dispatch_is_authorised" not in _unmet(plant, parcel)
    plant.wait(days=91)
    assert "logistics.dispatch_is_authorised" in _unmet(plant, parcel)
    shown = {"authorisation": TRIAL, "condition": 1}
    plant.act(REPORT, REGULATORY, **shown, evidence=FILE)
    assert "logistics.dispatch_is_authorised" in _unmet(plant, parcel), "the holder's word opens nothing"
    plant.act(JUDGE, ASSESSOR, **shown, accepted=False)
    assert plant.state(CONDITIONS, TRIAL).all[0].is_overdue(plant.now)
    plant.act(REPORT, REGULATORY, **shown, evidence=FILE)
    plant.act(JUDGE, ASSESSOR, **shown, accepted=True)
    assert "logistics.dispatch_is_authorised" not in _unmet(plant, parcel)
    with pytest.raises(Refusal, match="condition_is_owed"):
        plant.act(REPORT, REGULATORY, **shown, evidence=FILE)


def _unmet(plant: Plant, parcel: dict[str, object]) -> list[str]:
    action = catalogue.ACTIONS["logistics.pack"]
    cell_laboratory = type(WAREHOUSE)(*("person:celllab-1", "celllab", "organisation:centre"))  # type: ignore[arg-type]
    return plant.unmet(action, action.command(**parcel), cell_laboratory)


def test_a_hundred_questions_and_conditions_stay_small_and_keep_what_is_open() -> None:
    plant = _submitted()
    for number in range(1, 60):
        plant.act(ASK, ASSESSOR, **QUESTION)
        plant.act(ANSWER, REGULATORY, **{**REPLY, "number": number})
    state = plant.state(APPLICATION, A1)
    assert len(state.questions) == QUESTIONS_KEPT_MAX and state.questions_so_far == 59
    plant.act(IMPOSE, ASSESSOR, **impose(plant, due=plant.now.plus(days=900)))
    for number in range(2, 40):
        plant.act(IMPOSE, ASSESSOR, **impose(plant))
        plant.act(REPORT, REGULATORY, authorisation=TRIAL, condition=number, evidence=FILE)
        plant.act(JUDGE, ASSESSOR, authorisation=TRIAL, condition=number, accepted=True)
    assert [c.number for c in plant.state(CONDITIONS, TRIAL).all if c.is_open] == [1]
    assert len(plant.state(AUTHORISATIONS, DEMOLUCEL).of(TRIAL).owed) == 1
    for view, subject in ((APPLICATION, A1), (CONDITIONS, TRIAL)):
        FOLDING.dump(plant.state(view, subject))


def test_what_was_decided_stays_decided() -> None:
    plant = _submitted()
    plant.act(DECIDE, ASSESSOR, **APPROVED)
    with pytest.raises(Refusal, match="application_is_open"):
        plant.act(DECIDE, ASSESSOR, **{**APPROVED, "verdict": "refused"})
