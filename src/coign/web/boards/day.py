"""Chairs and beds today: collections and infusions that run, were done or are planned, as lanes of one day."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coign.clinical.views import COURSE, Course
from coign.collection.views import COLLECTION, Collection
from coign.infusion.views import INFUSION, Infusion
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.manufacturing.views import SLOT, SlotState
from coign.records.journey import Journey
from coign.web.boards.making import THERAPIES_MAX, Board, Here, Who
from coign.web.drawing.lanes import Lane, Span
from coign.web.templatetags.coign_words import zone
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import name_of, programme_of
from coign.web.therapy.track import local_text

LATER_MAX = 3


@dataclass(frozen=True, slots=True)
class _Row:
    """One act of one therapy on this day."""

    root: str
    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Later:
    """Something planned for another day."""

    at: Instant
    root: str
    name: str


def day(here: Here) -> Board:
    """The day of a treatment centre."""
    chains = here.chains
    collections, slots = states_of(COLLECTION, chains.values()), states_of(SLOT, chains.values())
    courses, infusions = states_of(COURSE, chains.values()), states_of(INFUSION, chains.values())
    rows: list[_Row] = []
    later: list[_Later] = []
    now = timezone.localtime(here.now.moment)
    tomorrow = Instant.of(datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo))
    for journey in here.going_on:
        chain = chains.get(journey.root)
        if chain is None or journey.centre != str(here.actor.organisation):
            continue
        found = [
            *_collecting(journey, collections[chain], slots[chain], now, tomorrow),
            *_infusing(journey, infusions[chain], courses[chain], now, tomorrow),
        ]
        rows += [r for r in found if isinstance(r, _Row)]
        later += [r for r in found if isinstance(r, _Later)]
    rows = sorted(rows, key=lambda row: row.spans[0].start)[:THERAPIES_MAX]
    later = sorted(later, key=lambda one: one.at)[:LATER_MAX]
    roots = list(dict.fromkeys([r.root for r in rows] + [r.root for r in later]))
    return Board("day", roots, lambda who: _drawn(rows, later, now, name_of(str(here.actor.organisation)), who))


def _drawn(rows: list[_Row], later: list[_Later], now: datetime, place: str, who: Who) -> dict[str, Any]:
    return {
        "title": _("Today at chairs and beds"),
        "place": _("%(place)s, times in %(zone)s") % {"place": place, "zone": zone(now)},
        "lanes": [Lane(row.name, _short(who(row.root)), row.spans) for row in rows],
        "now": now,
        "later": [
            _("%(name)s %(at)s, %(who)s")
            % {"name": one.name.lower(), "at": local_text(one.at), "who": _short(who(one.root))}
            for one in later
        ],
    }


def _short(row: dict[str, Any]) -> str:
    """Initials and the first identifier: enough to tell two patients of one day apart."""
    return " ".join([row["initials"], *row["ids"][:1]]) if row.get("initials") else str(row.get("title", ""))


def _collecting(
    journey: Journey, state: Collection, slot: SlotState, now: datetime, tomorrow: Instant
) -> Iterator[_Row | _Later]:
    name = _("Collection")
    if state.started_at is not None:
        since = _local(state.started_at)
        yield _Row(journey.root, name, (Span(since, now, "running", _("collecting since %s") % _when(since, now)),))
    for bag in state.collected:
        at = _local(bag.at)
        if at.date() == now.date():
            yield _Row(journey.root, name, (Span(at, None, "done", _("collected %s") % _when(at, now)),))
    if not state.running and not state.collected and slot.collection_on is not None:
        yield from _planned(journey, name, slot.collection_on, now, tomorrow)


def _infusing(
    journey: Journey, state: Infusion, course: Course, now: datetime, tomorrow: Instant
) -> Iterator[_Row | _Later]:
    name = _("Infusion")
    programme = programme_of(journey)
    if state.started_at is not None:
        since = _local(state.started_at)
        yield _Row(journey.root, name, (Span(since, now, "running", _("runs since %s") % _when(since, now)),))
    elif state.thawed_at is not None and programme is not None and "thaw_to_infusion_max" in programme.limits:
        end = _local(state.thawed_at.plus(minutes=programme.minutes("thaw_to_infusion_max")))
        kind = "stop" if end <= now else "look"
        words = _("thawed, give it by %s") if end > now else _("thawed, its time ended %s")
        yield _Row(journey.root, name, (Span(_local(state.thawed_at), end, kind, words % _when(end, now)),))
    elif not state.begun and course.planned_infusion is not None:
        yield from _planned(journey, name, course.planned_infusion, now, tomorrow)
    for bag in state.bags:
        at = _local(bag.finished_at)
        if at.date() == now.date():
            yield _Row(journey.root, name, (Span(at, None, "done", _("given %s") % _when(at, now)),))


def _planned(
    journey: Journey, name: str, planned: Instant, now: datetime, tomorrow: Instant
) -> Iterator[_Row | _Later]:
    """Planned for today, for a later day, or overdue: what was planned and is not begun is looked at."""
    if planned >= tomorrow:
        yield _Later(planned, journey.root, name)
        return
    at = _local(planned)
    if at >= now:
        yield _Row(journey.root, name, (Span(at, None, "planned", _("planned %s") % _when(at, now)),))
    elif now - at < timedelta(days=7):
        words = _("planned %s, not begun") % _when(at, now)
        yield _Row(journey.root, name, (Span(at, None, "look", words),))


def _local(at: Instant) -> datetime:
    return timezone.localtime(at.moment)


def _when(at: datetime, now: datetime) -> str:
    """The time alone today; with its day on another one."""
    return f"{at:%H:%M}" if at.date() == now.date() else local_text(Instant.of(at))
