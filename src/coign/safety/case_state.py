"""A safety case: its events with everything that legal clocks hang on; and, apart, what was sent."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Document, Organisation, Product, Programme, Unit
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.safety.events import (
    CaseOpened,
    CausalityAssessed,
    CausalityStated,
    Criterion,
    EarlierKnowledgeFound,
    EventFollowedUp,
    EventKind,
    EventReported,
    ExpectednessAssessed,
    Grade,
    Opinion,
    Outcome,
    SubmissionAnswered,
    SubmissionRecorded,
    Verdict,
    WrongPatientReported,
)

#: Events of one case, and significant news of one event. Gates keep to them, so that nothing owed ever drops out;
#: what was sent then stays below the size of a state as well.
EVENTS_MAX, NEWS_MAX = 4, 12

#: What changes one event.
OfEvent = EventFollowedUp | EarlierKnowledgeFound | CausalityStated | CausalityAssessed | ExpectednessAssessed


@dataclass(frozen=True, slots=True)
class Since:
    """A criterion of seriousness, and when it became known that it is met."""

    criterion: Criterion
    at: Instant


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Criteria only ever join: a clock that began does not end because the patient got better."""

    number: int
    kind: EventKind
    term: str
    onset: Instant
    severity: Grade | None
    outcome: Outcome
    first_known: Instant
    aware_at: Instant
    reported_at: Instant
    criteria: tuple[Since, ...] = ()
    investigator: Opinion | None = None
    sponsor: Opinion | None = None
    suspicion_added: bool = False
    expected: bool | None = None
    reference: Document | None = None
    news: tuple[Instant, ...] = ()

    @property
    def is_suspected(self) -> bool:
        """Whether the product may have caused it, as it counts.

        The investigator's opinion is enough, and none said means yes; so is that the sponsor ever suspected it.
        """
        return self.investigator != "not_related" or self.suspicion_added

    @property
    def is_unexpected(self) -> bool:
        """Whether it counts as unexpected: it does until somebody found it listed."""
        return not self.expected

    def since(self, *criteria: str) -> Instant | None:
        """When the first of these criteria became known to be met; None: none of them is."""
        return min((s.at for s in self.criteria if s.criterion in criteria), default=None)


@dataclass(frozen=True, slots=True)
class CaseState:
    """One case, as sponsor and investigator see it."""

    chain: Chain | None = None
    centre: Organisation | None = None
    sponsor: Organisation | None = None
    product: Product | None = None
    programme: Programme | None = None
    batches: tuple[Batch, ...] = ()
    units: tuple[Unit, ...] = ()
    zone: str = ""
    opened_at: Instant | None = None
    events: tuple[Event, ...] = ()
    linked: tuple[Case, ...] = ()

    def event(self, number: int) -> Event | None:
        """An event by its number."""
        return next((e for e in self.events if e.number == number), None)


def _reported(fact: EventReported, stamp: Stamp) -> Event:
    return Event(
        number=fact.event,
        kind=fact.kind,
        term=fact.term,
        onset=fact.onset,
        severity=fact.severity,
        outcome=fact.outcome,
        first_known=fact.known_at,
        aware_at=fact.aware_at,
        reported_at=stamp.time,
        criteria=tuple(Since(c, fact.known_at) for c in dict.fromkeys(fact.criteria)),
        investigator=fact.opinion,
    )


def _followed_up(event: Event, fact: EventFollowedUp) -> Event:
    """New criteria count from the receipt of the news; what made it worse asks anew whether it is expected."""
    met = {s.criterion for s in event.criteria}
    joined = tuple(Since(c, fact.received_at) for c in dict.fromkeys(fact.criteria) if c not in met)
    same = not joined and (event.severity, event.outcome) == (fact.severity, fact.outcome)
    news = (*event.news, fact.received_at) if fact.significant == "yes" else event.news
    return replace(
        event,
        severity=fact.severity,
        outcome=fact.outcome,
        criteria=(*event.criteria, *joined),
        expected=event.expected if same else None,
        reference=event.reference if same else None,
        news=news,
    )


def _known_earlier(event: Event, at: Instant) -> Event:
    """What was known from the beginning was known as early; nothing ever moves later."""
    began = event.first_known
    criteria = tuple(Since(s.criterion, min(s.at, at)) if s.at == began else s for s in event.criteria)
    return replace(event, first_known=min(began, at), criteria=criteria)


def _changed(event: Event, fact: OfEvent) -> Event:
    match fact:
        case EventFollowedUp():
            return _followed_up(event, fact)
        case EarlierKnowledgeFound(known_at=known_at):
            return _known_earlier(event, known_at)
        case CausalityStated(opinion=opinion):
            return replace(event, investigator=opinion)
        case CausalityAssessed(opinion=opinion):
            added = event.suspicion_added or opinion == "related"
            return replace(event, sponsor=opinion, suspicion_added=added)
        case _:
            return replace(event, expected=fact.expected == "yes", reference=fact.reference)


def _evolve(state: CaseState, fact: Fact, stamp: Stamp) -> CaseState:
    match fact:
        case CaseOpened():
            return replace(
                state,
                chain=fact.chain,
                centre=fact.centre,
                sponsor=fact.sponsor,
                product=fact.product,
                programme=fact.programme,
                batches=fact.batches,
                units=fact.units,
                zone=fact.zone,
                opened_at=stamp.time,
            )
        case EventReported():
            return replace(state, events=(*state.events, _reported(fact, stamp)))
        case WrongPatientReported(cases=cases):
            return replace(state, linked=tuple(c for c in cases if c != stamp.subject))
        case (
            EventFollowedUp()
            | EarlierKnowledgeFound()
            | CausalityStated()
            | CausalityAssessed()
            | ExpectednessAssessed()
        ):
            events = tuple(_changed(e, fact) if e.number == fact.event else e for e in state.events)
            return replace(state, events=events)
        case _:
            return state


CASE = View(
    "safety.case",
    kinds=frozenset({"case"}),
    folds=(
        CaseOpened,
        EventReported,
        EventFollowedUp,
        EarlierKnowledgeFound,
        CausalityStated,
        CausalityAssessed,
        ExpectednessAssessed,
        WrongPatientReported,
    ),
    state=CaseState,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was sent for a duty; the newest sending counts."""

    duty: str
    sent_at: Instant
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Submissions:
    """What was sent for the duties of one case."""

    sent: tuple[Submission, ...] = ()

    def of(self, duty: str) -> Submission | None:
        """What was sent last for a duty."""
        return next((s for s in self.sent if s.duty == duty), None)


def _evolve_submissions(state: Submissions, fact: Fact, stamp: Stamp) -> Submissions:
    match fact:
        case SubmissionRecorded(duty=duty, sent_at=sent_at):
            new = Submission(duty, sent_at)
        case SubmissionAnswered(duty=duty, verdict=verdict):
            before = state.of(duty)
            assert before is not None, "an answer follows a submission"
            new = replace(before, verdict=verdict)
        case _:
            return state
    return Submissions((*(s for s in state.sent if s.duty != new.duty), new))


SUBMISSIONS = View(
    "safety.submissions",
    kinds=frozenset({"case"}),
    folds=(SubmissionRecorded, SubmissionAnswered),
    state=Submissions,
    evolve=_evolve_submissions,
)
