"""Complete a step of production: measurements, materials, devices, and who did it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.equipment.events import DevicesUsed
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Case, Equipment, Lot
from coign.kernel.values import Actor
from coign.manufacturing import equipment_gates, hold, hold_time, sample_gates, step_gates
from coign.manufacturing.events import Measured, StepCompleted
from coign.manufacturing.views import BATCH
from coign.quality.events import DeviationOpened
from coign.supply.views import LOT
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep:
    """What was measured in which step of which batch, which lots went in, and on which devices."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    step: str = field(metadata=asks("Step", "known"))
    measurements: tuple[Measured, ...] = field(default=(), metadata=asks("Measurements", "measure", options="step"))
    lots: tuple[Lot, ...] = field(default=(), metadata=asks("Materials", "scan"))
    equipment: tuple[Equipment, ...] = field(default=(), metadata=asks("Devices", "scan"))
    case: Case = field(metadata=allotted())


def _reads(asked: CompleteStep, actor: Actor) -> Sequence[Read]:
    lots = (Read(lot, LOT) for lot in asked.lots)
    devices = (Read(device, DEVICE) for device in asked.equipment)
    return (Read(asked.batch, BATCH), *lots, *devices, Read(asked.case), *reads_of_skill(actor.person))


def _decide(asked: CompleteStep, known: Circumstances) -> Sequence[Fact]:
    step = step_gates.programme_of(asked.batch, known).step(asked.step)
    limits = {m.id: m for m in step.measurements}
    outside = tuple(m.id for m in asked.measurements if not limits[m.id].holds(m.quantity.value))
    completed = StepCompleted(
        batch=asked.batch,
        step=asked.step,
        measurements=asked.measurements,
        lots=asked.lots,
        out_of_limits=outside,
        operator=known.actor.person,
        equipment=asked.equipment,
    )
    done = (completed, *_used(asked, known))
    if not outside:
        return done
    maker = known.actor.organisation
    return (
        *done,
        DeviationOpened(case=asked.case, batch=asked.batch, organisation=maker, step=asked.step, what=outside),
    )


def _used(asked: CompleteStep, known: Circumstances) -> tuple[DevicesUsed, ...]:
    """One line in the log of each device."""
    if not asked.equipment:
        return ()
    chain = known.state(BATCH, asked.batch).chain
    assert chain is not None
    by = known.actor.person
    return (DevicesUsed(equipment=asked.equipment, chain=chain, batch=asked.batch, what=asked.step, by=by),)


ACTION = Action(
    name="manufacturing.complete_step",
    title="Complete a step",
    command=CompleteStep,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(hold.reads_of_chain, hold.reads_of_stops),
    gates=(
        step_gates.batch_is_open,
        hold.batch_is_not_held,
        step_gates.step_is_next,
        sample_gates.samples_are_drawn,
        hold_time.hold_time_is_kept,
        step_gates.measurements_are_complete,
        step_gates.units_agree,
        step_gates.materials_are_scanned,
        step_gates.lots_are_of_the_step,
        step_gates.lots_may_be_used,
        equipment_gates.devices_are_scanned,
        equipment_gates.devices_are_of_the_step,
        equipment_gates.devices_may_be_used,
        equipment_gates.devices_are_clean,
        equipment_gates.devices_are_still_clean,
        equipment_gates.late_cleaning_is_judged,
        step_gates.operator_is_qualified,
    ),
    decide=_decide,
    emits=(StepCompleted, DevicesUsed, DeviationOpened),
    requirements=(
        "CSV-07",
        "CSV-28",
        "GMP-04",
        "GMP-06",
        "GMP-07",
        "GMP-09",
        "GMP-10",
        "GMP-18",
        "TRC-23",
        "TRN-01",
        "TRN-02",
    ),
    risk=Risk.PATIENT,
    rationale="What a step did to the cells cannot be seen afterwards: only its record tells.",
    # A device that nobody registered is said so by a rule, with what to do.
    beyond_sight=("equipment",),
)
