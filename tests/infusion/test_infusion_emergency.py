"""The day of the infusion: what is missing stops it by itself, and what two may decide never becomes the usual way."""

import pytest
from tests.support.clinic import (
    CENTRE,
    HASH,
    INFUSION,
    MAKER,
    NURSE,
    PHARMACIST,
    PHYSICIAN,
    SITE,
    VERSION,
    Clinic,
    assessed,
    given,
    text,
)  # fmt: skip
from tests.support.paper import Refusal

from coign.infusion.actions import assess_patient, emergency, infuse, thaw
from coign.infusion.events import EmergencyInfusionStarted, InfusionStarted, PatientAssessed
from coign.infusion.views import INFUSION as GIVEN
from coign.kernel.subjects import Case, Patient, Unit
from coign.kernel.values import Actor, FreeText
from coign.people.events import SiteRegistered
from coign.quality.events import DeviationOpened
from coign.safety.events import CaseOpened, EventReported

START = infuse.Start
CASES = {"deviation": Case.of("DEV-1"), "safety_case": Case.of("SC-1")}


def _request(unit: Unit) -> emergency.RequestEmergency:
    return emergency.RequestEmergency(unit=unit, makers_advice=HASH, patient_informed="yes", reason=text(FreeText))


def _start(unit: Unit) -> emergency.StartEmergency:
    return emergency.StartEmergency(unit=unit, site=SITE, **CASES)


def _a_minute_too_late(clinic: Clinic) -> tuple[Patient, Unit]:
    """At the bed, confirmed by two, one minute after the limit of the label."""
    site = SiteRegistered(site=SITE, organisation=CENTRE, name="Ward", zone="Europe/Berlin", country="DE")
    clinic.happened(site, by=NURSE)
    ann, _, unit = clinic.ready_to_thaw("ann")
    clinic.thaw(unit)
    clinic.wait(minutes=VERSION.minutes("thaw_to_infusion_max") + 1)
    clinic.check(unit, ann)
    clinic.confirm(unit, unit, ann)
    return ann, unit


@pytest.mark.requirement("PAT-S5", "PAT-30")
def test_after_the_limit_two_decide_about_one_bag_and_everybody_is_told() -> None:
    clinic = Clinic()
    _, unit = _a_minute_too_late(clinic)
    assert clinic.unmet(infuse.START, START(unit=unit), INFUSION) == ["infusion.thaw_clock_runs"]
    assert clinic.unmet(emergency.START, _start(unit), INFUSION) == ["infusion.emergency_is_decided"]

    clinic.do(emergency.REQUEST, _request(unit), PHYSICIAN)
    with pytest.raises(Refusal, match="second_did_not_request"):
        clinic.do(emergency.DECIDE, emergency.DecideEmergency(unit=unit), PHYSICIAN)
    clinic.do(emergency.DECIDE, emergency.DecideEmergency(unit=unit), PHARMACIST)
    with pytest.raises(Refusal, match="giver_did_not_decide"):
        clinic.do(emergency.START, _start(unit), Actor(PHARMACIST.person, "nurse", CENTRE))
    # The regular way stays shut: the decision never turns into it.
    assert clinic.unmet(infuse.START, START(unit=unit), INFUSION) == ["infusion.thaw_clock_runs"]
    facts = clinic.do(emergency.START, _start(unit), INFUSION)

    told, started, deviation, case, event = facts
    assert isinstance(told, EmergencyInfusionStarted) and told.unmet == ("infusion.thaw_clock_runs",)
    assert isinstance(started, InfusionStarted)
    assert isinstance(deviation, DeviationOpened) and deviation.organisation == MAKER
    assert deviation.what == (emergency.GIVEN_IN_AN_EMERGENCY, "infusion.thaw_clock_runs")
    assert isinstance(case, CaseOpened) and case.sponsor == MAKER
    assert isinstance(event, EventReported) and event.kind == "medication_error"
    clinic.do(infuse.FINISH, given(unit), INFUSION)
    assert [bag.emergency for bag in clinic.state(GIVEN, started.chain).bags] == [True]


@pytest.mark.requirement("PAT-S5")
def test_a_decision_about_one_bag_is_none_about_the_next() -> None:
    clinic = Clinic()
    site = SiteRegistered(site=SITE, organisation=CENTRE, name="Ward", zone="Europe/Berlin", country="DE")
    clinic.happened(site, by=NURSE)
    ann, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}") for n in (1, 2)]
    clinic.condition(chain)
    clinic.wait(days=3)
    clinic.assess(chain)
    for n, unit in enumerate(bags):
        clinic.thaw(unit)
        clinic.wait(minutes=91)
        clinic.check(unit, ann)
        clinic.confirm(unit, unit, ann)
        assert clinic.unmet(emergency.START, _start(unit), INFUSION) == ["infusion.emergency_is_decided"]
        if n == 0:
            clinic.do(emergency.REQUEST, _request(unit), PHYSICIAN)
            clinic.do(emergency.DECIDE, emergency.DecideEmergency(unit=unit), PHARMACIST)
            clinic.do(emergency.START, _start(unit), INFUSION)
            clinic.do(infuse.FINISH, given(unit), INFUSION)


@pytest.mark.requirement("PAT-28")
@pytest.mark.parametrize(
    ("found", "outside"),
    [
        ({}, ()),
        ({"infection": "pneumonia"}, ("infection",)),
        ({"clearance": "29.9"}, ("clearance",)),
        ({"clearance": "30"}, ()),
        ({"pregnancy": "positive"}, ("pregnancy",)),
        ({"pregnancy": "negative"}, ()),
        ({"infection": "not applicable"}, ("infection",)),  # only what the programme says may not apply
    ],
)
def test_each_finding_outside_its_limit_alone_stops_the_thaw(found: dict[str, str], outside: tuple[str, ...]) -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_thaw("ann")
    (fact,) = clinic.do(assess_patient.ACTION, assessed(chain, **found), PHYSICIAN)
    assert isinstance(fact, PatientAssessed) and fact.outside == outside
    unmet = clinic.unmet(thaw.ISSUE, thaw.Issue(unit=unit), PHARMACIST)
    assert unmet == (["infusion.patient_is_ready"] if outside else [])


@pytest.mark.requirement("PAT-28")
def test_an_answer_is_needed_to_everything_that_the_programme_asks() -> None:
    clinic = Clinic()
    _, chain, _ = clinic.ready_to_thaw("ann")
    command = assessed(chain)
    for left_out in command.findings:
        less = assess_patient.AssessPatient(chain=chain, findings=tuple(f for f in command.findings if f != left_out))
        assert clinic.unmet(assess_patient.ACTION, less, PHYSICIAN) == ["infusion.findings_are_complete"]
