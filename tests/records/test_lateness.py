"""Which entries count as late: judged by the rule of their day, in both directions."""

import orjson
import pytest

from coign import rulesets
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.records.lateness import claimed_in

ENTERED = Instant("2026-03-12T12:00:00.000000Z")


def entry(claimed: str | None) -> Entry:
    return Entry(7, orjson.dumps({"time": ENTERED, "intent": {"claimed_time": claimed}}))


@pytest.mark.requirement("CSV-S1", "GMP-18")
@pytest.mark.parametrize(
    ("claimed", "minutes_later", "late"),
    [
        ("2026-03-12T11:55:00.000000Z", 5, False),
        ("2026-03-12T11:54:59.999999Z", 5, True),
        ("2026-03-11T12:00:00.000000Z", 24 * 60, True),
        ("2026-03-12T12:05:00.000000Z", -5, False),
        ("2026-03-12T12:12:30.000000Z", -12, True),
    ],
)
def test_more_than_five_minutes_from_the_records_own_time_is_a_late_entry(
    claimed: str, minutes_later: int, late: bool
) -> None:
    found = claimed_in(entry(claimed), rulesets.load())
    assert found is not None
    assert (found.at, found.minutes_later, found.late) == (claimed, minutes_later, late)


def test_who_claims_nothing_is_not_late() -> None:
    assert claimed_in(entry(None), rulesets.load()) is None
