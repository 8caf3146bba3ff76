"""Whose place is kept in the plant, and what was made from whom: the questions that other domains ask."""

from collections.abc import Mapping
from dataclasses import replace

from coign.equipment.views import DEVICE, DeviceState
from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Read
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Equipment, Lot, Organisation, Person, Programme, Room, Site, Unit
from coign.kernel.values import Digest, Instant, Quantity
from coign.kernel.views import Stamp, View
from coign.manufacturing.events import (
    Abandoned,
    BagFilled,
    BatchResumed,
    BatchStarted,
    Filled,
    HoldExtended,
    LabelsCounted,
    ProductFrozen,
    SampleDrawn,
    SlotConfirmed,
    SlotMoved,
    StepCompleted,
)
from coign.programmes.model import ProgrammeVersion, minutes_of
from coign.quality.events import BatchRejected
from coign.regulatory.views import on_hold_because
from coign.supply.views import LOT, LotState


@dataclass(frozen=True, slots=True)
class SlotState:
    """The place that a maker keeps for a therapy, and the batch that took it."""

    maker: Organisation | None = None
    collection_on: Instant | None = None
    start_on: Instant | None = None
    ready_on: Instant | None = None
    batch: Batch | None = None
    #: A batch that failed took an earlier place: cells were collected for it.
    again: bool = False

    @property
    def is_confirmed(self) -> bool:
        """Whether a place is kept."""
        return self.maker is not None


def _evolve_slot(state: SlotState, fact: Fact, stamp: Stamp) -> SlotState:
    match fact:
        case SlotConfirmed():
            return SlotState(fact.maker, fact.collection_on, fact.start_on, fact.ready_on, again=state.again)
        case SlotMoved():
            return replace(
                state, collection_on=fact.collection_on, start_on=fact.start_on, ready_on=fact.ready_on
            )  # fmt: skip
        case BatchStarted(batch=batch):
            return replace(state, batch=batch)
        case Abandoned(batch=batch) | BatchRejected(batch=batch) if batch == state.batch:
            return SlotState(again=True)  # the therapy needs a new place
        case _:
            return state


SLOT = View(
    "manufacturing.slot",
    kinds=frozenset({"chain"}),
    folds=(SlotConfirmed, SlotMoved, BatchStarted, Abandoned, BatchRejected),
    state=SlotState,
    evolve=_evolve_slot,
    version=3,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Container:
    """A bag of product, how much was filled, and when that was recorded; corrections since are `correction`'s."""

    unit: Unit
    volume: Quantity
    recorded_at: Instant


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of the batch: which one of the programme's plan, and who drew it."""

    unit: Unit
    by: Person
    #: Empty: it came with the last bag, before samples were drawn by an act of their own.
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """A device was used on the cells, then."""

    equipment: Equipment
    at: Instant


@dataclass(frozen=True, slots=True)
class BatchState:
    """One production run: whose cells, under which version, how far, by whom. Bounded by the programme's steps."""

    chain: Chain | None = None
    programme: Programme | None = None
    version: Digest | None = None
    maker: Organisation | None = None
    room: Room | None = None
    source: Unit | None = None
    started_at: Instant | None = None
    steps_done: tuple[str, ...] = ()
    performers: tuple[Person, ...] = ()
    filled_at: Instant | None = None
    #: Who filled any of it: they neither scan its labels back nor count them.
    fillers: tuple[Person, ...] = ()
    #: When the first bag was closed: from then on the cells lie in their freezing medium.
    first_filled_at: Instant | None = None
    frozen_at: Instant | None = None
    containers: tuple[Container, ...] = ()
    samples: tuple[Sample, ...] = ()
    abandoned: bool = False
    #: How many labels nobody can find; None: they were not counted.
    labels_unaccounted: int | None = None
    #: Every lot that touched the cells, from the chair on: what its recall is read from.
    lots: tuple[Lot, ...] = ()
    site: Site | None = None
    #: When the quality unit last took it off the hold of a stopped authorisation.
    resumed_at: Instant | None = None
    #: On which devices, and when: what was found wrong with one of them later is read from here.
    uses: tuple[Use, ...] = ()
    #: When the last step was completed, and until when the quality unit lets the cells wait after it.
    last_step_at: Instant | None = None
    extended_until: Instant | None = None

    def hold_ends(self, programme: ProgrammeVersion) -> Instant | None:
        """Until when production goes on after the last step; None: no hold runs."""
        if self.last_step_at is None or self.first_filled_at is not None:
            return None
        limit = programme.step(self.steps_done[-1]).hold_max
        return None if limit is None else self.extended_until or self.last_step_at.plus(minutes=minutes_of(limit))

    @property
    def is_open(self) -> bool:
        """Whether production is going on."""
        return self.started_at is not None and self.filled_at is None and not self.abandoned

    @property
    def final_containers(self) -> tuple[Unit, ...]:
        """The bags of product, in the order they were filled."""
        return tuple(container.unit for container in self.containers)

    def container(self, unit: Unit) -> Container | None:
        """What is on record of a bag of product; None: it is none of this batch."""
        return next((c for c in self.containers if c.unit == unit), None)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Everything that was made."""
        return (*self.final_containers, *(sample.unit for sample in self.samples))

    def sample(self, unit: Unit) -> Sample | None:
        """What is on record of a sample; None: it is none of this batch."""
        return next((s for s in self.samples if s.unit == unit), None)

    def was_performed_by(self, person: Person) -> bool:
        """Whether this person did anything in the batch."""
        return person in self.performers


def reads_of_lots(batch: Batch | None, known: Circumstances) -> tuple[Read, ...]:
    """Once BATCH is read: every lot that went into it, and every device that it was made on."""
    if batch is None:
        return ()
    made = known.state(BATCH, batch)
    devices = dict.fromkeys(use.equipment for use in made.uses)
    return (*(Read(lot, LOT) for lot in made.lots), *(Read(device, DEVICE) for device in devices))


def recalled_because(batch: Batch | None, known: Circumstances) -> str | None:
    """None, or which lots and devices of a batch are in doubt now: read upward whenever anybody asks."""
    if batch is None:
        return None
    made = known.state(BATCH, batch)
    lots = {lot: known.state(LOT, lot) for lot in made.lots}
    return in_doubt_because(made, lots, {use.equipment: known.state(DEVICE, use.equipment) for use in made.uses})


def in_doubt_because(
    made: BatchState, lots: Mapping[Lot, LotState], devices: Mapping[Equipment, DeviceState]
) -> str | None:
    """None, or which of its lots stand still and which of its devices were out of calibration when it was made."""
    found = [f"{lot.identifier} {why}" for lot in made.lots if (why := lots[lot].recalled_because)]
    found += [
        f"{use.equipment.identifier} {why}"
        for use in made.uses
        if (why := devices[use.equipment].in_doubt_because(use.at))
    ]
    return "; ".join(found) or None


def held_because(batch: Batch, known: Circumstances) -> str | None:
    """None, or why a batch is on quality hold; once its CHAIN and what `reads_of_authorisation` names are read."""
    made = known.state(BATCH, batch)
    therapy = None if made.chain is None else known.state(CHAIN, made.chain)
    if made.started_at is None or therapy is None or therapy.product is None or therapy.centre is None:
        return None
    return on_hold_because(
        known,
        product=therapy.product,
        centre=therapy.centre,
        begun=made.started_at,
        site=made.site,
        resumed=made.resumed_at,
    )


def _evolve_batch(state: BatchState, fact: Fact, stamp: Stamp) -> BatchState:
    match fact:
        case BatchStarted():
            return BatchState(
                fact.chain, fact.programme, fact.version, fact.maker, fact.room, fact.unit, stamp.time,
                performers=(fact.operator,), site=fact.site, lots=tuple(Lot.of(n) for n in fact.collected_with),
            )  # fmt: skip
        case StepCompleted(step=step, operator=operator, lots=lots, equipment=devices):
            done = (*state.steps_done, step)
            used = (*state.lots, *(lot for lot in lots if lot not in state.lots))
            uses = (*state.uses, *(Use(device, stamp.time) for device in devices))
            return replace(
                state, steps_done=done, performers=_with(state.performers, operator), lots=used, uses=uses,
                last_step_at=stamp.time, extended_until=None,
            )  # fmt: skip
        case HoldExtended(until=until):
            return replace(state, extended_until=until)
        case BagFilled(unit=unit):
            return _filled(state, fact, unit, stamp.time)
        case Filled(final_container=unit):
            with_it = () if fact.sample is None else (Sample(fact.sample, fact.operator),)
            filled = _filled(state, fact, unit, stamp.time)
            return replace(filled, filled_at=fact.filled_at, samples=(*state.samples, *with_it))
        case SampleDrawn(operator=operator):
            drawn = Sample(fact.sample, operator, fact.planned)
            return replace(state, samples=(*state.samples, drawn), performers=_with(state.performers, operator))
        case ProductFrozen(operator=operator):
            uses = (*state.uses, Use(fact.equipment, fact.started_at))
            return replace(state, frozen_at=fact.ended_at, performers=_with(state.performers, operator), uses=uses)
        case LabelsCounted(by=by) as counted:
            performers = _with(state.performers, by)
            return replace(state, labels_unaccounted=counted.unaccounted, performers=performers)
        case Abandoned():
            return replace(state, abandoned=True)
        case BatchResumed():
            return replace(state, resumed_at=stamp.time)
        case _:
            return state


def _filled(state: BatchState, fact: BagFilled | Filled, unit: Unit, at: Instant) -> BatchState:
    return replace(
        state,
        containers=(*state.containers, Container(unit, fact.volume, at)),
        first_filled_at=state.first_filled_at or fact.filled_at,
        fillers=_with(state.fillers, fact.operator),
        performers=_with(state.performers, fact.operator),
    )


def _with(people: tuple[Person, ...], person: Person) -> tuple[Person, ...]:
    return people if person in people else (*people, person)


BATCH = View(
    "manufacturing.batch",
    kinds=frozenset({"batch"}),
    folds=(
        BatchStarted,
        StepCompleted,
        SampleDrawn,
        BagFilled,
        Filled,
        ProductFrozen,
        LabelsCounted,
        Abandoned,
        BatchResumed,
        HoldExtended,
    ),
    state=BatchState,
    evolve=_evolve_batch,
    version=8,
    public=True,
)


@dataclass(frozen=True, slots=True)
class SampleState:
    """What a container was drawn for; empty: it is no sample, or one that came with the last bag, for every test."""

    batch: Batch | None = None
    planned: str = ""
    purpose: str = ""
    tests: tuple[str, ...] = ()
    volume: Quantity | None = None
    drawn_at: Instant | None = None
    by: Person | None = None

    def serves(self, test: str) -> bool:
        """Whether a test of the panel is made of it."""
        return not self.planned or test in self.tests


def _evolve_sample(state: SampleState, fact: Fact, stamp: Stamp) -> SampleState:
    match fact:
        case SampleDrawn():
            return SampleState(
                fact.batch, fact.planned, fact.purpose, fact.tests, fact.volume, fact.drawn_at, fact.operator
            )
        case _:
            return state


SAMPLE = View(
    "manufacturing.sample",
    kinds=frozenset({"unit"}),
    folds=(SampleDrawn,),
    state=SampleState,
    evolve=_evolve_sample,
    public=True,
)
