"""Record that a device was cleaned: the next patient's cells may go into it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.equipment import gates
from coign.equipment.events import DeviceCleaned
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """Which device, and with what."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    agent: str = field(metadata=asks("Cleaned with", hint="agent and lot, or the new set"))
    begun_at: Instant | None = field(default=None, metadata=asks("Begun at", hint="empty: just now"))


def _reads(asked: Clean, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: Clean, known: Circumstances) -> Sequence[DeviceCleaned]:
    begun = asked.begun_at or known.now
    due = known.state(DEVICE, asked.equipment).to_be_cleaned_by(known.rules)
    return (
        DeviceCleaned(
            equipment=asked.equipment,
            agent=asked.agent.strip(),
            by=known.actor.person,
            begun_at=begun,
            was_due=due if due is not None and begun > due else None,
        ),
    )


ACTION = Action(
    name="equipment.clean",
    title="Record a cleaning",
    command=Clean,
    roles=frozenset({"operator", "celllab", "nurse", "warehouse", "analyst"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.agent_is_named,
        gates.cleaning_follows_the_use,
    ),
    decide=_decide,
    emits=(DeviceCleaned,),
    requirements=("GMP-09",),
    risk=Risk.PATIENT,
    rationale="What is left of one patient's cells in a device goes into the next one's.",
)
