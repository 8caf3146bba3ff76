"""Extend a qualification in an emergency: one person asks, the quality unit approves."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import Actor, FreeText, Instant
from coign.training import gates
from coign.training.events import HOUSE, ExtensionApproved, ExtensionAsked
from coign.training.roles import LEARNERS
from coign.training.state import EXTENSION
from coign.training.views import CURRICULUM, QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExtension:
    """Whose qualification for which task should count until when, and why nobody else can do it."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))
    until: Instant = field(metadata=asks("Until"))
    why: FreeText = field(
        metadata=asks("Why", hint="what would happen to the patient or the product, and who else was asked")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveExtension:
    """Whose qualification for which task is extended as it was asked."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    task: str = field(metadata=asks("Task", "choose", options="tasks"))


def _reads_to_ask(asked: AskExtension, actor: Actor) -> Sequence[Read]:
    return (Read(asked.person, QUALIFICATIONS), Read(HOUSE, CURRICULUM))


def _ask(asked: AskExtension, known: Circumstances) -> Sequence[ExtensionAsked]:
    by = known.actor.person
    return (ExtensionAsked(person=asked.person, task=asked.task, until=asked.until, by=by, why=asked.why),)


ASK = Action(
    name="training.ask_extension",
    title="Ask to extend a qualification",
    command=AskExtension,
    roles=LEARNERS,
    reads=_reads_to_ask,
    gates=(
        gates.qualification_is_held,
        gates.end_lies_ahead,
        gates.extension_is_short,
        gates.extension_is_of_what_just_ran_out,
        gates.extension_is_the_first,
    ),
    decide=_ask,
    emits=(ExtensionAsked,),
    requirements=("TRN-03",),
    risk=Risk.PATIENT,
    rationale="At night a skill that ended yesterday can be the only one in the house: asking must be possible.",
)


def _reads_to_approve(asked: ApproveExtension, actor: Actor) -> Sequence[Read]:
    return (Read(asked.person, EXTENSION), Read(asked.person, QUALIFICATIONS))


def _approve(asked: ApproveExtension, known: Circumstances) -> Sequence[ExtensionApproved]:
    found = known.state(EXTENSION, asked.person).of(asked.task)
    assert found is not None
    by = known.actor.person
    return (ExtensionApproved(person=asked.person, task=asked.task, until=found.until, by=by),)


APPROVE = Action(
    name="training.approve_extension",
    title="Approve the extension of a qualification",
    command=ApproveExtension,
    roles=frozenset({"qa"}),
    reads=_reads_to_approve,
    gates=(
        gates.extension_is_asked,
        gates.extension_approved_by_another,
        gates.qualification_is_held,
    ),
    decide=_approve,
    emits=(ExtensionApproved,),
    requirements=("TRN-03", "TRN-06"),
    risk=Risk.PATIENT,
    rationale="An extension lets somebody act whose skill nobody saw in time: the quality unit weighs it.",
    meaning="approved",
    second_of="training.ask_extension",
)
