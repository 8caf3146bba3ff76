"""What happened outside the rules is recorded as told, blocks what it touches, and becomes right by nobody's report."""

from collections.abc import Iterator
from typing import Any

import orjson
import psycopg
import pytest
from tests.support.clinic import (
    CENTRE,
    INFUSION,
    MAKER,
    NURSE,
    OTHER_CENTRE,
    OUTSIDER,
    PHYSICIAN,
    SITE,
    Clinic,
    person,
    text,
)
from tests.support.installation import TestInstallation
from tests.support.paper import Refusal

from coign.catalogue import PARTIES
from coign.database import Database
from coign.identity.events import UnitCreated
from coign.identity.views import UNIT
from coign.incident.actions import report_act, resolve_act
from coign.incident.events import ActReported
from coign.incident.views import INCIDENT
from coign.infusion.actions import infuse, thaw
from coign.infusion.views import INFUSION as COURSE_OF_INFUSION
from coign.kernel.errors import Refused
from coign.kernel.subjects import Case, Unit
from coign.kernel.values import Actor, FreeText
from coign.quality.events import DeviationOpened
from coign.quality.views import DISPOSITION
from coign.safety.events import CaseOpened, EventReported

CASE = Case("case:I1")


def report(clinic: Clinic, unit: Unit, actor: Actor = NURSE, **changed: Any) -> list[Any]:
    """The report as the door would enter it: whatever gate does not hold."""
    told: dict[str, Any] = {
        "unit": unit, "act": "administered", "happened_at": clinic.now.plus(minutes=-10), "account": text(FreeText),
        "site": SITE, "case": CASE, "deviation": Case("case:D1"), "other_deviation": Case("case:D2"),
        "safety_case": Case("case:S1"),
    }  # fmt: skip
    return clinic.observe(report_act.ACTION, report_act.ReportAct(**told | changed), actor)


def resolve(clinic: Clinic, unit: Unit, became: Any, actor: Actor = PHYSICIAN) -> None:
    clinic.do(
        resolve_act.ACTION,
        resolve_act.ResolveAct(case=CASE, unit=unit, became=became, finding=text(FreeText)),
        actor,
    )


def of_type(facts: list[Any], kind: type[Any]) -> list[Any]:
    return [f for f in facts if isinstance(f, kind)]


@pytest.mark.requirement("PAT-13", "GMP-18")
def test_a_bag_given_outside_the_gates_opens_a_deviation_and_a_safety_case_and_counts_as_no_infusion() -> None:
    clinic = Clinic()
    patient, chain, unit = clinic.ready_to_infuse("ann")
    facts = report(clinic, unit, given_to=patient)
    (opened,) = of_type(facts, DeviationOpened)
    assert opened.case == "case:D1" and opened.what == (report_act.OUTSIDE_THE_GATES,)
    (case,), (event,) = of_type(facts, CaseOpened), of_type(facts, EventReported)
    assert (case.chain, case.units, event.kind) == (chain, (unit,), "medication_error")
    assert not clinic.state(COURSE_OF_INFUSION, chain).begun
    assert clinic.state(UNIT, unit).blocked and not clinic.state(UNIT, unit).ended


@pytest.mark.requirement("PAT-13")
def test_given_to_another_patient_the_event_says_so() -> None:
    clinic = Clinic()
    _, _, unit = clinic.ready_to_infuse("ann")
    (event,) = of_type(report(clinic, unit, given_to=clinic.enrol("bea")), EventReported)
    assert event.kind == "wrong_patient"


@pytest.mark.requirement("TRC-27")
def test_what_was_reported_stands_still_until_another_person_resolves_it() -> None:
    clinic = Clinic()
    _, _, unit = clinic.ready_to_infuse("ann")
    report(clinic, unit, act="opened")
    with pytest.raises(Refusal, match=r"infusion\.product_may_be_used"):
        clinic.do(infuse.START, infuse.Start(unit=unit), INFUSION)
    with pytest.raises(Refusal, match=r"incident\.resolved_by_another"):
        resolve(clinic, unit, "may_go_on", person("nurse-1", "physician"))
    resolve(clinic, unit, "may_go_on")
    assert not clinic.state(INCIDENT, CASE).open and not clinic.state(UNIT, unit).blocked
    clinic.do(infuse.START, infuse.Start(unit=unit), INFUSION)


def test_both_bags_of_a_swap_stand_still_and_each_is_resolved_by_itself() -> None:
    clinic = Clinic()
    _, _, one = clinic.ready_to_thaw("ann")
    _, _, other = clinic.ready_to_thaw("bea")
    facts = report(clinic, one, act="relabelled", other=other)
    assert [d.case for d in of_type(facts, DeviationOpened)] == ["case:D1", "case:D2"]
    resolve(clinic, one, "destroyed")
    assert clinic.state(UNIT, one).ended == "destroyed"
    assert clinic.state(INCIDENT, CASE).waiting == (other,)
    with pytest.raises(Refusal):
        clinic.do(thaw.ACTION, thaw.Thaw(unit=other), INFUSION)


def test_a_container_that_had_ended_keeps_its_end_and_loses_the_block() -> None:
    clinic = Clinic()
    patient, _, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    report(clinic, unit, given_to=patient)
    resolve(clinic, unit, "administered")
    assert clinic.state(UNIT, unit).ended == "administered" and not clinic.state(UNIT, unit).blocked


def test_a_report_makes_nobody_party_to_another_houses_bag_and_names_what_nobody_knows() -> None:
    clinic = Clinic()
    _, _, unit = clinic.ready_to_thaw("ann")
    (told,) = of_type(report(clinic, unit, OUTSIDER, other=Unit("unit:UNKNOWN"), act="moved"), ActReported)
    assert told.units == (unit, "unit:UNKNOWN") and set(told.informed) == {OTHER_CENTRE, CENTRE, MAKER}
    assert not clinic.exists(Unit("unit:UNKNOWN"))
    assert OTHER_CENTRE not in clinic.state(PARTIES, unit).organisations


# Through the real door


@pytest.fixture
def place(database: Database) -> Iterator[TestInstallation]:
    with TestInstallation(database) as installation:
        yield installation.set_up()


@pytest.mark.requirement("TRC-27", "CSV-05")
def test_the_entry_is_an_observed_one_with_the_gates_that_did_not_hold(place: TestInstallation) -> None:
    nurse, celllab = place.people["hospital-nurse"], place.people["hospital-celllab"]
    place.do("custody.take_in", celllab, unit="unit:B1", site="site:lab")
    done = place.do(
        "incident.report_act", nurse, unit="unit:B1", act="administered", happened_at="2026-03-12T09:30:00Z",
        account="Given at night, nobody scanned.", site="site:lab",
    )  # fmt: skip
    with psycopg.connect(place.database.reader_dsn) as connection:
        (body,) = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (place.ledger_id, done.position)
        ).fetchone() or (b"",)
    entry = orjson.loads(body)
    assert entry["outcome"] == "observed"
    assert entry["unmet"] == ["incident.containers_are_known"]
    with pytest.raises(Refused) as no:
        place.do("custody.offer", celllab, unit="unit:B1", to="organisation:maker", seal="S1")
    assert "custody.unit_may_move" in [g.gate for g in no.value.gates]


@pytest.mark.requirement("PAT-13", "TRC-27")
def test_after_a_wrong_patient_what_is_left_of_the_therapy_stands_still_and_may_go_on_once_it_was_looked_at() -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_infuse("ann")
    left = clinic.product(chain, "second")
    (told,) = of_type(report(clinic, unit, given_to=clinic.enrol("bea")), ActReported)
    assert told.beside == (left,)
    assert clinic.state(UNIT, left).blocked and clinic.state(INCIDENT, CASE).waiting == (unit, left)
    with pytest.raises(Refusal, match=r"what_is_gone_does_not_go_on"):
        resolve(clinic, unit, "may_go_on")
    resolve(clinic, left, "may_go_on")
    assert not clinic.state(UNIT, left).blocked and clinic.state(UNIT, unit).blocked


@pytest.mark.requirement("GMP-19")
def test_a_container_of_no_batch_opens_a_deviation_too_one_for_each_therapy() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    bag, daughter = Unit.of("bag-1"), Unit.of("bag-2")
    for unit in (bag, daughter):
        clinic.happened(
            UnitCreated(unit=unit, chain=chain, unit_kind="starting_material", organisation=CENTRE, label_serial="1"),
            by=NURSE,
        )
    facts = report(clinic, bag, other=daughter, act="warmed")
    (opened,) = of_type(facts, DeviationOpened)
    assert (opened.batch, opened.units, opened.organisation) == (None, (bag, daughter), MAKER)
    assert clinic.state(DISPOSITION, bag).open_deviations == (opened.case,)
