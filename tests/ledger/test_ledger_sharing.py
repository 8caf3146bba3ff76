"""A check that is shared out finds what a check in one piece finds: the same, in the same order, in the same words."""

import pickle
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial
from random import Random

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.support.installation import MAKER, TestInstallation

from coign.database import Database
from coign.drill.rows import COVERED, Rows
from coign.ledger import schema
from coign.ledger.checkpoints import publish
from coign.ledger.log_keys import KeysHere, keys_here
from coign.ledger.sharing import SHARED_FROM_ENTRIES, Alone, Record, processes_for
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database, verify_inside
from coign.perform import Signature
from coign.perform.assemble import folding
from coign.service.heads import enter
from coign_verify.invariants import Terms
from coign_verify.keys import VerifierKey

ENTRIES = 600  # three tiles, the last one not complete


class Undone(Exception):
    """The database did not take the change."""


class InParts(Alone):
    """One process that does what three would do."""

    count = 3


def _sign_now(place: TestInstallation, unit: str, key: Ed25519PrivateKey) -> None:
    actor = place.people["hospital-celllab"]
    place.take_in(unit)
    asked = place.request("custody.offer", actor, command={"unit": f"unit:{unit}", "to": MAKER, "seal": "S1"})
    hashed = place.door.prepare(asked).intent_hash
    place.do("custody.offer", actor, intent_hash=hashed, signature=Signature("ed25519", "k1", key.sign(hashed)))


@pytest.fixture(scope="module")
def long(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestInstallation, VerifierKey]]:
    """Several tiles; a key enrolled in the first one signs in each; heads, and checkpoints in the middle of tiles."""
    with TestInstallation(database) as place:
        place.set_up()
        key, person = Ed25519PrivateKey.generate(), place.people["hospital-celllab"].person
        public = key.public_key().public_bytes_raw().hex()
        place.do(
            "people.propose_authenticator", place.people["admin-1"],
            person=person, credential="k1", method="ed25519", public_key=public, evidence="00" * 32,
        )  # fmt: skip
        place.do("people.confirm_authenticator", place.people["admin-2"], person=person, credential="k1")
        actions = place.door.actions
        place.door.actions = {**actions, "custody.offer": replace(actions["custody.offer"], meaning="handed over")}
        secret = keys_here(tmp_path_factory.mktemp("keys") / "log.key", place.origin, create=True).signers[0]
        with place.connection() as connection:
            for part in range(3):
                place.fill(ENTRIES * (part + 1) // 3 - place.size() - 3, prefix=f"P{part}-")
                _sign_now(place, f"S{part}", key)
                publish(connection, place.ledger_id, KeysHere.of(secret), 1_790_000_000_000_000 + part)
                enter(connection, place.ledger_id, place.door)
        yield place, secret.verifier()


def _checked(
    place: TestInstallation, key: VerifierKey, connection: psycopg.Connection, **given: object
) -> Verification:
    look = partial(verify_inside, connection, place.ledger_id, log_keys=[key], folding=folding(), terms=Terms())
    found: Verification = look(**given)  # type: ignore[arg-type]
    return replace(found, seconds=0.0, entries_per_s=0.0, processes=0)


@pytest.mark.requirement("CSV-01", "CSV-S2")
@pytest.mark.parametrize("seed", range(8))
def test_damage_is_found_in_parts_as_it_is_in_one_piece(long, seed):
    place, key = long
    with psycopg.connect(place.database.owner_dsn) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for table in schema.APPEND_ONLY:
            owner.execute(f"alter table {table} disable trigger append_only")
        rows, made = Rows(owner, place.ledger_id, Random(seed), COVERED), 0
        while made < seed % 4:
            with suppress(Undone), owner.transaction():
                if rows.changed() is None:
                    raise Undone
                made += 1
        one = _checked(place, key, owner)
        parts = _checked(place, key, owner, share=lambda *given: nullcontext(InParts(*given)))
        owner.rollback()
    assert parts == one
    assert bool(one.problems) == bool(seed % 4)


@pytest.mark.requirement("CSV-01")
def test_several_processes_find_what_one_finds_and_say_the_same(long):
    place, key = long
    checked = partial(verify_database, log_keys=[key], folding=folding(), terms=Terms())
    told: list[tuple[str, int, int]] = []
    with place.connection() as connection:
        alone = checked(connection, place.ledger_id, processes=1)
        several = checked(connection, place.ledger_id, processes=2, progress=lambda *said: told.append(said))
    assert (alone.ok, alone.processes, several.processes) == (True, 1, 2)
    assert replace(several, seconds=0, entries_per_s=0, processes=1) == replace(alone, seconds=0, entries_per_s=0)
    assert any("3 signatures (ed25519)" in said for said in several.proved)
    assert told[-1][1] == told[-1][2]


def test_a_short_record_is_not_shared_and_a_long_one_by_as_many_as_there_are_cores():
    assert processes_for(SHARED_FROM_ENTRIES - 1) == 1
    assert 1 <= processes_for(1_000_000) <= 8


def test_all_views_go_to_other_processes():
    record = Record(1, 2, "o", (), folding(), Terms())
    assert pickle.loads(pickle.dumps(record)).folding.views.keys() == folding().views.keys()
