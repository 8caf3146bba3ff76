"""Attempts whose answers look like somebody else's and wait for a person to find out."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.subjects import Attempt, Cohort
from coign.kernel.values import Actor
from coign.training.alike import QUESTIONED
from coign.training.state import ATTEMPT
from coign.web.therapy.looking import every, states_of, visible
from coign.web.therapy.people import names_of

#: Whose work it is to look at the answers of others.
JUDGES = frozenset({"trainer", "qa"})


def questioned(actor: Actor) -> list[dict[str, Any]]:
    """Those of people whose training file this person's house may see."""
    if actor.role not in JUDGES:
        return []
    listed = {a for state in every(QUESTIONED, Cohort).values() for a in state.waiting}
    seen = [a for a in visible(listed, actor.organisation) if isinstance(a, Attempt)]
    waiting = states_of(ATTEMPT, sorted(seen))
    names = names_of([str(s.person) for s in waiting.values()], str(actor.organisation))
    return [
        {"title": names[str(s.person)], "ids": [s.course.identifier if s.course else ""], "status": "look",
         "word": _("Looks like somebody else's"),
         "action": {"label": _("Look into it"), "url": reverse("attempt", args=[a.identifier])}}
        for a, s in waiting.items()
        if s.result == "in_question"
    ]  # fmt: skip
