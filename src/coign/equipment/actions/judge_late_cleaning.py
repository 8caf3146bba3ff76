"""Judge a cleaning that began later than its hold time allows: only then is the device used again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.equipment import gates
from coign.equipment.events import LateCleaningJudged, LateCleaningVerdict
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, Digest, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeLateCleaning:
    """Which device, and whether it is clean although it stood dirty for longer than was tested."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    verdict: LateCleaningVerdict = field(metadata=asks("The device is", "choose"))
    assessment: FreeText = field(metadata=asks("Why", hint="how long it stood, and what was found after the cleaning"))
    evidence: Digest = field(metadata=asks("Swab, rinse or other finding", "upload"))


def _reads(asked: JudgeLateCleaning, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: JudgeLateCleaning, known: Circumstances) -> Sequence[LateCleaningJudged]:
    return (
        LateCleaningJudged(
            equipment=asked.equipment,
            verdict=asked.verdict,
            assessment=asked.assessment,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.judge_late_cleaning",
    title="Judge a device that was cleaned too late",
    command=JudgeLateCleaning,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.late_cleaning_waits,
        gates.judged_by_another,
    ),
    decide=_decide,
    emits=(LateCleaningJudged,),
    requirements=("GMP-09", "GMP-02"),
    risk=Risk.PATIENT,
    rationale="What dries in a device is not removed by the cleaning that was tested on what was fresh.",
    meaning="assessed",
)
