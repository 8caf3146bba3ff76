"""Start a batch: one patient's cells are opened in a room that was cleared for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.coldchain.events import ExposureEnded
from coign.coldchain.views import CONDITION
from coign.collection.views import COLLECTION
from coign.custody.views import HOLDING
from coign.facility.views import ROOM as FACILITY
from coign.identity.events import UnitEnded
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Batch, Room, Unit
from coign.kernel.values import Actor
from coign.manufacturing import gates
from coign.manufacturing.events import BatchStarted
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import SLOT
from coign.quality.views import DISPOSITION
from coign.regulatory.views import reads_of_authorisation
from coign.storage.views import PLACE
from coign.supply.views import LOT
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBatch:
    """Which bag is opened in which room."""

    unit: Unit = field(metadata=asks("Bag", "scan"))
    room: Room = field(metadata=asks("Room", "scan"))
    batch: Batch = field(metadata=allotted())


def _reads(asked: StartBatch, actor: Actor) -> Sequence[Read]:
    bag = (Read(asked.unit, view) for view in (UNIT, HOLDING, DISPOSITION, CONDITION, PLACE))
    return (*bag, Read(asked.room, ROOM), Read(asked.room, FACILITY), Read(asked.batch), *reads_of_skill(actor.person))


def _reads_of_chain(asked: StartBatch, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return tuple(Read(chain, view) for view in (CHAIN, SLOT, COLLECTION)) if chain is not None else ()


def _reads_of_lots(asked: StartBatch, known: Circumstances) -> Sequence[Read]:
    return tuple(Read(lot, LOT) for lot in gates.collected_with(asked, known))


def _reads_of_authorisation(asked: StartBatch, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    return () if therapy is None else reads_of_authorisation(therapy.product, therapy.centre)


def _decide(asked: StartBatch, known: Circumstances) -> Sequence[Fact]:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    therapy = known.state(CHAIN, chain)
    assert therapy.programme is not None
    assert therapy.version is not None
    return (
        BatchStarted(
            batch=asked.batch,
            chain=chain,
            unit=asked.unit,
            room=asked.room,
            maker=known.actor.organisation,
            programme=therapy.programme,
            version=therapy.version,
            operator=known.actor.person,
            site=known.state(ROOM, asked.room).site,
            collected_with=tuple(lot.identifier for lot in gates.collected_with(asked, known)),
        ),
        ExposureEnded(unit=asked.unit),
        UnitEnded(unit=asked.unit, how="consumed"),
    )


ACTION = Action(
    name="manufacturing.start_batch",
    title="Start a batch",
    command=StartBatch,
    roles=frozenset({"operator"}),
    reads=_reads,
    then_reads=(_reads_of_chain, _reads_of_authorisation, _reads_of_lots),
    gates=(
        gates.material_is_collected_cells,
        gates.material_may_be_used,
        gates.material_is_held,
        gates.material_is_at_hand,
        gates.material_kept_cold,
        gates.material_is_accepted,
        gates.collection_is_in_order,
        gates.slot_is_kept,
        gates.start_is_authorised,
        gates.room_is_cleared,
        gates.room_may_be_used,
        gates.starter_is_qualified,
    ),
    decide=_decide,
    emits=(BatchStarted, ExposureEnded, UnitEnded),
    requirements=(
        "GMP-04",
        "GMP-06",
        "GMP-32",
        "GMP-34",
        "GMP-35",
        "REG-02",
        "REG-S5",
        "SCS-11",
        "TRN-01",
        "TRC-11",
        "TRC-22",
    ),
    risk=Risk.PATIENT,
    rationale="A bag that was opened cannot be closed again, and two patients in one room can be mixed up.",
)
