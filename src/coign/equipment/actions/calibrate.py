"""Record a calibration: in order until the next one is due, or out of calibration; then its uses are in doubt."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment import gates
from coign.equipment.events import DeviceCalibrated, Finding
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, Digest, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrate:
    """Which device, what was found before anything was adjusted, and when it is measured again."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    finding: Finding = field(metadata=asks("As found", "choose", hint="before anything was adjusted"))
    calibrated_on: Instant = field(metadata=asks("Calibrated on"))
    due_on: Instant | None = field(default=None, metadata=asks("Next calibration due", hint="if it is in order"))
    evidence: Digest = field(metadata=asks("Certificate", "upload"))

    @property
    def measured_on(self) -> Instant:
        """When it was held against the reference."""
        return self.calibrated_on


def _reads(asked: Calibrate, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: Calibrate, known: Circumstances) -> Sequence[DeviceCalibrated]:
    return (
        DeviceCalibrated(
            equipment=asked.equipment,
            finding=asked.finding,
            calibrated_on=asked.calibrated_on,
            due_on=asked.due_on if asked.finding == "in_order" else None,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.calibrate",
    title="Record a calibration",
    command=Calibrate,
    roles=frozenset({"qa", "celllab", "analyst", "warehouse"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.measured_before_now,
        gates.next_one_lies_ahead,
    ),
    decide=_decide,
    emits=(DeviceCalibrated,),
    requirements=(
        "GMP-09",
        "GMP-03",
        "GMP-19",
    ),
    risk=Risk.PATIENT,
    rationale="A counter that counts wrong gives a wrong dose, and every number on the page looks right.",
)
