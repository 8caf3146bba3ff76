"""Serious events from the report to the authority's answer: the scenarios, and what no act can move."""

from datetime import date

import pytest
from tests.support.clinic import INFUSION, PHYSICIAN, SITE, text
from tests.support.paper import Refusal
from tests.support.safety import PRODUCT_OF_TRIAL, Ward, infused

from coign.infusion.actions import infuse
from coign.kernel.subjects import Batch, Case, Patient, Unit
from coign.kernel.values import FreeText, Instant
from coign.quality.events import DeviationOpened
from coign.quality.state import DOSSIER
from coign.safety.actions import report_wrong_patient
from coign.safety.case_state import CASE
from coign.safety.clocks.civil import day_zero
from coign.safety.events import CaseOpened
from coign.safety.state import REACTIONS, VERSIONS_MAX

FRIDAY_NIGHT = Instant.parse("2026-12-18T23:40:00+01:00")
MONDAY = Instant.parse("2026-12-21T09:00:00+01:00")
FATAL = {"criteria": ("death",), "outcome": "fatal", "severity": "5"}


def _trial(start: str = "2026-03-02T08:00:00Z", *jurisdictions: str) -> Ward:
    ward = Ward(start=Instant.parse(start))
    for jurisdiction in jurisdictions or ("EU",):
        ward.basis(jurisdiction, "trial")
    return ward


def _at(ward: Ward, moment: Instant) -> None:
    ward.wait(minutes=moment.minutes_since(ward.now))


@pytest.mark.requirement("PAT-S2", "PAT-04", "PAT-05", "PAT-09")
def test_a_fatal_reaction_known_on_friday_night_is_counted_from_friday() -> None:
    ward = _trial("2026-12-01T08:00:00Z")
    chain = infused(ward)
    _at(ward, MONDAY)
    case = ward.report(
        chain, onset=FRIDAY_NIGHT.plus(hours=-2), known_at=FRIDAY_NIGHT, aware_at=FRIDAY_NIGHT, held_by="contractor",
        **FATAL,
    )  # fmt: skip

    first, complete = (ward.duties(case)[d] for d in ("EU.susar_fatal.1", "EU.susar_fatal_complete.1"))
    assert first.day_zero == date(2026, 12, 18)
    assert first.legal_due == Instant.parse("2026-12-25T23:59:59.999999+01:00")
    assert complete.legal_due == Instant.parse("2027-01-02T23:59:59.999999+01:00")
    assert first.internal_due == Instant.parse("2026-12-23T23:59:59.999999+01:00")

    investigator = ward.owed(case)["EU.investigator.1"]
    assert (investigator.status, investigator.is_late) == ("sent", True)  # told after more than a day
    assert (ward.owed(case)[first.id].status, ward.owed(case)[first.id].is_late) == ("owed", False)
    _at(ward, Instant.parse("2026-12-26T00:00:00+01:00"))
    assert ward.owed(case)[first.id].is_late


@pytest.mark.requirement("PAT-S3", "PAT-02")
def test_a_sponsor_adds_suspicion_and_never_takes_it_away() -> None:
    ward = _trial()
    case = ward.report(infused(ward), opinion="related")
    assert "EU.susar.1" in ward.duties(case)

    ward.sponsor(case, "not_related")

    event = ward.event(case)
    assert (event.investigator, event.sponsor, event.is_suspected) == ("related", "not_related", True)
    assert "EU.susar.1" in ward.duties(case)


@pytest.mark.requirement("PAT-02")
def test_what_the_site_left_open_counts_as_related_until_it_is_answered() -> None:
    ward = _trial()
    case = ward.report(infused(ward))
    assert ward.event(case).is_suspected
    ward.sponsor(case, "not_related")
    assert ward.event(case).is_suspected
    ward.investigator(case, "not_related")
    assert not ward.event(case).is_suspected and "EU.susar.1" not in ward.duties(case)
    ward.sponsor(case, "related")
    assert "EU.susar.1" in ward.duties(case)
    ward.sponsor(case, "not_related")  # said, and kept; but what the sponsor once suspected stays owed
    assert (ward.event(case).sponsor, "EU.susar.1" in ward.duties(case)) == ("not_related", True)


@pytest.mark.requirement("PAT-S6", "PAT-03")
def test_the_reference_in_force_at_onset_decides_and_a_later_one_changes_nothing() -> None:
    ward = _trial("2026-02-02T08:00:00Z")
    chain = infused(ward)
    february, march = Instant.parse("2026-02-10T00:00:00Z"), Instant.parse("2026-03-01T00:00:00Z")
    earlier = ward.publish("RSI 4", february, up_to_3=("Pyrexia",))
    later = ward.publish("RSI 5", march, up_to_3=("Pyrexia", "macrophage  ACTIVATION"))
    _at(ward, Instant.parse("2026-03-03T10:00:00Z"))
    onset = Instant.parse("2026-02-25T10:00:00Z")
    case = ward.report(chain, onset=onset, aware_at=onset, known_at=ward.now, term="Macrophage activation")

    fact = ward.expectedness(case)

    assert (fact.expected, fact.reference) == ("no", earlier)
    assert "EU.susar.1" in ward.duties(case)
    new = ward.report(chain, "case-2", onset=march.plus(hours=1), term="Macrophage activation")
    assert (ward.expectedness(new).expected, ward.event(new).reference) == ("yes", later)
    assert "EU.susar.1" not in ward.duties(new)
    ward.publish("RSI 6", ward.now, fatal=("Macrophage activation",))
    assert ward.event(case).expected is False


@pytest.mark.requirement("PAT-03")
def test_no_version_of_the_reference_is_dropped_to_make_room_for_another() -> None:
    ward = _trial()
    for number in range(VERSIONS_MAX):
        ward.publish(f"RSI {number}", ward.now)
    with pytest.raises(Refusal, match=r"safety\.reference_is_next"):
        ward.publish("one more", ward.now)


@pytest.mark.requirement("PAT-03")
def test_graver_than_listed_and_fatal_where_death_is_not_listed_are_unexpected() -> None:
    ward = _trial()
    chain = infused(ward)
    ward.publish(
        "RSI 1", Instant.parse("2026-01-01T00:00:00Z"),
        up_to_2=("Nausea",), up_to_3=("Pyrexia",), up_to_4=("Sepsis",), fatal=("Cytokine release syndrome",),
    )  # fmt: skip

    def judged(number: int, term: str, **changed: object) -> tuple[str, str]:
        case = ward.report(chain, f"case-{number}", term=term, **changed)
        fact = ward.expectedness(case)
        return fact.expected, fact.because

    assert judged(1, "Pyrexia")[0] == "yes"
    assert judged(2, "Pyrexia", severity="4") == ("no", "“Pyrexia” is listed in RSI 1 up to grade 3, not in grade 4")
    assert judged(3, "Sepsis", **FATAL)[1].endswith("up to grade 4, not with death")
    assert judged(4, "Cytokine release syndrome", **FATAL)[0] == "yes"
    assert judged(5, "Nausea", severity=None, criteria=("life_threatening",))[0] == "no"  # never less than grade 4
    assert judged(6, "Nausea", severity=None)[0] == "yes"
    assert judged(7, "Nausea with vomiting", severity="1")[1] == "“Nausea with vomiting” is not listed in RSI 1"


@pytest.mark.requirement("PAT-03")
def test_where_no_reference_was_in_force_everything_is_unexpected() -> None:
    ward = _trial()
    fact = ward.expectedness(ward.report(infused(ward)))
    assert (fact.expected, fact.reference) == ("no", None)
    assert fact.because == "no reference safety information was in force at onset"


@pytest.mark.requirement("PAT-05", "PAT-04")
def test_a_serious_event_that_turns_fatal_has_seven_days_from_the_news() -> None:
    ward = _trial()
    case = ward.report(infused(ward))
    ward.publish("RSI 1", Instant.parse("2026-01-01T00:00:00Z"), up_to_4=("Macrophage activation",))
    ward.expectedness(case)
    assert not [d for d in ward.duties(case) if "susar" in d]
    ward.wait(days=4)
    news = ward.now

    ward.follow_up(case, **FATAL)

    duties = ward.duties(case)
    assert ward.event(case).expected is None  # what got graver is looked up anew
    assert duties["EU.susar_fatal.1"].anchor == news
    assert duties["EU.susar.1"].anchor < news  # the older clock runs on
    assert not [d for d in duties if "follow_up" in d]  # this news began a clock of its own


@pytest.mark.requirement("PAT-04", "PAT-05")
def test_significant_news_has_fifteen_days_and_the_first_clock_stays() -> None:
    ward = _trial()
    case = ward.report(infused(ward))
    before = ward.duties(case)["EU.susar.1"].legal_due
    ward.wait(days=3)
    ward.follow_up(case, severity="4")
    ward.follow_up(case, severity="4", significant="no")
    ward.wait(hours=1)
    ward.follow_up(case, severity="4")  # the same day: one report

    found = {k: d for k, d in ward.duties(case).items() if "follow_up" in k}

    assert len(found) == 1 and ward.duties(case)["EU.susar.1"].legal_due == before
    (duty,) = found.values()
    assert duty.id.endswith(str(duty.day_zero))
    assert (day_zero(duty.legal_due, duty.zone) - duty.day_zero).days == 15
    assert ward.event(case).severity == "4"


@pytest.mark.requirement("PAT-04", "REG-03")
def test_day_zero_moves_back_when_somebody_knew_earlier_and_never_forward() -> None:
    ward = _trial()
    chain = infused(ward)
    onset = ward.now
    ward.wait(days=5)
    case = ward.report(chain, onset=onset, known_at=ward.now.plus(days=-1), criteria=("disability",))
    ward.wait(days=1)
    ward.follow_up(case, **FATAL)
    began = ward.duties(case)

    ward.knew_earlier(case, onset.plus(days=1))

    after = ward.duties(case)
    assert after["EU.susar.1"].anchor == onset.plus(days=1) < began["EU.susar.1"].anchor
    assert after["EU.susar_fatal.1"].anchor == began["EU.susar_fatal.1"].anchor  # the death was news all the same
    with pytest.raises(Refusal, match=r"safety\.knowledge_is_earlier"):
        ward.knew_earlier(case, onset.plus(days=2))


@pytest.mark.requirement("PAT-01")
def test_each_event_is_serious_by_itself() -> None:
    ward = _trial()
    case = ward.report(infused(ward), criteria=())
    ward.add(case, term="Sepsis", criteria=("life_threatening",), severity="4")
    assert [d for d in ward.duties(case) if d.endswith(".1")] == []
    assert "EU.susar_fatal.2" in ward.duties(case)
    ward.follow_up(case, event=2, criteria=(), severity="2", outcome="recovered")
    assert ward.event(case, 1).criteria == () and ward.event(case, 2).since("life_threatening") is not None


@pytest.mark.requirement("PAT-01")
def test_a_transmitted_infection_is_serious_in_europe_by_itself() -> None:
    ward = _trial("2026-03-02T08:00:00Z", "EU", "US")
    case = ward.report(infused(ward), criteria=("infection_transmitted",))
    assert {d.partition(".")[0] for d in ward.duties(case)} == {"EU"}


@pytest.mark.requirement("PAT-07", "PAT-05")
def test_one_case_has_the_duties_of_every_regime_it_falls_under() -> None:
    ward = _trial("2026-03-02T08:00:00Z", "EU", "US")
    case = ward.report(infused(ward), **FATAL)
    assert set(ward.duties(case)) == {
        "EU.investigator.1", "US.investigator.1", "EU.susar_fatal.1", "EU.susar_fatal_complete.1", "US.susar_fatal.1",
    }  # fmt: skip


@pytest.mark.requirement("PAT-07", "PAT-08")
def test_on_the_market_each_jurisdiction_asks_for_its_own() -> None:
    ward = Ward(start=Instant.parse("2026-03-02T08:00:00Z"))
    ward.basis("EU", "marketing_authorisation", "authorised")
    ward.basis("US", "marketing_authorisation", "authorised")
    chain = infused(ward)
    ward.publish("Label 1", Instant.parse("2026-01-01T00:00:00Z"), up_to_4=("Sepsis",))
    expected = ward.report(chain, "case-1", term="Sepsis")
    ward.expectedness(expected)
    assert set(ward.duties(expected)) == {"EU.serious.1"}
    unexpected = ward.report(chain, "case-2")
    assert set(ward.duties(unexpected)) == {"EU.serious.1", "US.serious_unexpected.1"}
    mild = ward.report(chain, "case-3", criteria=())
    assert set(ward.duties(mild)) == {"EU.non_serious.1"}
    duty = ward.duties(mild)["EU.non_serious.1"]
    assert (day_zero(duty.legal_due, duty.zone) - duty.day_zero).days == 90
    ward.investigator(mild, "not_related")
    assert ward.duties(mild) == {}
    ward.wait(days=2)
    ward.follow_up(unexpected)
    assert [d.partition(".")[0] for d in ward.duties(unexpected) if "follow_up" in d] == ["EU", "US"]


@pytest.mark.requirement("PAT-05")
def test_without_a_basis_on_record_and_before_any_treatment_the_general_clocks_run() -> None:
    ward = Ward(start=Instant.parse("2026-03-02T08:00:00Z"))
    ward.basis("EU", "none", "preclinical")
    case = ward.report(infused(ward), **FATAL)
    assert "ICH.susar_fatal.1" in ward.duties(case)


@pytest.mark.requirement("PAT-10")
def test_a_report_counts_as_sent_until_the_receiver_rejects_it() -> None:
    ward = _trial()
    case = ward.report(infused(ward))
    duty = "EU.susar.1"
    assert ward.owed(case)[duty].is_open
    ward.send(case, duty)
    assert (ward.owed(case)[duty].status, ward.owed(case)[duty].is_open) == ("sent", False)
    ward.answered(case, duty, "rejected")
    assert (ward.owed(case)[duty].status, ward.owed(case)[duty].is_open) == ("rejected", True)
    ward.wait(days=20)
    assert ward.owed(case)[duty].is_late
    ward.send(case, duty)
    ward.answered(case, duty, "accepted")
    found = ward.owed(case)[duty]
    assert (found.status, found.is_late, found.is_open) == ("accepted", True, False)


@pytest.mark.requirement("PAT-10", "PAT-04")
def test_batch_and_bags_of_a_case_come_from_the_chain_of_identity() -> None:
    ward = _trial()
    case = ward.report(infused(ward))
    state = ward.state(CASE, case)
    assert (state.batches, state.units) == ((Batch.of("bag-ann"),), (Unit.of("bag-ann"),))
    assert (state.product, state.zone) == (PRODUCT_OF_TRIAL, "Europe/Berlin")
    assert ward.state(REACTIONS, state.chain).cases == (case,)


def test_an_event_while_the_bag_still_runs_names_it() -> None:
    ward = _trial()
    _, chain, unit = ward.ready_to_infuse("ann")
    ward.do(infuse.START, infuse.Start(unit=unit), INFUSION)
    assert ward.state(CASE, ward.report(chain)).units == (unit,)


def _mixed_up(
    ward: Ward, bag: str, given_to: Patient, cases: tuple[Case, ...]
) -> report_wrong_patient.ReportWrongPatient:
    return report_wrong_patient.ReportWrongPatient(
        unit=Unit.of(bag), given_to=given_to, site=SITE, onset=ward.now, aware_at=ward.now, criteria=(),
        narrative=text(FreeText), case=cases[0], quality_case=cases[1], identity_case=cases[2],
    )  # fmt: skip


@pytest.mark.requirement("PAT-13")
def test_a_product_in_the_wrong_patient_opens_three_linked_investigations() -> None:
    ward = _trial()
    chain = infused(ward)
    other = ward.enrol("bea")
    cases = tuple(Case.of(f"case-{n}") for n in (1, 2, 3))
    facts = ward.do(report_wrong_patient.ACTION, _mixed_up(ward, "bag-ann", other, cases), PHYSICIAN)

    assert [set(ward.state(CASE, c).linked) for c in cases] == [set(cases) - {c} for c in cases]
    assert [f.what for f in facts if isinstance(f, DeviationOpened)] == [("wrong_patient",), ("chain_of_identity",)]
    assert set(ward.state(DOSSIER, Batch.of("bag-ann")).open_deviations) == set(cases[1:])
    opened = next(f for f in facts if isinstance(f, CaseOpened))
    assert (opened.chain, opened.units) == (chain, (Unit.of("bag-ann"),))
    assert ward.event(cases[0]).kind == "wrong_patient"


@pytest.mark.requirement("PAT-13")
def test_a_bag_that_nobody_knows_opens_no_investigation_of_a_batch() -> None:
    ward = _trial()
    cases = tuple(Case.of(f"case-{n}") for n in (1, 2, 3))
    command = _mixed_up(ward, "bag-of-nobody", ward.enrol("bea"), cases)
    with pytest.raises(Refusal, match=r"safety\.bag_is_product"):
        ward.do(report_wrong_patient.ACTION, command, PHYSICIAN)


@pytest.mark.requirement("PAT-10")
def test_nothing_is_sent_for_a_case_that_nobody_opened() -> None:
    ward = _trial()
    with pytest.raises(Refusal, match=r"safety\.duty_is_owed"):
        ward.send(Case.of("case-of-nobody"), "EU.susar.1")
