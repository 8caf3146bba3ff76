"""The verdict is computed; what nobody knows is never fine; journeys add up."""

from typing import Any

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    CELLLAB,
    INWARD,
    OUTWARD,
    SEALED,
    SHIPPER_2,
    WAREHOUSE,
    Plant,
)

from coign.coldchain.events import LoggerMissing, LoggerRead
from coign.coldchain.views import CONDITION
from coign.kernel.subjects import Shipment
from coign.kernel.values import Instant, Quantity

AGAIN = Shipment("shipment:AGAIN")
MARCH = Instant("2026-03-02T08:00:00.000000Z")


def delivered() -> Plant:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    plant.delivered()
    plant.opened()
    return plant


VERDICTS: list[tuple[dict[str, Any], str]] = [
    ({}, "in_order"),
    ({"problems": ("clock_offset",)}, "in_order"),
    ({"worst": Quantity("-150", "Cel")}, "in_order"),
    ({"worst": Quantity("-149.9", "Cel")}, "excursion"),
    ({"minutes_above_limit": 1}, "excursion"),
    ({"minutes_above_limit": 1, "unknown_minutes": 40}, "excursion"),
    ({"unknown_minutes": 40}, "unknown"),
    ({"unknown_minutes": 1}, "unknown"),
    ({"readings": 0}, "unknown"),
]


@pytest.mark.requirement("SCS-08")
@pytest.mark.parametrize(("file", "verdict"), VERDICTS)
def test_the_verdict_follows_from_the_file_and_the_limits_of_the_programme(file: dict[str, Any], verdict: str) -> None:
    plant = delivered()
    (fact,) = plant.act("coldchain.record_logger", WAREHOUSE, **plant.reading(**file))
    assert isinstance(fact, LoggerRead) and fact.verdict == verdict
    condition = plant.state(CONDITION, BAG)
    assert condition.is_in_order == (verdict == "in_order") and condition.open == (verdict != "in_order")


@pytest.mark.requirement("SCS-08")
@pytest.mark.parametrize(
    ("late_min", "early_min", "verdict"),
    [(14, 0, "in_order"), (17, 0, "unknown"), (0, 14, "in_order"), (0, 17, "unknown")],
)
def test_a_file_that_begins_after_packing_or_ends_before_the_take_over_leaves_time_that_nobody_knows(
    late_min: float, early_min: float, verdict: str
) -> None:
    plant = delivered()
    packed_at = plant.now.plus(hours=-40)
    times = {"first": packed_at.plus(minutes=late_min), "last": plant.now.plus(minutes=-early_min)}
    (fact,) = plant.act("coldchain.record_logger", WAREHOUSE, **plant.reading(**times))
    assert isinstance(fact, LoggerRead) and fact.verdict == verdict


@pytest.mark.requirement("SCS-S2")
def test_without_a_file_the_journey_is_unknown_and_waits_for_a_decision() -> None:
    plant = delivered()
    with pytest.raises(Refusal, match="logger_is_the_shipments"):
        plant.logged(logger="TL-1")
    (fact,) = plant.act("coldchain.report_missing_logger", WAREHOUSE, shipment=INWARD, why=SEALED)
    assert isinstance(fact, LoggerMissing)
    assert plant.state(CONDITION, BAG).not_in_order_because == "was at a temperature nobody knows"
    with pytest.raises(Refusal, match="logger_is_not_read_yet"):
        plant.logged()
    plant.assessed(verdict="usable")
    assert plant.state(CONDITION, BAG).is_in_order


def test_a_journey_that_nobody_read_is_not_in_order() -> None:
    plant = delivered()
    assert "logger was not read" in str(plant.state(CONDITION, BAG).not_in_order_because)


def test_a_later_cold_journey_heals_nothing() -> None:
    plant = delivered()
    plant.logged(minutes_above_limit=34)
    plant.received()
    plant.assessed(verdict="usable")
    plant.arrived(BAG, OUTWARD, SHIPPER_2)
    assert plant.state(CONDITION, BAG).is_in_order
    second = delivered()
    second.logged(minutes_above_limit=34)
    second.received()
    second.assessed(verdict="not_usable")
    assert "not usable" in str(second.state(CONDITION, BAG).not_in_order_because)
    with pytest.raises(Refusal, match="temperature_is_in_order"):
        second.packed(BAG, OUTWARD, SHIPPER_2)


def test_an_open_excursion_stays_open_and_a_not_usable_unit_stays_so_whatever_comes() -> None:
    from coign.coldchain.events import ExcursionAssessed
    from coign.kernel.values import Digest

    plant = delivered()
    plant.logged(minutes_above_limit=34)
    common = {"shipment": OUTWARD, "unit": BAG, "file": Digest("0" * 64), "by": WAREHOUSE.person}
    reading = {k: v for k, v in plant.reading().items() if k not in ("shipment", "file")}
    plant.happened(LoggerRead(**common, **reading, verdict="in_order"), by=WAREHOUSE)
    assert plant.state(CONDITION, BAG).not_in_order_because == "has an open excursion"
    for verdict in ("not_usable", "usable"):
        plant.happened(
            ExcursionAssessed(unit=BAG, verdict=verdict, basis=SEALED, evidence=Digest("0" * 64), by=WAREHOUSE.person),
            by=WAREHOUSE,
        )  # fmt: skip
    assert "not usable" in str(plant.state(CONDITION, BAG).not_in_order_because)


def test_no_outside_hand_fills_in_what_is_read_from_the_file() -> None:
    from dataclasses import fields

    from coign.coldchain.actions.record_logger import RecordLogger

    outside = {f.name for f in fields(RecordLogger) if "resolved_by" not in f.metadata}
    assert outside == {"shipment", "file"}


@pytest.mark.requirement("SCS-09")
def test_a_decision_without_a_basis_cannot_even_be_asked_for() -> None:
    from coign.coldchain.actions.assess_excursion import AssessExcursion
    from coign.kernel.errors import Invalid
    from coign.ledger.encoding import from_wire

    asked = {"unit": "unit:B1", "verdict": "usable", "basis": "stability study 12", "evidence": "0" * 64}
    assert from_wire(AssessExcursion, asked).verdict == "usable"
    for missing in ({"basis": "  "}, {"evidence": ""}, {"verdict": "perhaps"}):
        with pytest.raises(Invalid) as no:
            from_wire(AssessExcursion, {**asked, **missing})
        assert no.value.errors[0].field in missing


@pytest.mark.requirement("SCS-13")
def test_the_logger_of_a_shipment_that_was_unpacked_says_nothing_about_the_journey_that_took_place() -> None:
    plant = Plant(MARCH)
    plant.until("collected")
    plant.packed()
    plant.act("logistics.unpack", CELLLAB, shipment=INWARD)
    plant.packed(BAG, AGAIN)
    plant.delivered(BAG, AGAIN)
    with pytest.raises(Refusal, match="shipper_is_opened"):
        plant.act("coldchain.record_logger", WAREHOUSE, **plant.reading(INWARD))
    # And where such a reading stands in the record all the same, it is of another journey.
    read = LoggerRead(unit=BAG, verdict="in_order", by=WAREHOUSE.person, **plant.reading(INWARD))
    plant.happened(read, by=WAREHOUSE)
    assert plant.state(CONDITION, BAG).unread == AGAIN
    with pytest.raises(Refusal):
        plant.act("logistics.check_receipt", WAREHOUSE, **plant.found(AGAIN))
