"""Laboratory values by CTCAE: border by border; what is not known leaves no grade, never grade 0."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign import rulesets
from coign.kernel.values import Instant
from coign.safety.grading.criteria import Measured, read
from coign.safety.grading.grades import Graded
from coign.safety.grading.laboratory import Observation, grade_laboratory, terms

RULES = rulesets.load()
NOW = Instant.parse("2026-03-12T09:00:00Z")
VERSIONS = ("5", "6")


def _grade(version: str, term: str, value: str, unit: str = "", **more: Any) -> Graded:
    numbers = {n: v if n == "baseline_state" else Decimal(v) for n, v in more.items()}
    return grade_laboratory(Observation(NOW, version, term, Decimal(value), unit, **numbers), RULES)


@pytest.mark.requirement("PAT-17")
def test_one_neutrophil_count_has_two_grades_in_two_versions() -> None:
    assert _grade("5", "Neutrophil count decreased", "0.4", "10*9/L", lower_limit="2").grade == "4"
    assert _grade("6", "Neutrophil count decreased", "0.4", "10*9/L", lower_limit="2").grade == "3"


@pytest.mark.requirement("PAT-17")
def test_a_term_of_one_version_is_unknown_to_the_other() -> None:
    assert _grade("5", "Platelet count decreased", "20", "10*9/L", lower_limit="150").grade == "4"
    found = _grade("6", "Platelet count decreased", "20", "10*9/L", lower_limit="150")
    assert found.grade is None and "version 6" in found.not_graded_because
    assert _grade("6", "Thrombocytopenia", "20", "10*3/uL", lower_limit="150").grade == "3"
    assert _grade("4", "Anemia", "99", "g/L", lower_limit="120").grade is None


ALT = "Alanine aminotransferase increased"


@pytest.mark.requirement("PAT-17")
@pytest.mark.parametrize(
    ("version", "value", "state", "grade"),
    [
        ("5", "40", "normal", "0"), ("5", "41", "normal", "1"), ("5", "120", "normal", "1"),
        ("5", "121", "normal", "2"), ("5", "201", "normal", "3"), ("5", "801", "normal", "4"),
        ("5", "149", "high", "0"), ("5", "150", "high", "1"), ("5", "301", "high", "2"), ("5", "2001", "high", "4"),
        ("5", "150", "low", "1"),
        ("6", "41", "low", "1"), ("6", "99", "high", "0"), ("6", "100", "high", "1"), ("6", "151", "high", "2"),
        ("6", "201", "high", "3"), ("6", "401", "high", "4"),
    ],
)  # fmt: skip
def test_an_abnormal_value_before_treatment_moves_the_borders(version: str, value: str, state: str, grade: str) -> None:
    assert _grade(version, ALT, value, upper_limit="40", baseline="100", baseline_state=state).grade == grade


@pytest.mark.requirement("PAT-17")
def test_what_the_value_was_before_must_be_known_where_it_decides() -> None:
    found = _grade("5", ALT, "35", upper_limit="40")
    assert found.grade is None and "before treatment" in found.not_graded_because
    assert _grade("6", "Creatinine increased", "70", upper_limit="80", baseline="40").grade is None
    assert _grade("6", "Creatinine increased", "70", upper_limit="80", baseline="40", baseline_state="low").grade == "2"
    assert (
        _grade("6", "Creatinine increased", "70", upper_limit="80", baseline="40", baseline_state="high").grade == "0"
    )


@pytest.mark.requirement("PAT-17")
def test_a_grade_that_is_met_is_given_and_what_could_raise_it_is_told() -> None:
    found = _grade("5", "Creatinine increased", "170", upper_limit="100")
    assert found.grade == "2" and "grade 3 hangs on the value before treatment" in found.note


@pytest.mark.requirement("PAT-17")
def test_a_fall_is_worked_out_from_the_value_before_treatment() -> None:
    assert _grade("5", "Fibrinogen decreased", "1.4", "g/L", lower_limit="2", baseline="4").grade == "3"
    assert _grade("5", "Fibrinogen decreased", "2.1", "g/L", lower_limit="2", baseline="9").grade == "0"
    assert _grade("5", "Fibrinogen decreased", "1.4", "g/L", lower_limit="2", baseline="0").grade == "2"


@pytest.mark.requirement("PAT-17", "CSV-28")
@pytest.mark.parametrize(
    ("value", "unit", "limits", "why"),
    [
        ("99", "", {}, "without its unit"),
        ("99", "[lb_av]", {}, "g/L"),
        ("140", "g/L", {}, "the lower limit of normal"),
    ],
)
def test_without_unit_or_limit_there_is_no_grade_and_a_reason(
    value: str, unit: str, limits: dict[str, str], why: str
) -> None:
    found = _grade("5", "Anemia", value, unit, **limits)
    assert found.grade is None and why in found.not_graded_because


@pytest.mark.requirement("CSV-28")
def test_a_limit_in_another_unit_than_the_value_is_noticed() -> None:
    found = _grade("6", "Hyperglycemia (Fasting)", "100", "mg/dL", upper_limit="5.3")
    assert found.grade is None and "one unit" in found.not_graded_because
    assert _grade("6", "Hyperglycemia (Fasting)", "100", "mg/dL", upper_limit="95").grade == "1"


@pytest.mark.requirement("PAT-17")
def test_what_no_grade_of_a_term_is_written_for_is_not_graded() -> None:
    assert _grade("6", "Creatinine clearance decreased", "12", "mL/min").grade == "3"
    found = _grade("6", "Creatinine clearance decreased", "9", "mL/min")
    assert found.grade is None and "no grade of this term" in found.not_graded_because


def test_a_result_that_is_missing_is_not_graded() -> None:
    found = grade_laboratory(Observation(NOW, "5", "Anemia", None, "g/L"), RULES)
    assert found == Graded(None, "there is no value")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_term_of_the_rule_sets_can_be_read_and_grades_something(version: str) -> None:
    known = terms(version, RULES)
    assert len(known) >= 37
    for term, units in known.items():
        for unit in units:
            row = f"safety.ctcae.v{version}.{term}" + (f".{unit}" if unit else "")
            criteria = read(RULES.text(row, NOW))
            assert 0 in criteria and set(criteria) <= {0, 1, 2, 3, 4}, row


NUMBERS = st.decimals(min_value="0.01", max_value="2000", places=2)


@pytest.mark.parametrize("version", VERSIONS)
@settings(deadline=None, max_examples=40)
@given(data=st.data(), one=NUMBERS, other=NUMBERS, limit=NUMBERS, baseline=NUMBERS)
def test_a_worse_value_never_has_a_better_grade(
    version: str, data: Any, one: Decimal, other: Decimal, limit: Decimal, baseline: Decimal
) -> None:
    term = data.draw(st.sampled_from(sorted(terms(version, RULES))))
    unit = data.draw(st.sampled_from(terms(version, RULES)[term]))
    state = data.draw(st.sampled_from(["normal", "low", "high"]))
    falling = "decreased" in term or term.startswith(("hypo", "anemia", "acidosis", "thrombo"))
    better, worse = sorted((one, other), reverse=falling)
    grades = [
        grade_laboratory(
            Observation(NOW, version, term, v, unit, limit, limit, baseline, state),  # type: ignore[arg-type]
            RULES,
        ).grade
        for v in (better, worse)
    ]
    if None not in grades:
        assert grades[0] <= grades[1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "why"),
    [("> ULN", "expected a grade"), ("1: about 3", "no part"), ("1: >", "no part"), ("x: > 3", "expected a grade")],
)
def test_a_criterion_that_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(text)


def test_what_is_not_known_decides_nothing() -> None:
    criterion = read("1: > ULN and > baseline; decrease >= 25")[1]
    assert criterion.meets(Measured(Decimal(5), upper_limit=Decimal(6), decrease_percent=Decimal(3))) is False
    assert criterion.meets(Measured(Decimal(5), upper_limit=Decimal(4))) is None
    assert criterion.missing(Measured(Decimal(5), upper_limit=Decimal(4))) == (
        "the value before treatment", "how far it fell since before treatment",
    )  # fmt: skip
    assert criterion.meets(Measured(Decimal(5), decrease_percent=Decimal(25))) is True
