"""The end of a therapy and of its containers."""

from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import (
    CELLLAB,
    CENTRE,
    MAKER,
    NURSE,
    NURSE_2,
    OTHER_CENTRE,
    PHARMACIST,
    PHYSICIAN,
    QP,
    Clinic,
    person,
    starting,
    text,
)  # fmt: skip

from coign.closing.actions import end_therapy
from coign.closing.actions.dispose import CONFIRM, DISPOSE, ConfirmDisposal, Dispose
from coign.closing.events import UnitDecision
from coign.closing.state import DISPOSAL_DIFFERS
from coign.collection.actions.collect import START
from coign.custody.events import HandedOver
from coign.identity.events import UnitEnded, UnitsBlocked
from coign.infusion.actions import infuse
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Actor, FreeText

MAKERS_PHYSICIAN = person("physician-m", "physician", MAKER)
MAKERS_WAREHOUSE = person("warehouse-m", "warehouse", MAKER)


def _end(chain: Chain, *bags: str, actor: Actor = PHYSICIAN, becomes: Any = "destroyed") -> Asked:
    decisions = tuple(UnitDecision(unit=Unit.of(bag), becomes=becomes) for bag in bags)
    command = end_therapy.EndTherapy(
        chain=chain, reason="progression", note=text(FreeText), others="destroyed", decisions=decisions
    )
    return end_therapy.ACTION, command, actor


def _with_a_bag(clinic: Clinic) -> Chain:
    _, chain = clinic.ordered("ann")
    clinic.product(chain, "bag")
    return chain


@allows
def ended_with_a_bag_left(clinic: Clinic) -> Asked:
    return _end(_with_a_bag(clinic), "bag")


@allows
def ended_before_anything_was_made(clinic: Clinic) -> Asked:
    return _end(clinic.ordered("ann")[1])


@allows
def ended_after_the_bag_was_given(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    return _end(chain)


@refuses("closing.therapy_is_of_this_centre")
def ended_by_the_maker(clinic: Clinic) -> Asked:
    return _end(_with_a_bag(clinic), "bag", actor=MAKERS_PHYSICIAN)


@refuses("closing.therapy_goes_on")
def ended_twice(clinic: Clinic) -> Asked:
    chain = clinic.ordered("ann")[1]
    clinic.do(*_end(chain))
    return _end(chain)


@refuses("closing.nothing_runs")
def ended_while_a_bag_runs(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.do(infuse.START, infuse.Start(unit=unit), NURSE)
    return _end(chain, unit.identifier)


@refuses("closing.nothing_runs")
def ended_while_cells_are_collected(clinic: Clinic) -> Asked:
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(ann, chain)
    clinic.do(START, starting(chain), NURSE_2)
    return _end(chain)


@allows
def ended_without_a_word_about_the_bag(clinic: Clinic) -> Asked:
    return _end(_with_a_bag(clinic))


@refuses("closing.decisions_are_of_this_therapy")
def ended_with_a_decision_about_somebody_elses_bag(clinic: Clinic) -> Asked:
    chain = _with_a_bag(clinic)
    clinic.product(clinic.ordered("bea")[1], "other")
    return _end(chain, "bag", "other")


@refuses("closing.decisions_are_of_this_therapy")
def ended_with_two_decisions_about_one_bag(clinic: Clinic) -> Asked:
    return _end(_with_a_bag(clinic), "bag", "bag")


BAG = Unit.of("bag")


def _over(clinic: Clinic) -> None:
    clinic.do(*_end(_with_a_bag(clinic), "bag"))


def _recorded(clinic: Clinic) -> None:
    _over(clinic)
    clinic.do(*_dispose())


def _dispose(actor: Actor = CELLLAB) -> Asked:
    return DISPOSE, Dispose(unit=BAG), actor


def _confirm(actor: Actor = PHARMACIST, scanned: Unit = BAG) -> Asked:
    return CONFIRM, ConfirmDisposal(unit=BAG, scanned=scanned), actor


def _gone(clinic: Clinic) -> None:
    clinic.happened(UnitEnded(unit=BAG, how="lost"), by=QP)


def _sent_away(clinic: Clinic) -> None:
    away = HandedOver(
        unit=BAG, giver=CELLLAB.person, taker=QP.person, to=OTHER_CENTRE, seal="", condition="intact"
    )  # fmt: skip
    clinic.happened(away, by=CELLLAB)


@allows
def destroyed_by_the_first(clinic: Clinic) -> Asked:
    _over(clinic)
    return _dispose()


@refuses("closing.disposal_is_decided")
def destroyed_without_a_decision(clinic: Clinic) -> Asked:
    _with_a_bag(clinic)
    return _dispose()


@refuses("closing.container_exists")
def destroyed_what_is_lost(clinic: Clinic) -> Asked:
    _over(clinic)
    _gone(clinic)
    return _dispose()


@refuses("closing.no_doubt_which_container")
def destroyed_what_two_differ_about(clinic: Clinic) -> Asked:
    _over(clinic)
    clinic.happened(UnitsBlocked(units=(BAG,), why=DISPOSAL_DIFFERS), by=QP)
    return _dispose()


@refuses("closing.container_is_held_here")
def destroyed_what_others_hold(clinic: Clinic) -> Asked:
    _over(clinic)
    _sent_away(clinic)
    return _dispose()


@allows
def confirmed_by_the_second(clinic: Clinic) -> Asked:
    _recorded(clinic)
    return _confirm()


@allows
def another_bag_scanned_by_the_second(clinic: Clinic) -> Asked:
    _recorded(clinic)
    return _confirm(scanned=clinic.product(clinic.ordered("bea")[1], "other"))


@refuses("closing.container_exists")
def confirmed_what_is_lost(clinic: Clinic) -> Asked:
    _recorded(clinic)
    _gone(clinic)
    return _confirm()


@refuses("closing.container_is_held_here")
def confirmed_what_others_hold(clinic: Clinic) -> Asked:
    _recorded(clinic)
    _sent_away(clinic)
    return _confirm()


@refuses("closing.first_disposal_is_open")
def confirmed_what_nobody_recorded(clinic: Clinic) -> Asked:
    _over(clinic)
    return _confirm()


@refuses("closing.second_is_another_person")
def confirmed_by_oneself(clinic: Clinic) -> Asked:
    _recorded(clinic)
    return _confirm(Actor(CELLLAB.person, "pharmacist", CENTRE))


@refuses("closing.second_within_window")
def confirmed_an_hour_later(clinic: Clinic) -> Asked:
    _recorded(clinic)
    clinic.wait(minutes=61)
    return _confirm()
