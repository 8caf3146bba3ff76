"""The grade of neurotoxicity: every border of ICE and CAPD, every domain, what sedation and other causes hide."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign import rulesets
from coign.kernel.values import Instant
from coign.safety.grading.grades import Graded, counted, worst
from coign.safety.grading.icans import IceItems, Neurology, grade_icans

RULES = rulesets.load()
NOW = Instant.parse("2026-03-12T09:00:00Z")

# Annex C of the requirements, written down a second time and apart from the rule set.
ICE = {10: 0, 9: 1, 8: 1, 7: 1, 6: 2, 5: 2, 4: 2, 3: 2, 2: 3, 1: 3, 0: 3}
CAPD = {0: 0, 1: 1, 8: 1, 9: 3, 32: 3}
DOMAINS = {
    "consciousness": {"awake": 0, "wakes_by_itself": 1, "to_voice": 2, "to_touch": 3, "not_rousable": 4},
    "seizure": {
        "none": 0, "resolves_rapidly": 3, "on_eeg_resolves_with_treatment": 3, "over_5_minutes": 4,
        "repeated_without_recovery": 4,
    },
    "motor": {"none": 0, "deep_focal_weakness": 4},
    "pressure": {
        "none": 0, "focal_oedema": 3, "diffuse_oedema": 4, "posturing": 4, "sixth_nerve_palsy": 4, "papilloedema": 4,
        "cushings_triad": 4,
    },
}  # fmt: skip


def _grade(score: int | None = 10, **more: Any) -> Graded:
    return grade_icans(Neurology(NOW, score=score, **more), RULES)


@pytest.mark.requirement("PAT-16")
@pytest.mark.parametrize(("score", "grade"), ICE.items())
def test_every_score_of_ice_has_its_grade(score: int, grade: int) -> None:
    assert _grade(score) == Graded(str(grade))  # type: ignore[arg-type]


@pytest.mark.requirement("PAT-16")
@pytest.mark.parametrize(("score", "grade"), CAPD.items())
def test_capd_stands_for_ice_in_children_and_with_delay(score: int, grade: int) -> None:
    assert _grade(score, scale="CAPD").grade == str(grade)


@pytest.mark.requirement("PAT-16")
def test_a_child_with_some_delirium_is_1_or_2_by_how_it_wakes() -> None:
    assert _grade(8, scale="CAPD", consciousness="wakes_by_itself").grade == "1"
    assert _grade(8, scale="CAPD", consciousness="to_voice").grade == "2"


@pytest.mark.requirement("PAT-16")
@pytest.mark.parametrize(("domain", "value"), [(d, v) for d, values in DOMAINS.items() for v in values])
def test_every_finding_of_every_domain_has_its_grade(domain: str, value: str) -> None:
    assert _grade(10, **{domain: value}).grade == str(DOMAINS[domain][value])


@pytest.mark.requirement("PAT-16")
def test_who_cannot_be_roused_is_4_and_who_is_awake_without_words_is_3() -> None:
    assert _grade(0).grade == "3"
    assert _grade(None, consciousness="not_rousable").grade == "4"


@pytest.mark.requirement("PAT-16")
@settings(deadline=None)
@given(st.sampled_from(sorted(ICE)), st.fixed_dictionaries({d: st.sampled_from(sorted(v)) for d, v in DOMAINS.items()}))
def test_the_grade_is_the_worst_domain(score: int, seen: dict[str, str]) -> None:
    expected = max(ICE[score], *(DOMAINS[d][v] for d, v in seen.items()))
    assert _grade(score, **seen).grade == str(expected)


@pytest.mark.requirement("PAT-16")
def test_a_domain_with_another_cause_is_set_aside() -> None:
    explained = frozenset({"seizure"})
    assert _grade(8, seizure="over_5_minutes", explained=explained).grade == "1"
    assert _grade(None, explained=frozenset({"attention"})).grade == "0"


@pytest.mark.requirement("PAT-16")
def test_sedation_leaves_only_what_it_cannot_hide() -> None:
    asleep = _grade(0, consciousness="not_rousable", sedated=True)
    assert asleep.grade is None and "sedated" in asleep.not_graded_because
    assert _grade(None, pressure="diffuse_oedema", sedated=True).grade == "4"
    at_least = _grade(None, seizure="resolves_rapidly", sedated=True)
    assert at_least.grade is None and "at least 3" in at_least.not_graded_because


@pytest.mark.requirement("PAT-16")
def test_death_by_it_is_grade_5() -> None:
    assert _grade(10, died_of_it=True).grade == "5"


@pytest.mark.requirement("PAT-16")
def test_without_a_test_of_attention_nothing_is_called_normal() -> None:
    assert _grade(None).grade is None
    milder = _grade(None, consciousness="to_voice")
    assert milder.grade == "2" and "may be higher" in milder.note
    assert _grade(None, motor="deep_focal_weakness") == Graded("4")


@pytest.mark.parametrize("seen", [{"score": 11}, {"score": -1}, {"score": 33, "scale": "CAPD"}, {"motor": "a limp"}])
def test_what_no_rule_knows_is_not_graded(seen: dict[str, Any]) -> None:
    found = _grade(**seen)
    assert found.grade is None and found.not_graded_because


@pytest.mark.requirement("PAT-16")
def test_the_items_of_ice_add_up_to_ten() -> None:
    everything = IceItems(True, True, True, True, 3, True, True, True)
    assert everything.points == 10
    assert IceItems(False, True, True, True, 1, True, False, True).points == 6


def test_where_patients_are_counted_the_higher_grade_counts() -> None:
    assert counted("2", "3") == "3" and counted("3", "1") == "3"
    assert counted(None, "2") == "2" and counted("2", None) == "2" and counted(None, None) is None
    assert worst() is None and worst("1", None, "4", "2") == "4"
