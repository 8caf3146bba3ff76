"""What can be done in place of an act that is open and cannot be done: a way out instead of a dead end."""

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.web import acting
from coign.web.therapy.coming import is_overdue
from coign.web.therapy.story import Story

RESPONSE, MISSED = "safety.record_response", "safety.record_missed_response"


def instead(story: Story, action: str) -> list[dict[str, str]]:
    """Links to the other acts, for whoever may do them."""
    others = {RESPONSE: _of_a_response}.get(action)
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
