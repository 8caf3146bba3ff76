"""The gates of custody: what must hold before a unit changes hands."""

from typing import Protocol

from coign.collection.views import not_checked_because
from coign.custody.views import HOLDING, OFFER
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Organisation, Unit
from coign.logistics.views import RECEIPT
from coign.people.views import ORGANISATION
from coign.regulatory.views import not_authorised_because


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


class OfOffer(OfUnit, Protocol):
    """A command that holds a unit out to somebody."""

    @property
    def to(self) -> Organisation: ...


@gate(
    "custody.unit_is_new",
    requirement=("TRC-11", "TRC-14"),
    protects="One label, one unit: a second unit under the same number would be two histories in one.",
    remedy="Scan the label again; if the number is right, look the unit up instead of taking it in.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_new(asked: OfUnit, known: Circumstances) -> str | None:
    return f"{asked.unit.identifier} has a history already" if known.exists(asked.unit) else None


@gate(
    "custody.giver_holds_unit",
    requirement="TRC-11",
    protects="Custody has no gap: only whoever answers for a unit can give it away.",
    remedy="Scan the label again, or ask the holder to hand over.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def giver_holds_unit(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is held by {holder.identifier if holder else 'nobody'}, not by your organisation"


@gate(
    "custody.no_open_offer",
    requirement="TRC-11",
    protects="A unit held out to two takers could be taken twice.",
    remedy="Wait until the offer is accepted, or withdraw it first.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def no_open_offer(asked: OfUnit, known: Circumstances) -> str | None:
    offer = known.state(OFFER, asked.unit)
    return f"{asked.unit.identifier} is already held out to {offer.to.identifier}" if offer.to is not None else None


@gate(
    "custody.no_mismatch",
    requirement=("TRC-11", "SCS-12"),
    protects="Something was not as offered at the last hand-over: the unit may be the wrong one or tampered with.",
    remedy="A third person compares unit, seal and papers and records what they found.",
    resolvers=("qa", "celllab"),
    risk=Risk.PATIENT,
)
def no_mismatch(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(HOLDING, asked.unit).mismatch:
        return f"{asked.unit.identifier} is blocked: its last hand-over did not agree"
    return None


@gate(
    "custody.unit_may_move",
    requirement=("TRC-11", "TRC-14"),
    protects="A unit whose label nobody scanned back, or about which something did not agree, stands still.",
    remedy="Have the label scanned back, or what blocks the unit resolved, before it is handed over.",
    resolvers=("celllab", "nurse", "qa"),
    risk=Risk.PATIENT,
)
def unit_may_move(asked: OfUnit, known: Circumstances) -> str | None:
    why_not = known.state(UNIT, asked.unit).stands_still_because
    return f"{asked.unit.identifier} {why_not}" if why_not else None


@gate(
    "custody.checked_at_the_chair",
    requirement=("TRC-12", "TRC-13"),
    protects="Away from the patient nobody can find out any more whose cells these are.",
    remedy="At the chair, scan wristband, label and donation number once more, and account for the labels.",
    resolvers=("nurse",),
    risk=Risk.PATIENT,
)
def checked_at_the_chair(asked: OfUnit, known: Circumstances) -> str | None:
    return not_checked_because(asked.unit, known)


@gate(
    "custody.unit_is_not_sealed",
    requirement=("TRC-11", "SCS-12"),
    protects="What lies in a sealed shipper changes hands with the shipper, never alone.",
    remedy="Hand the sealed shipment over: scan its shipper and its seal.",
    resolvers=("celllab", "courier", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_not_sealed(asked: OfUnit, known: Circumstances) -> str | None:
    receipt = known.state(RECEIPT, asked.unit)
    if receipt.under_way is None or receipt.opened_at is not None:
        return None
    return f"{asked.unit.identifier} lies packed in {receipt.under_way.identifier}"


@gate(
    "custody.carrier_is_named",
    requirement=("TRC-11", "SCS-12", "SCS-S7"),
    protects="Cells are carried by whom the sender named, to the place the sender named, in a sealed shipper.",
    remedy="Pack the unit and name its carrier, or let the sender of the shipment name this carrier.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def carrier_is_named(asked: OfOffer, known: Circumstances) -> str | None:
    carrier = known.state(RECEIPT, asked.unit).carrier
    if known.state(ORGANISATION, asked.to).category != "courier" or carrier == asked.to:
        return None
    named = carrier.identifier if carrier else "nobody"
    return f"{asked.to.identifier} is not named to carry {asked.unit.identifier}: {named} is"


@gate(
    "custody.dispatch_is_authorised",
    requirement=("REG-02", "TRC-11"),
    protects="What an authority stopped does not leave the house; what is on its way still arrives.",
    remedy="Unpack the unit and put it back into the cold; regulatory affairs tells when it may be sent.",
    resolvers=("regulatory", "qa"),
    risk=Risk.PATIENT,
)
def dispatch_is_authorised(asked: OfOffer, known: Circumstances) -> str | None:
    chain, here = known.state(UNIT, asked.unit).chain, known.actor.organisation
    therapy = None if chain is None else known.state(CHAIN, chain)
    giver, taker = (known.state(ORGANISATION, each).category for each in (here, asked.to))
    leaves = taker == "courier" and giver != "courier"  # between couriers it is on its way
    if not leaves or therapy is None or therapy.product is None or therapy.centre is None:
        return None
    return not_authorised_because(known, "dispatch", product=therapy.product, centre=therapy.centre, organisation=here)


@gate(
    "custody.offer_is_open",
    requirement="TRC-11",
    protects="Nobody takes what nobody gives.",
    remedy="Ask the holder to offer the unit.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def offer_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    return (
        None if known.state(OFFER, asked.unit).is_open else f"{asked.unit.identifier} is not being offered to anybody"
    )


@gate(
    "custody.taker_is_addressed",
    requirement="TRC-11",
    protects="A unit goes to whom it was meant for.",
    remedy="Ask the holder to withdraw the offer and offer it to your organisation.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def taker_is_addressed(asked: OfUnit, known: Circumstances) -> str | None:
    to = known.state(OFFER, asked.unit).to
    if to is None or to == known.actor.organisation:
        return None  # without an offer there is nobody to be mistaken for; `custody.offer_is_open` says so
    return f"{asked.unit.identifier} is offered to {to.identifier}, not to your organisation"


@gate(
    "custody.taker_is_another_person",
    requirement=("TRC-11", "TRC-13"),
    protects="Two pairs of eyes see every hand-over.",
    remedy="Let a colleague scan and accept with their own badge.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def taker_is_another_person(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(OFFER, asked.unit).giver == known.actor.person:
        return "you offered this unit yourself"
    return None


@gate(
    "custody.offer_is_fresh",
    requirement=("TRC-11", "TRC-13"),
    protects="Giver and taker stand together; an old offer says nothing about the unit now.",
    remedy="Ask the holder to withdraw the offer and to offer the unit again, together with you.",
    resolvers=("celllab", "courier", "warehouse", "nurse"),
    risk=Risk.PATIENT,
)
def offer_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    offered_at = known.state(OFFER, asked.unit).at
    limit_min = known.rules.minutes("custody.offer_valid", known.now)
    if offered_at is None or known.now.minutes_since(offered_at) <= limit_min:
        return None
    return f"the offer is older than {limit_min:g} minutes"


@gate(
    "custody.mismatch_is_open",
    requirement="TRC-11",
    protects="Only what is open can be resolved.",
    remedy="Look at the unit's history: there is nothing to resolve.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def mismatch_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    return None if known.state(HOLDING, asked.unit).mismatch else f"{asked.unit.identifier} has no open mismatch"


@gate(
    "custody.resolver_is_a_third_person",
    requirement=("TRC-13", "TRC-11"),
    protects="Who gave or took cannot judge their own hand-over.",
    remedy="Let somebody who was not part of the hand-over resolve it.",
    resolvers=("qa", "celllab"),
    risk=Risk.PATIENT,
)
def resolver_is_a_third_person(asked: OfUnit, known: Circumstances) -> str | None:
    if known.actor.person in known.state(OFFER, asked.unit).mismatch_between:
        return "you were part of the hand-over that did not agree"
    return None
