"""Clocks, duties and days in words: a legal day in the zone that the reporter declared, and in UTC."""

from datetime import UTC
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coign.kernel.errors import NotFound
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant
from coign.records.safety_reading import DutyRow
from coign.safety.clocks.civil import day_zero
from coign.web.drawing.temperature import MONTHS

S = TypeVar("S", bound=Subject)

CLOCKS = {
    "investigator": gettext_lazy("Investigator tells the sponsor"),
    "susar_fatal": gettext_lazy("Suspected, unexpected, fatal or life-threatening"),
    "susar_fatal_complete": gettext_lazy("The same, complete"),
    "susar": gettext_lazy("Suspected, unexpected, serious"),
    "follow_up": gettext_lazy("Follow-up with significant news"),
    "serious_unexpected": gettext_lazy("Serious and unexpected, on the market"),
    "serious": gettext_lazy("Serious, on the market"),
    "non_serious": gettext_lazy("Not serious, on the market"),
}
SEND, ANSWER = "safety.record_submission", "safety.record_answer"


def plain(word: str) -> str:
    """A word of the rules as people read it."""
    return word.replace("_", " ")


def day_words(at: Instant, zone: str) -> str:
    """`25 DEC 2026`, the civil day there."""
    day = day_zero(at, zone)
    return f"{day:%d} {MONTHS[day.month - 1]} {day:%Y}"


def moment_words(at: Instant, zone: str) -> str:
    """`25 DEC 2026 23:59 CET (22:59 UTC)`: the zone that counts, and the one that is the same everywhere."""
    local, plain_utc = at.moment.astimezone(ZoneInfo(zone)), at.moment.astimezone(UTC)
    day = "" if plain_utc.date() == local.date() else f"{day_words(at, 'UTC')} "
    return f"{day_words(at, zone)} {local:%H:%M} {local:%Z} ({day}{plain_utc:%H:%M} UTC)"


def days_left(row: DutyRow, now: Instant) -> int:
    """Civil days until the legal day, in the declared zone."""
    return (day_zero(Instant(row.legal_due), row.zone) - day_zero(now, row.zone)).days


def state_of(row: DutyRow, now: Instant) -> tuple[str, str]:
    """Status and word of a duty: what is overdue stops, what has passed our own day wants a look."""
    if row.sent:
        late = row.sent > row.legal_due
        return ("look", _("Sent late")) if late else ("in_order", _("Sent"))
    if now > row.legal_due:
        return "stop", _("Overdue")
    left = days_left(row, now)
    words = _("Due today") if left == 0 else ngettext("Due in %d day", "Due in %d days", left) % left
    return ("look" if now > row.internal_due else "running"), words


def duty_words(row: DutyRow, now: Instant) -> dict[str, Any]:
    """One duty as lists show it."""
    status, word = state_of(row, now)
    return {
        "id": row.duty,
        "status": status,
        "word": word,
        "rejected": row.rejected,
        "title": CLOCKS[row.clock],
        "jurisdiction": row.jurisdiction,
        "event": row.event,
        "term": row.term,
        "case": row.subject.partition(":")[2],
        "case_url": case_url(row.subject),
        "day_zero": day_words(Instant(row.anchor), row.zone),
        "legal_due": moment_words(Instant(row.legal_due), row.zone),
        "internal_due": day_words(Instant(row.internal_due), row.zone),
        "source": row.source,
        "sent": moment_words(Instant(row.sent), row.zone) if row.sent else "",
    }


def named(kind: type[S], identifier: str) -> S:
    """The subject that an address names; `NotFound` where it cannot be one."""
    try:
        return kind.of(identifier)
    except ValueError:
        raise NotFound(f"there is no such {kind.kind}") from None


def case_url(case: str) -> str:
    """The page of a case."""
    return reverse("case", args=[case.partition(":")[2]])


def form_url(action: str, **known: object) -> str:
    """The form of an action, with what is known."""
    asked = "&".join(f"{name}={value}" for name, value in known.items())
    return reverse("form", args=[action]) + (f"?{asked}" if asked else "")
