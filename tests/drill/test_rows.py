"""What the owner of the database changes in a row is found, or the drill says why nothing has to find it."""

import psycopg
import pytest

from coign.database import Database
from coign.drill import rows
from coign.drill.rows import COVERED, KEYS, NOT_COVERED, Change, is_located
from coign.drill.scratch import scratch
from coign.ledger.shutting import Problem
from coign.ledger.verdict import Verification


@pytest.mark.requirement("CSV-S2", "CSV-01")
def test_every_change_of_a_row_is_found_and_located_and_what_no_check_covers_is_told_as_missed():
    with scratch() as (dsn, small, tiled), psycopg.connect(dsn, autocommit=True) as connection:
        said = rows.changes(connection, small, tiled, 60, seed=5).to_json()
        # The drill itself can fail: with a column among those it changes that nothing looks at, it does.
        missed = rows.changes(connection, small, tiled, 3, seed=1, covered={"nonce": ("digest",)}).to_json()
    assert said["ok"], said
    assert said["tried"] == said["found"] == said["located"] == 60
    assert len(said["kinds"]) > 10
    assert (missed["ok"], missed["tried"], missed["found"], len(missed["missed"])) == (False, 3, 0, 3)


def test_every_column_of_the_ledgers_tables_is_changed_or_said_not_to_be(database: Database):
    with psycopg.connect(database.owner_dsn) as owner:
        columns = owner.execute(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not attisdropped"
        ).fetchall()
    said = {name.strip() for key in NOT_COVERED for name in key.replace("(", ",").split(",")}
    for table, column in columns:
        if column == "ledger_id" or table in NOT_COVERED:
            continue
        if table in COVERED:
            known = {*COVERED[table], *KEYS[table]}
            assert column in known or f"{table}.{column}" in said, f"{table}.{column}"


@pytest.mark.parametrize(
    ("problem", "located"),
    [
        (Problem(7, "changed", "its bytes do not give its leaf hash"), True),
        (Problem(6, "changed", "its bytes do not give its leaf hash"), False),
        (Problem(0, "replaced", "of the entries 0 to 15, one or more do not give the head's hash"), True),
        (Problem(8, "replaced", "of the entries 8 to 15, one or more do not give the head's hash"), False),
        (Problem(None, "read_model", "something is stored for unit:A, but no entry is about it"), True),
    ],
)
def test_a_change_is_located_where_a_problem_names_its_place(problem, located):
    change = Change("k", "w", at=frozenset({7}), names=frozenset({"unit:A"}))
    answer = Verification(ok=False, what="database", ledger="l", entries=20, checkpoint=None, problems=[problem])
    assert is_located(change, answer) is located
