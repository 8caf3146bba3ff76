"""Start a logger in the chosen shipper: it records from here on, before the first bag lies in it."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Shipper
from coign.logistics import shipper_gates
from coign.logistics.actions.choose_shipper import reads_of_choice
from coign.logistics.events import LoggerStarted


@dataclass(frozen=True, slots=True, kw_only=True)
class StartLogger:
    """Which logger, in which shipper; it is started now, and again with another one when it fails."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    shipper: Shipper = field(metadata=asks("Shipper", "scan"))
    logger: str = field(metadata=asks("Logger", "scan"))


def _decide(asked: StartLogger, known: Circumstances) -> Sequence[LoggerStarted]:
    return (LoggerStarted(shipper=asked.shipper, logger=asked.logger, by=known.actor.person),)


ACTION = Action(
    name="logistics.start_logger",
    title="Start the logger",
    command=StartLogger,
    roles=frozenset({"celllab", "warehouse"}),
    reads=reads_of_choice,
    gates=(shipper_gates.shipper_is_chosen, shipper_gates.logger_is_scanned),
    decide=_decide,
    emits=(LoggerStarted,),
    requirements=("SCS-08",),
    risk=Risk.PATIENT,
    rationale="Warm cells look like cold ones: only a logger that ran all the way tells them apart.",
)
