"""What is on its way: where to, in which shipper, and how long it keeps cold. No patient, whoever looks."""

from typing import Any

from django.utils.translation import gettext as _

from coign.custody.views import HOLDING
from coign.web.boards.making import THERAPIES_MAX, Board, Here
from coign.web.links import reverse
from coign.web.therapy.looking import states_of
from coign.web.therapy.parcel import Parcel, cold, parcels_of
from coign.web.therapy.story import name_of


def transport(here: Here) -> Board | None:
    """Shipments under way: what a recall reaches first, then whichever ends first."""
    parcels = parcels_of((j.root for j in here.going_on), here.actor)
    if not parcels:
        return None
    shown = sorted(parcels.items(), key=_urgency)[:THERAPIES_MAX]
    units = [p.state.unit for _root, p in shown if p.state.unit is not None]
    held = {u for u, h in states_of(HOLDING, units).items() if h.organisation == here.actor.organisation}
    drawn = {"title": _("On its way"), "rows": [_row(root, p, mine=p.state.unit in held) for root, p in shown]}
    return Board("transport", [], lambda who: drawn)


def _urgency(pair: tuple[str, Parcel]) -> tuple[bool, str]:
    parcel = pair[1]
    return not parcel.recalled, str(parcel.state.keeps_cold_until or "")


def _row(root: str, parcel: Parcel, *, mine: bool) -> dict[str, Any]:
    state = parcel.state
    return {
        "shipper": state.shipper.identifier if state.shipper is not None else "",
        "sender": name_of(str(state.sender)),
        "place": parcel.place,
        "carrier": name_of(str(state.carrier)) if state.carrier is not None else "",
        # Who holds a shipment knows its seal; whoever takes it over must read it for themselves.
        "seal": state.seal if mine else "",
        "logger": state.logger,
        "mine": mine,
        "recalled": parcel.recalled,
        "hold": cold(parcel),
        "url": reverse("journey", args=[root]),
    }
