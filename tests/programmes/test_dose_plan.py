"""The dose: from released results, filled volumes and a dated weight; and the section of a programme that says how."""

from decimal import Decimal
from importlib.resources import files

import pytest

from coign.kernel.values import Quantity
from coign.programmes.dose_plan import DosePlan, DoseRange, is_weight, millions
from coign.programmes.reading import problems, read

FILE = files("coign.programmes").joinpath("autologous-car-t.yaml").read_text()
PLAN = DosePlan(
    cells="CAR+ cells",
    count="count",
    shares=("cd3", "car"),
    ranges=(
        DoseRange(Decimal("0.2"), Decimal(5), "10*6/kg", Decimal(50), "label"),
        DoseRange(Decimal(10), Decimal(250), "10*6", None, "label"),
    ),
    cap=Quantity("225", "10*6"),
    cap_source="label",
)


def kg(weight: str) -> Quantity:
    return Quantity(weight, "kg")


@pytest.mark.requirement("PAT-29")
def test_the_strength_is_the_released_count_times_the_shares_of_it_that_count() -> None:
    strength = PLAN.strength({"count": "4.0", "cd3": "90", "car": "50", "other": "1"})
    assert strength == Quantity("1.8", "10*6/mL")
    assert PLAN.cells_in(Quantity("20", "mL"), strength) == Decimal("36.0")


@pytest.mark.parametrize("missing", ["count", "cd3", "car"])
def test_without_one_of_the_results_there_is_no_strength(missing: str) -> None:
    results = {"count": "4.0", "cd3": "90", "car": "50"}
    assert PLAN.strength({name: value for name, value in results.items() if name != missing}) is None


@pytest.mark.requirement("PAT-29")
@pytest.mark.parametrize(
    ("volume", "strength", "says"),
    [
        (Quantity("20", "mL"), Quantity("1.8", "10*6/mL"), None),
        (None, Quantity("1.8", "10*6/mL"), "no filled volume"),
        (Quantity("20", "mL"), None, "without a number of CAR+ cells"),
        (Quantity("0.02", "L"), Quantity("1.8", "10*6/mL"), "0.02 L at 1.8 10*6/mL: expected are mL and 10*6/mL"),
        (Quantity("20", "mL"), Quantity("1.8", "10*9/L"), "expected are mL and 10*6/mL"),
    ],
)
def test_units_that_do_not_match_and_numbers_that_are_missing_make_no_dose(
    volume: Quantity | None, strength: Quantity | None, says: str | None
) -> None:
    why = PLAN.unknown_because(volume, strength)
    assert (why is None) if says is None else (why is not None and says in why)
    assert (PLAN.cells_in(volume, strength) > 0) is (says is None)


@pytest.mark.requirement("PAT-29")
@pytest.mark.parametrize(
    ("weight", "least", "most"),
    [("20", "4", "100"), ("45", "9", "225"), ("50", "10", "225"), ("50.1", "10", "225"), ("90", "10", "225")],
)
def test_up_to_a_weight_the_dose_follows_it_and_the_cap_holds_for_everybody(weight: str, least: str, most: str) -> None:
    assert PLAN.bounds(kg(weight)) == (Decimal(least), Decimal(most))
    for dose, too_little, too_much in ((least, False, False), (most, False, False)):
        assert bool(PLAN.too_little_because(Decimal(dose), kg(weight))) is too_little
        assert bool(PLAN.too_much_because(Decimal(dose), kg(weight))) is too_much
    assert PLAN.too_little_because(Decimal(least) - Decimal("0.1"), kg(weight))
    assert PLAN.too_much_because(Decimal(most) + Decimal("0.1"), kg(weight))


def test_the_sentence_says_which_number_is_out_and_of_which_range() -> None:
    said = PLAN.too_much_because(Decimal("260.004"), kg("70"))
    assert said == "260 million CAR+ cells are more than the 225 million that the programme allows at 70 kg"
    said = PLAN.too_little_because(Decimal("3.5"), kg("20"))
    assert said == "3.5 million CAR+ cells are fewer than the 4 million that the programme asks for at 20 kg"
    allowed = PLAN.range_words(kg("20"))
    assert allowed == "4 million to 100 million at 20 kg (0.2 to 5 million per kg, at most 225 million)"
    assert PLAN.range_words(kg("70")) == "10 million to 225 million at 70 kg"
    assert millions(Decimal(0)) == "0 million"


def test_a_weight_is_in_kilograms_and_more_than_nothing() -> None:
    assert is_weight(kg("3.2")) and not is_weight(kg("0")) and not is_weight(Quantity("150", "[lb_av]"))


def test_the_example_programme_fills_two_bags_and_works_the_dose_out() -> None:
    version = read(FILE.encode())
    assert version.final_containers_max == 2 and version.dose is not None
    assert version.dose.bounds(kg("70")) == (Decimal(10), Decimal(250))
    assert all(found.source for found in version.dose.ranges) and version.dose.cap_source


@pytest.mark.parametrize(
    ("instead", "of", "rule"),
    [
        ("count: cells", "count: viable_cells", "unknown_value"),
        ("count: sterility", "count: viable_cells", "unit"),
        ("shares: [vcn]", "shares: [cd3, car_positive]", "unit"),
        ("cap: {value: 250, unit: 10*9,", "cap: {value: 250, unit: 10*6,", "unit"),
        ("cap: {value: 0, unit: 10*6,", "cap: {value: 250, unit: 10*6,", "bounds"),
        ("{up_to_kg: 50, low: 6, high: 5,", "{up_to_kg: 50, low: 0.2, high: 5,", "bounds"),
        ("{low: 10, high: 250, unit: mL,", "{low: 10, high: 250, unit: 10*6,", "unit"),
        ("{up_to_kg: 90, low: 10, high: 250,", "{low: 10, high: 250,", "bounds"),
        ("{low: 0.2, high: 5,", "{up_to_kg: 50, low: 0.2, high: 5,", "bounds"),
    ],
)
def test_a_dose_section_that_cannot_be_meant_so_is_refused_with_its_line(instead: str, of: str, rule: str) -> None:
    assert FILE.count(of) >= 1
    found = problems(FILE.replace(of, instead, 1))
    assert rule in {p.rule for p in found}


def test_a_dose_that_rests_on_a_result_that_may_be_pending_is_refused() -> None:
    line = next(line for line in FILE.splitlines() if "{id: cd3," in line)
    pending = FILE.replace(line, line.replace("}", ", may_be_pending: true}"))
    assert [p.rule for p in problems(pending)] == ["pending"]
