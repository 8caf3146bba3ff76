"""The stop on every page of a therapy whose product a recall reaches, wherever the product is (SCS-S1)."""

from typing import Any

from django.utils.translation import gettext as _

from coign.web.therapy.parcel import parcel_of
from coign.web.therapy.recalled import recalled_units
from coign.web.therapy.story import Story


def recall(story: Story) -> dict[str, Any] | None:
    """What a recall reaches, and where it goes; None where it reaches nothing that is left.

    A carrier learns where the shipper must go, and nothing of what is in it (TRC-26).
    """
    if not story.sees_chain:
        parcel = parcel_of(story)
        if parcel is None or not parcel.recalled:
            return None
        return {"words": [], "what": _("A recall reaches this transport: hand it over into quarantine only.")}
    found = recalled_units(u for u, state in story.units.items() if not state.ended)
    if not found:
        return None
    return {
        "words": [f"{unit.identifier}: {why}" for unit, why in sorted(found.items())],
        "what": _("Into quarantine, wherever it is: nobody conditions, thaws or gives it until quality has decided."),
    }
