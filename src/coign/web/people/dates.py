"""Days as people give them, as instants of the record."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from coign.kernel.values import Instant


def end_of_day(text: str) -> Instant | None:
    """The end of a day such as 2027-12-31 in the reader's zone; None when it is no day."""
    start = start_of_day(text, days_later=1)
    return None if start is None else Instant.of(start)


def start_of_day(text: str, days_later: int = 0) -> datetime | None:
    """The beginning of a day, or of one so many days later; None when it is no day."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days_later)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), timezone.get_current_timezone())
