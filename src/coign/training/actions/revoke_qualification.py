"""Take a qualification away: it counts at once, also in the middle of a step."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, FreeText
from coign.training import gates
from coign.training.events import QualificationRevoked
from coign.training.views import QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeQualification:
    """Whose qualification for which task ends now, and why."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: RevokeQualification, actor: Actor) -> Sequence[Read]:
    return (Read(asked.person, QUALIFICATIONS),)


def _decide(asked: RevokeQualification, known: Circumstances) -> Sequence[QualificationRevoked]:
    return (QualificationRevoked(person=asked.person, task=asked.task, by=known.actor.person, why=asked.why),)


ACTION = Action(
    name="training.revoke_qualification",
    title="Take a qualification away",
    command=RevokeQualification,
    roles=frozenset({"trainer", "qa"}),
    reads=_reads,
    gates=(gates.qualification_is_held,),
    decide=_decide,
    emits=(QualificationRevoked,),
    requirements=("TRN-02", "TRN-05"),
    risk=Risk.DATA,
    rationale="Taking away must be easy and at once; giving needs the care.",
)
