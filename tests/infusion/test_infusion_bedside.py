"""The last look before cells are given, the clock that nothing stops, and what is written down."""

import pytest
from tests.support.clinic import (
    CELLLAB,
    INFUSION,
    NURSE,
    NURSE_2,
    PHARMACIST,
    PHYSICIAN,
    VERSION,
    Clinic,
    given,
    person,
    text,
)  # fmt: skip
from tests.support.paper import Refusal

from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.infusion.actions import bedside, infuse, thaw
from coign.infusion.events import BedsideConfirmed, BedsideMismatched, Issued
from coign.infusion.state import BAG, BEDSIDE_DIFFERS
from coign.infusion.views import INFUSION as COURSE_OF_INFUSION
from coign.kernel.subjects import Patient, Unit
from coign.kernel.values import Actor, FreeText


def _resolve(clinic: Clinic, unit: Unit, actor: Actor = PHARMACIST) -> None:
    clinic.do(bedside.RESOLVE_MISMATCH, bedside.ResolveMismatch(unit=unit, finding=text(FreeText)), actor)


def _two_thawing(clinic: Clinic) -> tuple[Patient, Unit, Patient, Unit]:
    """Two patients of the same name, both bags thawing."""
    ann, chain, bag_a = clinic.ready_to_thaw("maria-silva-1")
    bea, _, bag_b = clinic.ready_to_thaw("maria-silva-2")
    clinic.assess(chain)
    clinic.thaw(bag_a)
    clinic.thaw(bag_b)
    return ann, bag_a, bea, bag_b


@pytest.mark.requirement("PAT-S1", "PAT-28", "TRC-12")
def test_the_bag_of_a_namesake_stops_both_bags_until_a_third_person_resolves_it() -> None:
    clinic = Clinic()
    ann, bag_a, bea, bag_b = _two_thawing(clinic)
    clocks = [clinic.state(BAG, u).thawed_at for u in (bag_a, bag_b)]

    facts = clinic.check(bag_b, ann)

    mismatch, blocked = facts
    assert isinstance(mismatch, BedsideMismatched) and isinstance(blocked, UnitsBlocked)
    assert (mismatch.expected, mismatch.found) == (bea, ann)  # both identifiers are named
    assert set(mismatch.units) == set(blocked.units) == {bag_a, bag_b}
    for unit, patient in ((bag_a, ann), (bag_b, bea)):
        with pytest.raises(Refusal) as no:
            clinic.check(unit, patient, NURSE_2)
        assert no.value.gates == ("infusion.product_may_be_used", "infusion.no_open_mismatch")
    # Neither of those who stood there resolves it, and the clocks run on.
    with pytest.raises(Refusal, match="third"):
        _resolve(clinic, bag_b, person("nurse-1", "infusion"))
    assert [clinic.state(BAG, u).thawed_at for u in (bag_a, bag_b)] == clocks
    for unit, patient in ((bag_a, ann), (bag_b, bea)):
        _resolve(clinic, unit)
        clinic.check(unit, patient)
        clinic.confirm(unit, unit, patient)
        clinic.infuse(unit)


@pytest.mark.requirement("PAT-S1", "TRC-12", "TRC-13")
def test_a_bag_of_somebody_who_has_nothing_thawed_stops_alone() -> None:
    clinic = Clinic()
    _, _, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    facts = clinic.check(unit, clinic.enrol("bea"))
    assert facts[0].units == (unit,)


@pytest.mark.requirement("PAT-S1", "TRC-13")
def test_the_second_person_scans_another_bag_and_both_stop() -> None:
    clinic = Clinic()
    ann, bag_a, _, bag_b = _two_thawing(clinic)
    clinic.check(bag_a, ann)

    facts = clinic.confirm(bag_a, bag_b, ann)

    assert facts[0].between == (NURSE.person, INFUSION.person)
    for unit in (bag_a, bag_b):
        assert clinic.state(UNIT, unit).blocked == (BEDSIDE_DIFFERS,)
    assert "infusion.bedside_is_confirmed" in clinic.unmet(infuse.START, infuse.Start(unit=bag_a), INFUSION)


@pytest.mark.requirement("TRC-13")
def test_the_second_person_scans_another_wristband_and_the_confirmation_never_comes() -> None:
    clinic = Clinic()
    ann, bag_a, bea, bag_b = _two_thawing(clinic)
    clinic.check(bag_a, ann)
    facts = clinic.confirm(bag_a, bag_a, bea)
    assert set(facts[0].units) == {bag_a, bag_b}
    assert clinic.state(BAG, bag_a).confirmed_at is None


@pytest.mark.requirement("TRC-12", "TRC-13", "PAT-28")
def test_a_mismatch_takes_an_earlier_confirmation_away() -> None:
    clinic = Clinic()
    ann, bag_a, _, bag_b = _two_thawing(clinic)
    clinic.check(bag_a, ann)
    clinic.confirm(bag_a, bag_a, ann)
    assert clinic.unmet(infuse.START, infuse.Start(unit=bag_a), INFUSION) == []

    clinic.check(bag_b, ann)  # somebody carries the other bag to her bed

    _resolve(clinic, bag_a)
    assert clinic.unmet(infuse.START, infuse.Start(unit=bag_a), INFUSION) == ["infusion.bedside_is_confirmed"]


@pytest.mark.requirement("PAT-30", "PAT-S5")
def test_at_the_limit_the_bag_is_given_and_a_minute_later_by_nobody() -> None:
    limit = VERSION.minutes("thaw_to_infusion_max")
    for minutes, refused in ((limit, []), (limit + 1, ["infusion.thaw_clock_runs"])):
        clinic = Clinic()
        ann, _, unit = clinic.ready_to_thaw("ann")
        thawed_at = clinic.now
        clinic.thaw(unit)
        clinic.now = thawed_at.plus(minutes=limit - 3)
        clinic.check(unit, ann)
        clinic.confirm(unit, unit, ann)
        clinic.now = thawed_at.plus(minutes=minutes)
        for role in sorted(infuse.START.roles):
            for who in ("infusion", "nurse-1", "physician"):
                assert clinic.unmet(infuse.START, infuse.Start(unit=unit), person(who, role)) == refused


@pytest.mark.requirement("PAT-30")
def test_a_bag_is_never_frozen_and_thawed_again() -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    clinic.wait(days=1)
    clinic.assess(chain)
    clinic.happened(Issued(unit=unit, chain=chain, by=PHARMACIST.person), by=PHARMACIST)
    assert clinic.unmet(thaw.THAW, thaw.Thaw(unit=unit), CELLLAB) == ["infusion.not_thawed_yet"]


@pytest.mark.requirement("PAT-31", "TRC-27")
def test_the_record_of_an_infusion_names_both_verifiers_times_and_volumes() -> None:
    clinic = Clinic()
    ann, chain, unit = clinic.ready_to_infuse("ann")
    clinic.do(infuse.START, infuse.Start(unit=unit), INFUSION)
    started = clinic.state(BAG, unit).started_at
    clinic.wait(minutes=20)
    clinic.do(infuse.FINISH, given(unit, outcome="partial"), NURSE)

    confirmed = [f for f in clinic.facts if isinstance(f, BedsideConfirmed)]
    assert confirmed == [BedsideConfirmed(unit=unit, patient=ann, first=NURSE.person, second=INFUSION.person)]
    state = clinic.state(COURSE_OF_INFUSION, chain)
    bag = state.bags[0]
    assert state.begun and state.finished and state.running is None
    assert (bag.unit, bag.started_at, str(bag.given), str(bag.residual)) == (unit, started, "68 mL", "2 mL")
    assert bag.outcome == "partial" and bag.finished_at > started
    assert clinic.state(UNIT, unit).ended == "administered"
    assert clinic.unmet(infuse.FINISH, given(unit), NURSE) == ["infusion.is_running"]


@pytest.mark.requirement("PAT-30", "PAT-31")
def test_two_bags_of_one_therapy_are_given_one_after_the_other() -> None:
    clinic = Clinic()
    ann, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}") for n in (1, 2)]
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    for unit in bags:
        clinic.thaw(unit)
        clinic.check(unit, ann)
        clinic.confirm(unit, unit, ann)
        clinic.infuse(unit)
    state = clinic.state(COURSE_OF_INFUSION, chain)
    assert [b.unit for b in state.bags] == bags
    assert state.first_started_at == state.bags[0].started_at


@pytest.mark.requirement("TRN-01", "TRN-08", "TRC-13")
def test_a_qualification_that_lapsed_in_the_night_counts_for_neither_person() -> None:
    clinic = Clinic()
    ann, chain, unit = clinic.ready_to_thaw("ann")
    clinic.qualify(NURSE, "bedside_check", days=1)
    clinic.qualify(INFUSION, "bedside_check", days=1)
    clinic.now = clinic.now.plus(days=1)
    clinic.assess(chain)
    clinic.thaw(unit)
    for look in (lambda: clinic.check(unit, ann), lambda: clinic.confirm(unit, unit, ann)):
        with pytest.raises(Refusal, match="qualified_for_bedside_check"):
            look()
        clinic.check(unit, ann, NURSE_2)


def test_a_unit_that_nobody_knows_is_refused_once() -> None:
    clinic = Clinic()
    unit, who = Unit.of("nothing"), Patient.of("nobody")
    assert clinic.unmet(thaw.THAW, thaw.Thaw(unit=unit), CELLLAB) == [
        "infusion.unit_is_product",
        "infusion.bag_is_issued",
    ]
    look = bedside.CheckBedside(unit=unit, wristband=who)
    assert clinic.unmet(bedside.CHECK_BEDSIDE, look, NURSE) == ["infusion.unit_is_product", "infusion.is_thawed"]
    again = bedside.ConfirmBedside(unit=unit, bag=unit, wristband=who)
    assert clinic.unmet(bedside.CONFIRM_BEDSIDE, again, NURSE) == ["infusion.first_check_is_open"]
    assert clinic.unmet(infuse.START, infuse.Start(unit=unit), INFUSION) == [
        "infusion.is_thawed", "infusion.bedside_is_confirmed",
    ]  # fmt: skip
    assert clinic.unmet(infuse.FINISH, given(unit), INFUSION) == ["infusion.is_running"]


def test_without_anything_in_order_thawing_names_everything_at_once() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    unit = clinic.product(chain, "bag", certified=False, days=1)
    clinic.wait(days=2)
    assert clinic.unmet(thaw.THAW, thaw.Thaw(unit=unit), person("newcomer", "celllab")) == [
        "infusion.product_is_released",
        "infusion.product_is_not_expired",
        "infusion.conditioning_is_given",
        "infusion.patient_was_assessed",
        "infusion.qualified_to_thaw",
        "infusion.bag_is_issued",
    ]
    assert PHYSICIAN.role in bedside.RESOLVE_MISMATCH.roles
