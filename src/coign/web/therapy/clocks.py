"""The clocks that run in a therapy now: what started each, how long it may run, and what ends it."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.manufacturing.views import BATCH, SLOT, BatchState, SlotState
from coign.programmes.model import ProgrammeVersion
from coign.web import acting
from coign.web.reading import reader
from coign.web.therapy.parcel import hold_of
from coign.web.therapy.story import Story, Told
from coign.web.therapy.track import deadline_text, local_text
from coign.web.therapy.warming import warming_clocks


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of the programme: its limit, the fact that starts it, the facts that end it, and how it is said."""

    limit: str
    starts: str
    ends: tuple[str, ...]
    label: Promise
    use_by: Promise
    #: The subject of the first fact that the label names.
    names: str = ""


CLOCKS = (
    Clock(
        "issue_window", "infusion.issued.v1", ("infusion.thawed.v1", "identity.chain_ended.v1"),
        gettext_lazy("Bag %s was issued"), gettext_lazy("A second person thaws it by %s"), "unit",
    ),
    Clock(
        "thaw_to_infusion_max", "infusion.thawed.v1",
        ("infusion.finished.v1", "identity.unit_ended.v1", "identity.chain_ended.v1"),
        gettext_lazy("Bag %s was thawed"), gettext_lazy("Give it by %s"), "unit",
    ),
    Clock(
        "bedside_check_window", "infusion.bedside_checked.v1",
        ("infusion.bedside_confirmed.v1", "infusion.bedside_mismatched.v1"),
        gettext_lazy("The first person has checked"), gettext_lazy("The second checks by %s"),
    ),
    Clock(
        "bedside_check_window", "infusion.bedside_confirmed.v1",
        ("infusion.started.v1", "infusion.bedside_checked.v1"),
        gettext_lazy("Both have checked bag and patient"), gettext_lazy("Start by %s, or check again"),
    ),
    Clock(
        "identity_check_window", "collection.identity_checked.v1",
        ("collection.identity_confirmed.v1", "collection.identity_mismatched.v1"),
        gettext_lazy("The first person has checked"), gettext_lazy("The second checks by %s"),
    ),
    Clock(
        "identity_check_window", "collection.identity_confirmed.v1",
        ("collection.started.v1", "collection.identity_checked.v1"),
        gettext_lazy("Both have checked who sits here"), gettext_lazy("Start by %s, or check again"),
    ),
)  # fmt: skip


def clocks(story: Story) -> list[dict[str, Any]]:
    """Every clock that runs now, that of a shipper's cold among them, for `hold_timer`; the shortest first."""
    programme = story.programme
    if programme is None:
        return []
    running = [
        _hold(clock, started, programme.minutes(clock.limit))
        for clock in CLOCKS
        if clock.limit in programme.limits and (started := _started(story, clock)) is not None
    ]
    running += warming_clocks(story)
    running += _of_production(story, programme)
    cold = hold_of(story)
    return sorted([*running, cold] if cold is not None else running, key=_end)


def _of_production(story: Story, programme: ProgrammeVersion) -> list[dict[str, Any]]:
    """How long the cells may wait after the last step, for the house that makes them."""
    slot = reader().state(SLOT, Chain(story.journey.chain)) if story.journey.chain else SlotState()
    batch = reader().state(BATCH, slot.batch) if slot.batch is not None else BatchState()
    ends = batch.hold_ends(programme) if batch.is_open and batch.maker == story.actor.organisation else None
    if ends is None or batch.last_step_at is None:
        return []
    return [
        {
            "label": _("Cells wait after: %s") % programme.step(batch.steps_done[-1]).title,
            "start": batch.last_step_at.moment,
            "end": ends.moment,
            "now": acting.now().moment,
            "shape": "bar",
            "use_by": _("Go on by %s") % deadline_text(ends),
            "since": _("Since %s") % local_text(batch.last_step_at),
        }
    ]


def _started(story: Story, clock: Clock) -> Told | None:
    """The fact that started it, unless one that ends it came later."""
    newest = story.last(clock.starts, *clock.ends)
    return newest if newest is not None and newest.type == clock.starts else None


def _end(hold: dict[str, Any]) -> datetime:
    end: datetime = hold["end"]
    return end


def _hold(clock: Clock, started: Told, minutes: float) -> dict[str, Any]:
    start = started.entry.time
    end = start.plus(minutes=minutes)
    label = str(clock.label)
    return {
        "label": label % started.body[clock.names].partition(":")[2] if clock.names else label,
        "start": start.moment,
        "end": end.moment,
        "now": acting.now().moment,
        "shape": "bar",
        "use_by": str(clock.use_by) % deadline_text(end),
        "since": _("Since %s") % local_text(start),
    }
