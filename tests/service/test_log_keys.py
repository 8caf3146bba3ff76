"""The key that signs for the record changes: by the one before, by the root where it is lost, and by nobody else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from tests.ledger.test_ledger_mending import backup_of
from tests.support.installation import TestInstallation
from tests.support.log_keys import KeysOf
from tests.support.older_backup import set_back

from coign.cli.own_witnesses import OwnWitnesses
from coign.database import Database
from coign.kernel.errors import Conflict, IntegrityFailure, Invalid, Refused, Unavailable
from coign.ledger.check import start_check
from coign.ledger.checkpoints import latest, publish
from coign.ledger.log_keys import KeysHere, follow, is_about_keys, keys_here
from coign.ledger.mending import mend
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.perform.request import Request
from coign.service import Service, Settings, prepare, seen_file
from coign.service.log_keys import Care, new_root, signed_offline
from coign.service.rebuilding import rebuild
from coign.witness import asking
from coign.witness.keeping import Witness
from coign_verify.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from coign_verify.growing import Frontier
from coign_verify.keys import VerifierKey
from coign_verify.signing import SignerKey, build_note, log_key_statement, sign_note
from coign_verify.tree import leaf_hash


class House:
    """An installation whose log has a key in a folder, and two administrators."""

    def __init__(self, installation: TestInstallation, home: Path) -> None:
        self.installation, self.home = installation, home
        self.settings, self.ledger = Settings(home=home), installation.ledger_id
        self.file = home / f"log-{self.ledger}.key"
        self.first = keys_here(self.file, installation.origin, create=True).signers[0]

    @contextmanager
    def open(self, **given: Any) -> Iterator[Service]:
        """As a process has it open."""
        given = {"ledger_id": self.ledger, "records": False, "background": False, **given}
        with Service.on(self.installation.database, self.settings, **given) as service:
            yield service

    @contextmanager
    def care(self) -> Iterator[Care]:
        """What the commands do."""
        with self.installation.connection() as connection:
            yield Care(connection, self.ledger, self.installation.origin, self.file)

    def enter(self, service: Service, statement: str) -> None:
        """Two administrators enter it."""
        for verb, who in (("propose", "admin-1"), ("agree_to", "admin-2")):
            self.ask(service, verb, who, statement)

    def ask(self, service: Service, verb: str, who: str, statement: str) -> None:
        actor, nonce = self.installation.people[who], f"{verb}-{len(statement)}-{time.monotonic_ns()}"
        service.door.perform(Request(f"installation.{verb}_log_key", actor, nonce, {"statement": statement}))

    def here(self) -> KeysHere:
        """The keys in the folder."""
        return keys_here(self.file, self.installation.origin)

    def publish(self, here: KeysHere | None = None) -> None:
        """A checkpoint of all there is."""
        now_us = time.time_ns() // 1000
        with self.installation.connection() as connection:
            assert publish(connection, self.ledger, here or self.here(), now_us) is not None

    def signed_by(self, *keys: VerifierKey) -> list[VerifierKey]:
        """Which of these keys signed the newest checkpoint, in the order of its lines."""
        with self.installation.connection() as connection:
            note = latest(connection, self.ledger)
        assert note is not None
        return [key for each in _opened(note, *keys).note.signatures for key in keys if key.key_id == each.key_id]

    def verified(self, *trusted: VerifierKey) -> Verification:
        """`coign verify --database` with these keys."""
        with self.installation.connection() as connection:
            return verify_database(connection, self.ledger, log_keys=trusted, folding=folding())


def _opened(note: bytes, *keys: VerifierKey) -> SignedCheckpoint:
    return open_checkpoint(note, log_keys=keys)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    prepare(database)
    with TestInstallation(database, demonstration=False) as installation:
        yield House(installation.set_up(), tmp_path)


@pytest.mark.requirement("CSV-01")
def test_a_new_key_takes_over_by_an_entry_that_both_signed_and_every_reader_goes_on(house: House) -> None:
    old = house.first.verifier()
    house.publish()
    with house.care() as care:
        statement = care.with_new_key()
        assert care.with_new_key() == statement, "whoever was interrupted begins again with the same key"
        new = care.standing().waiting
    assert (
        new is not None
        and oct((house.home / f"{house.file.name}.{new.verifier().key_id.hex()}").stat().st_mode)[-3:] == "600"
    )
    with house.open() as service:
        house.ask(service, "propose", "admin-1", statement)
        house.publish()
        assert house.signed_by(old, new.verifier()) == [old], "until the entry stands the key before signs"
        with pytest.raises(Refused):
            house.ask(service, "agree_to", "admin-1", statement)
        house.ask(service, "agree_to", "admin-2", statement)
        assert service.log_key == new.verifier()
    house.publish()
    assert house.signed_by(old, new.verifier()) == [new.verifier(), old], "who knows only the old one goes on"
    with house.care() as care:
        assert care.retire() == [old.key_id.hex()] and care.retire() == []
        assert care.standing().can_sign and care.standing().keys.at(0) == old
    house.installation.take_in("LATER")
    house.publish()
    assert house.signed_by(old, new.verifier()) == [new.verifier()]
    for trusted in (old, new.verifier()):
        found = house.verified(trusted)
        assert found.ok and any(line.startswith("4 checkpoints are signed") for line in found.proved), found.verdict
    with house.open() as service:
        assert service.problems == [], "a restart"


@pytest.mark.requirement("CSV-01", "CSV-18")
def test_a_process_without_the_new_key_signs_nothing_and_leaves_it_to_another(house: House) -> None:
    with house.care() as care, house.open() as service:
        statement = care.with_new_key()
        house.enter(service, statement)
    with pytest.raises(Unavailable, match="does not lie here"):
        house.publish(KeysHere.of(house.first))
    house.publish()
    stolen = KeysHere.of(house.first)
    house.installation.take_in("LATER")
    with pytest.raises(Unavailable):
        house.publish(stolen)


@pytest.mark.requirement("CSV-01")
def test_a_server_that_runs_changes_its_key_and_a_witness_goes_on(house: House) -> None:
    witness = Witness(house.home / "witness", "elsewhere.example")
    witness.trust(house.first.verifier())
    with house.care() as care, house.open(background=True) as service:
        statement = care.with_new_key()
        new = care.standing().waiting
        assert new is not None
        house.enter(service, statement)
        deadline = time.monotonic() + 30
        while new.verifier() not in house.signed_by(house.first.verifier(), new.verifier()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with house.installation.connection() as connection:
            note = latest(connection, house.ledger)
    assert note is not None and witness.add(b"old 0\n\n" + note).status == 200, "it knows the old key alone"
    with house.care() as care:
        care.retire()
    house.installation.take_in("LATER")
    house.publish()
    with house.installation.connection() as connection:
        note = latest(connection, house.ledger)
    assert note is not None and witness.add(b"old 0\n\n" + note).status == 403
    witness.trust(new.verifier())
    assert witness.add(b"old 0\n\n" + note).status == 409, "the new key is known; the size it signed last is not 0"


@pytest.mark.requirement("CSV-01", "CSV-18")
def test_a_lost_key_is_replaced_by_the_root_that_was_on_record_before(house: House) -> None:
    old, root = house.first.verifier(), new_root(house.installation.origin, house.home / "root.key")
    with house.care() as care, house.open() as service:
        with pytest.raises(Conflict, match="no root"):
            care.after_loss(None)
        unsigned = care.with_root(root.verifier().text)
        with pytest.raises(Refused) as no:
            house.ask(service, "propose", "admin-1", unsigned)
        assert [gate.gate for gate in no.value.gates] == ["installation.log_key_is_signed"]
        house.enter(service, signed_offline(unsigned, root))
        with pytest.raises(Conflict, match="not lost"):
            care.after_loss(None)
    house.publish()
    seen = seen_file(house.settings, house.ledger).read()
    house.file.unlink()
    with pytest.raises(Unavailable, match="missing"), house.open():
        pass
    with house.care() as care:
        statement = care.after_loss(seen)
    assert signed_offline(statement, root) != statement
    with pytest.raises(Invalid, match="not the root"):
        signed_offline(statement, SignerKey.generate(root.name))
    with house.open() as service:
        assert service.problems == [], "it records, and signs nothing yet"
        with pytest.raises(Unavailable):
            house.publish()
        with pytest.raises(Refused):
            house.ask(service, "propose", "admin-1", statement)
        house.enter(service, signed_offline(statement, root))
    house.publish()
    assert house.signed_by(old, house.here().signers[0].verifier()) == [house.here().signers[0].verifier()]
    assert house.verified(old).ok and house.verified(house.here().signers[0].verifier()).ok
    with house.open() as service:
        assert service.problems == []


@pytest.mark.requirement("CSV-S7")
def test_a_backup_from_before_the_change_is_told_as_one_and_takes_the_same_statement_again(house: House) -> None:
    house.publish()
    before = house.installation.size()
    with house.care() as care, house.open() as service:
        statement = care.with_new_key()
        house.enter(service, statement)
        house.publish()
        care.retire()
    house.installation.take_in("LATER")
    house.publish()
    with house.installation.connection() as connection:
        seen = latest(connection, house.ledger)
    set_back(house.installation, before)
    rebuild(house.installation.database.owner_dsn, house.ledger)
    with house.installation.connection() as connection:
        told = start_check(connection, house.ledger, log_keys=house.here().known, seen=seen)
    assert [problem.kind for problem in told] == ["missing"]
    with house.open() as service:
        house.enter(service, statement)
    house.publish()
    assert house.verified(house.first.verifier()).ok


@pytest.mark.requirement("CSV-30")
def test_a_damaged_change_comes_back_from_a_backup_that_tells_of_it(
    house: House,
) -> None:
    house.publish()
    with house.care() as care, house.open() as service:
        house.enter(service, care.with_new_key())
        house.publish()
        care.retire()
    spares, last = backup_of(house.installation), house.installation.size() - 1
    with house.installation.tampering("entry") as owner:
        owner.execute("update entry set body = '{}' where ledger_id = %s and position = %s", (house.ledger, last))
    assert not house.verified(house.first.verifier()).ok
    told = {each.position: each.body for each in spares.entries() if is_about_keys(each.body)}
    known, _ = follow(told, house.here().known)
    with psycopg.connect(house.installation.database.owner_dsn) as owner:
        done = mend(owner, house.ledger, known, None, spares)
    assert (done.entries, done.not_held, done.unproved) == ([last], [], "")
    assert house.verified(house.first.verifier()).ok


def test_what_is_no_statement_is_told_with_its_field(house: House) -> None:
    with house.open() as service, pytest.raises(Invalid, match="statement: is not the file of coign db log-key"):
        house.ask(service, "propose", "admin-1", "nothing")


@pytest.mark.requirement("CSV-01", "CSV-S2")
@pytest.mark.parametrize("forged", ["signed by the new one alone", "by keys of their own", "no statement"])
def test_a_change_that_the_databases_owner_inserts_is_found_whatever_they_recompute(house: House, forged: str) -> None:
    old, theirs, other = house.first, *(SignerKey.generate(house.installation.origin) for _ in range(2))
    house.publish()
    with house.care() as care, house.open() as service:
        right = care.with_new_key()
        house.enter(service, right)
    last = house.installation.size() - 1
    wrong = {
        "signed by the new one alone": log_key_statement(old.verifier(), theirs.verifier(), None, [theirs]),
        "by keys of their own": log_key_statement(other.verifier(), theirs.verifier(), None, [other, theirs]),
        "no statement": "theirs",
    }[forged]
    with house.installation.tampering("entry") as owner:
        _exchange(owner, house.ledger, last, right, wrong)
    found = house.verified(old.verifier())
    assert (last, "signature") in {(p.position, p.kind) for p in found.problems}
    with house.installation.connection() as connection:
        told = start_check(connection, house.ledger, log_keys=house.here().known)
    assert (last, "signature") in {(p.position, p.kind) for p in told}
    with pytest.raises(IntegrityFailure):
        house.publish()


def _exchange(owner: psycopg.Connection[Any], ledger: int, position: int, right: str, wrong: str) -> None:
    """Another statement in the last entry, with all its hashes."""
    where = "from entry where ledger_id = %s"
    rows = owner.execute(f"select position, body {where} order by position", (ledger,)).fetchall()
    bodies = {at: bytes(body) for at, body in rows}
    plain = orjson.loads(bodies[position])
    plain["intent"]["facts"][0]["body"]["statement"] = wrong
    plain["intent"]["command"]["statement"] = wrong
    bodies[position] = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    frontier = Frontier()
    frontier.extend([leaf_hash(body) for body in bodies.values()])
    changed = (leaf_hash(bodies[position]), bodies[position], ledger, position)
    owner.execute("update entry set leaf = %s, body = %s where ledger_id = %s and position = %s", changed)
    owner.execute("update head set frontier = %s where ledger_id = %s", (frontier.to_bytes(), ledger))


@pytest.mark.requirement("CSV-01")
def test_the_demonstrations_own_witnesses_know_every_key_that_lies_here_when_they_start(tmp_path: Path) -> None:
    keys = KeysOf("log.example/own")
    own = OwnWitnesses()
    relied = own.start(Settings(home=tmp_path), [keys.first.verifier(), keys.second.verifier()])
    try:
        for size, signers in ((1, [keys.first]), (2, [keys.second, keys.first]), (3, [keys.second])):
            leaves = [leaf_hash(bytes([n])) for n in range(size)]
            tree = Frontier()
            tree.extend(leaves)
            text = Checkpoint(keys.first.name, size, tree.root()).text()
            note = build_note(text, [sign_note(text, signer) for signer in signers])
            proof = {1: [], 2: [leaves[-1]], 3: [leaves[-1]]}[size]
            for each in relied.policy.witnesses:
                assert asking.add_checkpoint(each.url, size - 1, proof, note).status == 200, each.name
    finally:
        own.stop()
