"""The dose over several bags: what went in counts, what an exception allows, what is said when a number is missing."""

from dataclasses import replace

import pytest
from tests.support.clinic import (
    CART,
    CENTRE,
    INFUSION,
    MAKER,
    PHARMACIST,
    PHYSICIAN,
    QP,
    STRENGTH,
    VERSION,
    Clinic,
    given,
)
from tests.support.paper import Refusal

from coign.identity.events import ChainBegun
from coign.infusion.actions import infuse, thaw
from coign.kernel.subjects import Batch, Chain, Document, Unit
from coign.kernel.values import Quantity
from coign.programmes.model import Programmes
from coign.quality.events import SuppliedUnderException


def ml(volume: str) -> Quantity:
    """A volume, which at the strength of these bags is as many million cells."""
    return Quantity(volume, "mL")


def refused(clinic: Clinic, unit: Unit) -> tuple[str, ...]:
    with pytest.raises(Refusal) as no:
        clinic.issue(unit)
    return no.value.gates


def conditioned(clinic: Clinic, *volumes: str) -> tuple[Chain, list[Unit]]:
    """A patient of 68 kg on the day, with bags of these volumes; 10 to 250 million cells are allowed."""
    _, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}", volume=ml(v)) for n, v in enumerate(volumes)]
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    return chain, bags


def infused(clinic: Clinic, chain: Chain, unit: Unit, volume: str) -> None:
    """One bag goes the whole way, and so much of it went in."""
    patient = clinic.wristband(chain)
    clinic.thaw(unit)
    clinic.check(unit, patient)
    clinic.confirm(unit, unit, patient)
    clinic.do(infuse.START, infuse.Start(unit=unit), INFUSION)
    clinic.do(infuse.FINISH, given(unit, given=ml(volume)), INFUSION)


@pytest.mark.requirement("PAT-29", "PAT-30")
def test_two_bags_are_given_one_after_the_other_within_the_range() -> None:
    clinic = Clinic()
    chain, (first, second) = conditioned(clinic, "120", "125")
    infused(clinic, chain, first, "119")
    infused(clinic, chain, second, "124")


@pytest.mark.requirement("PAT-29")
@pytest.mark.parametrize(("went_in", "stops"), [("100", False), ("101", True)])
def test_what_went_in_counts_and_the_next_bag_may_not_lead_over_the_cap(went_in: str, stops: bool) -> None:
    clinic = Clinic()
    chain, (first, second) = conditioned(clinic, "120", "150")
    infused(clinic, chain, first, went_in)
    if stops:
        assert refused(clinic, second) == ("infusion.dose_is_in_range",)
    else:
        clinic.thaw(second)


@pytest.mark.requirement("PAT-29")
def test_after_a_first_bag_less_than_planned_is_given_on() -> None:
    clinic = Clinic()
    chain, (first, second) = conditioned(clinic, "6", "6")
    infused(clinic, chain, first, "1")
    clinic.thaw(second)


@pytest.mark.requirement("PAT-29", "GMP-40")
def test_too_few_cells_are_given_where_the_physician_asked_for_them_as_they_are() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    bag = clinic.product(chain, "bag", certified=False, volume=ml("4"))
    clinic.happened(
        SuppliedUnderException(
            batch=Batch.of("bag"), chain=chain, units=(bag,), document=Document.of("bag"), maker=MAKER,
            jurisdiction="EU", statement="out of specification", failed=("count",), by=QP.person, strength=STRENGTH,
        ),
        by=QP,
    )  # fmt: skip
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    clinic.thaw(bag)


@pytest.mark.requirement("PAT-29")
def test_without_any_weight_nobody_is_conditioned_and_no_bag_is_issued() -> None:
    clinic = Clinic()
    patient, chain = clinic.enrol("ann"), Chain.of("ann")
    clinic.consent(patient)
    begun = ChainBegun(
        chain=chain, patient=patient, programme=CART, version=VERSION.digest, product=VERSION.product, centre=CENTRE,
        maker=MAKER,
    )  # fmt: skip
    clinic.happened(begun, by=PHYSICIAN)
    bag = clinic.product(chain, "bag")
    clinic.confirm_product(chain)
    with pytest.raises(Refusal) as no:
        clinic.order_conditioning(chain, weight=None)
    assert no.value.gates == ("clinical.dose_weight_is_fresh",)
    found = refused(clinic, bag)
    assert "infusion.weight_is_fresh" in found and "infusion.dose_is_in_range" not in found


def test_a_programme_that_works_no_dose_out_asks_for_none() -> None:
    clinic = Clinic()
    clinic.programmes = Programmes([replace(VERSION, dose=None)])
    _, chain = clinic.ordered("ann")
    bag = clinic.product(chain, "bag", volume=None)
    clinic.wait(days=20)
    clinic.confirm_product(chain)
    clinic.order_conditioning(chain, weight=None)
    clinic.begin_conditioning(chain)
    assert "infusion.weight_is_fresh" not in refused(clinic, bag)


def test_the_newest_weight_counts() -> None:
    clinic = Clinic()
    chain, (bag,) = conditioned(clinic, "60")
    clinic.assess(chain, weight=Quantity("11", "kg"))
    with pytest.raises(Refusal) as no:
        clinic.do(thaw.ISSUE, thaw.Issue(unit=bag), PHARMACIST)
    assert no.value.gates == ("infusion.dose_is_in_range",)
