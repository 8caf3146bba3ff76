"""What is remembered of shipments, shippers, places and houses: who sends what to whom, in what, under which seal."""

from typing import NamedTuple

from coign_verify.invariants.model import Body, Heard, Tracker

_MINUTES = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440}


def duration_min(quantity: Body | None) -> float | None:
    """A duration in minutes; None: none is told, or it is a measurement of something else."""
    if not quantity or quantity["unit"] not in _MINUTES:
        return None
    return float(quantity["value"]) * _MINUTES[quantity["unit"]]


class Way(NamedTuple):
    """A shipment. `seals`: every seal that was ever on it, the newest one last."""

    sender: str = ""
    to: str = ""
    shipper: str = ""
    logger: str = ""
    carrier: str = ""
    units: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    left: bool = False
    opened: bool = False
    checked_at: str = ""


def _packed(state: Way, fact: Heard) -> Way:
    body, seal = fact.body, fact.body.get("seal") or ""
    sender, to, shipper, logger = (body.get(name) or "" for name in ("sender", "to", "shipper", "logger"))
    units, seals = fact.subjects("unit", "further"), (seal,) if seal else ()
    return Way(sender, to, shipper, logger, state.carrier, units, seals)


def _sealed(state: Way, fact: Heard) -> Way:
    return state._replace(seals=(*state.seals, fact.body["seal"]))


WAY = Tracker(
    "way",
    Way(),
    {
        "logistics.packed.v1": (("shipment",), _packed),
        "logistics.carrier_named.v1": (("shipment",), lambda s, f: s._replace(carrier=f.body["carrier"])),
        "logistics.sealed.v1": (("shipment",), _sealed),
        "logistics.seal_replaced.v1": (("shipment",), _sealed),
        "logistics.departed.v1": (("shipment",), lambda s, f: s._replace(left=True)),
        "logistics.opened.v1": (("shipment",), lambda s, f: s._replace(opened=True)),
        "logistics.receipt_checked.v1": (("shipment",), lambda s, f: s._replace(checked_at=f.time)),
    },
)


class Vessel(NamedTuple):
    """A shipper: whose it is, what its test says, and which house keeps it for a therapy."""

    owner: str = ""
    qualified_until: str = ""
    hold_min: float | None = None
    kept_by: str = ""


def _tested(state: Vessel, fact: Heard) -> Vessel:
    until, held = fact.body["qualified_until"], duration_min(fact.body.get("hold_time"))
    return state._replace(owner=state.owner or fact.body["organisation"], qualified_until=until, hold_min=held)


VESSEL = Tracker(
    "vessel",
    Vessel(),
    {
        "logistics.shipper_qualified.v1": (("shipper",), _tested),
        "logistics.shipper_reserved.v1": (("shipper",), lambda s, f: s._replace(kept_by=f.body["organisation"])),
        "logistics.shipper_freed.v1": (("shipper",), lambda s, f: s._replace(kept_by="")),
        "logistics.unpacked.v1": (("shipper",), lambda s, f: s._replace(kept_by="")),
        "logistics.received.v1": (("shipper",), lambda s, f: s._replace(kept_by="")),
    },
)

#: Whose place it is.
SITE: Tracker[str] = Tracker(
    "site", "", {"people.site_registered.v1": (("site",), lambda s, f: f.body["organisation"])}
)
