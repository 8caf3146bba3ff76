"""The right patient in the chair, and a bag whose label says what it is."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.clinic import (
    CELLLAB,
    KEPT,
    NURSE,
    NURSE_2,
    PHYSICIAN,
    START_OF_TIME,
    VERSION,
    Clinic,
    finish,
    starting,
    text,
)
from tests.support.paper import Refusal

from coign.collection import gates
from coign.collection.actions.collect import FINISH, START
from coign.collection.actions.identity import (
    CHECK_IDENTITY,
    CONFIRM_IDENTITY,
    RESOLVE_MISMATCH,
    CheckIdentity,
    ResolveMismatch,
)  # fmt: skip
from coign.collection.actions.label import RESOLVE_LABEL, VERIFY_LABEL, ResolveLabel, VerifyLabel
from coign.collection.events import CollectionFinished, IdentityConfirmed, IdentityMismatched
from coign.collection.lot_gates import ANTICOAGULANT, KIT
from coign.collection.state import LABEL_DIFFERS
from coign.collection.views import COLLECTION
from coign.custody.views import HOLDING
from coign.gateways.labels.symbols import InvalidSymbol, check_donation_number
from coign.identity.events import UnitCreated, UnitsUnblocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Chain, Lot, Patient, Unit
from coign.kernel.values import FreeText
from coign.ledger.encoding import fact_from
from coign.programmes.model import Programmes


def _ready(clinic: Clinic, name: str = "ann") -> tuple[Patient, Chain]:
    patient, chain = clinic.ordered(name)
    clinic.slot(chain)
    return patient, chain


@pytest.mark.requirement("TRC-12", "TRC-13")
def test_two_people_who_see_the_same_patient_confirm_her() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    clinic.do(CHECK_IDENTITY, CheckIdentity(chain=chain, wristband=ann), NURSE)
    facts = clinic.do(CONFIRM_IDENTITY, CheckIdentity(chain=chain, wristband=ann), NURSE_2)
    assert facts == [IdentityConfirmed(chain=chain, patient=ann, first=NURSE.person, second=NURSE_2.person)]


@pytest.mark.requirement("TRC-12")
def test_somebody_elses_wristband_stops_everything_at_the_first_scan() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    bea = clinic.enrol("bea")

    facts = clinic.do(CHECK_IDENTITY, CheckIdentity(chain=chain, wristband=bea), NURSE)

    assert facts == [IdentityMismatched(chain=chain, expected=ann, found=bea, between=(NURSE.person,))]
    seen = CheckIdentity(chain=chain, wristband=ann)
    assert clinic.unmet(CHECK_IDENTITY, seen, NURSE_2) == ["collection.no_open_mismatch"]
    assert "collection.first_check_is_open" in clinic.unmet(CONFIRM_IDENTITY, seen, NURSE_2)


@pytest.mark.requirement("TRC-12", "TRC-13")
def test_the_second_person_sees_somebody_else_and_a_third_one_finds_out() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    bea = clinic.enrol("bea")
    clinic.do(CHECK_IDENTITY, CheckIdentity(chain=chain, wristband=ann), NURSE)

    facts = clinic.do(CONFIRM_IDENTITY, CheckIdentity(chain=chain, wristband=bea), NURSE_2)

    between = (NURSE.person, NURSE_2.person)
    assert facts == [IdentityMismatched(chain=chain, expected=ann, found=bea, between=between)]
    start = starting(chain)
    assert clinic.unmet(START, start, NURSE) == ["collection.identity_is_confirmed"]
    clinic.do(RESOLVE_MISMATCH, ResolveMismatch(chain=chain, finding=text(FreeText)), PHYSICIAN)
    assert clinic.unmet(START, start, NURSE) == ["collection.identity_is_confirmed"]  # the check begins anew
    clinic.identified(ann, chain)
    assert clinic.unmet(START, start, NURSE) == []


@pytest.mark.requirement("TRC-09")
def test_two_collections_have_one_chain_and_two_donation_numbers() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    first = clinic.collect(chain, "bag-1", "G123426000001")
    start = starting(chain)
    assert clinic.unmet(START, start, NURSE) == ["collection.identity_is_confirmed"]  # one check, one start

    clinic.identified(ann, chain)
    second = clinic.collect(chain, "bag-2", "G123426000002")

    state = clinic.state(COLLECTION, chain)
    assert state.units == (first, second) and state.finished
    assert [c.din for c in state.collected] == ["G123426000001", "G123426000002"]
    assert clinic.state(CHAIN, chain).units_of_kind("starting_material") == (first, second)
    assert {clinic.state(UNIT, u).chain for u in (first, second)} == {chain}
    assert clinic.state(HOLDING, first).organisation == NURSE.organisation


@pytest.mark.requirement("TRC-08", "TRC-10")
def test_a_donation_number_can_be_given_once() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    clinic.identified(ann, chain)
    clinic.collect(chain, "bag-1", "G123426000001")
    created = [f for f in clinic.facts if isinstance(f, UnitCreated)]
    assert [f.claims() for f in created] == [(("din", "G123426000001"),)]
    assert any(isinstance(f, CollectionFinished) for f in clinic.facts)


NOBODY = Circumstances(now=START_OF_TIME, actor=NURSE, states={}, heads={})


def _agrees_with_the_label(din: str) -> bool:
    try:
        check_donation_number(din)
    except InvalidSymbol:
        printable = False
    else:
        printable = True
    asked = finish(Chain.of("c"), Unit.of("u"), din)
    return (gates.din_is_well_formed.check(asked, NOBODY) is None) == printable


@pytest.mark.requirement("TRC-08")
@settings(deadline=None)
@given(
    st.text(max_size=16) | st.from_regex(r"\A[A-Z0-9]{13}\n?\Z") | st.from_regex(r"\A[A-NP-Z1-9][A-Z0-9]{4}[0-9]{8}\Z")
)
def test_a_donation_number_is_accepted_exactly_when_a_label_can_carry_it(din: str) -> None:
    assert _agrees_with_the_label(din)


@pytest.mark.requirement("TRC-08")
@pytest.mark.parametrize("din", ["O123426000001", "0123426000001", "G12342600000", "g123426000001", "G123426000001 "])
def test_a_donation_number_that_is_not_one_is_refused(din: str) -> None:
    assert gates.din_is_well_formed.check(finish(Chain.of("c"), Unit.of("u"), din), NOBODY) is not None
    assert _agrees_with_the_label(din)


def _two_bags(clinic: Clinic) -> tuple[Unit, Unit]:
    units = []
    for number, name in enumerate(("ann", "bea")):
        patient, chain = _ready(clinic, name)
        clinic.identified(patient, chain)
        units.append(clinic.collect(chain, f"bag-{name}", f"G12342600000{number}"))
    return units[0], units[1]


@pytest.mark.requirement("TRC-14")
def test_two_swapped_labels_stop_both_bags_until_somebody_else_knows() -> None:
    clinic = Clinic()
    of_ann, of_bea = _two_bags(clinic)

    clinic.do(VERIFY_LABEL, VerifyLabel(unit=of_ann, label=of_bea, label_serial="1"), NURSE_2)

    for unit in (of_ann, of_bea):
        assert "its label does not say what was printed" in (clinic.state(UNIT, unit).stands_still_because or "")
    right = VerifyLabel(unit=of_ann, label=of_ann, label_serial="1")
    assert clinic.unmet(VERIFY_LABEL, right, NURSE_2) == ["collection.unit_does_not_stand_still"]
    for unit in (of_ann, of_bea):
        clinic.do(RESOLVE_LABEL, ResolveLabel(unit=unit, finding=text(FreeText)), CELLLAB)
    assert clinic.state(UNIT, of_ann).stands_still_because == "has a label that was not scanned back"
    clinic.do(VERIFY_LABEL, right, NURSE_2)
    assert clinic.state(UNIT, of_ann).stands_still_because is None


@pytest.mark.requirement("TRC-14")
def test_a_copy_of_a_label_that_was_never_printed_is_noticed() -> None:
    clinic = Clinic()
    unit, _ = _two_bags(clinic)
    clinic.do(VERIFY_LABEL, VerifyLabel(unit=unit, label=unit, label_serial="2"), NURSE_2)
    assert clinic.state(UNIT, unit).blocked
    # The quality unit may find out as well; the label then gives no cause for doubt any more.
    clinic.happened(UnitsUnblocked(units=(unit,), why=LABEL_DIFFERS), by=CELLLAB)
    resolve = ResolveLabel(unit=unit, finding=text(FreeText))
    assert clinic.unmet(RESOLVE_LABEL, resolve, CELLLAB) == ["collection.label_differs"]


def test_what_was_never_ordered_is_not_refused_twice() -> None:
    clinic = Clinic()
    nothing = CheckIdentity(chain=Chain.of("none"), wristband=Patient.of("nobody"))
    with pytest.raises(Refusal) as no:
        clinic.do(CONFIRM_IDENTITY, nothing, NURSE)
    assert no.value.gates == ("collection.therapy_is_of_this_centre", "collection.first_check_is_open")
    start = starting(Chain.of("none"))
    assert clinic.unmet(START, start, NURSE) == [
        "collection.therapy_is_of_this_centre", "collection.identity_is_confirmed",
    ]  # fmt: skip


@pytest.mark.requirement("TRC-01", "TRC-23")
def test_lots_of_kit_and_anticoagulant_are_kept_with_the_collection_they_flowed_through() -> None:
    clinic = Clinic()
    ann, chain = _ready(clinic)
    clinic.received(Lot.of("K2"), KIT)
    for day, kit in enumerate((KEPT[KIT], KEPT[KIT], Lot.of("K2"))):
        clinic.identified(ann, chain)
        clinic.do(START, replace(starting(chain), kit_lot=kit), NURSE)
        clinic.do(FINISH, finish(chain, Unit.of(f"bag-{day}"), f"G12342600000{day}"), NURSE)
    assert clinic.state(COLLECTION, chain).lots == (KEPT[KIT], Lot.of("K2"), KEPT[ANTICOAGULANT])


def test_a_programme_that_keeps_no_such_material_takes_the_numbers_as_they_are_scanned() -> None:
    clinic = Clinic()
    clinic.programmes = Programmes([replace(VERSION, materials={})])
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(ann, chain)
    asked = replace(starting(chain), kit_lot=Lot.of("as-it-is"))
    (started, _) = clinic.do(START, asked, NURSE)
    assert started.kit_lot == "as-it-is" and started.lots == ()
    old = {"chain": str(chain), "equipment": "equipment:X", "kit_lot": "K1", "anticoagulant_lot": "A1"}
    assert fact_from({"type": "collection.started.v1", "body": old}).lots == ()  # type: ignore[attr-defined]
