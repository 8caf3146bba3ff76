"""Time stamps: what holds is read, and whatever is wrong with an answer is said in one sentence."""

import hashlib

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from tests.support.authority import Authority

from coign.timestamps.stamping import Stamp, Trust, stamp_in

DATA = b"coign.example.org/log\n7\nroot\n"
DIGEST = hashlib.sha256(DATA).digest()
NONCE = 2**70 + 1


@pytest.fixture(scope="module")
def clock() -> Authority:
    return Authority.new()


def test_an_answer_tells_time_authority_policy_and_number(clock: Authority) -> None:
    stamp = stamp_in(clock.answer(DIGEST, NONCE, "20261126120000.25Z"), DATA, Trust.of_pem(clock.chain), nonce=NONCE)
    assert stamp == Stamp(stamp.time, "CN=Clock of tests", "1.3.6.1.4.1.57264.2", 77)
    assert str(stamp.time) == "2026-11-26T12:00:00.000000Z", "to the second"


def test_an_answer_without_certificate_holds_where_the_chain_has_it(clock: Authority) -> None:
    answer = clock.answer(DIGEST, NONCE, carries=False)
    assert stamp_in(answer, DATA, Trust.of_pem(clock.chain)).serial == 77
    with pytest.raises(ValueError, match="neither in the answer nor in the chain"):
        stamp_in(answer, DATA, Trust(Trust.of_pem(clock.chain).roots, (), None))


def test_what_is_wrong_with_an_answer_refuses_it(clock: Authority) -> None:
    trust = Trust.of_pem(clock.chain)
    wrong = {
        "Mismatch between messages": (clock.answer(hashlib.sha256(b"other").digest(), NONCE), trust),
        "Nonce mismatch": (clock.answer(DIGEST, NONCE + 1), trust),
        "not GRANTED": (clock.answer(DIGEST, NONCE, status=2), trust),
        "certificate": (clock.answer(DIGEST, NONCE), Trust.of_pem(Authority.new().chain)),
        "verify": (clock.answer(DIGEST, NONCE, "20290101000000Z"), trust),  # its certificate had ended by then
    }
    for sentence, (answer, trusted) in wrong.items():
        with pytest.raises(ValueError, match=sentence):
            stamp_in(answer, DATA, trusted, nonce=NONCE)
    both = Authority.new((ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING))
    with pytest.raises(ValueError, match="for other uses"):
        stamp_in(both.answer(DIGEST, NONCE), DATA, Trust.of_pem(both.chain), nonce=NONCE)


def test_a_chain_is_one_authority_with_its_root(clock: Authority) -> None:
    certificate, root = clock.chain.split(b"-----BEGIN", 2)[1:]
    with pytest.raises(ValueError, match="no root"):
        Trust.of_pem(b"-----BEGIN" + certificate)
    with pytest.raises(ValueError, match="two certificates"):
        Trust.of_pem(clock.chain + Authority.new().chain)
    with pytest.raises(ValueError, match="PEM"):
        Trust.of_pem(b"no certificate")
    assert Trust.of_pem(b"-----BEGIN" + root).signer is None


@given(at=st.integers(0, 10_000), by=st.integers(1, 255))
def test_a_changed_byte_never_passes_for_another_stamp(at: int, by: int) -> None:
    answer, trust = _one()
    changed = bytearray(answer)
    changed[at % len(answer)] ^= by
    try:
        stamp = stamp_in(bytes(changed), DATA, trust)
    except ValueError:
        return
    assert stamp == stamp_in(answer, DATA, trust), "what is not signed, such as the words of a status, says nothing"


_kept: list[tuple[bytes, Trust]] = []


def _one() -> tuple[bytes, Trust]:
    if not _kept:
        clock = Authority.new()
        _kept.append((clock.answer(DIGEST, NONCE), Trust.of_pem(clock.chain)))
    return _kept[0]
