"""Dose-limiting toxicity: who is counted, when enrolment is held, and the way out by two."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.support.clinic import CART, MAKER, NURSE, PHYSICIAN, TOLERANCE, VERSION, text
from tests.support.paper import Refusal
from tests.support.safety import QA, SAFETY, SAFETY_2, Ward, infused

from coign.kernel.values import Actor, FreeText
from coign.programmes.model import Programmes
from coign.programmes.safety_plan import CALCULATIONS as NAMED
from coign.programmes.safety_plan import SafetyPlan, ToleranceRule
from coign.safety.actions.enrolment import (
    BY_HAND,
    CONFIRM_RESUMPTION,
    HOLD_ENROLMENT,
    PROPOSE_RESUMPTION,
    ConfirmResumption,
    HoldEnrolment,
    ProposeResumption,
)
from coign.safety.events import EnrolmentHeld, ObservationBegun, ToxicityCounted
from coign.safety.signals.tolerance import CALCULATIONS, reached
from coign.safety.views import ENROLMENT, Enrolment, token

SHOCK = {"blood_pressure": "several_vasopressors"}


def _state(ward: Ward) -> Enrolment:
    state = ward.state(ENROLMENT, CART)
    assert isinstance(state, Enrolment)
    return state


def _facts(facts: list[Any], kind: type) -> list[Any]:
    return [f for f in facts if isinstance(f, kind)]


def _resume(ward: Ward, first: Actor = SAFETY, second: Actor = QA) -> None:
    ward.do(PROPOSE_RESUMPTION, ProposeResumption(programme=CART, rationale=text(FreeText)), first)
    ward.do(CONFIRM_RESUMPTION, ConfirmResumption(programme=CART), second)


@pytest.mark.requirement("PAT-19", "PAT-20")
def test_the_second_patient_with_a_dose_limiting_toxicity_holds_enrolment() -> None:
    ward = Ward()
    ward.react(infused(ward, "ann"), **SHOCK)
    assert not _state(ward).is_held
    facts = ward.react(infused(ward, "bea"), **SHOCK)
    (held,) = _facts(facts, EnrolmentHeld)
    assert (held.toxicities, held.patients, held.calculation) == (2, 2, "maximum_count")
    patient = ward.enrol("cleo")
    ward.consent(patient)
    ward.eligible(patient)
    ward.draft(patient)
    with pytest.raises(Refusal, match=r"clinical\.enrolment_is_not_held"):
        ward.order(patient, "cleo")
    _resume(ward)
    ward.order(patient, "cleo")


@pytest.mark.requirement("PAT-19")
def test_one_patient_counts_once_however_many_toxicities_there_are() -> None:
    ward = Ward()
    chain = infused(ward)
    assert len(_facts(ward.react(chain, **SHOCK), ToxicityCounted)) == 1
    assert _facts(ward.react(chain, **SHOCK), ToxicityCounted) == []
    ward.report(chain, criteria=("death",), outcome="fatal", severity=None)
    assert _state(ward).toxic == (token(chain),) and not _state(ward).is_held


@pytest.mark.requirement("PAT-19")
def test_what_lies_outside_the_window_or_below_the_grade_does_not_count() -> None:
    ward = Ward()
    chain = infused(ward)
    ward.react(chain, blood_pressure="one_vasopressor")
    assert _state(ward).toxic == ()
    ward.wait(days=29)
    assert _facts(ward.react(chain, **SHOCK), ToxicityCounted) == []
    late = ward.react(chain, seen_at=ward.now.plus(days=-10), **SHOCK)  # seen in time, recorded late
    assert len(_facts(late, ToxicityCounted)) == 1


@pytest.mark.requirement("PAT-19")
def test_a_reported_event_counts_unless_the_investigator_calls_it_unrelated() -> None:
    ward = Ward()
    one, other = infused(ward, "ann"), infused(ward, "bea")
    ward.report(one, "case-1", severity="4", opinion="not_related")
    assert _state(ward).toxic == ()
    case = ward.report(other, "case-2", severity="3")
    ward.follow_up(case, severity="4")
    assert _state(ward).toxic == (token(other),)
    ward.add(ward.report(one, "case-3", severity="1"), severity="4")
    assert _state(ward).is_held
    ward.investigator(case, "not_related")
    ward.follow_up(case, severity="4")  # what was counted stays counted
    assert token(other) in _state(ward).toxic


@pytest.mark.requirement("PAT-19")
def test_patients_are_judged_when_their_window_is_over_or_a_toxicity_came() -> None:
    ward = Ward()
    free = infused(ward, "ann")
    assert len(_facts(ward.react(free), ObservationBegun)) == 1
    assert _facts(ward.react(free), ObservationBegun) == []
    assert _state(ward).patients(ward.now) == 0
    ward.wait(days=29)
    assert _state(ward).patients(ward.now) == 1
    second = infused(ward, "bea")
    ward.react(second)
    state = _state(ward)
    assert (state.free, [w.token for w in state.watched]) == ((token(free),), [token(second)])
    assert state.knows(token(free)) and state.knows(token(second)) and not state.knows("nobody")
    ward.react(free, seen_at=ward.now.plus(days=-20), **SHOCK)  # found out late: no longer free
    assert _state(ward).toxic == (token(free),) and _state(ward).free == ()
    assert token(free) != free.identifier  # the programme's public state names no therapy


def _ward(rule: ToleranceRule) -> Ward:
    ward = Ward()
    ward.programmes = Programmes([replace(VERSION, safety=SafetyPlan("6", rule))])
    return ward


@pytest.mark.requirement("PAT-20")
def test_a_simulated_series_halts_at_the_right_patient() -> None:
    rule = replace(
        TOLERANCE,
        calculation="beta_binomial",
        parameters={
            "prior_events": Decimal("0.5"), "prior_free": Decimal("1.5"), "rate_max": Decimal("0.3"),
            "certainty": Decimal("0.8"), "patients_min": Decimal(3),
        },
    )  # fmt: skip
    ward = _ward(rule)
    # Toxic are the second, the third and the fifth of five; every window is over before the next patient.
    held_at = []
    for number, toxic in enumerate((False, True, True, False, True), start=1):
        chain = infused(ward, f"p{number}")
        ward.react(chain, **(SHOCK if toxic else {}))
        held_at += [number] if _state(ward).is_held else []
        ward.wait(days=29)
        if _state(ward).is_held:
            break
    assert held_at == [3]
    hold = _state(ward).held
    assert hold is not None and (hold.toxicities, hold.patients) == (2, 3) and "0.3" in hold.because


@pytest.mark.requirement("PAT-20")
@pytest.mark.parametrize(
    ("toxicities", "patients", "holds"), [(0, 3, False), (1, 3, False), (2, 2, False), (2, 3, True), (2, 9, False)]
)
def test_the_bound_follows_the_count(toxicities: int, patients: int, holds: bool) -> None:
    parameters = {
        "prior_events": Decimal("0.5"), "prior_free": Decimal("1.5"), "rate_max": Decimal("0.3"),
        "certainty": Decimal("0.8"), "patients_min": Decimal(3),
    }  # fmt: skip
    rule = replace(TOLERANCE, calculation="beta_binomial", parameters=parameters)
    assert bool(reached(rule, toxicities, patients)) is holds


def test_every_calculation_that_a_programme_can_name_is_there() -> None:
    assert set(CALCULATIONS) == set(NAMED)
    assert reached(TOLERANCE, 1, 5) == ""


@pytest.mark.requirement("PAT-20")
def test_a_hold_ends_by_two_and_the_next_toxicity_holds_again() -> None:
    ward = Ward()
    for name in ("ann", "bea"):
        ward.react(infused(ward, name), **SHOCK)
    with pytest.raises(Refusal, match=r"safety\.decided_by_another"):
        _resume(ward, SAFETY, SAFETY)
    ward.do(CONFIRM_RESUMPTION, ConfirmResumption(programme=CART), SAFETY_2)
    assert not _state(ward).is_held
    assert _facts(ward.react(infused(ward, "cleo"), **SHOCK), EnrolmentHeld) != []
    # A proposal from before a new hold is no decision about it.
    assert _state(ward).proposed_by is None


@pytest.mark.requirement("PAT-20")
def test_a_toxicity_while_enrolment_is_held_changes_neither_reason_nor_day() -> None:
    ward = Ward()
    chains = infused(ward, "ann"), infused(ward, "bea")
    ward.do(HOLD_ENROLMENT, HoldEnrolment(programme=CART, reason=text(FreeText)), SAFETY)
    before = _state(ward).held
    for chain in chains:
        ward.react(chain, **SHOCK)
    assert _state(ward).held == before and before is not None and before.because == BY_HAND
    _resume(ward)


def test_a_physician_of_the_board_may_agree() -> None:
    ward = Ward()
    ward.do(HOLD_ENROLMENT, HoldEnrolment(programme=CART, reason=text(FreeText)), SAFETY)
    _resume(ward, SAFETY, PHYSICIAN)
    assert not _state(ward).is_held
    assert PHYSICIAN.organisation != MAKER and NURSE.role not in CONFIRM_RESUMPTION.roles
