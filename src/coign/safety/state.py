"""What was seen of one therapy so far, and what reference safety information lists."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Document, Product
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.safety.events import (
    CaseOpened,
    Grade,
    IcansRecorded,
    LaboratoryGraded,
    ReactionRecorded,
    ReferenceKind,
    ReferencePublished,
    ResponseMissed,
    ResponseRecorded,
    WhyMissed,
)
from coign.safety.grading.grades import counted, worst

#: The newest cases of one therapy, laboratory terms and assessed times that are listed.
LISTED_MAX = 60
#: Versions of the reference information of one product that are listed, and terms in one of them.
VERSIONS_MAX, TERMS_MAX = 60, 150


@dataclass(frozen=True, slots=True)
class WorstTerm:
    """The worst counted grade of one laboratory term."""

    term: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class Response:
    """How the disease answered at one time."""

    timepoint: str
    category: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A time at which nobody assessed, and why."""

    timepoint: str
    why: WhyMissed


@dataclass(frozen=True, slots=True)
class Reactions:
    """The newest and the worst grades; each assessment stays an entry of its own.

    `…_counted`: the worst grade where patients are counted, with clinicians' own grades where they are higher.
    """

    fever_since: Instant | None = None
    last_grade: Grade | None = None
    last_seen_at: Instant | None = None
    worst_grade: Grade | None = None
    crs_counted: Grade | None = None
    icans_last: Grade | None = None
    icans_counted: Grade | None = None
    laboratory: tuple[WorstTerm, ...] = ()
    responses: tuple[Response, ...] = ()
    cases: tuple[Case, ...] = ()
    missed: tuple[Missed, ...] = ()

    def is_told_of(self, timepoint: str) -> bool:
        """Whether it is on record what was found at a time, or why nothing was."""
        return timepoint in {*(r.timepoint for r in self.responses), *(m.timepoint for m in self.missed)}


def _reaction(state: Reactions, fact: ReactionRecorded) -> Reactions:
    since = state.fever_since
    if fact.fever == "yes" and (since is None or fact.seen_at < since):
        since = fact.seen_at
    return replace(
        state,
        fever_since=since,
        last_grade=fact.grade,
        last_seen_at=fact.seen_at,
        worst_grade=worst(state.worst_grade, fact.grade),
        crs_counted=worst(state.crs_counted, counted(fact.grade, fact.clinicians_grade)),
    )


def _laboratory(state: Reactions, fact: LaboratoryGraded) -> Reactions:
    before = next((w.grade for w in state.laboratory if w.term == fact.term), None)
    grade = worst(before, counted(fact.grade, fact.clinicians_grade))
    others = tuple(w for w in state.laboratory if w.term != fact.term)
    found = others if grade is None else (*others, WorstTerm(fact.term, grade))
    return replace(state, laboratory=found[-LISTED_MAX:])


def _evolve(state: Reactions, fact: Fact, stamp: Stamp) -> Reactions:
    match fact:
        case ReactionRecorded():
            return _reaction(state, fact)
        case IcansRecorded(grade=grade, clinicians_grade=own):
            return replace(state, icans_last=grade, icans_counted=worst(state.icans_counted, counted(grade, own)))
        case LaboratoryGraded():
            return _laboratory(state, fact)
        case ResponseRecorded(timepoint=timepoint, category=category):
            others = tuple(r for r in state.responses if r.timepoint != timepoint)
            missed = tuple(m for m in state.missed if m.timepoint != timepoint)
            return replace(state, responses=(*others, Response(timepoint, category))[-LISTED_MAX:], missed=missed)
        case ResponseMissed(timepoint=timepoint, why=why):
            missed = tuple(m for m in state.missed if m.timepoint != timepoint)
            return replace(state, missed=(*missed, Missed(timepoint, why))[-LISTED_MAX:])
        case CaseOpened(case=case):
            return replace(state, cases=(*state.cases, case)[-LISTED_MAX:])
        case _:
            return state


REACTIONS = View(
    "safety.reactions",
    kinds=frozenset({"chain"}),
    folds=(ReactionRecorded, IcansRecorded, LaboratoryGraded, ResponseRecorded, ResponseMissed, CaseOpened),
    state=Reactions,
    evolve=_evolve,
    version=3,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """One version of the reference safety information."""

    product: Product | None = None
    kind: ReferenceKind | None = None
    label: str = ""
    effective: Instant | None = None
    up_to_2: tuple[str, ...] = ()
    up_to_3: tuple[str, ...] = ()
    up_to_4: tuple[str, ...] = ()
    fatal: tuple[str, ...] = ()


def _evolve_reference(state: Reference, fact: Fact, stamp: Stamp) -> Reference:
    match fact:
        case ReferencePublished():
            return Reference(
                fact.product,
                fact.kind,
                fact.label,
                fact.effective,
                fact.up_to_2,
                fact.up_to_3,
                fact.up_to_4,
                fact.fatal,
            )
        case _:
            return state


REFERENCE = View(
    "safety.reference",
    kinds=frozenset({"document"}),
    folds=(ReferencePublished,),
    state=Reference,
    evolve=_evolve_reference,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A version of the reference information, and from when on it is in force."""

    document: Document
    label: str
    effective: Instant


@dataclass(frozen=True, slots=True)
class References:
    """Every version of one product, oldest first."""

    versions: tuple[Listed, ...] = ()

    def in_force(self, at: Instant) -> Listed | None:
        """The version that was in force at an instant; None: none was."""
        return next((v for v in reversed(self.versions) if v.effective <= at), None)


def _evolve_references(state: References, fact: Fact, stamp: Stamp) -> References:
    match fact:
        case ReferencePublished(document=document, label=label, effective=effective):
            return References((*state.versions, Listed(document, label, effective))[-VERSIONS_MAX:])
        case _:
            return state


REFERENCES = View(
    "safety.references",
    kinds=frozenset({"product"}),
    folds=(ReferencePublished,),
    state=References,
    evolve=_evolve_references,
)
