"""The safety section of a programme file: optional, and every defect named with its line."""

import re
from decimal import Decimal
from importlib.resources import files

import pytest

from coign.kernel.values import Quantity
from coign.programmes.reading import problems, read
from coign.programmes.safety_plan import Qualifying, SafetyPlan, Timepoint

#: Without the times that acts of its journey are for, so that the section may name others.
_FILE = re.sub(r", timepoint: \w+", "", files("coign.programmes").joinpath("autologous-car-t.yaml").read_text())
#: The released file with a section of our own in place of whatever it says.
BARE = (
    _FILE[: _FILE.index("\nsafety:\n")] + "\n" + _FILE[_FILE.index("\nstages:\n") :]
    if "\nsafety:\n" in _FILE
    else _FILE
)
SECTION = """
safety:
  ctcae: "5"
  dose_limiting:
    window_days: 28
    qualifying:
      - {scale: crs, grade: 4}
      - {scale: icans, grade: 3}
    calculation: beta_binomial
    parameters: {prior_events: 0.5, prior_free: 1.5, rate_max: 0.3, certainty: 0.9, patients_min: 3}
    source: chosen
  response:
    categories: {complete: Complete response, progressive: Progressive disease}
    responders: [complete]
    timepoints:
      - {id: day_28, label: Day 28, day_from: 21, day_to: 42}
"""


def _with(section: str) -> str:
    return BARE.rstrip() + "\n" + section


@pytest.mark.requirement("PAT-17", "PAT-19", "PAT-20")
def test_a_programme_pins_a_version_and_says_what_limits_the_dose() -> None:
    plan = read(_with(SECTION).encode()).safety
    assert plan.ctcae == "5" and plan.tolerance is not None
    rule = plan.tolerance
    assert rule.window == Quantity("28", "d") and rule.calculation == "beta_binomial"
    assert rule.qualifying == (Qualifying("crs", 4), Qualifying("icans", 3))
    assert rule.parameters["rate_max"] == Decimal("0.3")
    assert rule.counts("icans", 3) and rule.counts("crs", 5)
    assert not rule.counts("crs", 3) and not rule.counts("laboratory", 4)
    assert plan.response.timepoint("day_28") == Timepoint("day_28", "Day 28", 21, 42)
    assert plan.response.timepoint("day_90") is None and plan.response.responders == ("complete",)


def test_a_programme_without_the_section_pins_nothing() -> None:
    assert read(BARE.encode()).safety == SafetyPlan()
    assert read(_with('safety:\n  ctcae: "6"\n').encode()).safety == SafetyPlan("6")


@pytest.mark.parametrize(
    ("before", "after", "rule", "words"),
    [
        ('ctcae: "5"', 'ctcae: "4"', "unknown_value", "4 is not one of 5, 6"),
        ('  ctcae: "5"\n', "", "missing_key", "ctcae is missing"),
        ("window_days: 28", "window_days: 0", "bounds", "a window of no days"),
        ("window_days: 28", "window_days: 2.5", "type", "expected a whole number"),
        ("    window_days: 28\n", "", "missing_key", "window_days is missing"),
        ("scale: crs, grade: 4", "scale: mood, grade: 4", "unknown_value", "mood is not one of"),
        ("scale: crs, grade: 4", "scale: crs, grade: 6", "bounds", "between 1 and 5"),
        ("scale: crs, grade: 4", "scale: crs", "missing_key", "grade is missing"),
        ("calculation: beta_binomial", "calculation: feeling", "unknown_value", "feeling is not one of"),
        ("rate_max: 0.3, ", "", "missing_key", "rate_max is missing"),
        ("rate_max: 0.3, ", "rate_max: often, ", "type", "expected a decimal number"),
        ("rate_max: 0.3, ", "rate_max: 0.3, mood: 1, ", "unknown_key", "mood"),
        ("    parameters: {prior_events: 0.5, prior_free: 1.5, rate_max: 0.3, certainty: 0.9, patients_min: 3}\n", "",
         "missing_key", "parameters is missing"),
        ("responders: [complete]", "responders: [better]", "unknown_value", "better is not among the categories"),
        ("day_from: 21, day_to: 42", "day_from: 42, day_to: 21", "bounds", "lies before"),
        ("    responders: [complete]\n", "", "missing_key", "responders is missing"),
    ],
)  # fmt: skip
def test_every_defect_is_named_with_its_line(before: str, after: str, rule: str, words: str) -> None:
    assert before in SECTION
    text = _with(SECTION.replace(before, after))
    found = [p for p in problems(text) if p.rule == rule and words in p.message]
    assert found, problems(text)
    assert found[0].line >= text[: text.index("\nsafety:\n")].count("\n") + 2


@pytest.mark.parametrize("lost", ["    qualifying", "    categories", "    timepoints", "    source"])
def test_a_part_that_is_missing_stops_the_reading(lost: str) -> None:
    text = _with(SECTION.replace(lost, f"{lost}_lost"))
    assert {p.rule for p in problems(text)} >= {"missing_key", "unknown_key"}
