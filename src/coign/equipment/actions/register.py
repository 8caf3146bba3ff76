"""Register a device: what it is, where it stands, how it was qualified, and when its next calibration is due."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment import gates
from coign.equipment.events import DeviceRegistered, Finding, Kind
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment, Site
from coign.kernel.values import Actor, Digest, Instant
from coign.people.views import SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Which device under which label, and until when its qualification counts."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    device_kind: Kind = field(metadata=asks("Kind", "choose"))
    model: str = field(metadata=asks("Maker and model", hint="as on the type plate"))
    site: Site = field(metadata=asks("Place", "known"))
    qualified_on: Instant = field(metadata=asks("Qualified on"))
    due_on: Instant = field(metadata=asks("Next calibration due"))
    evidence: Digest = field(metadata=asks("Report of the qualification", "upload"))

    @property
    def measured_on(self) -> Instant:
        """A qualification measures the device for the first time."""
        return self.qualified_on

    @property
    def finding(self) -> Finding:
        """What is not in order is not registered."""
        return "in_order"


def _reads(asked: Register, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE), Read(asked.site, SITE))


def _decide(asked: Register, known: Circumstances) -> Sequence[DeviceRegistered]:
    return (
        DeviceRegistered(
            equipment=asked.equipment,
            organisation=known.actor.organisation,
            site=asked.site,
            device_kind=asked.device_kind,
            model=asked.model.strip(),
            qualified_on=asked.qualified_on,
            due_on=asked.due_on,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.register",
    title="Register a device",
    command=Register,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(
        gates.device_is_new,
        gates.site_is_ours,
        gates.model_is_named,
        gates.measured_before_now,
        gates.next_one_lies_ahead,
    ),
    decide=_decide,
    emits=(DeviceRegistered,),
    requirements=(
        "GMP-09",
        "GMP-03",
        "CSV-15",
    ),
    risk=Risk.PRODUCT,
    rationale="A device that nobody entered is calibrated by nobody.",
    meaning="approved",
    beyond_sight=("equipment",),
)
