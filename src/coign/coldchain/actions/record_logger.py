"""Read the logger of a shipment: the verdict is computed from its file and the programme's limits, never typed."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain import gates
from coign.coldchain.events import LoggerRead, Verdict
from coign.coldchain.state import READING
from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Shipment
from coign.kernel.values import Actor, Digest, Instant, Quantity
from coign.logistics.views import SHIPMENT
from coign.programmes.model import ProgrammeVersion

_BY = "logger_file"
_NEVER = Instant("1970-01-01T00:00:00.000000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLogger:
    """Which shipment and which file; the rest is read from the file by the resolver `logger_file`.

    The resolver counts between the instants of packing and of taking over, with the limits
    `transport_temperature_max` and `transport_temperature_alarm` of the chain's programme version.
    """

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    file: Digest = field(metadata=asks("File of the logger", "upload"))
    logger: str = field(default="", metadata=resolved(by=_BY))
    first: Instant = field(default=_NEVER, metadata=resolved(by=_BY))
    last: Instant = field(default=_NEVER, metadata=resolved(by=_BY))
    readings: int = field(default=0, metadata=resolved(by=_BY))
    minutes_above_limit: int = field(default=0, metadata=resolved(by=_BY))
    unknown_minutes: int = field(default=0, metadata=resolved(by=_BY))
    worst: Quantity = field(default=Quantity("0", "Cel"), metadata=resolved(by=_BY))
    problems: tuple[str, ...] = field(default=(), metadata=resolved(by=_BY))


def _reads(asked: RecordLogger, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT), Read(asked.shipment, READING))


def _reads_of_unit(asked: RecordLogger, known: Circumstances) -> Sequence[Read]:
    units = known.state(SHIPMENT, asked.shipment).units
    return tuple(Read(unit, view) for unit in units for view in (UNIT, HOLDING, CONDITION))


def _chain(asked: RecordLogger, known: Circumstances) -> Chain:
    unit = known.state(SHIPMENT, asked.shipment).unit
    assert unit is not None
    chain = known.state(UNIT, unit).chain
    assert chain is not None  # only units of a chain are packed
    return chain


def _reads_of_chain(asked: RecordLogger, known: Circumstances) -> Sequence[Read]:
    return (Read(_chain(asked, known), CHAIN),)


def _verdict(asked: RecordLogger, known: Circumstances) -> Verdict:
    """What the numbers mean. Whatever the file does not show of the journey is unknown, never fine (PI 041)."""
    programme = known.programmes.version(known.state(CHAIN, _chain(asked, known)).version)
    if asked.minutes_above_limit > 0 or _is_too_warm(asked.worst, programme):
        return "excursion"
    if asked.unknown_minutes > 0 or asked.readings == 0 or not _covers_journey(asked, known, programme):
        return "unknown"
    return "in_order"


def _is_too_warm(worst: Quantity, programme: ProgrammeVersion) -> bool:
    limit = programme.quantity("transport_temperature_max")
    assert worst.unit == limit.unit, f"the resolver gave {worst}, the programme's limit is {limit}"
    return worst.amount > limit.amount


def _covers_journey(asked: RecordLogger, known: Circumstances, programme: ProgrammeVersion) -> bool:
    """Whether the readings reach from packing to taking over, within the longest silence the programme allows."""
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    taken_over = known.state(HOLDING, shipment.unit).since
    assert shipment.packed_at is not None
    assert taken_over is not None
    silence_min = programme.minutes("logger_silence_max")
    return (
        asked.first.minutes_since(shipment.packed_at) <= silence_min
        and taken_over.minutes_since(asked.last) <= silence_min
    )


def _decide(asked: RecordLogger, known: Circumstances) -> Sequence[LoggerRead]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    return (
        LoggerRead(
            shipment=asked.shipment,
            unit=shipment.unit,
            further=shipment.further,
            file=asked.file,
            logger=asked.logger,
            first=asked.first,
            last=asked.last,
            readings=asked.readings,
            minutes_above_limit=asked.minutes_above_limit,
            unknown_minutes=asked.unknown_minutes,
            worst=asked.worst,
            problems=asked.problems,
            verdict=_verdict(asked, known),
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="coldchain.record_logger",
    title="Read the logger of a shipment",
    command=RecordLogger,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_unit, _reads_of_chain),
    gates=(
        gates.shipment_is_delivered_here,
        gates.shipper_is_opened,
        gates.logger_is_the_shipments,
        gates.logger_is_not_read_yet,
    ),
    decide=_decide,
    emits=(LoggerRead,),
    requirements=("SCS-08", "SCS-13"),
    risk=Risk.PATIENT,
    rationale="A manual summary can be wrong or wishful; cells that were warm may not work and nobody can see it.",
)
