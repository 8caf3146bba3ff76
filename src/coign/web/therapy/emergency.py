"""A thawed bag that may not be given as usual: where an emergency decision stands, and who goes on with it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.coldchain.views import CONDITION
from coign.infusion.state import BAG, READINESS, Bag
from coign.infusion.views import INFUSION
from coign.kernel.subjects import Chain, Unit
from coign.web import acting
from coign.web.reading import reader
from coign.web.therapy.story import Story
from coign.web.therapy.track import deadline_text

REQUEST, DECIDE, START = "infusion.request_emergency", "infusion.decide_emergency", "infusion.start_emergency"


def emergency_panel(story: Story) -> dict[str, Any] | None:
    """The panel for the bag that is thawed and not begun; None when it may be given as usual, or is none."""
    if not story.sees_patient or not story.journey.chain or story.journey.ended:
        return None
    unit = reader().state(INFUSION, Chain(story.journey.chain)).thawed
    bag = reader().state(BAG, unit) if unit is not None else Bag()
    if unit is None or bag.started_at is not None:
        return None
    emergency = bag.emergency
    if emergency is not None and emergency.decided_at is not None:
        words = _("Two decided %s to give this bag although a limit does not hold. It is given by somebody else.")
        return _panel(story, START, _("Emergency decision taken"), words % deadline_text(emergency.decided_at))
    if emergency is not None:
        words = _("The prescriber asked to give this bag although a limit does not hold. A second person decides.")
        return _panel(story, DECIDE, _("Emergency decision asked for"), words)
    why = _against(story, unit, bag)
    if not why:
        return None
    words = _("%s. Do not give it as usual; the prescriber may ask for an emergency decision, with the maker's advice.")
    return _panel(story, REQUEST, _("This bag may not be given"), words % "; ".join(why), status="stop")


def _panel(story: Story, action: str, title: str, sentence: str, *, status: str = "look") -> dict[str, Any]:
    panel: dict[str, Any] = {"eyebrow": _("At the bed"), "status": status, "title": title, "sentence": sentence}
    if story.actor.role in catalogue.ACTIONS[action].roles:
        url = reverse("do", args=[story.journey.root, action])
        panel["primary"] = {"label": catalogue.ACTIONS[action].title, "kind": "primary", "big": True, "url": url}
    return panel


def _against(story: Story, unit: Unit, bag: Bag) -> list[str]:
    """What stands against the usual start and could be decided by two."""
    assert story.programme is not None and bag.thawed_at is not None
    found, now = [], acting.now()
    ends = bag.thawed_at.plus(minutes=story.programme.minutes("thaw_to_infusion_max"))
    if now > ends:
        found.append(_("The time of %(bag)s ended %(at)s") % {"bag": unit.identifier, "at": deadline_text(ends)})
    if warm := reader().state(CONDITION, unit).not_in_order_because:
        found.append(f"{unit.identifier} {warm}")
    outside = reader().state(READINESS, Chain(story.journey.chain)).outside
    labels = {item.id: item.label for item in story.programme.before_infusion.items}
    found += [_("Found at the patient: %s") % labels.get(name, name) for name in outside]
    return found
