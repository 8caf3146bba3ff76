"""How long ago enough witnesses saw the record is said in words with a shape, by limits of a dated rule."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.site import Site

from coign.ledger.cosignatures import freshness
from coign.web.witnessed import Stamp, Witnessed

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(minutes=15), "fresh"),
        (timedelta(minutes=15, seconds=1), "late"),
        (timedelta(hours=4), "late"),
        (timedelta(hours=4, seconds=1), "stale"),
        (timedelta(seconds=-30), "fresh"),  # by the witness's own clock
    ],
)
def test_signatures_are_late_and_then_too_old_by_the_limits_of_the_house(age: timedelta, state: str) -> None:
    assert freshness(int((NOW - age).timestamp()), NOW) == state
    assert freshness(None, NOW) == "none"


def test_each_state_has_its_words_and_its_shape(site: Site) -> None:
    now = datetime.now(UTC)
    nobody, nothing = Witnessed(0, "none"), Witnessed(3, "none")
    assert (nobody.status, nobody.words) == ("look", "no witness yet")
    assert "not seen by enough witnesses yet" in nothing.words and "Too few of the 3" in nothing.sentence
    fresh = Witnessed(3, "fresh", 1200, now)
    assert fresh.status == "in_order" and "seen by enough witnesses" in fresh.words
    assert "the first 1,200 entries" in fresh.sentence
    late = Witnessed(3, "late", 1200, now - timedelta(minutes=20))
    assert (late.status, late.words) == ("look", "late: last seen by enough witnesses 20 minutes ago")
    stale = Witnessed(3, "stale", 1200, now - timedelta(hours=5))
    assert (stale.status, stale.words) == ("stop", "too old: last seen by enough witnesses 5 hours ago")


def test_a_time_stamp_has_its_words_and_one_that_was_asked_for_in_vain_is_told(site: Site) -> None:
    at = datetime.now(UTC) - timedelta(minutes=20)
    assert (Stamp(0, None, "").status, Stamp(0, None, "").words) == ("look", "no time stamp yet")
    good = Stamp(1200, at, "")
    assert (good.status, good.words) == ("in_order", "time-stamped 20 minutes ago")
    assert "The first 1,200 entries existed 20 minutes ago" in good.sentence
    late = Stamp(1200, at, "it does not answer (ConnectTimeout)")
    assert late.status == "look" and late.words.endswith("; the newest was asked for in vain")
    assert late.sentence.endswith("Asked since, it gave none: it does not answer (ConnectTimeout).")
