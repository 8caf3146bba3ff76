"""Ask the applicant something: their clock runs."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application
from coign.kernel.values import Actor, FreeText
from coign.regulatory import application_gates as gates
from coign.regulatory.events import QuestionAsked, Weight
from coign.regulatory.state import APPLICATION


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion:
    """About which application, how grave, and what."""

    application: Application = field(metadata=asks("Application", "choose", options="applications"))
    weight: Weight = field(metadata=asks("How grave", "choose"))
    question: FreeText = field(metadata=asks("Question"))


def _reads(asked: AskQuestion, actor: Actor) -> Sequence[Read]:
    return (Read(asked.application, APPLICATION),)


def _decide(asked: AskQuestion, known: Circumstances) -> Sequence[QuestionAsked]:
    return (
        QuestionAsked(
            application=asked.application,
            number=known.state(APPLICATION, asked.application).questions_so_far + 1,
            weight=asked.weight,
            question=asked.question,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.ask_question",
    title="Ask the applicant",
    command=AskQuestion,
    roles=frozenset({"authority"}),
    reads=_reads,
    gates=(
        gates.application_is_open,
        gates.application_is_yours,
        gates.questions_are_few,
    ),
    decide=_decide,
    emits=(QuestionAsked,),
    requirements=("REG-02",),
    risk=Risk.DATA,
    rationale="What is not asked here is asked by telephone, and nobody finds the answer again.",
)
