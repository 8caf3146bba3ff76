"""The security log: what is noted, by the minute where it can come in floods, and alerts that somebody looks at."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.web.client import Client
from tests.web.signer import ACTION, BASIS, words
from tests.web.site import HOSPITAL, MAKER, Site

from coign.database import Database


@pytest.fixture(autouse=True)
def nothing_counted_before(site: Site) -> None:
    """A minute counts so many different lines and no more, and other tests were there before."""
    from coign.web.accounts import tally

    tally.write_all()


@pytest.fixture
def nurse(site: Site, fresh: Callable[[str], str]) -> str:
    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, HOSPITAL, "nurse")
    return name


@pytest.fixture
def admin(site: Site) -> Client:
    client = site.browser("hospital-admin")
    client.post("/session/elsewhere/", {"choice": "here"})
    return client


def noted(site: Site, kind: str, person: str) -> list[dict[str, Any]]:
    from coign.web.accounts import tally

    tally.write_all()
    return [e for e in site.security_events(kind) if e["person"] == person]


# What leaves no entry


@pytest.mark.requirement("CSV-07", "CSV-40")
def test_looks_at_the_rules_are_counted_by_action_and_never_hold_what_was_asked(
    site: Site, nurse: str, fresh: Callable[[str], str]
) -> None:
    api, unit = site.api("hospital-celllab"), fresh("unit")
    for _ in range(3):
        api.post("/api/actions/custody.take_in/check", {"command": {"unit": unit, "site": "site:clinic"}})
    lines = noted(site, "request.preview", "person:hospital-celllab")
    counted = [e for e in lines if e["what"] == "custody.take_in"]
    assert sum(e["count"] for e in counted) == 3 and len(counted) <= 2, "by the minute, not by the request"
    assert all(unit not in str(e) for e in lines)


def test_a_prepared_intent_is_noted_as_well(site: Site, fresh: Callable[[str], str]) -> None:
    name = fresh("reg").replace(":", "-").lower()
    site.add_person(name, MAKER, "regulatory")
    command = {**BASIS, "product": fresh("product")}
    assert site.api(name).post(f"/api/actions/{ACTION}/prepare", {"command": command}).status_code == 200
    assert [e["what"] for e in noted(site, "request.preview", f"person:{name}")] == [ACTION]


def test_nonsense_and_callers_without_a_name_are_counted_whatever_they_send(site: Site, nurse: str) -> None:
    api = site.api(nurse)
    for body in ({}, {"command": {"unit": "no kind"}}, {"shoe": 1}):
        assert api.post("/api/actions/custody.take_in", body).status_code == 422
    lines = noted(site, "request.not_understood", f"person:{nurse}")
    assert sum(e["count"] for e in lines) == 3 and {e["what"] for e in lines} == {"custody.take_in"}
    stranger = Client()
    for path in ("/api/actions", "/api/journeys", "/api/subjects/unit:SECRET-1"):
        assert stranger.get(path).status_code == 401
    lines = noted(site, "request.unauthenticated", "")
    assert {"api-actions", "api-journeys", "api-subject"} <= {e["what"] for e in lines}
    assert all("SECRET-1" not in str(e) and e["address"] == "127.0.0.1" for e in lines)
    forged = Client(headers={"Authorization": "Bearer coign_madeup"})
    assert forged.get("/api/actions").status_code == 401
    assert noted(site, "token.refused", "")


def test_a_flood_adds_a_bounded_number_of_lines(site: Site) -> None:
    from coign.web.accounts.tally import LINES_MAX, OTHERS, Line, Tally

    counted = Tally()
    for n in range(20_000):
        counted.add(Line(1, 7, "request.unauthenticated", "", "api-actions", f"address {n}"))
    counted.add(Line(2, 7, "request.preview", "person:a", "x", ""))
    past = counted.take(2)
    assert len(past) <= LINES_MAX + 1 and sum(count for _, count in past) == 20_000
    assert next(count for line, count in past if line.what == OTHERS) == 20_000 - LINES_MAX
    assert counted.has_before(3) and not counted.has_before(2)
    assert [line.what for line, _ in counted.take()] == [OTHERS] and counted.take() == []


def test_a_minute_that_is_over_is_written_with_the_next_request(site: Site, nurse: str) -> None:
    from coign.web.accounts import tally

    line = tally.Line(1, site.service.ledger_id, "request.preview", f"person:{nurse}", "custody.offer", "")
    tally._tally.add(line, 4)
    Client().get("/health")
    (found,) = [e for e in site.security_events("request.preview") if e["person"] == f"person:{nurse}"]
    assert found["count"] == 4 and found["minute"] == "1970-01-01 00:01 UTC"


@pytest.mark.requirement("CSV-40")
def test_a_line_is_never_changed_or_removed(site: Site, database: Database) -> None:
    from coign.web.accounts import security_log

    line = security_log.note("sign_in", "person:x", account="x" * 5000)
    with psycopg.connect(database.application_dsn, autocommit=True) as connection:
        for statement in ("delete from security_log where id = %s", "update security_log set kind='' where id = %s"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement, (line,))
    assert len(site.security_events("sign_in")[0]["account"]) == security_log.VALUE_LENGTH_MAX


# Alerts


@pytest.mark.requirement("CSV-21")
def test_an_alert_stands_first_until_somebody_says_what_it_was(site: Site, admin: Client, nurse: str) -> None:
    from coign.web.accounts import lockout, security_log
    from coign.web.accounts.models import Alert

    lockout.block(site.account(nurse), "test of alerts")
    row = Alert.objects.filter(person=f"person:{nurse}").get()
    page = words(admin.get("/security/"))
    assert "nobody has looked at" in page.partition(">Lines<")[0] and nurse in page.partition(">Lines<")[0]
    assert "Security log (" in page
    address = f"/security/{row.line}/"
    assert admin.post(address, {"comment": " "}).status_code == 422
    assert admin.post(address, {"comment": "x" * 501}).status_code == 422
    assert admin.post(address, {"comment": "the nurse mistyped; called her"}).status_code == 302
    assert admin.post(address, {"comment": "again"}).status_code == 409
    assert nurse not in words(admin.get("/security/")).partition(">Lines<")[0]
    done = next(e for e in site.security_events("alert.acknowledged") if e["of"] == row.line)
    assert done["comment"] == "the nurse mistyped; called her" and done["by"] == "person:hospital-admin"
    assert any(e["person"] == f"person:{nurse}" for e in site.security_events("account.locked")), "the line stays"
    assert admin.post("/security/999999999/", {"comment": "x"}).status_code == 404
    own = security_log.note("account.second_station", "person:hospital-admin", alert=True)
    refused = admin.post(f"/security/{own}/", {"comment": "that was me"})
    assert refused.status_code == 403 and "another administrator looks at it" in words(refused)


def test_administrators_see_lines_of_their_own_people_and_of_nobody_in_particular(
    site: Site, admin: Client, fresh: Callable[[str], str]
) -> None:
    from coign.web.accounts import lockout
    from coign.web.accounts.models import Alert

    name = fresh("p").replace(":", "-").lower()
    site.add_person(name, MAKER, "qp")
    lockout.block(site.account(name), "elsewhere")
    assert name not in words(admin.get("/security/")) and name not in words(
        admin.get(f"/security/?person=person:{name}")
    )
    line = Alert.objects.get(person=f"person:{name}").line
    assert admin.post(f"/security/{line}/", {"comment": "x"}).status_code == 404
    assert "Request without a sign-in" in words(admin.get("/security/"))


def test_lines_are_found_by_kind_person_and_time(site: Site, admin: Client, nurse: str) -> None:
    from coign.web.accounts import security_log

    for n in range(120):
        security_log.note("password.changed", f"person:{nurse}", n=n)
    person = f"person=person:{nurse}"
    first = words(admin.get(f"/security/?{person}&kind=password.changed"))
    assert first.count("<b>Password changed</b>") == 100 and "Older lines" in first
    older = first.partition('class="btn" href="?')[2].partition('"')[0]
    second = words(admin.get(f"/security/?{older}"))
    assert second.count("<b>Password changed</b>") == 20 and "Older lines" not in second
    assert "No line fits" in words(admin.get(f"/security/?{person}&until=2001-01-01"))
    assert "No line fits" in words(admin.get(f"/security/?{person}&since=2999-01-01"))
    assert "No line fits" in words(admin.get(f"/security/?{person}&alerts=yes"))
    assert "<b>Password changed</b>" in words(admin.get(f"/security/?{person}&since=2001-01-01&until=2999-01-01"))
    assert admin.get("/security/?since=yesterday").status_code == 422


def test_everybody_sees_what_happened_to_their_own_account_and_to_no_other(
    site: Site, nurse: str, fresh: Callable[[str], str]
) -> None:
    from coign.web.accounts import security_log

    other = fresh("p").replace(":", "-").lower()
    site.add_person(other, HOSPITAL, "nurse")
    security_log.note("password.changed", f"person:{other}", mark="of the other one")
    page = words(site.browser(nurse).get("/account/happened/"))
    assert "Register a person" in page and "Signed in" in page and "of the other one" not in page
