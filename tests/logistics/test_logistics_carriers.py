"""Who carries a shipment: what they come to know, and that nobody else is handed it."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    COURIER,
    COURIERS,
    INWARD,
    MAKER,
    PLANT,
    SHIPPER,
    T1,
    WAREHOUSE,
    Plant,
)

from coign.catalogue import PARTIES
from coign.kernel.subjects import Organisation, Patient, Person
from coign.kernel.values import Actor, Instant, Quantity
from coign.logistics.views import SHIPMENT, ShipmentState
from coign.people.events import OrganisationRegistered

MARCH = Instant("2026-03-02T08:00:00.000000Z")


@pytest.mark.requirement("TRC-26")
def test_the_carrier_comes_to_know_the_parcel_and_neither_the_therapy_nor_the_patient() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    for subject in (INWARD, BAG, SHIPPER):
        assert COURIERS in plant.state(PARTIES, subject).organisations
    for subject in (T1, Patient.of("of-T1")):
        assert COURIERS not in plant.state(PARTIES, subject).organisations
    shipment = plant.state(SHIPMENT, INWARD)
    assert (shipment.carrier, shipment.to, shipment.destination) == (COURIERS, MAKER, PLANT)
    assert (shipment.seal, shipment.hold_time) == ("77102", Quantity("240", "h"))
    assert shipment.packed_at is not None and shipment.keeps_cold_until == shipment.packed_at.plus(hours=240)


@pytest.mark.requirement("SCS-12")
def test_a_carrier_named_later_takes_the_place_of_the_first_and_only_they_are_offered_the_shipper() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    others = Actor(Person.of("courier-9"), "courier", Organisation.of("other-couriers"))
    plant.happened(
        OrganisationRegistered(organisation=others.organisation, name="X", category="courier", country="DE"),
        by=CELLLAB,
    )
    plant.packed()
    plant.act("logistics.name_carrier", CELLLAB, shipment=INWARD, carrier=others.organisation)
    with pytest.raises(Refusal, match="carrier_of_shipment_is_named"):
        plant.sealed(SHIPPER, CELLLAB, COURIER)
    plant.sealed(SHIPPER, CELLLAB, others)
    plant.act("logistics.name_carrier", CELLLAB, shipment=INWARD, carrier=COURIERS)
    plant.sealed(SHIPPER, others, COURIER)  # on the way one carrier hands on to the next
    plant.sealed(SHIPPER, COURIER, WAREHOUSE)


def test_a_journey_that_names_no_hold_time_has_no_end_of_it() -> None:
    assert ShipmentState(packed_at=MARCH).keeps_cold_until is None
    assert ShipmentState(hold_time=Quantity("240", "h")).keeps_cold_until is None
