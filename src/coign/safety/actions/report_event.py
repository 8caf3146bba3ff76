"""Report a serious event: the investigator opens a case, or adds a further event to one; the clocks begin."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Case, Chain, Site, Unit
from coign.kernel.values import Actor, FreeText, Instant
from coign.people.views import SITE
from coign.safety import case_gates, gates, tolerance
from coign.safety.case_state import CASE
from coign.safety.events import (
    CaseOpened,
    Criterion,
    EventKind,
    EventReported,
    Grade,
    HeldBy,
    Opinion,
    Outcome,
)

KNOWN_HINT = "When the first of you, or of whom you contracted, held patient, reporter, product and event."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """What is told of one event: what it was, how serious, how it ended, and since when it is known."""

    kind: EventKind = field(default="adverse_event", metadata=asks("What it is", "choose"))
    term: str = field(metadata=asks("Term", hint="preferred term of the dictionary"))
    dictionary: str = field(default="", metadata=asks("Dictionary and its version", hint="such as MedDRA 29.0"))
    onset: Instant = field(metadata=asks("Began at"))
    aware_at: Instant = field(metadata=asks("You became aware at"))
    known_at: Instant = field(metadata=asks("First known at", hint=KNOWN_HINT))
    held_by: HeldBy = field(default="site", metadata=asks("First known to", "choose"))
    criteria: tuple[Criterion, ...] = field(
        default=(), metadata=asks("Serious because", "choose", hint="as it was, not as it could have been")
    )
    severity: Grade | None = field(default=None, metadata=asks("Severity (grade)", "choose"))
    outcome: Outcome = field(default="unknown", metadata=asks("Outcome so far", "choose"))
    opinion: Opinion | None = field(
        default=None, metadata=asks("Related to the product", "choose", hint="left open it counts as related")
    )
    narrative: FreeText = field(metadata=asks("What happened"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvent(ToldEvent):
    """An event after a therapy, as the investigator tells it. Product, batch and bags come from the chain."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    case: Case = field(metadata=allotted())
    site: Site = field(metadata=asks("Place that reports", "known"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvent(ToldEvent):
    """A further event of the same patient, judged by itself."""

    case: Case = field(metadata=asks("Case", "known"))


def reported(asked: ToldEvent, case: Case, number: int) -> EventReported:
    """The fact about one event."""
    return EventReported(
        case=case,
        event=number,
        kind=asked.kind,
        term=asked.term.strip(),
        dictionary=asked.dictionary,
        onset=asked.onset,
        severity=asked.severity,
        criteria=asked.criteria,
        outcome=asked.outcome,
        aware_at=asked.aware_at,
        known_at=asked.known_at,
        held_by=asked.held_by,
        opinion=asked.opinion,
        narrative=asked.narrative,
    )


def opened(case: Case, chain: Chain, zone: str, known: Circumstances) -> CaseOpened:
    """The case of a therapy, with its product, batches and bags out of the chain of identity."""
    bound, given = known.state(CHAIN, chain), known.state(INFUSION, chain)
    assert bound.centre is not None and bound.maker is not None
    assert bound.product is not None and bound.programme is not None
    running = (given.running,) if given.running is not None else ()
    units: tuple[Unit, ...] = tuple(dict.fromkeys((*(bag.unit for bag in given.bags), *running)))
    batches: tuple[Batch, ...] = tuple(
        dict.fromkeys(u.batch for u in bound.units if u.unit in units and u.batch is not None)
    )
    return CaseOpened(
        case=case,
        chain=chain,
        centre=bound.centre,
        sponsor=bound.maker,
        product=bound.product,
        programme=bound.programme,
        batches=batches,
        units=units,
        zone=zone,
        reporter=known.actor.person,
    )


def severity_counted(severity: Grade | None, outcome: Outcome) -> Grade | None:
    """The grade by which an event limits the dose: death is grade 5 whatever else was told."""
    return "5" if outcome == "fatal" else severity


def _reads(asked: ReportEvent, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.chain, CHAIN),
        Read(asked.chain, INFUSION),
        Read(asked.case, CASE),
        Read(asked.site, SITE),
    )


def _programme_reads(asked: ReportEvent, known: Circumstances) -> Sequence[Read]:
    return tolerance.reads(asked.chain, known)


def _decide(asked: ReportEvent, known: Circumstances) -> Sequence[Fact]:
    grade = severity_counted(asked.severity, asked.outcome) if asked.opinion != "not_related" else None
    return (
        opened(asked.case, asked.chain, known.state(SITE, asked.site).zone, known),
        reported(asked, asked.case, 1),
        *tolerance.consequences(known, asked.chain, "event", grade, asked.onset),
    )


def _case_reads(asked: AddEvent, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE),)


def _chain_reads(asked: AddEvent, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CASE, asked.case).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, INFUSION))


def _programme_reads_of_case(asked: AddEvent, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CASE, asked.case).chain
    return () if chain is None else tolerance.reads(chain, known)


def _added(asked: AddEvent, known: Circumstances) -> Sequence[Fact]:
    case = known.state(CASE, asked.case)
    assert case.chain is not None
    grade = severity_counted(asked.severity, asked.outcome) if asked.opinion != "not_related" else None
    return (
        reported(asked, asked.case, len(case.events) + 1),
        *tolerance.consequences(known, case.chain, "event", grade, asked.onset),
    )


REPORT_EVENT = Action(
    name="safety.report_event",
    title="Report a serious event",
    command=ReportEvent,
    roles=frozenset({"physician"}),
    reads=_reads,
    then_reads=(_programme_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.term_is_a_term,
        case_gates.site_is_ours,
        case_gates.times_are_in_order,
        case_gates.death_is_told_once,
    ),
    decide=_decide,
    emits=(CaseOpened, EventReported, *tolerance.MAY_GIVE),
    requirements=("PAT-01", "PAT-02", "PAT-04", "PAT-06", "PAT-13", "PAT-19"),
    risk=Risk.PATIENT,
    rationale="Others are treated with the same product: what is told late, or to nobody, harms the next patient.",
)

ADD_EVENT = Action(
    name="safety.add_event",
    title="Add an event to a case",
    command=AddEvent,
    roles=frozenset({"physician"}),
    reads=_case_reads,
    then_reads=(_chain_reads, _programme_reads_of_case),
    gates=(
        case_gates.case_is_ours,
        case_gates.case_has_room,
        gates.term_is_a_term,
        case_gates.times_are_in_order,
        case_gates.death_is_told_once,
    ),
    decide=_added,
    emits=(EventReported, *tolerance.MAY_GIVE),
    requirements=("PAT-01", "PAT-02", "PAT-04", "PAT-13", "PAT-19"),
    risk=Risk.PATIENT,
    rationale="Seriousness belongs to each event: one hidden in another has no clock.",
)
