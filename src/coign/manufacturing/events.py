"""What can happen in the plant: rooms, slots, batches."""

from dataclasses import dataclass, field
from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.fields import correctable
from coign.kernel.subjects import Batch, Chain, Equipment, Lot, Organisation, Person, Programme, Room, Site, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity

Grade = Literal["A", "B", "C", "D"]
Finding = Literal["clear", "not_clear"]
#: What a sample is for: to steer production, to decide about the product, to be kept.
Purpose = Literal["in_process", "release", "retention"]

#: Why units are blocked at a scan-back: the words that stand in the record.
FILLED_LABEL_DIFFERS = "its label is not the one that was printed for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement of a step, as it was read."""

    id: str
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRegistered(Fact, type="manufacturing.room_registered.v1", about=("room",), parties=("organisation",)):
    """A room or cabinet in which one patient's cells may be open at a time."""

    room: Room
    organisation: Organisation
    site: Site
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotConfirmed(Fact, type="manufacturing.slot_confirmed.v1", about=("chain",)):
    """The maker keeps a place free for this therapy: when cells may be collected, when it starts, when it is ready."""

    chain: Chain
    maker: Organisation
    collection_on: Instant
    start_on: Instant
    ready_on: Instant
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMoved(Fact, type="manufacturing.slot_moved.v1", about=("chain",)):
    """The place that is kept for this therapy has other dates now; the old ones stay in the record."""

    chain: Chain
    collection_on: Instant
    start_on: Instant
    ready_on: Instant
    reason: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChecked(Fact, type="manufacturing.line_checked.v1", about=("room",)):
    """The first of two persons says what they found in the room; nothing changes yet."""

    room: Room
    chain: Chain
    finding: Finding
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCleared(Fact, type="manufacturing.line_cleared.v1", about=("room",)):
    """Two persons found, each for themselves, nothing of another patient: the room is clear for this therapy."""

    room: Room
    chain: Chain
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMismatched(Fact, type="manufacturing.line_mismatched.v1", about=("room",)):
    """The two did not find the same, or found something left over: the room stays shut until two agree."""

    room: Room
    what: tuple[str, ...]
    first: Person
    second: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStarted(
    Fact, type="manufacturing.batch_started.v1", about=("batch", "chain", "unit", "room"), parties=("maker",)
):
    """Cells of one patient are opened; the batch keeps the version of the programme that the order began with."""

    batch: Batch
    chain: Chain
    unit: Unit
    room: Room
    maker: Organisation
    programme: Programme
    version: Digest
    operator: Person
    site: Site | None = None
    #: Numbers of the lots of kit and anticoagulant that its cells were collected with. They are the centre's own: were
    #: they named as things, this would be told to nobody who is no party to them, such as the maker.
    collected_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(Fact, type="manufacturing.step_completed.v1", about=("batch",)):
    """One step was done: what was measured, which lots and devices were used, what lies outside its limits."""

    batch: Batch
    step: str
    measurements: tuple[Measured, ...] = field(metadata=correctable("Measurement"))
    lots: tuple[Lot, ...]
    out_of_limits: tuple[str, ...]
    operator: Person
    equipment: tuple[Equipment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDrawn(Fact, type="manufacturing.sample_drawn.v1", about=("batch", "chain", "sample")):
    """A sample of the batch is in a container of its own: which one of the plan, for what, and what is tested on it."""

    batch: Batch
    chain: Chain
    sample: Unit
    planned: str
    purpose: Purpose
    tests: tuple[str, ...]
    volume: Quantity = field(metadata=correctable("Volume of the sample"))
    drawn_at: Instant
    operator: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFilled(Fact, type="manufacturing.bag_filled.v1", about=("batch", "chain")):
    """A part of the product is in a bag of its own; the rest is still open in the room."""

    batch: Batch
    chain: Chain
    unit: Unit
    volume: Quantity = field(metadata=correctable("Filled volume"))
    filled_at: Instant
    operator: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Fact, type="manufacturing.filled.v1", about=("batch", "chain", "room")):
    """The last of the product is in its container and the room is left; production of the batch is over."""

    batch: Batch
    chain: Chain
    room: Room
    final_container: Unit
    #: Before samples were drawn by an act of their own, one came with the last bag.
    sample: Unit | None = None
    volume: Quantity = field(metadata=correctable("Filled volume"))
    filled_at: Instant
    operator: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFrozen(Fact, type="manufacturing.product_frozen.v1", about=("batch", "chain", "units")):
    """One run of a controlled-rate freezer: these bags, from when to when, how cold they were when they came out.

    `out_of_limits` names what the programme would have otherwise.
    """

    batch: Batch
    chain: Chain
    units: tuple[Unit, ...]
    equipment: Equipment
    started_at: Instant
    ended_at: Instant
    end_temperature: Quantity
    out_of_limits: tuple[str, ...]
    operator: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsCounted(Fact, type="manufacturing.labels_counted.v1", about=("batch", "room")):
    """Every label of a batch was accounted for, or it is known how many are missing."""

    batch: Batch
    room: Room
    printed: int
    used: int
    destroyed: int
    by: Person

    @property
    def unaccounted(self) -> int:
        """How many nobody can find; below nothing: there are more than were printed."""
        return self.printed - self.used - self.destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned(Fact, type="manufacturing.abandoned.v1", about=("batch", "chain", "room")):
    """Production of a batch was given up before it was filled."""

    batch: Batch
    chain: Chain
    room: Room
    by: Person
    why: FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldExtended(Fact, type="manufacturing.hold_extended.v1", about=("batch",)):
    """Cells waited longer after a step than was planned; the quality unit lets them go on until then."""

    batch: Batch
    step: str
    until: Instant
    why: FreeText
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResumed(Fact, type="manufacturing.batch_resumed.v1", about=("batch",)):
    """The quality unit takes a batch off the hold that a stop of its authorisation put it on."""

    batch: Batch
    why: FreeText
    by: Person
