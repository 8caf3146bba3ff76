"""The grade of a cytokine release syndrome: the whole truth table, the published cases, the order of grades."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign import rulesets
from coign.kernel.values import Instant, Quantity
from coign.safety.events import BloodPressure, Oxygen
from coign.safety.grading.crs import Seen, blood_pressure_class, cannula_class, grade_crs, is_fever
from coign.safety.grading.grades import Graded

RULES = rulesets.load()
NOW = Instant.parse("2026-03-12T09:00:00Z")

# Annex B of the requirements, written down a second time and apart from the rule set.
PRESSURE = {
    "normal": 1, "low_without_vasopressor": 2, "vasopressin_alone": 3, "one_vasopressor": 3,
    "one_vasopressor_and_vasopressin": 3, "several_vasopressors": 4,
}  # fmt: skip
OXYGEN = {
    "none": 1, "for_another_reason": 1, "blow_by": 2, "low_flow_cannula": 2, "high_flow_cannula": 3, "face_mask": 3,
    "non_rebreather_mask": 3, "venturi_mask": 3, "positive_pressure": 4,
}  # fmt: skip


def _seen(temperature: str = "38.0", pressure: str = "normal", oxygen: str = "none", **more: Any) -> Seen:
    return Seen(NOW, Quantity(temperature, "Cel"), pressure, oxygen, **more)


def test_the_table_knows_every_class_that_can_be_chosen() -> None:
    assert set(PRESSURE) == set(get_args(BloodPressure))
    assert set(OXYGEN) == set(get_args(Oxygen))


@pytest.mark.requirement("PAT-15")
@pytest.mark.parametrize("treated", [False, True])
@pytest.mark.parametrize("temperature", ["37.9", "38.0"])
@pytest.mark.parametrize("before", [False, True, None])
def test_the_grade_follows_from_the_table(treated: bool, temperature: str, before: bool | None) -> None:
    fever = temperature == "38.0"
    for pressure, oxygen in product(PRESSURE, OXYGEN):
        found = grade_crs(_seen(temperature, pressure, oxygen, anticytokine_given=treated, fever_before=before), RULES)
        if not fever and treated and before is None:
            assert found.grade is None and "nobody knows" in found.not_graded_because, (pressure, oxygen)
        elif fever or (treated and before):
            expected = str(max(PRESSURE[pressure], OXYGEN[oxygen]))
            assert found == Graded(expected), (pressure, oxygen)  # type: ignore[arg-type]
        else:
            assert found == Graded("0"), (pressure, oxygen)


@pytest.mark.requirement("PAT-15", "PAT-S4")
def test_after_treatment_fever_is_no_longer_needed() -> None:
    treated = {"anticytokine_given": True, "fever_before": True}
    assert grade_crs(_seen("36.9", "one_vasopressor", **treated), RULES).grade == "3"
    assert grade_crs(_seen("36.9", "one_vasopressor_and_vasopressin", **treated), RULES).grade == "3"
    assert grade_crs(_seen("36.9", "several_vasopressors", **treated), RULES).grade == "4"


@pytest.mark.requirement("PAT-15", "PAT-S8")
def test_a_tube_that_only_protects_the_airway_counts_for_nothing() -> None:
    assert grade_crs(_seen("38.5", oxygen="for_another_reason"), RULES).grade == "1"
    assert grade_crs(_seen("38.5", oxygen="positive_pressure"), RULES).grade == "4"


@pytest.mark.requirement("PAT-15")
def test_fever_of_another_cause_is_no_fever_of_this_syndrome() -> None:
    explained = _seen("39.5", "one_vasopressor", fever_explained=True)
    assert not is_fever(explained, RULES)
    assert grade_crs(explained, RULES).grade == "0"


@pytest.mark.requirement("PAT-15")
def test_death_by_it_is_grade_5_whatever_else_was_seen() -> None:
    assert grade_crs(_seen("36.0", died_of_it=True), RULES).grade == "5"


@pytest.mark.requirement("PAT-15")
@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen(NOW, Quantity("101.3", "[degF]"), "normal", "none"), "degrees Celsius"),
        (_seen("39.0", "unheard_of"), "unheard_of"),
        (_seen("39.0", oxygen="unheard_of"), "unheard_of"),
    ],
)
def test_what_cannot_be_graded_gets_no_grade_and_the_reason(seen: Seen, why: str) -> None:
    found = grade_crs(seen, RULES)
    assert found.grade is None and why in found.not_graded_because


def test_a_temperature_in_another_unit_is_never_fever() -> None:
    assert not is_fever(Seen(NOW, Quantity("101.3", "[degF]"), "normal", "none"), RULES)


@pytest.mark.requirement("PAT-15")
@pytest.mark.parametrize(
    ("low", "given", "expected"),
    [
        (False, [], "normal"),
        (True, [], "low_without_vasopressor"),
        (True, ["Vasopressin"], "vasopressin_alone"),
        (True, ["norepinephrine"], "one_vasopressor"),
        (True, ["norepinephrine", "vasopressin"], "one_vasopressor_and_vasopressin"),
        (True, ["norepinephrine", "epinephrine"], "several_vasopressors"),
        (True, ["norepinephrine", "norepinephrine "], "one_vasopressor"),
        (True, ["norepinephrine", "epinephrine", "vasopressin"], "several_vasopressors"),
    ],
)
def test_vasopressin_is_not_counted(low: bool, given: list[str], expected: str) -> None:
    assert blood_pressure_class(low=low, vasopressors=given) == expected


@pytest.mark.requirement("PAT-15")
def test_a_cannula_is_low_flow_up_to_its_limit() -> None:
    assert cannula_class(Quantity("6", "L/min"), NOW, RULES) == "low_flow_cannula"
    assert cannula_class(Quantity("6.1", "L/min"), NOW, RULES) == "high_flow_cannula"
    with pytest.raises(ValueError, match="L/min"):
        cannula_class(Quantity("6", "mL/min"), NOW, RULES)


@pytest.mark.requirement("PAT-15")
@settings(deadline=None)
@given(
    st.decimals(min_value="34", max_value="43", places=1),
    st.sampled_from(sorted(PRESSURE)), st.sampled_from(sorted(PRESSURE)), st.sampled_from(sorted(OXYGEN)),
    st.booleans(),
)  # fmt: skip
def test_worse_blood_pressure_never_gives_a_better_grade(
    temperature: Any, one: str, other: str, oxygen: str, treated: bool
) -> None:
    milder, worse = sorted((one, other), key=PRESSURE.__getitem__)
    grades = [
        grade_crs(_seen(str(temperature), p, oxygen, anticytokine_given=treated, fever_before=True), RULES).grade
        for p in (milder, worse)
    ]
    assert grades[0] is not None and grades[1] is not None and grades[0] <= grades[1]


def _from_words(case: dict[str, Any]) -> Seen:
    flow = re.fullmatch(r"nasal cannula (\S+) L/min", case.get("oxygen", ""))
    assert flow or "oxygen" not in case
    low = "hypotension" in case or "vasopressors" in case
    return Seen(
        NOW,
        Quantity.of(str(case["temperature_c"]), "Cel"),
        blood_pressure_class(low=low, vasopressors=case.get("vasopressors", ())),
        cannula_class(Quantity(flow[1], "L/min"), NOW, RULES) if flow else "none",
    )


@pytest.mark.requirement("PAT-15")
def test_the_published_cases_get_the_published_grades(shared: Path) -> None:
    cases = json.loads((shared / "vectors/adverse-event-grading/astct-cases.json").read_text())["cases"]
    crs = [case for case in cases if "temperature_c" in case]
    assert len(crs) >= 6
    for case in crs:
        expected = "0" if case["expected"] == "not CRS" else case["expected"]
        assert grade_crs(_from_words(case), RULES).grade == expected, case["case"]
