"""Decide on an application: approved or refused."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application
from coign.kernel.values import Actor, Digest, FreeText
from coign.regulatory import application_gates as gates
from coign.regulatory.events import ApplicationDecided, Verdict
from coign.regulatory.state import APPLICATION


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideApplication:
    """Which application, what is decided, why, and the decision as it was written."""

    application: Application = field(metadata=asks("Application", "choose", options="applications"))
    verdict: Verdict = field(metadata=asks("Decision", "choose"))
    why: FreeText = field(metadata=asks("Why"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _reads(asked: DecideApplication, actor: Actor) -> Sequence[Read]:
    return (Read(asked.application, APPLICATION),)


def _decide(asked: DecideApplication, known: Circumstances) -> Sequence[ApplicationDecided]:
    return (
        ApplicationDecided(
            application=asked.application,
            verdict=asked.verdict,
            why=asked.why,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.decide_application",
    title="Decide on an application",
    command=DecideApplication,
    roles=frozenset({"authority"}),
    reads=_reads,
    gates=(
        gates.application_is_open,
        gates.application_is_yours,
        gates.every_question_is_answered,
    ),
    decide=_decide,
    emits=(ApplicationDecided,),
    requirements=("REG-02",),
    risk=Risk.PATIENT,
    rationale="Patients are treated, or are not, because of this signature.",
    meaning="decided",
)
