"""Pack the units of a therapy into the shipper chosen for it, whose logger runs, addressed to where its chain says."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Shipment, Shipper, Site, Unit
from coign.kernel.values import Actor
from coign.logistics import gates, shipper_gates
from coign.logistics.events import CarrierNamed, Packed
from coign.logistics.state import CHOICE, SHIPPER
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH, reads_of_lots
from coign.people.views import ORGANISATION, SITE
from coign.quality.views import DISPOSITION
from coign.regulatory.views import reads_of_authorisation
from coign.storage.views import PLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What lies in which shipper, to whom it goes, and who carries it."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    to: Organisation = field(metadata=asks("Sent to", "known"))
    destination: Site | None = field(default=None, metadata=asks("Place of arrival", "known", options="sites"))
    carrier: Organisation | None = field(default=None, metadata=asks("Carried by", "known", options="couriers"))
    further: tuple[Unit, ...] = field(
        default=(), metadata=asks("Further units", "scan", hint="of the same therapy, one a line")
    )
    shipment: Shipment = field(metadata=allotted())


def _reads(asked: Pack, actor: Actor) -> Sequence[Read]:
    views = (UNIT, HOLDING, RECEIPT, DISPOSITION, CONDITION, PLACE)
    reads = [Read(unit, view) for unit in gates.packed_units(asked) for view in views]
    reads += [Read(asked.shipper, SHIPPER), Read(asked.shipment)]
    if asked.destination is not None:
        reads.append(Read(asked.destination, SITE))
    if asked.carrier is not None:
        reads.append(Read(asked.carrier, ORGANISATION))
    return reads


def _reads_of_chain(asked: Pack, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    made_in = (Read(batch, BATCH) for batch in gates.batches_of(asked, known))
    return (*([Read(chain, CHAIN), Read(chain, CHOICE)] if chain is not None else []), *made_in)


def _reads_of_what_may_stop_it(asked: Pack, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    lots = tuple(dict.fromkeys(r for batch in gates.batches_of(asked, known) for r in reads_of_lots(batch, known)))
    therapy = None if chain is None else known.state(CHAIN, chain)
    return lots if therapy is None else (*lots, *reads_of_authorisation(therapy.product, therapy.centre))


def _decide(asked: Pack, known: Circumstances) -> Sequence[Fact]:
    by, chain = known.actor.person, known.state(UNIT, asked.unit).chain
    assert chain is not None
    therapy, shipper = known.state(CHAIN, chain), known.state(SHIPPER, asked.shipper)
    packed = Packed(
        shipment=asked.shipment,
        unit=asked.unit,
        further=gates.packed_units(asked)[1:],
        shipper=asked.shipper,
        sender=known.actor.organisation,
        to=asked.to,
        logger=shipper.logger,
        by=by,
        destination=asked.destination,
        hold_time=shipper.hold_time,
        product=therapy.product,
        centre=therapy.centre,
    )
    if asked.carrier is None:
        return (packed,)
    named = CarrierNamed(
        shipment=asked.shipment, unit=asked.unit, further=packed.further, shipper=asked.shipper,
        carrier=asked.carrier, by=by,
    )  # fmt: skip
    return (packed, named)


ACTION = Action(
    name="logistics.pack",
    title="Pack for transport",
    command=Pack,
    roles=frozenset({"celllab", "warehouse"}),
    reads=_reads,
    then_reads=(_reads_of_chain, _reads_of_what_may_stop_it),
    gates=(
        gates.units_are_one_therapy,
        gates.unit_is_held,
        gates.unit_may_move,
        gates.unit_is_at_hand,
        gates.unit_is_not_under_way,
        gates.product_is_released,
        gates.lots_are_in_order,
        gates.dispatch_is_authorised,
        gates.dispatch_is_witnessed,
        gates.temperature_is_in_order,
        gates.goes_where_it_belongs,
        gates.destination_is_theirs,
        gates.carrier_takes_part,
        shipper_gates.goes_into_chosen_shipper,
        shipper_gates.shipper_is_qualified,
        shipper_gates.hold_time_is_still_enough,
        shipper_gates.logger_runs,
    ),
    decide=_decide,
    emits=(Packed, CarrierNamed),
    requirements=("SCS-06", "SCS-07", "SCS-08", "SCS-11", "TRC-11", "TRC-26", "GMP-37", "REG-02", "TRC-01", "CSV-01"),
    risk=Risk.PATIENT,
    rationale="What leaves in the wrong shipper or to the wrong place cannot be called back in time.",
)
