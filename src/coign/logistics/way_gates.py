"""The gates on the way: whose seal it is, who drives off and arrives, who opens the shipper and when."""

from typing import Protocol

from coign.custody.views import HOLDING, OFFER
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Shipment, Shipper
from coign.logistics.receipt_gates import OfShipment
from coign.logistics.views import LOAD, SHIPMENT, ShipmentState


class OfShipper(Protocol):
    """A command that was given by scanning a shipper."""

    @property
    def shipper(self) -> Shipper: ...


class OfSeal(OfShipment, Protocol):
    """A command that puts a seal on the shipper of a shipment."""

    @property
    def shipper(self) -> Shipper: ...

    @property
    def seal(self) -> str: ...


@gate(
    "logistics.shipper_is_the_shipments",
    requirement=("SCS-12", "TRC-11"),
    protects="A seal on the neighbour's shipper leaves this one open.",
    remedy="Scan the shipper that the units were packed into.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipper_is_the_shipments(asked: OfSeal, known: Circumstances) -> str | None:
    shipper = known.state(SHIPMENT, asked.shipment).shipper
    if shipper == asked.shipper:
        return None
    return f"{asked.shipment.identifier} does not lie in {asked.shipper.identifier}"


@gate(
    "logistics.seal_is_scanned",
    requirement="SCS-12",
    protects="Without the number of a seal nobody sees an opening.",
    remedy="Put a seal on and scan it, or type its number.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def seal_is_scanned(asked: OfSeal, known: Circumstances) -> str | None:
    return None if asked.seal.strip() else "no seal was scanned"


@gate(
    "logistics.not_sealed_yet",
    requirement="SCS-12",
    protects="A second seal without a word about the first would hide that the shipper was open.",
    remedy="If the seal broke, put another one on and say why.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def not_sealed_yet(asked: OfShipment, known: Circumstances) -> str | None:
    seal = known.state(SHIPMENT, asked.shipment).seal
    return f"{asked.shipment.identifier} is sealed with {seal}" if seal else None


@gate(
    "logistics.another_seal_was_on",
    requirement="SCS-12",
    protects="A seal is used once: what is put on in place of a broken one has a number of its own.",
    remedy="Seal the shipper first; in place of a seal that broke, scan the new one.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def another_seal_was_on(asked: OfSeal, known: Circumstances) -> str | None:
    seal = known.state(SHIPMENT, asked.shipment).seal
    if seal and seal != asked.seal:
        return None
    return f"{seal} is the seal that is on it" if seal else f"no seal was put on {asked.shipment.identifier} yet"


@gate(
    "logistics.is_not_held_out",
    requirement=("SCS-12", "TRC-11"),
    protects="Whoever takes a shipper over finds the seal that was offered: another one would look like an opening.",
    remedy="Take the offer of the shipment back first, put the seal on, then offer the shipment with it.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def is_not_held_out(asked: OfShipment, known: Circumstances) -> str | None:
    for unit in known.state(SHIPMENT, asked.shipment).units:
        to = known.state(OFFER, unit).to
        if to is not None:
            return f"{asked.shipment.identifier} is held out to {to.identifier} under the seal that is on it"
    return None


def load_of(asked: OfShipper, known: Circumstances) -> tuple[Shipment, ShipmentState] | None:
    """The shipment that lies in the shipper; None: `logistics.shipper_is_loaded` says so and the rest is silent."""
    shipment = known.state(LOAD, asked.shipper).shipment
    return None if shipment is None else (shipment, known.state(SHIPMENT, shipment))


@gate(
    "logistics.shipper_is_loaded",
    requirement=("TRC-11", "SCS-12"),
    protects="An empty shipper carries nobody's cells.",
    remedy="Scan the shipper that you carry.",
    resolvers=("courier", "celllab", "warehouse"),
    risk=Risk.DATA,
)
def shipper_is_loaded(asked: OfShipper, known: Circumstances) -> str | None:
    return None if load_of(asked, known) else f"nothing is packed in {asked.shipper.identifier}"


@gate(
    "logistics.carrier_holds_it",
    requirement=("TRC-11", "SCS-12", "SCS-S7"),
    protects="Nobody drives off with, or arrives with, what they did not take over.",
    remedy="Take the sealed shipment over first.",
    resolvers=("courier", "celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def carrier_holds_it(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    here = known.actor.organisation
    if load is None or all(known.state(HOLDING, unit).organisation == here for unit in load[1].units):
        return None
    return f"what lies in {asked.shipper.identifier} is not held by your organisation"


@gate(
    "logistics.load_is_sealed",
    requirement="SCS-12",
    protects="Nobody drives off with a shipper that anybody could have opened.",
    remedy="Give the shipper back to its sender, who seals it.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def load_is_sealed(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    return None if load is None or load[1].seal else f"{asked.shipper.identifier} is not sealed"


@gate(
    "logistics.not_departed_yet",
    requirement="TRC-11",
    protects="A way begins once.",
    remedy="Look at the shipment: it is on its way.",
    resolvers=("courier",),
    risk=Risk.DATA,
)
def not_departed_yet(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    if load is None or load[1].departed_at is None:
        return None
    return f"{load[0].identifier} departed {load[1].departed_at}"


@gate(
    "logistics.has_departed",
    requirement="TRC-11",
    protects="What never left cannot arrive.",
    remedy="Record the departure first.",
    resolvers=("courier",),
    risk=Risk.DATA,
)
def has_departed(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    if load is None or load[1].departed_at is not None:
        return None
    return f"{load[0].identifier} has not departed"


@gate(
    "logistics.not_arrived_yet",
    requirement="TRC-11",
    protects="A way ends once.",
    remedy="Look at the shipment: it has arrived. Hand it over.",
    resolvers=("courier",),
    risk=Risk.DATA,
)
def not_arrived_yet(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    if load is None or load[1].arrived_at is None:
        return None
    return f"{load[0].identifier} arrived {load[1].arrived_at}"


@gate(
    "logistics.seals_not_compared_yet",
    requirement="SCS-12",
    protects="The first look at the seal counts: a second one could be at another seal.",
    remedy="Look at the shipment: its seal was compared.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def seals_not_compared_yet(asked: OfShipment, known: Circumstances) -> str | None:
    at = known.state(SHIPMENT, asked.shipment).seals_compared_at
    return f"the seal of {asked.shipment.identifier} was compared {at}" if at else None


@gate(
    "logistics.seals_are_compared",
    requirement=("SCS-12", "SCS-13"),
    protects="Once it is cut nobody can tell any more whether a seal was the right one.",
    remedy="Scan the seal before the shipper is opened.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def seals_are_compared(asked: OfShipment, known: Circumstances) -> str | None:
    if known.state(SHIPMENT, asked.shipment).seals_compared_at is not None:
        return None
    return f"the seal of {asked.shipment.identifier} was not compared"


@gate(
    "logistics.has_not_left",
    requirement=("TRC-11", "SCS-08"),
    protects="What was on the way was on the way: called off, its hours with the carrier would stand in no record.",
    remedy="Send it on to where it is addressed; if it cannot go there, report what happened and ask quality.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.PATIENT,
)
def has_not_left(asked: OfShipment, known: Circumstances) -> str | None:
    at = known.state(SHIPMENT, asked.shipment).departed_at
    return f"{asked.shipment.identifier} departed {at}" if at else None


@gate(
    "logistics.not_opened_yet",
    requirement=("SCS-11", "SCS-12"),
    protects="The time out of the cold begins once; a later beginning would hide some of it.",
    remedy="Look at the shipment: it is open.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def not_opened_yet(asked: OfShipment, known: Circumstances) -> str | None:
    at = known.state(SHIPMENT, asked.shipment).opened_at
    return f"{asked.shipment.identifier} was opened {at}" if at else None
