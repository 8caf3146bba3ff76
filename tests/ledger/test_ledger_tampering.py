"""Whatever the owner of the database does to the record behind everybody's back is found, and found where it is."""

import json
import re
from collections.abc import Callable, Sequence

import orjson
import psycopg
import pytest
from tests.support.installation import TestInstallation

from coign.kernel.errors import IntegrityFailure
from coign.ledger import schema
from coign.ledger.check import start, start_check
from coign.ledger.checkpoints import publish
from coign.ledger.log_keys import KeysHere
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.ledger.verify_command import command
from coign.perform.assemble import folding
from coign_verify.growing import Frontier
from coign_verify.signing import SignerKey
from coign_verify.tree import leaf_hash

NOW_US = 1_790_000_000_000_000
IN_TILE, IN_TAIL = 100, 290  # 300 entries: one complete tile, then entries that no tile holds yet

Tamper = Callable[[psycopg.Connection, int, int], None]


def verify(installation: TestInstallation, key: SignerKey) -> Verification:
    with installation.connection() as connection:
        return verify_database(connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding())


def _located(problems: Sequence[object]) -> set[tuple[int | None, str]]:
    return {(p.position, p.kind) for p in problems}  # type: ignore[attr-defined]


def _entry(owner: psycopg.Connection, ledger: int, position: int) -> tuple[bytes, bytes]:
    row = owner.execute("select leaf, body from entry where ledger_id = %s and position = %s", (ledger, position))
    leaf, body = row.fetchone() or (b"", b"")
    return leaf, body


def _put(owner: psycopg.Connection, ledger: int, position: int, leaf: bytes, body: bytes) -> None:
    owner.execute(
        "update entry set leaf = %s, body = %s where ledger_id = %s and position = %s", (leaf, body, ledger, position)
    )


def _rewritten(body: bytes) -> bytes:
    """Another version: still canonical, every field in its place, and nothing that an index knows of."""
    assert body.count(b'"software":"coign') == 1
    return body.replace(b'"software":"coign', b'"software":"other')


def one_byte(owner, ledger, position):
    leaf, body = _entry(owner, ledger, position)
    _put(owner, ledger, position, leaf, _rewritten(body))


def one_bit_of_the_hash(owner, ledger, position):
    leaf, body = _entry(owner, ledger, position)
    _put(owner, ledger, position, bytes([leaf[0] ^ 1]) + leaf[1:], body)


def white_space(owner, ledger, position):
    leaf, body = _entry(owner, ledger, position)
    _put(owner, ledger, position, leaf, body.replace(b":", b": ", 1))


def no_json(owner, ledger, position):
    leaf, _ = _entry(owner, ledger, position)
    _put(owner, ledger, position, leaf, b"\xff\x00")


def delete(owner, ledger, position):
    owner.execute("delete from entry where ledger_id = %s and position = %s", (ledger, position))


def swap(owner, ledger, position):
    one, two = _entry(owner, ledger, position), _entry(owner, ledger, position + 1)
    _put(owner, ledger, position, *two)
    _put(owner, ledger, position + 1, *one)


def replace(owner, ledger, position):
    _, body = _entry(owner, ledger, position)
    _put(owner, ledger, position, leaf_hash(_rewritten(body)), _rewritten(body))


def add(owner, ledger, position):
    _, body = _entry(owner, ledger, 299)
    added = body.replace(b'"position":299', b'"position":300')
    owner.execute("insert into entry values (%s, 300, %s, %s)", (ledger, leaf_hash(added), added))


AT_ITS_PLACE: list[tuple[Tamper, str]] = [
    (one_byte, "changed"), (one_bit_of_the_hash, "changed"), (white_space, "changed"), (no_json, "changed"),
    (delete, "missing"),
]  # fmt: skip


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("position", [IN_TILE, IN_TAIL])
@pytest.mark.parametrize(("tamper", "kind"), AT_ITS_PLACE)
def test_what_is_altered_or_deleted_is_located(filled, key, tamper, kind, position):
    with filled.tampering("entry") as owner:
        tamper(owner, filled.ledger_id, position)
    found = verify(filled, key)
    assert found.exit_code == 1
    assert (position, kind) in _located(found.problems)
    # Nothing else is accused, save by the head where no tile tells which of two hashes was the right one (from 288 on).
    assert {p.position for p in found.problems} <= {position, 288}


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("position", [IN_TILE, IN_TAIL])
def test_swapped_entries_are_both_located_and_nothing_else_is_accused(filled, key, position):
    with filled.tampering("entry") as owner:
        swap(owner, filled.ledger_id, position)
    assert _located(verify(filled, key).problems) == {(position, "reordered"), (position + 1, "reordered")}


@pytest.mark.requirement("CSV-01")
def test_an_added_entry_is_located(filled, key):
    with filled.tampering("entry") as owner:
        add(owner, filled.ledger_id, 300)
    assert _located(verify(filled, key).problems) == {(300, "added")}


@pytest.mark.requirement("CSV-01")
def test_an_entry_replaced_with_its_hash_recomputed_is_located_by_its_tile(filled, key):
    with filled.tampering("entry") as owner:
        replace(owner, filled.ledger_id, IN_TILE)
    assert _located(verify(filled, key).problems) == {(IN_TILE, "replaced")}


@pytest.mark.requirement("CSV-01")
def test_an_entry_replaced_where_there_is_no_tile_yet_is_bounded_by_the_head(filled, key):
    with filled.tampering("entry") as owner:
        replace(owner, filled.ledger_id, IN_TAIL)
    found = verify(filled, key)
    # 300 = 256 + 32 + 8 + 4: the head keeps a hash over the entries 288 to 295.
    assert _located(found.problems) == {(288, "replaced")}
    assert "288 to 295" in found.problems[0].detail


@pytest.mark.requirement("CSV-01")
def test_a_history_rewritten_with_all_its_hashes_is_bounded_by_the_checkpoints(installation, key):
    """Who can write all but sign nothing recomputes leaf, tile and head: what was signed tells when it changed."""
    with installation.connection() as connection:
        for size in (120, 290, 300):
            installation.fill(size - installation.size(), prefix=f"S{size}-")
            publish(connection, installation.ledger_id, KeysHere.of(key), NOW_US)
    ledger = installation.ledger_id
    with installation.tampering("entry", "tile") as owner:
        replace(owner, ledger, 200)
        leaves = [
            r[0] for r in owner.execute("select leaf from entry where ledger_id = %s order by position", (ledger,))
        ]
        tile, whole = Frontier(), Frontier()
        tile.extend(leaves[:256])
        whole.extend(leaves)
        owner.execute(
            "update tile set hashes = %s, root = %s where ledger_id = %s", (b"".join(leaves[:256]), tile.root(), ledger)
        )
        owner.execute("update head set frontier = %s where ledger_id = %s", (whole.to_bytes(), ledger))
    found = verify(installation, key)
    assert _located(found.problems) == {(120, "replaced")}
    assert "120 to 289" in found.problems[0].detail


@pytest.mark.requirement("CSV-01")
def test_a_record_cut_back_to_an_earlier_end_is_found_by_what_was_signed(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
    _cut_back(filled, 290)
    found = verify(filled, key)
    assert (290, "missing") in _located(found.problems)
    assert "300 entries were signed" in str(found.problems)


def _cut_back(installation: TestInstallation, size: int) -> None:
    ledger = installation.ledger_id
    with installation.tampering("entry", "entry_subject", "nonce") as owner:
        for table in ("entry", "entry_subject", "nonce"):
            owner.execute(f"delete from {table} where ledger_id = %s and position >= %s", (ledger, size))
        owner.execute("delete from state where ledger_id = %s and subject >= 'unit:FILL' ", (ledger,))
        leaves = [
            r[0] for r in owner.execute("select leaf from entry where ledger_id = %s order by position", (ledger,))
        ]
        frontier = Frontier()
        frontier.extend(leaves)
        owner.execute(
            "update head set size = %s, frontier = %s where ledger_id = %s", (size, frontier.to_bytes(), ledger)
        )


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("delete from entry_subject where ledger_id = %s and position = 100 and seq is not null", "read_model"),
        ("delete from entry_subject where ledger_id = %s and position = 100 and seq is null", "read_model"),
        ("insert into entry_subject select ledger_id, 'unit:FILL1', 100, 9 from head where ledger_id = %s",
         "read_model"),
        ("update entry_subject set seq = 7 where ledger_id = %s and position = 100 and seq is not null", "read_model"),
        ("update nonce set nonce = 'other' where ledger_id = %s and position = 100", "read_model"),
        ("insert into nonce select ledger_id, person, 'x', digest, position from nonce "
         "where ledger_id = %s and position = 100", "read_model"),
        ("insert into claim select ledger_id, 'donation', 'D1', 'unit:X', 100 from ledger where ledger_id = %s",
         "read_model"),
    ],
)  # fmt: skip
def test_indexes_that_say_something_else_than_the_entries_are_located(filled, key, statement, kind):
    with filled.tampering("entry_subject", "nonce", "claim") as owner:
        owner.execute(statement, (filled.ledger_id,))
    assert (100, kind) in _located(verify(filled, key).problems)


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(
    "statement",
    [
        "update state set body = replace(convert_from(body, 'UTF8'), 'hospital', 'maker')::bytea "
        "where ledger_id = %s and subject = 'unit:FILL83' and view = 'custody.holding'",
        "update subject_head set seq = 5 where ledger_id = %s and subject = 'unit:FILL83'",
        "delete from state where ledger_id = %s and subject = 'unit:FILL83'",
        "delete from subject_head where ledger_id = %s and subject = 'unit:FILL83'",
    ],
)
def test_states_that_are_not_what_the_entries_fold_to_are_located(filled, key, statement):
    position = 83 + filled.size() - _filled_entries(filled)
    with filled.tampering() as owner:
        owner.execute(statement, (filled.ledger_id,))
    assert _located(verify(filled, key).problems) == {(position, "read_model")}


def _filled_entries(installation: TestInstallation) -> int:
    with installation.connection() as connection:
        row = connection.execute(
            "select count(*) from subject_head where ledger_id = %s and starts_with(subject, 'unit:FILL')",
            (installation.ledger_id,),
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.requirement("CSV-01")
def test_a_state_of_a_subject_that_no_entry_is_about_is_found(filled, key):
    with filled.tampering() as owner:
        for name in ("unit:AAA", "unit:ZZZ"):
            owner.execute("insert into state values (%s, %s, 'custody.holding', 1, 1, '{}')", (filled.ledger_id, name))
    assert len(verify(filled, key).problems) == 2


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(
    "statement",
    [
        "update tile set hashes = set_byte(hashes, 3200, 1 + get_byte(hashes, 3200) %% 200) where ledger_id = %s",
        "update tile set root = set_byte(root, 0, 1 + get_byte(root, 0) %% 200) where ledger_id = %s",
        "delete from tile where ledger_id = %s",
        "insert into tile select ledger_id, 0, 7, hashes, root from tile where ledger_id = %s",
    ],
)
def test_a_damaged_tile_accuses_no_entry(filled, key, statement):
    with filled.tampering("tile") as owner:
        owner.execute(statement, (filled.ledger_id,))
    found = verify(filled, key)
    assert {p.kind for p in found.problems} == {"container"}


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("what", ["size", "frontier"])
def test_a_head_that_does_not_fit_its_entries_is_found(filled, key, what):
    with filled.tampering() as owner:
        if what == "size":
            owner.execute("update head set size = 299 where ledger_id = %s", (filled.ledger_id,))
        else:
            owner.execute("update head set frontier = %s where ledger_id = %s", (bytes(7), filled.ledger_id))
    assert verify(filled, key).exit_code == 1
    with filled.connection() as connection:
        assert start_check(connection, filled.ledger_id)


@pytest.mark.requirement("CSV-01")
def test_a_checkpoint_that_the_log_did_not_sign_is_found(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(SignerKey.generate(filled.origin)), NOW_US)
    assert {p.kind for p in verify(filled, key).problems} == {"signature"}
    with filled.connection() as connection:
        assert {p.kind for p in start_check(connection, filled.ledger_id, log_keys=[key.verifier()])} == {"signature"}


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("tamper", [one_byte, one_bit_of_the_hash, no_json, delete, swap, replace, add])
def test_the_start_finds_damage_among_the_newest_entries(filled, key, tamper):
    with filled.tampering("entry") as owner:
        tamper(owner, filled.ledger_id, IN_TAIL)
    with filled.connection() as connection:
        assert start_check(connection, filled.ledger_id, log_keys=[key.verifier()])


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain["about"][0].update(seq=2),
        lambda plain: plain["about"][0].update(prev=3),
        lambda plain: plain.update(time="2020-01-01T00:00:00.000000Z"),
        lambda plain: plain.update(ledger="test.example/elsewhere"),
    ],
)
def test_an_entry_that_contradicts_the_ones_before_it_is_located(filled, key, change):
    """Written in whole, hashes and all, by somebody who can: what it says still does not fit."""
    ledger, last = filled.ledger_id, 299
    with filled.tampering("entry") as owner:
        plain = orjson.loads(_entry(owner, ledger, last)[1])
        change(plain)
        body = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
        _put(owner, ledger, last, leaf_hash(body), body)
        leaves = [
            r[0] for r in owner.execute("select leaf from entry where ledger_id = %s order by position", (ledger,))
        ]
        frontier = Frontier()
        frontier.extend(leaves)
        head = (frontier.to_bytes(), plain["time"], ledger)
        owner.execute("update head set frontier = %s, last_time = %s where ledger_id = %s", head)
    found = verify(filled, key)
    assert found.problems and {p.position for p in found.problems} == {last}
    with filled.connection() as connection:
        assert start_check(connection, ledger)


# What is said when everything agrees


def test_an_untouched_record_verifies_and_says_what_it_shows(filled, key):
    with filled.connection() as connection:
        publish(connection, filled.ledger_id, KeysHere.of(key), NOW_US)
        assert start(connection, filled.ledger_id, log_keys=[key.verifier()]) == []
    found = verify(filled, key)
    assert (found.ok, found.exit_code, found.problems, found.witnesses) == (True, 0, [], [])
    assert found.entries == 300
    assert found.checkpoint is not None and found.checkpoint["size"] == 300
    assert any("no witness" in said for said in found.not_proved)
    assert not any("not covered by a signed checkpoint" in said for said in found.not_proved)


def test_a_refusal_and_its_repeats_verify_like_any_other_entry(installation, key):
    celllab = installation.people["hospital-celllab"]
    installation.take_in("B1")
    for _ in range(3):
        with pytest.raises(Exception, match="not being offered"):
            installation.do("custody.accept", celllab, unit="unit:B1", seal="S1")
    assert verify(installation, key).problems == []


def test_without_a_trusted_key_the_record_is_intact_but_of_unknown_origin(filled):
    with filled.connection() as connection:
        found = verify_database(connection, filled.ledger_id, log_keys=[], folding=folding())
    assert (found.ok, found.exit_code) == (False, 3)
    assert "unknown origin" in found.verdict


def test_the_command_prints_one_object_and_ends_with_its_exit_code(filled, key, capsys):
    dsn, text = filled.database.reader_dsn, key.verifier().text
    assert command(True, dsn, filled.ledger_id, text, folding()) == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {
        "ok", "what", "ledger", "entries", "checkpoint", "witnesses", "proved", "not_proved", "problems",
        "seconds", "entries_per_s", "processes",
    }  # fmt: skip
    with filled.tampering("entry") as owner:
        delete(owner, filled.ledger_id, IN_TILE)
    assert command(True, dsn, filled.ledger_id, text, folding()) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["problems"] == [{"position": IN_TILE, "kind": "missing", "detail": "there is no such entry"}]


def test_the_last_line_of_text_is_the_verdict_in_one_sentence(filled, key, capsys):
    assert command(False, filled.database.reader_dsn, filled.ledger_id, key.verifier().text, folding()) == 0
    shown = capsys.readouterr()
    assert re.fullmatch(r"Verifies: 300 entries of [^.]+\.example/\d+, .*\.", shown.out.splitlines()[-1])
    assert "a second" in shown.err


def test_unusable_keys_unknown_ledgers_and_silent_databases_are_told_apart(filled, capsys):
    dsn = filled.database.reader_dsn
    assert command(False, dsn, filled.ledger_id, "no key", folding()) == 2
    assert command(False, dsn, 2_000_000_001, "", folding()) == 1
    assert command(False, "host=/nonexistent dbname=coign", filled.ledger_id, "", folding()) == 4
    assert "Traceback" not in capsys.readouterr().out


# Rights


@pytest.mark.requirement("CSV-06")
@pytest.mark.parametrize("table", schema.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["update {} set ledger_id = ledger_id", "delete from {}", "truncate {} cascade"])
def test_neither_the_application_nor_the_owner_changes_the_record(filled, table, statement):
    for dsn in (filled.database.application_dsn, filled.database.owner_dsn):
        with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(table))


@pytest.mark.requirement("CSV-06")
def test_the_start_refuses_a_role_that_can_do_more(filled):
    with psycopg.connect(filled.database.owner_dsn) as owner:
        owner.autocommit = True
        with pytest.raises(IntegrityFailure, match="can change the record"):
            start(owner, filled.ledger_id)
        owner.execute("grant update on entry to coign_app")
        try:
            with filled.connection() as connection, pytest.raises(IntegrityFailure, match="may UPDATE entry"):
                start(connection, filled.ledger_id)
        finally:
            owner.execute("revoke update on entry from coign_app")
    with filled.connection() as connection:
        assert start(connection, filled.ledger_id) == []
