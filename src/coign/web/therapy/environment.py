"""The room in which a batch was open: what was read there, beside which limits, and what came of it."""

from typing import Any, cast, get_args

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.facility.events import Level, Sample
from coign.facility.limits import UNITS
from coign.facility.views import ENVIRONMENT, ROOM, EnvironmentState, words_of
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Room
from coign.kernel.values import Instant
from coign.web import acting
from coign.web.rooms.counts import STATUS, count_row, limit_words
from coign.web.therapy.deciding import batch_of, of_batch
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story, Told
from coign.web.therapy.track import local_text

RECORD = "facility.record_monitoring"


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything that was counted beside a batch, and what it comes to."""

    status: str
    words: str
    rows: list[dict[str, Any]]


def environment(story: Story) -> Environment:
    """Counts in the order they were read; the sentence names what is missing, or above a limit."""
    batch = batch_of(story)
    state = states_of(ENVIRONMENT, [batch])[batch] if batch is not None else EnvironmentState()
    told = of_batch(story, "facility.monitored.v1")
    counts = [(t, reading) for t in told for reading in t.body["readings"]]
    rows = [_row(t, reading) for t, reading in counts]
    above = sum(STATUS[cast(Level, r["level"])] != "in_order" for __, r in counts)
    wanted = story.programme.monitoring if story.programme is not None else ()
    missing: tuple[Sample, ...] = tuple(s for s in get_args(Sample) if s in wanted and s not in state.read)
    if state.blocked_because:
        return Environment("stop", state.blocked_because, rows)
    if missing:
        return Environment("not_yet", _("not read yet: %s") % words_of(missing), rows)
    if not rows:
        return Environment("look", _("the programme asks for no samples, and none were read"), rows)
    if state.growth:
        return Environment("look", _("growth in grade A, judged acceptable by quality assurance"), rows)
    if above:
        words = ngettext("%(n)s count of %(all)s above its alert level or limit", "%(n)s counts of %(all)s above their "
                         "alert level or limit", above) % {"n": above, "all": len(rows)}  # fmt: skip
        return Environment("look", words, rows)
    words = _("%(all)s counts of %(where)s, all within their limits; nothing grew in grade A") % {
        "all": len(rows), "where": ", ".join(sorted({t.body["room"].partition(":")[2] for t in told})),
    }  # fmt: skip
    return Environment("in_order", words, rows)


def _row(told: Told, reading: dict[str, Any]) -> dict[str, Any]:
    at = Instant(told.body["taken_at"])
    row = count_row(
        reading["sample"],
        reading["count"],
        reading["level"],
        grade=told.body["grade"],
        limit_set=told.body["limit_set"],
        condition=told.body["condition"],
        at=at,
    )
    room = told.body["room"].partition(":")[2]
    return row | {"taken": at.moment, "beside": room, "url": reverse("room", args=[room])}


def limit_hint(story: Story, name: str) -> str:
    """The limit of one sample in the room of the batch, for the field it is entered in; empty for every other field."""
    started = story.last("manufacturing.batch_started.v1")
    if name not in UNITS or started is None:
        return ""
    room = Room(started.body["room"])
    state = states_of(ROOM, [room])[room]
    limit = limit_words(name, grade=state.grade, limit_set=state.limit_set, condition="operation", at=acting.now())
    said = [_("Limit in grade %(grade)s: %(limit)s") % {"grade": state.grade, "limit": limit}] if limit else []
    return " · ".join([*said, _("empty: not read yet")])


def growth_rows(story: Story) -> list[dict[str, Any]]:
    """What grew in grade A, where and when: what is judged about a batch."""
    return [
        {
            "label": _("Grown in grade A"),
            "value": _("%(samples)s in %(room)s, taken %(at)s") % {
                "samples": words_of(told.body["samples"]),
                "room": told.body["room"].partition(":")[2],
                "at": local_text(Instant(told.body["taken_at"])),
            },
        }
        for told in of_batch(story, "facility.growth_found.v1")
    ]  # fmt: skip


def sampled_at(story: Story) -> Instant:
    """When the samples of a batch are likely to be from: the end of its work; while it is open, now."""
    filled = of_batch(story, "manufacturing.filled.v1")
    return Instant(filled[-1].body["filled_at"]) if filled else acting.now()
