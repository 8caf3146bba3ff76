"""The gates of the cold chain: the right file, read where the unit is; a decision only about what is open."""

from typing import Protocol

from coign.coldchain.state import READING
from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Shipment, Unit
from coign.logistics.views import SHIPMENT


class OfShipment(Protocol):
    """A command that concerns one shipment."""

    @property
    def shipment(self) -> Shipment: ...


class OfLogger(OfShipment, Protocol):
    """A command with the serial number that stands in a logger's file."""

    @property
    def logger(self) -> str: ...


class OfAssessment(Protocol):
    """A command that says how much longer a unit may be out of the cold."""

    @property
    def further_minutes(self) -> int: ...


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


@gate(
    "coldchain.shipment_is_delivered_here",
    requirement=("SCS-13", "SCS-S7"),
    protects="A logger read before the journey is over says nothing about its rest.",
    remedy="Take the unit over from the courier first, then read the logger.",
    resolvers=("warehouse", "celllab", "courier"),
    risk=Risk.PATIENT,
)
def shipment_is_delivered_here(asked: OfShipment, known: Circumstances) -> str | None:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    holder = known.state(HOLDING, shipment.unit).organisation
    if shipment.to == holder == known.actor.organisation:
        return None
    return (
        f"{asked.shipment.identifier} goes to {shipment.to.identifier if shipment.to else 'nobody'} "
        f"and is held by {holder.identifier if holder else 'nobody'}"
    )


@gate(
    "coldchain.shipper_is_opened",
    requirement=("SCS-13", "SCS-12"),
    protects="The logger lies inside: who reads one from outside reads another one.",
    remedy="Compare the seal and open the shipper, then read the logger before a bag is moved.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PATIENT,
)
def shipper_is_opened(asked: OfShipment, known: Circumstances) -> str | None:
    shipment = known.state(SHIPMENT, asked.shipment)
    if shipment.opened_at is not None or shipment.to != known.actor.organisation:
        return None  # whether it is here at all, `coldchain.shipment_is_delivered_here` says
    return f"{asked.shipment.identifier} was not opened yet"


@gate(
    "coldchain.logger_is_the_shipments",
    requirement=("SCS-08", "SCS-S2"),
    protects="A cold file of another logger hides a warm journey.",
    remedy="Read the logger that lies in this shipper; if it is missing, let the quality unit know.",
    resolvers=("warehouse", "celllab", "qa"),
    risk=Risk.PATIENT,
)
def logger_is_the_shipments(asked: OfLogger, known: Circumstances) -> str | None:
    packed = known.state(SHIPMENT, asked.shipment).logger
    if asked.logger == packed:
        return None
    return f"the file is of logger {asked.logger}; {asked.shipment.identifier} travelled with {packed}"


@gate(
    "coldchain.logger_is_not_read_yet",
    requirement="SCS-08",
    protects="The first file counts: a second one could be chosen because it looks better.",
    remedy="Look at the reading; what is wrong with it is for the quality unit to assess.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def logger_is_not_read_yet(asked: OfShipment, known: Circumstances) -> str | None:
    read_at = known.state(READING, asked.shipment).at
    return f"the journey of {asked.shipment.identifier} was put on record {read_at}" if read_at else None


@gate(
    "coldchain.excursion_is_open",
    requirement="SCS-09",
    protects="A decision is about something that happened.",
    remedy="Look at the unit's temperature: nothing waits for a decision.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def excursion_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(CONDITION, asked.unit).waits_for_assessment(known.now):
        return None
    return f"{asked.unit.identifier} has no open excursion"


@gate(
    "coldchain.further_time_is_a_duration",
    requirement=("SCS-11", "CSV-28"),
    protects="Time that was used up cannot be given back, only some more be allowed.",
    remedy="Give whole minutes, or none.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def further_time_is_a_duration(asked: OfAssessment, known: Circumstances) -> str | None:
    return None if asked.further_minutes >= 0 else f"{asked.further_minutes} min is no time"
