"""A clock that is wrong: what the words of a shut record and the entry that resumes it tell (CSV-38)."""

from collections.abc import Iterator

import orjson
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.installation import LIMITS, TestInstallation

from coign.database import Database
from coign.installation.trouble import Trouble, found_in, of_clock
from coign.kernel.errors import Refused
from coign.kernel.values import Instant
from coign.ledger.clock import ClockWrong, SimulatedClock, SystemClock

NOON_US = Instant("2026-03-12T12:00:00.000000Z").us
HOUR_US = 3_600_000_000
times_us = st.integers(0, 4_000_000_000_000_000)


class Hands:
    """A wall clock and a steady one, moved by hand."""

    def __init__(self) -> None:
        self.wall_us, self.steady_us = NOON_US, 0

    def clock(self) -> SystemClock:
        return SystemClock(LIMITS, wall_us=lambda: self.wall_us, steady_us=lambda: self.steady_us)

    def pass_us(self, wall_us: int, steady_us: int) -> None:
        self.wall_us += wall_us
        self.steady_us += steady_us


@given(expected_us=times_us, shown_us=times_us)
def test_what_people_read_tells_all_that_the_entry_will_tell(expected_us: int, shown_us: int) -> None:
    trouble = of_clock(expected_us=expected_us, shown_us=shown_us)
    assert found_in(trouble.words) == trouble


def test_anything_else_that_shuts_a_record_is_the_record_itself() -> None:
    assert found_in("the record does not verify: entry 12 changed: hash differs") == Trouble(kind="record")
    assert found_in("the clock stopped") == Trouble(kind="record")
    assert found_in("") is None


@pytest.mark.requirement("CSV-38")
@pytest.mark.parametrize(
    ("jump_us", "kind", "difference_ms"),
    [
        (HOUR_US, "clock_ahead", 3_600_000),
        (-HOUR_US, "clock_behind", 3_600_000),
        (60_000_001, "clock_ahead", 60_000),
        (-2_000_500, "clock_behind", 2_000),
        (60_000_000, None, None),
        (-2_000_000, None, None),
    ],
)
def test_a_clock_is_wrong_beyond_the_limit_and_says_by_how_much(
    jump_us: int, kind: str | None, difference_ms: int | None
) -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_us(HOUR_US + jump_us, HOUR_US)
    if kind is None:
        assert clock.now_us() == NOON_US + HOUR_US + jump_us
        return
    with pytest.raises(ClockWrong) as wrong:
        clock.now_us()
    trouble = wrong.value.trouble
    assert (trouble.kind, trouble.difference_ms) == (kind, difference_ms)
    assert trouble.expected == "2026-03-12T13:00:00.000000Z"
    assert trouble.shown == Instant.of_us(NOON_US + HOUR_US + jump_us)


@pytest.mark.requirement("CSV-38")
def test_a_clock_behind_the_last_entry_says_so_in_the_time_of_its_record() -> None:
    hands = Hands()
    with pytest.raises(ClockWrong) as wrong:
        hands.clock().check_against(NOON_US + 5_000_000)
    assert (wrong.value.trouble.kind, wrong.value.trouble.difference_ms) == ("clock_behind", 5_000)
    simulated = SimulatedClock(hands.clock(), lambda: 24 * HOUR_US)
    with pytest.raises(ClockWrong) as wrong:
        simulated.check_against(NOON_US - 23 * HOUR_US)
    assert wrong.value.trouble.expected == "2026-03-11T13:00:00.000000Z"
    hands.pass_us(-HOUR_US, 0)
    with pytest.raises(ClockWrong) as wrong:
        simulated.now_us()
    assert wrong.value.trouble.shown == "2026-03-11T11:00:00.000000Z"


# At the door


@pytest.fixture
def place(database: Database) -> Iterator[TestInstallation]:
    with TestInstallation(database) as installation:
        yield installation.set_up()


def shut(place: TestInstallation, reason: str) -> None:
    with place.connection() as connection:
        connection.execute("update head set read_only = %s where ledger_id = %s", (reason, place.ledger_id))


AHEAD = of_clock(expected_us=NOON_US, shown_us=NOON_US + HOUR_US)


@pytest.mark.requirement("CSV-38", "CSV-18")
def test_two_people_resume_and_the_entry_tells_what_was_wrong(place: TestInstallation) -> None:
    shut(place, AHEAD.words)
    place.do("installation.propose_resume", place.people["admin-1"], finding="the time server was wrong")
    done = place.do("installation.agree_to_resume", place.people["admin-2"])
    assert place.read_only() == ""
    with psycopg.connect(place.database.reader_dsn) as connection:
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (place.ledger_id, done.position)
        ).fetchone()
    assert row is not None
    (fact,) = orjson.loads(row[0])["intent"]["facts"]
    assert fact["type"] == "ledger.resumed.v1"
    assert fact["body"]["found"] == {
        "kind": "clock_ahead",
        "difference_ms": 3_600_000,
        "expected": "2026-03-12T12:00:00.000000Z",
        "shown": "2026-03-12T13:00:00.000000Z",
    }


@pytest.mark.requirement("CSV-38")
def test_what_nobody_looked_at_is_not_resumed_from(place: TestInstallation) -> None:
    shut(place, AHEAD.words)
    place.do("installation.propose_resume", place.people["admin-1"], finding="the time server was wrong")
    shut(place, "the record does not verify: entry 3 changed: its hash differs")
    with pytest.raises(Refused) as no:
        place.do("installation.agree_to_resume", place.people["admin-2"])
    assert [g.gate for g in no.value.gates] == ["installation.shut_for_what_was_proposed"]
    assert "entry 3 changed" in no.value.gates[0].message
    assert place.read_only()
