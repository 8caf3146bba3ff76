"""The gates of handing over a sealed shipment: all its units go together, and nobody who carries it scans a bag."""

from collections.abc import Callable
from typing import Protocol

from coign.custody.views import HOLDING, OFFER
from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Organisation, Shipment, Shipper, Unit
from coign.logistics.views import LOAD, SHIPMENT, ShipmentState
from coign.people.views import ORGANISATION
from coign.regulatory.views import not_authorised_because


class OfShipper(Protocol):
    """A command that was given by scanning a shipper."""

    @property
    def shipper(self) -> Shipper: ...


class OfOffer(OfShipper, Protocol):
    """A command that holds a shipper out to somebody."""

    @property
    def to(self) -> Organisation: ...


def load_of(asked: OfShipper, known: Circumstances) -> tuple[Shipment, ShipmentState] | None:
    """The shipment that lies in the shipper; None: `custody.shipper_is_loaded` says so and the rest is silent."""
    shipment = known.state(LOAD, asked.shipper).shipment
    return None if shipment is None else (shipment, known.state(SHIPMENT, shipment))


def units_of(asked: OfShipper, known: Circumstances) -> tuple[Unit, ...]:
    """Everything that lies in the shipper."""
    load = load_of(asked, known)
    return () if load is None else load[1].units


def _first(asked: OfShipper, known: Circumstances, what_is_wrong: Callable[[Unit], str | None]) -> str | None:
    """The sentence about the first unit with which something is wrong, or None. No unit is named to a carrier."""
    found = next((why for unit in units_of(asked, known) if (why := what_is_wrong(unit))), None)
    return f"what lies in {asked.shipper.identifier} {found}" if found else None


@gate(
    "custody.shipper_is_loaded",
    requirement=("TRC-11", "SCS-12"),
    protects="An empty shipper carries nobody's cells.",
    remedy="Scan the shipper again.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.DATA,
)
def shipper_is_loaded(asked: OfShipper, known: Circumstances) -> str | None:
    return None if load_of(asked, known) else f"nothing is packed in {asked.shipper.identifier}"


@gate(
    "custody.shipment_is_sealed",
    requirement="SCS-12",
    protects="What was opened is handed over bag by bag, each of them seen.",
    remedy="Finish the receipt of the shipment.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipment_is_sealed(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    return f"{load[0].identifier} was opened" if load and load[1].opened_at is not None else None


@gate(
    "custody.shipper_has_a_seal",
    requirement=("SCS-12", "TRC-11"),
    protects="What left without a seal could have been opened by anybody, and nobody would see it.",
    remedy="Put a seal on the shipper and record it, then hand it over.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipper_has_a_seal(asked: OfShipper, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    return f"{asked.shipper.identifier} is not sealed" if load and not load[1].seal else None


@gate(
    "custody.giver_holds_shipment",
    requirement="TRC-11",
    protects="Custody has no gap: only whoever answers for a shipment can give it away.",
    remedy="Scan the shipper again, or ask the holder to hand over.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def giver_holds_shipment(asked: OfShipper, known: Circumstances) -> str | None:
    def held_elsewhere(unit: Unit) -> str | None:
        holder = known.state(HOLDING, unit).organisation
        if holder == known.actor.organisation:
            return None
        return f"is held by {holder.identifier if holder else 'nobody'}, not by your organisation"

    return _first(asked, known, held_elsewhere)


@gate(
    "custody.shipment_is_not_offered",
    requirement="TRC-11",
    protects="A shipment held out to two takers could be taken twice.",
    remedy="Wait until the offer is accepted, or withdraw it first.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def shipment_is_not_offered(asked: OfShipper, known: Circumstances) -> str | None:
    def offered(unit: Unit) -> str | None:
        to = known.state(OFFER, unit).to
        return f"is already held out to {to.identifier}" if to is not None else None

    return _first(asked, known, offered)


@gate(
    "custody.shipment_has_no_mismatch",
    requirement=("TRC-11", "SCS-12"),
    protects="Something was not as offered at the last hand-over: somebody may have opened the shipper.",
    remedy="A third person compares units, seal and papers and records what they found.",
    resolvers=("qa", "celllab"),
    risk=Risk.PATIENT,
)
def shipment_has_no_mismatch(asked: OfShipper, known: Circumstances) -> str | None:
    return _first(
        asked,
        known,
        lambda u: "is blocked: its last hand-over did not agree" if known.state(HOLDING, u).mismatch else None,
    )


@gate(
    "custody.shipment_may_move",
    requirement=("TRC-11", "TRC-14"),
    protects="Where something about one unit does not agree, the whole shipment stands still.",
    remedy="Have what blocks the units resolved before they are handed over.",
    resolvers=("celllab", "qa"),
    risk=Risk.PATIENT,
)
def shipment_may_move(asked: OfShipper, known: Circumstances) -> str | None:
    return _first(asked, known, lambda unit: known.state(UNIT, unit).stands_still_because)


@gate(
    "custody.carrier_of_shipment_is_named",
    requirement=("TRC-11", "SCS-12", "SCS-S7"),
    protects="Cells are carried by whom the sender named, to the place the sender named.",
    remedy="Let the sender of the shipment name this carrier.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def carrier_of_shipment_is_named(asked: OfOffer, known: Circumstances) -> str | None:
    load = load_of(asked, known)
    if load is None or known.state(ORGANISATION, asked.to).category != "courier" or load[1].carrier == asked.to:
        return None
    named = load[1].carrier.identifier if load[1].carrier else "nobody"
    return f"{asked.to.identifier} is not named to carry {load[0].identifier}: {named} is"


@gate(
    "custody.dispatch_of_shipment_is_authorised",
    requirement=("REG-02", "TRC-11"),
    protects="What an authority stopped does not leave the house; what is on its way still arrives.",
    remedy="Unpack the shipment and put its units back into the cold; regulatory affairs tells when it may be sent.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def dispatch_of_shipment_is_authorised(asked: OfOffer, known: Circumstances) -> str | None:
    load, here = known.state(LOAD, asked.shipper), known.actor.organisation
    giver, taker = (known.state(ORGANISATION, each).category for each in (here, asked.to))
    leaves = taker == "courier" and giver != "courier"  # between couriers it is on its way
    if not leaves or load.product is None or load.centre is None:
        return None
    return not_authorised_because(known, "dispatch", product=load.product, centre=load.centre, organisation=here)


@gate(
    "custody.shipment_is_offered",
    requirement="TRC-11",
    protects="Nobody takes what nobody gives.",
    remedy="Ask the holder to offer the shipment.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def shipment_is_offered(asked: OfShipper, known: Circumstances) -> str | None:
    return _first(asked, known, lambda u: None if known.state(OFFER, u).is_open else "is not being offered to anybody")


@gate(
    "custody.taker_of_shipment_is_addressed",
    requirement="TRC-11",
    protects="A shipment goes to whom it was meant for.",
    remedy="Ask the holder to withdraw the offer and offer it to your organisation.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def taker_of_shipment_is_addressed(asked: OfShipper, known: Circumstances) -> str | None:
    def offered_to_others(unit: Unit) -> str | None:
        to = known.state(OFFER, unit).to
        if to is None or to == known.actor.organisation:
            return None  # without an offer `custody.shipment_is_offered` says so
        return f"is offered to {to.identifier}, not to your organisation"

    return _first(asked, known, offered_to_others)


@gate(
    "custody.taker_of_shipment_is_another_person",
    requirement=("TRC-11", "TRC-13"),
    protects="Two pairs of eyes see every hand-over.",
    remedy="Let a colleague scan and accept with their own badge.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def taker_of_shipment_is_another_person(asked: OfShipper, known: Circumstances) -> str | None:
    mine = any(known.state(OFFER, unit).giver == known.actor.person for unit in units_of(asked, known))
    return "you offered this shipment yourself" if mine else None


@gate(
    "custody.offer_of_shipment_is_fresh",
    requirement=("TRC-11", "TRC-13"),
    protects="Giver and taker stand together; an old offer says nothing about the shipper now.",
    remedy="Ask the holder to withdraw the offer and to offer the shipment again, together with you.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def offer_of_shipment_is_fresh(asked: OfShipper, known: Circumstances) -> str | None:
    limit_min = known.rules.minutes("custody.offer_valid", known.now)

    def old(unit: Unit) -> str | None:
        at = known.state(OFFER, unit).at
        stale = at is not None and known.now.minutes_since(at) > limit_min
        return f"was offered more than {limit_min:g} minutes ago" if stale else None

    return _first(asked, known, old)
