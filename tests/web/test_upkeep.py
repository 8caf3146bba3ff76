"""What is overdue is shown to administrators, counted for whoever watches the server, and told at a start (CSV-30)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.support.installation import HOSPITAL
from tests.web.site import Site

from coign.service import upkeep
from coign.service.key_files import log_key_file
from coign.service.log_keys import Care
from coign.web.reading import reader
from coign_verify.log_keys import Change

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def ledger(site: Site) -> Iterator[tuple[psycopg.Connection, int]]:
    """A ledger of its own that is ten days old; nothing of it stays."""
    number = -site.service.ledger_id * 7
    with psycopg.connect(site.service.database.owner_dsn) as connection:
        connection.execute(
            "insert into ledger (ledger_id, origin, created) values (%s, %s, %s)",
            (number, f"upkeep.example/{number}", NOW - timedelta(days=10)),
        )
        yield connection, number
        connection.rollback()


def noted(connection: psycopg.Connection, ledger_id: int, kind: str, ago: timedelta) -> None:
    connection.execute(
        "insert into security_log (ledger_id, time, kind, person, detail) values (%s, %s, %s, '', '{}')",
        (ledger_id, NOW - ago, kind),
    )


def overdue(ledger: tuple[psycopg.Connection, int], *, demonstration: bool = False) -> dict[str, bool]:
    connection, number = ledger
    found = upkeep.due(connection, number, demonstration=demonstration, now=NOW)
    return {each.kind: each.overdue for each in found}


@pytest.mark.requirement("CSV-30")
def test_what_never_was_is_late_once_the_record_is_old_enough(ledger) -> None:
    assert overdue(ledger) == {"record.backed_up": True, "record.restore_proved": False}
    assert overdue(ledger, demonstration=True) == {"record.backed_up": False, "record.restore_proved": False}


@pytest.mark.requirement("CSV-30")
@pytest.mark.parametrize(("hours", "late"), [(25, False), (27, True)])
def test_a_backup_is_due_every_day(ledger, hours: int, late: bool) -> None:
    noted(*ledger, upkeep.BACKED_UP, timedelta(hours=hours))
    assert overdue(ledger)["record.backed_up"] is late


@pytest.mark.requirement("CSV-30")
@pytest.mark.parametrize("kind", [upkeep.RESTORE_PROVED, upkeep.RESTORED])
@pytest.mark.parametrize(("days", "late"), [(91, False), (93, True)])
def test_a_restore_is_proved_once_a_quarter_by_a_trial_or_in_earnest(ledger, kind: str, days: int, late: bool) -> None:
    noted(*ledger, kind, timedelta(days=days))
    assert overdue(ledger)["record.restore_proved"] is late


@pytest.mark.requirement("CSV-30")
def test_only_the_newest_one_counts_and_it_is_told_in_words(ledger) -> None:
    noted(*ledger, upkeep.BACKED_UP, timedelta(days=5))
    noted(*ledger, upkeep.BACKED_UP, timedelta(days=2))
    backup, proof = upkeep.due(*ledger, demonstration=False, now=NOW)
    assert backup.sentence == "the last backup was 2026-11-23 12:00 UTC, and one is due every 26 hours"
    assert proof.sentence == "the last proof of restore was never made, and one is due every 92 days"


@pytest.mark.requirement("CSV-30")
def test_administrators_see_both_dates_and_nobody_else_does(site: Site) -> None:
    upkeep.note(
        site.service.database.owner_dsn,
        site.service.ledger_id,
        upkeep.BACKED_UP,
        file="coign-backup-1.zip",
        entries=1234,
    )
    site.add_person("upkeep-admin", HOSPITAL, "admin")
    site.add_person("upkeep-nurse", HOSPITAL, "nurse")
    admin = site.browser("upkeep-admin")
    page = admin.get("/upkeep/")
    assert page.status_code == 200, page.content
    text = page.content.decode()
    assert "coign-backup-1.zip" in text and "1,234" in text
    assert "vault.key" in text and str(site.service.settings.home) not in text
    assert 'href="/upkeep/"' in admin.get("/").content.decode()
    nurse = site.browser("upkeep-nurse")
    assert nurse.get("/upkeep/").status_code == 403
    assert 'href="/upkeep/"' not in nurse.get("/").content.decode()
    assert "Backup made" in admin.get("/security/").content.decode()


@pytest.mark.requirement("CSV-30")
def test_whoever_watches_the_server_gets_the_numbers(site: Site) -> None:
    from tests.web.client import Client

    upkeep.note(site.service.database.owner_dsn, site.service.ledger_id, upkeep.RESTORE_PROVED)
    text = Client().get("/metrics").content.decode()
    assert 'coign_upkeep_overdue{kind="record.backed_up"} 0.0' in text
    (line,) = [each for each in text.splitlines() if 'last_timestamp_seconds{kind="record.restore_proved"}' in each]
    assert datetime.fromtimestamp(float(line.split()[-1]), UTC).year >= 2026


@pytest.mark.requirement("CSV-01", "CSV-18")
def test_two_administrators_enter_another_log_key_and_the_page_says_what_is_left_to_do(site: Site) -> None:
    service = site.service
    first, admins = log_key_file(service.settings, service.ledger_id), ("key-admin-1", "key-admin-2")
    for name in admins:
        site.add_person(name, HOSPITAL, "admin")
    one, other = (site.browser(name) for name in admins)
    with reader().connection() as connection:
        statement = Care(connection, service.ledger_id, service.origin, first).with_new_key()
    new = Change.read(statement).new.text
    before = one.get("/upkeep/").content.decode()
    assert "coign db log-key --new -o FILE" in before and "from the beginning" in before and new not in before
    as_pasted = {"statement": statement.replace("\n", "\r\n")}
    assert "<textarea" in one.get("/actions/installation.propose_log_key/").content.decode()
    wrong = one.post("/actions/installation.propose_log_key/", {"statement": "a letter"})
    assert wrong.status_code == 422 and "is not the file of coign db log-key" in wrong.content.decode()
    assert one.post("/actions/installation.propose_log_key/", as_pasted).status_code == 302
    assert one.post("/actions/installation.agree_to_log_key/", as_pasted).status_code == 409
    asks = "/actions/installation.agree_to_log_key/"
    assert asks in other.get("/").content.decode() and asks not in one.get("/").content.decode()
    assert other.post("/actions/installation.agree_to_log_key/", as_pasted).status_code == 302
    after = one.get("/upkeep/").content.decode()
    assert new in after and "coign db log-key --retire" in after and "No root is on record" in after
    assert service.log_key.text == new
