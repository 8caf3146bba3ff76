"""The gates of freezing: the right bag, divided into no more than it held, into as many cryobags as were planned."""

from decimal import Decimal
from typing import Protocol

from coign.collection.label_gates import OfUnit
from coign.collection.state import FREEZING
from coign.collection.views import collected_bag
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Quantity
from coign.programmes.model import ProgrammeVersion


class OfDivision(OfUnit, Protocol):
    """A command that fills a part of a collected bag into a cryobag."""

    @property
    def cd3(self) -> Quantity: ...


@gate(
    "collection.bag_comes_from_the_chair",
    requirement=("TRC-10", "TRC-22"),
    protects="Cryobags are filled out of the bag that was collected, not out of one another.",
    remedy="Scan the bag that came from the chair.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def bag_comes_from_the_chair(asked: OfUnit, known: Circumstances) -> str | None:
    return None if collected_bag(asked.unit, known) else f"{asked.unit.identifier} is no bag that was collected here"


@gate(
    "collection.bag_is_held_here",
    requirement="TRC-11",
    protects="Custody has no gap: only who answers for a bag opens it.",
    remedy="Take the bag over first.",
    resolvers=("celllab", "nurse"),
    risk=Risk.PATIENT,
)
def bag_is_held_here(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder == known.actor.organisation or collected_bag(asked.unit, known) is None:
        return None
    return f"{asked.unit.identifier} is held by {holder.identifier if holder else 'nobody'}"


@gate(
    "collection.bag_may_be_divided",
    requirement=("TRC-14", "TRC-22", "TRC-27"),
    protects="A bag whose label nobody scanned back gives its mistake to everything that is filled out of it.",
    remedy="Have the label scanned back, or what blocks the bag resolved.",
    resolvers=("celllab", "nurse", "physician"),
    risk=Risk.PATIENT,
)
def bag_may_be_divided(asked: OfUnit, known: Circumstances) -> str | None:
    if collected_bag(asked.unit, known) is None:
        return None
    why = known.state(UNIT, asked.unit).stands_still_because
    if why is None and known.state(HOLDING, asked.unit).mismatch:
        why = "was not taken as it was offered, and nobody has resolved that"
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "collection.parts_are_no_more_than_the_whole",
    requirement="TRC-22",
    protects="More cells in the cryobags than were collected means that some are somebody else's, or miscounted.",
    remedy="Count again; if the count is right, find out which bag it was.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def parts_are_no_more_than_the_whole(asked: OfDivision, known: Circumstances) -> str | None:
    bag = collected_bag(asked.unit, known)
    if bag is None or bag.cd3.unit != asked.cd3.unit:
        return None  # `collection.bag_comes_from_the_chair` and `collection.amounts_in_their_units` say so
    filled: Decimal = sum((c.cd3.amount for c in known.state(FREEZING, asked.unit).cryobags), asked.cd3.amount)
    if filled <= bag.cd3.amount:
        return None
    return (
        f"{Quantity.of(filled, bag.cd3.unit)} in the cryobags, and {bag.cd3} were collected in {asked.unit.identifier}"
    )


@gate(
    "collection.enough_cryobags",
    requirement=("TRC-22", "SCS-27"),
    protects="If one bag breaks or a batch fails, another one is there and nobody is connected to a machine again.",
    remedy="Fill as many cryobags as the programme plans.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def enough_cryobags(asked: OfUnit, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None or collected_bag(asked.unit, known) is None:
        return None  # `collection.bag_comes_from_the_chair` says so
    version: ProgrammeVersion = known.programmes.version(known.state(CHAIN, chain).version)
    filled = len(known.state(FREEZING, asked.unit).cryobags)
    if filled >= version.cryobags_min:
        return None
    return f"{filled} of {version.cryobags_min} cryobags are filled"
