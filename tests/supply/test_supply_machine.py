"""Any order of acts by anybody: a pack is used once, of a lot that may be used, and no doubt is lost."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.support.paper import Refusal
from tests.support.plant import ANALYST, FILE, OPERATOR, QA, QA_2, REGULATORY, SEALED, SUPPLIER, WAREHOUSE
from tests.support.store import PACKS, VIALS, Store

from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Instant
from coign.supply.events import (
    DeterminedIllegitimate,
    IllegitimateNotified,
    LotApproved,
    LotHeld,
    LotHoldLifted,
    LotRejected,
    LotRetested,
    LotSuspected,
    LotTested,
    NotificationTerminated,
    PackRegistered,
    PackSuspected,
    PackUsed,
    SuspicionCleared,
)
from coign.supply.state import SUSPECT
from coign.supply.views import LOT

numbers = st.sampled_from((*PACKS[:3], "NEW", "UNKNOWN"))
lies: Any = st.sampled_from(({}, {}, {}, {"lot_number": "L-OTHER"}, {"expires_on": "2031-01-31"}))
quality = st.sampled_from((QA, QA_2))


class InTheStore(RuleBasedStateMachine):
    """One lot of vials with some packs registered, doubts that come and go."""

    @initialize(approved=st.booleans())
    def vials_arrived(self, approved: bool) -> None:
        self.store = Store(Instant("2026-03-02T08:00:00.000000Z"))
        self.store.as_before((type(self), approved), lambda: self.store.vials(approved=approved))
        self.cases: list[Case] = []

    def _try(self, name: str, actor: Actor, **given: Any) -> list[Any]:
        try:
            return self.store.act(f"supply.{name}", actor, **given)
        except Refusal:
            return []

    def _case(self) -> Case:
        return Case.of(f"C{len(self.store.history)}")

    def _opened(self, facts: list[Any]) -> None:
        new = [f.case for f in facts if isinstance(f, PackSuspected | LotSuspected)]
        self.cases += [case for case in new if case not in self.cases]

    @rule(
        number=numbers,
        lie=lies,
        act=st.sampled_from(("check", "use", "use")),
        by=st.sampled_from((WAREHOUSE, OPERATOR)),
    )
    def scan(self, number: str, lie: dict[str, str], act: str, by: Actor) -> None:
        code = {**self.store.code(number), **lie, "case": self._case()}
        facts = self._try(f"{act}_pack", by, **code)
        self._opened(facts)
        if lie:
            assert facts and isinstance(facts[0], PackSuspected), "a lie is always entered"

    @rule(number=numbers, lie=lies)
    def register(self, number: str, lie: dict[str, str]) -> None:
        code = {**self.store.code(number), **lie, "lot": VIALS, "case": self._case()}
        self._opened(self._try("register_pack", WAREHOUSE, **code))

    @rule()
    def doubt(self) -> None:
        self._opened(self._try("suspect_lot", OPERATOR, lot=VIALS, what=SEALED, case=self._case()))

    @rule(by=st.sampled_from((WAREHOUSE, QA)))
    def hold(self, by: Actor) -> None:
        self._try("hold_lot", by, lot=VIALS, why=SEALED)

    @rule(by=quality)
    def lift(self, by: Actor) -> None:
        self._try("lift_hold", by, lot=VIALS, finding=SEALED)

    @rule(test=st.sampled_from(("identity", "further")))
    def test_it(self, test: str) -> None:
        self._try("record_lot_test", ANALYST, lot=VIALS, test=test, method="m", passed=True, raw=FILE)

    @rule(by=quality, retest=st.sampled_from((None, 20)))
    def approve(self, by: Actor, retest: int | None) -> None:
        retest_by = None if retest is None else self.store.now.plus(days=retest)
        self._try("approve_lot", by, lot=VIALS, retest_by=retest_by)

    @rule()
    def test_again(self) -> None:
        self._try("retest_lot", QA, lot=VIALS, retest_by=self.store.now.plus(days=20), raw=FILE)

    @rule()
    def suspend(self) -> None:
        self._try("suspend_supplier", QA, supplier=SUPPLIER, material="vector", why=SEALED)

    @rule(data=st.data(), count=st.sampled_from(((5, 3, 0), (5, 3, 0), (5, 2, 0), (5, 3, 1))))
    def investigate(self, data: st.DataObject, count: tuple[int, int, int]) -> None:
        if self.cases:
            asked = {**self.store.count(*count), "case": data.draw(st.sampled_from(self.cases))}
            self._try("investigate_suspicion", QA, **asked)

    @rule(data=st.data(), by=quality)
    def clear(self, data: st.DataObject, by: Actor) -> None:
        if self.cases:
            case = data.draw(st.sampled_from(self.cases))
            self._try("clear_suspicion", by, case=case, finding=SEALED, evidence=FILE)

    @rule(data=st.data())
    def clear_what_was_looked_into(self, data: st.DataObject) -> None:
        if self.cases:
            case = data.draw(st.sampled_from(self.cases))
            self._try("investigate_suspicion", QA, **{**self.store.count(), "case": case})
            self._try("clear_suspicion", QA_2, case=case, finding=SEALED, evidence=FILE)

    @rule(data=st.data())
    def determine(self, data: st.DataObject) -> None:
        waiting = [c for c in self.cases if self.store.state(SUSPECT, c).is_open]
        if waiting:
            given = {"grounds": "illegitimate", "basis": SEALED, "evidence": FILE}
            assert self._try("determine_illegitimate", QA, case=data.draw(st.sampled_from(waiting)), **given)

    @rule(data=st.data(), to=st.sampled_from(("authority", "partners")), agrees=st.booleans())
    def tell_and_end(self, data: st.DataObject, to: str, agrees: bool) -> None:
        found = [c for c in self.cases if self.store.state(SUSPECT, c).determined_at is not None]
        if found:
            case = data.draw(st.sampled_from(found))
            self._try("notify_illegitimate", REGULATORY, **{**self.store.notice(to), "case": case})
            self._try("consult_authority", REGULATORY, case=case, agrees=agrees, evidence=FILE)
            self._try("terminate_notification", QA, case=case, why=SEALED)

    @rule(hours=st.sampled_from((1, 30, 24 * 25)))
    def time_passes(self, hours: float) -> None:
        self.store.wait(hours=hours)

    # What must hold

    @invariant()
    def a_pack_is_used_once_and_only_of_a_lot_that_may_be_used(self) -> None:
        """Worked out from the facts alone."""
        used: set[Any] = set()
        registered: set[Any] = set()
        doubted: dict[Any, Case] = {}
        bad: set[Any] = set()
        approved = rejected = False
        held, retest_by, expires = 0, "9", str(self.store.state(LOT, VIALS).expires)
        lot_doubts: set[Case] = set()
        for at, _, fact in self.store.history:
            match fact:
                case PackRegistered():
                    assert fact.serial not in registered
                    registered.add(fact.serial)
                case PackUsed(serial=serial):
                    assert serial in registered and serial not in used and serial not in doubted and serial not in bad
                    assert approved and not rejected and not held and not lot_doubts
                    assert at < retest_by and at < expires
                    used.add(serial)
                case PackSuspected():
                    doubted[fact.serial] = fact.case
                case LotSuspected():
                    lot_doubts.add(fact.case)
                case SuspicionCleared():
                    doubted = {s: c for s, c in doubted.items() if c != fact.case}
                    lot_doubts.discard(fact.case)
                case DeterminedIllegitimate(serial=serial) if serial is not None:
                    bad.add(serial)
                case LotApproved():
                    approved, retest_by = True, fact.retest_by or "9"
                case LotRetested():
                    retest_by = fact.retest_by
                case LotRejected():
                    rejected = True
                case LotHeld():
                    held = 1
                case LotHoldLifted():
                    held = 0

    @invariant()
    def a_lot_was_tested_before_it_was_approved(self) -> None:
        tested = False
        for _, _, fact in self.store.history:
            tested = tested or (isinstance(fact, LotTested) and fact.lot == VIALS and fact.passed)
            assert tested or not (isinstance(fact, LotApproved) and fact.lot == VIALS)

    @invariant()
    def clocks_begin_with_the_determination_and_end_with_the_authority(self) -> None:
        determined: dict[Case, Instant] = {}
        told: set[Case] = set()
        for at, _, fact in self.store.history:
            match fact:
                case DeterminedIllegitimate():
                    assert fact.case not in determined
                    determined[fact.case] = at
                case IllegitimateNotified(to="authority"):
                    assert fact.sent_at >= determined[fact.case]
                    told.add(fact.case)
                case SuspicionCleared():
                    assert fact.case not in determined
                case NotificationTerminated():
                    assert fact.case in told
        for case in self.cases:
            state = self.store.state(SUSPECT, case)
            assert (state.notify_by is None) == (case not in determined)
            assert state.notify_by is None or state.notify_by.minutes_since(determined[case]) == 24 * 60
            assert not (state.is_open and (state.cleared_at or state.determined_at))


TestInTheStore = InTheStore.TestCase
TestInTheStore.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
