"""From a backup comes back what the signed tree proves, and nothing else; what was put right is said exactly."""

from dataclasses import replace

import psycopg
import pytest
from tests.support.installation import TestInstallation

from coign.ledger.check import start
from coign.ledger.checkpoints import latest, publish
from coign.ledger.log_keys import KeysHere, KnownKeys
from coign.ledger.mending import Mended, SpareKey, SpareNote, Spares, mend
from coign.ledger.proving import Spare
from coign.ledger.verification import verify_database
from coign.perform.assemble import folding
from coign.service.rebuilding import rebuild
from coign_verify.growing import Frontier
from coign_verify.signing import SignerKey
from coign_verify.tree import leaf_hash

NOW_US = 1_790_000_000_000_000


def backup_of(installation: TestInstallation) -> Spares:
    """What a backup taken now would hold."""
    ledger = installation.ledger_id
    with installation.connection() as connection:

        def rows(query: str) -> list[tuple]:
            return connection.execute(query, (ledger,)).fetchall()

        entries = [Spare(*r) for r in rows("select position, leaf, body from entry where ledger_id = %s order by 1")]
        keys = [
            SpareKey(*r)
            for r in rows("select position, person, nonce, digest, answer from nonce where ledger_id = %s order by 1")
        ]
        notes = [SpareNote(*r) for r in rows("select size, root, time, note from checkpoint where ledger_id = %s")]
    return Spares(lambda: entries, lambda: keys, tuple(notes))


def sign(installation: TestInstallation, key: SignerKey) -> bytes:
    with installation.connection() as connection:
        publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US)
        return latest(connection, installation.ledger_id) or b""


@pytest.fixture
def signed(filled: TestInstallation, key: SignerKey) -> tuple[TestInstallation, bytes, Spares]:
    """300 entries, all of them signed; the newest checkpoint, and a backup."""
    note = sign(filled, key)
    return filled, note, backup_of(filled)


def mended(installation: TestInstallation, key: SignerKey, spares: Spares, seen: bytes | None = None) -> Mended:
    with psycopg.connect(installation.database.owner_dsn) as owner:
        done = mend(owner, installation.ledger_id, KnownKeys((key.verifier(),)), seen, spares)
    if done.anything:
        rebuild(installation.database.owner_dsn, installation.ledger_id)
    return done


def problems(installation: TestInstallation, key: SignerKey) -> list[tuple[int | None, str]]:
    with installation.connection() as connection:
        found = verify_database(connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding())
    return [(p.position, p.kind) for p in found.problems]


def alter(installation: TestInstallation, position: int, *, leaf: bool = False, tile: bool = False) -> None:
    """Changes one byte; on request recomputes the hash beside it, and the tile above it, as somebody clever would."""
    ledger = installation.ledger_id
    with installation.tampering("entry", "tile") as owner:
        row = owner.execute(
            "select body from entry where ledger_id = %s and position = %s", (ledger, position)
        ).fetchone()
        assert row is not None
        body = bytes(row[0]).replace(b'"software":"coign', b'"software":"cojgn')
        assert body != row[0]
        owner.execute("update entry set body = %s where ledger_id = %s and position = %s", (body, ledger, position))
        if leaf:
            owner.execute(
                "update entry set leaf = %s where ledger_id = %s and position = %s",
                (leaf_hash(body), ledger, position),
            )
        if tile:
            at = position % 256 * 32
            owner.execute(
                "update tile set hashes = overlay(hashes placing %s from %s) where ledger_id = %s and level = 0",
                (leaf_hash(body), at + 1, ledger),
            )


@pytest.mark.requirement("CSV-30", "CSV-01")
def test_one_changed_byte_is_put_back_and_the_record_opens_again(signed, key):
    installation, _, spares = signed
    alter(installation, 100)
    with installation.connection() as connection:
        assert start(connection, installation.ledger_id, log_keys=[key.verifier()])
    assert installation.read_only()

    done = mended(installation, key, spares)

    assert (done.entries, done.not_held, done.unproved) == ([100], [], "")
    assert not (done.hashes or done.indexed or done.keys or done.tiles or done.checkpoints or done.head)
    assert problems(installation, key) == []
    with installation.connection() as connection:
        assert start(connection, installation.ledger_id, log_keys=[key.verifier()]) == []
    installation.take_in("AFTER1")


@pytest.mark.requirement("CSV-30")
@pytest.mark.parametrize("tile", [False, True])
@pytest.mark.parametrize("position", [100, 290])
def test_bytes_whose_hashes_were_recomputed_are_put_back_too(signed, key, position, tile):
    installation, _, spares = signed
    alter(installation, position, leaf=True, tile=tile and position < 256)

    done = mended(installation, key, spares)

    assert done.entries == [position]
    assert done.tiles == (["0/0"] if tile and position < 256 else [])
    assert problems(installation, key) == []


@pytest.mark.requirement("CSV-30", "CSV-S2")
def test_a_deleted_row_comes_back_with_all_that_belongs_to_it(signed, key):
    installation, _, spares = signed
    with installation.tampering("entry", "entry_subject", "nonce") as owner:
        for table in ("entry", "entry_subject", "nonce"):
            owner.execute(f"delete from {table} where ledger_id = %s and position = 120", (installation.ledger_id,))

    done = mended(installation, key, spares)

    assert (done.entries, done.indexed, done.keys) == ([120], [120], [120])
    assert problems(installation, key) == []


@pytest.mark.requirement("CSV-30", "CSV-S2")
def test_entries_cut_off_at_the_end_come_back_when_their_checkpoint_lies_outside(signed, key):
    installation, note, spares = signed
    ledger = installation.ledger_id
    with installation.tampering("entry", "entry_subject", "nonce", "checkpoint") as owner:
        for table in ("entry", "entry_subject", "nonce"):
            owner.execute(f"delete from {table} where ledger_id = %s and position >= 298", (ledger,))
        owner.execute("delete from checkpoint where ledger_id = %s", (ledger,))
        rows = owner.execute("select body from entry where ledger_id = %s order by position", (ledger,)).fetchall()
        tree = Frontier()
        tree.extend(leaf_hash(bytes(row[0])) for row in rows)
        owner.execute(
            "update head set size = %s, frontier = %s where ledger_id = %s", (tree.size, tree.to_bytes(), ledger)
        )

    assert mended(installation, key, spares).unproved, "without the checkpoint outside nothing proves that they were"
    done = mended(installation, key, spares, seen=note)

    assert (done.entries, done.checkpoints, done.head) == ([298, 299], [300], True)
    assert problems(installation, key) == []
    assert installation.size() == 300


@pytest.mark.requirement("CSV-30")
def test_two_entries_that_changed_places_go_back(signed, key):
    installation, _, spares = signed
    with installation.tampering("entry") as owner:
        for old, new in ((50, -1), (51, 50), (-1, 51)):
            owner.execute(
                "update entry set position = %s where ledger_id = %s and position = %s",
                (new, installation.ledger_id, old),
            )

    done = mended(installation, key, spares)

    assert done.entries == [50, 51]
    assert problems(installation, key) == []


@pytest.mark.requirement("CSV-30")
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("update entry set leaf = sha256(body) where ledger_id = %s and position = 100", "hashes"),
        ("delete from entry_subject where ledger_id = %s and position = 100", "indexed"),
        ("update entry_subject set seq = 7 where ledger_id = %s and position = 100 and seq = 1", "indexed"),
        ("insert into claim values (%s, 'din', 'G123498654321', 'unit:X', 100)", "indexed"),
        ("update nonce set nonce = 'another' where ledger_id = %s and position = 100", "keys"),
        ("delete from tile where ledger_id = %s", "tiles"),
        ("update checkpoint set note = note || '\\x0a'::bytea where ledger_id = %s", "checkpoints"),
        ("delete from checkpoint where ledger_id = %s and size = 200", "checkpoints"),
        ("update head set size = 299 where ledger_id = %s", "head"),
        ("update head set frontier = '\\x00' where ledger_id = %s", "head"),
        ("delete from head where ledger_id = %s", "head"),
    ],
)
def test_what_stands_beside_the_entries_is_put_right_as_well(installation, key, statement, what):
    installation.fill(200 - installation.size())
    sign(installation, key)
    installation.fill(100, prefix="MORE")
    note = sign(installation, key)
    spares = backup_of(installation)
    with installation.tampering("entry", "entry_subject", "nonce", "tile", "checkpoint", "claim") as owner:
        owner.execute(statement, (installation.ledger_id,))

    done = mended(installation, key, spares, seen=note)

    assert not done.entries
    assert getattr(done, what)
    assert problems(installation, key) == []
    assert not mended(installation, key, spares, seen=note).anything, "there is nothing left to put right"


@pytest.mark.requirement("CSV-30")
def test_what_this_backup_does_not_hold_is_named_and_left(signed, key):
    installation, _, older = signed
    installation.fill(20, prefix="NEWER")
    sign(installation, key)
    alter(installation, 100)
    alter(installation, 310)

    done = mended(installation, key, older)

    assert (done.entries, done.not_held) == ([100], [310])
    assert problems(installation, key) == [(310, "changed")]


@pytest.mark.requirement("CSV-30")
def test_nothing_is_taken_from_a_backup_that_the_signed_tree_does_not_prove(signed, key):
    installation, _, spares = signed
    alter(installation, 100)
    forged = spares.entries()
    lie = forged[100].body.replace(b'"software":"coign', b'"software":"mine.')
    other = [*forged[:100], Spare(100, leaf_hash(lie), lie), *forged[101:]]
    before = problems(installation, key)

    done = mended(installation, key, replace(spares, entries=lambda: other))

    assert (done.entries, done.not_held) == ([], [100])
    assert not done.anything
    assert problems(installation, key) == before


@pytest.mark.requirement("CSV-30")
def test_a_backup_of_another_line_of_the_record_changes_nothing_where_hashes_are_gone_as_well(signed, key):
    installation, _, spares = signed
    alter(installation, 100, leaf=True, tile=True)
    alter(installation, 101, leaf=True, tile=True)
    half = spares.entries()[:101]

    done = mended(installation, key, replace(spares, entries=lambda: half))

    assert "another line" in done.unproved
    assert not done.anything
    assert problems(installation, key)


def test_a_record_that_signed_nothing_cannot_be_proved(filled, key):
    spares = backup_of(filled)
    alter(filled, 290)

    done = mended(filled, key, spares)

    assert "nothing here was signed" in done.unproved
    assert not done.anything


@pytest.mark.requirement("CSV-30")
def test_entries_that_are_not_signed_yet_are_put_back_as_far_as_the_head_proves_them(signed, key):
    installation, _, _ = signed
    installation.fill(10, prefix="TAIL")
    spares = backup_of(installation)
    alter(installation, 305)

    done = mended(installation, key, spares)

    assert done.entries == [305]
    assert problems(installation, key) == []


@pytest.mark.requirement("CSV-30")
def test_behind_the_signed_entries_a_damaged_head_proves_nothing(signed, key):
    installation, _, _ = signed
    installation.fill(10, prefix="TAIL")
    spares = backup_of(installation)
    alter(installation, 100)
    alter(installation, 305)
    with psycopg.connect(installation.database.owner_dsn) as owner:
        owner.execute(
            "update head set frontier = overlay(frontier placing %s from 20) where ledger_id = %s",
            (bytes(8), installation.ledger_id),
        )

    done = mended(installation, key, spares)

    assert done.entries == [100]
    assert (305, "changed") in problems(installation, key)
