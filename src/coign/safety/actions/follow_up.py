"""What is learnt later about an event: news with a day zero of its own, or that somebody knew earlier."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, FreeText, Instant
from coign.safety import case_gates, tolerance
from coign.safety.actions.report_event import severity_counted
from coign.safety.case_state import CASE
from coign.safety.events import (
    Answer,
    Criterion,
    EarlierKnowledgeFound,
    EventFollowedUp,
    Grade,
    HeldBy,
    Outcome,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What is known of an event now. Criteria that were met stay met, whatever is ticked here."""

    case: Case = field(metadata=asks("Case", "known"))
    event: int = field(metadata=asks("Event", "known"))
    received_at: Instant = field(metadata=asks("News received at"))
    significant: Answer = field(
        metadata=asks(
            "Medically significant", "choose", hint="changes the picture of the case: it has a clock of its own"
        )
    )
    criteria: tuple[Criterion, ...] = field(default=(), metadata=asks("Serious because", "choose"))
    severity: Grade | None = field(default=None, metadata=asks("Severity (grade)", "choose"))
    outcome: Outcome = field(metadata=asks("Outcome so far", "choose"))
    narrative: FreeText = field(metadata=asks("What is new"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindEarlierKnowledge:
    """Who held the four elements earlier, and how that came out."""

    case: Case = field(metadata=asks("Case", "known"))
    event: int = field(metadata=asks("Event", "known"))
    known_at: Instant = field(metadata=asks("Known at"))
    held_by: HeldBy = field(metadata=asks("Known to", "choose"))
    found_out: FreeText = field(metadata=asks("How this came out"))


def _reads(asked: FollowUp | FindEarlierKnowledge, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE),)


def _chain_reads(asked: FollowUp, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CASE, asked.case).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, INFUSION))


def _programme_reads(asked: FollowUp, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CASE, asked.case).chain
    return () if chain is None else tolerance.reads(chain, known)


def _followed_up(asked: FollowUp, known: Circumstances) -> Sequence[Fact]:
    case = known.state(CASE, asked.case)
    event = case.event(asked.event)
    assert case.chain is not None and event is not None
    grade = severity_counted(asked.severity, asked.outcome) if event.is_suspected else None
    return (
        EventFollowedUp(
            case=asked.case,
            event=asked.event,
            received_at=asked.received_at,
            significant=asked.significant,
            severity=asked.severity,
            criteria=asked.criteria,
            outcome=asked.outcome,
            narrative=asked.narrative,
        ),
        *tolerance.consequences(known, case.chain, "event", grade, event.onset),
    )


def _found(asked: FindEarlierKnowledge, known: Circumstances) -> Sequence[EarlierKnowledgeFound]:
    return (
        EarlierKnowledgeFound(
            case=asked.case,
            event=asked.event,
            known_at=asked.known_at,
            held_by=asked.held_by,
            found_out=asked.found_out,
        ),
    )


FOLLOW_UP = Action(
    name="safety.follow_up",
    title="Record news about an event",
    command=FollowUp,
    roles=frozenset({"physician", "safety"}),
    reads=_reads,
    then_reads=(_chain_reads, _programme_reads),
    gates=(
        case_gates.event_is_of_case,
        case_gates.news_follows_report,
        case_gates.news_has_room,
        case_gates.death_is_told_once,
    ),
    decide=_followed_up,
    emits=(EventFollowedUp, *tolerance.MAY_GIVE),
    requirements=("PAT-04", "PAT-05", "PAT-19", "REG-03"),
    risk=Risk.PATIENT,
    rationale="A serious event that turns fatal has seven days from the news; nobody may miss when they began.",
)

FIND_EARLIER_KNOWLEDGE = Action(
    name="safety.find_earlier_knowledge",
    title="Record that somebody knew earlier",
    command=FindEarlierKnowledge,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(
        case_gates.we_are_sponsor,
        case_gates.event_is_of_case,
        case_gates.knowledge_is_earlier,
        case_gates.knowledge_follows_onset,
    ),
    decide=_found,
    emits=(EarlierKnowledgeFound,),
    requirements=("PAT-04", "REG-03"),
    risk=Risk.PATIENT,
    rationale="The clock counts from whoever knew first: found out and not recorded, lateness would be hidden.",
)
