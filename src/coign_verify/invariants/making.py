"""Invariants of production: every step, sample and bag as planned, in a clear room, on clean devices, in time."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.terms import PlannedStep
from coign_verify.invariants.trackers import (
    AUTHORISATION,
    BATCH,
    CHAIN,
    CLEANING,
    LINE,
    LOT,
    MAKING,
    PRODUCT,
    ROOM,
    SLOT,
)
from coign_verify.invariants.trackers.units import minutes_between

STEP, FILLED = "manufacturing.step_completed.v1", ("manufacturing.bag_filled.v1", "manufacturing.filled.v1")
DRAWN, RESUMED = "manufacturing.sample_drawn.v1", "manufacturing.batch_resumed.v1"
#: The units in which volumes and temperatures are given (UCUM).
VOLUME, TEMPERATURE = "mL", "Cel"


def _step(known: Known, fact: Heard) -> PlannedStep | None:
    return known.terms.plan(known.of(MAKING, fact.body["batch"]).version).step(fact.body["step"])


@invariant("GMP-06", "CSV-07", "GMP-10", hears=(STEP, *FILLED))
def steps_come_in_the_order_of_the_plan(known: Known, fact: Heard) -> Verdict:
    """Steps of production are done in the order that was validated, each once, and all of them before the filling."""
    state = known.of(MAKING, fact.body["batch"])
    planned = [step.id for step in known.terms.plan(state.version).steps]
    done = [*state.steps, fact.body["step"]] if fact.type == STEP else list(state.steps)
    expected = planned[: len(done)] if fact.type == STEP else planned
    return () if done == expected else (f"{', '.join(done) or 'nothing'} was done; planned is {', '.join(planned)}",)


@invariant("GMP-10", "GMP-18", "CSV-28", hears=(STEP,))
def a_step_has_every_measurement_in_its_unit(known: Known, fact: Heard) -> Verdict:
    """A step is recorded with all its measurements and no others, each in the unit in which its limits are set."""
    step = _step(known, fact)
    if step is None:
        return None
    given = sorted((m["id"], m["quantity"]["unit"]) for m in fact.body["measurements"])
    return () if given == sorted(step.measured) else (f"{given} was measured in {step.id}: {sorted(step.measured)}",)


@invariant("TRC-23", "TRC-01", "GMP-07", hears=(STEP,))
def a_step_takes_its_materials_and_no_others(known: Known, fact: Heard) -> Verdict:
    """Every lot that touched the cells is scanned, of every material of the step, and nothing else goes in."""
    step = _step(known, fact)
    if step is None:
        return None
    lots = {lot: known.of(LOT, lot).material for lot in fact.body["lots"]}
    said = [f"no lot of {material} was scanned" for material in sorted(step.materials - set(lots.values()))]
    said += [
        f"{lot} is {material or 'of no material'}" for lot, material in lots.items() if material not in step.materials
    ]
    return tuple(said)


@invariant("GMP-09", "GMP-34", hears=(STEP,))
def a_device_is_clean_of_other_patients(known: Known, fact: Heard) -> Verdict:
    """A device that must be clean was cleaned since another patient's cells, in time, and not too long ago."""
    step = _step(known, fact)
    if step is None:
        return None
    chain, said = known.of(BATCH, fact.body["batch"]).chain, []
    for device in fact.body.get("equipment") or ():
        state = known.of(CLEANING, device)
        if state.kind not in step.clean:
            continue
        if state.used_for not in ("", chain):
            said.append(f"{device} was not cleaned since {state.used_for}")
        if state.doubt:
            said.append(f"{device} was cleaned too late and nobody judged it")
        if (
            state.used_for == ""
            and state.cleaned_at
            and _is_over(known, f"equipment.clean_hold.{state.kind}", state.cleaned_at, fact)
        ):
            said.append(f"{device} was cleaned too long ago, {state.cleaned_at}")
    return tuple(said)


def _is_over(known: Known, limit: str, since: str, fact: Heard) -> bool:
    return since == "0" or minutes_between(since, fact.time) > known.terms.of_the_house(limit, fact.entry)


@invariant("GMP-10", hears=(STEP, *FILLED))
def cells_wait_no_longer_than_was_validated(known: Known, fact: Heard) -> Verdict:
    """After a step cells wait for as long as the programme allows, or as the quality unit judged."""
    state = known.of(MAKING, fact.body["batch"])
    if not state.steps:
        return None
    step = known.terms.plan(state.version).step(state.steps[-1])
    if step is None or step.hold_min is None or fact.time <= state.may_wait_until:
        return ()
    waited = minutes_between(state.step_at, fact.time)
    return () if waited <= step.hold_min else (f"cells waited {waited:.0f} min; {step.hold_min:.0f} are allowed",)


@invariant("GMP-20", "GMP-21", "GMP-24", "GMP-17", hears=(DRAWN,))
def samples_are_drawn_once_as_planned_and_enough(known: Known, fact: Heard) -> Verdict:
    """A sample is drawn once, after the step that the plan says, and large enough for its tests."""
    state, name = known.of(MAKING, fact.body["batch"]), fact.body["planned"]
    planned = known.terms.plan(state.version).sample(name)
    if planned is None:
        return (f"no sample {name} is planned",)
    said = [f"{name} was drawn before"] if name in state.drawn else []
    if planned.after != (state.steps or ("",))[-1]:
        said.append(f"{name} was drawn after {(state.steps or ('nothing',))[-1]}; planned is {planned.after}")
    volume = fact.body["volume"]
    if planned.least and volume["unit"] == planned.least[1] and float(volume["value"]) < float(planned.least[0]):
        said.append(f"{volume['value']} of at least {planned.least[0]} was drawn")
    return tuple(said)


@invariant("CSV-28", "TRC-22", "GMP-13", "GMP-06", hears=(DRAWN, *FILLED, "manufacturing.product_frozen.v1"))
def what_is_filled_and_frozen_is_measured(known: Known, fact: Heard) -> Verdict:
    """Volumes are more than nothing and in their unit, a temperature in its own, and bags no more than planned."""
    if fact.type == "manufacturing.product_frozen.v1":
        unit = fact.body["end_temperature"]["unit"]
        return () if unit == TEMPERATURE else (f"the freezing ended at so many {unit}",)
    volume = fact.body["volume"]
    said = [] if volume["unit"] == VOLUME and float(volume["value"]) > 0 else [f"{volume} is no volume"]
    if fact.type in FILLED:
        state = known.of(MAKING, fact.body["batch"])
        most = known.terms.plan(state.version).bags_max
        last = fact.type == FILLED[1]
        if state.bags + 1 > most or (state.bags + 1 == most and not last):
            said.append(f"{state.bags + 1} bags and the room is not left; {most} are planned")
    return tuple(said)


@invariant("GMP-18", "GMP-20", hears=(DRAWN, *FILLED))
def what_is_drawn_or_closed_is_entered_at_once(known: Known, fact: Heard) -> Verdict:
    """A sample is entered when it is drawn, and a bag when it is closed: nobody knows it afterwards."""
    done = fact.body.get("drawn_at") or fact.body["filled_at"]
    ago = minutes_between(done, fact.time)
    limit = known.terms.of_the_house("manufacturing.fill_recorded_within", fact.entry)
    return () if 0 <= ago <= limit else (f"it was done {ago:.0f} min before; {limit:.0f} are allowed",)


@invariant("GMP-35", "GMP-34", "TRC-13", hears=("manufacturing.line_checked.v1", "manufacturing.line_cleared.v1"))
def a_room_is_cleared_by_two_while_nothing_is_open_in_it(known: Known, fact: Heard) -> Verdict:
    """Two look at an empty room, one soon after the other, for the same therapy, and no label is missing in it."""
    room = fact.body["room"]
    line, open_ = known.of(LINE, room), known.of(ROOM, room).open
    said = [f"{open_} was open in {room}"] if open_ else []
    if line.missing_of:
        said.append(f"a label of {line.missing_of} was missing in {room}")
    if fact.type == "manufacturing.line_checked.v1":
        return tuple(said)
    if (line.by, line.chain) != (fact.body["first"], fact.body["chain"]):
        return (*said, f"{fact.body['first']} had not looked at {room} for {fact.body['chain']}")
    passed = minutes_between(line.at, fact.time)
    limit = known.terms.of_the_house("manufacturing.clearance_window", fact.entry)
    return tuple(said) if passed <= limit else (*said, f"{passed:.0f} min lay between the two looks at {room}")


@invariant("GMP-S5", "GMP-35", "SCS-27", hears=("manufacturing.batch_started.v1",))
def a_batch_uses_the_slot_that_is_kept_for_it(known: Known, fact: Heard) -> Verdict:
    """A batch begins in a place that is kept for its therapy, in a room in which no label is missing."""
    state, missing = known.of(SLOT, fact.body["chain"]).state, known.of(LINE, fact.body["room"]).missing_of
    said = [] if state == "kept" else [f"the slot of {fact.body['chain']} was {state or 'not kept'}"]
    return (*said, f"a label of {missing} was missing in {fact.body['room']}") if missing else tuple(said)


@invariant("SCS-27", hears=("manufacturing.slot_confirmed.v1", "manufacturing.slot_moved.v1"))
def a_slot_is_kept_once_and_moved_before_it_is_used(known: Known, fact: Heard) -> Verdict:
    """A place is kept once, moved only before its batch begins, and its dates follow one another from now on."""
    body, state = fact.body, known.of(SLOT, fact.body["chain"])
    moved = fact.type == "manufacturing.slot_moved.v1"
    said = [f"the slot of {body['chain']} was {state.state}"] if state.state == "used" else []
    if not moved and state.state == "kept":
        said.append(f"a place was kept for {body['chain']} already")
    collection = body.get("collection_on") or state.collection_on
    days = [collection, body["start_on"], body["ready_on"]]
    if days != sorted(set(days)) or body["start_on"] <= fact.time:
        said.append(f"{' and '.join(days)} do not follow one another from now on")
    return tuple(said)


@invariant("GMP-31", "TRC-01", hears=("facility.monitored.v1",))
def what_is_read_of_a_room_is_of_the_batch_that_was_open(known: Known, fact: Heard) -> Verdict:
    """What grew beside cells is counted from nothing on, and put to the batch that was open when it was sampled."""
    readings, batch = fact.body.get("readings") or (), fact.body.get("batch")
    said = [
        f"{r['count']} of {r['sample']} were counted" for r in readings if r.get("count") is not None and r["count"] < 0
    ]
    if not batch:
        return tuple(said)
    state = known.of(MAKING, batch)
    around = known.of(ROOM, state.room).within
    if fact.body["room"] not in (state.room, around):
        said.append(f"{batch} was open in {state.room}")
    slack = known.terms.of_the_house("monitoring.samples_after_session_max", fact.entry)
    late = state.filled_at and minutes_between(state.filled_at, fact.body["taken_at"]) > slack
    if fact.body["taken_at"] < state.started_at or late:
        said.append(f"{batch} was not open at {fact.body['taken_at']}")
    return tuple(said)


@invariant(
    "REG-S5", "GMP-19",
    hears=(STEP, *FILLED, RESUMED, "quality.certified.v1", "quality.supplied_under_exception.v1"),
)  # fmt: skip
def what_was_stopped_while_it_was_made_waits_for_a_judgement(known: Known, fact: Heard) -> Verdict:
    """What was being made when making was stopped is not gone on with, nor decided about, before somebody judged it."""
    batch = fact.body["batch"]
    state, chain = known.of(MAKING, batch), known.of(CHAIN, known.of(BATCH, batch).chain)
    every = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, chain.product).authorisations]
    covering = [a for a in every if chain.centre in a.centres]
    if fact.type == RESUMED:
        stands = any(a.allows("manufacture", fact.time, state.site) for a in covering) or not covering
        return () if stands else (f"making was stopped when {batch} was let go on",)
    since = [at for at, site in (a.making_stopped for a in covering) if at and site in ("", state.site)]
    waits = [at for at in since if at >= state.started_at and at > state.resumed_at]
    return tuple(f"making was stopped at {at}, and nobody judged {batch} since" for at in waits)


INVARIANTS = (
    steps_come_in_the_order_of_the_plan,
    a_step_has_every_measurement_in_its_unit,
    a_step_takes_its_materials_and_no_others,
    a_device_is_clean_of_other_patients,
    cells_wait_no_longer_than_was_validated,
    samples_are_drawn_once_as_planned_and_enough,
    what_is_filled_and_frozen_is_measured,
    what_is_drawn_or_closed_is_entered_at_once,
    a_room_is_cleared_by_two_while_nothing_is_open_in_it,
    a_batch_uses_the_slot_that_is_kept_for_it,
    a_slot_is_kept_once_and_moved_before_it_is_used,
    what_is_read_of_a_room_is_of_the_batch_that_was_open,
    what_was_stopped_while_it_was_made_waits_for_a_judgement,
)
