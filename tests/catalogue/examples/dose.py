"""The dose: what is in the bags, what the patient weighs, and what the programme allows."""

from typing import Any

from tests.catalogue.examples.infusion import refuses_both
from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import CELLLAB, PHARMACIST, PHYSICIAN, QP, STRENGTH, Clinic, assessed

from coign.clinical.actions import start_conditioning
from coign.identity.events import UnitEnded
from coign.infusion.actions import assess_patient, thaw
from coign.infusion.events import Issued
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Quantity


def ml(volume: str) -> Quantity:
    """A volume, which at the strength of these bags is as many million cells."""
    return Quantity(volume, "mL")


def _thaw(clinic: Clinic, chain: Chain, unit: Unit) -> Asked:
    clinic.happened(Issued(unit=unit, chain=chain, by=PHARMACIST.person), by=PHARMACIST)
    return thaw.THAW, thaw.Thaw(unit=unit), CELLLAB


@refuses_both("infusion.cells_are_known")
def thawing_what_holds_nobody_knows_how_much(clinic: Clinic) -> Asked:
    _, chain, _ = clinic.ready_to_thaw("ann")
    return _thaw(clinic, chain, clinic.product(chain, "bag-2", volume=None))


@refuses_both("infusion.cells_are_known")
def thawing_what_was_released_without_a_count(clinic: Clinic) -> Asked:
    _, chain, _ = clinic.ready_to_thaw("ann")
    second = clinic.product(chain, "bag-2", certified=False)
    clinic.certify(chain, second, strength=None)
    return _thaw(clinic, chain, second)


@refuses_both("infusion.cells_are_known")
def thawing_what_was_measured_in_another_unit(clinic: Clinic) -> Asked:
    _, chain, _ = clinic.ready_to_thaw("ann")
    second = clinic.product(chain, "bag-2", certified=False)
    clinic.certify(chain, second, strength=Quantity(STRENGTH.value, "10*9/L"))
    return _thaw(clinic, chain, second)


@refuses_both("infusion.weight_is_fresh")
def thawing_on_an_old_weight(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.wait(days=8)
    clinic.assess(chain, weight=None)
    return _thaw(clinic, chain, unit)


@refuses_both("infusion.dose_is_in_range")
def thawing_more_than_the_cap_over_two_bags(clinic: Clinic) -> Asked:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    return _thaw(clinic, chain, clinic.product(chain, "bag-2", volume=ml("190")))


@refuses_both("infusion.dose_is_in_range")
def thawing_too_few_cells_after_a_bag_was_lost(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    bag, lost = (clinic.product(chain, name, volume=ml("6")) for name in ("bag-1", "bag-2"))
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    clinic.happened(UnitEnded(unit=lost, how="lost"), by=QP)
    return _thaw(clinic, chain, bag)


@allows
def thawing_the_second_of_two_bags(clinic: Clinic) -> Asked:
    _, chain = clinic.ordered("ann")
    first, second = (clinic.product(chain, name) for name in ("bag-1", "bag-2"))
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    clinic.thaw(first)
    patient = clinic.wristband(chain)
    clinic.check(first, patient)
    clinic.confirm(first, first, patient)
    clinic.infuse(first)
    return _thaw(clinic, chain, second)


@refuses("infusion.weight_is_in_kilograms")
def weighed_in_pounds_before_the_infusion(clinic: Clinic) -> Asked:
    _, chain, _ = clinic.ready_to_thaw("ann")
    return assess_patient.ACTION, assessed(chain, weight=Quantity("150", "[lb_av]")), PHYSICIAN


@allows
def not_weighed_again_before_the_infusion(clinic: Clinic) -> Asked:
    _, chain, _ = clinic.ready_to_thaw("ann")
    return assess_patient.ACTION, assessed(chain, weight=None), PHYSICIAN


def _condition(clinic: Clinic, chain: Chain, **changed: Any) -> Asked:
    clinic.confirm_product(chain)
    return start_conditioning.ACTION, clinic.conditioning(chain, **changed), PHYSICIAN


def _with_bags(clinic: Clinic, *volumes: Quantity | None) -> Chain:
    _, chain = clinic.ordered("ann")
    for number, volume in enumerate(volumes):
        clinic.product(chain, f"bag-{number}", volume=volume)
    return chain


@refuses("clinical.examined_weight_is_in_kilograms")
def conditioned_on_a_weight_in_pounds(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("70")), weight=Quantity("150", "[lb_av]"))


@refuses("clinical.examined_weight_is_in_kilograms")
def conditioned_on_a_weight_of_nothing(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("1")), weight=Quantity("0", "kg"))


@refuses("clinical.cells_are_known")
def conditioned_for_a_bag_without_a_volume(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("70"), None))


@refuses("clinical.cells_are_known")
def conditioned_for_bags_that_are_all_without_a_volume(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, None))


@refuses("clinical.dose_weight_is_fresh")
def conditioned_on_the_weight_of_last_month(clinic: Clinic) -> Asked:
    chain = _with_bags(clinic, ml("70"))
    clinic.wait(days=30)
    return _condition(clinic, chain, weight=None)


@allows
def conditioned_on_the_weight_of_the_order(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("70"), ml("70")), weight=None)


@refuses("clinical.planned_dose_is_in_range")
def conditioned_for_a_bag_that_is_too_much(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("251"), ml("300")))


@refuses("clinical.planned_dose_is_in_range")
def conditioned_for_a_bag_that_is_too_much_for_a_child(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("61")), weight=Quantity("12", "kg"))


@refuses("clinical.planned_dose_is_in_range")
def conditioned_for_too_few_cells(clinic: Clinic) -> Asked:
    return _condition(clinic, _with_bags(clinic, ml("4"), ml("5")))


@allows
def conditioned_for_two_bags_of_which_both_would_be_too_much(clinic: Clinic) -> Asked:
    """The physician gives one and decides about the other."""
    return _condition(clinic, _with_bags(clinic, ml("150"), ml("150")))
