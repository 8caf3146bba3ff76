"""Freeze the product in a controlled-rate freezer, all bags in one run; as they come out, their warming clock runs."""

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal

from coign.coldchain.events import ExposureBegan
from coign.coldchain.views import CONDITION
from coign.equipment.events import DevicesUsed
from coign.equipment.views import DEVICE
from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Equipment
from coign.kernel.values import Actor, Instant, Quantity
from coign.manufacturing import equipment_gates, filling_gates, step_gates
from coign.manufacturing.events import ProductFrozen
from coign.manufacturing.views import BATCH
from coign.quality.events import DeviationOpened

#: How record and deviation name what was not as the programme wants it.
FROZEN_LATE, NOT_COLD_ENOUGH = "frozen_late", "not_cold_enough_after_freezing"
#: How the log of the freezer names it.
FREEZING = "freezing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Which batch, in which freezer, from when to when, and how cold the bags were in the end."""

    batch: Batch = field(metadata=asks("Batch", "scan"))
    equipment: Equipment = field(metadata=asks("Controlled-rate freezer", "scan"))
    started_at: Instant = field(metadata=asks("Run began at", "device"))
    ended_at: Instant = field(metadata=asks("Run ended at", "device"))
    end_temperature: Quantity = field(
        metadata=asks("Temperature at the end", "measure", unit=filling_gates.TEMPERATURE_UNIT)
    )
    case: Case = field(metadata=allotted())


def _reads(asked: Freeze, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.equipment, DEVICE), Read(asked.case))


def _reads_of_bags(asked: Freeze, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    of_chain = () if batch.chain is None else (Read(batch.chain, CHAIN),)
    return (*of_chain, *(Read(unit, CONDITION) for unit in batch.final_containers))


def _outside(asked: Freeze, known: Circumstances) -> tuple[str, ...]:
    """What was not as the programme wants it: recorded, never refused, since the bags are frozen."""
    version, closed = step_gates.programme_of(asked.batch, known), known.state(BATCH, asked.batch).first_filled_at
    assert closed is not None
    waits = version.quantity_if_any("filling_to_freezing_max")
    warmest = version.quantity_if_any("freezing_end_temperature_max")
    late = waits is not None and asked.started_at.minutes_since(closed) > version.minutes("filling_to_freezing_max")
    warm = warmest is not None and Decimal(asked.end_temperature.value) > warmest.amount
    return tuple(name for name, found in ((FROZEN_LATE, late), (NOT_COLD_ENOUGH, warm)) if found)


def _decide(asked: Freeze, known: Circumstances) -> Sequence[Fact]:
    batch, outside = known.state(BATCH, asked.batch), _outside(asked, known)
    assert batch.chain is not None
    assert batch.maker is not None
    frozen = ProductFrozen(
        batch=asked.batch,
        chain=batch.chain,
        units=batch.final_containers,
        equipment=asked.equipment,
        started_at=asked.started_at,
        ended_at=asked.ended_at,
        end_temperature=asked.end_temperature,
        out_of_limits=outside,
        operator=known.actor.person,
    )
    allowed = step_gates.programme_of(asked.batch, known).quantity_if_any("time_out_of_cold_max")
    warms = ExposureBegan(units=batch.final_containers, since=asked.ended_at, allowed=allowed)
    used = DevicesUsed(
        equipment=(asked.equipment,), chain=batch.chain, batch=asked.batch, what=FREEZING, by=known.actor.person
    )  # fmt: skip
    if not outside:
        return (frozen, used, warms)
    return (
        frozen,
        used,
        warms,
        DeviationOpened(case=asked.case, batch=asked.batch, organisation=batch.maker, what=outside),
    )


ACTION = Action(
    name="manufacturing.freeze",
    title="Freeze the product",
    command=Freeze,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_bags,),
    # No hold stops it: bags that are not frozen in time are lost, whatever is decided about them later.
    gates=(
        step_gates.batch_is_filled,
        filling_gates.product_is_not_frozen,
        filling_gates.freezing_is_possible,
        filling_gates.end_temperature_agrees,
        equipment_gates.freezer_is_registered,
        equipment_gates.freezer_may_be_used,
    ),
    decide=_decide,
    emits=(ProductFrozen, DevicesUsed, ExposureBegan, DeviationOpened),
    # A freezer that nobody registered is said so by a rule, with what to do.
    beyond_sight=("equipment",),
    requirements=("CSV-28", "GMP-09", "GMP-13", "GMP-18", "SCS-11"),
    risk=Risk.PATIENT,
    rationale="Cells frozen too fast, too late or not far enough are dead, and that shows only after the thaw.",
)
