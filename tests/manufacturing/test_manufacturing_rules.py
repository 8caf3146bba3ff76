"""What production decides once its gates hold."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import (
    BAG,
    BATCH,
    CAR_T,
    MAKER,
    OPERATOR,
    OPERATOR_2,
    OPERATOR_3,
    PLANT,
    PRODUCT,
    QA,
    REGULATORY,
    ROOM,
    SAMPLE,
    SAMPLES,
    SEALED,
    T1,
    T2,
    VERSION,
    Plant,
)

from coign.custody.views import HOLDING
from coign.equipment.events import DevicesUsed
from coign.identity.views import CHAIN, UNIT
from coign.kernel.subjects import Case
from coign.kernel.values import Instant
from coign.manufacturing.events import LineCleared, LineMismatched, StepCompleted
from coign.manufacturing.state import ROOM as ROOM_VIEW
from coign.manufacturing.views import BATCH as BATCH_VIEW
from coign.manufacturing.views import SLOT
from coign.programmes.model import Programmes
from coign.programmes.reading import read
from coign.quality.events import DeviationOpened

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def plant_at(stage: str) -> Plant:
    plant = Plant(MARCH)
    plant.until(stage)
    return plant


def test_a_measurement_outside_its_limits_is_recorded_and_opens_a_deviation() -> None:
    plant = plant_at("started")
    done, _, deviation = plant.act(
        "manufacturing.complete_step", OPERATOR, **plant.step(0, viability_after_wash="69.9")
    )
    assert isinstance(done, StepCompleted) and done.out_of_limits == ("viability_after_wash",)
    assert isinstance(deviation, DeviationOpened)
    assert (deviation.case, deviation.step, deviation.what) == (
        Case.of("DEV-0"), "activate", ("viability_after_wash",),
    )  # fmt: skip


def test_a_step_within_its_limits_opens_no_deviation() -> None:
    plant = plant_at("started")
    facts = plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0, viability_after_wash="70"))
    assert [type(fact) for fact in facts] == [StepCompleted, DevicesUsed]


@pytest.mark.requirement("GMP-06", "GMP-27", "GMP-S6")
def test_a_new_version_in_force_changes_nothing_for_a_batch_that_runs() -> None:
    from importlib.resources import files

    content = files("coign.programmes").joinpath("autologous-car-t.yaml").read_text()
    stricter = read(
        content.replace('unit: "%", low: 70, source: "chosen', 'unit: "%", low: 99, source: "chosen').encode()
    )
    assert stricter.steps[0].measurements[0].low == 99
    plant = Plant(MARCH, programmes=Programmes([VERSION, stricter]))
    plant.until("started")
    plant.act("regulatory.propose_programme", REGULATORY, programme=CAR_T, version=stricter.digest)
    plant.act("regulatory.approve_programme", QA, programme=CAR_T, version=stricter.digest)
    done, _ = plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0, viability_after_wash="88"))
    assert isinstance(done, StepCompleted) and done.out_of_limits == ()
    assert plant.state(BATCH_VIEW, BATCH).version == VERSION.digest


@pytest.mark.parametrize(
    ("first", "second", "what"),
    [
        ("not_clear", "clear", ("finding",)),
        ("clear", "not_clear", ("finding",)),
        ("not_clear", "not_clear", ("finding",)),
        ("clear", "clear", ()),
    ],
)
def test_a_room_is_clear_only_when_two_found_it_clear(first: str, second: str, what: tuple[str, ...]) -> None:
    plant = plant_at("accepted")
    plant.act("manufacturing.clear_line", OPERATOR, **plant.look(finding=first))
    (fact,) = plant.act("manufacturing.confirm_clearance", OPERATOR_2, **plant.look(finding=second))
    if what:
        assert isinstance(fact, LineMismatched) and fact.what == what
    else:
        assert isinstance(fact, LineCleared)
    assert plant.state(ROOM_VIEW, ROOM).cleared_for == (None if what else T1)


def test_two_who_looked_for_different_therapies_cleared_for_none() -> None:
    from tests.support.plant import T2

    plant = plant_at("accepted")
    plant.ordered(T2)
    plant.act("manufacturing.clear_line", OPERATOR, **plant.look(T1))
    (fact,) = plant.act("manufacturing.confirm_clearance", OPERATOR_2, **plant.look(T2))
    assert isinstance(fact, LineMismatched) and fact.what == ("chain",)


def test_whoever_looks_again_ends_the_last_clearance() -> None:
    plant = plant_at("cleared")
    plant.act("manufacturing.clear_line", OPERATOR_3, **plant.look(finding="not_clear"))
    with pytest.raises(Refusal) as no:
        plant.started()
    assert no.value.gates == ("manufacturing.room_is_cleared",)


def test_product_and_samples_come_out_of_the_bag_and_the_expiry_of_the_product_counts_from_the_filling() -> None:
    plant = plant_at("stepped")
    filled_at = plant.filling()["filled_at"]
    plant.filled()
    product, sample = plant.state(UNIT, PRODUCT), plant.state(UNIT, SAMPLE)
    assert (product.kind, product.parents, product.batch, product.chain) == ("final_container", (BAG,), BATCH, T1)
    assert product.expires == filled_at.plus(days=270)
    assert (sample.kind, sample.parents, sample.expires) == ("sample", (BAG,), None)
    assert plant.state(HOLDING, PRODUCT).organisation == MAKER
    assert {u.unit for u in plant.state(CHAIN, T1).units} == {BAG, PRODUCT, *SAMPLES}
    assert plant.state(UNIT, BAG).ended == "consumed"
    assert plant.state(ROOM_VIEW, ROOM).open_batch is None and plant.state(ROOM_VIEW, ROOM).site == PLANT


def test_two_labels_on_the_wrong_containers_block_both() -> None:
    plant = plant_at("filled")
    plant.act("manufacturing.verify_label", OPERATOR_2, unit=PRODUCT, scanned=SAMPLE, label_serial="1")
    for unit in (PRODUCT, SAMPLE):
        assert "is blocked" in (plant.state(UNIT, unit).stands_still_because or "")
        with pytest.raises(Refusal):
            plant.labelled(unit)


@pytest.mark.requirement("TRC-14")
def test_a_label_of_another_print_blocks_its_container() -> None:
    plant = plant_at("filled")
    plant.act("manufacturing.verify_label", OPERATOR_2, unit=PRODUCT, scanned=PRODUCT, label_serial="2")
    assert plant.state(UNIT, PRODUCT).blocked and not plant.state(UNIT, SAMPLE).blocked


def test_a_batch_given_up_leaves_its_room_and_its_slot_free() -> None:
    plant = plant_at("started")
    plant.act("manufacturing.abandon_batch", QA, batch=BATCH, why=SEALED)
    assert plant.state(ROOM_VIEW, ROOM).open_batch is None
    assert not plant.state(SLOT, T1).is_confirmed
    assert plant.state(BATCH_VIEW, BATCH).abandoned
    plant.slot()
    plant.cleared()


def test_a_moved_slot_is_kept_by_the_same_maker_on_its_new_days() -> None:
    plant = plant_at("slot")
    before, start, ready = plant.state(SLOT, T1), plant.now.plus(days=9), plant.now.plus(days=23)
    plant.act("manufacturing.move_slot", OPERATOR, chain=T1, start_on=start, ready_on=ready, reason=SEALED)
    moved = plant.state(SLOT, T1)
    assert (moved.maker, moved.collection_on) == (before.maker, before.collection_on)
    assert (moved.start_on, moved.ready_on) == (start, ready)
    assert (before.start_on, before.ready_on) != (start, ready)


def test_everybody_who_did_something_is_named_once() -> None:
    plant = plant_at("started")
    plant.act("manufacturing.complete_step", OPERATOR_2, **plant.step(0))
    plant.act("manufacturing.complete_step", OPERATOR, **plant.step(1))
    batch = plant.state(BATCH_VIEW, BATCH)
    assert batch.performers == (OPERATOR.person, OPERATOR_2.person)
    assert batch.was_performed_by(OPERATOR_2.person) and not batch.was_performed_by(QA.person)
    assert batch.steps_done == ("activate", "transduce")


def test_rejecting_an_older_batch_does_not_free_the_slot_of_a_newer_one() -> None:
    from coign.kernel.subjects import Batch
    from coign.quality.events import BatchRejected

    plant = plant_at("started")
    plant.happened(
        BatchRejected(batch=Batch.of("B0"), chain=T1, units=(), by=QA.person, why=SEALED), by=QA
    )  # fmt: skip
    assert plant.state(SLOT, T1).batch == BATCH


@pytest.mark.requirement("GMP-34", "GMP-S4")
def test_while_one_patient_is_open_in_a_room_neither_clearing_it_nor_opening_another_bag_is_possible() -> None:
    from tests.support.plant import T2

    from coign.kernel.subjects import Batch, Shipment, Unit

    plant = plant_at("accepted")
    other = Unit.of("BAG2")
    plant.ordered(T2)
    plant.slot(T2)
    plant.collected(other, T2)
    plant.arrived(other, Shipment.of("X7"))
    plant.accepted(other)
    plant.cleared()
    plant.started()
    for act in (lambda: plant.cleared(T2), lambda: plant.started(other, Batch.of("B2"))):
        with pytest.raises(Refusal) as no:
            act()
        assert no.value.gates in (("manufacturing.room_is_empty",), ("manufacturing.room_is_cleared",))
    plant.stepped()
    plant.filled()
    plant.cleared(T2)
    plant.started(other, Batch.of("B2"))


@pytest.mark.requirement("GMP-S1", "TRN-02")
def test_who_loses_the_qualification_during_a_step_cannot_sign_it_and_a_qualified_colleague_takes_over() -> None:
    plant = plant_at("started")
    plant.wait(hours=1)
    plant.revoked(OPERATOR, "aseptic_processing")
    with pytest.raises(Refusal) as no:
        plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0))
    assert no.value.gates == ("manufacturing.operator_is_qualified",)
    plant.act("manufacturing.complete_step", OPERATOR_2, **plant.step(0))


@pytest.mark.requirement("TRC-23", "GMP-04", "GMP-07")
@pytest.mark.parametrize("how", ["unscanned", "quarantined", "rejected", "expired", "foreign"])
def test_a_step_is_not_closed_with_a_material_that_is_missing_or_must_not_be_used(how: str) -> None:
    from coign.kernel.subjects import Lot

    plant = plant_at("started")
    medium, spare = plant.step(0)["lots"][1], Lot.of("SPARE")
    if how == "quarantined":
        plant.lot("beads", lot=spare, approved=False)
    elif how == "rejected":
        plant.lot("beads", lot=spare)
        plant.act("supply.reject_lot", QA, lot=spare, why=SEALED)
    elif how == "expired":
        plant.lot("beads", lot=spare, days=1)
        plant.wait(days=2)
    else:
        plant.lot("vector", lot=spare)
    lots = (medium,) if how == "unscanned" else (spare, medium)
    with pytest.raises(Refusal):
        plant.act("manufacturing.complete_step", OPERATOR, **{**plant.step(0), "lots": lots})


@pytest.mark.requirement("GMP-S5", "GMP-35")
def test_a_label_that_nobody_can_find_keeps_batch_and_room_shut_until_it_is_found() -> None:
    plant = plant_at("frozen")
    plant.labelled()
    plant.tested()
    counted, opened = plant.act("manufacturing.count_labels", OPERATOR_2, **plant.count(printed=6, destroyed=1))
    assert counted.used == 4 and counted.unaccounted == 1 and opened.what == ("labels_unaccounted",)
    plant.act("quality.close_deviation", QA, case=opened.case, assessment=SEALED)
    with pytest.raises(Refusal, match="labels_are_reconciled"):
        plant.reviewed()
    plant.ordered(T2)
    with pytest.raises(Refusal, match="no_label_is_missing"):
        plant.cleared(T2)
    found = {**plant.count(printed=6, destroyed=2), "case": Case.of("DEV-NONE")}
    plant.act("manufacturing.count_labels", OPERATOR_2, **found)
    plant.cleared(T2)
    plant.reviewed()
