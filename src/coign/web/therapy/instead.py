"""What can be done in place of an act that is open: a way out instead of a dead end."""

from collections.abc import Callable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.records.journey import REJECT
from coign.web import acting
from coign.web.therapy.coming import is_overdue
from coign.web.therapy.story import Story

RESPONSE, MISSED = "safety.record_response", "safety.record_missed_response"
SUPPLY = "quality.supply_under_exception"


def instead(story: Story, action: str) -> list[dict[str, str]]:
    """Links to the other acts, for whoever may do them."""
    others = _OTHERS.get(action)
    return [
        {"label": label, "url": reverse("do", args=[story.journey.root, name])}
        for name, label in (others(story) if others is not None else ())
        if story.actor.role in catalogue.ACTIONS[name].roles
    ]


def _of_a_response(story: Story) -> list[tuple[str, str]]:
    """Where a window is over and nothing is on record, that is said with its reason."""
    now = acting.now()
    over = any(step.action == RESPONSE and is_overdue(step, now) for step in story.steps)
    return [(MISSED, _("It was not assessed"))] if over else []


def _if_open(story: Story, action: str, label: str) -> list[tuple[str, str]]:
    return [(action, label)] if any(step.action == action for step in story.steps) else []


_OTHERS: Mapping[str, Callable[[Story], list[tuple[str, str]]]] = {
    RESPONSE: _of_a_response,
    # A product that fails is rejected, or supplied once every paper is there.
    REJECT: lambda story: _if_open(story, SUPPLY, _("Supply it out of specification")),
    SUPPLY: lambda story: _if_open(story, REJECT, _("Reject it")),
}
