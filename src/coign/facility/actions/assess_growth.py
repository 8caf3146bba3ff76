"""Judge what growth in grade A means for a batch: the block ends only when it is acceptable."""

from collections.abc import Sequence
from dataclasses import field

from coign.facility import gates
from coign.facility.events import Conclusion, GrowthAssessed
from coign.facility.views import ENVIRONMENT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, Digest, FreeText
from coign.manufacturing.views import BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessGrowth:
    """Which batch, what grew, and whether the product is touched by it."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    organism: str = field(metadata=asks("Organism", hint="as it was identified, or that it could not be"))
    conclusion: Conclusion = field(metadata=asks("For this product it is", "choose"))
    assessment: FreeText = field(metadata=asks("Why", hint="where it grew, what was open then, what tests show"))
    evidence: Digest = field(metadata=asks("Report", "upload"))


def _reads(asked: AssessGrowth, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, ENVIRONMENT))


def _decide(asked: AssessGrowth, known: Circumstances) -> Sequence[GrowthAssessed]:
    return (
        GrowthAssessed(
            batch=asked.batch,
            conclusion=asked.conclusion,
            organism=asked.organism.strip(),
            assessment=asked.assessment,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="facility.assess_growth",
    title="Judge growth in grade A",
    command=AssessGrowth,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.growth_waits_for_assessment, gates.assessor_had_no_part),
    decide=_decide,
    emits=(GrowthAssessed,),
    requirements=("GMP-31", "GMP-02", "GMP-19"),
    risk=Risk.PATIENT,
    rationale="One colony is often a slip of the laboratory and sometimes an infection of the patient.",
    meaning="assessed",
)
