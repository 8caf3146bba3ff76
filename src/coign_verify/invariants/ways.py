"""Invariants of the way: from the sender, with the carrier that was named, to whom it is for, under true seals."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.therapies import not_allowed
from coign_verify.invariants.trackers import CHAIN, CUSTODY, ORGANISATION, SITE, UNIT, VESSEL, WAY
from coign_verify.invariants.trackers.units import minutes_between

SEALED, REPLACED, UNPACKED = "logistics.sealed.v1", "logistics.seal_replaced.v1", "logistics.unpacked.v1"
LOGGER_READ, LOGGER_MISSING = "coldchain.logger_read.v1", "coldchain.logger_missing.v1"
COURIER = "courier"

#: What the sender does with a shipment, what the carrier does, and what whoever it is addressed to does.
BY_THE_SENDER = (SEALED, REPLACED, UNPACKED, "logistics.carrier_named.v1")
BY_THE_CARRIER = ("logistics.departed.v1", "logistics.arrived.v1")
BY_THE_ADDRESSEE = (
    "logistics.seals_compared.v1", "logistics.seal_differed.v1", "logistics.opened.v1", LOGGER_READ, LOGGER_MISSING,
    "logistics.receipt_checked.v1", "logistics.received.v1",
)  # fmt: skip
#: Done by who answers for the cells at that moment.
IN_THE_HAND = (SEALED, REPLACED, UNPACKED, *BY_THE_CARRIER, *BY_THE_ADDRESSEE)


@invariant("TRC-11", "TRC-10", "SCS-01", hears=("logistics.packed.v1",))
def a_shipment_goes_to_the_maker_or_the_centre_of_its_therapy(known: Known, fact: Heard) -> Verdict:
    """Cells are sent to the other one of maker and centre of their own therapy, to a place that is theirs."""
    to, sender, chain = fact.body["to"], fact.body["sender"], known.of(UNIT, fact.body["unit"]).chain
    bound = known.of(CHAIN, chain)
    if to not in (bound.maker, bound.centre) or to == sender:
        return (f"cells of {chain or 'no chain'} were sent by {sender} to {to}",)
    place = fact.body.get("destination")
    owner = known.of(SITE, place) if place else to
    return () if owner == to else (f"cells for {to} were sent to {place}, a place of {owner or 'nobody'}",)


@invariant("TRC-11", "SCS-12", "SCS-13", "SCS-S7", hears=(*IN_THE_HAND, "logistics.carrier_named.v1"))
def a_shipment_is_handled_by_who_holds_it_and_should(known: Known, fact: Heard) -> Verdict:
    """The sender seals and unpacks, the carrier drives, the addressee opens and receives: each what they hold."""
    way, here = known.of(WAY, fact.body["shipment"]), fact.entry["intent"]["actor"]["organisation"]
    if fact.beside("logistics.packed.v1"):
        return None
    if not way.units:
        return (f"{fact.body['shipment']} holds nothing",)
    if fact.type in BY_THE_SENDER and here != way.sender:
        return (f"{here} did {fact.type} in place of {way.sender}",)
    if fact.type in BY_THE_ADDRESSEE and here != way.to:
        return (f"{here} did {fact.type} in place of {way.to}",)
    if fact.type not in IN_THE_HAND:
        return ()
    holders = {unit: known.of(CUSTODY, unit).organisation for unit in way.units}
    return tuple(f"{unit} was held by {h or 'nobody'}, not by {here}" for unit, h in holders.items() if h != here)


@invariant("SCS-12", hears=(SEALED, REPLACED))
def a_seal_is_scanned_fits_its_shipment_and_is_used_once(known: Known, fact: Heard) -> Verdict:
    """A seal has a number that was never on this shipment, closes its own shipper, and is the first or replaces one."""
    way, seal, shipment = known.of(WAY, fact.body["shipment"]), fact.body["seal"], fact.body["shipment"]
    if not seal.strip():
        return (f"{shipment} was sealed with nothing",)
    if fact.body["shipper"] != way.shipper:
        return (f"{fact.body['shipper']} was sealed; {shipment} lies in {way.shipper or 'nothing'}",)
    if fact.type == SEALED:
        return (f"{way.seals[-1]} was on {shipment} already",) if way.seals else ()
    return () if way.seals and way.seals[-1] != seal else (f"{seal} replaces {way.seals[-1] if way.seals else 'none'}",)


@invariant("TRC-11", "SCS-12", "SCS-08", hears=(REPLACED, UNPACKED))
def what_left_or_is_held_out_stays_as_it_is(known: Known, fact: Heard) -> Verdict:
    """No shipment is called off or sealed anew that has left, was opened, or is held out to somebody."""
    way, shipment = known.of(WAY, fact.body["shipment"]), fact.body["shipment"]
    said = [f"{shipment} {word}" for word, so in (("had left", way.left), ("was opened", way.opened)) if so]
    return (*said, *(f"{unit} was held out" for unit in way.units if known.of(CUSTODY, unit).offered_to))


@invariant("SCS-08", hears=("logistics.logger_started.v1", LOGGER_READ))
def a_journey_is_read_from_the_logger_that_made_it(known: Known, fact: Heard) -> Verdict:
    """A logger has a number, and the file that counts for a journey is of the logger that travelled."""
    logger = fact.body["logger"]
    if not logger.strip():
        return ("a logger without a number was started",)
    if fact.type != LOGGER_READ:
        return ()
    travelled = known.of(WAY, fact.body["shipment"]).logger
    return () if logger == travelled else (f"{logger} was read; {travelled or 'no logger'} had travelled",)


@invariant("SCS-06", hears=("logistics.shipper_qualified.v1", "logistics.logger_started.v1"))
def a_shipper_is_tested_and_used_by_its_own_house(known: Known, fact: Heard) -> Verdict:
    """How long a shipper keeps cold says the house that owns it, for days to come; it is used by who keeps it."""
    vessel, shipper = known.of(VESSEL, fact.body["shipper"]), fact.body["shipper"]
    here = fact.entry["intent"]["actor"]["organisation"]
    if fact.type == "logistics.logger_started.v1":
        return () if vessel.kept_by == here else (f"{shipper} was kept by {vessel.kept_by or 'nobody'}, not by {here}",)
    if vessel.owner not in ("", here):
        return (f"{shipper} belongs to {vessel.owner} and was tested by {here}",)
    ahead = fact.body["qualified_until"] > fact.time
    return () if ahead else (f"the test of {shipper} had run out on {fact.body['qualified_until']}",)


@invariant("SCS-06", "SCS-07", hears=("logistics.shipper_chosen.v1", "logistics.packed.v1"))
def a_shipper_keeps_cold_for_longer_than_the_programme_asks(known: Known, fact: Heard) -> Verdict:
    """Cells travel in a shipper whose test still counts, and keeps cold for as long as their programme asks."""
    chain = fact.body.get("chain") or known.of(UNIT, fact.body["unit"]).chain
    vessel, shipper = known.of(VESSEL, fact.body["shipper"]), fact.body["shipper"]
    if fact.time >= vessel.qualified_until:
        return (f"the test of {shipper} had run out on {vessel.qualified_until or 'no day'}",)
    least = known.terms.minutes(known.of(CHAIN, chain).version, "shipper_hold_time_min")
    if vessel.hold_min is None:
        return (f"nobody knows for how long {shipper} keeps cold",)
    return () if vessel.hold_min >= least else (f"{shipper} keeps cold for {vessel.hold_min:.0f} min of {least:.0f}",)


@invariant("TRC-11", "SCS-12", "REG-02", hears=("custody.offered.v1",))
def what_leaves_goes_with_its_carrier_and_is_allowed_to(known: Known, fact: Heard) -> Verdict:
    """Cells leave a house with the carrier that its shipment names, and while no authority stopped their dispatch."""
    unit, here = fact.body["unit"], fact.entry["intent"]["actor"]["organisation"]
    if known.of(ORGANISATION, fact.body["to"]).category != COURIER or known.of(ORGANISATION, here).category == COURIER:
        return None
    state = known.of(UNIT, unit)
    carrier = known.of(WAY, state.under_way).carrier if state.under_way else ""
    said = (
        [] if carrier == fact.body["to"] else [f"{unit} left with {fact.body['to']}; {carrier or 'nobody'} was named"]
    )
    return (*said, *not_allowed(known, "dispatch", state.chain, fact))


@invariant("TRC-11", "TRC-13", hears=("custody.offered.v1",))
def what_is_held_out_is_held_out_to_one(known: Known, fact: Heard) -> Verdict:
    """A container is held out to one taker at a time."""
    unit = fact.body["unit"]
    to = known.of(CUSTODY, unit).offered_to
    return (f"{unit} was held out to {to} already",) if to else ()


@invariant("TRC-11", "TRC-13", hears=("custody.handed_over.v1",))
def giver_and_taker_stand_together(known: Known, fact: Heard) -> Verdict:
    """A container is taken over while its offer counts: giver and taker see it together."""
    offered_at = known.of(CUSTODY, fact.body["unit"]).offered_at
    if not offered_at:
        return None
    limit, passed = known.terms.of_the_house("custody.offer_valid", fact.entry), minutes_between(offered_at, fact.time)
    return () if passed <= limit else (f"it was held out {passed:.0f} min before; {limit:.0f} are allowed",)


@invariant("TRC-13", "SCS-13", hears=("logistics.received.v1", "logistics.receipt_mismatched.v1"))
def two_look_at_one_arrival_together(known: Known, fact: Heard) -> Verdict:
    """What arrived is confirmed soon after the first look at it: an old look says nothing about it now."""
    first = known.of(WAY, fact.body["shipment"]).checked_at
    if not first:
        return None
    limit, passed = known.terms.of_the_house("logistics.receipt_window", fact.entry), minutes_between(first, fact.time)
    return () if passed <= limit else (f"the first had looked {passed:.0f} min before; {limit:.0f} are allowed",)


INVARIANTS = (
    a_shipment_goes_to_the_maker_or_the_centre_of_its_therapy,
    a_shipment_is_handled_by_who_holds_it_and_should,
    a_seal_is_scanned_fits_its_shipment_and_is_used_once,
    what_left_or_is_held_out_stays_as_it_is,
    a_journey_is_read_from_the_logger_that_made_it,
    a_shipper_is_tested_and_used_by_its_own_house,
    a_shipper_keeps_cold_for_longer_than_the_programme_asks,
    what_leaves_goes_with_its_carrier_and_is_allowed_to,
    what_is_held_out_is_held_out_to_one,
    giver_and_taker_stand_together,
    two_look_at_one_arrival_together,
)
