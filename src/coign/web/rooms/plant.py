"""The rooms of an organisation, worst first, and everything about one of them."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.facility.state import USES
from coign.facility.views import ROOM, LastReading, RoomState
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Batch, Room
from coign.kernel.values import Actor, Instant
from coign.manufacturing.state import ROOM as PRODUCTION
from coign.manufacturing.state import RoomState as Production
from coign.manufacturing.views import BATCH, BatchState
from coign.web import acting
from coign.web.rooms.counts import STATUS, count_row, sample_name
from coign.web.storing.store import form, may
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.looking import every, states_of, visible

PUT, TAKE, RECORD = "facility.put_in_use", "facility.take_out_of_use", "facility.record_monitoring"
#: A qualification that ends within this many days is said before it has ended.
SOON_DAYS = 30
USES_SHOWN_MAX = 20
_ORDER = ("stop", "look", "in_order")
_LIMITS = {"annex1": "EU GMP Annex 1 (2022)", "part4": "EU GMP Part IV (2017)"}


def rooms(actor: Actor) -> list[dict[str, Any]]:
    """Every room of this organisation, what needs somebody first."""
    now, found = acting.now(), _rooms(actor)
    production = states_of(PRODUCTION, found)
    rows = [_row(room, state, production[room], now) for room, state in found.items()]
    return sorted(rows, key=lambda row: (_ORDER.index(row["status"]), row["grade"], row["title"]))


def _rooms(actor: Actor) -> dict[Room, RoomState]:
    found = {r: s for r, s in every(ROOM, Room).items() if s.organisation == actor.organisation}
    seen = visible(found, actor.organisation)
    return {r: s for r, s in found.items() if r in seen}


def _row(room: Room, state: RoomState, production: Production, now: Instant) -> dict[str, Any]:
    status, word = _standing(state, now)
    opened = production.open_batch
    return {
        "status": status,
        "word": word,
        "title": room.identifier,
        "grade": state.grade,
        "within": state.within.identifier if state.within is not None else "",
        "batch": opened.identifier if opened is not None else "",
        "fact": _newest(state),
        "url": reverse("room", args=[room.identifier]),
    }


def _newest(state: RoomState) -> str:
    """The newest counts in a sentence, the bad ones by name."""
    if not state.last:
        return _("Nothing was read yet")
    above = [r for r in state.last if STATUS[r.level] != "in_order"]
    if not above:
        return _("Last samples within their limits")
    return "; ".join(f"{sample_name(r.sample)}: {r.count:,}" for r in above)


def _standing(state: RoomState, now: Instant) -> tuple[str, str]:
    """Whether it may be used, and whether what was read last asks for a look."""
    if state.not_usable_because(now):
        return "stop", _("Not in use")
    worst = min((STATUS[r.level] for r in state.last), key=_ORDER.index, default="in_order")
    if worst == "stop":
        return "stop", _("Above a limit")
    if worst == "look":
        return "look", _("Alert level")
    assert state.qualified_until is not None
    if state.qualified_until < now.plus(days=SOON_DAYS):
        return "look", _("Qualification ends")
    return "in_order", _("In use")


def one_room(name: str, actor: Actor) -> dict[str, Any]:
    """Everything about one room."""
    room = Room(f"room:{name}")
    state, now = _rooms(actor).get(room), acting.now()
    if state is None:
        raise NotFound(f"there is no room {name}")
    uses = states_of(USES, [room])[room].uses[-USES_SHOWN_MAX:]
    batches = states_of(BATCH, [u.batch for u in uses])
    seen = visible(batches, actor.organisation)
    why = state.not_usable_because(now)
    status, word = _standing(state, now)
    return {
        "room": room,
        "status": status,
        "word": word,
        "why": instants_in_words(why) if why else "",
        "grade": state.grade,
        "within": state.within,
        "limits": _LIMITS[state.limit_set],
        "until": state.qualified_until.moment if state.qualified_until is not None else None,
        "counts": [_count(reading, state) for reading in state.last],
        "uses": [
            {
                "batch": use.batch.identifier,
                "since": use.since.moment,
                "until": use.until.moment if use.until is not None else None,
                "url": _therapy(use.batch, batches),
            }
            for use in reversed(uses)
            if use.batch in seen
        ],
        "cabinets": [row for row in rooms(actor) if row["within"] == name],
        "buttons": _buttons(room, state, actor),
        "history_url": reverse("subject", args=[str(room)]),
        "trace_url": reverse("trace", args=[str(room)]),
    }


def _therapy(batch: Batch, batches: Mapping[Batch, BatchState]) -> str:
    chain = batches[batch].chain
    return reverse("journey", args=[str(chain)]) if chain is not None else ""


def _count(reading: LastReading, state: RoomState) -> dict[str, Any]:
    row = count_row(
        reading.sample,
        reading.count,
        reading.level,
        grade=state.grade,
        limit_set=state.limit_set,
        condition=reading.condition,
        at=reading.taken_at,
    )
    beside = reading.batch.identifier if reading.batch is not None else ""
    return row | {"taken": reading.taken_at.moment, "beside": beside}


def _buttons(room: Room, state: RoomState, actor: Actor) -> list[dict[str, str]]:
    label = _("Qualify it anew") if state.qualified_until is not None else _("Put it in use")
    wanted = [(RECORD, _("Record what was read")), (PUT, label), (TAKE, _("Take it out of use"))]
    in_use = state.qualified_until is not None and not state.closed
    return [
        {"label": words, "url": form(action, {"room": str(room)})}
        for action, words in wanted
        if may(action, actor) and not (action == TAKE and not in_use)
    ]
