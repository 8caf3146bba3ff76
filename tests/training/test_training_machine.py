"""Any order of acts by anybody: nobody is qualified who did not earn it or was not vouched for, and results add up."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.support.paper import Refusal
from tests.support.plant import FILE, OPERATORS, QA, QA_2, SEALED, TRAINER
from tests.support.school import ASEPTIC, ASEPTIC_2, COURSES, SHORT, School

from coign.kernel.subjects import Attempt, Case, Lesson
from coign.kernel.values import Actor, Instant
from coign.training.events import (
    HOUSE,
    AttemptDecided,
    AttemptHandedIn,
    AttemptStarted,
    ExtensionApproved,
    ExtensionAsked,
    LessonAttached,
    LessonRead,
    LessonRetired,
    PracticeObserved,
    QualificationEarned,
    QualificationRevoked,
    Qualified,
    RenewalAsked,
)
from coign.training.state import ATTEMPT
from coign.training.views import CURRICULUM, QUALIFICATIONS, obstacles

VERSIONS = (ASEPTIC, ASEPTIC_2, SHORT)
TASKS = ("aseptic_processing", "filling")
who = st.sampled_from(OPERATORS)
versions = st.sampled_from(VERSIONS)
tasks = st.sampled_from(TASKS)


class AtSchool(RuleBasedStateMachine):
    """Three operators, two courses, one of them in two versions, a trainer, two of the quality unit."""

    @initialize()
    def begin(self) -> None:
        self.school = School(Instant("2026-03-02T08:00:00.000000Z"))
        self.attempts: list[Attempt] = []
        self.lessons: list[Lesson] = []
        self.school.qualify(OPERATORS[2], TASKS[0], days=200)

    def _try(self, name: str, actor: Actor, **given: Any) -> bool:
        try:
            self.school.act(name, actor, **given)
        except Refusal:
            return False
        return True

    @rule(version=versions)
    def propose(self, version: Any) -> None:
        self._try("training.propose_course", TRAINER, course=version.course, version=version.digest)

    @rule(version=versions, by=st.sampled_from((QA, QA_2)), grace=st.sampled_from((None, None, 5, 400)))
    def approve(self, version: Any, by: Actor, grace: int | None) -> None:
        renew_by = None if grace is None else self.school.now.plus(days=grace)
        named = {"course": version.course, "version": version.digest, "renew_by": renew_by}
        self._try("training.approve_course", by, **named)

    @rule(actor=who, version=versions)
    def assign(self, actor: Actor, version: Any) -> None:
        self._try("training.assign_course", TRAINER, person=actor.person, course=version.course)

    @rule(actor=who, version=versions)
    def start(self, actor: Actor, version: Any) -> None:
        attempt = Attempt.of(f"A{len(self.attempts)}")
        if self._try("training.start_attempt", actor, course=version.course, attempt=attempt):
            self.attempts.append(attempt)

    @rule(actor=who, wrong=st.sampled_from((0, 0, 1, 3)))
    def hand_in_the_last(self, actor: Actor, wrong: int) -> None:
        if self.attempts:
            answers = self.school.answers(self.attempts[-1], wrong=wrong)
            self._try("training.hand_in", actor, attempt=self.attempts[-1], answers=answers)

    @rule(data=st.data(), verdict=st.sampled_from(("counts", "void")))
    def decide(self, data: st.DataObject, verdict: str) -> None:
        if self.attempts:
            attempt = data.draw(st.sampled_from(self.attempts))
            self._try("training.decide_attempt", TRAINER, attempt=attempt, verdict=verdict, why=SEALED)

    @rule(actor=who, by=who, version=versions, mastered=st.sampled_from((True, True, False)))
    def watch(self, actor: Actor, by: Actor, version: Any, mastered: bool) -> None:
        given = {"course": version.course, "task": next(iter(version.tasks)), "mastered": mastered, "notes": SEALED}
        self._try("training.observe_practice", by, person=actor.person, **given)

    @rule(actor=who, by=who, version=versions, minutes=st.integers(1, 40))
    def learn(self, actor: Actor, by: Actor, version: Any, minutes: int) -> None:
        """The whole way at once, so that much is earned."""
        self.propose(version)
        self.approve(version, QA, None)
        self._pass(actor, version, minutes)
        self.be_watched(actor, by, version)

    @rule(version=versions, pair=st.permutations(OPERATORS))
    def learn_side_by_side(self, version: Any, pair: list[Actor]) -> None:
        """Two at one desk: the same answers at the same pace."""
        for actor in pair[:2]:
            self._pass(actor, version, 10)

    def _pass(self, actor: Actor, version: Any, minutes: int) -> None:
        self.assign(actor, version)
        self.start(actor, version)
        self.school.wait(minutes=minutes)
        self.hand_in_the_last(actor, 0)

    @rule(actor=who, by=who, version=versions)
    def be_watched(self, actor: Actor, by: Actor, version: Any) -> None:
        """By somebody who read everything and is vouched for."""
        for lesson in self.lessons:
            self._try("training.acknowledge_lesson", by, lesson=lesson)
        self.certify(by, next(iter(version.tasks)), 30)
        self.watch(actor, by, version, True)

    @rule(actor=who, task=tasks, days=st.sampled_from((1, 30)))
    def certify(self, actor: Actor, task: str, days: int) -> None:
        until = self.school.now.plus(days=days)
        self._try("training.qualify", TRAINER, person=actor.person, task=task, until=until, evidence=FILE)

    @rule(actor=who, task=tasks)
    def revoke(self, actor: Actor, task: str) -> None:
        self._try("training.revoke_qualification", QA, person=actor.person, task=task, why=SEALED)

    @rule(actor=who, by=who, task=tasks, hours=st.sampled_from((12, 72, 100)))
    def ask_extension(self, actor: Actor, by: Actor, task: str, hours: int) -> None:
        until = self.school.now.plus(hours=hours)
        self._try("training.ask_extension", by, person=actor.person, task=task, until=until, why=SEALED)

    @rule(actor=who, task=tasks)
    def approve_extension(self, actor: Actor, task: str) -> None:
        self._try("training.approve_extension", QA, person=actor.person, task=task)

    @precondition(lambda self: len(self.lessons) < 4)
    @rule(task=tasks)
    def attach(self, task: str) -> None:
        lesson = Lesson.of(f"L{len(self.lessons)}")
        self.school.lesson(lesson, Case.of(f"DEV-{len(self.lessons)}"), task)
        self.lessons.append(lesson)

    @rule(data=st.data(), actor=who, retire=st.booleans())
    def read_or_retire(self, data: st.DataObject, actor: Actor, retire: bool) -> None:
        if not self.lessons:
            return
        lesson = data.draw(st.sampled_from(self.lessons))
        if retire:
            self._try("training.retire_lesson", TRAINER, lesson=lesson, why=SEALED)
        else:
            self._try("training.acknowledge_lesson", actor, lesson=lesson)

    @rule(hours=st.sampled_from((0.1, 2, 24, 24 * 20, 24 * 200)))
    def time_passes(self, hours: float) -> None:
        self.school.wait(hours=hours)

    # What must hold

    @invariant()
    def whoever_may_do_a_task_was_vouched_for_and_still_is(self) -> None:
        """Worked out from the facts alone, without any view of the rules."""
        for actor in OPERATORS:
            for task in TASKS:
                held, curriculum = self.school.state(QUALIFICATIONS, actor.person), self.school.state(CURRICULUM, HOUSE)
                may = not obstacles(task, held, curriculum, self.school.now)
                assert may == self._may(actor, task)

    def _may(self, actor: Actor, task: str) -> bool:
        until, since, version, extended = "", Instant(""), None, ""
        unread: set[Lesson] = set()
        renewal: tuple[RenewalAsked, Instant] | None = None
        for at, _, fact in self.school.history:
            match fact:
                case Qualified() if (fact.person, fact.task) == (actor.person, task):
                    until, since, version, extended = fact.until, at, None, ""
                case QualificationEarned() if (fact.person, fact.task) == (actor.person, task):
                    until, since, version, extended = at.plus(days=fact.valid_days), at, fact.version, ""
                case QualificationRevoked() if (fact.person, fact.task) == (actor.person, task):
                    until, extended = "", ""
                case ExtensionApproved() if (fact.person, fact.task) == (actor.person, task):
                    extended = fact.until
                case RenewalAsked() if task in fact.tasks:
                    renewal = (fact, at)
                case LessonAttached() if fact.task == task:
                    unread.add(fact.lesson)
                case LessonRead() if fact.person == actor.person:
                    unread.discard(fact.lesson)
                case LessonRetired():
                    unread.discard(fact.lesson)
        if until and renewal is not None:
            new = since >= renewal[1] if version is None else version == renewal[0].version
            until = until if new else min(until, renewal[0].until)
        return max(until, extended) > self.school.now and not unread

    @invariant()
    def results_are_what_the_answers_say(self) -> None:
        begun = {f.attempt: f for f in self.school.facts if isinstance(f, AttemptStarted)}
        handed_in = [f for f in self.school.facts if isinstance(f, AttemptHandedIn)]
        assert len({f.attempt for f in handed_in}) == len(handed_in), "once each"
        for fact in handed_in:
            start, version = begun[fact.attempt], COURSES.version(fact.version)
            assert start.version == fact.version and {a.question for a in fact.answers} == set(start.drawn)
            right = sum(set(version.question(a.question).right) == set(a.chosen) for a in fact.answers)
            assert right == fact.right == len(start.drawn) - len(fact.wrong)
            assert (fact.result == "failed") == (right < start.pass_mark)

    @invariant()
    def what_was_earned_rests_on_a_pass_of_ones_own_and_on_other_eyes(self) -> None:
        begun = {f.attempt: f for f in self.school.facts if isinstance(f, AttemptStarted)}
        results: dict[Attempt, str] = {}
        watched: dict[Any, PracticeObserved] = {}
        for _, by, fact in self.school.history:
            match fact:
                case AttemptHandedIn():
                    results[fact.attempt] = fact.result
                case AttemptDecided():
                    results[fact.attempt] = "passed" if fact.verdict == "counts" else "void"
                case PracticeObserved():
                    assert by.person == fact.observer and fact.learner.identifier != by.person.identifier
                    watched[fact.learner.identifier, fact.task] = fact
                case QualificationEarned():
                    assert begun[fact.attempt].person == fact.person and results[fact.attempt] == "passed"
                    assert COURSES.version(fact.version).practice == "never" or fact.observer is not None
                    if fact.observer is not None:
                        assert watched[fact.person.identifier, fact.task].mastered and fact.observer != fact.person

    @invariant()
    def nobody_extends_what_they_asked_for(self) -> None:
        asked: dict[Any, Any] = {}
        for _, by, fact in self.school.history:
            if isinstance(fact, ExtensionAsked):
                asked[fact.person, fact.task] = fact
            if isinstance(fact, ExtensionApproved):
                assert asked[fact.person, fact.task].by != by.person and fact.person != by.person

    @invariant()
    def an_attempt_in_question_has_its_double(self) -> None:
        for attempt in self.attempts:
            state = self.school.state(ATTEMPT, attempt)
            if state.result == "in_question":
                assert state.alike is not None and self.school.state(ATTEMPT, state.alike).person != state.person


TestAtSchool = AtSchool.TestCase
TestAtSchool.settings = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
