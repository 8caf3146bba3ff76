"""Answer an authority's question, with the document that shows it."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Application
from coign.kernel.values import Actor, Digest, FreeText
from coign.regulatory import application_gates as gates
from coign.regulatory.events import QuestionAnswered
from coign.regulatory.state import APPLICATION


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """Which question of which application, what is said to it, and what shows it."""

    application: Application = field(metadata=asks("Application", "known", options="applications"))
    number: int = field(metadata=asks("Number of the question", "known"))
    answer: FreeText = field(metadata=asks("Answer"))
    document: Digest = field(metadata=asks("What shows it", "upload"))


def _reads(asked: AnswerQuestion, actor: Actor) -> Sequence[Read]:
    return (Read(asked.application, APPLICATION),)


def _decide(asked: AnswerQuestion, known: Circumstances) -> Sequence[QuestionAnswered]:
    return (
        QuestionAnswered(
            application=asked.application,
            number=asked.number,
            answer=asked.answer,
            document=asked.document,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.answer_question",
    title="Answer a question",
    command=AnswerQuestion,
    roles=frozenset({"regulatory"}),
    reads=_reads,
    gates=(
        gates.application_is_open,
        gates.application_is_yours,
        gates.question_is_open,
    ),
    decide=_decide,
    emits=(QuestionAnswered,),
    requirements=("REG-02",),
    risk=Risk.DATA,
    rationale="An authority decides on what it was told: whoever answers signs for it.",
    meaning="answered",
)
