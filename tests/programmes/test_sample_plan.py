"""The samples of a programme file: every test is made of one of them, and what is wrong is named with its line."""

from importlib.resources import files

import pytest

from coign.programmes.reading import problems, read

TEXT = files("coign.programmes").joinpath("autologous-car-t.yaml").read_text()
PLAN = TEXT[TEXT.index("samples:\n  - ") : TEXT.index("# How the dose is worked out")]


def test_every_test_of_the_panel_is_made_of_one_sample_that_is_drawn_after_a_step() -> None:
    version = read(TEXT.encode())
    assert [(s.id, s.purpose, s.after) for s in version.samples] == [
        ("culture", "in_process", "expand"), ("release", "release", "harvest"), ("retained", "retention", "harvest"),
    ]  # fmt: skip
    assert [s.id for s in version.samples_after("harvest")] == ["release", "retained"]
    assert not version.samples_after("activate") and version.planned_sample("colour") is None
    assert {test for sample in version.samples for test in sample.tests} == {test.id for test in version.panel}


def test_a_programme_that_plans_no_samples_means_one_of_what_was_made_for_all_tests() -> None:
    (sample,) = read(TEXT.replace(PLAN, "").encode()).samples
    assert (sample.id, sample.purpose, sample.after) == ("release", "release", "harvest")
    assert sample.tests == tuple(test.id for test in read(TEXT.encode()).panel) and sample.volume_min is None


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("purpose: in_process", "purpose: fun", "purpose", "fun is not one of in_process, release, retention"),
        ("after: expand", "after: dinner", "unknown_step", "dinner is not among the steps of production"),
        ("volume: 10", "volume: 0", "bounds", "a sample is more than nothing, given in mL"),
        ("tests: [mycoplasma]", "tests: []", "tests", "what is kept is not tested"),
        ("tests: []", "tests: [mycoplasma]", "tested_twice", "another sample or are not there: mycoplasma"),
        ("tests: [mycoplasma]", "tests: [colour]", "tested_twice", "another sample or are not there: colour"),
        ("[mycoplasma]", "[colour]", "untested", "no sample is drawn for: mycoplasma"),
        ("id: retained", "id: release", "double_id", "the sample release stands here twice"),
        ("purpose: in_process, ", "", "missing_key", "purpose"),
        ("after: expand, ", "", "missing_key", "after"),
        ("volume: 10, ", "", "missing_key", "volume"),
        ("tests: [mycoplasma], ", "", "missing_key", "tests"),
    ],
)
def test_what_is_wrong_with_a_plan_is_named(old: str, new: str, rule: str, message: str) -> None:
    assert PLAN.count(old) == 1
    found = [p for p in problems(TEXT.replace(PLAN, PLAN.replace(old, new))) if p.rule == rule]
    assert any(message in p.message for p in found), problems(TEXT.replace(PLAN, PLAN.replace(old, new)))
