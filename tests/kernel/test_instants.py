"""Instants: one spelling, whatever the calendar; what nobody can have meant is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.kernel.values import Instant


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_is_written_in_the_same_width_and_read_back(moment: datetime) -> None:
    instant = Instant.of(moment)
    assert len(instant) == len("2026-03-12T09:42:00.000000Z")
    assert instant.moment == moment
    assert Instant.of_us(instant.us) == instant


@pytest.mark.parametrize(
    "text",
    [
        "0552-07-16T05:30:15+07:42", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "1799-12-31T23:59:59.000000Z", "2400-01-01T00:00:00.000000Z",
    ],
)  # fmt: skip
def test_a_year_that_nobody_can_have_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="between the years 1800 and 2399"):
        Instant.parse(text)


@pytest.mark.parametrize(
    "text", ["2026-03-12T09:42:00", "2026-13-12T09:42:00Z", "yesterday", "2026-02-30T00:00:00.000000Z"]
)
def test_what_is_no_time_or_has_no_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        Instant.parse(text)
