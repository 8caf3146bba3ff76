"""How long ago enough witnesses saw the record is said in words with a shape, by limits of a dated rule."""

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from tests.support.authority import Office
from tests.support.installation import HOSPITAL
from tests.web.site import Site

from coign.kernel.values import Instant
from coign.ledger.checkpoints import publish
from coign.ledger.cosignatures import freshness
from coign.ledger.stamps import stamp_newest
from coign.ledger.store import connect
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


def test_pages_tell_the_newest_stamp_and_that_the_authority_gave_none_since(unpublished: Site, tmp_path: Path) -> None:
    unpublished.add_person("stamp-admin", HOSPITAL, "admin")
    service, browser = unpublished.service, unpublished.browser("stamp-admin")
    assert "time stamp" not in browser.get("/upkeep/").content.decode().lower(), "nobody is asked"
    with Office() as office:
        service.stamp_policy = office.policy(tmp_path)
        office.status = HTTPStatus.SERVICE_UNAVAILABLE
        with connect(service.database.application_dsn) as connection:
            publish(connection, service.ledger_id, service.keys_here(), time.time_ns() // 1000)
            told = stamp_newest(connection, service.ledger_id, service.stamp_policy, Instant.of(datetime.now(UTC)))
            assert told == "it answers 503"
    page = browser.get("/upkeep/").content.decode()
    service.stamp_policy = None
    assert "Asked since, it gave none: it answers 503." in page
    assert "no time stamp yet; the newest was asked for in vain" in page, "at the foot of every page"
