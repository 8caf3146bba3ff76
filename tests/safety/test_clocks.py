"""Legal clocks: civil days in the declared zone, elapsed hours, and every row of the clocks as a vector."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign import rulesets
from coign.kernel.values import Instant
from coign.safety.clocks.civil import day_zero, due, end_of_day

RULES = rulesets.load()
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def _day(text: str) -> Instant:
    return Instant.parse(f"{text}T12:00:00Z")


@pytest.mark.requirement("PAT-05", "PAT-09", "REG-03")
@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-12-18", 7, "2026-12-25"),
        ("2026-12-18", 15, "2027-01-02"),
        ("2026-12-18", 45, "2027-02-01"),
        ("2026-12-18", 90, "2027-03-18"),
        ("2028-02-26", 7, "2028-03-04"),
        ("2026-02-26", 7, "2026-03-05"),
    ],
)
def test_days_are_calendar_days_over_holidays_leap_days_and_summer_time(start: str, days: int, end: str) -> None:
    for zone in (BERLIN, NEW_YORK, "UTC", "Asia/Kathmandu"):
        found = due(_day(start), Decimal(days), "d", zone)
        assert day_zero(found, zone) == date.fromisoformat(end)
        assert day_zero(found.plus(microseconds=1), zone) > date.fromisoformat(end)


@pytest.mark.requirement("PAT-09")
def test_a_day_ends_in_the_zone_of_who_reports() -> None:
    late_in_berlin = Instant.parse("2026-12-18T23:40:00+01:00")
    assert day_zero(late_in_berlin, BERLIN) == date(2026, 12, 18)
    assert day_zero(late_in_berlin, "Asia/Tokyo") == date(2026, 12, 19)
    assert end_of_day(date(2026, 12, 25), BERLIN) == "2026-12-25T22:59:59.999999Z"
    assert end_of_day(date(2026, 7, 1), NEW_YORK) == "2026-07-02T03:59:59.999999Z"


@pytest.mark.requirement("PAT-09")
def test_days_with_23_and_25_hours_are_days() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25)):
        before = end_of_day(date.fromordinal(day.toordinal() - 1), BERLIN)
        assert end_of_day(day, BERLIN).minutes_since(before) == hours * 60


@pytest.mark.requirement("PAT-06", "REG-03")
def test_hours_are_elapsed_hours_whatever_the_clock_on_the_wall_does() -> None:
    before_spring = Instant.parse("2026-03-28T20:00:00Z")
    assert due(before_spring, Decimal(24), "h", BERLIN) == Instant.parse("2026-03-29T20:00:00Z")


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),  # noqa: DTZ001 - the zone is given below
    st.integers(1, 90),
    st.sampled_from([BERLIN, NEW_YORK, "Asia/Tokyo", "America/St_Johns"]),
)
def test_a_clock_of_days_leaves_at_least_that_many_days(moment: datetime, days: int, zone: str) -> None:
    anchor = Instant.of(moment.replace(tzinfo=UTC))
    left = due(anchor, Decimal(days), "d", zone).minutes_since(anchor) / 1440
    assert days - 0.05 <= left <= days + 1.05


#: Annex D of the requirements, written down a second time and apart from the rule set.
ROWS = [
    ("susar", "US", "15", "d"), ("follow_up", "US", "15", "d"), ("susar_fatal", "US", "7", "d"),
    ("susar_fatal", "EU", "7", "d"), ("susar_fatal_complete", "EU", "15", "d"), ("susar", "EU", "15", "d"),
    ("investigator", "EU", "24", "h"), ("serious_unexpected", "US", "15", "d"), ("serious", "EU", "15", "d"),
    ("non_serious", "EU", "90", "d"), ("product_deviation", "US", "45", "d"), ("tissue_deviation", "US", "45", "d"),
    ("tissue_reaction", "US", "15", "d"), ("illegitimate_product", "US", "24", "h"),
    ("exceptional_supply", "EU", "48", "h"), ("class_1_defect", "EU", "24", "h"), ("serious_breach", "EU", "7", "d"),
    ("unexpected_event", "EU", "15", "d"), ("urgent_measure", "EU", "7", "d"), ("data_breach", "EU", "72", "h"),
    ("data_breach", "US", "60", "d"),
]  # fmt: skip


@pytest.mark.requirement("REG-03", "PAT-05", "PAT-06", "PAT-07")
@pytest.mark.parametrize(("clock", "jurisdiction", "value", "unit"), ROWS)
def test_every_row_of_the_clocks_stands_in_the_rule_set(clock: str, jurisdiction: str, value: str, unit: str) -> None:
    rule = RULES.rule(f"safety.clock.{clock}", _day("2026-06-01"), jurisdiction)
    assert (rule.value, rule.unit, rule.jurisdiction) == (value, unit, jurisdiction)


@pytest.mark.requirement("PAT-08")
def test_a_clock_of_one_jurisdiction_runs_in_no_other() -> None:
    for clock, jurisdiction in (("tissue_reaction", "EU"), ("non_serious", "US"), ("serious_unexpected", "EU")):
        with pytest.raises(KeyError):
            RULES.rule(f"safety.clock.{clock}", _day("2026-06-01"), jurisdiction)
