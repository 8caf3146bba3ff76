"""The plant's acts: clearing a room, the batch with its steps, filling, labels."""

from collections.abc import Callable
from decimal import Decimal

from coign.demo.acts import Command, plays
from coign.demo.acts.devices import device_for
from coign.demo.acts.lots import lot_of
from coign.demo.acts.values import inside
from coign.demo.scene import Scene
from coign.facility.views import ROOM as FACILITY
from coign.identity.views import UNIT
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Room
from coign.manufacturing.state import ROOM, RoomState
from coign.manufacturing.views import BATCH
from coign.programmes.model import Need
from coign.records.reading import Thing
from coign.storage.views import PLACE

#: So long a room stays with the therapy that it was cleared for.
KEPT_MIN = 60


def _room(scene: Scene, fits: Callable[[RoomState], bool]) -> Room | None:
    states = [(room, scene.state(ROOM, room)) for room in (Room(t.subject) for t in _rooms(scene))]
    cabinets = [(room, state) for room, state in states if state.grade == "A"] or states
    fitting = [room for room, state in cabinets if fits(state)]
    usable = (room for room in fitting if scene.state(FACILITY, room).not_usable_because(scene.now) is None)
    return next(usable, fitting[0] if fitting else None)


def _rooms(scene: Scene) -> list[Thing]:
    return scene.things("room", scene.actor.organisation)


@plays("manufacturing.clear_line")
def clear_line(scene: Scene) -> Command:
    """A room in which nothing is open and that nobody keeps for another therapy; what was kept for long is free."""
    room = _room(scene, lambda r: r.open_batch is None and r.cleared_for in (None, scene.chain) and r.check is None)
    room = room or _room(scene, lambda r: r.open_batch is None and not _is_kept(r, scene))
    if room is None:
        raise NotFound("no room is free")
    return {"room": room, "chain": scene.chain, "finding": "clear"}


def _is_kept(room: RoomState, scene: Scene) -> bool:
    """Whether somebody else cleared it a short while ago and is about to begin."""
    if room.check is not None and room.check.chain == scene.chain:
        return False
    since = [at for at in (room.check.at if room.check else None, room.cleared_at) if at is not None]
    return any(scene.now.minutes_since(at) < KEPT_MIN for at in since)


@plays("manufacturing.confirm_clearance")
def confirm_clearance(scene: Scene) -> Command:
    """The room that the first person looked at."""
    room = _room(scene, lambda r: r.check is not None and r.check.chain == scene.chain)
    if room is None:
        raise NotFound(f"no room was checked for {scene.chain.identifier}")
    return {"room": room, "chain": scene.chain, "finding": "clear"}


@plays("manufacturing.start_batch")
def start_batch(scene: Scene) -> Command:
    """The cryobag that was taken out, in the room that was cleared for it."""
    room = _room(scene, lambda r: r.cleared_for == scene.chain)
    if room is None:
        raise NotFound(f"no room is cleared for {scene.chain.identifier}")
    at_hand = scene.first_bag(lambda u: scene.state(PLACE, u).box is None, "was taken out")
    return {"unit": at_hand, "room": room}


@plays("manufacturing.complete_step")
def complete_step(scene: Scene) -> Command:
    """The step that comes next, measured inside its limits, with an approved lot and a usable device of each kind."""
    step = scene.programme.next_step(scene.state(BATCH, scene.batch).steps_done)
    if step is None:
        raise NotFound(f"all steps of {scene.batch.identifier} are done")
    measured = [{"id": m.id, "quantity": {"value": inside(m, scene.chance), "unit": m.unit}} for m in step.measurements]
    return {
        "batch": scene.batch,
        "step": step.id,
        "measurements": measured,
        "lots": [lot_of(scene, material) for material in step.materials],
        "equipment": [device_for(scene, need) for need in step.equipment],
    }


@plays("manufacturing.draw_sample")
def draw_sample(scene: Scene) -> Command:
    """The first sample of the plan that is due and not drawn, a little more than is asked for."""
    batch = scene.state(BATCH, scene.batch)
    drawn = {sample.planned for sample in batch.samples}
    due = scene.programme.samples_after(batch.steps_done[-1])
    planned = next((p for p in due if p.id not in drawn), None)
    if planned is None:
        raise NotFound(f"no sample of {scene.batch.identifier} is due")
    least = planned.volume_min.amount if planned.volume_min is not None else 1
    return {
        "batch": scene.batch,
        "planned": planned.id,
        "volume": {"value": f"{least + Decimal(scene.chance.randrange(5)) / 10}", "unit": "mL"},
        "drawn_at": scene.now.plus(minutes=-1),
    }


@plays("manufacturing.fill_bag")
@plays("manufacturing.fill")
def fill(scene: Scene) -> Command:
    """One bag, closed a minute ago."""
    return {
        "batch": scene.batch,
        "volume": {"value": str(scene.chance.randrange(18, 23)), "unit": "mL"},
        "filled_at": scene.now.plus(minutes=-1),
    }


@plays("manufacturing.freeze")
def freeze(scene: Scene) -> Command:
    """One run for all bags, begun soon after the last one was closed; they come out now."""
    closed = scene.state(BATCH, scene.batch).filled_at
    assert closed is not None, "freezing comes after filling"
    return {
        "batch": scene.batch,
        "equipment": device_for(scene, Need("controlled_rate_freezer")),
        "started_at": closed.plus(minutes=scene.chance.randrange(8, 15)),
        "ended_at": scene.now.plus(minutes=-1),
        "end_temperature": {"value": f"-{scene.chance.randrange(950, 1050) / 10:.1f}", "unit": "Cel"},
    }


@plays("facility.put_in_use")
def put_in_use(scene: Scene) -> Command:
    """Of the cabinets in which nothing is open the one whose qualification ends first, tested again an hour ago."""
    states = {room: scene.state(FACILITY, room) for room in (Room(t.subject) for t in _rooms(scene))}
    cabinets = {room: state for room, state in states.items() if state.grade == "A"} or states
    if not cabinets:
        raise NotFound("there is no room")
    room = min(cabinets, key=lambda r: (scene.state(ROOM, r).open_batch or "", cabinets[r].qualified_until or ""))
    return {
        "room": room,
        "within": cabinets[room].within,
        "qualified_on": scene.now.plus(hours=-1),
        "evidence": scene.keep(f"Qualification of {room.identifier}: air flow, filters, particles, growth. In order."),
    }


@plays("facility.record_monitoring")
def record_monitoring(scene: Scene) -> Command:
    """Every sample of the cabinet when the container was closed: nothing grew, and few particles flew."""
    batch = scene.state(BATCH, scene.batch)
    grown = dict.fromkeys(("active_air", "settle_plate", "contact_plate", "glove_print"), 0)
    return {
        "room": batch.room,
        "batch": scene.batch,
        "taken_at": batch.filled_at,
        "particles_0_5": scene.chance.randrange(80, 900),
        "particles_5": scene.chance.randrange(0, 9),
        **grown,
    }


@plays("facility.assess_growth")
def assess_growth(scene: Scene) -> Command:
    """A colony that somebody's glove left beside the cells, and that the product does not have."""
    return {
        "batch": scene.batch,
        "organism": "Staphylococcus epidermidis",
        "conclusion": "acceptable",
        "assessment": "Demonstration: gloves were changed before the vessel was opened; sterility is negative.",
        "evidence": scene.keep("Identification of one colony; impact on the batch: none."),
    }


@plays("manufacturing.count_labels")
def count_labels(scene: Scene) -> Command:
    """One for each container, and one that was spoilt and torn up."""
    containers = len(scene.state(BATCH, scene.batch).units)
    return {"batch": scene.batch, "printed": containers + 1, "destroyed": 1}


@plays("manufacturing.verify_label")
def verify_label(scene: Scene) -> Command:
    """The first container of the batch whose label was not scanned back yet."""
    units = scene.state(BATCH, scene.batch).units
    open_ = [u for u in units if not scene.state(UNIT, u).label_verified]
    # Whoever drew a sample leaves its label to a colleague.
    mine = {s.unit for s in scene.state(BATCH, scene.batch).samples if s.by == scene.actor.person}
    unit = next((u for u in open_ if u not in mine), next(iter(open_), None))
    if unit is None:
        raise NotFound(f"all labels of {scene.batch.identifier} are verified")
    return {"unit": unit, "scanned": unit, "label_serial": scene.state(UNIT, unit).label_serial}


@plays("manufacturing.extend_hold")
def extend_hold(scene: Scene) -> Command:
    """The cells were kept cold and counted again."""
    return {
        "batch": scene.batch,
        "until": scene.now.plus(hours=24),
        "why": "Demonstration: kept between 2 and 8 °C, counted again, viability as before.",
    }
