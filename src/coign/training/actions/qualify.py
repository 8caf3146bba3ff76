"""Accept a certificate from elsewhere: from now on, never for what was done before, the person may perform the task."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, Digest, Instant
from coign.people.views import AUTHORITY
from coign.training import gates
from coign.training.events import Qualified
from coign.training.views import QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualify:
    """Who may perform which task until when, with the certificate, and its own date."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))
    until: Instant = field(metadata=asks("Until"))
    evidence: Digest = field(metadata=asks("Certificate of the observed practice", "upload"))
    certified_on: Instant | None = field(
        default=None, metadata=asks("Date on the certificate", hint="the qualification counts from its record here on")
    )


def _reads(asked: Qualify, actor: Actor) -> Sequence[Read]:
    return (Read(asked.person, AUTHORITY), Read(asked.person, QUALIFICATIONS))


def _decide(asked: Qualify, known: Circumstances) -> Sequence[Qualified]:
    return (
        Qualified(
            person=asked.person,
            task=asked.task,
            until=asked.until,
            assessor=known.actor.person,
            evidence=asked.evidence,
            certified_on=asked.certified_on,
        ),
    )


ACTION = Action(
    name="training.qualify",
    title="Qualify somebody by a certificate",
    command=Qualify,
    roles=frozenset({"trainer"}),
    reads=_reads,
    gates=(
        gates.trainee_is_active,
        gates.assessor_is_another,
        gates.task_is_known,
        gates.end_lies_ahead,
        gates.certificate_is_of_the_past,
        gates.end_is_in_reach,
    ),
    decide=_decide,
    emits=(Qualified,),
    requirements=("TRN-01", "TRN-04", "TRN-06", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="Whoever never mastered a step can contaminate or mix up a product without noticing.",
    meaning="assessed",
)
