"""The record as it stood: at an instant, or after an entry; what a page about the past says, and where it leads."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger.entries import Entry

FIELD = "as_of"
#: More digits than any record has entries.
_DIGITS_MAX = 15


@dataclass(frozen=True, slots=True)
class AsOf:
    """A point in the record: everything up to an instant, or up to and with an entry."""

    text: str
    at: Instant | None = None
    position: int | None = None

    def tells(self, entry: Entry) -> bool:
        """Whether an entry stood in the record by then."""
        if self.position is not None:
            return entry.position <= self.position
        return self.at is None or entry.time <= self.at

    def here(self, address: str) -> str:
        """Another page at the same point."""
        return f"{address}?{urlencode({FIELD: self.text})}"

    def in_rows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Facts of which every thing leads to its page at the same point."""
        return [row | {"url": self.here(row["url"])} if row.get("url") else row for row in rows]


def asked(request: HttpRequest) -> AsOf | None:
    """The point that the address names; None: now. An instant without a zone is one of the reader's place."""
    text = request.GET.get(FIELD, "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX:
        return AsOf(text, position=int(text))
    return AsOf(text, at=instant(text, FIELD, "the number of an entry, or a day and a time such as 2026-03-03T14:00"))


def instant(text: str, field: str, expected: str) -> Instant:
    """The instant that was entered; without a zone one of the reader's place. `Invalid` names the field."""
    moment = _moment(text)
    if moment is None:
        raise Invalid.at(field, f"expected {expected}")
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    try:
        return Instant.parse(aware.isoformat())
    except (ValueError, OverflowError) as error:
        raise Invalid.at(field, str(error)) from error


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:  # well written, but no day
        return None


def for_input(point: AsOf | None) -> str:
    """The instant of a point in the record for the field that asks for it; empty where it is an entry's number."""
    return in_field(point.at if point is not None else None)


def in_field(at: Instant | None) -> str:
    """An instant as a browser's field for day and time wants it, in the reader's zone."""
    return timezone.localtime(at.moment).strftime("%Y-%m-%dT%H:%M:%S") if at is not None else ""
