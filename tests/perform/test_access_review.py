"""Access that nobody reviewed is suspended at the door, without any event; a review opens it again (CSV-24, CSV-22)."""

from collections.abc import Iterator

import pytest
from tests.support.installation import TestInstallation

from coign.database import Database
from coign.kernel.errors import Forbidden
from coign.kernel.values import Instant

YEAR_US = 365 * 24 * 3600 * 1_000_000


class Hands:
    """A clock whose hands a test moves."""

    def __init__(self) -> None:
        self.us = Instant("2026-03-12T09:42:00.000000Z").us

    def now_us(self) -> int:
        self.us += 1000  # many acts of one commit are a microsecond apart
        return self.us

    def check_against(self, last_us: int) -> None:
        assert last_us <= self.us


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def house(database: Database, hands: Hands) -> Iterator[TestInstallation]:
    with TestInstallation(database, clock=hands) as installation:
        installation.set_up()
        yield installation


@pytest.mark.requirement("CSV-24")
def test_access_is_suspended_once_the_review_is_overdue_and_goes_on_after_it(
    house: TestInstallation, hands: Hands
) -> None:
    house.take_in("A1")
    hands.us += YEAR_US
    with pytest.raises(Forbidden, match="is suspended: it was last reviewed on 2026-03-12"):
        house.take_in("A2")
    one, other = house.people["admin-1"], house.people["admin-2"]
    with pytest.raises(Forbidden, match="suspended"):
        house.do(
            "people.revoke_role", one, person="person:hospital-qa", role="qa", organisation="organisation:hospital"
        )
    # overdue themselves, they can do nothing but review: each other first, then everybody
    house.do("people.confirm_access", one, person=other.person)
    house.do("people.confirm_access", other, person=one.person)
    house.do("people.confirm_access", one, person="person:hospital-celllab")
    house.take_in("A3")
    house.do("people.end_access", one, person="person:hospital-nurse")
    with pytest.raises(Forbidden, match="you do not hold the role nurse"):
        house.do("custody.take_in", house.people["hospital-nurse"], unit="unit:A4", site="site:clinic")
