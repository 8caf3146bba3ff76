"""What happens to a label and to a name: a copied label leads nowhere, a change of name breaks no chain."""

import pytest
from tests.support.clinic import COORDINATOR, HASH, NURSE, START_OF_TIME, Clinic, text
from tests.support.plant import CELLLAB, PRODUCT, WAREHOUSE, Plant

from coign import catalogue
from coign.clinical.actions.enrol import CORRECT_IDENTITY, CorrectIdentity
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.infusion.actions import bedside, thaw
from coign.kernel.values import Identifying

OFFER = catalogue.ACTIONS["custody.offer"]


@pytest.mark.requirement("TRC-S4", "TRC-11")
def test_a_bag_with_a_copied_label_is_refused_where_the_record_knows_that_the_bag_is_not() -> None:
    plant = Plant(START_OF_TIME)
    plant.until("certified")
    assert plant.state(HOLDING, PRODUCT).organisation == WAREHOUSE.organisation
    copied = OFFER.command(unit=PRODUCT, to=WAREHOUSE.organisation, seal="1", condition="intact")
    assert "custody.giver_holds_unit" in plant.unmet(OFFER, copied, CELLLAB)


@pytest.mark.requirement("TRC-S4", "PAT-31")
def test_a_second_bag_with_the_label_of_one_that_was_given_is_neither_thawed_nor_checked() -> None:
    clinic = Clinic()
    patient, _, bag = clinic.ready_to_infuse("ann")
    clinic.infuse(bag)
    assert clinic.state(UNIT, bag).ended == "administered"
    assert "infusion.product_may_be_used" in clinic.unmet(thaw.ISSUE, thaw.Issue(unit=bag), NURSE)
    look = bedside.CheckBedside(unit=bag, wristband=patient)
    assert "infusion.product_may_be_used" in clinic.unmet(bedside.CHECK_BEDSIDE, look, NURSE)


@pytest.mark.requirement("TRC-25", "TRC-12")
def test_a_patient_who_married_between_collection_and_infusion_is_still_the_one_of_the_chain() -> None:
    clinic = Clinic()
    patient, chain, bag = clinic.ready_to_thaw("ann")
    changed = CorrectIdentity(patient=patient, family_name=text(Identifying, "2"), evidence=HASH)
    clinic.do(CORRECT_IDENTITY, changed, COORDINATOR)
    clinic.settled(patient, chain)
    clinic.thaw(bag)
    clinic.check(bag, patient)
    clinic.confirm(bag, bag, patient)
    clinic.infuse(bag)
    assert clinic.state(CHAIN, chain).patient == patient
    assert clinic.state(UNIT, bag).ended == "administered" and clinic.state(UNIT, bag).label_serial == "1"
