"""The dose over several bags: what went in counts, what an exception allows, what is said when a number is missing."""

from dataclasses import replace

import pytest
from tests.support.clinic import (
    CART,
    CENTRE,
    INFUSION,
    MAKER,
    OPERATOR,
    PHARMACIST,
    PHYSICIAN,
    QP,
    STRENGTH,
    VERSION,
    WEIGHT,
    Clinic,
    given,
)
from tests.support.paper import Refusal

from coign.clinical.events import ConditioningStarted, Ordered
from coign.clinical.views import COURSE
from coign.correction.events import ValueCorrected
from coign.identity.events import ChainBegun, LabelVerified, UnitCreated
from coign.infusion.actions import infuse, thaw
from coign.infusion.events import PatientAssessed
from coign.infusion.state import READINESS
from coign.kernel.facts import Fact
from coign.kernel.subjects import Batch, Case, Chain, Document, Subject, Unit
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.events import Filled
from coign.manufacturing.views import BATCH
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


def corrected(clinic: Clinic, fact: type[Fact], name: str, of: Subject, at: Instant, after: Quantity) -> None:
    """Two persons found, each at the source, that another value was right."""
    clinic.happened(
        ValueCorrected(
            case=Case.of(f"case-{name}"), of=(of,), entry=1, fact=fact.TYPE, name=name, before="0", after=after.value,
            unit=after.unit, recorded_at=at, first=OPERATOR.person, second=QP.person,
        ),
        by=OPERATOR,
    )  # fmt: skip


@pytest.mark.requirement("PAT-29", "CSV-05")
def test_a_corrected_volume_is_what_the_dose_is_worked_out_from() -> None:
    clinic = Clinic()
    _, (bag,) = conditioned(clinic, "60")
    batch = Batch.of(bag.identifier)
    recorded_at = clinic.state(BATCH, batch).container(bag).recorded_at
    corrected(clinic, Filled, "volume", batch, recorded_at, ml("251"))
    assert refused(clinic, bag) == ("infusion.dose_is_in_range",)


@pytest.mark.requirement("PAT-29", "CSV-05")
def test_a_corrected_weight_counts_unless_a_newer_one_has_taken_its_place() -> None:
    clinic = Clinic()
    chain, (bag,) = conditioned(clinic, "60")
    course, ready = clinic.state(COURSE, chain), clinic.state(READINESS, chain)
    light = Quantity("11", "kg")
    corrected(clinic, Ordered, "weight", chain, course.ordered_at, light)
    assert clinic.state(COURSE, chain).weight == WEIGHT  # the weight of the order was replaced when conditioning was
    corrected(clinic, ConditioningStarted, "weight", chain, course.weight_recorded_at, light)
    assert clinic.state(COURSE, chain).weight == light
    clinic.issue(bag)  # the check before the infusion brought a newer one
    corrected(clinic, PatientAssessed, "weight", chain, course.ordered_at, light)
    assert clinic.state(READINESS, chain).weight == WEIGHT
    corrected(clinic, PatientAssessed, "weight", chain, ready.weighed_at, light)
    assert refused(clinic, bag) == ("infusion.dose_is_in_range",)


def test_a_bag_of_no_batch_has_no_volume_that_anybody_knows() -> None:
    clinic = Clinic()
    chain, (bag,) = conditioned(clinic, "60")
    made = UnitCreated(unit=bag, chain=chain, unit_kind="final_container", organisation=MAKER, label_serial="1")
    clinic.happened(made, LabelVerified(unit=bag, label_serial="1", by=QP.person), by=QP)
    assert "infusion.cells_are_known" in refused(clinic, bag)
    with pytest.raises(Refusal, match=r"clinical\.cells_are_known"):
        clinic.order_conditioning(chain)
