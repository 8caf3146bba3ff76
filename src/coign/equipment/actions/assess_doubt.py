"""Judge what a device out of calibration means for what it was used on: the hold ends only when it did no harm."""

from collections.abc import Sequence
from dataclasses import field

from coign.equipment import gates
from coign.equipment.events import Conclusion, DoubtAssessed
from coign.equipment.views import DEVICE
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Equipment
from coign.kernel.values import Actor, Digest, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessDoubt:
    """Which device, and whether its error touches what was made with it since it was last in order."""

    equipment: Equipment = field(metadata=asks("Device", "scan"))
    conclusion: Conclusion = field(metadata=asks("On what it was used on it has", "choose"))
    assessment: FreeText = field(metadata=asks("Why", hint="how far off it was, and what that changes"))
    evidence: Digest = field(metadata=asks("Report", "upload"))


def _reads(asked: AssessDoubt, actor: Actor) -> Sequence[Read]:
    return (Read(asked.equipment, DEVICE),)


def _decide(asked: AssessDoubt, known: Circumstances) -> Sequence[DoubtAssessed]:
    return (
        DoubtAssessed(
            equipment=asked.equipment,
            conclusion=asked.conclusion,
            assessment=asked.assessment,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="equipment.assess_doubt",
    title="Judge a device out of calibration",
    command=AssessDoubt,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(
        gates.device_is_registered,
        gates.doubt_is_open,
        gates.assessed_by_another,
    ),
    decide=_decide,
    emits=(DoubtAssessed,),
    requirements=(
        "GMP-09",
        "GMP-19",
        "GMP-02",
    ),
    risk=Risk.PATIENT,
    rationale="Batches stand still by a number that was wrong; somebody must say whether it mattered.",
    meaning="assessed",
)
