"""The stages of a therapy: when each was reached, one fact each, and where it stands now."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coign.coldchain.views import CONDITION
from coign.kernel.values import Instant
from coign.programmes.model import ProgrammeVersion
from coign.records.journey import Journey
from coign.web import acting
from coign.web.templatetags.coign_words import day, zone
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story, Told, programme_of
from coign.web.therapy.units import quantity_words


def track(story: Story) -> list[dict[str, Any]]:
    """The values of the `stage_track` building block."""
    programme = story.programme
    if programme is None:
        return []
    return [
        _stage(story, stage.id, stage.title, done=_is_done(story, programme, stage.id)) for stage in programme.stages
    ]


def strip(journey: Journey) -> dict[str, Any]:
    """The values of the `stage_strip` building block: how far a therapy is, from its row in the list alone."""
    programme = programme_of(journey)
    ids = [s.id for s in programme.stages] if programme is not None else []
    titles = {s.id: s.title for s in programme.stages} if programme is not None else {}
    here = ids.index(journey.stage) if journey.stage in ids else 0
    current = "look" if sum(journey.called.values()) else "running"
    stages = ["in_order" if n < here or journey.ended else current if n == here else "not_yet" for n in range(len(ids))]
    title = titles.get(journey.stage, _("Before the order"))
    label = _("Stage %(n)s of %(all)s: %(title)s") % {"n": here + 1, "all": len(ids), "title": title}
    return {"stages": stages, "label": label, "title": title}


def _stage(story: Story, stage: str, title: str, *, done: bool) -> dict[str, Any]:
    current = story.journey.stage == stage and not done
    told = _fact(story, stage)
    at = _reached(story, stage)
    shown: dict[str, Any] = {
        "name": title,
        "status": "in_order" if done else _current_status(story) if current else "not_yet",
        "current": current,
        "planned": not done and not current,
        "date": local_day(at) if at is not None else "",
        "fact": told[1] if told is not None else "",
    }
    if not done and at is None and (planned := _planned(story).get(stage)) is not None:
        shown |= {"date": local_day(planned), "planned": True}
    if told is not None and told[0] is not None:
        shown["url"] = reverse("receipt", args=[told[0].entry.position])
    return shown


def _planned(story: Story) -> dict[str, Instant]:
    """For when each stage is planned, as far as somebody said so."""
    assert story.programme is not None
    found: dict[str, Instant] = {}
    for step in story.programme.journey:
        facts, name = _PLANS.get(step.action, ((), ""))
        told = story.last(*facts) if facts else None
        if told is not None:
            found[step.stage] = Instant(told.body[name])
    return found


def _is_done(story: Story, programme: ProgrammeVersion, stage: str) -> bool:
    """Whether every act of a stage was done that had to be: what is optional was called for, or it was not."""
    steps = [s for s in programme.journey if s.stage == stage and not (s.optional and s.id not in story.journey.done)]
    waiting = {s.step for s in story.steps if s.stage == stage}
    return bool(steps) and all(s.id in story.journey.done and s.id not in waiting for s in steps)


def _current_status(story: Story) -> str:
    return "look" if open_matters(story) else "running"


def open_matters(story: Story) -> list[str]:
    """What somebody must look at before the therapy is right: deviations, excursions, blocked units."""
    closed = {t.body["case"] for t in story.told("quality.deviation_closed.v1")}
    found = [
        _("Deviation %s is open") % t.body["case"].partition(":")[2]
        for t in story.told("quality.deviation_opened.v1")
        if t.body["case"] not in closed
    ]
    alive, now = [u for u, state in story.units.items() if not state.ended], acting.now()
    waiting = {u: s for u, s in states_of(CONDITION, alive).items() if s.waits_for_assessment(now)}
    found += [
        _("%(unit)s %(why)s") % {"unit": unit.identifier, "why": why}
        if (why := state.exposure.used_up_because(now)) is not None
        else _("Temperature of %s is not in order") % unit.identifier
        for unit, state in waiting.items()
    ]
    found += [
        _("%(unit)s is blocked: %(why)s") % {"unit": unit.identifier, "why": ", ".join(state.blocked)}
        for unit, state in story.units.items()
        if state.blocked
    ]
    return found


def _reached(story: Story, stage: str) -> Instant | None:
    """When the last act of a stage was done, as far as this reader may know."""
    assert story.programme is not None
    positions = [
        story.journey.done[s.id]
        for s in story.programme.journey
        if s.stage == stage and story.journey.done.get(s.id) in story.entries
    ]
    if positions:
        return story.entries[max(positions)].time
    return story.chain.begun if stage == story.programme.stages[0].id else None


def _fact(story: Story, stage: str) -> tuple[Told | None, str] | None:
    """One fact worth a line, and the entry that tells it."""
    types = _FACTS.get(stage)
    if types is None:
        return None
    assert story.programme is not None
    steps = {s.id for s in story.programme.journey if s.stage == stage}
    here = {a.position for a in story.acts if a.step in steps}
    found = [t for t in story.told(types[0]) if t.entry.position in here]
    return (found[-1], types[1](story, found[-1])) if found else None


def _days(story: Story, told: Told) -> str:
    started = story.last("manufacturing.batch_started.v1")
    if started is None:
        return ""
    days = int(told.entry.time.minutes_since(started.entry.time) // (24 * 60))
    return _("in %(days)s days") % {"days": days}


def _quantity(value: Any) -> str:
    return quantity_words(value["value"], value["unit"])


def _given(story: Story, told: Told) -> str:
    """What went in of all bags together."""
    given = [t.body["given"] for t in story.told("infusion.finished.v1")]
    return quantity_words(str(sum(Decimal(each["value"]) for each in given)), given[0]["unit"])


_SLOT = ("manufacturing.slot_confirmed.v1", "manufacturing.slot_moved.v1")
#: Which facts say, in which field, for when the stage of an act is planned.
_PLANS = {
    "collection.start": (_SLOT, "collection_on"),
    "manufacturing.start_batch": (_SLOT, "start_on"),
    "quality.certify": (_SLOT, "ready_on"),
    "infusion.start": (("clinical.conditioning_started.v1",), "planned_infusion"),
}
#: What is worth a line under a stage: type of the fact, and how it is said.
_FACTS: dict[str, tuple[str, Callable[[Story, Told], str]]] = {
    "order": ("clinical.ordered.v1", lambda story, told: _("signed")),
    "collection": ("collection.finished.v1", lambda story, told: f"CD3+ {_quantity(told.body['cd3'])}"),
    "frozen": ("identity.label_verified.v1", lambda story, told: _("label scanned back")),
    "to_the_maker": ("quality.material_accepted.v1", lambda story, told: _("accepted")),
    "made": ("manufacturing.filled.v1", _days),
    "certified": ("quality.certified.v1", lambda story, told: told.body["by"].partition(":")[2]),
    "at_the_centre": ("logistics.received.v1", lambda story, told: _("received by two")),
    "conditioning": (
        "clinical.conditioning_started.v1",
        lambda story, told: _("infusion %s") % local_day(Instant(told.body["planned_infusion"])),
    ),
    "infusion": ("infusion.finished.v1", _given),
    "follow_up": ("safety.reaction_recorded.v1", lambda story, told: _("reaction recorded")),
}


def local_day(at: Instant) -> str:
    """`29 JAN 2026`, in the page's zone."""
    return day(timezone.localtime(at.moment))


def deadline_text(at: Instant) -> str:
    """`29 JAN 13:05 CET`: what one must keep to names its zone."""
    return f"{local_text(at)}\u00a0{zone(timezone.localtime(at.moment))}"


def local_text(at: Instant) -> str:
    """`29 JAN 13:05`, in the page's zone."""
    moment = timezone.localtime(at.moment)
    return f"{day(moment)[:6]} {moment:%H:%M}"
