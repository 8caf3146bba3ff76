"""A value is corrected by two readings; what others ask follows it, the old one stays, and what rests on it is held."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.clinic import (
    CENTRE,
    INFUSION,
    MAKER,
    NURSE,
    NURSE_2,
    PHYSICIAN,
    PHYSICIAN_2,
    START_OF_TIME,
    Clinic,
    person,
)
from tests.support.corrections import CORRECTION, found, proposal
from tests.support.paper import Refusal
from tests.support.plant import BATCH, OPERATOR, OPERATOR_2, PRODUCT, QA, SEALED, Plant

from coign import catalogue
from coign.clinical.events import Ordered
from coign.clinical.views import COURSE as COURSE_OF_THERAPY
from coign.collection.events import CollectionFinished, CryobagFilled
from coign.collection.state import FREEZING
from coign.collection.views import COLLECTION
from coign.correction.events import CorrectionAssessed, CorrectionDiffers, CorrectionProposed, ValueCorrected
from coign.correction.recorded import Recorded, values_of
from coign.correction.state import CORRECTION as ONE
from coign.correction.views import CORRECTIONS, LISTED_MAX
from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.identity.views import UNIT
from coign.infusion.actions import infuse
from coign.infusion.events import Finding, InfusionFinished, PatientAssessed
from coign.infusion.state import READINESS
from coign.infusion.views import INFUSION as COURSE
from coign.kernel.facts import FACTS, Fact
from coign.kernel.subjects import Case, Chain, Patient, Unit
from coign.kernel.values import Actor, Quantity
from coign.manufacturing.events import Filled, StepCompleted
from coign.quality.events import DeviationOpened

DEVIATION = Case.of("DEV9")
PHARMACIST_QA = person("pharmacist", "qa")


def perform(record: Any, action_name: str, actor: Actor, /, **given: Any) -> list[Fact]:
    action = catalogue.ACTIONS[action_name]
    return list(record.do(action, action.command(**given), actor))


def propose(record: Any, value: Recorded, right: str, actor: Actor, case: Case = CORRECTION) -> list[Fact]:
    return perform(record, "correction.propose", actor, **proposal(value, right, case))


def read(record: Any, value: str, actor: Actor, case: Case = CORRECTION) -> list[Fact]:
    return perform(record, "correction.read_source", actor, case=case, value=value, deviation=DEVIATION)


def assess(record: Any, actor: Actor, case: Case = CORRECTION) -> list[Fact]:
    return perform(record, "correction.assess", actor, case=case, assessment=SEALED)


def collected() -> tuple[Clinic, Chain, Unit]:
    clinic = Clinic()
    patient, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(patient, chain)
    return clinic, chain, clinic.collect(chain, "B1")


@pytest.mark.requirement("CSV-05")
def test_the_original_stays_the_new_value_counts_and_the_bag_is_held_until_somebody_else_has_judged() -> None:
    clinic, chain, bag = collected()
    before = [fact for _, _, fact in clinic.history]
    proposed, blocked = propose(clinic, found(clinic, CollectionFinished, "volume"), "120", NURSE)
    assert isinstance(proposed, CorrectionProposed) and (proposed.before, proposed.after) == ("210", "120")
    assert isinstance(blocked, UnitsBlocked) and blocked.units == (bag,)
    assert clinic.state(COLLECTION, chain).collected[0].volume == Quantity("210", "mL"), "one person changes nothing"

    (corrected,) = read(clinic, "120.0", NURSE_2)
    assert isinstance(corrected, ValueCorrected) and corrected.of == (chain,)
    kept = clinic.state(COLLECTION, chain).collected[0]
    assert (kept.volume, kept.cd3) == (Quantity("120", "mL"), Quantity("2.1", "10*9"))
    assert [fact for _, _, fact in clinic.history][: len(before)] == before
    assert clinic.state(UNIT, bag).blocked and clinic.state(ONE, CORRECTION).waits_for_assessment

    with pytest.raises(Refusal, match="waits_for_reading"):
        read(clinic, "120", PHYSICIAN)
    assessed, lifted = assess(clinic, PHYSICIAN)
    assert isinstance(assessed, CorrectionAssessed) and isinstance(lifted, UnitsUnblocked)
    assert not clinic.state(UNIT, bag).blocked and clinic.state(CORRECTIONS, chain).open_because is None


def test_what_the_second_person_reads_otherwise_changes_nothing_and_lifts_nothing() -> None:
    clinic, chain, bag = collected()
    propose(clinic, found(clinic, CollectionFinished, "cd3"), "1.2", NURSE)
    (differs,) = read(clinic, "2.1", NURSE_2)
    assert isinstance(differs, CorrectionDiffers)
    assert clinic.state(COLLECTION, chain).collected[0].cd3 == Quantity("2.1", "10*9")
    assert clinic.state(UNIT, bag).blocked
    assess(clinic, PHYSICIAN)
    assert not clinic.state(UNIT, bag).blocked


def test_one_of_several_collections_is_corrected_and_only_that_one() -> None:
    clinic, chain, _ = collected()
    clinic.identified(Patient(found(clinic, Ordered, "weight").of[0]), chain)
    clinic.collect(chain, "B2", "G123426000002")
    propose(clinic, found(clinic, CollectionFinished, "volume"), "99", NURSE)
    read(clinic, "99", NURSE_2)
    assert [c.volume.value for c in clinic.state(COLLECTION, chain).collected] == ["210", "99"]


def test_a_weight_is_for_the_centre_alone_to_know() -> None:
    clinic, chain, bag = collected()
    weight = found(clinic, Ordered, "weight")
    proposed = propose(clinic, weight, "71", PHYSICIAN)[0]
    assert isinstance(proposed, CorrectionProposed)
    assert proposed.informed == (CENTRE,) and proposed.home == chain and proposed.units == (bag,)
    (corrected,) = read(clinic, "71", PHYSICIAN_2)
    assert isinstance(corrected, ValueCorrected) and corrected.quantity == Quantity("71", "kg")
    assert clinic.state(COURSE_OF_THERAPY, chain).weight == Quantity("71", "kg")
    again = replace(weight, value="71", case=CORRECTION)
    propose(clinic, again, "72", PHYSICIAN, Case.of("COR2"))
    assert clinic.state(CORRECTIONS, chain).corrected_in(weight.entry, "weight") == CORRECTION


def test_what_was_collected_concerns_the_maker_as_well() -> None:
    clinic, _, _ = collected()
    proposed = propose(clinic, found(clinic, CollectionFinished, "volume"), "120", NURSE)[0]
    assert isinstance(proposed, CorrectionProposed) and proposed.informed == (CENTRE, MAKER)


def test_a_cryobag_is_corrected_in_the_list_of_the_bag_it_was_filled_from() -> None:
    clinic, chain, bag = collected()
    for name in ("Y1", "Y2"):
        half, cells = Quantity("50", "mL"), Quantity("1", "10*9")
        clinic.happened(
            CryobagFilled(
                chain=chain, source=bag, unit=Unit.of(name), volume=half, cd3=cells, maker=MAKER, by=NURSE.person
            ),
            by=NURSE,
        )
    propose(clinic, found(clinic, CryobagFilled, "volume"), "40", NURSE)
    read(clinic, "40", NURSE_2)
    assert [(b.unit.identifier, b.volume.value) for b in clinic.state(FREEZING, bag).cryobags] == [
        ("Y1", "50"), ("Y2", "40"),
    ]  # fmt: skip


def test_a_check_of_the_patient_of_which_a_finding_was_wrong_counts_no_more() -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_infuse("ann")
    propose(clinic, found(clinic, PatientAssessed, "findings/clearance"), "20", PHYSICIAN)
    read(clinic, "20", PHYSICIAN_2)
    assess(clinic, PHARMACIST_QA)
    assert clinic.unmet(infuse.START, infuse.Start(unit=unit), INFUSION) == ["infusion.patient_is_ready"]
    clinic.assess(chain)
    assert clinic.unmet(infuse.START, infuse.Start(unit=unit), INFUSION) == []


def test_a_newer_check_of_the_patient_is_not_undone_by_the_correction_of_an_older_one() -> None:
    clinic = Clinic()
    _, chain, _ = clinic.ready_to_infuse("ann")
    older = found(clinic, PatientAssessed, "findings/clearance")
    clinic.assess(chain)
    assert older.at is not None and older.at < clinic.state(READINESS, chain).assessed_at
    propose(clinic, older, "20", PHYSICIAN)
    read(clinic, "20", PHYSICIAN_2)
    assert clinic.state(READINESS, chain).outside == ()


def test_what_was_given_is_corrected_although_the_bag_is_no_more() -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    (proposed,) = propose(clinic, found(clinic, InfusionFinished, "given"), "60", NURSE)
    assert isinstance(proposed, CorrectionProposed) and proposed.units == ()
    read(clinic, "60", NURSE_2)
    assert [(b.given.value, b.residual.value) for b in clinic.state(COURSE, chain).bags] == [("60", "2")]
    assert assess(clinic, PHYSICIAN) == [
        CorrectionAssessed(case=CORRECTION, home=chain, assessment=SEALED, by=PHYSICIAN.person)
    ]


def stepped() -> tuple[Plant, Recorded]:
    plant = Plant(START_OF_TIME)
    plant.until("filled")
    return plant, found(plant, StepCompleted, "measurements/viability_at_harvest")


@pytest.mark.requirement("GMP-18", "GMP-19")
def test_a_right_value_outside_its_limits_opens_the_deviation_that_the_bench_would_have_opened() -> None:
    plant, viability = stepped()
    proposed, blocked = propose(plant, viability, "51", OPERATOR)
    assert isinstance(blocked, UnitsBlocked) and blocked.units == (PRODUCT,)
    assert isinstance(proposed, CorrectionProposed) and proposed.step
    corrected, deviation = read(plant, "51", OPERATOR_2)
    assert isinstance(corrected, ValueCorrected) and corrected.before == viability.value
    assert isinstance(deviation, DeviationOpened) and deviation.what == ("viability_at_harvest",)
    assert deviation.batch == BATCH and deviation.case == DEVIATION


def test_a_filled_volume_opens_no_deviation_of_a_step() -> None:
    plant, _ = stepped()
    propose(plant, found(plant, Filled, "volume"), "66", OPERATOR)
    (corrected,) = read(plant, "66", OPERATOR_2)
    assert isinstance(corrected, ValueCorrected) and corrected.name == "volume"


@pytest.mark.requirement("TRC-13")
def test_nobody_who_had_a_part_assesses_and_nobody_corrects_alone() -> None:
    plant, viability = stepped()
    propose(plant, viability, "88", OPERATOR_2)
    with pytest.raises(Refusal, match=r"correction\.read_by_another"):
        read(plant, "88", OPERATOR_2)
    with pytest.raises(Refusal, match=r"correction\.waits_for_assessment"):
        assess(plant, QA)
    read(plant, "88", OPERATOR)  # who recorded it may be the second to read
    assess(plant, QA)


def test_a_correction_that_nobody_proposed_waits_for_nothing() -> None:
    plant, _ = stepped()
    for act in (lambda: read(plant, "1", OPERATOR), lambda: assess(plant, QA)):
        with pytest.raises(Refusal) as refusal:
            act()
        assert len(refusal.value.gates) == 1


def test_two_corrections_of_one_batch_stand_beside_each_other() -> None:
    plant, viability = stepped()
    propose(plant, viability, "88", OPERATOR)
    propose(plant, found(plant, Filled, "volume"), "66", OPERATOR, Case.of("COR2"))
    read(plant, "88", OPERATOR_2)
    listed = plant.state(CORRECTIONS, BATCH)
    assert [(o.case.identifier, o.proposed) for o in listed.open] == [("COR1", False), ("COR2", True)]
    assert listed.waits(viability.entry, viability.name) is None and listed.open_because == "COR1, COR2"


def test_the_list_of_corrections_stays_bounded_and_still_knows_that_some_are_open() -> None:
    plant, viability = stepped()
    for n in range(LISTED_MAX + 1):
        value = replace(viability, name=f"measurements/m{n}")
        plant.happened(propose(plant, value, "88", OPERATOR, Case.of(f"N{n}"))[0], by=OPERATOR)
    state = plant.state(CORRECTIONS, BATCH)
    assert len(state.open) == LISTED_MAX and state.open_count > LISTED_MAX


def test_a_word_cannot_be_corrected_and_a_number_without_one_is_left_out() -> None:
    clinic = Clinic()
    clinic.ready_to_infuse("ann")
    (told,) = [f for _, _, f in clinic.history if isinstance(f, PatientAssessed)]
    assert [v.name for v in values_of((told,))] == ["findings/clearance", "weight"]
    odd = replace(told, findings=(Finding(id="clearance", value="not applicable", unit="mL/min"),), weight=None)
    assert list(values_of((odd,))) == []


@pytest.mark.requirement("CSV-28")
def test_every_value_that_can_be_corrected_stands_in_the_record_of_a_batch_or_a_therapy() -> None:
    facts = [f for f in FACTS.values() if any(c.metadata.get("correctable") for c in f.__dataclass_fields__.values())]
    assert len(facts) >= 7
    assert [f.TYPE for f in facts if not {"batch", "chain"} & set(f.ABOUT)] == []
