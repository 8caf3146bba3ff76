"""Checkpoints are shown to witnesses; what they sign is checked and kept, what they know is held against the record."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.support.installation import TestInstallation
from tests.support.older_backup import set_back

from coign.ledger import cosignatures
from coign.ledger.check import start
from coign.ledger.checkpoints import latest, publish
from coign.ledger.log_keys import KeysHere
from coign.ledger.submitting import Submitter
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.witness import asking
from coign.witness.keeping import Witness
from coign.witness.policy import Policy, majority, parse_policy
from coign.witness.serving import Server
from coign_verify.checkpoint import open_checkpoint
from coign_verify.keys import Algorithm
from coign_verify.signing import SignerKey, sign_note

NOW_US = 1_790_000_000_000_000
_COSIGNS = Algorithm.ED25519_COSIGNATURE


class House:
    """Witnesses of one ledger, each with a folder and an address of its own."""

    def __init__(self, folder: Path, installation: TestInstallation, key: SignerKey, stack: ExitStack) -> None:
        self._folder, self._installation, self._key, self._stack = folder, installation, key, stack
        self.witnesses: list[Witness] = []
        self.urls: list[str] = []

    def add(self, *, known: bool = True) -> Witness:
        """One more, which may not know the log yet."""
        number = len(self.witnesses) + 1
        witness = Witness(self._folder / str(number), f"witness-{number}.example")
        if known:
            witness.trust(self._key.verifier())
        server = self._stack.enter_context(Server(("127.0.0.1", 0), witness))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._stack.callback(server.shutdown)
        self.witnesses.append(witness)
        self.urls.append(f"http://127.0.0.1:{server.server_port}")
        return witness

    def policy(self) -> Policy:
        """Most of them are enough."""
        return parse_policy(majority([(u, w.keys) for u, w in zip(self.urls, self.witnesses, strict=True)]))

    def publish(self) -> None:
        """A checkpoint of all entries."""
        with self._installation.connection() as connection:
            assert publish(connection, self._installation.ledger_id, KeysHere.of(self._key), NOW_US)

    @contextmanager
    def shown(self, policy: Policy | None = None) -> Iterator[Submitter]:
        """While a submitter shows them what is published."""
        dsn, ledger = self._installation.database.application_dsn, self._installation.ledger_id
        submitter = Submitter(
            dsn, ledger, lambda: [self._key.verifier()], policy or self.policy(), lambda: True, pause_s=0.05
        ).start()
        submitter.notify()
        try:
            yield submitter
        finally:
            submitter.stop()

    def enough_at(self) -> int:
        """The newest size that enough witnesses signed; 0: none."""
        with self._installation.connection() as connection:
            row = connection.execute(
                "select size from cosigned where ledger_id = %s", (self._installation.ledger_id,)
            ).fetchone()
        return 0 if row is None else row[0]

    def note(self) -> bytes:
        """The newest checkpoint with what is kept for it."""
        ledger = self._installation.ledger_id
        with self._installation.connection() as connection:
            return cosignatures.with_cosignatures(
                connection, ledger, self._installation.size(), latest(connection, ledger) or b""
            )


@pytest.fixture
def house(tmp_path: Path, installation: TestInstallation, key: SignerKey) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(tmp_path / "witnesses", installation, key, stack)


def _wait(for_what: Callable[[], object]) -> None:
    """Wait for another thread; gives up after a time no healthy run needs."""
    deadline = time.monotonic() + 60
    while not for_what():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)


def test_each_newest_checkpoint_is_signed_by_all_witnesses_and_kept_with_their_signatures(house, installation, key):
    for _ in range(3):
        house.add()
    house.publish()
    first = installation.size()
    with house.shown() as submitter:
        _wait(lambda: house.enough_at() == first)
        installation.take_in("B1")
        house.publish()
        submitter.notify()
        _wait(lambda: house.enough_at() == first + 1)
        _wait(lambda: house.note().count(b"witness-") == len(house.policy().keys))
    signed = open_checkpoint(house.note(), log_keys=[key.verifier()], witness_keys=house.policy().keys)
    assert {each.key for each in signed.witnesses} == set(house.policy().keys)


def test_a_witness_that_is_silent_keeps_nobody_waiting_and_two_of_three_are_enough(house, installation):
    for _ in range(2):
        house.add()
    # Takes every call and says nothing.
    silent = Witness(house._folder / "silent", "silent.example")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as mute:
        house.witnesses.append(silent)
        house.urls.append(f"http://127.0.0.1:{mute.server_port}")
        house.publish()
        with house.shown():
            _wait(lambda: house.enough_at() == installation.size())


def test_a_witness_that_signed_another_size_is_asked_from_there(house, installation, key):
    witness = house.add()
    house.publish()
    with installation.connection() as connection:
        note = latest(connection, installation.ledger_id)
    # It signed this in another life: nothing of it is kept here.
    assert asking.add_checkpoint(house.urls[0], 0, [], note).status == HTTPStatus.OK
    installation.take_in("B1")
    house.publish()
    with house.shown():
        _wait(lambda: house.enough_at() == installation.size())
    assert witness.keys


def test_a_witness_that_does_not_know_the_log_is_asked_again_until_it_does(house, installation, key):
    witness = house.add(known=False)
    house.publish()
    with house.shown():
        time.sleep(0.2)
        assert house.enough_at() == 0
        witness.trust(key.verifier())
        _wait(lambda: house.enough_at() == installation.size())


def test_a_signature_that_does_not_verify_is_not_kept(house, installation, key):
    text = "other\n1\n" + "A" * 43 + "=\n"
    known, other = SignerKey.generate("w.example", _COSIGNS), SignerKey.generate("w.example", _COSIGNS)
    ours = f"{installation.origin}\n5\n{'A' * 43}=\n"
    good = sign_note(ours, known, time_s=7)
    assert asking.cosignatures(ours, good.line().encode(), [known.verifier()]) == [(known.verifier(), 7, good)]
    for bad in (sign_note(text, known, time_s=7), sign_note(ours, other, time_s=7)):
        with pytest.raises(ValueError, match=r"does not verify|no signature"):
            asking.cosignatures(ours, bad.line().encode(), [known.verifier()])
    with pytest.raises(ValueError):
        asking.cosignatures(ours, b"<html>", [known.verifier()])


@pytest.mark.requirement("CSV-S7", "CSV-S2")
def test_the_witness_alone_finds_an_older_backup_at_the_start(house, filled, key):
    house.add()
    house.publish()
    with house.shown():
        _wait(lambda: house.enough_at() == 300)
    set_back(filled, 200)
    with filled.connection() as connection:
        assert start(connection, filled.ledger_id, log_keys=[key.verifier()]) == [], "by itself it is sound"
        shown = {"witness-1.example": asking.newest(house.urls[0], filled.origin).body}
        found = start(connection, filled.ledger_id, log_keys=[key.verifier()], witnessed=shown)
        assert [problem.kind for problem in found] == ["missing"]
        assert publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US) is None, "nothing is signed meanwhile"
    assert "300 entries" in filled.read_only() and "witness-1.example" in filled.read_only()


@pytest.mark.requirement("CSV-S7")
def test_a_witness_that_was_silent_at_the_start_shuts_an_older_backup_when_it_is_asked(house, filled, key):
    house.add()
    house.publish()
    with house.shown():
        _wait(lambda: house.enough_at() == 300)
    set_back(filled, 200)
    filled.reopen_door()
    filled.fill(5, prefix="AFTER")
    house.publish()
    with house.shown():
        _wait(filled.read_only)
    assert "300 entries" in filled.read_only() and "witness-1.example" in filled.read_only()


@pytest.mark.requirement("CSV-S2")
def test_a_witness_exposes_a_history_that_the_owner_signed_anew(house, filled, key):
    house.add()
    house.publish()
    with house.shown():
        _wait(lambda: house.enough_at() == 300)
    set_back(filled, 290)
    filled.reopen_door()
    filled.fill(20, prefix="OTHER")
    house.publish()  # with the log's own key
    with house.shown():
        _wait(filled.read_only)
    assert "exchanged" in filled.read_only()


def test_a_witness_that_only_claims_to_have_seen_more_stops_nothing(house, installation, key):
    class Liar(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(HTTPStatus.CONFLICT)
            self.end_headers()
            self.wfile.write(b"999999\n")

        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.end_headers()
            stranger = SignerKey.generate(installation.origin)
            text = f"{installation.origin}\n999999\n{'A' * 43}=\n"
            self.wfile.write(text.encode() + b"\n" + sign_note(text, stranger).line().encode())
            asked.set()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    asked = threading.Event()
    house.add()
    house.publish()
    with HTTPServer(("127.0.0.1", 0), Liar) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        house.witnesses.append(Witness(house._folder / "liar", "liar.example"))
        house.urls.append(f"http://127.0.0.1:{server.server_port}")
        with house.shown():
            assert asked.wait(60)
            _wait(lambda: house.note().count(b"witness-1.example"))
        server.shutdown()
    assert installation.read_only() == ""


def _verified(installation: TestInstallation, key: SignerKey, policy: Policy | None) -> Verification:
    with installation.connection() as connection:
        return verify_database(
            connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding(), policy=policy
        )


@pytest.mark.requirement("CSV-01")
def test_verify_says_which_witnesses_signed_and_what_that_proves(house, installation, key):
    for _ in range(3):
        house.add()
    house.publish()
    with house.shown():
        _wait(lambda: house.note().count(b"witness-") == len(house.policy().keys))
    found = _verified(installation, key, house.policy())
    assert found.ok and [(each["name"], each["valid"]) for each in found.witnesses] == [
        (f"witness-{number}.example", True) for number in (1, 2, 3)
    ]
    assert any("enough witnesses" in said for said in found.proved)
    assert not any("witness" in said for said in found.not_proved)

    installation.take_in("B1")
    assert any("1 newest entries" in said for said in _verified(installation, key, house.policy()).not_proved)
    assert any("no witness" in said for said in _verified(installation, key, None).not_proved)

    with installation.tampering() as owner:  # a signature of another time in the place of the real one
        owner.execute(
            "update cosignature set line = replace(line, 'A', 'B') where ledger_id = %s and witness like '%%2%%'",
            (installation.ledger_id,),
        )
    wrong = _verified(installation, key, house.policy())
    assert [(each["name"], each["valid"]) for each in wrong.witnesses][1] == ("witness-2.example", False)
    assert wrong.exit_code == 1 and {problem.kind for problem in wrong.problems} == {"signature"}
