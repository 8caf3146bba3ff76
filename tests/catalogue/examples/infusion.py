"""The product reaches its patient."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.catalogue.told import Asked, Story, allows, refuses
from tests.support.clinic import (
    CELLLAB,
    CENTRE,
    HASH,
    INFUSION,
    MAKER,
    NURSE,
    OPERATOR,
    OTHER_CENTRE,
    PHARMACIST,
    PHYSICIAN,
    PHYSICIAN_2,
    QP,
    SITE,
    VERSION,
    Clinic,
    assessed,
    given,
    person,
    text,
)  # fmt: skip
from tests.support.paper import with_limit

from coign.clinical.events import PatientEnrolled
from coign.coldchain.events import ExcursionAssessed
from coign.custody.events import HandedOver, HandOverMismatched
from coign.identity.events import LabelVerified, UnitCreated, UnitsBlocked, UnitsUnblocked
from coign.identity.views import UNIT
from coign.infusion.actions import assess_patient, bedside, emergency, infuse, thaw
from coign.infusion.events import BedsideConfirmed, InfusionStarted, Issued, Thawed
from coign.infusion.state import BEDSIDE_DIFFERS
from coign.kernel.subjects import Batch, Box, Case, Chain, Equipment, Patient, Shipment, Shipper, Unit
from coign.kernel.values import Actor, FreeText, Identifying, Quantity
from coign.logistics.events import Received
from coign.people.events import SiteRegistered
from coign.quality.events import BatchRejected
from coign.storage.events import Placed, TakenOut

MAKERS = {role: person(f"makers-{role}", role, MAKER) for role in ("celllab", "nurse", "infusion", "physician")}
BLOCKED = "something differs"


def _thaw(clinic: Clinic, unit: Unit, actor: Actor = CELLLAB) -> Asked:
    """The second of two; the first one issued the bag, whatever the rules would have said."""
    chain = clinic.state(UNIT, unit).chain
    clinic.happened(Issued(unit=unit, chain=chain, by=PHARMACIST.person), by=PHARMACIST)
    return thaw.THAW, thaw.Thaw(unit=unit), actor


def refuses_both(gate: str) -> Callable[[Story], Story]:
    """What stops the thaw stops the issue before it."""

    def take(story: Story) -> Story:
        def issuing(clinic: Clinic) -> Asked:
            _, command, actor = story(clinic)
            return thaw.ISSUE, thaw.Issue(unit=command.unit), actor

        refuses(gate)(issuing)
        return refuses(gate)(story)

    return take


def _check(unit: Unit, wristband: Patient, actor: Actor = NURSE) -> Asked:
    return bedside.CHECK_BEDSIDE, bedside.CheckBedside(unit=unit, wristband=wristband), actor


def _confirm(unit: Unit, wristband: Patient, actor: Actor = INFUSION) -> Asked:
    command = bedside.ConfirmBedside(unit=unit, bag=unit, wristband=wristband)
    return bedside.CONFIRM_BEDSIDE, command, actor


def _resolve(unit: Unit, actor: Actor = PHARMACIST) -> Asked:
    return bedside.RESOLVE_MISMATCH, bedside.ResolveMismatch(unit=unit, finding=text(FreeText)), actor


def _start(unit: Unit, actor: Actor = INFUSION) -> Asked:
    return infuse.START, infuse.Start(unit=unit), actor


def _finish(unit: Unit, actor: Actor = INFUSION, **changed: Any) -> Asked:
    return infuse.FINISH, given(unit, **changed), actor


def _elsewhere(clinic: Clinic) -> Patient:
    """A patient whom the maker may see, so that its people can scan a wristband; they are qualified, too."""
    patient, secret = Patient.of("carl"), text(Identifying)
    for actor in MAKERS.values():
        clinic.qualify(actor, "bedside_check")
        clinic.qualify(actor, "thaw")
    clinic.happened(
        PatientEnrolled(
            patient=patient, centre=MAKER, family_name=secret, given_name=secret, birth_date=secret,
            hospital_number=secret,
        ),
        by=MAKERS["nurse"],
    )  # fmt: skip
    return patient


def _handed(clinic: Clinic, unit: Unit, to: Any) -> None:
    clinic.happened(
        HandedOver(unit=unit, giver=CELLLAB.person, taker=OPERATOR.person, to=to, seal="", condition="intact"),
        by=OPERATOR,
    )


def _received(clinic: Clinic, unit: Unit, at: Any) -> None:
    who = OPERATOR.person
    clinic.happened(
        Received(
            shipment=Shipment.of("back"), unit=unit, shipper=Shipper.of("s"), organisation=at, first=who, second=who
        ),
        by=OPERATOR,
    )


def _block(clinic: Clinic, unit: Unit) -> None:
    clinic.happened(UnitsBlocked(units=(unit,), why=BLOCKED), by=QP)


def _warm(clinic: Clinic, unit: Unit) -> None:
    clinic.happened(
        ExcursionAssessed(unit=unit, verdict="not_usable", basis=text(FreeText), evidence=HASH, by=QP.person), by=QP
    )


def _sample(clinic: Clinic) -> Unit:
    """Something of the therapy that lies here and is not product."""
    _, chain = clinic.ordered("ann")
    unit = Unit.of("sample")
    clinic.happened(
        UnitCreated(unit=unit, chain=chain, unit_kind="sample", organisation=CENTRE, label_serial="1"),
        LabelVerified(unit=unit, label_serial="1", by=NURSE.person),
        by=NURSE,
    )
    return unit


# Thaw


@allows
def thawed(clinic: Clinic) -> Asked:
    return _thaw(clinic, clinic.ready_to_thaw("ann")[2])


@refuses_both("infusion.unit_is_product")
def thawing_a_sample(clinic: Clinic) -> Asked:
    return _thaw(clinic, _sample(clinic))


@refuses_both("infusion.therapy_is_of_this_centre")
def thawing_in_the_plant(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    _handed(clinic, unit, MAKER)
    _received(clinic, unit, MAKER)
    _elsewhere(clinic)
    return _thaw(clinic, unit, MAKERS["celllab"])


@refuses_both("infusion.product_may_be_used")
def thawing_a_blocked_bag(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    _block(clinic, unit)
    return _thaw(clinic, unit)


def _mismatched(clinic: Clinic) -> tuple[Patient, Unit]:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    clinic.check(unit, clinic.enrol("bea"))
    return ann, unit


@refuses_both("infusion.no_open_mismatch")
def thawing_what_was_at_the_wrong_bed(clinic: Clinic) -> Asked:
    ann, chain, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    second = clinic.product(chain, "bag-2")
    clinic.check(unit, ann)
    clinic.confirm(unit, second, ann)
    clinic.happened(UnitsUnblocked(units=(second,), why=BEDSIDE_DIFFERS), by=QP)
    clinic.wait(minutes=91)
    return _thaw(clinic, second)


@refuses_both("infusion.product_is_held_here")
def thawing_what_others_hold(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    _handed(clinic, unit, OTHER_CENTRE)
    return _thaw(clinic, unit)


@refuses_both("infusion.product_is_held_here")
def thawing_after_a_hand_over_that_did_not_agree(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.happened(
        HandOverMismatched(
            unit=unit, giver=CELLLAB.person, taker=INFUSION.person, offered_seal="1", found_seal="2",
            offered_condition="intact", found_condition="intact",
        ),
        by=INFUSION,
    )  # fmt: skip
    return _thaw(clinic, unit)


@refuses_both("infusion.product_is_received")
def thawing_what_was_received_elsewhere(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    _received(clinic, unit, OTHER_CENTRE)
    return _thaw(clinic, unit)


@refuses("infusion.product_is_at_hand")
def thawing_what_lies_in_a_tank(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    box, tank = Box.of("B1"), Equipment.of("T1")
    clinic.happened(Placed(unit=unit, box=box, tank=tank, rack="R1", position=1, by=CELLLAB.person), by=CELLLAB)
    return _thaw(clinic, unit)


@refuses("infusion.product_kept_cold")
def thawing_what_was_out_too_long(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.happened(
        TakenOut(
            unit=unit, chain=chain, box=Box.of("B1"), position=1, purpose="infusion", allowed=Quantity("45", "min"),
            first=CELLLAB.person, second=NURSE.person,
        ),
        by=CELLLAB,
    )  # fmt: skip
    clinic.wait(minutes=46)
    return _thaw(clinic, unit)


@refuses_both("infusion.product_kept_cold")
def thawing_what_was_warm(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.happened(
        ExcursionAssessed(unit=unit, verdict="not_usable", basis=text(FreeText), evidence=HASH, by=QP.person), by=QP
    )
    return _thaw(clinic, unit)


def _rejected(clinic: Clinic, chain: Chain, unit: Unit) -> None:
    clinic.happened(
        BatchRejected(batch=Batch.of(unit.identifier), chain=chain, units=(unit,), by=QP.person, why=text(FreeText)),
        by=QP,
    )


@refuses_both("infusion.product_is_released")
def thawing_what_was_rejected(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    _rejected(clinic, chain, unit)
    return _thaw(clinic, unit)


@refuses_both("infusion.product_is_not_expired")
def thawing_what_expired(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.wait(days=300)
    clinic.assess(chain)
    return _thaw(clinic, unit)


@refuses_both("infusion.product_is_not_expired")
def thawing_what_has_no_expiry(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.happened(
        UnitCreated(
            unit=unit,
            chain=chain,
            unit_kind="final_container",
            organisation=MAKER,
            label_serial="1",
            batch=Batch.of(unit.identifier),
        ),
        LabelVerified(unit=unit, label_serial="1", by=QP.person),
        by=QP,
    )
    return _thaw(clinic, unit)


@refuses_both("infusion.consent_in_force")
def thawing_against_the_patients_will(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.withdraw(ann)
    return _thaw(clinic, unit)


@refuses_both("infusion.identity_is_settled")
def thawing_for_a_changed_name(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.marries(ann)
    return _thaw(clinic, unit)


@refuses_both("infusion.corrections_are_assessed")
def thawing_for_a_weight_in_doubt(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.weight_in_doubt(chain)
    return _thaw(clinic, unit)


@refuses("infusion.corrections_are_assessed")
def started_for_a_weight_in_doubt(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.weight_in_doubt(chain)
    return _start(unit)


def _assessed_only(clinic: Clinic) -> tuple[Chain, Unit]:
    """Everything but conditioning."""
    _, chain = clinic.ordered("ann")
    return chain, clinic.product(chain, "bag")


@refuses_both("infusion.conditioning_is_given")
def thawing_without_conditioning(clinic: Clinic) -> Asked:
    chain, unit = _assessed_only(clinic)
    clinic.assess(chain)
    return _thaw(clinic, unit)


@refuses_both("infusion.conditioning_is_given")
def thawing_before_the_days_are_recorded(clinic: Clinic) -> Asked:
    chain, unit = _assessed_only(clinic)
    clinic.confirm_product(chain)
    clinic.order_conditioning(chain)
    clinic.begin_conditioning(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    return _thaw(clinic, unit)


@refuses_both("infusion.conditioning_is_over")
def thawing_during_conditioning(clinic: Clinic) -> Asked:
    chain, unit = _assessed_only(clinic)
    clinic.condition(chain)
    clinic.wait(days=1, hours=23)
    clinic.assess(chain)
    return _thaw(clinic, unit)


@refuses_both("infusion.patient_was_assessed")
def thawing_before_anybody_looked_at_the_patient(clinic: Clinic) -> Asked:
    chain, unit = _assessed_only(clinic)
    clinic.condition(chain)
    clinic.wait(days=3)
    return _thaw(clinic, unit)


@refuses_both("infusion.patient_is_ready")
def thawing_for_somebody_with_an_infection(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.assess(chain, infection="pneumonia")
    return _thaw(clinic, unit)


@refuses_both("infusion.assessment_is_fresh")
def thawing_on_the_check_of_yesterday(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.wait(hours=24, minutes=1)
    return _thaw(clinic, unit)


@refuses_both("infusion.one_bag_at_a_time")
def thawing_two_bags(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    second = clinic.product(chain, "bag-2")
    clinic.thaw(unit)
    return _thaw(clinic, second)


@refuses_both("infusion.one_bag_at_a_time")
def thawing_while_the_first_bag_runs(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    second = clinic.product(chain, "bag-2")
    clinic.do(*_start(unit))
    clinic.wait(hours=2)
    return _thaw(clinic, second)


@allows
def thawing_the_second_bag_after_the_first_was_lost(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    second = clinic.product(chain, "bag-2")
    clinic.thaw(unit)
    clinic.wait(minutes=91)
    return _thaw(clinic, second)


@refuses_both("infusion.not_thawed_yet")
def thawing_twice(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    return _thaw(clinic, unit)


@refuses_both("infusion.qualified_to_thaw")
def thawed_by_somebody_untrained(clinic: Clinic) -> Asked:
    return _thaw(clinic, clinic.ready_to_thaw("ann")[2], person("newcomer", "celllab"))


@allows
def issued(clinic: Clinic) -> Asked:
    return thaw.ISSUE, thaw.Issue(unit=clinic.ready_to_thaw("ann")[2]), PHARMACIST


@refuses("infusion.bag_is_issued")
def thawing_what_nobody_issued(clinic: Clinic) -> Asked:
    return thaw.THAW, thaw.Thaw(unit=clinic.ready_to_thaw("ann")[2]), CELLLAB


@refuses("infusion.thawed_by_another_person")
def thawing_what_one_issued_oneself(clinic: Clinic) -> Asked:
    return _thaw(clinic, clinic.ready_to_thaw("ann")[2], Actor(PHARMACIST.person, "celllab", CENTRE))


@refuses("infusion.issue_is_fresh")
def thawing_what_was_issued_long_ago(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_thaw("ann")[2]
    clinic.issue(unit)
    clinic.wait(minutes=20, seconds=1)
    return thaw.THAW, thaw.Thaw(unit=unit), CELLLAB


# The check before the infusion


def _assess(chain: Chain, actor: Actor = PHYSICIAN, **found: str) -> Asked:
    return assess_patient.ACTION, assessed(chain, **found), actor


@allows
def patient_looked_at(clinic: Clinic) -> Asked:
    return _assess(clinic.ordered("ann")[1])


@allows
def patient_too_ill(clinic: Clinic) -> Asked:
    return _assess(clinic.ordered("ann")[1], clearance="12", infection="sepsis")


@refuses("infusion.assessment_is_of_this_centre")
def patient_looked_at_by_the_maker(clinic: Clinic) -> Asked:
    return _assess(clinic.ordered("ann")[1], MAKERS["physician"])


@refuses("infusion.findings_are_complete")
def nothing_found_about_one_thing(clinic: Clinic) -> Asked:
    chain = clinic.ordered("ann")[1]
    command = assessed(chain)
    return assess_patient.ACTION, replace(command, findings=command.findings[:-1]), PHYSICIAN


@refuses("infusion.findings_are_complete")
def something_found_that_nobody_asked(clinic: Clinic) -> Asked:
    return _assess(clinic.ordered("ann")[1], horoscope="good")


@refuses("infusion.findings_can_be_read")
def clearance_in_words(clinic: Clinic) -> Asked:
    return _assess(clinic.ordered("ann")[1], clearance="fine")


@refuses("infusion.findings_can_be_read")
def clearance_in_another_unit(clinic: Clinic) -> Asked:
    chain = clinic.ordered("ann")[1]
    command = assessed(chain)
    wrong = tuple(replace(f, unit="L/min") if f.id == "clearance" else f for f in command.findings)
    return assess_patient.ACTION, replace(command, findings=wrong), PHYSICIAN


# The first look at the bed


def _thawed_bag(clinic: Clinic) -> tuple[Patient, Unit]:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    return ann, unit


@allows
def first_look(clinic: Clinic) -> Asked:
    ann, unit = _thawed_bag(clinic)
    return _check(unit, ann)


@refuses("infusion.unit_is_product")
def a_sample_at_the_bed(clinic: Clinic) -> Asked:
    unit, bea = _sample(clinic), clinic.enrol("bea")
    clinic.happened(Thawed(unit=unit, chain=Chain.of("ann")), by=NURSE)
    return _check(unit, bea)


@refuses("infusion.therapy_is_of_this_centre")
def first_look_by_the_maker(clinic: Clinic) -> Asked:
    _, unit = _thawed_bag(clinic)
    return _check(unit, _elsewhere(clinic), MAKERS["nurse"])


@refuses("infusion.product_may_be_used")
def a_blocked_bag_at_the_bed(clinic: Clinic) -> Asked:
    ann, unit = _thawed_bag(clinic)
    _block(clinic, unit)
    return _check(unit, ann)


@refuses("infusion.no_open_mismatch")
def looking_on_after_a_mismatch(clinic: Clinic) -> Asked:
    ann, unit = _mismatched(clinic)
    clinic.happened(UnitsUnblocked(units=(unit,), why=BEDSIDE_DIFFERS), by=QP)  # the block alone is not the matter
    return _check(unit, ann)


@refuses("infusion.is_thawed")
def a_frozen_bag_at_the_bed(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_thaw("ann")
    return _check(unit, ann)


@refuses("infusion.not_started")
def looking_when_it_runs(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_infuse("ann")
    clinic.do(*_start(unit))
    return _check(unit, ann)


@refuses("infusion.qualified_for_bedside_check")
def first_look_by_somebody_untrained(clinic: Clinic) -> Asked:
    ann, unit = _thawed_bag(clinic)
    return _check(unit, ann, person("newcomer", "nurse"))


# The second look at the bed


def _looked_at(clinic: Clinic) -> tuple[Patient, Unit]:
    ann, unit = _thawed_bag(clinic)
    clinic.check(unit, ann)
    return ann, unit


@allows
def second_look(clinic: Clinic) -> Asked:
    ann, unit = _looked_at(clinic)
    return _confirm(unit, ann)


@refuses("infusion.therapy_is_of_this_centre")
def second_look_by_the_maker(clinic: Clinic) -> Asked:
    _, unit = _looked_at(clinic)
    return _confirm(unit, _elsewhere(clinic), MAKERS["infusion"])


@refuses("infusion.product_may_be_used")
def blocked_between_the_looks(clinic: Clinic) -> Asked:
    ann, unit = _looked_at(clinic)
    _block(clinic, unit)
    return _confirm(unit, ann)


@refuses("infusion.first_check_is_open")
def second_look_without_a_first(clinic: Clinic) -> Asked:
    ann, unit = _thawed_bag(clinic)
    return _confirm(unit, ann)


@refuses("infusion.second_is_another_person")
def looking_twice_oneself(clinic: Clinic) -> Asked:
    ann, unit = _looked_at(clinic)
    return _confirm(unit, ann, NURSE)


@refuses("infusion.second_within_window")
def second_look_too_late(clinic: Clinic) -> Asked:
    ann, unit = _looked_at(clinic)
    clinic.wait(minutes=10, seconds=1)
    return _confirm(unit, ann)


@refuses("infusion.qualified_for_bedside_check")
def second_look_by_somebody_untrained(clinic: Clinic) -> Asked:
    ann, unit = _looked_at(clinic)
    return _confirm(unit, ann, person("newcomer", "infusion"))


# The third person


@allows
def found_out_which_bag_it_was(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1])


@refuses("infusion.therapy_is_of_this_centre")
def found_out_by_the_maker(clinic: Clinic) -> Asked:
    _, unit = _mismatched(clinic)
    _elsewhere(clinic)
    return _resolve(unit, MAKERS["physician"])


@refuses("infusion.mismatch_is_open")
def nothing_to_find_out(clinic: Clinic) -> Asked:
    return _resolve(_thawed_bag(clinic)[1])


@refuses("infusion.resolver_is_a_third_person")
def judging_ones_own_look(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1], person("nurse-1", "infusion"))


@refuses("infusion.qualified_for_bedside_check")
def found_out_by_somebody_untrained(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1], person("newcomer", "physician"))


# The infusion


@allows
def started(clinic: Clinic) -> Asked:
    return _start(clinic.ready_to_infuse("ann")[2])


@refuses("infusion.therapy_is_of_this_centre")
def started_by_the_maker(clinic: Clinic) -> Asked:
    return _start(clinic.ready_to_infuse("ann")[2], MAKERS["infusion"])


@refuses("infusion.is_thawed")
def started_frozen(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.happened(
        BedsideConfirmed(unit=unit, patient=ann, first=NURSE.person, second=INFUSION.person), by=INFUSION
    )  # as a device that was never told of the thaw might report it
    return _start(unit)


@refuses("infusion.not_started")
def started_twice(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_infuse("ann")[2]
    clinic.do(*_start(unit))
    return _start(unit)


@refuses("infusion.administration_is_witnessed")
def started_while_witnesses_are_silent(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_infuse("ann")[2]
    clinic.programmes = with_limit(VERSION, "administration_witnessed_age_max", "24", "h")
    return _start(unit)


@refuses("infusion.thaw_clock_runs")
def started_one_minute_too_late(clinic: Clinic) -> Asked:
    ann, unit = _thawed_bag(clinic)
    clinic.wait(minutes=85)
    clinic.check(unit, ann)
    clinic.confirm(unit, unit, ann)
    clinic.wait(minutes=6)
    return _start(unit)


@refuses("infusion.bedside_is_confirmed")
def started_after_one_look(clinic: Clinic) -> Asked:
    return _start(_looked_at(clinic)[1])


@refuses("infusion.bedside_is_fresh")
def started_long_after_the_looks(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_infuse("ann")[2]
    clinic.wait(minutes=10, seconds=1)
    return _start(unit)


@refuses("infusion.product_may_be_used")
def started_though_blocked(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_infuse("ann")[2]
    _block(clinic, unit)
    return _start(unit)


@refuses_both("infusion.lots_are_in_order")
def thawed_after_a_lot_was_put_on_hold(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.recalled(unit)
    return _thaw(clinic, unit)


@refuses("infusion.lots_are_in_order")
def started_after_a_lot_was_put_on_hold(clinic: Clinic) -> Asked:
    _, _, unit = clinic.ready_to_infuse("ann")
    clinic.recalled(unit)
    return _start(unit)


@refuses("infusion.product_is_released")
def started_after_the_batch_was_rejected(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    _rejected(clinic, chain, unit)
    return _start(unit)


@refuses("infusion.product_is_not_expired")
def started_after_the_expiry(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    unit = clinic.product(chain, "bag", days=3 + 4 / 1440)
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    clinic.thaw(unit)
    clinic.check(unit, ann)
    clinic.confirm(unit, unit, ann)
    clinic.wait(minutes=5)
    return _start(unit)


@refuses("infusion.consent_in_force")
def started_against_the_patients_will(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_infuse("ann")
    clinic.withdraw(ann)
    return _start(unit)


@refuses("infusion.identity_is_settled")
def started_for_a_changed_name(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_infuse("ann")
    clinic.marries(ann)
    return _start(unit)


def _running(clinic: Clinic) -> Unit:
    unit = clinic.ready_to_infuse("ann")[2]
    clinic.do(*_start(unit))
    return unit


@allows
def finished(clinic: Clinic) -> Asked:
    return _finish(_running(clinic))


@refuses("infusion.therapy_is_of_this_centre")
def finished_by_the_maker(clinic: Clinic) -> Asked:
    return _finish(_running(clinic), MAKERS["infusion"])


@refuses("infusion.is_running")
def finished_before_the_start(clinic: Clinic) -> Asked:
    return _finish(clinic.ready_to_infuse("ann")[2])


@refuses("infusion.volumes_are_volumes")
def given_in_bags(clinic: Clinic) -> Asked:
    return _finish(_running(clinic), given=Quantity("1", "{bag}"))


@refuses("infusion.volumes_are_volumes")
def less_than_nothing_left(clinic: Clinic) -> Asked:
    return _finish(_running(clinic), residual=Quantity("-1", "mL"))


@refuses("infusion.product_kept_cold")
def started_though_it_turned_out_warm(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_infuse("ann")[2]
    _warm(clinic, unit)
    return _start(unit)


@refuses("infusion.patient_is_ready")
def started_though_a_fever_came(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.assess(chain, infection="fever")
    return _start(unit)


@refuses("infusion.assessment_is_fresh")
def started_on_a_check_that_is_too_old(clinic: Clinic) -> Asked:
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.wait(hours=23, minutes=50)
    clinic.thaw(unit)
    clinic.wait(minutes=11)
    clinic.check(unit, ann)
    clinic.confirm(unit, unit, ann)
    return _start(unit)


# An emergency decision


def _request(unit: Unit, actor: Actor = PHYSICIAN, told: Any = "yes") -> Asked:
    command = emergency.RequestEmergency(
        unit=unit, makers_advice=HASH, patient_informed=told, reason=text(FreeText)
    )  # fmt: skip
    return emergency.REQUEST, command, actor


def _decide(unit: Unit, actor: Actor = PHARMACIST) -> Asked:
    return emergency.DECIDE, emergency.DecideEmergency(unit=unit), actor


def _start_emergency(unit: Unit, actor: Actor = INFUSION) -> Asked:
    command = emergency.StartEmergency(
        unit=unit, site=SITE, deviation=Case.of("DEV"), safety_case=Case.of("SC")
    )  # fmt: skip
    return emergency.START, command, actor


def _late(clinic: Clinic) -> Unit:
    """Thawed, and its time has run out."""
    unit = _thawed_bag(clinic)[1]
    clinic.wait(minutes=91)
    return unit


def _asked_for(clinic: Clinic) -> Unit:
    unit = _late(clinic)
    clinic.do(*_request(unit))
    return unit


def _agreed(clinic: Clinic) -> Unit:
    unit = _asked_for(clinic)
    clinic.do(*_decide(unit))
    return unit


def _at_the_bed(clinic: Clinic) -> Unit:
    clinic.happened(
        SiteRegistered(site=SITE, organisation=CENTRE, name="Ward", zone="Europe/Berlin", country="DE"), by=NURSE
    )
    unit = _agreed(clinic)
    clinic.check(unit, Patient.of("ann"))
    clinic.confirm(unit, unit, Patient.of("ann"))
    return unit


@allows
def asked_for_a_bag_that_is_too_late(clinic: Clinic) -> Asked:
    return _request(_late(clinic))


@refuses("infusion.unit_is_product")
def asked_for_a_sample(clinic: Clinic) -> Asked:
    unit = _sample(clinic)
    clinic.happened(Thawed(unit=unit, chain=Chain.of("ann")), by=NURSE)
    return _request(unit)


@refuses("infusion.therapy_is_of_this_centre")
def asked_for_by_the_maker(clinic: Clinic) -> Asked:
    return _request(_late(clinic), MAKERS["physician"])


@refuses("infusion.product_may_be_used")
def asked_for_a_blocked_bag(clinic: Clinic) -> Asked:
    unit = _late(clinic)
    _block(clinic, unit)
    return _request(unit)


@refuses("infusion.is_thawed")
def asked_for_a_frozen_bag(clinic: Clinic) -> Asked:
    unit = clinic.ready_to_thaw("ann")[2]
    _warm(clinic, unit)
    return _request(unit)


@refuses("infusion.not_started")
def asked_for_what_runs_already(clinic: Clinic) -> Asked:
    unit = _running(clinic)
    _warm(clinic, unit)
    return _request(unit)


@refuses("infusion.patient_is_informed")
def asked_for_behind_the_patients_back(clinic: Clinic) -> Asked:
    return _request(_late(clinic), told="no")


@refuses("infusion.something_is_unmet")
def asked_for_without_need(clinic: Clinic) -> Asked:
    return _request(_thawed_bag(clinic)[1])


@allows
def agreed_to(clinic: Clinic) -> Asked:
    return _decide(_asked_for(clinic))


@refuses("infusion.therapy_is_of_this_centre")
def agreed_to_by_the_maker(clinic: Clinic) -> Asked:
    return _decide(_asked_for(clinic), MAKERS["physician"])


@refuses("infusion.product_may_be_used")
def agreed_to_when_it_was_blocked(clinic: Clinic) -> Asked:
    unit = _asked_for(clinic)
    _block(clinic, unit)
    return _decide(unit)


@refuses("infusion.not_started")
def agreed_to_when_it_runs(clinic: Clinic) -> Asked:
    unit = _asked_for(clinic)
    clinic.happened(InfusionStarted(unit=unit, chain=Chain.of("ann")), by=INFUSION)
    return _decide(unit)


@refuses("infusion.emergency_is_requested")
def agreed_to_what_nobody_asked_for(clinic: Clinic) -> Asked:
    return _decide(_late(clinic))


@refuses("infusion.emergency_is_requested")
def agreed_to_twice(clinic: Clinic) -> Asked:
    return _decide(_agreed(clinic), PHYSICIAN_2)


@refuses("infusion.second_did_not_request")
def agreed_to_by_oneself(clinic: Clinic) -> Asked:
    return _decide(_asked_for(clinic), PHYSICIAN)


@refuses("infusion.something_is_unmet")
def agreed_to_when_the_fever_was_gone(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.assess(chain, infection="fever")
    clinic.do(*_request(unit))
    clinic.assess(chain)
    return _decide(unit)


@allows
def started_on_a_decision(clinic: Clinic) -> Asked:
    return _start_emergency(_at_the_bed(clinic))


@allows
def started_on_a_decision_about_a_bag_of_no_batch(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.happened(
        UnitCreated(
            unit=unit, chain=Chain.of("ann"), unit_kind="final_container", organisation=MAKER, label_serial="1"
        ),
        LabelVerified(unit=unit, label_serial="1", by=QP.person),
        by=QP,
    )  # no expiry either: nobody decided about that
    clinic.do(*_request(unit))
    clinic.do(*_decide(unit))
    return _start_emergency(unit)


@refuses("infusion.therapy_is_of_this_centre")
def started_on_a_decision_by_the_maker(clinic: Clinic) -> Asked:
    return _start_emergency(_at_the_bed(clinic), MAKERS["infusion"])


@refuses("infusion.not_started")
def started_on_a_decision_twice(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.do(*_start_emergency(unit))
    return _start_emergency(unit)


@refuses("infusion.bedside_is_confirmed")
def started_on_a_decision_without_two_at_the_bed(clinic: Clinic) -> Asked:
    return _start_emergency(_agreed(clinic))


@refuses("infusion.bedside_is_fresh")
def started_on_a_decision_long_after_the_looks(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.wait(minutes=11)
    return _start_emergency(unit)


@refuses("infusion.product_may_be_used")
def started_on_a_decision_though_blocked(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    _block(clinic, unit)
    return _start_emergency(unit)


@refuses("infusion.product_is_released")
def started_on_a_decision_though_rejected(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    _rejected(clinic, Chain.of("ann"), unit)
    return _start_emergency(unit)


@refuses("infusion.is_authorised")
def started_on_a_decision_though_an_authority_stopped_it(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.suspend("administration", decider="treating_physician")
    return _start_emergency(unit)


@refuses("infusion.lots_are_in_order")
def started_on_a_decision_though_a_lot_is_in_doubt(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.recalled(unit)
    return _start_emergency(unit)


@refuses("infusion.consent_in_force")
def started_on_a_decision_against_the_patients_will(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.withdraw(Patient.of("ann"))
    return _start_emergency(unit)


@refuses("infusion.identity_is_settled")
def started_on_a_decision_for_a_changed_name(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.marries(Patient.of("ann"))
    return _start_emergency(unit)


@refuses("infusion.emergency_is_decided")
def started_on_one_persons_word(clinic: Clinic) -> Asked:
    unit = _asked_for(clinic)
    clinic.check(unit, Patient.of("ann"))
    clinic.confirm(unit, unit, Patient.of("ann"))
    return _start_emergency(unit)


@refuses("infusion.emergency_still_holds")
def started_on_a_decision_of_long_ago(clinic: Clinic) -> Asked:
    unit = _agreed(clinic)
    clinic.wait(minutes=61)
    clinic.check(unit, Patient.of("ann"))
    clinic.confirm(unit, unit, Patient.of("ann"))
    return _start_emergency(unit)


@refuses("infusion.emergency_covers_what_is_unmet")
def started_on_a_decision_about_something_else(clinic: Clinic) -> Asked:
    unit = _at_the_bed(clinic)
    clinic.assess(Chain.of("ann"), infection="sepsis")
    return _start_emergency(unit)


@refuses("infusion.giver_did_not_decide")
def started_by_who_decided(clinic: Clinic) -> Asked:
    return _start_emergency(_at_the_bed(clinic), Actor(PHARMACIST.person, "infusion", CENTRE))
