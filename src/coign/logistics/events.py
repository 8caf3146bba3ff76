"""What can happen to shippers and shipments."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Person, Product, Shipment, Shipper, Site, Unit
from coign.kernel.values import FreeText, Instant, Quantity

Condition = Literal["intact", "damaged"]

#: Why units are blocked at a receipt: the words that stand in the record.
ARRIVAL_DIFFERS = "what arrived is not what was packed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperQualified(Fact, type="logistics.shipper_qualified.v1", about=("shipper",), parties=("organisation",)):
    """This very shipper was tested: it keeps cold for so long, and the test counts until a date."""

    shipper: Shipper
    organisation: Organisation
    hold_time: Quantity
    qualified_until: Instant
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperChosen(Fact, type="logistics.shipper_chosen.v1", about=("chain",)):
    """For this therapy's next way a shipper was chosen. About the therapy alone: whoever comes to know the shipper
    learns nothing of it (TRC-26). `number`: which time it is that this shipper is set aside."""

    chain: Chain
    shipper: Shipper
    number: int
    organisation: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperReserved(Fact, type="logistics.shipper_reserved.v1", about=("shipper",)):
    """A shipper is set aside, for the `number`th time, until it is packed or given up; for whom stands with the
    therapy, never here (TRC-26)."""

    shipper: Shipper
    number: int
    organisation: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipperFreed(Fact, type="logistics.shipper_freed.v1", about=("shipper",)):
    """A shipper that was set aside is given up before anything was packed into it."""

    shipper: Shipper
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerStarted(Fact, type="logistics.logger_started.v1", about=("shipper",)):
    """A logger records in a shipper that was set aside, from the time of the entry on; the newest one counts."""

    shipper: Shipper
    logger: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed(
    Fact, type="logistics.packed.v1", about=("shipment", "unit", "further", "shipper"), parties=("sender", "to")
):
    """Units lie in a shipper with its logger running, addressed to an organisation.

    `seal`: the seal in older entries, where packing and sealing were one act; empty where it is put on afterwards.
    `further`: units of the same therapy beside the first one, here and in all facts about the shipment.
    `destination` is the place it goes to, `hold_time` how long this shipper keeps cold, `product` and `centre` what is
    carried and for which centre; older entries name none of them.
    """

    shipment: Shipment
    unit: Unit
    shipper: Shipper
    sender: Organisation
    to: Organisation
    seal: str = ""
    logger: str
    by: Person
    destination: Site | None = None
    hold_time: Quantity | None = None
    further: tuple[Unit, ...] = ()
    product: Product | None = None
    centre: Organisation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierNamed(
    Fact, type="logistics.carrier_named.v1", about=("shipment", "unit", "further", "shipper"), parties=("carrier",)
):
    """The sender says who carries a shipment: they come to know the parcel, and nothing of whom it is for (TRC-26)."""

    shipment: Shipment
    unit: Unit
    shipper: Shipper
    carrier: Organisation
    by: Person
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked(Fact, type="logistics.unpacked.v1", about=("shipment", "unit", "further", "shipper")):
    """The sender took the units out again before it left: the shipment never happened."""

    shipment: Shipment
    unit: Unit
    shipper: Shipper
    by: Person
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed(Fact, type="logistics.sealed.v1", about=("shipment", "shipper")):
    """A seal was put on a packed shipper."""

    shipment: Shipment
    shipper: Shipper
    seal: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SealReplaced(Fact, type="logistics.seal_replaced.v1", about=("shipment", "shipper")):
    """The sender put another seal on before the shipper left: the first one broke or was put on wrongly."""

    shipment: Shipment
    shipper: Shipper
    before: str
    seal: str
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed(Fact, type="logistics.departed.v1", about=("shipment",)):
    """The carrier has left with the shipper."""

    shipment: Shipment
    carrier: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Fact, type="logistics.arrived.v1", about=("shipment",)):
    """The carrier stands at the place of arrival with the shipper."""

    shipment: Shipment
    carrier: Organisation
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SealsCompared(Fact, type="logistics.seals_compared.v1", about=("shipment",)):
    """The seal on the shipper is the one that was put on it."""

    shipment: Shipment
    seal: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDiffered(Fact, type="logistics.seal_differed.v1", about=("shipment", "units")):
    """Another seal than the one that was put on, or none: somebody may have opened the shipper."""

    shipment: Shipment
    units: tuple[Unit, ...]
    expected: str
    found: str
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Fact, type="logistics.opened.v1", about=("shipment", "units")):
    """The shipper was opened where it arrived: from now on the units are out of the cold.

    `allowed` is what the programme lets a unit of this therapy be out of the cold, over all its ways together.
    """

    shipment: Shipment
    units: tuple[Unit, ...]
    allowed: Quantity | None
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptChecked(Fact, type="logistics.receipt_checked.v1", about=("shipment",)):
    """The first of two persons says what they found in the shipper; nothing changes yet."""

    shipment: Shipment
    unit: Unit
    seal: str
    condition: Condition
    by: Person
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Fact, type="logistics.received.v1", about=("shipment", "unit", "further", "shipper")):
    """Two persons found, each for themselves, what was packed: the units have arrived and the shipper is free."""

    shipment: Shipment
    unit: Unit
    shipper: Shipper
    organisation: Organisation
    first: Person
    second: Person
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptMismatched(Fact, type="logistics.receipt_mismatched.v1", about=("shipment", "units")):
    """What was found is not what was packed; every unit concerned is blocked. `what` names what did not agree."""

    shipment: Shipment
    what: tuple[str, ...]
    units: tuple[Unit, ...]
    first: Person
    second: Person
