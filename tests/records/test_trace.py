"""From a lot to every patient and from a patient to every lot: both ways find the same, and nobody sees too much."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from coign.database import Database
from coign.records import create_tables
from coign.records.edges import Edge, edges_of
from coign.records.trace import walk
from coign.records.working import LASTS

_ledgers = count(1 << 29)


@pytest.fixture
def lines(database: Database) -> Iterator[Any]:
    """Draws lines in a ledger of their own."""
    with psycopg.connect(database.owner_dsn, autocommit=True) as owner:
        create_tables(owner)
        ledger_id = next(_ledgers)

        def draw(*edges: tuple[Any, ...]) -> tuple[Any, int]:
            with owner.cursor() as cursor:
                cursor.executemany(
                    "insert into records.edge (ledger_id, upper, lower, how, position, newest) "
                    "values (%s, %s, %s, %s, %s, %s)",
                    [
                        (ledger_id, upper, lower, how[0] if how else "made", number, how[1] if len(how) > 1 else number)
                        for number, (upper, lower, *how) in enumerate(edges)
                    ],
                )
            return owner, ledger_id

        yield draw
        owner.execute("delete from records.edge where ledger_id = %s", (ledger_id,))


THERAPIES = 40


def story() -> list[tuple[str, str]]:
    """Forty therapies; every second one had a reagent of lot L1."""
    found = []
    for n in range(THERAPIES):
        found += [
            (f"patient:P{n}", f"chain:C{n}"), (f"chain:C{n}", f"unit:A{n}"), (f"unit:A{n}", f"batch:B{n}"),
            (f"lot:L{n % 2}", f"batch:B{n}"), (f"batch:B{n}", f"unit:F{n}"), (f"batch:B{n}", f"unit:S{n}"),
            (f"unit:F{n}", f"patient:P{n}"),
        ]  # fmt: skip
    return found


@pytest.mark.requirement("TRC-01", "GMP-S7")
def test_a_lot_leads_to_every_patient_it_touched_and_each_of_them_leads_back(lines: Any) -> None:
    owner, ledger_id = lines(*story())
    down = {hit.subject: hit for hit in walk(owner, ledger_id, "lot:L1")}
    touched = {f"patient:P{n}" for n in range(1, THERAPIES, 2)}
    assert {s for s in down if s.startswith("patient:")} == touched
    assert down["patient:P3"].path == ("lot:L1", "batch:B3", "unit:F3", "patient:P3")
    leads_back = {
        f"patient:P{n}"
        for n in range(THERAPIES)
        if "lot:L1" in {hit.subject for hit in walk(owner, ledger_id, f"patient:P{n}", back=True)}
    }
    assert leads_back == touched


@pytest.mark.requirement("TRC-01")
def test_both_ways_agree_for_every_pair(lines: Any) -> None:
    owner, ledger_id = lines(*story()[:28])
    things = {thing for edge in story()[:28] for thing in edge}
    down = {(a, hit.subject) for a in things for hit in walk(owner, ledger_id, a)}
    up = {(hit.subject, b) for b in things for hit in walk(owner, ledger_id, b, back=True)}
    assert down == up and ("lot:L1", "patient:P3") in down


@pytest.mark.requirement("CSV-04", "TRC-26")
def test_what_a_reader_may_not_know_is_neither_told_nor_walked_through(lines: Any) -> None:
    owner, ledger_id = lines(*story())
    asked: list[int] = []

    def without_batches(found: Any) -> Any:
        asked.append(len(found))
        return [s for s in found if not s.startswith("batch:")]

    assert walk(owner, ledger_id, "lot:L1", may_know=without_batches) == []
    assert asked == [20], "asked once for a whole step, never for each row"


def test_only_what_was_entered_since_is_told(lines: Any) -> None:
    owner, ledger_id = lines(("lot:L1", "batch:B1"), ("lot:L1", "batch:B2"))
    assert [hit.subject for hit in walk(owner, ledger_id, "lot:L1", since=1)] == ["batch:B2"]


def test_what_was_touched_before_and_again_since_is_told_with_the_later_entry(lines: Any) -> None:
    owner, ledger_id = lines(("equipment:E", "batch:B1", "used in", 7), ("equipment:E", "batch:B2", "used in"))
    (hit,) = walk(owner, ledger_id, "equipment:E", since=5)
    assert (hit.subject, hit.entries) == ("batch:B1", (7,))
    assert len(walk(owner, ledger_id, "equipment:E", since=8)) == 0


def test_what_lies_in_a_tank_still_was_touched_since_whenever_it_came_and_what_was_taken_out_was_not(
    lines: Any,
) -> None:
    tank = ("equipment:T", "box:B", "stands in")
    owner, ledger_id = lines(tank, ("box:B", "unit:IN", "kept in", LASTS), ("box:B", "unit:OUT", "kept in", 3))
    found = {hit.subject: hit.entries for hit in walk(owner, ledger_id, "equipment:T", since=9)}
    assert found == {"unit:IN": (0, 1)}, "the box itself is only passed: nothing touched it since"


def test_whoever_had_a_batch_in_hand_late_leads_to_bags_and_patients_of_it_from_before(lines: Any) -> None:
    owner, ledger_id = lines(
        ("batch:B", "unit:F", "made in"), ("unit:F", "patient:P", "given to"), ("lot:L", "batch:B", "went into"),
        ("person:ana", "batch:B", "handled"), ("person:ana", "batch:EARLY", "handled", 3),
    )  # fmt: skip
    assert {h.subject for h in walk(owner, ledger_id, "person:ana", since=3)} == {
        "batch:B", "unit:F", "patient:P", "batch:EARLY",
    }  # fmt: skip
    assert [h.subject for h in walk(owner, ledger_id, "lot:L", since=3)] == [], "it went in before"


def test_a_circle_ends(lines: Any) -> None:
    owner, ledger_id = lines(("unit:A", "unit:B"), ("unit:B", "unit:A"))
    assert [hit.subject for hit in walk(owner, ledger_id, "unit:A")] == ["unit:B"]


def test_hands_rooms_and_materials_are_lines_too() -> None:
    started = ("manufacturing.batch_started.v1", {"unit": "unit:A", "batch": "batch:B", "room": "room:R"})
    stepped = ("manufacturing.step_completed.v1", {"batch": "batch:B", "lots": ["lot:L1", "lot:L2"]})
    drawn = set(edges_of([started, stepped], "person:otto"))
    assert drawn >= {
        Edge("unit:A", "batch:B", "went into"), Edge("room:R", "batch:B", "made in", lasts=True),
        Edge("lot:L2", "batch:B", "went into"), Edge("person:otto", "batch:B", "handled"),
    }  # fmt: skip


@pytest.mark.requirement("TRC-01", "TRC-23")
def test_a_lot_of_the_chair_leads_to_the_therapy_and_to_everything_made_of_its_cells(lines: Any) -> None:
    facts = [
        ("collection.started.v1", {"chain": "chain:C", "equipment": "equipment:E", "lots": ["lot:KIT", "lot:ACD"]}),
        ("identity.unit_created.v1", {"unit": "unit:A", "chain": "chain:C", "batch": None, "parents": []}),
        ("identity.unit_created.v1", {"unit": "unit:B", "chain": "chain:C", "batch": None, "parents": ["unit:A"]}),
        ("infusion.finished.v1", {"unit": "unit:B", "patient": "patient:P"}),
    ]
    owner, ledger_id = lines(*((e.upper, e.lower) for e in edges_of(facts, "person:otto")))
    found = {hit.subject for hit in walk(owner, ledger_id, "lot:ACD")}
    assert found == {"chain:C", "unit:A", "unit:B", "patient:P"}
    old = {"chain": "chain:C", "equipment": "equipment:E", "kit_lot": "K1"}
    assert [e.upper for e in edges_of([("collection.started.v1", old)], "")] == ["equipment:E", ""]


@pytest.mark.requirement("GMP-09", "TRC-01")
def test_a_device_leads_to_the_batches_and_bags_of_a_period_and_a_bag_leads_back_to_its_devices(lines: Any) -> None:
    def batch(name: str) -> list[Edge]:
        facts = [
            ("manufacturing.batch_started.v1", {"batch": f"batch:{name}", "unit": f"unit:A-{name}", "room": "room:R"}),
            (
                "manufacturing.step_completed.v1",
                {"batch": f"batch:{name}", "lots": [], "equipment": ["equipment:counter", f"equipment:only-{name}"]},
            ),
            ("identity.unit_created.v1", {"unit": f"unit:F-{name}", "batch": f"batch:{name}", "parents": []}),
            ("storage.box_set_up.v1", {"tank": "equipment:tank", "box": f"box:{name}"}),
            ("storage.placed.v1", {"unit": f"unit:F-{name}", "box": f"box:{name}"}),
        ]
        return list(edges_of(facts, "person:otto"))

    first, second = batch("1"), batch("2")
    owner, ledger_id = lines(*dict.fromkeys((edge.upper, edge.lower) for edge in (*first, *second)))
    down = {hit.subject for hit in walk(owner, ledger_id, "equipment:counter")}
    assert {"batch:1", "batch:2", "unit:F-1", "unit:F-2"} <= down and "unit:A-1" not in down
    since = {hit.subject for hit in walk(owner, ledger_id, "equipment:counter", since=len(set(first)))}
    assert {"batch:2", "unit:F-2"} <= since and not {"batch:1", "unit:F-1"} & since
    devices = {h.subject for h in walk(owner, ledger_id, "unit:F-1", back=True) if h.subject.startswith("equipment:")}
    assert devices == {"equipment:counter", "equipment:only-1", "equipment:tank"}
