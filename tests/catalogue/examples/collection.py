"""Cells are taken from the right person."""

from dataclasses import replace
from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import (
    CELLLAB,
    CENTRE,
    KEPT,
    MAKER,
    NURSE,
    NURSE_2,
    NURSE_3,
    OPERATOR,
    PHYSICIAN,
    SITE,
    Clinic,
    finish,
    leaving,
    person,
    starting,
    text,
)  # fmt: skip

from coign.clinical.events import PatientEnrolled
from coign.collection.actions.collect import FINISH, START
from coign.collection.actions.freeze import FILL, FINISH_FREEZING, FillCryobag, FinishFreezing
from coign.collection.actions.identity import (
    CHECK_IDENTITY,
    CONFIRM_IDENTITY,
    RESOLVE_MISMATCH,
    CheckIdentity,
    ResolveMismatch,
)  # fmt: skip
from coign.collection.actions.label import RESOLVE_LABEL, VERIFY_LABEL, ResolveLabel, VerifyLabel
from coign.collection.actions.leave import CHECK_LEAVING
from coign.collection.lot_gates import ANTICOAGULANT, KIT
from coign.collection.state import LABEL_DIFFERS
from coign.custody.actions.offer import ACTION as GIVE
from coign.custody.actions.offer import MakeOffer
from coign.custody.events import HandedOver, HandOverMismatched
from coign.identity.events import ChainEnded, UnitCreated, UnitsBlocked
from coign.kernel.subjects import Chain, Lot, Patient, Unit
from coign.kernel.values import Actor, FreeText, Identifying, Quantity
from coign.supply.events import LotHeld

MAKERS_NURSE = person("makers-nurse", "nurse", MAKER)  # the maker sees the therapy, and is not its centre


def _ready(clinic: Clinic) -> tuple[Patient, Chain]:
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    return ann, chain


def _elsewhere(clinic: Clinic) -> Patient:
    """A patient whom the maker may see, so that its nurse can scan a wristband."""
    patient, secret = Patient.of("carl"), text(Identifying)
    clinic.qualify(MAKERS_NURSE, "identity_check")
    clinic.happened(
        PatientEnrolled(
            patient=patient, centre=MAKER, family_name=secret, given_name=secret, birth_date=secret,
            hospital_number=secret,
        ),
        by=MAKERS_NURSE,
    )  # fmt: skip
    return patient


def _check(patient: Patient, chain: Chain, actor: Actor = NURSE) -> Asked:
    return CHECK_IDENTITY, CheckIdentity(chain=chain, wristband=patient), actor


def _confirm(patient: Patient, chain: Chain, actor: Actor = NURSE_2) -> Asked:
    return CONFIRM_IDENTITY, CheckIdentity(chain=chain, wristband=patient), actor


def _resolve(chain: Chain, actor: Actor = PHYSICIAN) -> Asked:
    return RESOLVE_MISMATCH, ResolveMismatch(chain=chain, finding=text(FreeText)), actor


def _start(chain: Chain, actor: Actor = NURSE) -> Asked:
    return START, starting(chain), actor


def _start_with(clinic: Clinic, chain: Chain, **lots: Lot) -> Asked:
    return START, replace(starting(chain), **lots), NURSE


def _in_the_chair(clinic: Clinic) -> Chain:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    return chain


@refuses("collection.lots_are_of_this_store")
def a_kit_that_nobody_received(clinic: Clinic) -> Asked:
    return _start_with(clinic, _in_the_chair(clinic), kit_lot=Lot.of("unknown"))


@refuses("collection.lots_are_of_this_store")
def a_kit_in_place_of_the_anticoagulant(clinic: Clinic) -> Asked:
    return _start_with(clinic, _in_the_chair(clinic), anticoagulant_lot=KEPT[KIT])


@refuses("collection.lots_are_of_this_store")
def a_kit_out_of_another_store(clinic: Clinic) -> Asked:
    clinic.received(Lot.of("K9"), KIT, of=MAKER)
    return _start_with(clinic, _in_the_chair(clinic), kit_lot=Lot.of("K9"))


@refuses("collection.lots_may_be_used")
def a_kit_in_quarantine(clinic: Clinic) -> Asked:
    clinic.received(Lot.of("K2"), KIT, approved=False)
    return _start_with(clinic, _in_the_chair(clinic), kit_lot=Lot.of("K2"))


@refuses("collection.lots_may_be_used")
def an_anticoagulant_on_hold(clinic: Clinic) -> Asked:
    clinic.happened(LotHeld(lot=KEPT[ANTICOAGULANT], by=NURSE_2.person, why=text(FreeText)), by=NURSE_2)
    return _start_with(clinic, _in_the_chair(clinic))


def _finish(chain: Chain, actor: Actor = NURSE, **changed: Any) -> Asked:
    return FINISH, finish(chain, Unit.of("bag"), **changed), actor


@allows
def first_look(clinic: Clinic) -> Asked:
    return _check(*_ready(clinic))


@refuses("collection.therapy_is_of_this_centre")
def first_look_by_the_maker(clinic: Clinic) -> Asked:
    _, chain = _ready(clinic)
    return _check(_elsewhere(clinic), chain, MAKERS_NURSE)


@refuses("collection.slot_confirmed")
def no_place_to_make_them(clinic: Clinic) -> Asked:
    return _check(*clinic.ordered("ann"))


@refuses("collection.consent_in_force")
def mind_changed_before_the_check(clinic: Clinic) -> Asked:
    ann, chain = _ready(clinic)
    clinic.withdraw(ann)
    return _check(ann, chain)


@refuses("collection.identity_is_settled")
def married_before_the_check(clinic: Clinic) -> Asked:
    ann, chain = _ready(clinic)
    clinic.marries(ann)
    return _check(ann, chain)


@refuses("collection.qualified_for_identity_check")
def first_look_by_somebody_untrained(clinic: Clinic) -> Asked:
    return _check(*_ready(clinic), person("newcomer", "nurse"))


@refuses("collection.qualified_for_identity_check")
def first_look_after_the_qualification_ended(clinic: Clinic) -> Asked:
    clinic.qualify(NURSE_3, "identity_check", days=1)
    clinic.wait(days=1)
    return _check(*_ready(clinic), NURSE_3)


def _mismatched(clinic: Clinic) -> tuple[Patient, Chain]:
    ann, chain = _ready(clinic)
    clinic.do(*_check(clinic.enrol("bea"), chain))
    return ann, chain


@refuses("collection.no_open_mismatch")
def checking_on_after_a_mismatch(clinic: Clinic) -> Asked:
    return _check(*_mismatched(clinic), NURSE_2)


def _running(clinic: Clinic) -> tuple[Patient, Chain]:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    clinic.do(*_start(chain))
    return ann, chain


@refuses("collection.none_is_running")
def checking_while_the_machine_runs(clinic: Clinic) -> Asked:
    return _check(*_running(clinic))


@refuses("collection.therapy_goes_on")
def started_for_a_therapy_that_is_over(clinic: Clinic) -> Asked:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    clinic.happened(ChainEnded(chain=chain, why="withdrawal"), by=PHYSICIAN)
    return _start(chain)


def _checked(clinic: Clinic) -> tuple[Patient, Chain]:
    ann, chain = _ready(clinic)
    clinic.do(*_check(ann, chain))
    return ann, chain


@allows
def second_look(clinic: Clinic) -> Asked:
    return _confirm(*_checked(clinic))


@refuses("collection.therapy_is_of_this_centre")
def second_look_by_the_maker(clinic: Clinic) -> Asked:
    _, chain = _checked(clinic)
    return _confirm(_elsewhere(clinic), chain, MAKERS_NURSE)


@refuses("collection.first_check_is_open")
def second_look_without_a_first(clinic: Clinic) -> Asked:
    return _confirm(*_ready(clinic))


@refuses("collection.second_is_another_person")
def looking_twice_oneself(clinic: Clinic) -> Asked:
    return _confirm(*_checked(clinic), NURSE)


@refuses("collection.second_within_window")
def second_look_too_late(clinic: Clinic) -> Asked:
    ann, chain = _checked(clinic)
    clinic.wait(minutes=15, seconds=1)
    return _confirm(ann, chain)


@refuses("collection.consent_in_force")
def mind_changed_between_the_looks(clinic: Clinic) -> Asked:
    ann, chain = _checked(clinic)
    clinic.withdraw(ann)
    return _confirm(ann, chain)


@refuses("collection.identity_is_settled")
def married_between_the_looks(clinic: Clinic) -> Asked:
    ann, chain = _checked(clinic)
    clinic.marries(ann)
    return _confirm(ann, chain)


@refuses("collection.qualified_for_identity_check")
def second_look_by_somebody_untrained(clinic: Clinic) -> Asked:
    return _confirm(*_checked(clinic), person("newcomer", "nurse"))


@allows
def found_out_who_it_was(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1])


@refuses("collection.therapy_is_of_this_centre")
def found_out_by_the_maker(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1], person("makers-physician", "physician", MAKER))


@refuses("collection.mismatch_is_open")
def nothing_to_find_out(clinic: Clinic) -> Asked:
    return _resolve(_ready(clinic)[1])


@refuses("collection.resolver_is_a_third_person")
def judging_ones_own_look(clinic: Clinic) -> Asked:
    return _resolve(_mismatched(clinic)[1], person("nurse-1", "physician"))


def _identified(clinic: Clinic) -> tuple[Patient, Chain]:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    return ann, chain


@allows
def started(clinic: Clinic) -> Asked:
    return _start(_identified(clinic)[1])


@refuses("collection.therapy_is_of_this_centre")
def started_by_the_maker(clinic: Clinic) -> Asked:
    return _start(_identified(clinic)[1], MAKERS_NURSE)


@refuses("collection.identity_is_confirmed")
def started_after_one_look(clinic: Clinic) -> Asked:
    return _start(_checked(clinic)[1])


@refuses("collection.identity_is_fresh")
def started_long_after_the_looks(clinic: Clinic) -> Asked:
    _, chain = _identified(clinic)
    clinic.wait(minutes=15, seconds=1)
    return _start(chain)


@refuses("collection.consent_in_force")
def mind_changed_in_the_chair(clinic: Clinic) -> Asked:
    ann, chain = _identified(clinic)
    clinic.withdraw(ann)
    return _start(chain)


@refuses("collection.identity_is_settled")
def married_in_the_chair(clinic: Clinic) -> Asked:
    ann, chain = _identified(clinic)
    clinic.marries(ann)
    return _start(chain)


@allows
def finished(clinic: Clinic) -> Asked:
    return _finish(_running(clinic)[1])


@refuses("collection.therapy_is_of_this_centre")
def finished_by_the_maker(clinic: Clinic) -> Asked:
    return _finish(_running(clinic)[1], MAKERS_NURSE)


@refuses("collection.is_running")
def finished_before_the_start(clinic: Clinic) -> Asked:
    return _finish(_identified(clinic)[1])


@refuses("collection.din_is_well_formed")
def donation_number_with_its_flags(clinic: Clinic) -> Asked:
    return _finish(_running(clinic)[1], din="=G12342600000100")


@refuses("collection.amounts_in_their_units")
def volume_in_litres(clinic: Clinic) -> Asked:
    return _finish(_running(clinic)[1], volume=Quantity("0.21", "L"))


@refuses("collection.amounts_in_their_units")
def nothing_collected(clinic: Clinic) -> Asked:
    return _finish(_running(clinic)[1], cd3=Quantity("0", "10*9"))


def _collected(clinic: Clinic) -> Unit:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    return clinic.collect(chain, "bag")


def _verify(unit: Unit, actor: Actor = NURSE_2) -> Asked:
    return VERIFY_LABEL, VerifyLabel(unit=unit, label=unit, label_serial="1"), actor


def _resolve_label(unit: Unit, actor: Actor = CELLLAB) -> Asked:
    return RESOLVE_LABEL, ResolveLabel(unit=unit, finding=text(FreeText)), actor


def _of_the_maker(clinic: Clinic) -> Unit:
    """A bag that came from elsewhere and is seen here."""
    _, chain = clinic.ordered("ann")
    unit, maker = Unit.of("product"), OPERATOR.person
    clinic.happened(
        UnitCreated(unit=unit, chain=chain, unit_kind="final_container", organisation=MAKER, label_serial="1"),
        HandedOver(unit=unit, giver=maker, taker=NURSE.person, to=CENTRE, seal="", condition="intact"),
        by=OPERATOR,
    )
    return unit


@allows
def label_says_what_was_printed(clinic: Clinic) -> Asked:
    return _verify(_collected(clinic))


@refuses("collection.unit_was_collected")
def label_of_another_house(clinic: Clinic) -> Asked:
    return _verify(_of_the_maker(clinic))


@refuses("collection.label_not_yet_verified")
def verified_twice(clinic: Clinic) -> Asked:
    unit = _collected(clinic)
    clinic.do(*_verify(unit))
    return _verify(unit)


@refuses("collection.unit_does_not_stand_still")
def verified_while_blocked(clinic: Clinic) -> Asked:
    unit = _collected(clinic)
    clinic.happened(UnitsBlocked(units=(unit,), why="something differs"), by=CELLLAB)
    return _verify(unit)


@refuses("collection.label_verified_by_another")
def verified_by_who_printed_it(clinic: Clinic) -> Asked:
    return _verify(_collected(clinic), NURSE)


def _label_wrong(clinic: Clinic) -> Unit:
    unit = _collected(clinic)
    clinic.do(VERIFY_LABEL, VerifyLabel(unit=unit, label=unit, label_serial="2"), NURSE_2)
    return unit


@allows
def label_put_right(clinic: Clinic) -> Asked:
    return _resolve_label(_label_wrong(clinic))


@refuses("collection.unit_was_collected")
def label_of_another_house_put_right(clinic: Clinic) -> Asked:
    unit = _of_the_maker(clinic)
    clinic.happened(UnitsBlocked(units=(unit,), why=LABEL_DIFFERS), by=NURSE)
    return _resolve_label(unit)


@refuses("collection.label_differs")
def label_without_fault_put_right(clinic: Clinic) -> Asked:
    return _resolve_label(_collected(clinic))


@refuses("collection.label_resolved_by_a_third_person")
def label_put_right_by_who_printed_it(clinic: Clinic) -> Asked:
    return _resolve_label(_label_wrong(clinic), person("nurse-1", "celllab"))


@refuses("collection.label_resolved_by_a_third_person")
def label_put_right_by_who_found_it(clinic: Clinic) -> Asked:
    return _resolve_label(_label_wrong(clinic), person("nurse-2", "celllab"))


def _at_the_chair(clinic: Clinic, *, verified: bool = True) -> tuple[Patient, Chain, Unit]:
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    bag = clinic.collect(chain, "bag")
    if verified:
        clinic.do(VERIFY_LABEL, VerifyLabel(unit=bag, label=bag, label_serial="1"), CELLLAB)
    return ann, chain, bag


def _leave(patient: Patient, bag: Unit, actor: Actor = NURSE, **changed: Any) -> Asked:
    return CHECK_LEAVING, leaving(bag, patient, **changed), actor


def _give(bag: Unit) -> Asked:
    return GIVE, MakeOffer(unit=bag, to=CENTRE), NURSE


# Freeze


def _collected(clinic: Clinic, *, verified: bool = True) -> tuple[Chain, Unit]:
    ann, chain, bag = _at_the_chair(clinic, verified=verified)
    if verified:
        clinic.do(*_leave(ann, bag))
    return chain, bag


def _fill(bag: Unit, cryobag: str = "cryo-1", **changed: Any) -> Asked:
    values: dict[str, Any] = {"volume": Quantity("50", "mL"), "cd3": Quantity("1.0", "10*9"), "site": SITE}
    return FILL, FillCryobag(unit=bag, cryobag=Unit.of(cryobag), **{**values, **changed}), CELLLAB


def _froze(clinic: Clinic, bag: Unit, *cryobags: str) -> None:
    for cryobag in cryobags:
        action, command, actor = _fill(bag, cryobag)
        clinic.do(action, command, actor)


def _finish_freezing(bag: Unit) -> Asked:
    return FINISH_FREEZING, FinishFreezing(unit=bag), CELLLAB


def _given_away(clinic: Clinic, bag: Unit) -> None:
    taken = HandedOver(unit=bag, giver=CELLLAB.person, taker=OPERATOR.person, to=MAKER, seal="", condition="intact")
    clinic.happened(taken, by=OPERATOR)


@allows
def filling_a_cryobag(clinic: Clinic) -> Asked:
    return _fill(_collected(clinic)[1])


@refuses("collection.bag_comes_from_the_chair")
def filling_out_of_a_cryobag(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1")
    return _fill(Unit.of("cryo-1"), "cryo-2")


@refuses("collection.bag_is_held_here")
def filling_out_of_a_bag_in_other_hands(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _given_away(clinic, bag)
    return _fill(bag)


@refuses("collection.bag_may_be_divided")
def filling_out_of_a_bag_that_stands_still(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    clinic.happened(UnitsBlocked(units=(bag,), why="something differs"), by=CELLLAB)
    return _fill(bag)


@refuses("collection.bag_may_be_divided")
def filling_out_of_a_bag_that_was_not_taken_as_it_was_offered(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    differing = HandOverMismatched(
        unit=bag, giver=NURSE.person, taker=CELLLAB.person, offered_seal="", found_seal="",
        offered_condition="damaged", found_condition="intact",
    )  # fmt: skip
    clinic.happened(differing, by=CELLLAB)
    return _fill(bag)


@refuses("collection.amounts_in_their_units")
def filling_litres(clinic: Clinic) -> Asked:
    return _fill(_collected(clinic)[1], volume=Quantity("0.05", "L"))


@refuses("collection.amounts_in_their_units")
def counting_cells_in_millions(clinic: Clinic) -> Asked:
    return _fill(_collected(clinic)[1], cd3=Quantity("1000", "10*6"))


@refuses("collection.parts_are_no_more_than_the_whole")
def filling_more_cells_than_were_collected(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1", "cryo-2")
    return _fill(bag, "cryo-3", cd3=Quantity("0.2", "10*9"))


@allows
def finishing_when_the_bag_is_empty(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1", "cryo-2")
    return _finish_freezing(bag)


@refuses("collection.bag_comes_from_the_chair")
def finishing_with_a_cryobag(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1", "cryo-2")
    return _finish_freezing(Unit.of("cryo-1"))


@refuses("collection.bag_is_held_here")
def finishing_with_a_bag_in_other_hands(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1", "cryo-2")
    _given_away(clinic, bag)
    return _finish_freezing(bag)


@refuses("collection.bag_may_be_divided")
def finishing_twice(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1", "cryo-2")
    action, command, actor = _finish_freezing(bag)
    clinic.do(action, command, actor)
    return _finish_freezing(bag)


@refuses("collection.enough_cryobags")
def finishing_with_one_cryobag(clinic: Clinic) -> Asked:
    _, bag = _collected(clinic)
    _froze(clinic, bag, "cryo-1")
    return _finish_freezing(bag)


# Leave the chair


@allows
def all_belongs_together(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    return _leave(ann, bag)


@refuses("collection.bag_comes_from_the_chair")
def a_last_look_at_a_cryobag(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    clinic.do(*_leave(ann, bag))
    _froze(clinic, bag, "cryo-1")
    cryobag = Unit.of("cryo-1")
    clinic.do(VERIFY_LABEL, VerifyLabel(unit=cryobag, label=cryobag, label_serial="1"), NURSE_2)
    return _leave(ann, cryobag)


@refuses("collection.not_yet_checked")
def looked_at_twice(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    clinic.do(*_leave(ann, bag))
    return _leave(ann, bag)


@refuses("collection.unit_does_not_stand_still")
def looked_at_while_blocked(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    clinic.happened(UnitsBlocked(units=(bag,), why="something differs"), by=CELLLAB)
    return _leave(ann, bag)


@refuses("collection.label_was_scanned_back")
def a_last_look_before_the_label_was_read(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic, verified=False)
    return _leave(ann, bag)


@refuses("collection.leaving_checked_by_another")
def a_last_look_by_who_scanned_the_label(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic, verified=False)
    clinic.do(VERIFY_LABEL, VerifyLabel(unit=bag, label=bag, label_serial="1"), NURSE_2)
    return _leave(ann, bag, NURSE_2)


@refuses("collection.qualified_for_identity_check")
def a_last_look_by_somebody_untrained(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    return _leave(ann, bag, person("newcomer", "nurse"))


@refuses("collection.label_counts_are_possible")
def more_labels_than_were_printed(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    return _leave(ann, bag, printed=2)


@refuses("collection.label_counts_are_possible")
def not_even_the_bag_wears_a_label(clinic: Clinic) -> Asked:
    ann, _, bag = _at_the_chair(clinic)
    return _leave(ann, bag, used=0)


@refuses("custody.checked_at_the_chair")
def given_away_without_a_last_look(clinic: Clinic) -> Asked:
    _, _, bag = _at_the_chair(clinic)
    return _give(bag)


@refuses("collection.checked_at_the_chair")
def divided_without_a_last_look(clinic: Clinic) -> Asked:
    _, _, bag = _at_the_chair(clinic)
    return _fill(bag)
