"""States written by a version with other views are folded anew before anything is written."""

import psycopg
from tests.support.installation import TestInstallation

from coign.database import Database
from coign.perform.assemble import folding
from coign.service.rebuilding import bring_up_to_date


def _states(place: TestInstallation) -> list[tuple[object, ...]]:
    with psycopg.connect(place.database.reader_dsn) as connection:
        return connection.execute(
            "select subject, view, fold, body from state where ledger_id = %s order by 1, 2", (place.ledger_id,)
        ).fetchall()


def test_an_empty_ledger_only_notes_its_views(database: Database) -> None:
    with TestInstallation(database) as place:
        assert not bring_up_to_date(database.owner_dsn, place.ledger_id)
        assert not bring_up_to_date(database.owner_dsn, place.ledger_id)


def test_a_view_that_is_new_gets_its_states_before_anything_is_written(database: Database) -> None:
    with TestInstallation(database) as place:
        place.set_up()
        place.take_in("B1")
        bring_up_to_date(database.owner_dsn, place.ledger_id)
        before = _states(place)
        with psycopg.connect(database.owner_dsn) as owner:  # as the version before this view left it
            owner.execute("delete from state where ledger_id = %s and view = 'custody.holding'", (place.ledger_id,))
            owner.execute("delete from fold where ledger_id = %s and view = 'custody.holding'", (place.ledger_id,))
        assert bring_up_to_date(database.owner_dsn, place.ledger_id)
        assert _states(place) == before
        assert {str(row[1]) for row in before} <= set(folding().views)
