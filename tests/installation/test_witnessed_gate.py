"""A programme may ask that enough witnesses have signed lately; by itself a silent witness stops nothing (CSV-01)."""

import time

import pytest
from tests.support.clinic import CENTRE, HASH, INFUSION, NURSE, PHARMACIST, PHYSICIAN, SITE, Clinic, text
from tests.support.clinic import VERSION as OF_CLINIC
from tests.support.installation import TestInstallation
from tests.support.paper import Refusal, with_limit
from tests.support.plant import VERSION, Plant

from coign.database import Database
from coign.infusion.actions import emergency, infuse
from coign.infusion.events import EmergencyInfusionStarted
from coign.infusion.product_gates import administration_is_witnessed
from coign.installation.views import not_witnessed_because
from coign.kernel.actions import Circumstances, Gate
from coign.kernel.subjects import Case
from coign.kernel.values import FreeText, Instant, Quantity
from coign.ledger.states import Folding
from coign.ledger.store import Transaction
from coign.logistics.gates import dispatch_is_witnessed
from coign.people.events import SiteRegistered
from coign.quality.release_gates import release_is_witnessed

MARCH = Instant("2026-03-12T09:42:00.000000Z")
HOUR = Quantity("1", "h")


def _known(age_s: int | None) -> Circumstances:
    return Circumstances(now=MARCH, actor=NURSE, states={}, heads={}, witnessed_age_s=age_s)


def test_an_hour_is_an_hour_and_no_limit_is_none() -> None:
    for age_s in (None, 0, 10**9):
        assert not_witnessed_because(_known(age_s), None) is None
    assert not_witnessed_because(_known(3600), HOUR) is None
    assert not_witnessed_because(_known(-2), HOUR) is None, "its clock is a little ahead"
    assert (
        not_witnessed_because(_known(3601), HOUR) == "enough witnesses signed last 60 min ago, at most 1 h are allowed"
    )
    assert "never signed" in (not_witnessed_because(_known(None), HOUR) or "")


@pytest.mark.requirement("CSV-01")
def test_a_batch_is_released_only_while_witnesses_sign_where_the_programme_says_so() -> None:
    for programmes, age_s, refused in (
        (with_limit(VERSION, "release_witnessed_age_max", "60", "min"), 3601, ("quality.release_is_witnessed",)),
        (with_limit(VERSION, "release_witnessed_age_max", "60", "min"), None, ("quality.release_is_witnessed",)),
        (with_limit(VERSION, "release_witnessed_age_max", "60", "min"), 3599, ()),
        (with_limit(VERSION, "dispatch_witnessed_age_max", "60", "min"), None, ()),
    ):
        plant = Plant(MARCH)
        plant.until("reviewed")
        plant.programmes, plant.witnessed_age_s = programmes, age_s
        if not refused:
            plant.certified()
            continue
        with pytest.raises(Refusal) as no:
            plant.certified()
        assert no.value.gates == refused


@pytest.mark.requirement("CSV-01", "PAT-30")
def test_cells_at_the_bed_are_given_on_an_emergency_decision_while_witnesses_are_silent() -> None:
    clinic = Clinic()
    site = SiteRegistered(site=SITE, organisation=CENTRE, name="Ward", zone="Europe/Berlin", country="DE")
    clinic.happened(site, by=NURSE)
    unit = clinic.ready_to_infuse("ann")[2]
    clinic.programmes = with_limit(OF_CLINIC, "administration_witnessed_age_max", "60", "min")
    asked = infuse.Start(unit=unit)
    clinic.witnessed_age_s = 60
    assert clinic.unmet(infuse.START, asked, INFUSION) == []
    clinic.witnessed_age_s = 7200
    assert clinic.unmet(infuse.START, asked, INFUSION) == ["infusion.administration_is_witnessed"]

    why = emergency.RequestEmergency(unit=unit, makers_advice=HASH, patient_informed="yes", reason=text(FreeText))
    clinic.do(emergency.REQUEST, why, PHYSICIAN)
    clinic.do(emergency.DECIDE, emergency.DecideEmergency(unit=unit), PHARMACIST)
    start = emergency.StartEmergency(unit=unit, site=SITE, deviation=Case.of("DEV-1"), safety_case=Case.of("SC-1"))
    told = clinic.do(emergency.START, start, INFUSION)[0]
    assert isinstance(told, EmergencyInfusionStarted) and told.unmet == ("infusion.administration_is_witnessed",)


@pytest.mark.parametrize("gate", [release_is_witnessed, dispatch_is_witnessed, administration_is_witnessed])
def test_who_can_help_is_named(gate: Gate) -> None:
    assert "admin" in gate.resolvers and "witnesses" in gate.remedy


def test_how_long_ago_enough_witnesses_signed_is_read_with_the_head(database: Database) -> None:
    with TestInstallation(database) as installation, installation.connection() as connection:
        installation.set_up()
        look = Transaction(connection, installation.ledger_id, Folding(()))
        assert look.look(()).head.witnessed_age_s is None
        connection.execute(
            "insert into cosigned values (%s, 5, %s)", (installation.ledger_id, time.time_ns() // 10**9 - 600)
        )
        age_s = look.look(()).head.witnessed_age_s
        assert age_s is not None and 599 <= age_s < 900
        installation.take_in("B1")  # behind the lock too
