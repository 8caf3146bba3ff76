"""Invariants of the plant: the right material, in a clear room, judged by others than those who made it."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BATCH, CHAIN, DEVICE, LOT, ROOM, SERIAL, UNIT, WARMTH


@invariant("GMP-30", "GMP-04", "TRC-22", hears=("manufacturing.batch_started.v1",))
def a_batch_takes_accepted_material_of_its_own_chain(known: Known, fact: Heard) -> Verdict:
    """A batch is started from cells that the quality unit accepted, and of its own chain of identity."""
    unit, chain = fact.body["unit"], fact.body["chain"]
    state = known.of(UNIT, unit)
    if state.chain != chain:
        return (f"{unit} of {state.chain or 'no chain'} went into a batch of {chain}",)
    if not state.accepted:
        return (f"nobody had accepted {unit}",)
    return (f"nobody had found in order how warm {unit} was",) if known.of(WARMTH, unit).in_doubt(fact.time) else ()


@invariant("GMP-35", "GMP-34", "GMP-S4", "GMP-32", hears=("manufacturing.batch_started.v1",))
def a_batch_is_opened_in_a_room_cleared_for_it(known: Known, fact: Heard) -> Verdict:
    """Cells are opened in a qualified room that two cleared for this therapy, and in which nobody else's are open."""
    room, chain = fact.body["room"], fact.body["chain"]
    state = known.of(ROOM, room)
    if state.open:
        return (f"{state.open} was open in {room}",)
    if fact.time >= state.usable_until:
        return (f"the qualification of {room} was over",)
    return () if state.cleared_for == chain else (f"{room} was cleared for {state.cleared_for or 'nobody'}",)


@invariant("TRC-17", "TRC-18", "TRC-19", "TRC-21", hears=("quality.material_accepted.v1",))
def a_donors_tests_are_known_before_cells_are_accepted(known: Known, fact: Heard) -> Verdict:
    """Cells are accepted when their donor's blood was taken or somebody justified why not, and marked if reactive."""
    unit = fact.body["unit"]
    state = known.of(UNIT, unit)
    donor = known.of(CHAIN, state.chain)
    if not donor.sampled and not donor.justified:
        return (f"no blood of the donor of {unit} was taken",)
    apart = not donor.reactive or fact.body["organisation"] in state.set_apart_by
    return () if apart else (f"the donor of {unit} is reactive and it was not set apart",)


@invariant("GMP-04", "GMP-S7", "SCS-16", hears=("manufacturing.step_completed.v1", "collection.started.v1"))
def a_lot_in_doubt_is_not_used(known: Known, fact: Heard) -> Verdict:
    """Cells touch only lots that are approved, in date, and neither rejected, on hold nor suspect."""
    lots = fact.body.get("lots") or ()
    return tuple(f"{lot} might not be used" for lot in lots if not known.of(LOT, lot).may_be_used(fact.time))


@invariant("GMP-02", "GMP-04", hears=("supply.lot_approved.v1",))
def nobody_approves_a_lot_they_had_in_hand(known: Known, fact: Heard) -> Verdict:
    """A lot is approved once it was tested, by somebody who neither received nor tested it."""
    lot = fact.body["lot"]
    state = known.of(LOT, lot)
    if not state.received:
        return (f"{lot} never came in",)
    if state.rejected or state.suspect:
        return (f"{lot} had been rejected or was suspect",)
    return () if fact.person not in state.had_in_hand else (f"{fact.person} had {lot} in hand and approved it",)


@invariant("SCS-15", "SCS-16", hears=("supply.pack_used.v1",))
def a_pack_is_used_once_and_never_while_suspect(known: Known, fact: Heard) -> Verdict:
    """A serialised pack is registered, used once, and not while anybody doubts it."""
    serial = fact.body["serial"]
    state = known.of(SERIAL, serial)
    if state.used:
        return (f"{serial} had been used before",)
    return () if state.registered and not state.suspect else (f"{serial} was unknown or suspect",)


@invariant("CSV-09", "GMP-09", "GMP-03", hears=("equipment.devices_used.v1",))
def no_device_is_used_that_is_due_or_out_of_service(known: Known, fact: Heard) -> Verdict:
    """Devices that touch or measure cells are registered, in service, in order, and not due for calibration."""
    devices = [(d, known.of(DEVICE, d)) for d in fact.body["equipment"]]
    return tuple(f"{d} might not be used" for d, state in devices if not state.may_be_used(fact.time))


@invariant("GMP-09", "GMP-02", hears=("equipment.device_returned.v1",))
def nobody_returns_the_device_they_took_out(known: Known, fact: Heard) -> Verdict:
    """Whoever took a device out of service does not return it."""
    device = fact.body["equipment"]
    out_by = known.of(DEVICE, device).out_by
    return () if out_by and out_by != fact.person else (f"{device} was taken out by {out_by or 'nobody'}",)


@invariant("CSV-29", "GMP-20", hears=("quality.result_reviewed.v1",))
def nobody_reviews_their_own_result(known: Known, fact: Heard) -> Verdict:
    """A result is compared with its raw data by another person than tested."""
    attribute = fact.body["attribute"]
    tested = [t.by for t in known.of(BATCH, fact.body["batch"]).tests if t.attribute == attribute]
    if not tested:
        return (f"there is no result of {attribute}",)
    return (f"{fact.person} tested {attribute} and reviewed it",) if fact.person in tested else ()


@invariant("GMP-02", "CSV-31", "GMP-37", hears=("quality.record_reviewed.v1", *("quality.certified.v1",)))
def releaser_reviewer_and_maker_are_different_people(known: Known, fact: Heard) -> Verdict:
    """The record of a batch is reviewed by somebody without a hand in it, and released by yet another."""
    batch = known.of(BATCH, fact.body["batch"])
    if fact.person in batch.hands:
        return (f"{fact.person} had a hand in {fact.body['batch']} and judged it",)
    if fact.type == "quality.record_reviewed.v1":
        return ()
    if not batch.reviewed_by:
        return (f"nobody had reviewed the record of {fact.body['batch']}",)
    return () if batch.reviewed_by != fact.person else (f"{fact.person} reviewed {fact.body['batch']} and released it",)


@invariant("GMP-19", "GMP-20", "GMP-31", "GMP-40", "GMP-S3", "GMP-S5", hears=("quality.certified.v1",))
def nothing_is_released_over_what_is_open(known: Known, fact: Heard) -> Verdict:
    """A batch is released with every result passed and reviewed, nothing open, and every container in order."""
    batch = known.of(BATCH, fact.body["batch"])
    said = [f"{t.attribute} fails" for t in sorted(batch.tests) if t.verdict != "pass"]
    said += [f"nobody had reviewed {t.attribute}" for t in sorted(batch.tests) if not t.reviewed]
    said += [f"{case} is open" for case in sorted(batch.deviations)]
    if batch.growth:
        said.append("growth in grade A is not judged acceptable")
    if batch.labels_missing:
        said.append("a label is missing")
    if batch.rejected or batch.excepted:
        said.append("it had been rejected, or supplied under exception")
    for unit, state in [(u, known.of(UNIT, u)) for u in fact.body["units"]]:
        said += [f"{unit} stands still: {stop.why}" for stop in sorted(state.stops)[:1]]
        said += [] if state.label_seen else [f"the label of {unit} had not been scanned back"]
        said += [f"{unit} was too warm"] if known.of(WARMTH, unit).in_doubt(fact.time) else []
        said += [f"{unit} had expired"] if state.expires and fact.time >= state.expires else []
    return tuple(f"{fact.body['batch']} was released: {each}" for each in said)


@invariant("GMP-37", "TRC-10", hears=("quality.certified.v1", "quality.supplied_under_exception.v1"))
def what_is_released_is_what_was_made(known: Known, fact: Heard) -> Verdict:
    """Whoever answers for a batch answers for containers that were filled from it, for its own chain of identity."""
    batch, chain = fact.body["batch"], fact.body["chain"]
    made_for = known.of(BATCH, batch).chain
    if made_for != chain:
        return (f"{batch} was made for {made_for or 'nobody'} and released for {chain}",)
    units = [(u, known.of(UNIT, u)) for u in fact.body["units"]]
    return tuple(f"{u} is not of {batch}" for u, s in units if (s.batch, s.chain) != (batch, chain))


@invariant("GMP-40", "GMP-41", "GMP-S2", hears=("quality.supplied_under_exception.v1",))
def an_exception_has_its_papers(known: Known, fact: Heard) -> Verdict:
    """A product out of specification is supplied at the physician's request, with every paper of its destination."""
    chain = fact.body["chain"]
    papers = known.of(CHAIN, chain).papers
    if "quality.exception_requested.v1" not in papers:
        return (f"no physician had asked for the product of {chain}",)
    european = {f"quality.exception_{paper}.v1" for paper in ("risk_assessed", "accepted", "notified")}
    complete = european <= papers or "quality.expanded_access_recorded.v1" in papers
    return () if complete else (f"papers for the product of {chain} were missing",)


INVARIANTS = (
    a_batch_takes_accepted_material_of_its_own_chain,
    a_batch_is_opened_in_a_room_cleared_for_it,
    a_donors_tests_are_known_before_cells_are_accepted,
    a_lot_in_doubt_is_not_used,
    nobody_approves_a_lot_they_had_in_hand,
    a_pack_is_used_once_and_never_while_suspect,
    no_device_is_used_that_is_due_or_out_of_service,
    nobody_returns_the_device_they_took_out,
    nobody_reviews_their_own_result,
    releaser_reviewer_and_maker_are_different_people,
    nothing_is_released_over_what_is_open,
    what_is_released_is_what_was_made,
    an_exception_has_its_papers,
)
