"""The shipper of a therapy's next way: which one is chosen, whether its logger runs, and how to take a choice back."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue, rulesets
from coign.custody.views import HOLDING
from coign.kernel.subjects import Chain, Shipper
from coign.logistics.shipper_gates import hold_time_needed_min
from coign.logistics.state import CHOICE, SHIPPER, ShipperState
from coign.logistics.views import ShipmentState
from coign.web import acting
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story

CHOOSE, START, PACK = "logistics.choose_shipper", "logistics.start_logger", "logistics.pack"
FREE, RESEAL, UNPACK = "logistics.free_shipper", "logistics.replace_seal", "logistics.unpack"


def chosen(story: Story) -> tuple[Shipper, ShipperState] | None:
    """The shipper that the reader's organisation has set aside for this therapy; None for those who pack nothing."""
    if not story.journey.chain or story.actor.role not in catalogue.ACTIONS[CHOOSE].roles:
        return None
    chain, here = Chain(story.journey.chain), story.actor.organisation
    choice = states_of(CHOICE, [chain])[chain].of(here)
    if choice is None:
        return None
    state = states_of(SHIPPER, [choice.shipper])[choice.shipper]
    stands = (state.reserved_by, state.reservation) == (here, choice.reservation)
    return (choice.shipper, state) if stands else None


def shipper_rows(story: Story, action: str) -> list[dict[str, Any]]:
    """Above a form: how long a shipper must keep cold, or which one was chosen and which logger runs in it."""
    if action == CHOOSE and story.programme is not None:
        needed_min = hold_time_needed_min(story.programme, rulesets.load(), acting.now())
        rows = [{"label": _("Longest way"), "value": str(story.programme.quantity("route_max"))}]
        rows.append({"label": _("Must keep cold for"), "value": _("at least %g h") % (needed_min / 60)})
        return [*rows, *_chosen_rows(story)]
    return _chosen_rows(story) if action in (START, PACK, FREE) else []


def _chosen_rows(story: Story) -> list[dict[str, Any]]:
    found = chosen(story)
    if found is None:
        return []
    shipper, state = found
    logger = {"label": _("Logger"), "value": state.logger or _("not started yet"), "mono": bool(state.logger)}
    return [{"label": _("Chosen shipper"), "value": shipper.identifier, "mono": True}, logger]


def preparing(story: Story) -> dict[str, Any] | None:
    """The panel of a shipper that stands ready and is not packed yet."""
    rows = _chosen_rows(story)
    if not rows:
        return None
    return {"title": _("Shipper for the next way"), "rows": rows, "ways": _ways(story, CHOOSE, START, FREE)}


def ways_back(story: Story, state: ShipmentState) -> list[dict[str, str]]:
    """Of a packed shipper that still stands here: another seal, or all of it out again."""
    here = story.actor.organisation
    ours = state.sender == here and story.actor.role in catalogue.ACTIONS[UNPACK].roles
    if not ours or state.departed_at is not None:
        return []
    if any(held.organisation != here for held in states_of(HOLDING, state.units).values()):
        return []
    return _ways(story, *([RESEAL] if state.seal else []), UNPACK)


def _ways(story: Story, *actions: str) -> list[dict[str, str]]:
    words = {
        CHOOSE: _("Choose another shipper"),
        START: _("Start another logger"),
        FREE: _("Give the shipper up"),
        RESEAL: _("Put another seal on"),
        UNPACK: _("Take the units out again"),
    }
    return [{"label": words[action], "url": reverse("do", args=[story.journey.root, action])} for action in actions]
