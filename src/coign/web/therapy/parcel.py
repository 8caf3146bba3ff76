"""A unit on its way: where from and where to, who carries it, how long it keeps cold. To a carrier no more (TRC-26)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from coign.kernel.actions import Action
from coign.kernel.subjects import Organisation, Shipment
from coign.kernel.values import Actor
from coign.logistics.views import SHIPMENT, ShipmentState
from coign.people.views import SITE
from coign.records import reading as records
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.templatetags.coign_words import moment
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.recalled import recalled_units
from coign.web.therapy.shippers import ways_back
from coign.web.therapy.story import Story, name_of, names_of_organisations, place_words
from coign.web.therapy.units import quantity_words


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment that is under way, as it stands now, and where it goes in words."""

    shipment: Shipment
    state: ShipmentState
    place: str
    #: Whether a recall reaches a bag in it: it goes into quarantine, and its carrier is told no more than that.
    recalled: bool = False

    @property
    def keeps_cold_until(self) -> str:
        """Until when its shipper keeps cold, with the zone; empty where nobody said how long."""
        until = self.state.keeps_cold_until
        return moment(timezone.localtime(until.moment)) if until is not None else ""


def shipment_of(story: Story) -> Shipment | None:
    """The newest journey of a unit of this therapy that was not called off."""
    off = {t.body["shipment"] for t in story.told("logistics.unpacked.v1")}
    packed = [t.body["shipment"] for t in story.told("logistics.packed.v1") if t.body["shipment"] not in off]
    return Shipment(packed[-1]) if packed else None


def further_bags(story: Story, action: Action[Any]) -> int:
    """How many bags are scanned beside the first: those of the therapy that travel together, or did."""
    if action.name != "logistics.pack":
        parcel = parcel_of(story)
        return len(parcel.state.further) if parcel is not None else 0
    bags = story.units_of("final_container") or story.units_of("starting_material")
    return max(len(bags) - 1, 0)


def parcel_of(story: Story) -> Parcel | None:
    """The shipment of this therapy that is under way, as far as its reader may know of it."""
    shipment = shipment_of(story)
    if shipment is None:
        return None
    return _under_way([shipment]).get(shipment)


def parcels_of(roots: Iterable[str], actor: Actor) -> dict[str, Parcel]:
    """For lists: the shipment under way of each of these therapies; as many queries for many as for one."""
    with reader().connection() as connection:
        belonging = records.belonging(connection, running.service().ledger_id, list(roots), Shipment.kind)
    known = visible([Shipment(text) for text in belonging], actor.organisation)
    return {belonging[str(s)]: p for s, p in _under_way([Shipment(s) for s in sorted(known)]).items()}


def _under_way(shipments: Iterable[Shipment]) -> dict[Shipment, Parcel]:
    states = {s: state for s, state in states_of(SHIPMENT, shipments).items() if state.is_under_way}
    sites = states_of(SITE, [state.destination for state in states.values() if state.destination is not None])
    names = names_of_organisations() if states else {}
    recalled = recalled_units(unit for state in states.values() for unit in state.units)
    found = {}
    for shipment, state in states.items():
        site = sites.get(state.destination) if state.destination is not None else None
        # Older entries name no place: then the organisation must do.
        place = site.name if site is not None else place_words(str(state.to), names)
        found[shipment] = Parcel(shipment, state, place, any(unit in recalled for unit in state.units))
    return found


def transport(story: Story) -> dict[str, Any] | None:
    """The panel of a shipment under way; not its seal, which the next person must read for themselves."""
    parcel = parcel_of(story)
    if parcel is None:
        return None
    state = parcel.state
    assert state.shipper is not None
    assert state.packed_at is not None
    rows = [
        {"label": _("From"), "value": name_of(str(state.sender))},
        {"label": _("To"), "value": name_of(str(state.to))},
        {"label": _("Place of arrival"), "value": parcel.place} if state.destination is not None else None,
        {"label": _("Carried by"), "value": _named(state.carrier)},
        {"label": _("Shipper"), "value": state.shipper.identifier, "mono": True},
        {"label": _("Logger"), "value": state.logger, "mono": True},
        {"label": _("Packed"), "value": moment(timezone.localtime(state.packed_at.moment))},
        {"label": _("Seal"), "value": _("not put on yet")} if not state.seal else None,
    ]
    title, shown = _("On its way") if state.seal else _("Packed"), [row for row in rows if row is not None]
    return {"title": title, "rows": shown, "ways": ways_back(story, state), "hold": cold(parcel)}


def hold_of(story: Story) -> dict[str, Any] | None:
    """How long the shipper under way keeps cold; None where nothing is under way or nobody said how long."""
    parcel = parcel_of(story)
    return cold(parcel) if parcel is not None else None


def _named(carrier: Organisation | None) -> str:
    return name_of(str(carrier)) if carrier is not None else _("nobody is named")


def cold(parcel: Parcel) -> dict[str, Any] | None:
    """What the `hold_timer` building block shows of the shipper's cold."""
    until, since = parcel.state.keeps_cold_until, parcel.state.packed_at
    if until is None or since is None or parcel.state.hold_time is None:
        return None
    told = quantity_words(parcel.state.hold_time.value, parcel.state.hold_time.unit)
    return {
        "label": _("Keeps cold"),
        "shape": "bar",
        "start": since.moment,
        "end": until.moment,
        "now": acting.now().moment,
        "use_by": _("Arrive before %s") % parcel.keeps_cold_until,
        "since": _("Hold time of this shipper: %s, counted from packing") % told,
    }


def parcel_rows(story: Story) -> list[dict[str, Any]]:
    """Which shipment this is; not its seal, which the next person must read for themselves."""
    parcel = parcel_of(story)
    if parcel is None or parcel.state.shipper is None:
        return []
    rows: list[dict[str, Any]] = [
        {"label": "Shipper", "value": parcel.state.shipper.identifier, "mono": True},
        {"label": "Goes to", "value": parcel.place},
    ]
    if parcel.keeps_cold_until:
        rows.append({"label": "Arrive before", "value": parcel.keeps_cold_until})
    return rows
