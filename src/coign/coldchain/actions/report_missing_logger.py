"""Say that there is no file to read: the journey is unknown, and the quality unit must decide."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain import gates
from coign.coldchain.events import LoggerMissing
from coign.coldchain.state import READING
from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment
from coign.kernel.values import Actor, FreeText
from coign.logistics.views import SHIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMissingLogger:
    """Which shipment has no file, and what was found instead."""

    shipment: Shipment = field(metadata=asks("Shipment", "known"))
    why: FreeText = field(metadata=asks("What you found", hint="no logger, a broken one, one with another number"))


def _reads(asked: ReportMissingLogger, actor: Actor) -> Sequence[Read]:
    return (Read(asked.shipment, SHIPMENT), Read(asked.shipment, READING))


def _reads_of_unit(asked: ReportMissingLogger, known: Circumstances) -> Sequence[Read]:
    units = known.state(SHIPMENT, asked.shipment).units
    return tuple(Read(unit, view) for unit in units for view in (HOLDING, CONDITION))


def _decide(asked: ReportMissingLogger, known: Circumstances) -> Sequence[LoggerMissing]:
    shipment = known.state(SHIPMENT, asked.shipment)
    assert shipment.unit is not None
    by = known.actor.person
    return (
        LoggerMissing(
            shipment=asked.shipment, unit=shipment.unit, further=shipment.further, by=by, why=asked.why
        ),
    )  # fmt: skip


ACTION = Action(
    name="coldchain.report_missing_logger",
    title="Report that a logger is missing or unreadable",
    command=ReportMissingLogger,
    roles=frozenset({"warehouse", "celllab"}),
    reads=_reads,
    then_reads=(_reads_of_unit,),
    gates=(gates.shipment_is_delivered_here, gates.shipper_is_opened, gates.logger_is_not_read_yet),
    decide=_decide,
    emits=(LoggerMissing,),
    requirements=("SCS-08", "SCS-S2"),
    risk=Risk.PATIENT,
    rationale="Without a way to say that nobody knows, somebody would make a file up.",
)
