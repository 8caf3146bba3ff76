"""Donor testing on paper: windows, what is open, what the label says, and what a reactive report does at once."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.plant import (
    BAG,
    BOX,
    CELLLAB,
    CENTRE,
    FILE,
    NURSE,
    OTHER_BAG,
    QA,
    SEALED,
    T1,
    T2,
    WARD,
    Plant,
    as_role,
)

from coign import catalogue, rulesets
from coign.donor import views as judgement
from coign.donor.actions.take_samples import TakeSamples
from coign.donor.dilution import is_diluted
from coign.donor.events import MarkerReported
from coign.donor.markers import TITLES
from coign.donor.state import HAZARD_NOT_MARKED
from coign.donor.views import TESTING, DonorTesting, Reported, Sample
from coign.identity.events import UnitCreated
from coign.identity.views import UNIT
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import Instant, Quantity
from coign.people.events import OrganisationRegistered
from coign.storage.views import SEGREGATION
from coign.web.api.schema import command_schema

RULES = rulesets.load()
START = Instant.parse("2026-03-02T08:00:00Z")
EU = ("hiv_1_2", "hbsag", "anti_hbc", "anti_hcv", "syphilis")
HAZARD, AGENTS = "BIOLOGICAL HAZARD", "WARNING: Reactive test results for syphilis"
UNEVALUATED_US, QUARANTINE = "NOT EVALUATED FOR INFECTIOUS SUBSTANCES", "QUARANTINE: DONOR TESTING NOT COMPLETE"


def donor_with(
    markers: tuple[str, ...], *, taken: Instant = START, origin: bool = False, history: bool = True, bad: str = ""
) -> DonorTesting:
    return DonorTesting(
        (Sample("S", taken, history, origin),),
        tuple(Reported(m, "S", "reactive" if m == bad else "negative") for m in markers),
        (bad,) if bad else (),
    )


def open_in(place: str, testing: DonorTesting, collected: Instant = START) -> tuple[str, ...]:
    return judgement.open_markers(testing, [collected], jurisdiction=place, rules=RULES, at=START)


@pytest.mark.requirement("TRC-20")
@pytest.mark.parametrize(
    ("days_after", "eu", "us"), [(-5, False, True), (0, True, True), (7, True, True), (8, False, False)]
)
def test_a_sample_counts_in_the_window_of_its_jurisdiction(days_after: float, eu: bool, us: bool) -> None:
    testing = donor_with(tuple(TITLES), taken=START.plus(days=days_after))
    assert (open_in("EU", testing) == ()) is eu
    assert (open_in("US", testing) == ()) is us


@pytest.mark.requirement("TRC-21")
@pytest.mark.parametrize("missing", EU)
def test_each_missing_marker_is_open_and_htlv_is_asked_by_origin(missing: str) -> None:
    assert open_in("EU", donor_with(tuple(m for m in EU if m != missing))) == (missing,)
    assert open_in("EU", donor_with(EU, origin=True)) == ("htlv",)
    assert open_in("EU", donor_with((*EU, "htlv"), origin=True)) == ()


def test_a_country_without_a_rule_set_asks_for_a_decision() -> None:
    assert judgement.jurisdiction_of("ZZ", RULES, START) == ""
    assert open_in("", donor_with(EU)) == (judgement.RULES_UNKNOWN,)
    assert judgement.must_be_complete("", RULES, START)


@pytest.mark.requirement("TRC-19")
@pytest.mark.requirement("TRC-15")
@pytest.mark.parametrize(
    ("place", "markers", "history", "bad", "says"),
    [
        ("US", (), True, "", [UNEVALUATED_US]),
        ("US", tuple(TITLES), True, "", []),
        ("US", tuple(TITLES), False, "", [UNEVALUATED_US]),
        ("US", tuple(TITLES), True, "syphilis", [HAZARD, AGENTS]),
        ("US", ("syphilis",), True, "syphilis", [UNEVALUATED_US, HAZARD, AGENTS]),
        ("EU", EU, True, "", []),
        ("EU", EU[:4], True, "", [QUARANTINE]),
        ("EU", EU, True, "syphilis", [HAZARD, AGENTS]),
    ],
)
def test_the_label_says_what_the_tests_say(
    place: str, markers: tuple[str, ...], history: bool, bad: str, says: list[str]
) -> None:
    testing = donor_with(markers, history=history, bad=bad)
    open_ = open_in(place, testing)
    assert judgement.statements(testing, open_, jurisdiction=place, rules=RULES, at=START) == says


@pytest.mark.requirement("TRC-20")
@pytest.mark.parametrize(
    ("weight", "given", "diluted"),
    [
        ("70", {}, False),
        ("70", {"colloids": "2000", "crystalloids": "800"}, False),  # as much as the plasma of 70 kg: 2,800 mL
        ("70", {"colloids": "2000", "crystalloids": "801"}, True),
        ("60", {"blood": "4000"}, False),  # as much as the blood of 60 kg
        ("60", {"blood": "3000", "colloids": "600", "crystalloids": "401"}, True),
        ("40", {"crystalloids": "1601"}, True),
        (None, {"crystalloids": "9000"}, False),  # not worked out without a weight: a gate asks for it
    ],
)
def test_a_sample_is_diluted_by_more_than_the_donor_has_plasma_or_blood(
    weight: str | None, given: dict[str, str], diluted: bool
) -> None:
    told = {name: Quantity(amount, "mL") for name, amount in given.items()}
    asked = TakeSamples(
        chain=T1, sample="S", taken_at=START, history_reviewed="yes", origin_at_risk="no", given_before="yes",
        weight=Quantity(weight, "kg") if weight is not None else None, **told,
    )  # fmt: skip
    assert is_diluted(asked, RULES) is diluted


@pytest.mark.requirement("TRC-20")
@pytest.mark.parametrize(
    ("given", "minutes", "diluted"),
    [
        ("blood", 48 * 60, True), ("blood", 48 * 60 + 1, False), ("colloids", 48 * 60, True),
        ("colloids", 48 * 60 + 1, False), ("crystalloids", 60, True), ("crystalloids", 61, False),
    ],
)  # fmt: skip
def test_what_ended_before_its_window_dilutes_no_sample(given: str, minutes: int, diluted: bool) -> None:
    until = "crystalloids_until" if given == "crystalloids" else "blood_until"
    asked = TakeSamples(
        chain=T1, sample="S", taken_at=START, history_reviewed="yes", origin_at_risk="no", given_before="yes",
        weight=Quantity("50", "kg"), **{given: Quantity("9000", "mL"), until: START.plus(minutes=-minutes)},
    )  # fmt: skip
    assert is_diluted(asked, RULES) is diluted


@pytest.mark.requirement("TRC-20")
def test_the_form_says_the_windows_of_the_rule_sets() -> None:
    (hint,) = (f.metadata["asks"].hint for f in fields(TakeSamples) if f.name == "given_before")
    said = RULES.in_words(hint, START)
    assert said == "blood or colloids within 48 hours before it, crystalloids within 1 hour"
    assert command_schema(TakeSamples)["properties"]["given_before"]["description"] == said


@pytest.mark.requirement("TRC-20")
def test_what_is_not_found_in_a_diluted_sample_counts_for_nothing_and_what_is_found_stays() -> None:
    plant = Plant(START)
    plant.until("slot")
    plant.collected(tested=False)
    drip = {"weight": Quantity("50", "kg"), "crystalloids": Quantity("2500", "mL")}
    asked = {"chain": T1, "taken_at": plant.now, "history_reviewed": "yes", "origin_at_risk": "no"}
    plant.act("donor.take_samples", NURSE, **asked, sample="S", given_before="yes", **drip)
    report = {"chain": T1, "laboratory": "L", "report": FILE}
    plant.act("donor.record_report", CELLLAB, **report, sample="S", **dict.fromkeys(EU, "negative"))
    assert "quality.donor_is_tested" in unmet(plant, BAG)
    plant.act("donor.record_report", CELLLAB, **report, sample="S", cmv="reactive")
    plant.act("donor.take_samples", NURSE, **asked, sample="S-2", given_before="no")
    plant.act("donor.record_report", CELLLAB, **report, sample="S-2", **dict.fromkeys(EU, "negative"))
    assert "quality.donor_is_tested" not in unmet(plant, BAG)
    assert plant.state(TESTING, T1).reactive == ("cmv",)


@pytest.mark.requirement("TRC-18", "TRC-19")
@pytest.mark.parametrize(
    ("place", "markers", "bad", "justified", "kind"),
    [
        ("EU", EU, "", None, "general"), ("EU", EU[:4], "", None, "quarantine"), ("EU", EU[:4], "", EU, "general"),
        ("EU", EU, "syphilis", None, "biohazard"), ("US", (), "", None, "general"), ("", EU, "", None, "quarantine"),
    ],
)  # fmt: skip
def test_pending_tests_keep_a_bag_in_quarantine_where_the_rules_of_its_place_say_so(
    place: str, markers: tuple[str, ...], bad: str, justified: tuple[str, ...] | None, kind: str
) -> None:
    testing = replace(donor_with(markers, bad=bad), justified=justified)
    open_ = open_in(place, testing)
    assert judgement.tank_for(testing, open_, jurisdiction=place, rules=RULES, at=START) == kind


@pytest.mark.requirement("TRC-18")
def test_autologous_cells_need_no_complete_tests_in_the_united_states() -> None:
    assert not judgement.must_be_complete("US", RULES, START)
    assert judgement.must_be_complete("EU", RULES, START)


@given(st.lists(st.tuples(st.sampled_from(EU), st.sampled_from(["negative", "reactive"])), max_size=20))
def test_a_reactive_marker_stays_reactive_whatever_is_reported_later(reports: list[tuple[str, str]]) -> None:
    plant = Plant(START)
    for marker, result in reports:
        plant.happened(
            MarkerReported(chain=T1, sample="S", marker=marker, result=result, laboratory="L", report=FILE),  # type: ignore[arg-type]
            by=CELLLAB,
        )
    state = plant.state(TESTING, T1)
    assert set(state.reactive) == {m for m, result in reports if result == "reactive"}


@pytest.mark.requirement("TRC-19")
def test_a_reactive_report_stops_the_bags_that_lie_somewhere_and_lets_the_courier_arrive() -> None:
    plant = Plant(START)
    plant.until("slot")
    plant.collected(tested=False)
    plant.ordered(T2)
    plant.collected(OTHER_BAG, T2)
    plant.act(
        "donor.take_samples", NURSE, chain=T1, sample="S", taken_at=plant.now, history_reviewed="yes",
        origin_at_risk="no", given_before="no",
    )  # fmt: skip
    report = {"chain": T1, "sample": "S", "laboratory": "L", "report": FILE}
    plant.act("donor.record_report", CELLLAB, **report, hiv_1_2="reactive")
    assert plant.state(SEGREGATION, BAG).tank_kind == "biohazard"
    assert plant.state(UNIT, BAG).blocked == (HAZARD_NOT_MARKED,)
    assert plant.state(UNIT, OTHER_BAG).blocked == ()
    plant.act("donor.set_apart", CELLLAB, unit=BAG, label=BAG, place="Tank H")
    assert plant.state(UNIT, BAG).blocked == ()
    plant.packed()
    plant.act("donor.record_report", CELLLAB, **report, hbsag="reactive")
    assert plant.state(UNIT, BAG).blocked == ()


def test_a_decision_covers_the_markers_it_named_and_no_other() -> None:
    plant = Plant(START)
    plant.until("slot")
    plant.collected(tested=False)
    plant.donor_tested(but="syphilis")
    plant.act("donor.justify", as_role(CELLLAB, "physician"), chain=T1, reason=SEALED, evidence=FILE)
    assert plant.state(TESTING, T1).justified == ("syphilis",)


def unmet(plant: Plant, unit: Unit) -> list[str]:
    """What would keep the quality unit from accepting this unit."""
    action = catalogue.ACTIONS["quality.accept_material"]
    return plant.unmet(action, action.command(unit=unit), QA)


def made(unit: Unit, chain: Chain, *parents: Unit) -> UnitCreated:
    return UnitCreated(
        unit=unit, chain=chain, unit_kind="starting_material", organisation=CENTRE, label_serial="1", parents=parents
    )


@pytest.mark.requirement("TRC-20")
@pytest.mark.parametrize(("days", "refuses"), [(6, False), (8, True)])
def test_the_window_of_a_cryobag_is_that_of_the_cells_in_it(days: int, refuses: bool) -> None:
    plant, cryobag = Plant(START), Unit.of("CRYO1")
    plant.until("slot")
    plant.collected(tested=False)
    plant.wait(days=days)
    plant.happened(made(cryobag, T1, BAG), by=CELLLAB)
    plant.donor_tested()
    assert ("quality.donor_is_tested" in unmet(plant, cryobag)) is refuses


def test_what_belongs_to_no_therapy_has_no_donor_to_ask_about() -> None:
    plant, odd, stray = Plant(START), Unit.of("ODD"), Unit.of("STRAY")
    plant.equipped()
    plant.act("custody.take_in", CELLLAB, unit=odd, site=WARD)
    plant.happened(made(stray, Chain.of("NEVER-ORDERED")), by=CELLLAB)
    for unit in (odd, stray):
        gates = unmet(plant, unit)
        assert gates and "quality.donor_is_tested" not in gates
    placing = catalogue.ACTIONS["storage.place"]
    assert "storage.tank_fits_unit" not in plant.unmet(
        placing, placing.command(unit=stray, box=BOX, position=1), CELLLAB
    )


def test_cells_for_their_own_donor_in_the_us_are_accepted_untested() -> None:
    plant = Plant(START)
    plant.until("slot")
    plant.collected(tested=False)
    assert "quality.donor_is_tested" in unmet(plant, BAG)
    abroad = OrganisationRegistered(organisation=CENTRE, name="Centre", category="treatment_centre", country="US")
    plant.happened(abroad, by=CELLLAB)
    assert "quality.donor_is_tested" not in unmet(plant, BAG)


def test_before_anything_is_collected_there_is_no_window_to_miss() -> None:
    testing = donor_with(EU, taken=START.plus(days=-400))
    assert judgement.open_markers(testing, [], jurisdiction="EU", rules=RULES, at=START) == ()
    assert open_in("EU", testing) == EU
