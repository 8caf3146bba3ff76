"""A step of the programme that is a planned visit: at which time of the protocol, and in which days."""

from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.actions import Action
from coign.web import acting
from coign.web.forms.build import questions
from coign.web.therapy.coming import when
from coign.web.therapy.known import Known
from coign.web.therapy.story import Story

#: The field that says at which time of the protocol somebody is seen.
_VISIT = "timepoint"


def known_visit(story: Story, action: Action[Any], step: str) -> dict[str, Known]:
    """The time that a step is for: whoever comes from it does not choose it again."""
    programme = story.programme
    planned = next((s for s in programme.journey if s.id == step), None) if programme is not None else None
    time = programme.safety.response.timepoint(planned.timepoint) if programme is not None and planned else None
    label = next((q.asks.label for q in questions(action.command) if q.name == _VISIT), "")
    return {_VISIT: Known(label, time.id, time.label)} if time is not None and label else {}


def window_rows(story: Story, step: str) -> list[dict[str, Any]]:
    """In which days it is to be."""
    now = acting.now()
    return [{"label": _("Window"), "value": when(s, now)} for s in story.steps if s.step == step and s.closes]
