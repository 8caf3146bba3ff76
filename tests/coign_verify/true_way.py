"""How the true story moves containers: into a freezer, and from one house to the other."""

from collections.abc import Sequence
from dataclasses import replace

from tests.coign_verify.told import CHAIN, COURIER, CRYO, FIRST, SECOND, Line, Story, fact, handed, house, line

#: Cells of the second therapy, and who carries all of them.
X, CARRIER = "unit:X", "courier-1"


def placed(unit: str, who: str) -> Line:
    """It lies in the box of a house, at a place of its own."""
    return line(who, "storage.placed", unit=unit, **where(unit, who))


def where(unit: str, who: str) -> dict[str, object]:
    """Each container has one place in each house."""
    place = {"box": f"box:{house(who)[13:]}", "tank": f"equipment:tank-{house(who)[13:]}"}
    return {**place, "position": (CRYO, FIRST, SECOND).index(unit) + 1 if unit != X else 9}


def sent(
    shipment: str, units: Sequence[str], sender: str, taker: str, other: str, chain: str = CHAIN
) -> Story:  # fmt: skip
    """Packed, sealed twice, carried, opened, read and received by two, and laid into the freezer there."""
    kept = {"shipper": "shipper:1", "organisation": house(sender), "number": 1}
    load = {"shipment": shipment, "unit": units[0], "further": list(units[1:]), "shipper": "shipper:1"}
    given, taken = (
        [step for unit in units for step in handed(unit, *pair)] for pair in ((sender, CARRIER), (CARRIER, taker))
    )
    seal = {"shipment": shipment, "shipper": "shipper:1"}
    two = {"first": f"person:{taker}", "second": f"person:{other}", "organisation": house(taker)}
    allowed = {"value": "45", "unit": "min"}
    way = [
        line(sender, "logistics.shipper_chosen", fact("logistics.shipper_reserved", **kept), chain=chain, **kept),
        line(sender, "logistics.logger_started", shipper="shipper:1", logger="L-1"),
        line(sender, "logistics.packed", **load, logger="L-1", sender=house(sender), to=house(taker)),
        line(sender, "logistics.carrier_named", **load, carrier=COURIER),
        line(sender, "logistics.sealed", **seal, seal="S-0"),
        line(sender, "logistics.seal_replaced", **seal, seal="S-1"),
        *given,
        line(CARRIER, "logistics.departed", shipment=shipment),
        line(CARRIER, "logistics.arrived", shipment=shipment),
        *taken,
        line(taker, "logistics.seals_compared", shipment=shipment, seal="S-1"),
        line(taker, "logistics.opened", shipment=shipment, units=list(units), allowed=allowed),
        line(taker, "coldchain.logger_read", **load, logger="L-1", verdict="in_order"),
        line(taker, "logistics.receipt_checked", **load),
        line(other, "logistics.received", **load, **two),
        *[placed(unit, taker) for unit in units],
    ]
    return [replace(each, reads=(shipment, *units, chain)) if n > 2 else each for n, each in enumerate(way)]
