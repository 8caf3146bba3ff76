"""What lies outside the database tells of a record that was set back or rewritten inside of it."""

from pathlib import Path

import pytest
from tests.support.installation import TestInstallation
from tests.support.older_backup import set_back

from coign.ledger.check import start
from coign.ledger.checkpoints import Publisher, publish
from coign.ledger.log_keys import KeysHere
from coign.ledger.seen import Seen
from coign_verify.checkpoint import open_checkpoint
from coign_verify.signing import SignerKey

NOW_US = 1_790_000_000_000_000


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    """A file beside the database, still empty."""
    return Seen(tmp_path / "newest.checkpoint")


@pytest.fixture
def published(filled: TestInstallation, key: SignerKey, seen: Seen) -> TestInstallation:
    """300 entries whose newest checkpoint lies outside the database too."""
    Publisher(
        filled.database.application_dsn,
        filled.ledger_id,
        lambda: KeysHere.of(key),
        lambda: NOW_US,
        seen=seen,
        interval_s=0.05,
    ).start().stop()
    return filled


def _started(installation: TestInstallation, key: SignerKey, seen: Seen) -> list[str]:
    with installation.connection() as connection:
        found = start(connection, installation.ledger_id, log_keys=[key.verifier()], seen=seen.read())
    return [problem.kind for problem in found]


@pytest.mark.requirement("CSV-S7")
def test_what_is_published_lies_outside_the_database_too(published, key, seen):
    note = seen.read()
    assert note is not None
    assert open_checkpoint(note, log_keys=[key.verifier()]).checkpoint.size == 300
    assert _started(published, key, seen) == []


@pytest.mark.requirement("CSV-S7")
def test_a_database_set_back_to_an_older_state_starts_read_only_and_says_why(published, key, seen):
    set_back(published, 200)
    assert _started(published, key, Seen(Path("/nonexistent"))) == [], "by itself the older state is sound"
    assert _started(published, key, seen) == ["missing"]
    assert "300 entries" in published.read_only()
    assert "an older backup was restored" in published.read_only()
    assert _started(published, key, seen) == ["missing"], "a restart does not help"
    with published.connection() as connection:
        assert publish(connection, published.ledger_id, KeysHere.of(key), NOW_US) is None, "nothing is signed meanwhile"


@pytest.mark.requirement("CSV-S7", "CSV-18")
def test_two_people_go_on_from_an_older_backup_and_it_stays_accepted(published, key, seen):
    set_back(published, 200)
    _started(published, key, seen)
    published.reopen_door()
    people = published.people
    published.do("installation.propose_resume", people["admin-1"], finding="restored from yesterday", damaged=[])
    published.do("installation.agree_to_resume", people["admin-2"])
    published.take_in("AFTER1")
    assert _started(published, key, seen) == []
    assert published.read_only() == ""
    Publisher(
        published.database.application_dsn,
        published.ledger_id,
        lambda: KeysHere.of(key),
        lambda: NOW_US,
        seen=seen,
        interval_s=0.05,
    ).start().stop()
    assert open_checkpoint(seen.read() or b"", log_keys=[key.verifier()]).checkpoint.size == published.size() == 203


@pytest.mark.requirement("CSV-S2")
def test_a_removed_entry_is_exposed_even_when_everything_inside_the_database_was_recomputed(published, key, seen):
    set_back(published, 299)
    assert _started(published, key, seen) == ["missing"]
    assert "300 entries" in published.read_only()


@pytest.mark.requirement("CSV-S2")
def test_other_entries_in_the_place_of_published_ones_are_exposed(published, key, seen):
    set_back(published, 290)
    published.fill(20, prefix="OTHER")
    assert _started(published, key, seen) == ["replaced"]


def test_a_note_that_nobody_here_signed_proves_nothing_and_is_told(published, key, seen):
    seen.keep((seen.read() or b"").replace(b"\n300\n", b"\n299\n"))
    assert _started(published, key, seen) == ["signature"]


def test_a_note_that_cannot_be_kept_stops_nothing(filled, key, tmp_path):
    nowhere = Seen(tmp_path / "no-such-folder" / "newest.checkpoint")
    Publisher(
        filled.database.application_dsn,
        filled.ledger_id,
        lambda: KeysHere.of(key),
        lambda: NOW_US,
        seen=nowhere,
        interval_s=0.05,
    ).start().stop()
    with filled.connection() as connection:
        row = connection.execute("select size from checkpoint where ledger_id = %s", (filled.ledger_id,)).fetchone()
    assert row == (300,)
    assert nowhere.read() is None


def test_only_a_newer_note_replaces_the_kept_one_at_a_start(published, seen):
    note = seen.read() or b""
    seen.keep_if_newer(b"older", 299)
    assert seen.read() == note
    seen.keep_if_newer(b"newer", 301)
    assert seen.read() == b"newer"
