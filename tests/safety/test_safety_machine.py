"""Any order of reports, news, opinions and holds, by anybody: no clock moves later, no suspicion is talked away."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.clinic import CART, OUTSIDER, PHYSICIAN, TOLERANCE, person, text
from tests.support.paper import Refusal
from tests.support.safety import QA, SAFETY, SAFETY_2, Ward, infused

from coign.clinical.events import Ordered
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, FreeText
from coign.safety.actions.enrolment import (
    CONFIRM_RESUMPTION,
    HOLD_ENROLMENT,
    PROPOSE_RESUMPTION,
    ConfirmResumption,
    HoldEnrolment,
    ProposeResumption,
)
from coign.safety.case_state import CASE, EVENTS_MAX, NEWS_MAX, SUBMISSIONS, Event
from coign.safety.clocks.duties import Duty
from coign.safety.events import (
    CausalityAssessed,
    EarlierKnowledgeFound,
    EnrolmentHeld,
    EnrolmentResumed,
    EventFollowedUp,
    EventReported,
    SubmissionAnswered,
    SubmissionRecorded,
    ToxicityCounted,
)
from coign.safety.views import ENROLMENT

PATIENTS = ("ann", "bea", "cleo")
CASES = ("case-1", "case-2")
MOST = TOLERANCE.parameters["count"]
patients, cases, numbers = st.sampled_from(PATIENTS), st.sampled_from(CASES), st.sampled_from([1, 1, 1, 1, 2, 2, 5])
criteria = st.sampled_from([(), ("hospitalisation",), ("hospitalisation",), ("life_threatening",), ("death",)])
outcomes = st.sampled_from(["unknown", "not_recovered", "recovered", "fatal"])
severities = st.sampled_from([None, "1", "3", "4"])
opinions = st.sampled_from(["related", "not_related", "not_related"])
# Minutes before now: just now, earlier on the day, days ago, and not yet.
ago = st.sampled_from([0, 0, 0, 90, 1500, 8000, -60])
ELSEWHERE = person("outsider-physician", "physician", OUTSIDER.organisation)
Seen = dict[Case, tuple[tuple[Event, ...], dict[str, Duty]]]


class Watch(RuleBasedStateMachine):
    """Three treated patients, two cases, a sponsor in two jurisdictions, and a clock that jumps."""

    reached: ClassVar[set[type]] = set()

    @initialize()
    def treated(self) -> None:
        self.ward = ward = Ward()
        ward.basis("EU", "trial")
        ward.basis("US", "marketing_authorisation", "authorised")
        self.chains = {name: infused(ward, name) for name in PATIENTS}
        self.seen: Seen = {}
        self.newcomers = 0
        self.ward.report(self.chains["ann"], CASES[0], criteria=("hospitalisation",), onset=ward.now.plus(days=-9))

    def _try(self, act: Callable[[], Any]) -> bool:
        try:
            act()
        except Refusal as refusal:
            assert refusal.gates
            return False
        return True

    def _event(self, case: str, number: int) -> Event | None:
        found = self.ward.state(CASE, Case.of(case)).event(number)
        assert found is None or isinstance(found, Event)
        return found

    @rule(patient=patients, shock=st.booleans(), minutes=ago)
    def react(self, patient: str, shock: bool, minutes: int) -> None:
        changed: dict[str, Any] = {"blood_pressure": "several_vasopressors"} if shock else {}
        seen_at = self.ward.now.plus(minutes=-minutes)
        self._try(lambda: self.ward.react(self.chains[patient], seen_at=seen_at, **changed))

    @rule(patient=patients, case=cases, why=criteria, outcome=outcomes, severity=severities, minutes=ago, late=ago)
    def report(self, patient: str, case: str, why: Any, outcome: Any, severity: Any, minutes: int, late: int) -> None:
        if self.ward.exists(Case.of(case)):
            return
        aware_at = self.ward.now.plus(minutes=-minutes)
        told = {"criteria": why, "outcome": outcome, "severity": severity, "aware_at": aware_at}
        told |= {"known_at": aware_at.plus(minutes=-late), "onset": self.ward.now.plus(days=-9)}
        self._try(lambda: self.ward.report(self.chains[patient], case, **told))

    @rule(case=cases, why=criteria, outcome=outcomes, severity=severities)
    def add(self, case: str, why: Any, outcome: Any, severity: Any) -> None:
        self._try(lambda: self.ward.add(Case.of(case), criteria=why, outcome=outcome, severity=severity))

    @rule(
        case=cases, number=numbers, why=criteria, outcome=outcomes, severity=severities, minutes=ago,
        matters=st.sampled_from(["yes", "yes", "no"]), by=st.sampled_from([PHYSICIAN, PHYSICIAN, SAFETY, ELSEWHERE]),
    )  # fmt: skip
    def news(
        self, case: str, number: int, why: Any, outcome: Any, severity: Any, minutes: int, matters: Any, by: Actor
    ) -> None:
        told = {"criteria": why, "outcome": outcome, "severity": severity, "significant": matters}
        told |= {"received_at": self.ward.now.plus(minutes=-minutes)}
        self._try(lambda: self.ward.follow_up(Case.of(case), number, by, **told))

    @rule(case=cases, minutes=ago)
    def flood_of_news(self, case: str, minutes: int) -> None:
        for _ in range(NEWS_MAX // 2):
            self.ward.wait(days=1)
            self.news(case, 1, (), "unknown", None, minutes, "yes", PHYSICIAN)

    @rule(case=cases, number=numbers, minutes=ago)
    def knew_earlier(self, case: str, number: int, minutes: int) -> None:
        self._try(lambda: self.ward.knew_earlier(Case.of(case), self.ward.now.plus(minutes=-minutes), number))

    @rule(case=cases, number=numbers, opinion=opinions)
    def investigator(self, case: str, number: int, opinion: Any) -> None:
        self._try(lambda: self.ward.investigator(Case.of(case), opinion, number))

    @rule(case=cases, number=numbers, opinion=opinions)
    def sponsor(self, case: str, number: int, opinion: Any) -> None:
        before = self._event(case, number)
        self._try(lambda: self.ward.sponsor(Case.of(case), opinion, number))
        after = self._event(case, number)
        assert before is None or after is None or not before.is_suspected or after.is_suspected

    @rule(day=st.sampled_from([-30, -9, 0]), listed=st.booleans())
    def publish(self, day: int, listed: bool) -> None:
        terms = ("Macrophage activation",) if listed else ("Pyrexia",)
        label = f"RSI {len(self.ward.history)}"
        self._try(lambda: self.ward.publish(label, self.ward.now.plus(days=day), up_to_3=terms))

    @rule(case=cases, number=numbers)
    def look_up(self, case: str, number: int) -> None:
        self._try(lambda: self.ward.expectedness(Case.of(case), number))

    @rule(case=cases, pick=st.integers(0, 9), minutes=ago, verdict=st.sampled_from([None, "accepted", "rejected"]))
    def send(self, case: str, pick: int, minutes: int, verdict: Any) -> None:
        which = Case.of(case)
        duties = [*self.ward.duties(which), "EU.nothing.1"] if self.ward.exists(which) else ["EU.nothing.1"]
        duty = duties[pick % len(duties)]
        if self._try(lambda: self.ward.send(which, duty, self.ward.now.plus(minutes=-minutes))) and verdict:
            self._try(lambda: self.ward.answered(which, duty, verdict))

    @rule()
    def hold(self) -> None:
        self._try(lambda: self.ward.do(HOLD_ENROLMENT, HoldEnrolment(programme=CART, reason=text(FreeText)), SAFETY))

    @rule(by=st.sampled_from([SAFETY, SAFETY_2]))
    def propose(self, by: Actor) -> None:
        command = ProposeResumption(programme=CART, rationale=text(FreeText))
        self._try(lambda: self.ward.do(PROPOSE_RESUMPTION, command, by))

    @rule(by=st.sampled_from([SAFETY, SAFETY_2, QA]))
    def confirm(self, by: Actor) -> None:
        self._try(lambda: self.ward.do(CONFIRM_RESUMPTION, ConfirmResumption(programme=CART), by))

    @rule()
    def decide(self) -> None:
        """A board of two, one after the other."""
        self.propose(SAFETY)
        self.confirm(SAFETY_2)

    @rule()
    def somebody_new(self) -> None:
        self.newcomers += 1
        name, held = f"new-{self.newcomers}", self.ward.state(ENROLMENT, CART).is_held
        assert self._try(lambda: self.ward.ordered(name)) is not held

    @rule(days=st.sampled_from([0.1, 1, 7, 29]))
    def time_passes(self, days: float) -> None:
        self.ward.wait(days=days)

    @precondition(lambda self: hasattr(self, "ward"))
    @invariant()
    def nothing_that_was_known_is_forgotten_or_moves_later(self) -> None:
        for case in map(Case.of, CASES):
            if not self.ward.exists(case):
                continue
            events, duties = self.ward.state(CASE, case).events, self.ward.duties(case)
            earlier, owed = self.seen.get(case, ((), {}))
            for before, after in zip(earlier, events, strict=False):
                assert after.first_known <= before.first_known
                since = {s.criterion: s.at for s in after.criteria}
                assert all(since[s.criterion] <= s.at for s in before.criteria)
                assert set(before.news) <= set(after.news)
            for name, duty in duties.items():
                if name in owed:
                    assert duty.legal_due <= owed[name].legal_due
                    assert duty.day_zero <= owed[name].day_zero
            assert len(events) >= len(earlier)
            self.seen[case] = events, duties

    @precondition(lambda self: hasattr(self, "ward"))
    @invariant()
    def what_is_serious_suspected_and_unexpected_is_owed_everywhere(self) -> None:
        for case in map(Case.of, CASES):
            events, duties = self.ward.state(CASE, case).events, self.ward.duties(case)
            assert len(events) <= EVENTS_MAX
            for event in events:
                assert len(event.news) <= NEWS_MAX
                assert event.criteria or not any(f"susar.{event.number}" in name for name in duties)
                if not (event.criteria and event.is_suspected and event.is_unexpected):
                    continue
                assert {d.jurisdiction for d in duties.values() if d.event == event.number} >= {"EU", "US"}
                if event.since("death", "life_threatening") is not None:
                    assert f"EU.susar_fatal.{event.number}" in duties
            for duty in duties.values():
                assert duty.anchor <= self.ward.now
                assert duty.internal_due <= duty.legal_due

    @precondition(lambda self: hasattr(self, "ward"))
    @invariant()
    def what_was_rejected_or_never_sent_is_open(self) -> None:
        for case in map(Case.of, CASES):
            sent = self.ward.state(SUBMISSIONS, case)
            for name, owed in self.ward.owed(case).items():
                given = sent.of(name)
                is_given = given is not None and given.verdict != "rejected"
                assert owed.is_open is not (is_given or owed.duty.met_at is not None)

    @precondition(lambda self: hasattr(self, "ward"))
    @invariant()
    def nobody_new_comes_while_the_programme_is_held(self) -> None:
        toxic: set[Any] = set()
        is_held = False
        for _, _, fact in self.ward.history:
            match fact:
                case EnrolmentHeld():
                    is_held = True
                case EnrolmentResumed(first=first, second=second):
                    assert is_held and first != second
                    is_held = False
                case ToxicityCounted(chain=chain):
                    assert chain not in toxic, "counted twice"
                    toxic.add(chain)
                case Ordered():
                    assert not is_held, "ordered while held"
        state = self.ward.state(ENROLMENT, CART)
        assert state.is_held is is_held
        assert len(state.toxic) == len(toxic)
        assert is_held or len(toxic) < MOST or self._was_resumed_since(len(toxic))

    def _was_resumed_since(self, count: int) -> bool:
        """Whether the board let it go on although so many were counted."""
        counted, resumed = 0, False
        for _, _, fact in self.ward.history:
            counted += isinstance(fact, ToxicityCounted)
            resumed = resumed or (counted == count and isinstance(fact, EnrolmentResumed))
        return resumed

    def teardown(self) -> None:
        Watch.reached |= {type(fact) for fact in getattr(self, "ward", Ward()).facts}


@pytest.mark.requirement("PAT-02", "PAT-04", "PAT-05", "PAT-10", "PAT-19", "PAT-20")
def test_no_clock_moves_later_no_suspicion_is_talked_away_and_nobody_comes_while_it_is_held() -> None:
    Watch.reached = set()

    run_state_machine_as_test(
        Watch, settings=settings(max_examples=120, stateful_step_count=30, deadline=None, derandomize=True)
    )

    # It counts only if all of it happened in some of the runs.
    assert Watch.reached >= {
        EventReported, EventFollowedUp, EarlierKnowledgeFound, CausalityAssessed, SubmissionRecorded,
        SubmissionAnswered, ToxicityCounted, EnrolmentHeld, EnrolmentResumed, Ordered,
    }  # fmt: skip
