"""The record's clock is held against those of witnesses: enough of them stop writing, one alone does not (CSV-38)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.installation import TestInstallation
from tests.support.witnesses import wait_for, witnesses

from coign.database import Database
from coign.installation.trouble import found_in
from coign.kernel.errors import Unavailable
from coign.kernel.values import Instant
from coign.ledger.checkpoints import publish
from coign.ledger.clock import SystemClock
from coign.ledger.cosignatures import newest_by_key
from coign.ledger.log_keys import KeysHere, keys_here
from coign.ledger.submitting import Submitter
from coign.ledger.witnessed_clock import WitnessedClock, WitnessedLimits, reason
from coign.service import Service, Settings, prepare
from coign.service.clocks import limits
from coign.witness.policy import majority, parse_policy
from coign_verify.keys import Algorithm
from coign_verify.signing import SignerKey

SECOND_US = 1_000_000
WITHIN = WitnessedLimits(apart_us_max=60 * SECOND_US, counts_us_max=900 * SECOND_US)
NOON_US = Instant("2026-11-26T12:00:00.000000Z").us
NOON_S = NOON_US // SECOND_US
KEYS = [SignerKey.generate(f"w{n}.example", Algorithm.ED25519_COSIGNATURE).verifier() for n in range(3)]
POLICY = parse_policy(majority([(f"http://w{n}.example", [key]) for n, key in enumerate(KEYS)]))


def _clock(shows_us: int = NOON_US) -> WitnessedClock:
    return WitnessedClock(POLICY, WITHIN, lambda: shows_us)


def _off(by_us: int) -> Callable[[], int]:
    return lambda: time.time_ns() // 1000 + by_us


@pytest.mark.requirement("CSV-38")
@pytest.mark.parametrize(
    ("off_s", "kind"), [(90, "clock_ahead"), (-90, "clock_behind"), (60, None), (-60, None), (0, None)]
)
def test_a_clock_is_wrong_when_enough_fresh_signatures_show_another_time(off_s: int, kind: str | None) -> None:
    clock, asked = _clock(), NOON_US + off_s * SECOND_US
    said = [clock.heard(asked, asked + 50_000, [(key, NOON_S)], {}) for key in KEYS]
    assert said[0] is None, "one witness stops nobody"
    assert [wrong.trouble.kind if wrong else None for wrong in said[1:]] == [kind, kind]
    if said[1] is not None:
        assert abs(said[1].trouble.difference_ms or 0) in range(88_000, 91_000)
        assert found_in(reason(said[1])) == said[1].trouble, "two people resume what the head tells"


@given(
    off_s=st.integers(61, 10**8), sign=st.sampled_from((1, -1)), honest=st.integers(0, 2), slow_ms=st.integers(0, 9000)
)
def test_one_witness_that_lies_neither_stops_nor_hides(off_s: int, sign: int, honest: int, slow_ms: int) -> None:
    liar, others = KEYS[honest], [key for key in KEYS if key != KEYS[honest]]
    heard_us = NOON_US + slow_ms * 1000
    right = _clock()
    assert not right.heard(NOON_US, heard_us, [(liar, NOON_S + sign * off_s)], {})
    assert not any(right.heard(NOON_US, heard_us, [(key, NOON_S)], {}) for key in others), "however slow the way was"
    wrong = _clock()
    asked_us = NOON_US + sign * (off_s + 12) * SECOND_US
    assert not wrong.heard(asked_us, asked_us + slow_ms * 1000, [(liar, asked_us // SECOND_US)], {})
    found = [wrong.heard(asked_us, asked_us + slow_ms * 1000, [(key, NOON_S)], {}) for key in others]
    assert found[1] is not None and found[1].trouble.kind == ("clock_ahead" if sign > 0 else "clock_behind")


def test_an_answer_that_repeats_itself_tells_no_time_and_what_was_found_is_forgotten_when_it_is_looked_at() -> None:
    clock, asked = _clock(), NOON_US + 600 * SECOND_US
    repeated = [(key, NOON_S) for key in KEYS]
    assert clock.heard(asked, asked, repeated, dict(repeated)) is None
    assert clock.heard(asked, asked, repeated[:1], {}) is None
    clock.forget()
    assert clock.heard(asked, asked, repeated[1:2], {}) is None
    assert clock.heard(asked, asked, repeated[:1], {}) is not None


def test_what_a_witness_said_long_ago_is_no_second_voice() -> None:
    clock, asked = _clock(), NOON_US + 600 * SECOND_US
    assert clock.heard(asked, asked, [(KEYS[0], NOON_S)], {}) is None
    later = asked + 901 * SECOND_US
    assert clock.heard(later, later, [(KEYS[1], NOON_S + 901)], {}) is None
    assert clock.heard(later, later, [(KEYS[2], NOON_S + 901)], {}) is not None


@pytest.mark.requirement("CSV-38")
def test_old_signatures_say_nothing_and_those_of_tomorrow_say_that_the_clock_was_set_back() -> None:
    assert _clock().behind(NOON_S - 3 * 86_400) is None, "the machine was off over the weekend"
    assert _clock().behind(NOON_S + 60) is None
    wrong = _clock().behind(NOON_S + 86_400)
    assert wrong is not None and (wrong.trouble.kind, wrong.trouble.difference_ms) == ("clock_behind", 86_400_000)


# With a record and witnesses


@contextmanager
def _shown(installation: TestInstallation, key: SignerKey, policy: str, off_us: int) -> Iterator[None]:
    clock = WitnessedClock(parse_policy(policy), WITHIN, _off(off_us))
    submitter = Submitter(
        installation.database.application_dsn, installation.ledger_id, lambda: [key.verifier()], parse_policy(policy),
        lambda: True, pause_s=0.05, clock=clock,
    ).start()  # fmt: skip
    submitter.notify()
    try:
        yield
    finally:
        submitter.stop()


@pytest.mark.requirement("CSV-38", "CSV-S1")
@pytest.mark.parametrize(("off_s", "side"), [(-3600, "behind"), (3600, "ahead")])
def test_a_clock_that_was_wrong_from_the_start_stops_writing_as_soon_as_witnesses_have_signed(
    installation: TestInstallation, key: SignerKey, tmp_path: Path, off_s: int, side: str
):
    with installation.connection() as connection:
        publish(connection, installation.ledger_id, KeysHere.of(key), NOON_US)
    with witnesses(tmp_path, key.verifier()) as policy:
        with _shown(installation, key, policy, 0):
            wait_for(lambda: _signed_by(installation, policy) == 3)
        assert installation.read_only() == ""
        installation.take_in("B1")
        with installation.connection() as connection:
            publish(connection, installation.ledger_id, KeysHere.of(key), NOON_US)
        second = int(time.time())
        wait_for(lambda: int(time.time()) > second)  # so that the next answer is a new one
        with _shown(installation, key, policy, off_s * SECOND_US):
            wait_for(installation.read_only)
    assert f"s {side}: it showed" in installation.read_only() and "Enough witnesses" in installation.read_only()
    with pytest.raises(Unavailable, match="the clock is"):
        installation.take_in("B2")
    installation.do("installation.propose_resume", installation.people["admin-1"], finding="the time server was wrong")
    installation.do("installation.agree_to_resume", installation.people["admin-2"])
    installation.take_in("B2")


def _signed_by(installation: TestInstallation, policy: str) -> int:
    keys = parse_policy(policy).keys
    with installation.connection() as connection:
        found = newest_by_key(connection, installation.ledger_id, keys)
    return len({key.name for key, each in found.items() if each.size == installation.size()})


@pytest.mark.requirement("CSV-38", "CSV-S1")
@pytest.mark.parametrize(("demonstration", "stops"), [(False, True), (True, False)])
def test_a_start_with_a_clock_behind_what_witnesses_signed_is_read_only_but_for_a_simulated_clock(
    database: Database, tmp_path: Path, demonstration: bool, stops: bool
):
    prepare(database)
    with TestInstallation(database, demonstration=demonstration) as installation:
        installation.set_up()
        key = keys_here(tmp_path / f"log-{installation.ledger_id}.key", installation.origin, create=True).signers[0]
        settings = Settings(home=tmp_path, witnesses=tmp_path / "policy")
        with witnesses(tmp_path, key.verifier(), 1) as policy:
            (tmp_path / "policy").write_text(policy)
        with installation.connection() as connection:
            connection.execute(
                "insert into cosigned values (%s, 1, %s)",
                (installation.ledger_id, time.time_ns() // 10**9 + 7200),
            )
        behind = SystemClock(limits()) if not demonstration else None
        given = {"ledger_id": installation.ledger_id, "records": False, "clock": behind}
        with Service.on(database, settings, **given) as service:
            assert service.problems == []
        assert ("s behind: it showed" in installation.read_only()) is stops
