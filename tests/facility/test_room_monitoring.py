"""Limits of graded rooms as published, and what follows when a count lies above them."""

from decimal import Decimal
from typing import Any

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    BATCH,
    OPERATOR,
    OUTWARD,
    PHYSICIAN,
    PRODUCT,
    QA,
    QA_2,
    QCREVIEWER,
    ROOM,
    SEALED,
    SHIPPER_2,
    T1,
    T2,
    Plant,
    as_role,
)

from coign import rulesets
from coign.facility.events import GrowthFound, Level, Monitored
from coign.facility.limits import action_limit, level_of
from coign.facility.state import USES, USES_MAX
from coign.facility.views import ENVIRONMENT
from coign.facility.views import ROOM as FACILITY
from coign.identity.views import UNIT
from coign.kernel.subjects import Batch, Chain, Organisation, Room
from coign.kernel.values import Instant
from coign.manufacturing.events import Abandoned, BatchStarted
from coign.quality.events import DeviationOpened, LateResultAdverse
from coign.quality.exception_state import CALLS
from coign.quality.views import DISPOSITION

MARCH = Instant("2026-03-02T08:00:00.000000Z")
RULES = rulesets.load()

#: Annex G, row by row: particles at rest and in operation, air, settle plate, contact plate, glove; None: no limit.
ANNEX_G: dict[str, tuple[Any, ...]] = {
    "A": (3520, 3520, 29, 29, 0, 0, 0, 0),
    "B": (3520, 352_000, 29, 2930, 10, 5, 5, 5),
    "C": (352_000, 3_520_000, 2930, 29_300, 100, 50, 25, None),
    "D": (3_520_000, None, 29_300, None, 200, 100, 50, None),
}
#: Where Part IV of 2017 differs: counts of the larger particles.
PART_4 = {"A": (20, 20), "B": (29, 2900), "C": (2900, 29_000), "D": (29_000, None)}
COLUMNS = (
    ("particles_0_5", "rest"), ("particles_0_5", "operation"), ("particles_5", "rest"), ("particles_5", "operation"),
    ("active_air", "operation"), ("settle_plate", "operation"), ("contact_plate", "rest"), ("glove_print", "operation"),
)  # fmt: skip


def limit(sample: Any, grade: str, condition: Any, limit_set: Any = "annex1") -> Decimal | None:
    return action_limit(sample, grade=grade, limit_set=limit_set, condition=condition, rules=RULES, at=MARCH)


@pytest.mark.requirement("GMP-31")
@pytest.mark.parametrize("grade", ANNEX_G)
def test_the_limits_are_those_that_are_published(grade: str) -> None:
    found = tuple(limit(sample, grade, condition) for sample, condition in COLUMNS)
    assert found == ANNEX_G[grade]
    older = tuple(limit("particles_5", grade, condition, "part4") for condition in ("rest", "operation"))
    assert older == PART_4[grade]
    # Where Part IV says nothing else, both are the same.
    assert limit("settle_plate", grade, "operation", "part4") == limit("settle_plate", grade, "operation")


@pytest.mark.requirement("GMP-31")
@pytest.mark.parametrize(
    ("count", "most", "level"),
    [
        (0, 0, "within"), (1, 0, "action"), (2, 5, "within"), (3, 5, "alert"), (5, 5, "alert"), (6, 5, "action"),
        (9000, None, "no_limit"),
    ],
)  # fmt: skip
def test_a_count_is_within_above_its_alert_level_or_above_its_action_limit(
    count: int, most: int | None, level: Level
) -> None:
    assert level_of(count, None if most is None else Decimal(most), Decimal("0.5")) == level


def plant_at(stage: str) -> Plant:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant


@pytest.mark.requirement("GMP-31")
def test_growth_in_grade_a_blocks_the_batch_until_somebody_without_part_has_judged_it() -> None:
    plant = plant_at("tested")
    monitored, found = plant.monitored(settle_plate=1, particles_0_5=100)
    assert isinstance(monitored, Monitored) and [r.level for r in monitored.readings] == ["within", "action"]
    assert found == GrowthFound(batch=BATCH, room=ROOM, samples=("settle_plate",), taken_at=monitored.taken_at)
    with pytest.raises(Refusal, match="growth_is_assessed"):
        plant.reviewed()
    plant.granted(ANALYST, "qa")
    with pytest.raises(Refusal, match="assessor_had_no_part"):
        plant.judged(by=as_role(ANALYST, "qa"))
    plant.judged("not_acceptable")
    assert "not acceptable" in str(plant.state(ENVIRONMENT, BATCH).blocked_because)
    plant.judged()
    plant.reviewed()
    # A further plate that is read afterwards asks again.
    plant.monitored(glove_print=2)
    with pytest.raises(Refusal, match="growth_is_assessed"):
        plant.certified()
    plant.judged()
    plant.certified()


@pytest.mark.requirement("GMP-31")
def test_a_count_above_an_action_limit_elsewhere_opens_a_deviation_of_the_batch() -> None:
    plant = plant_at("filled")
    suite = Room.of("SUITE")
    plant.room(suite, "B")
    plant.act("facility.put_in_use", QA, **{**plant.qualification(), "within": suite})
    facts = plant.act("facility.record_monitoring", ANALYST, **{**plant.plates(settle_plate=6), "room": suite})
    assert [type(f) for f in facts] == [Monitored, DeviationOpened] and facts[1].what == ("settle_plate",)  # type: ignore[attr-defined]
    assert plant.state(ENVIRONMENT, BATCH).blocked_because is None
    # Particles do not grow: in grade A too they are a deviation.
    facts = plant.monitored(particles_5=30)
    assert [type(f) for f in facts] == [Monitored, DeviationOpened]


@pytest.mark.requirement("GMP-31", "TRC-01")
def test_a_plate_that_names_no_batch_belongs_to_the_one_that_was_open_then() -> None:
    plant = plant_at("stepped")
    given = {name: value for name, value in plant.plates(settle_plate=1).items() if name != "batch"}
    assert [type(f) for f in plant.act("facility.record_monitoring", QCREVIEWER, **given)] == [Monitored, GrowthFound]
    early = {**given, "taken_at": plant.now.plus(hours=-900)}
    (alone,) = plant.act("facility.record_monitoring", QCREVIEWER, **early)
    assert isinstance(alone, Monitored) and alone.batch is None and alone.readings[0].level == "action"
    # It was taken before the other one: what the room shows is the newest.
    assert [r.batch for r in plant.state(FACILITY, ROOM).last] == [BATCH]


@pytest.mark.requirement("GMP-S8", "GMP-38")
def test_growth_that_is_read_after_the_product_was_given_calls_physician_and_quality_at_once() -> None:
    plant = plant_at("at_centre")
    facts = plant.monitored(settle_plate=1)
    late = next(f for f in facts if isinstance(f, LateResultAdverse))
    assert (late.chain, late.units, late.attribute) == (T1, (PRODUCT,), "environment")
    assert {w.side for w in plant.state(CALLS, T1).waiting} == {"physician", "quality"}
    assert not plant.state(DISPOSITION, PRODUCT).is_released and plant.state(UNIT, PRODUCT).blocked
    said = {"chain": T1, "attribute": "environment", "decision": SEALED}
    plant.act("quality.acknowledge_late_result", PHYSICIAN, **said)
    plant.act("quality.assess_late_result", QA, **said)
    assert not plant.state(CALLS, T1).waiting
    held = {"unit": PRODUCT, "why": "late_result", "finding": SEALED}
    with pytest.raises(Refusal, match="late_result_is_cleared"):
        plant.act("quality.resolve_block", QA_2, **held)
    plant.judged()
    plant.act("quality.resolve_block", QA_2, **held)
    assert plant.state(DISPOSITION, PRODUCT).is_released and not plant.state(UNIT, PRODUCT).blocked


@pytest.mark.requirement("GMP-S8")
def test_what_was_infused_is_called_about_and_not_held_any_more() -> None:
    from coign.identity.events import UnitEnded

    plant = plant_at("certified")
    plant.happened(UnitEnded(unit=PRODUCT, how="administered"), by=PHYSICIAN)
    facts = plant.monitored(glove_print=1)
    assert [type(f) for f in facts] == [Monitored, GrowthFound, LateResultAdverse]


@pytest.mark.requirement("GMP-32")
def test_an_overdue_cabinet_is_not_selected_until_it_is_qualified_again() -> None:
    plant = plant_at("equipped")
    plant.ordered()
    plant.wait(days=181)
    with pytest.raises(Refusal, match="room_may_be_used"):
        plant.cleared()
    plant.act("facility.put_in_use", QA, **plant.qualification())
    plant.cleared()
    plant.act("facility.take_out_of_use", QA, room=ROOM, why=SEALED)
    assert plant.state(FACILITY, ROOM).not_usable_because(plant.now) == "was taken out of use"


@pytest.mark.requirement("GMP-32")
def test_a_room_of_grade_c_is_qualified_for_a_year() -> None:
    plant = plant_at("equipped")
    plant.room(Room.of("LOCK"), "C")
    until = plant.state(FACILITY, Room.of("LOCK")).qualified_until
    assert until is not None and until.minutes_since(plant.now) > 363 * 1440


@pytest.mark.requirement("GMP-34", "GMP-S4")
def test_a_second_patient_is_not_opened_in_a_cabinet_before_the_first_has_left_and_two_have_cleared_it() -> None:
    plant = plant_at("started")
    plant.ordered(T2)
    with pytest.raises(Refusal, match="room_is_empty"):
        plant.cleared(T2)
    plant.stepped()
    plant.filled()
    plant.act("manufacturing.clear_line", OPERATOR, **plant.look(T2))
    with pytest.raises(Refusal, match="cleared_by_another"):
        plant.act("manufacturing.confirm_clearance", OPERATOR, **plant.look(T2))


def test_a_room_remembers_its_last_batches_and_forgets_the_oldest() -> None:
    plant = plant_at("equipped")
    for number in range(USES_MAX + 1):
        batch, chain = Batch.of(f"N{number}"), Chain.of(f"C{number}")
        started = BatchStarted(
            batch=batch, chain=chain, unit=PRODUCT, room=ROOM, maker=Organisation.of("maker"),
            programme="programme:x", version="ab" * 32, operator=OPERATOR.person,  # type: ignore[arg-type]
        )  # fmt: skip
        plant.happened(started, by=OPERATOR)
        plant.happened(Abandoned(batch=batch, chain=chain, room=ROOM, by=OPERATOR.person, why=SEALED), by=OPERATOR)
    uses = plant.state(USES, ROOM).uses
    assert len(uses) == USES_MAX and uses[0].batch == Batch.of("N1")


def test_what_travels_is_taken_back_where_it_is() -> None:
    plant = plant_at("certified")
    plant.monitored(active_air=1)
    with pytest.raises(Refusal, match="product_is_released"):
        plant.packed(PRODUCT, OUTWARD, SHIPPER_2)
