"""Invariants of containers: made once, of one chain, held by one, standing still while in doubt, at their end once."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BAG, BOX, CHAIN, CUSTODY, PLACE, SHIPMENT, SHIPPER, UNIT, WARMTH
from coign_verify.invariants.trackers.units import MISMATCHES

#: What brings a container, or what is in it, further.
ACTS = (
    "custody.offered.v1", "logistics.packed.v1", "manufacturing.batch_started.v1", "infusion.issued.v1",
    "infusion.thawed.v1", "infusion.bedside_confirmed.v1", "infusion.started.v1", "infusion.emergency_started.v1",
    "collection.cryobag_filled.v1",
)  # fmt: skip
#: All that can be done with a container at all.
HANDLING = (
    *ACTS, "custody.began.v1", "custody.handed_over.v1", "storage.placed.v1", "storage.taken_out.v1",
    "infusion.finished.v1", "identity.label_verified.v1", "quality.material_accepted.v1", "identity.unit_ended.v1",
)  # fmt: skip


def _handled(fact: Heard) -> tuple[str, ...]:
    """The containers that an act is done with: of a filling it is the one that is poured out."""
    return fact.subjects("source") or fact.subjects("unit", "further")


@invariant("TRC-22", "TRC-10", "GMP-29", hears=("identity.unit_created.v1",))
def a_unit_is_made_once_of_cells_of_its_own_chain(known: Known, fact: Heard) -> Verdict:
    """A container is made once, and of nothing but what belongs to the same chain of identity."""
    unit, chain = fact.body["unit"], fact.body["chain"]
    if known.of(UNIT, unit).chain:
        return (f"{unit} had been made before",)
    if not known.of(CHAIN, chain).patient:
        return (f"{unit} was made for {chain}, which never began",)
    foreign = [p for p in fact.body.get("parents") or () if known.of(UNIT, p).chain != chain]
    return tuple(f"{unit} of {chain} was made from {p} of {known.of(UNIT, p).chain or 'no chain'}" for p in foreign)


@invariant("TRC-11", hears=("custody.began.v1", "custody.offered.v1", "custody.handed_over.v1"))
def custody_has_one_holder_and_never_none(known: Known, fact: Heard) -> Verdict:
    """Custody begins once, and passes from the one who has it to the one it was offered to: never two, never none."""
    unit, holder = fact.body["unit"], known.of(CUSTODY, fact.body["unit"])
    if fact.type == "custody.began.v1":
        return (f"{holder.person} held {unit} already",) if holder.person else ()
    if not holder.person:
        return (f"{unit} was given away and nobody held it",)
    actor = fact.entry["intent"]["actor"]
    if fact.type == "custody.offered.v1":
        mine = holder.organisation == actor["organisation"]
        return () if mine else (f"{unit} was offered by {actor['organisation']}; {holder.organisation} held it",)
    if holder.offered_to != fact.body["to"]:
        return (f"{unit} went to {fact.body['to']}; it was offered to {holder.offered_to or 'nobody'}",)
    return () if fact.body["giver"] != fact.body["taker"] else (f"{fact.body['giver']} took {unit} from themselves",)


@invariant("TRC-27", hears=HANDLING)
def a_unit_ends_once_and_nothing_happens_to_it_afterwards(known: Known, fact: Heard) -> Verdict:
    """A container ends in exactly one way, and nothing is done with it afterwards."""
    ended = [(unit, how) for unit in _handled(fact) if (how := known.of(UNIT, unit).ended)]
    return tuple(f"{unit} had ended ({how}) before {fact.type}" for unit, how in ended)


@invariant("TRC-S1", "PAT-S1", "SCS-12", "GMP-18", "SCS-20", hears=ACTS)
def what_is_in_doubt_stands_still(known: Known, fact: Heard) -> Verdict:
    """What did not agree, is held, or was reported stands still until that is resolved."""
    states = [(unit, known.of(UNIT, unit).stops) for unit in _handled(fact)]
    return tuple(f"{unit} was to stand still: {sorted(stops)[0].why}" for unit, stops in states if stops)


@invariant("PAT-S1", "TRC-S1", "SCS-12", "CSV-29", "GMP-18", hears=tuple(MISMATCHES))
def every_breach_that_is_seen_blocks_what_it_concerns(known: Known, fact: Heard) -> Verdict:
    """Whoever sees that something does not agree, or reports an act outside the rules, stops what it concerns."""
    concerned = set(fact.subjects("units", "unit", "found", "beside"))
    there = {u for u in concerned if u.startswith("unit:") and known.of(UNIT, u).chain}
    blocked = {u for body in fact.beside("identity.units_blocked.v1") for u in body["units"]}
    return tuple(f"{unit} was not stopped by {fact.type}" for unit in sorted(there - blocked))


#: Facts by which somebody says what they found out about a block.
FOUND_OUT = {
    "infusion.mismatch_resolved.v1", "custody.mismatch_resolved.v1", "storage.removal_resolved.v1",
    "quality.block_resolved.v1", "collection.label_resolved.v1", "incident.act_resolved.v1", "correction.assessed.v1",
}  # fmt: skip


@invariant("TRC-S1", "PAT-S1", "TRC-13", hears=("identity.units_unblocked.v1", "custody.mismatch_resolved.v1"))
def nobody_resolves_what_they_had_a_part_in(known: Known, fact: Heard) -> Verdict:
    """What stopped a container is found out by somebody who had no part in it."""
    if not any(f["type"] in FOUND_OUT for f in fact.entry["intent"]["facts"]):
        return None
    why = fact.body.get("why")
    stops = {(u, s) for u in fact.subjects("unit", "units") for s in known.of(UNIT, u).stops if why in (None, s.why)}
    parts = sorted({unit for unit, stop in stops if fact.person in stop.between})
    return tuple(f"{fact.person} had a part in what stopped {unit} and resolved it" for unit in parts)


@invariant("TRC-14", hears=("custody.offered.v1", "logistics.packed.v1", "infusion.issued.v1"))
def nothing_leaves_before_its_label_was_scanned_back(known: Known, fact: Heard) -> Verdict:
    """A container moves or is thawed only when its label was scanned back and says what was printed."""
    of_therapies = [(unit, state) for unit in _handled(fact) if (state := known.of(UNIT, unit)).chain]
    unseen = [unit for unit, state in of_therapies if not state.label_seen]
    return tuple(f"the label of {unit} had not been scanned back" for unit in unseen) if of_therapies else None


@invariant("GMP-30", "GMP-37", "TRC-18", hears=("logistics.packed.v1",))
def no_product_leaves_before_somebody_answers_for_it(known: Known, fact: Heard) -> Verdict:
    """A final container leaves the maker released, under exception, or explicitly in quarantine."""
    finals = [u for u in _handled(fact) if known.of(UNIT, u).kind == "final_container"]
    if not finals:
        return None
    states = [(unit, known.of(UNIT, unit)) for unit in finals]
    return tuple(
        f"{u} left and nobody answered for it" for u, s in states if s.rejected or not (s.answered or s.may_travel)
    )


@invariant("TRC-S1", "TRC-26", hears=("logistics.packed.v1",))
def one_patient_in_a_shipper(known: Known, fact: Heard) -> Verdict:
    """What travels together belongs to one chain of identity."""
    chains = {known.of(UNIT, unit).chain for unit in _handled(fact)}
    return () if len(chains) == 1 else (f"units of {len(chains)} therapies lie in {fact.body['shipment']}",)


@invariant("SCS-12", "SCS-13", hears=("logistics.departed.v1", "logistics.opened.v1", "logistics.received.v1"))
def no_shipper_is_opened_before_its_seal_was_compared(known: Known, fact: Heard) -> Verdict:
    """A shipper leaves sealed, is opened once its seal was compared, and received once its logger was read."""
    shipment = fact.body["shipment"]
    state = known.of(SHIPMENT, shipment)
    if fact.type == "logistics.departed.v1":
        return () if state.seal else (f"{shipment} left without a seal",)
    if fact.type == "logistics.opened.v1":
        return () if state.compared else (f"{shipment} was opened before its seal was compared",)
    if not state.opened:
        return (f"{shipment} was received unopened",)
    if fact.subjects("unit", "further") != state.units:
        return (f"what was received from {shipment} is not what was packed",)
    return () if state.read else (f"{shipment} was received before its logger was read",)


@invariant("PAT-30", hears=("storage.placed.v1", "logistics.packed.v1"))
def nothing_is_frozen_again(known: Known, fact: Heard) -> Verdict:
    """What was thawed for its patient is never frozen again or sent away."""
    thawed = [unit for unit in _handled(fact) if known.of(BAG, unit).thawed_at]
    return tuple(f"{unit} had been thawed" for unit in thawed)


@invariant("SCS-04", "TRC-11", hears=("storage.placed.v1", "storage.taken_out.v1", "logistics.packed.v1"))
def a_unit_lies_in_one_place_and_a_place_holds_one(known: Known, fact: Heard) -> Verdict:
    """No position holds two containers, no container lies in two, and what is taken out lay where it is said."""
    places = [(unit, known.of(PLACE, unit)) for unit in _handled(fact)]
    if fact.type != "storage.taken_out.v1":
        said = [f"{unit} lay in {place.box} already" for unit, place in places if place.box]
        if fact.type == "storage.placed.v1":
            lying = known.of(BOX, fact.body["box"])
            said += [f"{unit} lay there already" for position, unit in lying if position == fact.body["position"]]
        return tuple(said)
    there = (fact.body["box"], fact.body["position"])
    return tuple(f"{unit} did not lie in {there[0]} at {there[1]}" for unit, place in places if place != there)


@invariant("SCS-06", "SCS-08", "TRC-11", hears=("logistics.packed.v1",))
def what_is_packed_is_held_here_and_travels_once(known: Known, fact: Heard) -> Verdict:
    """Units are packed by who holds them, into a free and tested shipper with a running logger, one way at a time."""
    body = fact.body
    shipper = known.of(SHIPPER, body["shipper"])
    said = [] if body["logger"] else ["no logger ran"]
    if fact.time >= shipper.qualified_until or shipper.shipment:
        said.append(f"{body['shipper']} was not tested, or not free")
    for unit in _handled(fact):
        holder, under_way = known.of(CUSTODY, unit).organisation, known.of(UNIT, unit).under_way
        if holder != body["sender"]:
            said.append(f"{unit} is held by {holder or 'nobody'} and was packed by {body['sender']}")
        if under_way:
            said.append(f"{unit} was under way in {under_way}")
        if known.of(WARMTH, unit).in_doubt(fact.time):
            said.append(f"nobody had found in order how warm {unit} was")
    return tuple(said)


@invariant("SCS-13", "SCS-12", "GMP-30", hears=("quality.material_accepted.v1",))
def what_is_accepted_has_arrived_and_agrees(known: Known, fact: Heard) -> Verdict:
    """Material is accepted by the house that received it, cold, and while nothing about it is in doubt."""
    unit, house = fact.body["unit"], fact.body["organisation"]
    state, warmth = known.of(UNIT, unit), known.of(WARMTH, unit)
    said = [] if state.received_by == house else [f"{unit} was received by {state.received_by or 'nobody'}"]
    said += [f"{unit} stands still: {stop.why}" for stop in sorted(state.stops)[:1]]
    if warmth.in_doubt(fact.time):
        said.append(f"nobody had found in order how warm {unit} was")
    return tuple(said)


@invariant("TRC-27", hears=("closing.disposal_confirmed.v1",))
def what_is_disposed_of_ends_as_was_decided(known: Known, fact: Heard) -> Verdict:
    """What becomes of a container at the end of its therapy is what a physician decided."""
    unit = fact.body["unit"]
    decided = known.of(UNIT, unit).decided
    became = [e["how"] for e in fact.beside("identity.unit_ended.v1") if e["unit"] == unit]
    return (
        () if decided and became == [decided] else (f"{unit}: {decided or 'nothing'} was decided, {became} was done",)
    )


INVARIANTS = (
    a_unit_is_made_once_of_cells_of_its_own_chain,
    custody_has_one_holder_and_never_none,
    a_unit_ends_once_and_nothing_happens_to_it_afterwards,
    what_is_in_doubt_stands_still,
    every_breach_that_is_seen_blocks_what_it_concerns,
    nobody_resolves_what_they_had_a_part_in,
    nothing_leaves_before_its_label_was_scanned_back,
    no_product_leaves_before_somebody_answers_for_it,
    one_patient_in_a_shipper,
    no_shipper_is_opened_before_its_seal_was_compared,
    nothing_is_frozen_again,
    a_unit_lies_in_one_place_and_a_place_holds_one,
    what_is_packed_is_held_here_and_travels_once,
    what_is_accepted_has_arrived_and_agrees,
    what_is_disposed_of_ends_as_was_decided,
)
