"""Bag by bag: after the first one was given, where the next one is and who goes on with it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.infusion.state import BAG, Bag
from coign.infusion.views import INFUSION
from coign.kernel.subjects import Chain
from coign.web.reading import reader
from coign.web.roles import roles_words
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story


def next_bag_panel(story: Story) -> dict[str, Any] | None:
    """The panel for the second and every later bag; the first one's acts stand in the journey itself."""
    if not story.sees_patient or not story.journey.chain or story.journey.ended:
        return None
    given = reader().state(INFUSION, Chain(story.journey.chain))
    left = [u for u in story.units_of("final_container") if u not in {g.unit for g in given.bags}]
    if not given.bags or not left:
        return None
    # One bag at a time: the one that is out of the cold goes first.
    bags = states_of(BAG, left)
    unit = next((u for u, bag in bags.items() if bag.issued_at is not None), left[0])
    action = catalogue.ACTIONS[next_act_of(bags[unit])]
    number, all_of_them = len(given.bags) + 1, len(given.bags) + len(left)
    panel: dict[str, Any] = {
        "eyebrow": _("Bag %(n)s of %(all)s") % {"n": number, "all": all_of_them},
        "status": "running",
        "title": action.title,
        "sentence": _("Done by: %s.") % roles_words(sorted(action.roles)),
    }
    if story.actor.role in action.roles:
        url = reverse("do", args=[story.journey.root, action.name])
        panel |= {"sentence": action.rationale, "primary": {"label": action.title, "kind": "primary", "url": url}}
    return panel


def next_act_of(bag: Bag) -> str:
    """What comes next for a bag, from freezer to empty."""
    if bag.running:
        return "infusion.finish"
    if bag.confirmed_at is not None:
        return "infusion.start"
    if bag.first is not None:
        return "infusion.confirm_bedside"
    if bag.thawed_at is not None:
        return "infusion.check_bedside"
    return "infusion.thaw" if bag.issued_at is not None else "infusion.issue"
