"""A shipper chosen for a therapy, its logger, its seal: who uses it, what takes the choice back, who learns of it."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    CELLLAB_2,
    CENTRE,
    COURIER,
    COURIERS,
    INWARD,
    MAKER,
    SEALED,
    SHIPPER,
    T1,
    T2,
    WAREHOUSE,
    Plant,
)

from coign import catalogue
from coign.catalogue import PARTIES
from coign.custody.views import HOLDING
from coign.kernel.facts import about
from coign.kernel.subjects import Shipper
from coign.kernel.values import Instant
from coign.ledger.encoding import fact_body, fact_from
from coign.logistics.events import CarrierNamed, Packed, SealDiffered, SealsCompared
from coign.logistics.state import CHOICE
from coign.logistics.state import SHIPPER as STATE
from coign.logistics.views import SHIPMENT

MARCH = Instant("2026-03-02T08:00:00.000000Z")
SPARE = Shipper.of("SH7")


def collected() -> Plant:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.shipper(SPARE, CELLLAB)
    return plant


@pytest.mark.requirement("SCS-06", "SCS-08")
def test_choosing_another_shipper_frees_the_first_and_asks_for_a_logger_in_the_new_one() -> None:
    plant = collected()
    plant.chosen()
    plant.act("logistics.choose_shipper", CELLLAB_2, chain=T1, shipper=SPARE)
    assert plant.state(STATE, SHIPPER).is_free and not plant.state(STATE, SPARE).is_free
    with pytest.raises(Refusal) as no:
        plant.act("logistics.pack", CELLLAB, **plant.parcel(shipper=SPARE))
    assert no.value.gates == ("logistics.logger_runs",)
    plant.ordered(T2)
    plant.chosen(T2)
    assert plant.state(CHOICE, T2).of(CENTRE).shipper == SHIPPER


@pytest.mark.requirement("SCS-06")
def test_a_choice_that_was_given_up_does_not_come_back_when_somebody_else_chooses_the_shipper() -> None:
    plant = collected()
    plant.chosen()
    plant.act("logistics.free_shipper", CELLLAB, chain=T1, shipper=SHIPPER)
    plant.ordered(T2)
    plant.chosen(T2)
    with pytest.raises(Refusal, match="goes_into_chosen_shipper"):
        plant.act("logistics.pack", CELLLAB, **plant.parcel())
    plant.chosen(shipper=SPARE)  # and what T1 chooses next leaves the choice of T2 alone
    assert plant.state(STATE, SHIPPER).reserved_by == CENTRE


@pytest.mark.requirement("SCS-06")
def test_a_shipper_that_nobody_tested_is_refused_for_that_and_for_nothing_made_up() -> None:
    plant = collected()
    action = catalogue.ACTIONS["logistics.choose_shipper"]
    unmet = plant.unmet(action, action.command(chain=T1, shipper=Shipper.of("NEW")), CELLLAB)
    assert unmet == ["logistics.shipper_is_qualified"]


@pytest.mark.requirement("SCS-12", "SCS-08")
def test_an_older_entry_that_names_seal_and_logger_means_a_sealed_shipment_with_its_logger() -> None:
    plant = collected()
    body = {
        "type": "logistics.packed.v1",
        "body": {
            "shipment": str(INWARD), "unit": str(BAG), "shipper": str(SHIPPER), "sender": str(CENTRE), "to": str(MAKER),
            "seal": "77102", "logger": "TL-5520", "by": str(CELLLAB.person),
        },
    }  # fmt: skip
    older = fact_from(body)
    assert isinstance(older, Packed)
    named = CarrierNamed(shipment=INWARD, unit=BAG, shipper=SHIPPER, carrier=COURIERS, by=CELLLAB.person)
    plant.happened(older, named, by=CELLLAB)
    assert (plant.state(SHIPMENT, INWARD).seal, plant.state(SHIPMENT, INWARD).logger) == ("77102", "TL-5520")
    with pytest.raises(Refusal, match="not_sealed_yet"):
        plant.act("logistics.seal", CELLLAB, shipment=INWARD, shipper=SHIPPER, seal="9")
    plant.delivered()
    plant.logged()
    plant.received()
    assert plant.state(STATE, SHIPPER).is_free


@pytest.mark.requirement("SCS-12", "SCS-13")
@pytest.mark.parametrize(("seal", "kind"), [("88203", SealsCompared), ("77102", SealDiffered)])
def test_at_the_other_end_the_seal_that_was_put_on_last_counts(seal: str, kind: type) -> None:
    plant = collected()
    plant.packed()
    plant.act("logistics.replace_seal", CELLLAB_2, shipment=INWARD, shipper=SHIPPER, seal="88203", why=SEALED)
    plant.sealed(SHIPPER, CELLLAB, COURIER, "88203")
    plant.sealed(SHIPPER, COURIER, WAREHOUSE, "88203")
    facts = plant.act("logistics.compare_seals", WAREHOUSE, shipment=INWARD, seal=seal)
    assert type(facts[0]) is kind


@pytest.mark.requirement("SCS-12", "TRC-11")
def test_a_seal_that_breaks_while_the_shipment_is_held_out_is_replaced_after_the_offer_was_taken_back() -> None:
    plant = collected()
    plant.packed()
    plant.act("custody.offer_shipment", CELLLAB, shipper=SHIPPER, to=COURIERS, seal="77102")
    anew = {"shipment": INWARD, "shipper": SHIPPER, "seal": "88203", "why": SEALED}
    with pytest.raises(Refusal, match="is_not_held_out"):
        plant.act("logistics.replace_seal", CELLLAB_2, **anew)
    plant.act("custody.withdraw_shipment", CELLLAB, shipper=SHIPPER)
    plant.act("logistics.replace_seal", CELLLAB_2, **anew)
    plant.sealed(SHIPPER, CELLLAB, COURIER, "88203")
    assert plant.state(HOLDING, BAG).organisation == COURIERS


@pytest.mark.requirement("TRC-26")
def test_nothing_that_a_carrier_reads_about_shipper_or_shipment_names_the_therapy() -> None:
    plant = collected()
    plant.packed()
    plant.act("logistics.replace_seal", CELLLAB, shipment=INWARD, shipper=SHIPPER, seal="88203", why=SEALED)
    assert COURIERS in plant.state(PARTIES, SHIPPER).organisations
    assert COURIERS not in plant.state(PARTIES, T1).organisations
    told = [str(fact_body(f)) for f in plant.facts if {SHIPPER, INWARD} & set(about(f))]
    assert len(told) >= 6
    assert [words for words in told if str(T1) in words or "patient:" in words] == []
