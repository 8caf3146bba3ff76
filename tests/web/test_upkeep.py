"""What is overdue is shown to administrators, counted for whoever watches the server, and told at a start (CSV-30)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from tests.support.installation import HOSPITAL
from tests.web.site import Site

from coign.service import upkeep

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
