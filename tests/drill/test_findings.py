"""A drill that could not find anything would show nothing: each kind of damage is made and must be found."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import psycopg
import pytest

from coign.drill import findings
from coign.drill.journal import Answered, Journal, carry, read
from coign.service import LEDGER_ID, Service, Settings, rehearsal


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[str, list[Answered]]]:
    """The owner's address of a small ledger, and what its callers were told."""
    pair = rehearsal.pairs(1)[0]
    with rehearsal.installation(callers=1) as (home, supervisor):
        answered = []
        with Service.open(settings=Settings(home=home, demonstration=False)) as service:
            for request in islice(rehearsal.hand_overs("F1", pair), 9):
                entry = service.door.perform(request).entries[0]
                answered.append(Answered(request.actor.person, request.nonce, entry.position, entry.leaf_hash.hex()))
        yield supervisor.start().owner_dsn, answered


@contextmanager
def _damaged(dsn: str, *statements: str) -> Iterator[psycopg.Connection]:
    """The ledger with changes that are rolled back afterwards: triggers are put aside, as an attacker would."""
    with psycopg.connect(dsn) as connection:
        for table in ("entry", "nonce", "entry_subject"):
            connection.execute(f"alter table {table} disable trigger append_only")
        for statement in statements:
            connection.execute(statement)
        yield connection
        connection.rollback()


def test_what_was_answered_stands_in_the_ledger(recorded):
    dsn, answered = recorded

    found = findings.look(dsn, LEDGER_ID, answered)

    assert found.ok, found
    assert found.found == found.acknowledged == 9


def test_an_answer_without_its_entry_is_lost(recorded):
    dsn, answered = recorded
    never = Answered(answered[0].person, "never-recorded", answered[-1].position, answered[-1].leaf)
    elsewhere = Answered(answered[0].person, answered[0].nonce, answered[0].position + 1, answered[0].leaf)
    other_content = Answered(answered[0].person, answered[0].nonce, answered[0].position, "00" * 32)

    for wrong in (never, elsewhere, other_content):
        found = findings.look(dsn, LEDGER_ID, [wrong])
        assert len(found.lost) == 1, wrong
        assert not found.ok


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "update entry set body = overlay(body placing '\\x20' from 3) where ledger_id = 1 and position = 6",
            "does not have the hash",
        ),
        ("update entry set body = '{}' where ledger_id = 1 and position = 6", "entry 6 cannot be read"),
        ("delete from entry where ledger_id = 1 and position = 6", "entry 6 is missing"),
        ("delete from nonce where ledger_id = 1 and position = 6", "entry without its key"),
        ("update nonce set position = 99999 where ledger_id = 1 and position = 6", "key without its entry"),
        ("update subject_head set seq = seq + 1 where subject = 'unit:F1'", "does not agree with its entries"),
        ("update head set size = size + 1 where ledger_id = 1", "the head says"),
        ("update head set frontier = '\\x00'::bytea where ledger_id = 1", "frontier"),
        ("update head set read_only = 'damaged' where ledger_id = 1", "read-only"),
        ("update state set body = '{}' where view = 'custody.holding'", "is not what its entries say"),
    ],
)
def test_each_kind_of_damage_is_found(recorded, statement, said):
    dsn, answered = recorded
    with _damaged(dsn, statement) as connection:
        found = findings.compare(connection, LEDGER_ID, answered)

    assert any(said in problem for problem in found.problems + found.lost), found


def test_one_request_that_stands_twice_is_doubled(recorded):
    dsn, answered = recorded
    again = (
        "insert into entry (ledger_id, position, leaf, body) "
        "select ledger_id, (select size from head where ledger_id = 1), leaf, body "
        "from entry where ledger_id = 1 and position = 6"
    )
    with _damaged(dsn, again) as connection:
        found = findings.compare(connection, LEDGER_ID, answered)

    assert len(found.doubled) == 1


def test_a_journal_cut_off_in_the_middle_of_a_line_forgets_only_that_line(tmp_path):
    requests = list(islice(rehearsal.hand_overs("J1", rehearsal.pairs(1)[0]), 3))
    carry(requests[:2], tmp_path / "journal")
    whole = (tmp_path / "journal").read_bytes()
    Journal(tmp_path / "journal").asked(requests[2])
    (tmp_path / "journal").write_bytes((tmp_path / "journal").read_bytes()[:-7])

    memory = read(tmp_path / "journal")

    assert memory.unanswered == requests[:2]
    assert (tmp_path / "journal").read_bytes().startswith(whole)
