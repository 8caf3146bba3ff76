"""What safety pages list, out of the facts in order: who was treated, grades by day, events, and duties."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, LiteralString, TypeVar, cast

import orjson
import psycopg

from coign import rulesets
from coign.identity.events import ChainBegun
from coign.identity.views import CHAIN
from coign.infusion.events import InfusionStarted
from coign.kernel.facts import Fact, about
from coign.kernel.subjects import Case, Chain, Organisation, Product, Subject
from coign.kernel.values import Instant
from coign.kernel.views import View
from coign.ledger.entries import Entry
from coign.ledger.states import Folding, StampFor
from coign.people.views import ORGANISATION
from coign.regulatory.events import ProductBasisRecorded
from coign.regulatory.views import PRODUCT
from coign.safety.case_state import CASE, SUBMISSIONS, CaseState
from coign.safety.clocks.duties import FATAL, duties, is_serious, regimes_of
from coign.safety.events import Grade, IcansRecorded, ReactionRecorded, ResponseMissed, ResponseRecorded
from coign.safety.grading.grades import counted

S = TypeVar("S")

#: States that are kept as of the last projected entry; each is bounded.
KEPT: tuple[View[Any], ...] = (CASE, SUBMISSIONS, PRODUCT, ORGANISATION, CHAIN)

_KEEP: LiteralString = """
    insert into records.folded (ledger_id, subject, view, body) values (%s, %s, %s, %s)
    on conflict (ledger_id, subject, view) do update set body = excluded.body
"""
_TREATED: LiteralString = """
    insert into records.treated (ledger_id, root, product, centre, sponsor, stage, infused)
    values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_GRADE: LiteralString = """
    insert into records.special_interest as known (ledger_id, root, scale, day, grade) values (%s, %s, %s, %s, %s)
    on conflict (ledger_id, root, scale, day) do update set grade = greatest(known.grade, excluded.grade)
"""
_EVENT: LiteralString = """
    insert into records.safety_event (ledger_id, subject, event, root, centre, sponsor, product, stage, kind, term,
                                      serious, fatal, known, position)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    on conflict (ledger_id, subject, event) do update set
        serious = excluded.serious, fatal = excluded.fatal, known = excluded.known
"""
_DUTY: LiteralString = """
    insert into records.duty (ledger_id, subject, duty, event, jurisdiction, clock, anchor, zone, legal_due,
                              internal_due, source, sent, rejected)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class SafetyProjection:
    """Projects what concerns safety on one connection; the caller holds the lease and commits."""

    def __init__(self, connection: psycopg.Connection, ledger_id: int) -> None:
        self._connection, self._ledger_id = connection, ledger_id
        self._folding = Folding(KEPT)
        self._rules = rulesets.load()
        self._folded = {fact for view in KEPT for fact in view.folds}
        self._names: set[str] = {_name(fact.TYPE) for fact in _SEEN + tuple(self._folded)}

    def project(self, entry: Entry) -> None:
        """One entry; most concern nothing here, and are not decoded."""
        if not any(_name(f["type"]) in self._names for f in entry.plain["intent"]["facts"]):
            return
        facts = [f for f in entry.facts if type(f) in self._folded or isinstance(f, _SEEN)]
        changed = self._fold(facts, entry)
        for fact in facts:
            self._seen(fact, entry)
        cases = {s for s, view in changed if view in (CASE.name, SUBMISSIONS.name)}
        for product in (f.product for f in facts if isinstance(f, ProductBasisRecorded)):
            cases |= self._cases_of(product)
        for case in sorted(cases):
            self._case(Case(case), entry.position)

    # Kept states

    def _fold(self, facts: Iterable[Fact], entry: Entry) -> set[tuple[Subject, str]]:
        states: dict[tuple[Subject, str], object] = {}
        changed: set[tuple[Subject, str]] = set()
        stamps = StampFor(entry.time, entry.position, entry.actor)
        for fact in facts:
            for subject in about(fact):
                for view in self._folding.listening(type(fact), subject.kind):
                    if (subject, view.name) not in states:
                        states[subject, view.name] = self._state(view, subject)
            changed |= self._folding.apply(states, fact, stamps)
        for subject, name in sorted(changed):
            body = self._folding.dump(states[subject, name])
            self._connection.execute(_KEEP, (self._ledger_id, str(subject), name, body))
        return changed

    def _state(self, view: View[S], subject: Subject) -> S:
        row = self._connection.execute(
            "select body from records.folded where ledger_id = %s and subject = %s and view = %s",
            (self._ledger_id, str(subject), view.name),
        ).fetchone()
        return view.state() if row is None else cast(S, self._folding.load(view.name, bytes(row[0])))

    # What was given and seen

    def _seen(self, fact: Fact, entry: Entry) -> None:
        match fact:
            case InfusionStarted(chain=chain):
                self._treated(chain, entry.time)
            case ReactionRecorded(chain=chain, seen_at=at, grade=grade, clinicians_grade=own):
                self._grade(chain, "crs", at, counted(grade, own))
            case IcansRecorded(chain=chain, seen_at=at, grade=grade, clinicians_grade=own):
                self._grade(chain, "icans", at, counted(grade, own))
            case ResponseRecorded(chain=chain, timepoint=timepoint, category=category):
                self._connection.execute(
                    "update records.treated set responses = responses || %s::jsonb, missed = missed - %s "
                    "where ledger_id = %s and root = %s",
                    (orjson.dumps({timepoint: category}).decode(), timepoint, self._ledger_id, str(chain)),
                )
            case ResponseMissed(chain=chain, timepoint=timepoint, why=why):
                self._connection.execute(
                    "update records.treated set missed = missed || %s::jsonb where ledger_id = %s and root = %s",
                    (orjson.dumps({timepoint: why}).decode(), self._ledger_id, str(chain)),
                )

    def _treated(self, chain: Chain, at: Instant) -> None:
        bound = self._state(CHAIN, chain)
        if bound.product is None or bound.centre is None or bound.maker is None:
            return  # a bag of a therapy that was never ordered here
        stage = self._stage(bound.product, bound.centre, at)
        values = (str(chain), str(bound.product), str(bound.centre), str(bound.maker), stage, str(at))
        self._connection.execute(_TREATED, (self._ledger_id, *values))

    def _stage(self, product: Product, centre: Organisation, at: Instant) -> str:
        """The stage of development in the jurisdiction of the centre; empty where nothing is on record."""
        jurisdiction = self.jurisdiction(centre, at)
        held = self._state(PRODUCT, product).in_force(at)
        return next((b.stage for b in held if b.jurisdiction == jurisdiction), "")

    def jurisdiction(self, organisation: Organisation, at: Instant) -> str:
        """Whose rules hold where an organisation is; empty: of no authority known here."""
        country = self._state(ORGANISATION, organisation).country
        try:
            return self._rules.text(f"jurisdiction.of_country.{country}", at)
        except KeyError:
            return ""

    def _grade(self, chain: Chain, scale: str, at: Instant, grade: Grade | None) -> None:
        row = self._treated_row(chain)
        if grade is not None and row is not None:
            day = (at.moment - Instant(row["infused"]).moment) // timedelta(days=1)
            self._connection.execute(_GRADE, (self._ledger_id, str(chain), scale, day, int(grade)))

    def _treated_row(self, chain: Chain) -> Mapping[str, str] | None:
        row = self._connection.execute(
            "select stage, infused from records.treated where ledger_id = %s and root = %s",
            (self._ledger_id, str(chain)),
        ).fetchone()
        return None if row is None else {"stage": row[0], "infused": row[1]}

    # Cases

    def _cases_of(self, product: Product) -> set[Subject]:
        rows = self._connection.execute(
            "select distinct subject from records.safety_event where ledger_id = %s and product = %s",
            (self._ledger_id, str(product)),
        ).fetchall()
        return {Case(row[0]) for row in rows}

    def _case(self, subject: Case, position: int) -> None:
        """A case's events and duties, written anew."""
        case = self._state(CASE, subject)
        if case.chain is None or case.product is None:
            return  # an investigation that a safety case is linked with
        regimes = regimes_of(case, self._state(PRODUCT, case.product))
        self._events(subject, case, ("", *(r.jurisdiction for r in regimes)), position)
        sent = self._state(SUBMISSIONS, subject)
        self._connection.execute(
            "delete from records.duty where ledger_id = %s and subject = %s", (self._ledger_id, str(subject))
        )
        rows = []
        for duty in duties(case, regimes, self._rules):
            given = sent.of(duty.id)
            rejected = given is not None and given.verdict == "rejected"
            sent_at = duty.met_at or (given.sent_at if given is not None and not rejected else "")
            rows.append(
                (
                    self._ledger_id, str(subject), duty.id, duty.event, duty.jurisdiction, duty.clock, str(duty.anchor),
                    duty.zone, str(duty.legal_due), str(duty.internal_due), duty.source, str(sent_at), rejected,
                )
            )  # fmt: skip
        self._connection.cursor().executemany(_DUTY, rows)

    def _events(self, subject: Case, case: CaseState, places: Sequence[str], position: int) -> None:
        """Serious in one of the places is serious."""
        assert case.chain is not None
        treated = self._treated_row(case.chain)
        for event in case.events:
            serious = any(is_serious(s.criterion, s.at, p, self._rules) for s in event.criteria for p in places)
            self._connection.execute(
                _EVENT,
                (
                    self._ledger_id, str(subject), event.number, str(case.chain), str(case.centre), str(case.sponsor),
                    str(case.product), treated["stage"] if treated is not None else "", event.kind, event.term, serious,
                    event.since(*FATAL) is not None, str(event.first_known), position,
                ),
            )  # fmt: skip


def _name(fact_type: str) -> str:
    return fact_type.rpartition(".v")[0]  # in whatever version it was written


_SEEN = (
    InfusionStarted, ReactionRecorded, IcansRecorded, ResponseRecorded, ResponseMissed, ProductBasisRecorded,
    ChainBegun,
)  # fmt: skip
