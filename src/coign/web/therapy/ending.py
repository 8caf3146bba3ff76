"""The end of a therapy on pages: a decision for each container, what is left to be carried out, a batch to give up."""

from collections.abc import Sequence
from typing import Any, get_args

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import catalogue
from coign.closing.events import Decision
from coign.closing.state import DISPOSAL, Disposal
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action
from coign.kernel.subjects import Batch, Chain, Unit
from coign.kernel.values import Actor
from coign.manufacturing.views import BATCH, SLOT
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story

END, DISPOSE, CONFIRM = "closing.end_therapy", "closing.dispose", "closing.confirm_disposal"
GIVE_UP = "manufacturing.abandon_batch"
#: The field of the command that the decisions fill.
DECISIONS = "decisions"
WORDS = {
    "destroyed": gettext_lazy("Destroy"),
    "returned": gettext_lazy("Send back to who made it"),
    "used_for_test": gettext_lazy("Use up for tests"),
}
TO_DO = {
    "destroyed": gettext_lazy("to be destroyed"),
    "returned": gettext_lazy("to be sent back"),
    "used_for_test": gettext_lazy("to be used up for tests"),
}


def decision_fields(story: Story, action: Action[Any]) -> dict[str, forms.Field]:
    """One choice for each container that still exists; nothing for any other act."""
    if action.name != END:
        return {}
    return {
        _name(unit): forms.ChoiceField(
            label=_("What becomes of %(unit)s (%(kind)s)")
            % {"unit": unit.identifier, "kind": state.kind.replace("_", " ")},
            choices=[(value, WORDS[value]) for value in get_args(Decision)],
            widget=forms.RadioSelect,
            error_messages={"required": _("Decide about %s.") % unit.identifier},
        )
        for unit, state in story.units.items()
        if not state.ended
    }


def _name(unit: Unit) -> str:
    return f"u-{unit.identifier}"


def decisions_of(story: Story, cleaned: dict[str, Any]) -> list[dict[str, str]]:
    """The decisions as the command has them."""
    asked = ((unit, cleaned.get(_name(unit))) for unit in story.units)
    return [{"unit": str(unit), "becomes": becomes} for unit, becomes in asked if becomes]


def to_dispose(chains: Sequence[Chain], actor: Actor) -> dict[Chain, dict[Unit, Disposal]]:
    """The containers of these therapies, held by this organisation, about which a decision waits to be carried out."""
    bound = states_of(CHAIN, chains)
    units = [each.unit for state in bound.values() for each in state.units]
    states, disposals, holdings = states_of(UNIT, units), states_of(DISPOSAL, units), states_of(HOLDING, units)
    found: dict[Chain, dict[Unit, Disposal]] = {}
    for chain, state in bound.items():
        mine = {
            each.unit: disposals[each.unit]
            for each in state.units
            if disposals[each.unit].becomes
            and not states[each.unit].ended
            and (holdings[each.unit].organisation or states[each.unit].made_by) == actor.organisation
        }
        if mine:
            found[chain] = mine
    return found


def to_give_up(chains: Sequence[Chain], actor: Actor) -> dict[Chain, Batch]:
    """Batches of these therapies that are still being made by this organisation: nothing may be filled any more."""
    slots = states_of(SLOT, chains)
    made = states_of(BATCH, [slot.batch for slot in slots.values() if slot.batch is not None])
    return {
        chain: slot.batch
        for chain, slot in slots.items()
        if slot.batch is not None and made[slot.batch].is_open and made[slot.batch].maker == actor.organisation
    }


def give_up_panel(story: Story) -> dict[str, Any] | None:
    """For the page of a therapy that is over while its product is being made: the batch is given up."""
    if not story.journey.ended or not story.sees_chain:
        return None
    batch = to_give_up([Chain(story.journey.chain)], story.actor).get(Chain(story.journey.chain))
    if batch is None:
        return None
    panel: dict[str, Any] = {
        "eyebrow": _("The therapy is over"),
        "status": "look",
        "title": _("Its batch is still being made"),
        "sentence": _("Nothing of %s can be filled any more. The quality unit gives it up, and its room is free again.")
        % batch.identifier,
    }
    if story.actor.role in catalogue.ACTIONS[GIVE_UP].roles:
        url = reverse("do", args=[story.journey.root, GIVE_UP])
        panel["primary"] = {"label": catalogue.ACTIONS[GIVE_UP].title, "kind": "primary", "big": True, "url": url}
    return panel


def disposal_panel(story: Story) -> dict[str, Any] | None:
    """For the page of a therapy that is over: what is left to be carried out here, and by whom it goes on."""
    if not story.journey.ended or not story.sees_chain:
        return None
    mine = to_dispose([Chain(story.journey.chain)], story.actor).get(Chain(story.journey.chain))
    if not mine:
        return None
    recorded = any(d.first is not None for d in mine.values())
    action = CONFIRM if recorded else DISPOSE
    said = [_("%(unit)s is %(what)s") % {"unit": u.identifier, "what": TO_DO[d.becomes or ""]} for u, d in mine.items()]
    panel: dict[str, Any] = {
        "eyebrow": _("The therapy is over"),
        "status": "running",
        "title": _("Confirm what a colleague recorded") if recorded else _("Containers are left"),
        "sentence": "; ".join(said),
    }
    if story.actor.role in catalogue.ACTIONS[action].roles:
        url = reverse("do", args=[story.journey.root, action])
        panel["primary"] = {"label": catalogue.ACTIONS[action].title, "kind": "primary", "big": True, "url": url}
    return panel


def end_url(story: Story) -> str:
    """Where this reader ends the therapy; empty for those who cannot, and when it is over."""
    may = story.actor.role in catalogue.ACTIONS[END].roles and story.journey.centre == str(story.actor.organisation)
    if not may or story.journey.ended or not story.journey.chain:
        return ""
    return reverse("do", args=[story.journey.root, END])
