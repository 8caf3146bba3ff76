"""Checkpoints: signed once a size, by one publisher, and only for what extends the ones before."""

import stat
import threading
import time
from collections.abc import Callable

import pytest

from coign.kernel.errors import IntegrityFailure, Unavailable
from coign.ledger.checkpoints import Publisher, latest, publish
from coign.ledger.log_keys import KeysHere, keys_here
from coign_verify.checkpoint import Checkpoint, open_checkpoint
from coign_verify.growing import Frontier
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash

NOW_US = 1_790_000_000_000_000


def _wait(for_what: Callable[[], object]) -> None:
    """Wait for another thread; gives up after a time no healthy run needs."""
    deadline = time.monotonic() + 60
    while not for_what():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)


def _sizes(installation) -> list[int]:
    with installation.connection() as connection:
        rows = connection.execute(
            "select size from checkpoint where ledger_id = %s order by size", (installation.ledger_id,)
        )
        return [row[0] for row in rows]


def test_a_checkpoint_is_signed_by_the_log_and_names_the_root_of_the_entries(installation, key):
    with installation.connection() as connection:
        published = publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US)
        note = latest(connection, installation.ledger_id)
        bodies = connection.execute(
            "select body from entry where ledger_id = %s order by position", (installation.ledger_id,)
        ).fetchall()
    frontier = Frontier()
    frontier.extend(leaf_hash(row[0]) for row in bodies)
    signed = open_checkpoint(note, log_keys=[key.verifier()]).checkpoint
    assert signed == published == Checkpoint(installation.origin, frontier.size, frontier.root())


def test_a_size_is_signed_once(installation, key):
    with installation.connection() as connection:
        assert publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US) is not None
        note = latest(connection, installation.ledger_id)
        assert publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US + 1) is None
        assert latest(connection, installation.ledger_id) == note


def test_an_empty_or_shut_ledger_is_not_signed(further, key):
    installation = further()
    with installation.connection() as connection:
        connection.execute("update head set read_only = 'looked at' where ledger_id = %s", (installation.ledger_id,))
        assert publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US) is None
        assert latest(connection, installation.ledger_id) is None


@pytest.mark.requirement("CSV-01")
def test_two_roots_for_one_size_are_never_signed(installation, key):
    with installation.connection() as connection:
        text = Checkpoint(installation.origin, installation.size(), bytes(32)).text()
        connection.execute(
            "insert into checkpoint (ledger_id, size, root, time, note) values (%s, %s, %s, '', %s)",
            (installation.ledger_id, installation.size(), bytes(32), build_note(text, [sign_note(text, key)])),
        )
        with pytest.raises(IntegrityFailure):
            publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US)
    assert _sizes(installation) == [installation.size()]


@pytest.mark.requirement("CSV-01")
def test_what_does_not_extend_the_newest_checkpoint_is_not_signed(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    filled.take_in("ONE-MORE")
    with filled.tampering("tile") as owner:
        owner.execute(
            "update tile set hashes = %s where ledger_id = %s and level = 0 and idx = 0",
            (bytes(8192), filled.ledger_id),
        )
        owner.execute("update tile set root = %s where ledger_id = %s", (bytes(32), filled.ledger_id))
    with filled.connection() as connection, pytest.raises(IntegrityFailure):
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    assert _sizes(filled) == [300]


@pytest.mark.requirement("CSV-01")
def test_a_record_that_became_shorter_is_not_signed(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    with filled.tampering("entry") as owner:
        owner.execute("delete from entry where ledger_id = %s and position >= 290", (filled.ledger_id,))
        leaves = owner.execute(
            "select leaf from entry where ledger_id = %s order by position", (filled.ledger_id,)
        ).fetchall()
        frontier = Frontier()
        frontier.extend(row[0] for row in leaves)
        owner.execute(
            "update head set size = 290, frontier = %s where ledger_id = %s", (frontier.to_bytes(), filled.ledger_id)
        )
    with filled.connection() as connection, pytest.raises(IntegrityFailure) as no:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    assert "300 were signed" in str(no.value)


def test_another_key_does_not_sign_over_what_the_first_has_signed(installation, key):
    with installation.connection() as connection:
        publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US)
        installation.take_in("B1")
        with pytest.raises(IntegrityFailure):
            publish(connection, installation.ledger_id, KeysHere.of(SignerKey.generate(installation.origin)), NOW_US)


def test_of_several_publishers_one_holds_the_lease_and_the_next_takes_it_over(installation, key):
    one, two = (
        Publisher(
            installation.database.application_dsn,
            installation.ledger_id,
            lambda: KeysHere.of(key),
            lambda: NOW_US,
            interval_s=0.05,
        )
        for _ in range(2)
    )
    one.start()
    _wait(lambda: one.leads)
    two.start()
    _wait(lambda: _sizes(installation) == [installation.size()])
    assert not two.leads
    one.stop()
    _wait(lambda: two.leads)
    installation.take_in("B1")
    two.notify(installation.size())
    _wait(lambda: installation.size() in _sizes(installation))
    two.stop()


def test_a_publisher_signs_what_other_processes_commit_without_being_told(installation, key):
    publisher = Publisher(
        installation.database.application_dsn,
        installation.ledger_id,
        lambda: KeysHere.of(key),
        lambda: NOW_US,
        interval_s=0.05,
    ).start()
    installation.take_in("B1")
    _wait(lambda: installation.size() in _sizes(installation))
    publisher.stop()


def test_what_is_committed_is_signed_before_a_publisher_ends(installation, key):
    publisher = Publisher(
        installation.database.application_dsn,
        installation.ledger_id,
        lambda: KeysHere.of(key),
        lambda: NOW_US,
        interval_s=3600,
    ).start()
    installation.take_in("B1")
    publisher.stop()
    assert _sizes(installation)[-1] == installation.size()


@pytest.mark.requirement("CSV-01")
def test_a_publisher_shuts_a_ledger_that_does_not_extend_its_checkpoint(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    with filled.tampering() as owner:
        owner.execute("update head set frontier = %s where ledger_id = %s", (bytes(8), filled.ledger_id))
    publisher = Publisher(
        filled.database.application_dsn, filled.ledger_id, lambda: KeysHere.of(key), lambda: NOW_US, interval_s=0.05
    ).start()
    _wait(filled.read_only)
    publisher.stop()
    assert "frontier" in filled.read_only()
    assert _sizes(filled) == [300]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    keys: list[SignerKey] = []
    begin = threading.Barrier(4)

    def start() -> None:
        begin.wait()
        keys.append(keys_here(tmp_path / "log.key", "test.example/k", create=True).signers[0])

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 4 and len(set(keys)) == 1
    assert stat.S_IMODE((tmp_path / "log.key").stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir()] == ["log.key"]


def test_a_key_that_is_missing_open_to_others_broken_or_of_another_log_is_not_used(tmp_path):
    file = tmp_path / "log.key"
    with pytest.raises(Unavailable) as no:
        keys_here(file, "test.example/k")
    assert "missing" in str(no.value)
    key = keys_here(file, "test.example/k", create=True).signers[0]
    assert keys_here(file, "test.example/k").signers == (key,)
    with pytest.raises(Unavailable):
        keys_here(file, "test.example/other")
    file.chmod(0o644)
    with pytest.raises(Unavailable) as no:
        keys_here(file, "test.example/k")
    assert "0600" in str(no.value)
    file.chmod(0o600)
    file.write_text("nothing")
    with pytest.raises(Unavailable) as no:
        keys_here(file, "test.example/k")
    assert key.text not in str(no.value)
