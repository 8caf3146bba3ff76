"""The warming clock of a therapy's bags: how long each was out of the cold altogether, and what is left of it."""

from typing import Any

from django.utils.translation import gettext as _

from coign.coldchain.views import CONDITION, ConditionState
from coign.kernel.values import Instant
from coign.storage.views import PLACE
from coign.web import acting
from coign.web.storing.words import place_of
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.story import Story
from coign.web.therapy.track import deadline_text, local_text

#: Kinds of unit that are kept in the cold.
_FROZEN = ("starting_material", "final_container")


def warmed(condition: ConditionState, now: Instant) -> str:
    """`12 of 45 min`; empty where the unit was never out of the cold."""
    exposure = condition.exposure
    limit = exposure.limit_seconds
    if limit is None:
        return ""
    spent = -(-exposure.seconds_at(now) // 60)
    return _("%(spent)s of %(limit)s min") % {"spent": spent, "limit": limit // 60}


def warming(story: Story) -> list[dict[str, Any]]:
    """One row for every frozen bag that still exists: where it lies, and its time out of the cold."""
    if not story.sees_chain:  # a carrier knows the parcel
        return []
    units = [u for u, s in story.units.items() if s.kind in _FROZEN and not s.ended]
    conditions, places, now = states_of(CONDITION, units), states_of(PLACE, units), acting.now()
    # Where it lies in another house's tank is that house's own matter.
    known = visible((p.box for p in places.values() if p.box is not None), story.actor.organisation)
    rows = []
    for unit in units:
        exposure = conditions[unit].exposure
        if exposure.ended or (exposure.allowed is None and places[unit].box is None):
            continue
        used_up = exposure.used_up_because(now) is not None
        out = exposure.out_since is not None
        rows.append(
            {
                "unit": unit.identifier,
                "status": "look" if used_up else "running" if out else "in_order",
                "word": _("Used up") if used_up else _("Out of the cold") if out else _("In the cold"),
                "place": place_of(places[unit]) if places[unit].box in known else "",
                "warmed": warmed(conditions[unit], now),
            }
        )
    return rows


def warming_clocks(story: Story) -> list[dict[str, Any]]:
    """The bags that are out of the cold now, for `hold_timer`: the time that is left of what they may be out."""
    units = [u for u, s in story.units.items() if s.kind in _FROZEN and not s.ended]
    now = acting.now()
    found = []
    for unit, condition in states_of(CONDITION, units).items():
        exposure = condition.exposure
        if exposure.out_since is None or exposure.ended or exposure.limit_seconds is None:
            continue
        # Drawn as if it had been out in one piece: what was spent before lies before the beginning of this time.
        end = exposure.out_since.plus(seconds=exposure.limit_seconds - exposure.seconds)
        start = exposure.out_since.plus(seconds=-exposure.seconds)
        found.append(
            {
                "label": _("Bag %s is out of the cold") % unit.identifier,
                "start": start.moment,
                "end": end.moment,
                "now": now.moment,
                "shape": "bar",
                "use_by": _("Back into the cold by %s") % deadline_text(end),
                "since": _("Out since %(since)s; before that %(before)s min on earlier ways")
                % {"since": local_text(exposure.out_since), "before": -(-exposure.seconds // 60)},
            }
        )
    return found
