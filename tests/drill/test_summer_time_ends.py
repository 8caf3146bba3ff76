"""The autumn hour that comes twice: what lasts is counted in UTC, and what is printed says which of the two it was.

In Berlin 2026-10-25 03:00 becomes 02:00 at 01:00 UTC. The hands of a clock would halve an hour and a half, or make it
end before it began.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from tests.support.clinic import NURSE, START_OF_TIME, Clinic
from tests.support.paper import Refusal
from tests.support.plant import BAG, CELLLAB, WAREHOUSE, Plant

from coign import rulesets
from coign.gateways.labels.content import printed_time
from coign.gateways.loggers import Expected, evaluate, read_logger_file
from coign.infusion.actions import infuse
from coign.kernel.subjects import Patient, Unit
from coign.kernel.values import Instant

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_HALF_PAST_TWO = Instant("2026-10-25T00:30:00.000000Z")  # 02:30 in Berlin, for the first time


def hands(at: Instant) -> datetime:
    """What a clock on the wall shows, without its offset."""
    return at.moment.astimezone(BERLIN).replace(tzinfo=None)


def thawed_at(at: Instant) -> tuple[Clinic, Patient, Unit]:
    """A bag whose thaw begins at this instant."""
    rehearsal = Clinic()
    rehearsal.ready_to_thaw("ann")
    clinic = Clinic(start=at.plus(minutes=-rehearsal.now.minutes_since(START_OF_TIME)))
    patient, _, unit = clinic.ready_to_thaw("ann")
    assert clinic.now == at
    clinic.thaw(unit)
    return clinic, patient, unit


@pytest.mark.requirement("CSV-S3")
def test_ninety_minutes_after_thawing_are_ninety_minutes_in_the_night_when_an_hour_comes_twice() -> None:
    clinic, patient, unit = thawed_at(FIRST_HALF_PAST_TWO)
    clinic.now = FIRST_HALF_PAST_TWO.plus(minutes=85)
    assert hands(clinic.now) - hands(FIRST_HALF_PAST_TWO) == timedelta(minutes=25), "as the hands have it"
    clinic.check(unit, patient)
    clinic.confirm(unit, unit, patient)
    start = infuse.Start(unit=unit)
    assert clinic.unmet(infuse.START, start, NURSE) == []
    clinic.now = FIRST_HALF_PAST_TWO.plus(minutes=91)
    assert hands(clinic.now) - hands(FIRST_HALF_PAST_TWO) < timedelta(minutes=90)
    assert clinic.unmet(infuse.START, start, NURSE) != []


@pytest.mark.requirement("CSV-S3")
def test_an_offer_of_half_an_hour_ends_after_half_an_hour_however_the_hands_stand() -> None:
    plant = Plant(Instant("2026-10-24T20:00:00.000000Z"))
    plant.until("collected")
    plant.now = Instant("2026-10-25T00:50:00.000000Z")  # 02:50, for the first time
    plant.act("custody.offer", CELLLAB, unit=BAG, to=WAREHOUSE.organisation, seal="77102", condition="intact")
    plant.now = Instant("2026-10-25T01:25:00.000000Z")  # 02:25, for the second time
    with pytest.raises(Refusal, match="offer_is_fresh"):
        plant.act("custody.accept", WAREHOUSE, unit=BAG, seal="77102", condition="intact")


@pytest.mark.requirement("CSV-S3")
def test_no_minute_of_warmth_is_lost_in_the_hour_that_comes_twice() -> None:
    rows = [("00:00", "-180"), ("00:30", "-100"), ("01:00", "-100"), ("01:30", "-100"), ("02:00", "-180")]
    read = [f"{local(f'2026-10-25T{at}:00+00:00')},{value}" for at, value in rows]
    file = "serial: L-1\nunit: Cel\ninterval: 1800 s\ntime,temperature\n" + "".join(f"{row}\n" for row in read)
    series = read_logger_file(file.encode(), Expected.usual(rulesets.load(), FIRST_HALF_PAST_TWO))
    found = evaluate(series, Decimal(-150), Decimal(-130), Decimal(0))
    assert [row[11:25] for row in read][1:4] == ["02:30:00+02:00", "02:00:00+01:00", "02:30:00+01:00"]
    assert found.minutes_above_limit == 120 and found.unknown_minutes == 0


def local(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(BERLIN).isoformat()


@pytest.mark.requirement("CSV-S3")
def test_a_printed_time_says_which_of_the_two_it_was() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert printed_time(first, "Europe/Berlin") == "25 OCT 2026 02:30 +02:00"
    assert printed_time(second, "Europe/Berlin") == "25 OCT 2026 02:30 +01:00"
