"""A lot may be used when it was approved, is in date, is not held and was not rejected since."""

from dataclasses import replace

import pytest
from tests.support.paper import Refusal
from tests.support.plant import ANALYST, FILE, LOTS, OPERATOR, QA, QA_2, SEALED, SUPPLIER, WAREHOUSE, Plant
from tests.support.store import VIALS, Store

from coign.kernel.subjects import Case, Lot, Supplier
from coign.kernel.values import Instant
from coign.supply.state import SUPPLIER as SUPPLIER_VIEW
from coign.supply.state import SupplierState
from coign.supply.views import LOT, TESTERS_KEPT_MAX, LotState

MARCH = Instant("2026-03-02T08:00:00.000000Z")
BEADS = LOTS["beads"]


def unusable(plant: Plant, lot: Lot = BEADS) -> str | None:
    return plant.state(LOT, lot).not_usable_because(plant.now)  # type: ignore[no-any-return]


def received(plant: Plant, **given: object) -> None:
    good = {"material": "beads", "supplier": SUPPLIER, "expires": plant.now.plus(days=99), "certificate": FILE}
    plant.act("supply.receive_lot", WAREHOUSE, lot=BEADS, **{**good, **given})


def lab_result(plant: Plant, **given: object) -> None:
    good = {"test": "identity", "method": "spectrum", "passed": True, "raw": FILE}
    plant.act("supply.record_lot_test", ANALYST, lot=BEADS, **{**good, **given})


@pytest.mark.requirement("GMP-04")
def test_a_lot_in_quarantine_rejected_or_expired_is_not_usable() -> None:
    plant = Plant(MARCH)
    plant.lot("beads", approved=False, days=10)
    lab_result(plant)
    assert unusable(plant) == "is in quarantine"
    plant.act("supply.approve_lot", QA, lot=BEADS)
    assert unusable(plant) is None
    expires = plant.state(LOT, BEADS).expires
    assert plant.state(LOT, BEADS).not_usable_because(expires) == f"expired {expires}"
    plant.act("supply.reject_lot", QA, lot=BEADS, why=SEALED)
    assert unusable(plant) == "was rejected"


@pytest.mark.requirement("GMP-04")
def test_a_lot_that_is_due_for_another_test_waits_for_it() -> None:
    plant = Plant(MARCH)
    plant.supplier("beads")
    received(plant)
    lab_result(plant)
    plant.act("supply.approve_lot", QA, lot=BEADS, retest_by=plant.now.plus(days=30))
    plant.wait(days=31)
    assert "is due for another test" in str(unusable(plant))
    plant.act("supply.retest_lot", QA, lot=BEADS, retest_by=plant.now.plus(days=30), raw=FILE)
    assert unusable(plant) is None


@pytest.mark.requirement("GMP-04", "GMP-05")
def test_a_certificate_alone_approves_nothing() -> None:
    """A test here that the bottle holds what it says, and for what is of an animal a statement on its origin."""
    plant = Plant(MARCH)
    plant.supplier("beads", origin="animal")
    received(plant)
    with pytest.raises(Refusal) as no:
        plant.act("supply.approve_lot", QA, lot=BEADS)
    assert no.value.gates == ("supply.origin_is_stated", "supply.identity_was_tested")
    lab_result(plant, test="further")
    with pytest.raises(Refusal) as no:
        plant.act("supply.approve_lot", QA, lot=BEADS)
    assert "supply.identity_was_tested" in no.value.gates, "another test is not the test of identity"


def test_who_tested_is_kept_and_bounded() -> None:
    plant = Plant(MARCH)
    plant.lot("beads", approved=False)
    for _ in range(TESTERS_KEPT_MAX + 2):
        lab_result(plant)
    assert plant.state(LOT, BEADS).tested_by == (ANALYST.person,)


@pytest.mark.requirement("SCS-01")
def test_a_licence_that_ended_yesterday_stops_the_delivery_of_today() -> None:
    plant = Plant(MARCH)
    plant.supplier("beads", licence_until=plant.now.plus(days=10))
    supplied = plant.state(SUPPLIER_VIEW, SUPPLIER).of("beads")
    assert supplied.ends == supplied.licence_until
    plant.wait(days=11)
    with pytest.raises(Refusal) as no:
        received(plant)
    assert no.value.gates == ("supply.supplier_is_qualified",)
    plant.supplier("beads", licence_until=plant.now.plus(days=300))
    received(plant)
    assert plant.state(LOT, BEADS).bought_of == SUPPLIER


def test_a_supplier_is_judged_for_each_material_and_anew_after_a_suspension() -> None:
    plant = Plant(MARCH)
    for material in ("beads", "medium"):
        plant.supplier(material)
    plant.act("supply.suspend_supplier", QA, supplier=SUPPLIER, material="beads", why=SEALED)
    state = plant.state(SUPPLIER_VIEW, SUPPLIER)
    assert state.of("beads").not_to_be_bought_because(plant.now) == "is suspended"
    assert state.of("medium").not_to_be_bought_because(plant.now) is None
    assert "was qualified until" in state.of("medium").not_to_be_bought_because(state.of("medium").until)
    plant.supplier("beads")
    assert plant.state(SUPPLIER_VIEW, SUPPLIER).of("beads").not_to_be_bought_because(plant.now) is None
    assert plant.state(SUPPLIER_VIEW, Supplier.of("nobody")) == SupplierState()


@pytest.mark.requirement("GMP-04")
def test_a_hold_stops_the_use_of_a_lot_at_once_also_in_a_running_batch() -> None:
    plant = Plant(MARCH)
    plant.until("started")
    plant.act("supply.hold_lot", OPERATOR, lot=BEADS, why=SEALED)
    with pytest.raises(Refusal) as no:
        plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0))
    assert no.value.gates == ("manufacturing.lots_may_be_used",)
    plant.act("supply.lift_hold", QA, lot=BEADS, finding=SEALED)
    assert plant.act("manufacturing.complete_step", OPERATOR, **plant.step(0))


def test_a_doubt_about_a_lot_stops_it_until_it_is_cleared_or_for_good() -> None:
    store = Store(MARCH)
    store.vials()
    doubt = {"lot": VIALS, "what": SEALED, "picture": FILE, "case": Case.of("S1")}
    store.act("supply.suspect_lot", WAREHOUSE, **doubt)
    assert "looks into it" in str(unusable(store, VIALS))
    with pytest.raises(Refusal) as no:
        store.act("supply.hold_lot", QA_2, lot=VIALS, why=SEALED)
    assert no.value.gates == ("supply.lot_is_free",)
    store.investigated()
    store.act("supply.clear_suspicion", QA, case=Case.of("S1"), finding=SEALED, evidence=FILE)
    assert unusable(store, VIALS) is None
    store.act("supply.suspect_lot", WAREHOUSE, **{**doubt, "case": Case.of("S2")})
    store.act("supply.determine_illegitimate", QA, case=Case.of("S2"), grounds="high_risk", basis=SEALED, evidence=FILE)
    assert "is suspect" in str(unusable(store, VIALS)), "and it stays so"


def test_a_lot_in_doubt_says_why_what_was_made_with_it_stands_still_and_one_out_of_date_does_not() -> None:
    lot = LotState(approved=True, expires=MARCH)
    assert lot.not_usable_because(MARCH) and lot.recalled_because is None
    assert replace(lot, rejected=True).recalled_because == "was rejected"
    assert replace(lot, suspected=Case.of("C1")).recalled_because == "is suspect: C1 looks into it"
    assert replace(lot, held_by=QA.person).recalled_because == "is on hold"
