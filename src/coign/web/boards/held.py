"""Which batches wait for the quality unit: caught by a stop of their authorisation, or longer than cells may wait."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from coign.identity.views import CHAIN, ChainState
from coign.kernel.subjects import Batch
from coign.kernel.values import Instant
from coign.manufacturing.views import BATCH, SLOT, BatchState
from coign.quality.views import DISPOSITION
from coign.regulatory.authorised import Authorised, Stop
from coign.web import running
from coign.web.boards.making import Board, Here
from coign.web.boards.matter import Matter
from coign.web.links import reverse
from coign.web.oversight import sight
from coign.web.oversight.work import form, may
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import deadline_text, local_day

RESUME, EXTEND = "manufacturing.resume_batch", "manufacturing.extend_hold"


def held(here: Here) -> Board | None:
    """The batches of this house that wait; nothing where none does."""
    caught = list(_caught(here))
    rows = [_row(here, *found) for found in caught]
    waits = [
        Matter(row["title"], row["fact"], row["word"], row["action"]["label"], row["action"]["url"], "look")
        for row, (_root, _batch, _says, stop) in zip(rows, caught, strict=True)
        if _may_resume(here, stop)
    ]
    too_long = [_waits_too_long(here, *found) for found in _too_long(here)]
    if may(EXTEND, here.actor):
        waits += [
            Matter(row["title"], row["detail"], row["word"], row["action"]["label"], row["action"]["url"], "look")
            for row in too_long
        ]
    rows += too_long
    return Board("held", [], lambda who: {"rows": rows}, waits) if rows else None


def _too_long(here: Here) -> Iterator[tuple[str, Batch, Instant]]:
    """Each batch of this house whose cells were to go on by now, and until when."""
    slots = states_of(SLOT, here.chains.values())
    batches = states_of(BATCH, [s.batch for s in slots.values() if s.batch is not None])
    programmes = running.service().programmes
    for root, chain in here.chains.items():
        batch = slots[chain].batch
        state = batches[batch] if batch is not None else BatchState()
        if batch is None or not state.is_open or state.maker != here.actor.organisation or state.version is None:
            continue
        ends = state.hold_ends(programmes.version(state.version)) if programmes.known(state.version) else None
        if ends is not None and ends < here.now:
            yield root, batch, ends


def _waits_too_long(here: Here, root: str, batch: Batch, ends: Instant) -> dict[str, Any]:
    return {
        "title": batch.identifier,
        "status": "stop",
        "word": _("Waited too long"),
        "detail": _("The cells were to go on by %s; the quality unit judges") % deadline_text(ends),
        "action": {"label": _("Judge"), "url": reverse("do", args=[root, EXTEND])}
        if may(EXTEND, here.actor)
        else {"label": _("Open"), "url": reverse("journey", args=[root])},
    }


def _may_resume(here: Here, stop: Stop) -> bool:
    return stop.lifted_at is not None and may(RESUME, here.actor)


def _caught(here: Here) -> Iterator[tuple[str, Batch, Authorised, Stop]]:
    """Each batch of this house on which nobody decided, with the stop that caught it."""
    stopped = [a for a in sight.authorisations(here.actor) if a.stops]
    if not stopped:
        return
    chains, slots = states_of(CHAIN, here.chains.values()), states_of(SLOT, here.chains.values())
    batches = states_of(BATCH, [s.batch for s in slots.values() if s.batch is not None])
    units = states_of(DISPOSITION, [u for b in batches.values() for u in b.final_containers])
    for root, chain in here.chains.items():
        batch = slots[chain].batch
        state = batches[batch] if batch is not None else BatchState()
        decided = any(units[u].certified_at is not None or units[u].rejected for u in state.final_containers)
        if batch is None or state.maker != here.actor.organisation or decided:
            continue
        found = next(_stops(chains[chain], state, stopped), None)
        if found is not None:
            yield (root, batch, *found)


def _stops(therapy: ChainState, batch: BatchState, stopped: list[Authorised]) -> Iterator[tuple[Authorised, Stop]]:
    if therapy.centre is None or batch.started_at is None:
        return
    where = (therapy.product, sight.jurisdiction_of(therapy.centre))
    for says in stopped:
        stop = says.caught(batch.started_at, batch.resumed_at, batch.site)
        if stop is not None and (says.product, says.jurisdiction) == where:
            yield says, stop


def _row(here: Here, root: str, batch: Batch, says: Authorised, stop: Stop) -> dict[str, Any]:
    over = stop.lifted_at is not None
    words = _("Stopped %s; may go on once quality says so") if over else _("Stopped %s; the stop stands")
    return {
        "title": batch.identifier,
        "fact": says.number,
        "status": "look" if over else "stop",
        "word": _("On quality hold"),
        "detail": words % local_day(stop.since),
        "action": {"label": _("Take it off the hold"), "url": form(RESUME, {"batch": batch})}
        if _may_resume(here, stop)
        else {"label": _("Open"), "url": reverse("journey", args=[root])},
    }
