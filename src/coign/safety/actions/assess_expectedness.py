"""Assess whether an event is expected: looked up in the reference information that was in force at its onset."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Document
from coign.kernel.values import Actor
from coign.safety import case_gates
from coign.safety.case_state import CASE
from coign.safety.events import ExpectednessAssessed
from coign.safety.expectedness import judge
from coign.safety.state import REFERENCE, REFERENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessExpectedness:
    """Which event: the answer is looked up, not typed."""

    case: Case = field(metadata=asks("Case", "known"))
    event: int = field(metadata=asks("Event", "known"))


def _reads(asked: AssessExpectedness, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE),)


def _product_reads(asked: AssessExpectedness, known: Circumstances) -> Sequence[Read]:
    product = known.state(CASE, asked.case).product
    return () if product is None else (Read(product, REFERENCES),)


def _document(asked: AssessExpectedness, known: Circumstances) -> Document | None:
    """The version in force when the event began."""
    case, event = known.state(CASE, asked.case), case_gates.event_of(asked, known)
    if case.product is None or event is None:
        return None
    version = known.state(REFERENCES, case.product).in_force(event.onset)
    return None if version is None else version.document


def _document_reads(asked: AssessExpectedness, known: Circumstances) -> Sequence[Read]:
    document = _document(asked, known)
    return () if document is None else (Read(document, REFERENCE),)


def _decide(asked: AssessExpectedness, known: Circumstances) -> Sequence[ExpectednessAssessed]:
    event, document = case_gates.event_of(asked, known), _document(asked, known)
    assert event is not None
    expected, because = judge(event, None if document is None else known.state(REFERENCE, document))
    return (
        ExpectednessAssessed(
            case=asked.case,
            event=asked.event,
            expected="yes" if expected else "no",
            reference=document,
            because=because,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="safety.assess_expectedness",
    title="Assess expectedness",
    command=AssessExpectedness,
    roles=frozenset({"safety"}),
    reads=_reads,
    then_reads=(_product_reads, _document_reads),
    gates=(case_gates.we_are_sponsor, case_gates.event_is_of_case),
    decide=_decide,
    emits=(ExpectednessAssessed,),
    requirements=("PAT-03",),
    risk=Risk.PATIENT,
    rationale="An event called expected by the wrong version is never told to the authority.",
    meaning="reviewed",
)
