"""Civil days: day zero is the day of the anchor in the declared zone, and a clock of N days ends with day N there."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from coign.kernel.values import Instant


def day_zero(anchor: Instant, zone: str) -> date:
    """The civil day of an instant; the day after it is day 1."""
    return anchor.moment.astimezone(ZoneInfo(zone)).date()


def end_of_day(day: date, zone: str) -> Instant:
    """The last microsecond of a civil day."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))
    return Instant.of_us(Instant.of(midnight).us - 1)


def due(anchor: Instant, length: Decimal, unit: str, zone: str) -> Instant:
    """When a clock runs out: hours are elapsed hours, days end with the civil day. Nothing ever extends it."""
    if unit == "h":
        return anchor.plus(hours=float(length))
    assert unit == "d", f"a legal clock runs in days or hours, not in {unit}"
    return end_of_day(day_zero(anchor, zone) + timedelta(days=int(length)), zone)
