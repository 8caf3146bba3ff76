"""What safety lists say after a played therapy and its reports: denominators, days, duties; the same anew."""

import random
from typing import Any

import pytest
from tests.demo.conftest import only_therapy

from coign import catalogue
from coign.demo import acts, people, player, scene
from coign.demo.scene import Scene
from coign.kernel.subjects import Case
from coign.kernel.values import Instant
from coign.perform.request import Request
from coign.records import reading, safety_reading
from coign.records.projector import Projection
from coign.records.tables import TABLES, clear
from coign.service import Service

CENTRE, MAKER = str(people.CENTRE), str(people.MAKER)
PRODUCT = "product:demolucel"
PHYSICIAN = people.in_role("physician", people.CENTRE)[0].actor
SAFETY = people.in_role("safety", people.MAKER)[0].actor
REGULATORY = people.in_role("regulatory", people.MAKER)[0].actor


def _now(service: Service) -> Instant:
    return Instant.of_us(service.clock.now_us())


def _do(service: Service, actor: Any, action: str, nonce: str, **command: Any) -> None:
    player.settled(service, player.perform_as(service, actor, action, command, nonce))


def _report(service: Service, chain: str, nonce: str, **changed: Any) -> str:
    now = _now(service).plus(minutes=-5)
    command = {
        "chain": chain, "site": people.site_of(people.CENTRE), "term": "Sepsis", "onset": now, "aware_at": now,
        "known_at": now, "criteria": ["life_threatening"], "severity": "4", "outcome": "not_recovered",
        "narrative": "x", **changed,
    }  # fmt: skip
    done = service.door.perform(Request("safety.report_event", PHYSICIAN, nonce, command))
    player.settled(service, done)
    return next(s for s in done.entries[0].subjects if s.startswith("case:"))


@pytest.mark.requirement("PAT-09")
def test_a_report_gives_the_safety_officer_something_to_do(after_reaction: Service) -> None:
    root = only_therapy(after_reaction)
    assert _waiting_for_safety(after_reaction) == 0
    _do(after_reaction, PHYSICIAN, "safety.report_event", "report", **_told(after_reaction, root))
    assert _waiting_for_safety(after_reaction) == 2
    for step in ("assess-causality", "assess-expectedness", "send-report"):
        player.settled(after_reaction, player.perform_next(after_reaction, root, step))
    assert _waiting_for_safety(after_reaction) == 0


def _waiting_for_safety(service: Service) -> int:
    with scene.connection(service) as reads:
        return len(reading.queue(reads, service.ledger_id, ["safety"], MAKER, now=_now(service)))


def _told(service: Service, root: str) -> dict[str, Any]:
    therapy = scene.find(service, root)
    act = acts.of("safety.report_event")
    assert act is not None
    return dict(act(Scene(service, therapy, "safety.report_event", PHYSICIAN, 7, _now(service), random.Random(1))))


@pytest.mark.requirement("PAT-05", "PAT-09", "PAT-10")
def test_duties_are_listed_by_their_legal_day_until_they_are_sent(after_reaction: Service) -> None:
    case = _report(after_reaction, only_therapy(after_reaction), "report-1")
    with scene.connection(after_reaction) as connection:
        rows = safety_reading.open_duties(connection, after_reaction.ledger_id, MAKER)
        assert [r.duty for r in rows] == ["EU.susar_fatal.1", "US.susar_fatal.1", "EU.susar_fatal_complete.1"]
        assert {(r.subject, r.term, r.zone) for r in rows} == {(case, "Sepsis", "Europe/Berlin")}
        assert rows[0].internal_due < rows[0].legal_due
        assert safety_reading.open_duties(connection, after_reaction.ledger_id, str(people.COURIER)) == []
        every = safety_reading.duties_of(connection, after_reaction.ledger_id, case)
        assert [r.duty for r in every if r.sent] == ["EU.investigator.1", "US.investigator.1"]
    sent = {"case": case, "duty": "EU.susar_fatal.1", "sent_at": _now(after_reaction), "evidence": "ab" * 32}
    _do(after_reaction, SAFETY, "safety.record_submission", "send-1", **sent)
    with scene.connection(after_reaction) as connection:
        assert len(safety_reading.open_duties(connection, after_reaction.ledger_id, MAKER)) == 2
    answer = {"case": case, "duty": "EU.susar_fatal.1", "verdict": "rejected", "evidence": "cd" * 32}
    _do(after_reaction, SAFETY, "safety.record_answer", "answer-1", received_at=_now(after_reaction), **answer)
    with scene.connection(after_reaction) as connection:
        rows = safety_reading.open_duties(connection, after_reaction.ledger_id, MAKER)
    assert (rows[0].duty, rows[0].rejected) == ("EU.susar_fatal.1", True)


@pytest.mark.requirement("PAT-26", "PAT-17")
def test_a_product_is_counted_by_stage_with_denominators(after_the_end: Service) -> None:
    root = only_therapy(after_the_end)
    _report(after_the_end, root, "report-2", criteria=[], severity="1")
    with scene.connection(after_the_end) as connection:
        (phase_2,) = safety_reading.by_stage(connection, after_the_end.ledger_id, CENTRE, PRODUCT)
        assert (phase_2.stage, phase_2.treated) == ("phase_2", 1)
        assert sum(phase_2.crs.values()) == sum(phase_2.icans.values()) == 1
        serious = len(safety_reading.serious_events(connection, after_the_end.ledger_id, CENTRE, product=PRODUCT))
        assert serious == phase_2.serious_events and phase_2.with_serious == min(serious, 1)
        now = _now(after_the_end)
        due = [("day_28", str(now), str(now)), ("month_3", str(now), str(now.plus(days=-113)))]
        day_28, month_3 = safety_reading.responses(connection, after_the_end.ledger_id, CENTRE, PRODUCT, due)
        assert (day_28.stage, day_28.due, day_28.assessed) == ("phase_2", 1, 1)
        assert (month_3.due, month_3.assessed, month_3.missed, month_3.overdue) == (1, 1, 0, 0)
        assert safety_reading.products(connection, after_the_end.ledger_id, CENTRE) == {PRODUCT: 1}
        assert safety_reading.products(connection, after_the_end.ledger_id, str(people.COURIER)) == {}
        assert safety_reading.products(connection, after_the_end.ledger_id, str(people.CENTRE_US)) == {}
        by_day = safety_reading.grades_by_day(connection, after_the_end.ledger_id, CENTRE, 28)
        assert {scale for scale, _ in by_day} == {"crs", "icans"}
        assert [g for s, _, g in safety_reading.grades_of(connection, after_the_end.ledger_id, root) if s == "crs"] == [
            1
        ]
        assert len(safety_reading.cases_of(connection, after_the_end.ledger_id, root)) == serious + 1


@pytest.mark.requirement("PAT-07")
def test_a_new_legal_basis_writes_the_duties_of_its_cases_anew_and_old_cases_keep_theirs(
    after_reaction: Service,
) -> None:
    _report(after_reaction, only_therapy(after_reaction), "report-3")
    basis = {"product": PRODUCT, "jurisdiction": "EU", "stage": "authorised", "basis": "marketing_authorisation"}
    _do(
        after_reaction,
        REGULATORY,
        "regulatory.record_basis",
        "basis",
        since=_now(after_reaction),
        evidence="ab" * 32,
        **basis,
    )
    later = _report(after_reaction, only_therapy(after_reaction), "report-4")
    with scene.connection(after_reaction) as connection:
        rows = safety_reading.open_duties(connection, after_reaction.ledger_id, MAKER)
    assert {r.duty for r in rows if r.subject == later} == {"EU.serious.1", "US.susar_fatal.1"}
    assert {r.clock for r in rows if r.subject != later} == {"susar_fatal", "susar_fatal_complete"}


def test_projected_anew_from_the_entries_the_lists_are_the_same(after_the_end: Service) -> None:
    _report(after_the_end, only_therapy(after_the_end), "report-5")

    def told(connection: Any) -> dict[str, list[Any]]:
        return {
            table: connection.execute(
                f"select * from records.{table} where ledger_id = %s order by 1, 2, 3", (after_the_end.ledger_id,)
            ).fetchall()
            for table in TABLES
            if table not in ("projected",)
        }

    with scene.connection(after_the_end) as connection:
        assert after_the_end.projector is not None
        after_the_end.projector.stop()  # one at a time
        before = told(connection)
        assert before["duty"] and before["treated"] and before["special_interest"] and before["safety_event"]
        clear(connection, after_the_end.ledger_id)
        projection = Projection(connection, after_the_end.ledger_id, catalogue.ACTIONS, after_the_end.programmes)
        while projection.advance():
            pass
        assert told(connection) == before


def test_a_case_subject_that_is_no_safety_case_has_no_duties(begun: Service) -> None:
    with scene.connection(begun) as connection:
        assert safety_reading.duties_of(connection, begun.ledger_id, str(Case.of("nothing"))) == []
