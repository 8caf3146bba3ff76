"""Assessments: scenarios of grading, the version that is pinned, own grades beside computed ones, responses."""

from typing import Any

import pytest
from tests.support.clinic import NURSE, PHYSICIAN, VERSION, Clinic, text
from tests.support.safety import Ward, blood, infused, missed, neurology, response, seen

from coign.identity.events import ChainBegun
from coign.identity.views import CHAIN
from coign.kernel.subjects import Chain
from coign.kernel.values import Digest, FreeText, Quantity
from coign.programmes.model import Programmes
from coign.safety.actions import (
    record_icans,
    record_laboratory,
    record_missed_response,
    record_reaction,
    record_response,
)
from coign.safety.state import REACTIONS, Missed, Response, WorstTerm
from coign.safety.views import ENROLMENT


def _crs(clinic: Clinic, chain: Chain, **changed: Any) -> Any:
    return clinic.do(record_reaction.ACTION, seen(clinic, chain, **changed), NURSE)[0]


def _icans(clinic: Clinic, chain: Chain, **changed: Any) -> Any:
    return clinic.do(record_icans.ACTION, neurology(clinic, chain, **changed), PHYSICIAN)[0]


def _blood(clinic: Clinic, chain: Chain, **changed: Any) -> Any:
    return clinic.do(record_laboratory.ACTION, blood(clinic, chain, **changed), PHYSICIAN)[0]


@pytest.mark.requirement("PAT-S4", "PAT-15")
def test_under_tocilizumab_one_vasopressor_is_grade_3_without_fever() -> None:
    ward = Ward()
    chain = infused(ward)
    ward.wait(days=2)
    assert _crs(ward, chain, temperature=Quantity("39.1", "Cel")).grade == "1"
    ward.wait(days=1)
    cool = {"temperature": Quantity("36.9", "Cel"), "anticytokine_given": "yes"}
    assert _crs(ward, chain, blood_pressure="one_vasopressor", **cool).grade == "3"
    assert _crs(ward, chain, blood_pressure="one_vasopressor_and_vasopressin", **cool).grade == "3"
    assert _crs(ward, chain, blood_pressure="several_vasopressors", **cool).grade == "4"


@pytest.mark.requirement("PAT-S8", "PAT-15", "PAT-16")
def test_a_tube_for_a_seizure_is_no_grade_4_by_oxygen_and_the_seizure_is_graded_by_its_own_table() -> None:
    ward = Ward()
    chain = infused(ward)
    ward.wait(days=4)
    assert _crs(ward, chain, oxygen="for_another_reason").grade == "1"
    assert _icans(ward, chain, right_answers=("year",), objects_named=0, seizure="resolves_rapidly").grade == "3"
    state = ward.state(REACTIONS, chain)
    assert (state.crs_counted, state.icans_counted) == ("1", "3")  # apart, never merged (PAT-17)


@pytest.mark.requirement("PAT-16")
def test_items_give_the_sum_and_the_sum_alone_is_enough() -> None:
    ward = Ward()
    chain = infused(ward)
    by_items = _icans(ward, chain, right_answers=("year", "month", "city"), objects_named=2)
    assert (by_items.score, by_items.grade) == (5, "2")
    nothing_named = _icans(ward, chain, right_answers=(), objects_named=0, score=0)
    assert (nothing_named.score, nothing_named.grade) == (0, "3")
    told = _icans(ward, chain, right_answers=(), objects_named=None, score=8)
    assert (told.score, told.right_answers, told.grade) == (8, (), "1")
    untested = _icans(ward, chain, right_answers=(), objects_named=None)
    assert (untested.score, untested.grade) == (None, None) and untested.not_graded_because
    assert ward.state(REACTIONS, chain).icans_last is None
    assert untested.rule == "ASTCT ICANS, in force since 2019-04-01"


@pytest.mark.requirement("PAT-15", "PAT-16")
def test_a_clinicians_own_grade_stands_beside_the_computed_one_and_the_higher_one_counts() -> None:
    ward = Ward()
    chain = infused(ward)
    own = {"clinicians_reason": text(FreeText)}
    fact = _icans(ward, chain, right_answers=("year",), objects_named=0, clinicians_grade="1", **own)
    assert (fact.grade, fact.clinicians_grade) == ("3", "1")
    assert ward.state(REACTIONS, chain).icans_counted == "3"
    _crs(ward, chain, clinicians_grade="2", **own)
    assert ward.state(REACTIONS, chain).crs_counted == "2"


@pytest.mark.requirement("PAT-17")
def test_the_version_that_the_programme_pins_grades_the_blood() -> None:
    ward = Ward()
    chain = infused(ward)
    fact = _blood(ward, chain, result=Quantity("0.4", "10*9/L"))
    assert (fact.version, fact.grade) == ("6", "3")  # grade 4 in version 5
    falling = _blood(
        ward, chain, term="Creatinine increased", result=Quantity("190", "umol/L"),
        upper_limit=Quantity("100", "umol/L"), lower_limit=Quantity("40", "umol/L"),
        baseline=Quantity("80", "umol/L"), baseline_state="normal",
    )  # fmt: skip
    assert falling.grade == "2"
    _blood(ward, chain, result=Quantity("1.8", "10*9/L"))
    assert ward.state(REACTIONS, chain).laboratory == (
        WorstTerm("Creatinine increased", "2"), WorstTerm("Neutrophil count decreased", "3"),
    )  # fmt: skip


@pytest.mark.requirement("PAT-17")
def test_what_cannot_be_graded_gets_no_grade_and_a_reason() -> None:
    ward = Ward()
    chain = infused(ward)
    fact = _blood(ward, chain, result=Quantity("0.4", "g/L"))
    assert fact.grade is None and "10*9/L" in fact.not_graded_because
    assert ward.state(REACTIONS, chain).laboratory == ()


@pytest.mark.requirement("PAT-17")
def test_a_therapy_whose_programme_is_not_here_is_recorded_without_a_grade() -> None:
    ward = Ward()
    chain = infused(ward)
    ward.programmes = Programmes([])  # the file of its version was taken away
    fact = _blood(ward, chain)
    assert (fact.version, fact.grade) == ("", None)
    assert fact.not_graded_because == "the programme names no version of CTCAE"


@pytest.mark.requirement("PAT-26")
def test_the_newest_response_at_a_time_counts() -> None:
    ward = Ward()
    chain = infused(ward)
    ward.wait(days=28)
    for category in ("progressive", "complete"):
        ward.do(record_response.ACTION, response(ward, chain, category=category), PHYSICIAN)
    assert ward.state(REACTIONS, chain).responses == (Response("day_28", "complete"),)


@pytest.mark.requirement("PAT-23")
def test_what_nobody_assessed_is_told_with_its_reason_until_an_assessment_turns_up() -> None:
    ward = Ward()
    chain = infused(ward)
    day_30 = ward.now.plus(days=30)
    ward.wait(days=43)
    for why in ("not_done", "lost_to_follow_up"):
        ward.do(record_missed_response.ACTION, missed(ward, chain, why=why), PHYSICIAN)
    told = ward.state(REACTIONS, chain)
    assert told.missed == (Missed("day_28", "lost_to_follow_up"),)
    assert told.is_told_of("day_28") and not told.is_told_of("month_3")
    ward.do(record_response.ACTION, response(ward, chain, assessed_on=day_30), PHYSICIAN)
    told = ward.state(REACTIONS, chain)
    assert (told.missed, told.responses) == ((), (Response("day_28", "complete"),))


@pytest.mark.parametrize(
    "action",
    [
        record_reaction.ACTION, record_icans.ACTION, record_laboratory.ACTION, record_response.ACTION,
        record_missed_response.ACTION,
    ],
)  # fmt: skip
def test_a_therapy_that_nobody_knows_is_refused_and_nothing_breaks(action: Any) -> None:
    ward, nowhere = Ward(), Chain.of("nowhere")
    command = {
        "safety.record_reaction": seen, "safety.record_icans": neurology, "safety.record_laboratory": blood,
        "safety.record_response": response, "safety.record_missed_response": missed,
    }[action.name](ward, nowhere)  # fmt: skip
    assert "safety.therapy_is_of_this_centre" in ward.unmet(action, command, PHYSICIAN)


def test_a_therapy_without_a_tolerance_rule_watches_nobody() -> None:
    ward = Ward()
    chain = infused(ward)
    begun = ward.state(CHAIN, chain)
    ward.happened(
        ChainBegun(
            chain=chain, patient=begun.patient, programme=begun.programme, version=Digest("ee" * 32),
            product=begun.product, centre=begun.centre, maker=begun.maker,
        ),
        by=PHYSICIAN,
    )  # fmt: skip
    _crs(ward, chain)
    assert ward.state(ENROLMENT, VERSION.programme).watched == ()
