"""Entries that commit to the last entries of all subjects: how they come about, what they prove, what they find."""

import time

import psycopg
import pytest
from tests.support.installation import TestInstallation

from coign.installation.views import Heads
from coign.kernel.errors import Forbidden, IntegrityFailure, Refused
from coign.ledger.entries import Entry
from coign.ledger.heads import PagesInDatabase, forget, step, way_of
from coign.ledger.verdict import Verification
from coign.ledger.verification import verify_database
from coign.perform import Request, Source
from coign.perform.assemble import folding
from coign.service.heads import ACTOR, HeadsKeeper, enter, entered, is_due
from coign_verify.absence import verify_absent
from coign_verify.growing import Frontier
from coign_verify.heads import verify_present
from coign_verify.signing import SignerKey
from coign_verify.tree import leaf_hash


def entering(installation: TestInstallation) -> Heads:
    """Let the record enter its heads; what it says of them then."""
    with installation.connection() as connection:
        enter(connection, installation.ledger_id, installation.door)
        return entered(connection, installation.ledger_id)


def commit_to(installation: TestInstallation, *, size: int, root: str, subjects: int) -> int:
    """Commit to a map as it is told, whatever it is."""
    command = {"size": size, "root": root, "subjects": subjects}
    request = Request("installation.enter_heads", ACTOR, f"told-{size}", command, source=Source.INSIDE)
    return installation.door.perform(request).position


def verify(installation: TestInstallation, key: SignerKey) -> Verification:
    with installation.connection() as connection:
        return verify_database(connection, installation.ledger_id, log_keys=[key.verifier()], folding=folding())


@pytest.mark.requirement("CSV-01")
def test_what_is_entered_proves_each_subjects_last_entry_and_that_there_is_no_other(filled, key):
    first = entering(filled)
    assert (first.size, first.position) == (300, 300)
    assert entering(filled) == first  # nothing was entered since but this itself
    filled.take_in("LATE")
    filled.do("custody.offer", filled.people["hospital-celllab"], unit="unit:LATE", to="organisation:maker", seal="S1")
    second = entering(filled)
    assert (second.size, second.position) == (303, 303)
    root = bytes.fromhex(second.root)
    with filled.connection() as connection:
        pages = PagesInDatabase(connection, filled.ledger_id)
        (end, proof), never = way_of(pages, "unit:LATE"), way_of(pages, "unit:NEVER")
    assert end is not None and (end.seq, end.position) == (2, 302)
    assert verify_present("unit:LATE", 2, 302, proof, root)
    assert not verify_present("unit:LATE", 1, 301, proof, root)
    assert verify_absent("unit:NEVER", *never, root) and not verify_absent("unit:LATE", *never, root)
    result = verify(filled, key)
    assert result.ok and any(line.startswith("2 roots of the heads of all subjects") for line in result.proved)


@pytest.mark.requirement("CSV-01")
def test_an_entry_that_the_owner_of_the_database_turns_into_one_about_something_else_is_found_by_the_heads(filled, key):
    newest = entering(filled)
    ledger = filled.ledger_id
    with psycopg.connect(filled.database.owner_dsn) as connection:
        (unit,) = connection.execute(
            "select subject from entry_subject where ledger_id = %s and position = 290 and seq is not null", (ledger,)
        ).fetchone()
    other = "unit:" + "Z" * (len(unit) - 5)
    with filled.tampering("entry", "entry_subject") as owner:
        (body,) = owner.execute("select body from entry where ledger_id = %s and position = 290", (ledger,)).fetchone()
        forged = body.replace(unit.encode(), other.encode())
        owner.execute(
            "update entry set body = %s, leaf = %s where ledger_id = %s and position = 290",
            (forged, leaf_hash(forged), ledger),
        )
        for table in ("entry_subject", "subject_head", "state"):
            owner.execute(
                f"update {table} set subject = %s where ledger_id = %s and subject = %s", (other, ledger, unit)
            )
        leaves = owner.execute("select leaf from entry where ledger_id = %s order by position", (ledger,)).fetchall()
        whole = Frontier()
        whole.extend(leaf for (leaf,) in leaves)
        owner.execute("update head set frontier = %s where ledger_id = %s", (whole.to_bytes(), ledger))
    found = verify(filled, key)
    assert [(p.position, p.kind) for p in found.problems] == [(newest.position, "invariant")]
    assert "do not give the root" in found.problems[0].detail


@pytest.mark.requirement("CSV-01")
def test_a_map_that_was_not_that_of_the_record_is_found_where_it_was_entered(installation, key):
    size = installation.size()
    wrong = commit_to(installation, size=size, root="ab" * 32, subjects=3)
    ahead = commit_to(installation, size=size + 50, root="ab" * 32, subjects=3)
    found = verify(installation, key)
    assert [(p.position, p.kind) for p in found.problems] == [(wrong, "invariant"), (ahead, "invariant")]


def test_heads_only_go_forward_and_nobody_but_the_record_enters_them(installation):
    newest = entering(installation)
    with pytest.raises(Refused, match="covered already"):
        commit_to(installation, size=newest.size, root="ab" * 32, subjects=3)
    with pytest.raises(Forbidden, match="is for ledger"):
        installation.do("installation.enter_heads", installation.people["admin-1"], size=99, root="ab" * 32, subjects=3)


@pytest.mark.parametrize("damage", ["a page below", "the first page", "all of it"])
def test_a_kept_map_that_is_damaged_or_gone_is_made_anew_from_the_entries(filled, key, damage):
    before = entering(filled)
    for number in range(40):
        filled.take_in(f"NEW{number}")
    with filled.connection() as connection:
        if damage == "all of it":
            forget(connection, filled.ledger_id)
        else:
            connection.execute(
                "update heads_page set parts = (select parts from heads_page where ledger_id = %(ledger)s "
                "and prefix = '0') where ledger_id = %(ledger)s and (prefix = '') = %(first)s and prefix <> '0'",
                {"ledger": filled.ledger_id, "first": damage == "the first page"},
            )
    after = entering(filled)
    assert after.size == before.position + 41
    assert verify(filled, key).ok


def test_nothing_is_committed_to_where_an_entry_is_missing(filled):
    with filled.tampering("entry") as owner:
        owner.execute("delete from entry where ledger_id = %s and position = 120", (filled.ledger_id,))
    with pytest.raises(IntegrityFailure, match="missing"):
        entering(filled)
    assert filled.size() == 300


def test_a_map_that_was_kept_and_not_entered_any_more_is_entered_next(filled, key):
    with filled.connection() as connection:
        assert step(connection, filled.ledger_id, 120)
        assert not step(connection, filled.ledger_id, 120)
    newest = entering(filled)
    with filled.connection() as connection:
        rows = connection.execute(
            "select position, body from entry where ledger_id = %s and position >= 300 order by position",
            (filled.ledger_id,),
        ).fetchall()
    assert [fact.size for row in rows for fact in Entry(*row).facts] == [120, 301]
    assert newest.size == 301 and verify(filled, key).ok


def test_they_are_due_after_a_time_or_after_many_entries():
    assert not is_due(9_999, 899.0) and is_due(10_000, 0.0) and is_due(1, 900.0)


def test_the_record_enters_them_by_itself_while_it_is_open(installation):
    keeper = HeadsKeeper(
        installation.database.application_dsn,
        installation.ledger_id,
        installation.door,
        look_s=0.01,
        due=lambda new, passed_s: new > 1,
    ).start()
    try:
        with installation.connection() as connection:
            while not entered(connection, installation.ledger_id).size:
                time.sleep(0.01)
    finally:
        keeper.stop()
