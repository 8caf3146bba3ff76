"""The gates of unpacking and receipt: it was for us, we hold it, the logger was read, two persons looked."""

from typing import Protocol

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Shipment
from coign.logistics.state import RECEIPT_CHECK
from coign.logistics.views import SHIPMENT


class OfShipment(Protocol):
    """A command that concerns one shipment."""

    @property
    def shipment(self) -> Shipment: ...


@gate(
    "logistics.shipment_is_under_way",
    requirement="TRC-11",
    protects="A shipment ends once.",
    remedy="Look at the shipment: it is over.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def shipment_is_under_way(asked: OfShipment, known: Circumstances) -> str | None:
    shipment = known.state(SHIPMENT, asked.shipment)
    if shipment.is_under_way:
        return None
    return f"{asked.shipment.identifier} was {'unpacked' if shipment.unpacked else 'received'} before"


@gate(
    "logistics.shipment_is_ours",
    requirement=("TRC-11", "SCS-12"),
    protects="Who sends cells says who carries them.",
    remedy="Ask the sender to name the carrier.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipment_is_ours(asked: OfShipment, known: Circumstances) -> str | None:
    sender = known.state(SHIPMENT, asked.shipment).sender
    if sender == known.actor.organisation:
        return None
    return f"{asked.shipment.identifier} was sent by {sender.identifier if sender else 'nobody'}, not by you"


@gate(
    "logistics.sender_still_holds",
    requirement="TRC-11",
    protects="What has left cannot be taken out again by who sent it.",
    remedy="Let the holder receive the shipment and send it back.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def sender_still_holds(asked: OfShipment, known: Circumstances) -> str | None:
    shipment = known.state(SHIPMENT, asked.shipment)
    if shipment.sender != known.actor.organisation:
        return f"{asked.shipment.identifier} was not sent by you"
    return _held_elsewhere(asked, known)


def _held_elsewhere(asked: OfShipment, known: Circumstances) -> str | None:
    """The sentence about the first unit of the shipment that somebody else holds, or None."""
    for unit in known.state(SHIPMENT, asked.shipment).units:
        holder = known.state(HOLDING, unit).organisation
        if holder != known.actor.organisation:
            return f"{unit.identifier} is held by {holder.identifier if holder else 'nobody'}"
    return None


@gate(
    "logistics.shipment_is_for_us",
    requirement=("TRC-11", "SCS-S7"),
    protects="Only who a shipment was meant for receives it.",
    remedy="Hand the shipper on to whom it is addressed to.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipment_is_for_us(asked: OfShipment, known: Circumstances) -> str | None:
    to = known.state(SHIPMENT, asked.shipment).to
    if to == known.actor.organisation:
        return None
    return f"{asked.shipment.identifier} is addressed to {to.identifier if to else 'nobody'}, not to your organisation"


@gate(
    "logistics.unit_is_with_us",
    requirement=("TRC-11", "SCS-S7"),
    protects="Nobody receives what they do not hold.",
    remedy="Take the unit over from the courier first.",
    resolvers=("celllab", "warehouse", "courier"),
    risk=Risk.PATIENT,
)
def unit_is_with_us(asked: OfShipment, known: Circumstances) -> str | None:
    if known.state(SHIPMENT, asked.shipment).to != known.actor.organisation:
        return None  # whether it is for us at all, `logistics.shipment_is_for_us` says
    return _held_elsewhere(asked, known)


@gate(
    "logistics.shipper_is_opened",
    requirement=("SCS-13", "SCS-12"),
    protects="Nobody has seen what lies in a shipper that is shut.",
    remedy="Compare the seals, then record that the shipper is opened.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def shipper_is_opened(asked: OfShipment, known: Circumstances) -> str | None:
    if known.state(SHIPMENT, asked.shipment).opened_at is not None:
        return None
    return f"{asked.shipment.identifier} was not opened yet"


@gate(
    "logistics.logger_is_read",
    requirement=("SCS-13", "SCS-08"),
    protects="Nobody takes cells out whose journey nobody looked at.",
    remedy="Read the logger and upload its file, before the bag is moved.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def logger_is_read(asked: OfShipment, known: Circumstances) -> str | None:
    shipment = known.state(SHIPMENT, asked.shipment)
    if all(known.state(CONDITION, unit).unread != asked.shipment for unit in shipment.units):
        return None
    return f"logger {shipment.logger} of {asked.shipment.identifier} was not read"


@gate(
    "logistics.receipt_is_checked",
    requirement="TRC-13",
    protects="Two persons look: there is nothing to confirm before the first has looked.",
    remedy="Let a colleague check the receipt first.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def receipt_is_checked(asked: OfShipment, known: Circumstances) -> str | None:
    if known.state(RECEIPT_CHECK, asked.shipment).by is not None:
        return None
    return f"nobody has checked {asked.shipment.identifier} yet"


@gate(
    "logistics.confirmed_by_another",
    requirement="TRC-13",
    protects="Two pairs of eyes: one person looking twice sees the same thing twice.",
    remedy="Let a colleague scan and confirm with their own badge.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def confirmed_by_another(asked: OfShipment, known: Circumstances) -> str | None:
    checked_by = known.state(RECEIPT_CHECK, asked.shipment).by
    return "you checked this shipment yourself" if checked_by == known.actor.person else None


@gate(
    "logistics.receipt_check_is_fresh",
    requirement="TRC-13",
    protects="Both look at the same shipper at the same time; an old look says nothing about it now.",
    remedy="Check the receipt again, together.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def receipt_check_is_fresh(asked: OfShipment, known: Circumstances) -> str | None:
    checked_at = known.state(RECEIPT_CHECK, asked.shipment).at
    limit_min = known.rules.minutes("logistics.receipt_window", known.now)
    if checked_at is None or known.now.minutes_since(checked_at) <= limit_min:
        return None
    return f"the first check is older than {limit_min:g} minutes"
