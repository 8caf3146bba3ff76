"""Several bags of one product: filled one by one, frozen in one run, each a unit with a label, a volume and a clock."""

from dataclasses import replace

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    BAG,
    BATCH,
    BOX_2,
    CELLLAB,
    LOTS,
    MAKER,
    NURSE,
    OPERATOR,
    OPERATOR_2,
    OPERATOR_3,
    PRODUCT,
    PRODUCT_2,
    QA,
    ROOM,
    SAMPLE,
    SAMPLES,
    SEALED,
    T1,
    VERSION,
    Plant,
)

from coign.coldchain.views import CONDITION
from coign.collection.events import CollectionStarted
from coign.identity.events import ChainEnded, UnitCreated
from coign.identity.views import UNIT
from coign.kernel.subjects import Equipment, Unit
from coign.kernel.values import Instant, Quantity
from coign.ledger.encoding import fact_from
from coign.manufacturing.views import BATCH as BATCH_VIEW
from coign.manufacturing.views import SAMPLE as SAMPLE_VIEW
from coign.programmes.model import Programmes
from coign.quality.events import DeviationOpened
from coign.quality.views import DISPOSITION
from coign.supply.events import LotHeld

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def plant_at(stage: str) -> Plant:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant


@pytest.mark.requirement("TRC-22", "GMP-35", "PAT-29")
def test_each_bag_is_a_unit_with_its_own_volume_and_expiry_and_every_label_of_them_is_counted() -> None:
    plant = plant_at("stepped")
    plant.bag_filled()
    plant.filled()
    batch = plant.state(BATCH_VIEW, BATCH)
    assert batch.final_containers == (PRODUCT_2, PRODUCT) and {s.unit for s in batch.samples} == set(SAMPLES)
    assert [bag.volume for bag in batch.containers] == [Quantity("34", "mL"), Quantity("68", "mL")]
    assert batch.container(PRODUCT_2) == batch.containers[0] and batch.container(SAMPLE) is None
    plant.labelled()
    plant.frozen()
    counted, _ = plant.act("manufacturing.count_labels", OPERATOR_2, **plant.count(printed=6, destroyed=0))
    assert counted.used == 5 and counted.unaccounted == 1


@pytest.mark.requirement("GMP-20")
def test_a_sample_that_came_with_the_last_bag_in_an_older_entry_is_there_for_every_test() -> None:
    plant, old = plant_at("started"), Unit.of("OLD-SAMPLE")
    body = {
        "batch": str(BATCH), "chain": str(T1), "room": str(ROOM), "final_container": str(PRODUCT), "sample": str(old),
        "volume": {"value": "68", "unit": "mL"}, "filled_at": str(plant.now), "operator": str(OPERATOR.person),
    }  # fmt: skip
    filled = fact_from({"type": "manufacturing.filled.v1", "body": body})
    made = UnitCreated(
        unit=old, chain=T1, unit_kind="sample", organisation=MAKER, label_serial="1", parents=(BAG,), batch=BATCH
    )
    plant.happened(filled, made, by=OPERATOR)
    assert plant.state(BATCH_VIEW, BATCH).units == (PRODUCT, old)
    scanned = {"unit": old, "scanned": old, "label_serial": "1"}
    with pytest.raises(Refusal, match="label_verified_by_another"):
        plant.act("manufacturing.verify_label", OPERATOR, **scanned)
    plant.act("manufacturing.verify_label", OPERATOR_2, **scanned)
    for test in ("viability", "mycoplasma"):
        assert plant.state(SAMPLE_VIEW, old).serves(test)
        plant.act("quality.record_result", ANALYST, **{**plant.result(test), "sample": old})


@pytest.mark.requirement("GMP-04", "TRC-01", "TRC-23")
def test_a_kit_that_is_held_after_the_collection_stops_what_was_made_of_the_cells() -> None:
    plant, kit = plant_at("at_hand"), LOTS["collection_kit"]
    collected = CollectionStarted(
        chain=T1, equipment=Equipment.of("apheresis"), kit_lot=kit.identifier, lots=(kit,)
    )  # fmt: skip
    plant.happened(collected, by=NURSE)
    for act in (
        plant.started, plant.stepped, plant.filled, plant.frozen, plant.labelled_and_counted, plant.tested,
        plant.reviewed,
    ):  # fmt: skip
        act()
    assert kit in plant.state(BATCH_VIEW, BATCH).lots
    plant.happened(LotHeld(lot=kit, by=NURSE.person, why=SEALED), by=NURSE)
    with pytest.raises(Refusal, match="lots_are_in_order"):
        plant.certified()


@pytest.mark.requirement("TRC-13", "TRC-14")
def test_whoever_filled_any_bag_neither_scans_nor_counts_a_label() -> None:
    plant = plant_at("stepped")
    plant.act("manufacturing.fill_bag", OPERATOR_3, **plant.bag())
    plant.filled()
    for filler in (OPERATOR, OPERATOR_3):
        with pytest.raises(Refusal, match="label_verified_by_another"):
            plant.act("manufacturing.verify_label", filler, unit=PRODUCT, scanned=PRODUCT, label_serial="1")
        with pytest.raises(Refusal, match="labels_counted_by_another"):
            plant.act("manufacturing.count_labels", filler, **plant.count(printed=6))


@pytest.mark.requirement("SCS-11", "GMP-13")
def test_frozen_bags_warm_from_the_end_of_the_run_until_they_are_placed_and_the_sample_does_not() -> None:
    plant = plant_at("stepped")
    plant.bag_filled()
    plant.filled()
    plant.frozen(ended_at=plant.now.plus(minutes=110))
    plant.wait(minutes=10)
    for bag in (PRODUCT, PRODUCT_2):
        warmed = plant.state(CONDITION, bag).exposure
        assert 10 * 60 < warmed.seconds_at(plant.now) < 25 * 60 and warmed.limit_seconds == 45 * 60
    assert plant.state(CONDITION, SAMPLE).exposure.out_since is None
    plant.placed(PRODUCT, BOX_2)
    assert plant.state(CONDITION, PRODUCT).exposure.out_since is None


@pytest.mark.requirement("GMP-13", "GMP-18")
@pytest.mark.parametrize(
    ("after_min", "coldest", "what"),
    [
        (60, "-90", ()),
        (61, "-90", ("frozen_late",)),
        (60, "-89.9", ("not_cold_enough_after_freezing",)),
        (61, "-89.9", ("frozen_late", "not_cold_enough_after_freezing")),
    ],
)
def test_a_run_out_of_the_programmes_limits_is_recorded_and_opens_a_deviation(
    after_min: int, coldest: str, what: tuple[str, ...]
) -> None:
    plant = plant_at("filled")
    started = plant.state(BATCH_VIEW, BATCH).filled_at.plus(minutes=after_min)
    plant.frozen(started_at=started, end_temperature=Quantity(coldest, "Cel"))
    assert [f.what for f in plant.facts if isinstance(f, DeviationOpened)] == ([what] if what else [])


def test_a_product_that_is_given_fresh_is_never_frozen_and_one_without_a_dose_has_no_strength() -> None:
    limits = {name: limit for name, limit in VERSION.limits.items() if "freezing" not in name}
    fresh = Plant(MARCH, programmes=Programmes([replace(VERSION, limits=limits, dose=None)]))
    fresh.until("filled")
    fresh.labelled_and_counted()
    fresh.tested()
    fresh.reviewed()
    fresh.certified()
    assert fresh.state(DISPOSITION, PRODUCT).is_certified and fresh.state(DISPOSITION, PRODUCT).strength is None
    for_freezing = Plant(MARCH, programmes=Programmes([replace(VERSION, limits=limits)]))
    for_freezing.until("certified")
    assert for_freezing.state(DISPOSITION, PRODUCT).strength == Quantity("0.4845", "10*6/mL")


def test_bags_that_were_filled_are_no_more_when_the_batch_is_given_up() -> None:
    plant = plant_at("stepped")
    plant.bag_filled()
    plant.act("manufacturing.abandon_batch", QA, batch=BATCH, why=SEALED)
    assert plant.state(UNIT, PRODUCT_2).ended == "destroyed"


@pytest.mark.requirement("TRC-27")
def test_bags_of_a_therapy_that_is_over_end_as_that_was_decided_and_not_by_giving_the_batch_up() -> None:
    plant = plant_at("stepped")
    plant.bag_filled()
    plant.happened(ChainEnded(chain=T1, why="progression"), by=CELLLAB)
    plant.act("manufacturing.abandon_batch", QA, batch=BATCH, why=SEALED)
    assert plant.state(BATCH_VIEW, BATCH).abandoned
    assert not plant.state(UNIT, PRODUCT_2).ended
