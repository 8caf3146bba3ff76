"""The gates of packing: what may travel, and to whom."""

from collections.abc import Callable
from typing import Protocol

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.installation.views import not_witnessed_because
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Batch, Organisation, Site, Unit
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import recalled_because
from coign.people.views import ORGANISATION, SITE
from coign.programmes.model import ProgrammeVersion
from coign.quality.views import DISPOSITION
from coign.regulatory.views import not_authorised_because
from coign.storage.views import PLACE


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


class OfUnits(OfUnit, Protocol):
    """A command that concerns a unit and perhaps further ones beside it."""

    @property
    def further(self) -> tuple[Unit, ...]: ...


def packed_units(asked: OfUnits) -> tuple[Unit, ...]:
    """All units of the command, each once."""
    return tuple(dict.fromkeys((asked.unit, *asked.further)))


def _first(asked: OfUnits, what_is_wrong: Callable[[Unit], str | None]) -> str | None:
    """The sentence about the first unit with which something is wrong, or None."""
    return next((f"{u.identifier} {why}" for u in packed_units(asked) if (why := what_is_wrong(u))), None)


class OfParcel(OfUnits, Protocol):
    """A command that addresses units."""

    @property
    def to(self) -> Organisation: ...

    @property
    def destination(self) -> Site | None: ...


class OfCarrier(Protocol):
    """A command that may say who carries a shipment."""

    @property
    def carrier(self) -> Organisation | None: ...


@gate(
    "logistics.unit_is_held",
    requirement=("TRC-11", "SCS-S7"),
    protects="Custody has no gap: only who answers for a unit packs or unpacks it.",
    remedy="Take the unit over first, or let its holder do this.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_held(asked: OfUnits, known: Circumstances) -> str | None:
    def held_elsewhere(unit: Unit) -> str | None:
        holder = known.state(HOLDING, unit).organisation
        if holder == known.actor.organisation:
            return None
        return f"is held by {holder.identifier if holder else 'nobody'}, not by your organisation"

    return _first(asked, held_elsewhere)


@gate(
    "logistics.unit_may_move",
    requirement=("TRC-14", "TRC-11"),
    protects="A unit whose label nobody scanned back, or about which something did not agree, stands still.",
    remedy="Scan the label back; if the unit is blocked, let the quality unit find out why.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def unit_may_move(asked: OfUnits, known: Circumstances) -> str | None:
    return _first(asked, lambda unit: known.state(UNIT, unit).stands_still_because)


@gate(
    "logistics.unit_is_at_hand",
    requirement=("SCS-04", "TRC-11"),
    protects="A unit lies in one place: what lies in a tank lies in no shipper.",
    remedy="Take the unit out of its position first, two persons together.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_at_hand(asked: OfUnits, known: Circumstances) -> str | None:
    return _first(asked, lambda unit: known.state(PLACE, unit).not_at_hand_because)


@gate(
    "logistics.units_are_one_therapy",
    requirement=("TRC-10", "TRC-11"),
    protects="Bags of two patients in one shipper are how bags are swapped.",
    remedy="Pack each therapy in a shipper of its own.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def units_are_one_therapy(asked: OfUnits, known: Circumstances) -> str | None:
    of_first = known.state(UNIT, asked.unit)
    others = [u for u in asked.further if known.state(UNIT, u).chain != of_first.chain]
    if others:
        return f"{others[0].identifier} belongs to another therapy than {asked.unit.identifier}"
    odd = [u for u in asked.further if known.state(UNIT, u).kind != of_first.kind]
    return f"{odd[0].identifier} is of another kind than {asked.unit.identifier}" if odd else None


@gate(
    "logistics.dispatch_is_witnessed",
    requirement="CSV-01",
    protects="What leaves on a record that nobody outside has seen may arrive with another history.",
    remedy="Let whoever keeps the server see why the witnesses are silent; the unit stays in the cold until then.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def dispatch_is_witnessed(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    version = None if chain is None else known.state(CHAIN, chain).version
    if version is None:
        return None
    programme: ProgrammeVersion = known.programmes.version(version)
    return not_witnessed_because(known, programme.quantity_if_any("dispatch_witnessed_age_max"))


@gate(
    "logistics.dispatch_is_authorised",
    requirement="REG-02",
    protects="What an authority stopped stays where it is, where somebody answers for it.",
    remedy="Put the unit back into the cold; regulatory affairs tells when it may be sent.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def dispatch_is_authorised(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    if therapy is None or therapy.product is None or therapy.centre is None:
        return None
    return not_authorised_because(
        known,
        "dispatch",
        product=therapy.product,
        centre=therapy.centre,
        organisation=known.actor.organisation,
    )


@gate(
    "logistics.unit_is_not_under_way",
    requirement="TRC-11",
    protects="A unit lies in one shipper at a time: two shipments of one bag are two stories.",
    remedy="Unpack the other shipment, or finish its receipt.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_not_under_way(asked: OfUnits, known: Circumstances) -> str | None:
    def packed(unit: Unit) -> str | None:
        shipment = known.state(RECEIPT, unit).under_way
        return f"is packed in {shipment.identifier}" if shipment else None

    return _first(asked, packed)


@gate(
    "logistics.product_is_released",
    requirement=("GMP-02", "GMP-15", "GMP-37"),
    protects="No product leaves the maker before somebody answers for it, or lets it wait in quarantine elsewhere.",
    remedy="Wait for the release, or for leave to travel in quarantine.",
    resolvers=("qp", "quality-us"),
    risk=Risk.PATIENT,
)
def product_is_released(asked: OfUnits, known: Circumstances) -> str | None:
    def not_released(unit: Unit) -> str | None:
        disposition = known.state(DISPOSITION, unit)
        if known.state(UNIT, unit).kind != "final_container" or disposition.may_be_sent:
            return None
        return "was rejected" if disposition.rejected else "is not certified"

    return _first(asked, not_released)


def batches_of(asked: OfUnits, known: Circumstances) -> tuple[Batch, ...]:
    """The batches that the units were made in."""
    found = (known.state(UNIT, unit).batch for unit in packed_units(asked))
    return tuple(dict.fromkeys(batch for batch in found if batch is not None))


@gate(
    "logistics.lots_are_in_order",
    requirement=("GMP-S7", "TRC-01"),
    protects="A recall reaches the product before it travels: what was made with a lot in doubt stays where it is.",
    remedy="Leave the product in its place; the quality unit finds out what the lot in doubt means for it.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def lots_are_in_order(asked: OfUnits, known: Circumstances) -> str | None:
    found = [why for batch in batches_of(asked, known) if (why := recalled_because(batch, known))]
    return f"it was made with what is in doubt now: {'; '.join(found)}" if found else None


@gate(
    "logistics.temperature_is_in_order",
    requirement=("SCS-09", "SCS-08", "SCS-11"),
    protects="Warm cells do not travel on as if nothing had happened.",
    remedy="Read the logger of the last journey; let the quality unit assess what is open.",
    resolvers=("qa", "celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def temperature_is_in_order(asked: OfUnits, known: Circumstances) -> str | None:
    def not_in_order(unit: Unit) -> str | None:
        if known.state(RECEIPT, unit).under_way is not None:
            return None  # its logger cannot have been read yet; `logistics.unit_is_not_under_way` says so
        return known.state(CONDITION, unit).not_in_order_at(known.now)

    return _first(asked, not_in_order)


@gate(
    "logistics.goes_where_it_belongs",
    requirement=("TRC-11", "TRC-10", "SCS-01"),
    protects="One patient's cells go to that patient's maker and that patient's centre, to nobody else.",
    remedy="Choose the maker or the centre that the chain of identity names.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def goes_where_it_belongs(asked: OfParcel, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None:
        return f"{asked.unit.identifier} belongs to no chain of identity"
    bound = known.state(CHAIN, chain)
    if asked.to in (bound.maker, bound.centre) and asked.to != known.actor.organisation:
        return None
    return f"{asked.to.identifier} is not where this therapy sends its units from here"


@gate(
    "logistics.destination_is_theirs",
    requirement=("TRC-11", "SCS-05"),
    protects="A carrier drives to a place: it must be one of whom the cells are for.",
    remedy="Choose a place of the organisation that the shipment is sent to.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def destination_is_theirs(asked: OfParcel, known: Circumstances) -> str | None:
    if asked.destination is None or known.state(SITE, asked.destination).organisation == asked.to:
        return None
    return f"{asked.destination.identifier} is no place of {asked.to.identifier}"


@gate(
    "logistics.carrier_takes_part",
    requirement=("SCS-01", "TRC-26"),
    protects="Cells, and what is known of their way, go to carriers that take part, and to nobody else.",
    remedy="Choose an organisation that takes part as a courier.",
    resolvers=("celllab", "warehouse", "admin"),
    risk=Risk.PATIENT,
)
def carrier_takes_part(asked: OfCarrier, known: Circumstances) -> str | None:
    if asked.carrier is None or known.state(ORGANISATION, asked.carrier).category == "courier":
        return None
    return f"{asked.carrier.identifier} does not take part as a courier"
