"""What the therapy does to the patient: what is seen in a patient, and responses."""

from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import MAKER, NURSE, PHYSICIAN, Clinic, person, text
from tests.support.safety import blood, infused, missed, neurology, response, seen

from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText, Quantity
from coign.safety.actions import (
    record_icans,
    record_laboratory,
    record_missed_response,
    record_reaction,
    record_response,
)

MAKERS_NURSE, MAKERS_PHYSICIAN = person("makers-nurse", "nurse", MAKER), person("makers-physician", "physician", MAKER)


def _seen(clinic: Clinic, chain: Chain, actor: Actor = NURSE, **changed: Any) -> Asked:
    return record_reaction.ACTION, seen(clinic, chain, **changed), actor


def _neurology(clinic: Clinic, chain: Chain, actor: Actor = NURSE, **changed: Any) -> Asked:
    return record_icans.ACTION, neurology(clinic, chain, **changed), actor


def _blood(clinic: Clinic, chain: Chain, actor: Actor = NURSE, **changed: Any) -> Asked:
    return record_laboratory.ACTION, blood(clinic, chain, **changed), actor


def _response(clinic: Clinic, chain: Chain, actor: Actor = PHYSICIAN, **changed: Any) -> Asked:
    return record_response.ACTION, response(clinic, chain, **changed), actor


def _missed(clinic: Clinic, chain: Chain, actor: Actor = PHYSICIAN, **changed: Any) -> Asked:
    return record_missed_response.ACTION, missed(clinic, chain, **changed), actor


# Cytokine release


@allows
def fever(clinic: Clinic) -> Asked:
    return _seen(clinic, infused(clinic))


@allows
def graded_otherwise_by_the_physician(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    return _seen(clinic, chain, PHYSICIAN, clinicians_grade="2", clinicians_reason=text(FreeText))


@refuses("safety.therapy_is_of_this_centre")
def seen_by_the_maker(clinic: Clinic) -> Asked:
    return _seen(clinic, infused(clinic), MAKERS_NURSE)


@refuses("safety.product_was_given")
def reaction_to_nothing(clinic: Clinic) -> Asked:
    return _seen(clinic, clinic.ordered("ann")[1])


@refuses("safety.seen_since_infusion")
def seen_before_the_infusion(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    return _seen(clinic, chain, seen_at=clinic.now.plus(hours=-1))


@refuses("safety.seen_since_infusion")
def seen_tomorrow(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    return _seen(clinic, chain, seen_at=clinic.now.plus(days=1))


@refuses("safety.own_grade_has_reason")
def own_grade_without_reason(clinic: Clinic) -> Asked:
    return _seen(clinic, infused(clinic), PHYSICIAN, clinicians_grade="3")


@refuses("safety.own_grade_has_reason")
def reason_without_grade(clinic: Clinic) -> Asked:
    return _seen(clinic, infused(clinic), PHYSICIAN, clinicians_reason=text(FreeText))


# Neurotoxicity


@allows
def all_ten_points(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic))


@allows
def a_child_tested_with_capd(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), test="CAPD", right_answers=(), objects_named=None, score=9)


@refuses("safety.therapy_is_of_this_centre")
def neurology_by_the_maker(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), MAKERS_NURSE)


@refuses("safety.product_was_given")
def neurology_before_anything_was_given(clinic: Clinic) -> Asked:
    return _neurology(clinic, clinic.ordered("ann")[1])


@refuses("safety.seen_since_infusion")
def neurology_of_tomorrow(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    return _neurology(clinic, chain, seen_at=clinic.now.plus(days=1))


@refuses("safety.items_are_of_ice")
def items_of_the_other_test(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), test="CAPD")


@refuses("safety.points_can_be")
def more_points_than_there_are(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), right_answers=(), objects_named=None, score=11)


@refuses("safety.points_can_be")
def four_objects_out_of_three(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), right_answers=("year",), objects_named=4)


@refuses("safety.sum_fits_the_items")
def a_sum_that_is_not_that_of_the_items(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), score=8)


@refuses("safety.own_grade_has_reason")
def own_grade_of_neurotoxicity_without_reason(clinic: Clinic) -> Asked:
    return _neurology(clinic, infused(clinic), PHYSICIAN, clinicians_grade="1")


# Laboratory


@allows
def few_neutrophils(clinic: Clinic) -> Asked:
    return _blood(clinic, infused(clinic))


@refuses("safety.therapy_is_of_this_centre")
def blood_by_the_maker(clinic: Clinic) -> Asked:
    return _blood(clinic, infused(clinic), MAKERS_NURSE)


@refuses("safety.product_was_given")
def blood_before_anything_was_given(clinic: Clinic) -> Asked:
    return _blood(clinic, clinic.ordered("ann")[1])


@refuses("safety.seen_since_infusion")
def blood_of_tomorrow(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    return _blood(clinic, chain, seen_at=clinic.now.plus(days=1))


@refuses("safety.term_is_a_term")
def a_story_as_a_term(clinic: Clinic) -> Asked:
    return _blood(clinic, infused(clinic), term="few neutrophils\nand they were falling")


@refuses("safety.one_unit")
def a_limit_in_another_unit(clinic: Clinic) -> Asked:
    return _blood(clinic, infused(clinic), lower_limit=Quantity("1500", "/mm3"))


@refuses("safety.own_grade_has_reason")
def own_grade_of_blood_without_reason(clinic: Clinic) -> Asked:
    return _blood(clinic, infused(clinic), PHYSICIAN, clinicians_grade="1")


# Responses


def _four_weeks_later(clinic: Clinic) -> Chain:
    chain = infused(clinic)
    clinic.wait(days=28)
    return chain


@allows
def complete_on_day_28(clinic: Clinic) -> Asked:
    return _response(clinic, _four_weeks_later(clinic))


@refuses("safety.therapy_is_of_this_centre")
def response_by_the_maker(clinic: Clinic) -> Asked:
    return _response(clinic, _four_weeks_later(clinic), MAKERS_PHYSICIAN)


@refuses("safety.product_was_given")
def response_to_nothing(clinic: Clinic) -> Asked:
    return _response(clinic, clinic.ordered("ann")[1])


@refuses("safety.response_is_of_programme")
def at_a_time_of_no_protocol(clinic: Clinic) -> Asked:
    return _response(clinic, _four_weeks_later(clinic), timepoint="month_9")


@refuses("safety.response_is_of_programme")
def in_a_category_of_no_protocol(clinic: Clinic) -> Asked:
    return _response(clinic, _four_weeks_later(clinic), category="feels well")


@refuses("safety.response_is_in_time")
def three_days_after_the_infusion(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    clinic.wait(days=3)
    return _response(clinic, chain)


@refuses("safety.response_is_in_time")
def seven_weeks_after_the_infusion(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    clinic.wait(days=49)
    return _response(clinic, chain)


@refuses("safety.response_is_in_time")
def assessed_next_week(clinic: Clinic) -> Asked:
    chain = _four_weeks_later(clinic)
    return _response(clinic, chain, assessed_on=clinic.now.plus(days=7))


# What nobody assessed


def _seven_weeks_later(clinic: Clinic) -> Chain:
    chain = infused(clinic)
    clinic.wait(days=49)
    return chain


@allows
def lost_before_day_28(clinic: Clinic) -> Asked:
    return _missed(clinic, _seven_weeks_later(clinic))


@refuses("safety.therapy_is_of_this_centre")
def lost_by_the_maker(clinic: Clinic) -> Asked:
    return _missed(clinic, _seven_weeks_later(clinic), MAKERS_PHYSICIAN)


@refuses("safety.product_was_given")
def lost_before_anything_was_given(clinic: Clinic) -> Asked:
    return _missed(clinic, clinic.ordered("ann")[1])


@refuses("safety.time_is_of_programme")
def missed_at_a_time_of_no_protocol(clinic: Clinic) -> Asked:
    return _missed(clinic, _seven_weeks_later(clinic), timepoint="month_9")


@refuses("safety.window_is_over")
def given_up_on_the_last_day(clinic: Clinic) -> Asked:
    chain = infused(clinic)
    clinic.wait(days=42)
    return _missed(clinic, chain)


@refuses("safety.response_is_not_recorded")
def missed_although_assessed(clinic: Clinic) -> Asked:
    chain = _four_weeks_later(clinic)
    clinic.do(*_response(clinic, chain))
    clinic.wait(days=21)
    return _missed(clinic, chain)
