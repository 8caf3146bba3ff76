"""Any order of acts by anybody: no certificate without everything that it says."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.paper import Refusal
from tests.support.plant import (
    ANALYST,
    BATCH,
    CELLLAB,
    CERTIFICATE,
    FILE,
    MAKER,
    OPERATOR,
    OPERATOR_2,
    PASSING,
    PRODUCT,
    QA,
    QA_2,
    QCREVIEWER,
    QP,
    SAMPLE,
    SAMPLES,
    SEALED,
    VERSION,
    WAREHOUSE,
    Plant,
    as_role,
)

from coign.custody.events import HandedOver
from coign.identity.events import LabelVerified, UnitsBlocked, UnitsUnblocked
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Instant
from coign.manufacturing.events import StepCompleted
from coign.quality.events import (
    BatchRejected,
    Certified,
    DeviationClosed,
    DeviationOpened,
    InvestigationConcluded,
    LaboratoryAssessed,
    RecordReviewed,
    ResultInvalidated,
    ResultRecorded,
    ResultReviewed,
)

EVERYBODY = (OPERATOR, ANALYST, QCREVIEWER, QA, QA_2, QP)
who = st.sampled_from(EVERYBODY)
tests = st.sampled_from([test.id for test in VERSION.panel])


class AtTheDesk(RuleBasedStateMachine):
    """One filled batch; everybody has every role of the quality unit, as if roles had never been kept apart."""

    @initialize(labelled=st.booleans())
    def filled(self, labelled: bool) -> None:
        self.plant = Plant(Instant("2026-03-02T08:00:00.000000Z"))
        self.plant.until("frozen")
        self.plant.as_before(type(self), self._counted)
        if labelled:
            self.plant.labelled(PRODUCT)

    def _counted(self) -> None:
        self.plant.labelled(*SAMPLES)
        self.plant.counted()

    def _try(self, name: str, actor: Actor, role: str, **given: Any) -> bool:
        try:
            self.plant.act(name, as_role(actor, role), **given)
        except Refusal:
            return False
        return True

    @rule(test=tests, good=st.sampled_from([True, True, True, False]), by=who)
    def record(self, test: str, good: bool, by: Actor) -> None:
        bad = "9999" if test in ("vcn", "endotoxin") else "0"
        given = self.plant.result(test, PASSING[test] if good else bad)
        self._try("quality.record_result", by, "analyst", **given)

    @rule(by=who, reviewer=who, but=tests)
    def record_and_review_all_but_one(self, by: Actor, reviewer: Actor, but: str) -> None:
        for test in PASSING:
            if test != but:
                self._try("quality.record_result", by, "analyst", **self.plant.result(test))
                self._try("quality.review_result", reviewer, "qcreviewer", batch=BATCH, attribute=test)

    @rule(test=tests, by=who)
    def review(self, test: str, by: Actor) -> None:
        self._try("quality.review_result", by, "qcreviewer", batch=BATCH, attribute=test)

    @rule()
    def everything_in_order(self) -> None:
        for test in PASSING:
            self._try("quality.record_result", ANALYST, "analyst", **self.plant.result(test))
            self._try("quality.review_result", QCREVIEWER, "qcreviewer", batch=BATCH, attribute=test)
        self._try("manufacturing.verify_label", OPERATOR_2, "operator", unit=PRODUCT, scanned=PRODUCT, label_serial="1")

    @rule(test=tests, by=who)
    def invalidate(self, test: str, by: Actor) -> None:
        given = {"batch": BATCH, "attribute": test, "cause": SEALED, "evidence": FILE}
        self._try("quality.invalidate_result", by, "qa", **given)

    @rule(test=tests, by=who, found=st.sampled_from(["laboratory_error", "no_assignable_cause"]))
    def look_in_laboratory(self, test: str, by: Actor, found: str) -> None:
        self._try("quality.assess_in_laboratory", by, "qcreviewer", **self.plant.looked(test, found))

    @rule(test=tests, by=who, conclusion=st.sampled_from(["laboratory_error", "confirmed"]))
    def conclude(self, test: str, by: Actor, conclusion: str) -> None:
        self._try("quality.conclude_investigation", by, "qa", **self.plant.decided(test, conclusion))

    @rule(by=who)
    def report(self, by: Actor) -> None:
        case = Case.of(f"DEV-{len(self.plant.history)}")
        self._try("quality.open_deviation", by, "qa", batch=BATCH, description=SEALED, case=case)

    @rule(by=who)
    def close(self, by: Actor) -> None:
        for case in [f.case for f in self.plant.facts if isinstance(f, DeviationOpened)]:
            self._try("quality.close_deviation", by, "qa", case=case, assessment=SEALED)

    @rule(scanned=st.sampled_from([PRODUCT, SAMPLE]))
    def scan_label(self, scanned: Any) -> None:
        given = {"unit": PRODUCT, "scanned": scanned, "label_serial": "1"}
        self._try("manufacturing.verify_label", OPERATOR_2, "operator", **given)

    @rule(by=who, unit=st.sampled_from([PRODUCT, SAMPLE]))
    def resolve(self, by: Actor, unit: Any) -> None:
        self._try("quality.resolve_block", by, "qa", unit=unit, why="label", finding=SEALED)

    @rule(back=st.booleans())
    def hand_over(self, back: bool) -> None:
        try:
            self.plant.handed(PRODUCT, *((CELLLAB, WAREHOUSE) if back else (WAREHOUSE, CELLLAB)))
        except Refusal:
            return

    @rule(by=who)
    def review_record(self, by: Actor) -> None:
        self._try("quality.review_record", by, "qa", batch=BATCH)

    @rule(by=who)
    def review_audit_trail(self, by: Actor) -> None:
        self._try("quality.review_audit_trail", by, "qa", batch=BATCH, conclusion=SEALED, up_to=40)

    @rule(by=who, first=st.sampled_from(["report", "invalidate", "block", "hand_over", "wait", "nothing"]), test=tests)
    def review_everything_then_something_happens_then_certify(self, by: Actor, first: str, test: str) -> None:
        self.resolve(QA, PRODUCT)
        self.close(QA)
        self.hand_over(True)
        self.everything_in_order()
        self.review_record(QA_2)
        self.review_audit_trail(QA_2)
        match first:
            case "report":
                self.report(OPERATOR)
            case "invalidate":
                self.invalidate(test, QA)
            case "block":
                self.scan_label(SAMPLE)
            case "hand_over":
                self.hand_over(False)
            case "wait":
                self.time_passes(200)
                self.time_passes(200)
        self.certify(by)

    @rule(by=who)
    def certify(self, by: Actor) -> None:
        self._try("quality.certify", by, "qp", batch=BATCH, certificate=CERTIFICATE)

    @rule(by=who, really=st.sampled_from([False, False, False, True]))
    def reject(self, by: Actor, really: bool) -> None:
        if really:
            self._try("quality.reject_batch", by, "qa", batch=BATCH, why=SEALED)

    @rule(days=st.sampled_from([1, 1, 1, 200]))
    def time_passes(self, days: int) -> None:
        self.plant.wait(days=days)

    @invariant()
    def a_certificate_says_what_is_so(self) -> None:
        results: dict[str, tuple[str, bool]] = {}
        recorded: dict[str, int] = {}
        errors: dict[str, bool] = {}
        open_cases, verified, blocked = set(), False, set()
        hands, analysts, reviewers, holder = set(), {}, set(), MAKER
        decided = ""
        for at, actor, fact in self.plant.history:
            match fact:
                case StepCompleted():
                    hands.add(actor.person)
                case ResultRecorded(attribute=attribute, verdict=verdict):
                    assert attribute not in results
                    recorded[attribute] = recorded.get(attribute, 0) + 1
                    assert recorded[attribute] <= 3
                    results[attribute] = (verdict, False)
                    analysts[attribute] = actor.person
                    hands.add(actor.person)
                case ResultReviewed(attribute=attribute):
                    assert analysts[attribute] != actor.person
                    results[attribute] = (results[attribute][0], True)
                case ResultInvalidated(attribute=attribute):
                    assert analysts[attribute] != actor.person and not decided
                    assert results[attribute][0] == "pass" or errors.get(attribute), "set aside because it fails"
                    del results[attribute]
                    errors.pop(attribute, None)
                case LaboratoryAssessed(attribute=attribute, found=found):
                    assert results[attribute][0] == "fail" and analysts[attribute] != actor.person
                    errors[attribute] = found == "laboratory_error"
                case InvestigationConcluded(attribute=attribute, conclusion=conclusion):
                    assert errors[attribute] is False and actor.person not in hands
                    errors[attribute] = conclusion == "laboratory_error"
                case DeviationOpened(case=case):
                    open_cases.add(case)
                case DeviationClosed(case=case):
                    assert actor.person not in hands
                    open_cases.remove(case)
                case LabelVerified(unit=unit) if unit == PRODUCT:
                    verified = True
                case UnitsBlocked(units=units):
                    blocked |= set(units)
                case UnitsUnblocked(units=units):
                    blocked -= set(units)
                case HandedOver(unit=unit, to=to) if unit == PRODUCT:
                    holder = to
                case RecordReviewed(by=by):
                    assert not open_cases and by not in hands and not decided
                    assert set(results) >= set(PASSING) - {"sterility"} and all(read for _, read in results.values())
                    reviewers = {by}
                case Certified(by=by):
                    assert fact.pending == () and results == dict.fromkeys(PASSING, ("pass", True))
                    assert reviewers and by not in reviewers and by not in hands
                    assert not open_cases and verified and PRODUCT not in blocked and holder == MAKER and not decided
                    assert at < self.plant.state(self.unit_view, PRODUCT).expires
                    decided = "certified"
                case BatchRejected():
                    assert decided != "rejected"
                    decided = "rejected"

    @property
    def unit_view(self) -> Any:
        from coign.identity.views import UNIT

        return UNIT


TestAtTheDesk = AtTheDesk.TestCase
TestAtTheDesk.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
