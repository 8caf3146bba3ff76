"""A look at an identity is an entry of the access ledger."""

from collections.abc import Iterator

import orjson
import psycopg
import pytest
from tests.support.installation import LIMITS, MemorySealer, create_ledger, fresh_ledger_id

from coign.database import Database
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.ledger.clock import SystemClock
from coign.perform import Door, Request
from coign.perform.assemble import Place, access_door

NURSE = Actor(Person("person:nurse-1"), "nurse", Organisation("organisation:hospital"))


@pytest.fixture
def place(database: Database) -> Place:
    ledger_id = fresh_ledger_id()
    create_ledger(database, ledger_id, f"test.example/access/{ledger_id}")
    return Place(database.application_dsn, ledger_id, f"test.example/access/{ledger_id}")


@pytest.fixture
def door(place: Place) -> Iterator[Door]:
    opened = access_door(place, clock=SystemClock(LIMITS), sealer=MemorySealer(), digest_key=b"k" * 32)
    yield opened
    opened.close()


@pytest.mark.requirement("CSV-42")
def test_every_patient_shown_on_a_page_is_named_in_one_entry(door: Door, place: Place) -> None:
    looked = {"patients": ["patient:AAAA", "patient:BBBB"], "page": "/"}
    done = door.perform(Request("access.look", NURSE, "page-view-1", looked))
    with psycopg.connect(place.dsn) as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (place.ledger_id, done.position)
        ).fetchone()
    assert row is not None
    entry = orjson.loads(row[0])
    assert [a["subject"] for a in entry["about"]] == ["patient:AAAA", "patient:BBBB"]
    assert entry["intent"]["actor"]["person"] == "person:nurse-1"
    assert entry["intent"]["facts"][0]["body"]["page"] == "/"


def test_a_page_view_repeated_under_its_key_is_one_look(door: Door) -> None:
    request = Request("access.look", NURSE, "page-view-2", {"patients": ["patient:AAAA"], "page": "/"})
    assert door.perform(request).position == door.perform(request).position
