"""Checkpoints are time-stamped: kept beside them, given out with them, and held against the record by `verify`."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.authority import Authority, Office
from tests.support.installation import TestInstallation
from tests.support.rewriting import take_out

from coign.kernel.values import Instant
from coign.ledger.checkpoints import latest, publish
from coign.ledger.cosignatures import with_cosignatures
from coign.ledger.log_keys import KeysHere
from coign.ledger.stamper import Stamper
from coign.ledger.stamps import newest, stamp_newest
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.timestamps.attaching import attached
from coign.timestamps.policy import StampPolicy
from coign_verify.checkpoint import open_checkpoint
from coign_verify.signing import SignerKey

NOW = Instant("2026-11-26T12:00:00.000000Z")


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as open_now:
        yield open_now


def _published(installation: TestInstallation, key: SignerKey) -> None:
    with installation.connection() as connection:
        assert publish(connection, installation.ledger_id, KeysHere.of(key), NOW.us)


def _stamped(installation: TestInstallation, policy: StampPolicy) -> str:
    with installation.connection() as connection:
        return stamp_newest(connection, installation.ledger_id, policy, NOW)


def _verified(installation: TestInstallation, key: SignerKey, policy: StampPolicy | None) -> Verification:
    with installation.connection() as connection:
        return verify_database(
            connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding(), stamp_policy=policy
        )


def _wait(for_what: Callable[[], object]) -> None:
    """Wait for another thread; gives up after a time no healthy run needs."""
    deadline = time.monotonic() + 60
    while not for_what():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)


@pytest.mark.requirement("CSV-01")
def test_a_stamp_is_kept_given_out_with_its_checkpoint_and_proves_when_it_existed(
    installation: TestInstallation, key: SignerKey, office: Office, tmp_path: Path
):
    policy, ledger = office.policy(tmp_path), installation.ledger_id
    assert _stamped(installation, policy) == "", "nothing is published yet"
    assert not any("existed" in said for said in _verified(installation, key, policy).proved)
    _published(installation, key)
    assert _stamped(installation, policy) == _stamped(installation, policy) == ""
    assert office.asked == 1, "a checkpoint that has a stamp needs no other"
    with installation.connection() as connection:
        size, kept = installation.size(), newest(connection, ledger)
        note = with_cosignatures(connection, ledger, size, latest(connection, ledger) or b"")
    assert (kept.size, kept.authority, kept.failure) == (size, "127.0.0.1", "") and kept.time is not None
    opened = open_checkpoint(note, log_keys=[key.verifier()])
    ((authority, answer),) = attached(opened.note)
    assert authority == "127.0.0.1" and policy.judge(answer, opened.note.text.encode()).time == kept.time

    found = _verified(installation, key, policy)
    assert found.ok and f"the first {size} entries existed at {kept.time}, says CN=Clock of tests" in found.proved
    assert any("no timestamps.yaml" in said for said in _verified(installation, key, None).not_proved)


def test_an_authority_is_asked_by_whoever_publishes_and_not_more_often_than_the_file_says(
    installation: TestInstallation, key: SignerKey, office: Office, tmp_path: Path
):
    leads, dsn = [False], installation.database.application_dsn
    _published(installation, key)
    stamper = Stamper(dsn, installation.ledger_id, office.policy(tmp_path), lambda: leads[0], pause_s=0.02).start()
    try:
        time.sleep(0.2)
        assert office.asked == 0, "others publish"
        leads[0] = True
        _wait(lambda: office.asked)
        installation.take_in("B1")
        _published(installation, key)
        time.sleep(0.2)
        assert office.asked == 1, "an hour has not gone by"
    finally:
        stamper.stop()


def test_an_authority_that_does_not_answer_stops_nothing_and_is_told(
    installation: TestInstallation, key: SignerKey, tmp_path: Path
):
    with Office() as closed:
        policy = closed.policy(tmp_path)
    _published(installation, key)
    stamper = Stamper(
        installation.database.application_dsn, installation.ledger_id, policy, lambda: True, pause_s=0.02
    ).start()

    def told() -> str:
        with installation.connection() as connection:
            return newest(connection, installation.ledger_id).failure

    _wait(told)
    stamper.stop()
    assert "does not answer" in told()
    installation.take_in("B1")
    assert installation.read_only() == ""


@pytest.mark.requirement("CSV-S2", "CSV-S7")
def test_a_stamp_alone_exposes_an_entry_that_the_owner_took_out(
    filled: TestInstallation, key: SignerKey, office: Office, tmp_path: Path
):
    policy, size = office.policy(tmp_path), filled.size()
    _published(filled, key)
    assert _stamped(filled, policy) == ""
    filled.fill(10, prefix="LATER")
    _published(filled, key)
    assert _stamped(filled, policy) == ""

    take_out(filled, size + 3, keep=("stamp",))  # with all checkpoints that tell of more
    (missing,) = _verified(filled, key, policy).problems
    assert (missing.position, missing.kind) == (size + 9, "missing") and f"stamped {size + 10} entries" in str(missing)

    filled.reopen_door()
    filled.fill(20, prefix="OTHER")
    _published(filled, key)  # with the log's own key
    assert _verified(filled, key, None).ok, "by itself it is sound"
    (replaced,) = _verified(filled, key, policy).problems
    assert (replaced.position, replaced.kind) == (size, "replaced")
    assert f"the entries {size} to {size + 9}" in str(replaced)


def test_a_stamp_of_somebody_else_is_not_believed(
    installation: TestInstallation, key: SignerKey, office: Office, tmp_path: Path
):
    _published(installation, key)
    assert _stamped(installation, office.policy(tmp_path)) == ""
    office.authority = Authority.new()
    found = _verified(installation, key, office.policy(tmp_path))
    assert found.exit_code == 1 and [p.kind for p in found.problems] == ["signature"]
    assert "cannot be believed" in found.verdict


def test_a_record_whose_hashes_are_damaged_is_told_as_such_and_not_by_its_stamps(
    filled: TestInstallation, key: SignerKey, office: Office, tmp_path: Path
):
    _published(filled, key)
    assert _stamped(filled, office.policy(tmp_path)) == ""
    with filled.tampering("entry") as owner:
        owner.execute("delete from entry where ledger_id = %s and position = 280", (filled.ledger_id,))
    found = _verified(filled, key, office.policy(tmp_path))
    assert (280, "missing") in [(p.position, p.kind) for p in found.problems]
    assert any("give no root" in said for said in found.not_proved)
