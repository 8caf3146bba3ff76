"""Start a collection and finish it: the first bag of the therapy, with its donation number and its label."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.clinical.views import PATIENT
from coign.collection import device_gates, gates, lot_gates
from coign.collection.events import CollectionFinished, CollectionStarted
from coign.collection.state import IDENTITY_CHECK
from coign.collection.views import COLLECTION
from coign.custody.events import CustodyBegan
from coign.equipment.events import DevicesUsed
from coign.equipment.views import DEVICE
from coign.identity.events import UnitCreated
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks
from coign.kernel.subjects import Chain, Equipment, Lot, Site, Unit
from coign.kernel.values import Actor, Quantity
from coign.regulatory.views import reads_of_authorisation
from coign.supply.views import LOT

#: The serial of a label's first print; a further print counts on (TRC-14).
FIRST_PRINT = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """For which therapy, on which device, with which kit and anticoagulant."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    equipment: Equipment = field(metadata=asks("Apheresis device", "scan"))
    kit_lot: Lot = field(metadata=asks("Lot of the kit", "scan"))
    anticoagulant_lot: Lot = field(metadata=asks("Lot of the anticoagulant", "scan"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What is in the bag, and the donation number that the centre gives it."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    unit: Unit = field(metadata=allotted())
    volume: Quantity = field(metadata=asks("Volume", "measure", unit=gates.VOLUME_UNIT))
    cd3: Quantity = field(metadata=asks("CD3+ cells", "measure", unit=gates.CELLS_UNIT, hint="in 10⁹"))
    din: str = field(metadata=asks("Donation number", "scan", hint="from the centre's own label"))
    site: Site = field(metadata=asks("Place", "known"))


def _start_reads(asked: Start, actor: Actor) -> Sequence[Read]:
    of_chain = (Read(asked.chain, view) for view in (CHAIN, COLLECTION, IDENTITY_CHECK))
    lots = (Read(lot, LOT) for lot in (asked.kit_lot, asked.anticoagulant_lot))
    return (*of_chain, Read(asked.equipment, DEVICE), *lots)


def _patient_reads(asked: Start, known: Circumstances) -> Sequence[Read]:
    therapy = known.state(CHAIN, asked.chain)
    of_patient = () if therapy.patient is None else (Read(therapy.patient, PATIENT),)
    return (*of_patient, *reads_of_authorisation(therapy.product, therapy.centre))


def _started(asked: Start, known: Circumstances) -> Sequence[CollectionStarted | DevicesUsed]:
    by = known.actor.person
    return (
        CollectionStarted(
            chain=asked.chain,
            equipment=asked.equipment,
            kit_lot=asked.kit_lot.identifier,
            anticoagulant_lot=asked.anticoagulant_lot.identifier,
            lots=tuple(lot for _, lot in lot_gates.lots_of(asked, known)),
        ),
        DevicesUsed(equipment=(asked.equipment,), chain=asked.chain, batch=None, what="collection", by=by),
    )


START = Action(
    name="collection.start",
    title="Start the collection",
    command=Start,
    roles=frozenset({"nurse"}),
    reads=_start_reads,
    then_reads=(_patient_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.therapy_goes_on,
        gates.identity_is_confirmed,
        gates.identity_is_fresh,
        gates.consent_in_force,
        gates.identity_is_settled,
        gates.is_authorised,
        device_gates.device_is_registered,
        device_gates.device_may_be_used,
        lot_gates.lots_are_of_this_store,
        lot_gates.lots_may_be_used,
    ),
    decide=_started,
    emits=(CollectionStarted, DevicesUsed),
    requirements=(
        "GMP-04",
        "GMP-07",
        "GMP-09",
        "TRC-01",
        "TRC-09",
        "TRC-12",
        "TRC-13",
        "TRC-23",
        "PAT-33",
        "REG-02",
    ),
    risk=Risk.PATIENT,
    rationale="From here on cells of this person are treated as cells for this therapy.",
    beyond_sight=("equipment", "kit_lot", "anticoagulant_lot"),
)


def _finish_reads(asked: Finish, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, COLLECTION), Read(asked.unit, UNIT))


def _finished(asked: Finish, known: Circumstances) -> Sequence[CollectionFinished | UnitCreated | CustodyBegan]:
    actor = known.actor
    return (
        UnitCreated(
            unit=asked.unit,
            chain=asked.chain,
            unit_kind="starting_material",
            organisation=actor.organisation,
            label_serial=FIRST_PRINT,
            din=asked.din,
        ),
        CollectionFinished(chain=asked.chain, unit=asked.unit, volume=asked.volume, cd3=asked.cd3, din=asked.din),
        CustodyBegan(unit=asked.unit, holder=actor.organisation, person=actor.person, site=asked.site),
    )


FINISH = Action(
    name="collection.finish",
    title="Finish the collection",
    command=Finish,
    roles=frozenset({"nurse"}),
    reads=_finish_reads,
    gates=(
        gates.therapy_is_of_this_centre,
        gates.is_running,
        gates.din_is_well_formed,
        gates.amounts_in_their_units,
    ),
    decide=_finished,
    emits=(CollectionFinished, UnitCreated, CustodyBegan),
    requirements=("TRC-08", "TRC-09", "TRC-10", "TRC-14"),
    risk=Risk.PATIENT,
    rationale="The bag is bound to its patient here and by nothing else later.",
)
