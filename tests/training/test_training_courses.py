"""A course is passed by answers that are kept, and a qualification is earned by what somebody else saw."""

import random
from dataclasses import replace

import pytest
from tests.support.paper import Refusal
from tests.support.plant import OPERATOR, OPERATOR_2, OPERATOR_3, QA, SEALED, TRAINER
from tests.support.school import A1, A2, ASEPTIC, COURSES, FIRST, LIBRARY, SHORT, TASK, School

from coign.kernel.subjects import Attempt, Learner, Organisation
from coign.kernel.values import Actor, Instant
from coign.kernel.views import Stamp
from coign.training.actions import decide_attempt
from coign.training.alike import CHARACTERS_MAX, COHORT, QUESTIONED
from coign.training.courses.model import Courses, Library
from coign.training.events import (
    AnswersAlike,
    AttemptDecided,
    AttemptHandedIn,
    AttemptStarted,
    QualificationEarned,
    cohort_of,
    file_of,
    person_of,
)
from coign.training.state import ATTEMPT, COURSE, LEARNING, PASSED, PASSED_KEPT_MAX, PRACTICE, PassedState
from coign.training.views import QUALIFICATIONS

MARCH = Instant("2026-03-02T08:00:00.000000Z")


def school(*versions: object) -> School:
    made = School(MARCH)
    for version in versions or (ASEPTIC,):
        made.in_force(version)  # type: ignore[arg-type]
    return made


def is_qualified(made: School, actor: Actor, task: str = TASK) -> bool:
    return bool(made.state(QUALIFICATIONS, actor.person).is_qualified(task, made.now))


# What an attempt fixes


@pytest.mark.requirement("TRN-14")
def test_the_draw_can_be_made_again_from_the_seed_in_the_entry_alone() -> None:
    made = school()
    made.assigned()
    (started,) = made.act("training.start_attempt", OPERATOR, course=ASEPTIC.course, attempt=A1)
    assert isinstance(started, AttemptStarted)
    version = COURSES.version(started.version)
    assert started.drawn == version.drawn(started.attempt.identifier)
    assert len(set(started.drawn)) == version.draw
    draws = {version.drawn(str(n)) for n in range(50)}
    assert len(draws) > 40, "another seed, other questions"
    assert {q for draw in draws for q in draw} == {q.id for q in version.questions}, "every question is asked"
    orders = {version.options_shown(str(n), version.questions[0].id) for n in range(50)}
    assert len(orders) == 6 and all(set(o) == set(version.questions[0].options.items()) for o in orders)


@pytest.mark.requirement("TRN-14")
def test_a_later_pass_mark_changes_no_attempt_that_began_before() -> None:
    made = school()
    made.assigned()
    made.begun()
    stricter = replace(ASEPTIC, digest=SHORT.digest, pass_mark=8)
    made.programmes = Library(LIBRARY.all(), Courses([ASEPTIC, stricter]))
    made.act("training.propose_course", TRAINER, course=ASEPTIC.course, version=stricter.digest)
    made.act("training.approve_course", QA, course=ASEPTIC.course, version=stricter.digest)
    (handed_in,) = made.handed_in(wrong=1)
    assert (handed_in.right, handed_in.result, handed_in.version) == (7, "passed", ASEPTIC.digest)
    assert made.state(COURSE, ASEPTIC.course).in_force == stricter.digest
    with pytest.raises(Refusal) as no:
        made.qualify(OPERATOR_2, TASK)
        made.watched()
    assert no.value.gates == ("training.theory_comes_first",), "what is practised is the version in force"


@pytest.mark.requirement("TRN-14")
def test_every_attempt_is_kept_with_its_answers_and_counted_from_them() -> None:
    made = school()
    made.assigned()
    for number, wrong in enumerate((8, 2, 1)):
        attempt = made.begun(attempt=Attempt.of(f"T{number}"))
        made.handed_in(attempt, wrong=wrong)
    kept = [f for f in made.facts if isinstance(f, AttemptHandedIn)]
    assert [(f.right, f.result) for f in kept] == [(0, "failed"), (6, "failed"), (7, "passed")]
    assert all(len(f.answers) == ASEPTIC.draw and len(f.wrong) + f.right == ASEPTIC.draw for f in kept)
    for fact in kept:
        chosen = {a.question: a.chosen for a in fact.answers}
        assert ASEPTIC.count_right(chosen) == fact.right
        assert made.state(ATTEMPT, fact.attempt).answers == fact.answers
    learning = made.state(LEARNING, file_of(OPERATOR.person)).of(ASEPTIC.course)
    assert learning.attempts == 3 and learning.is_passed


# What passing is worth


@pytest.mark.requirement("TRN-04")
def test_reading_and_passing_alone_qualify_nobody_for_a_critical_task() -> None:
    made = school()
    made.qualify(OPERATOR_2, TASK)
    made.passed()
    assert not is_qualified(made, OPERATOR)
    made.watched(mastered=False)
    assert not is_qualified(made, OPERATOR)
    assert not made.state(PRACTICE, file_of(OPERATOR.person)).seen[0].mastered
    _, earned = made.watched()
    assert isinstance(earned, QualificationEarned) and earned.observer == OPERATOR_2.person
    assert is_qualified(made, OPERATOR) and len(made.state(PRACTICE, file_of(OPERATOR.person)).seen) == 1
    held = made.state(QUALIFICATIONS, OPERATOR.person).of(TASK)
    assert held.until.minutes_since(held.since) == ASEPTIC.valid_days * 1440 and held.attempt == A1


@pytest.mark.requirement("TRN-06")
def test_nobody_watches_themselves_and_nobody_watches_what_they_are_not_qualified_for() -> None:
    made = school()
    made.passed()
    for by, gate in ((OPERATOR, "assessor_is_another"), (OPERATOR_3, "assessor_is_qualified")):
        with pytest.raises(Refusal) as no:
            made.watched(by=by)
        assert f"training.{gate}" in no.value.gates
    made.qualify(OPERATOR_3, TASK, days=1)
    made.wait(days=1)
    with pytest.raises(Refusal) as no:
        made.watched(by=OPERATOR_3)
    assert no.value.gates == ("training.assessor_is_qualified",), "qualified at that time"


def test_where_nobody_has_to_watch_passing_is_enough() -> None:
    made = school(SHORT)
    handed_in, earned = made.passed(version=SHORT)
    assert handed_in.result == "passed" and earned.task == "filling" and earned.observer is None
    assert is_qualified(made, OPERATOR, "filling")


@pytest.mark.requirement("TRN-08")
def test_practice_that_was_seen_once_need_not_be_seen_again_where_the_course_says_so() -> None:
    made, task = school(FIRST), "shipper_opening"
    made.qualify(OPERATOR_2, task)
    made.passed(version=FIRST)
    assert not is_qualified(made, OPERATOR, task)
    made.watched(version=FIRST)
    made.wait(days=370)
    assert not is_qualified(made, OPERATOR, task), "a year is the longest, whatever the course says"
    _, earned = made.passed(version=FIRST, attempt=A2)
    assert earned.observer is None and is_qualified(made, OPERATOR, task)


# Answers that look shared


@pytest.mark.requirement("TRN-S3")
def test_same_answers_and_timing_at_two_accounts_wait_for_a_trainer_and_pass_nobody() -> None:
    made = school(SHORT)
    first = made.passed(OPERATOR, SHORT, A1)
    assert [type(f) for f in first] == [AttemptHandedIn, QualificationEarned]
    handed_in, alike = made.passed(OPERATOR_2, SHORT, A2)
    assert handed_in.result == "in_question" and handed_in.right == SHORT.draw
    assert isinstance(alike, AnswersAlike)
    assert (alike.other, alike.other_learner) == (A1, file_of(OPERATOR.person)) and alike.shared >= 4
    assert not is_qualified(made, OPERATOR_2, "filling")
    assert made.state(ATTEMPT, A1).result == made.state(ATTEMPT, A2).result == "in_question"
    assert made.state(ATTEMPT, A1).alike == A2 and made.state(ATTEMPT, A2).alike == A1
    assert not made.state(LEARNING, file_of(OPERATOR.person)).of(SHORT.course).is_passed

    cohort = cohort_of(SHORT.course, OPERATOR.organisation)
    assert made.state(QUESTIONED, cohort).waiting == (A1, A2), "both wait on the trainer's page"
    decided, earned = decide(made, A2, "counts")
    assert made.state(QUESTIONED, cohort).waiting == (A1,)
    assert isinstance(decided, AttemptDecided) and earned.person == OPERATOR_2.person
    assert is_qualified(made, OPERATOR_2, "filling")
    assert decide(made, A1, "counts")[1:] == [], "what was earned before is not earned twice"
    assert made.state(LEARNING, file_of(OPERATOR.person)).of(SHORT.course).is_passed


def decide(made: School, attempt: Attempt, verdict: str) -> list[object]:
    return made.act("training.decide_attempt", TRAINER, attempt=attempt, verdict=verdict, why=SEALED)  # type: ignore[return-value]


@pytest.mark.requirement("TRN-S3")
def test_a_void_attempt_takes_the_qualification_that_rests_on_it_along() -> None:
    made = school(SHORT)
    made.passed(OPERATOR, SHORT, A1)
    made.passed(OPERATOR_2, SHORT, A2)
    decide(made, A1, "void")
    decide(made, A2, "void")
    assert not is_qualified(made, OPERATOR, "filling") and not is_qualified(made, OPERATOR_2, "filling")
    assert made.state(ATTEMPT, A1).result == "void"
    assert made.state(LEARNING, file_of(OPERATOR.person)).of(SHORT.course).passed is None
    made.begun(OPERATOR, SHORT, Attempt.of("A3"))  # a further attempt is left


def test_an_attempt_whose_practice_comes_later_earns_nothing_by_the_decision() -> None:
    made = school()
    made.shared_after_force()
    assert decide(made, A2, "counts")[1:] == []
    made.programmes = Library(LIBRARY.all(), Courses())
    assert made.unmet(decide_attempt.ACTION, _counts(A1), TRAINER) == []
    assert decide(made, A1, "counts")[1:] == [], "without the file nothing can be earned; the decision stands"


def _counts(attempt: Attempt) -> decide_attempt.DecideAttempt:
    return decide_attempt.DecideAttempt(attempt=attempt, verdict="counts", why=SEALED)


@pytest.mark.requirement("TRN-S3")
@pytest.mark.parametrize(
    ("minutes_later", "taken_min", "wrong", "in_question"),
    [
        (5, 20, 0, True),  # the same pace, the same sitting
        (5, 23, 0, False),  # another pace
        (60, 20, 0, False),  # another sitting: who knows the matter answers right
        (60, 20, 2, True),  # but not with the same mistakes
        (60 * 24 * 40, 20, 2, False),  # long afterwards
    ],
)
def test_what_is_beyond_chance(minutes_later: float, taken_min: float, wrong: int, in_question: bool) -> None:
    lenient = replace(SHORT, draw=len(SHORT.questions), pass_mark=len(SHORT.questions) - 2)
    made = School(MARCH, programmes=Library(LIBRARY.all(), Courses([lenient])))
    made.in_force(lenient)
    for actor, attempt in ((OPERATOR, A1), (OPERATOR_2, A2)):
        made.assigned(actor, lenient)
        made.begun(actor, lenient, attempt)
        made.wait(minutes=20 if attempt == A1 else taken_min)
        answers = {a.question: a for a in made.answers(attempt)}
        for question in sorted(answers)[:wrong]:
            asked = lenient.question(question)
            other = next(o for o in asked.options if o not in asked.right)
            answers[question] = replace(answers[question], chosen=(other,))
        given = tuple(answers.values())
        facts = made.act("training.hand_in", actor, attempt=attempt, answers=given)
        made.wait(minutes=max(0.0, minutes_later - taken_min))
    assert (facts[0].result == "in_question") is in_question


def test_answers_are_compared_with_those_of_other_people_who_handed_in_something() -> None:
    made = school(SHORT)
    made.assigned(OPERATOR_3, SHORT)
    made.begun(OPERATOR_3, SHORT, Attempt.of("A9"))  # still open
    made.passed(OPERATOR, SHORT, A1)
    made.assigned(OPERATOR, SHORT)
    made.begun(OPERATOR, SHORT, A2)  # again, with the same answers and timing: their own
    made.wait(minutes=20)
    assert made.handed_in(A2)[0].result == "passed"


def test_one_other_answer_makes_two_people_two() -> None:
    made = school(SHORT)
    made.passed(OPERATOR, SHORT, A1)
    made.assigned(OPERATOR_2, SHORT)
    made.begun(OPERATOR_2, SHORT, A2)
    made.wait(minutes=20)
    shared = next(q for q in made.state(ATTEMPT, A1).drawn if q in made.state(ATTEMPT, A2).drawn)
    other = (next(o for o in SHORT.question(shared).options if o not in SHORT.question(shared).right),)
    answers = tuple(replace(a, chosen=other) if a.question == shared else a for a in made.answers(A2))
    assert made.act("training.hand_in", OPERATOR_2, attempt=A2, answers=answers)[0].result == "passed"


def test_too_few_questions_in_common_say_nothing() -> None:
    few = replace(SHORT, draw=3, pass_mark=3)
    made = School(MARCH, programmes=Library(LIBRARY.all(), Courses([few])))
    made.in_force(few)
    for actor, attempt in ((OPERATOR, A1), (OPERATOR_2, A2)):
        assert made.passed(actor, few, attempt)[0].result == "passed"


def test_the_newest_attempts_are_kept_for_comparison_and_no_more_than_fit() -> None:
    made, chance = school(SHORT), random.Random(7)
    cohort = cohort_of(SHORT.course, OPERATOR.organisation)
    for number in range(60):
        attempt = Attempt.of(f"T{number}")
        made.assigned(OPERATOR, SHORT)
        made.begun(OPERATOR, SHORT, attempt)
        made.wait(minutes=chance.randrange(2, 60))
        made.handed_in(attempt)
    tries = made.state(COHORT, cohort).tries
    assert sum(t.length for t in tries) <= CHARACTERS_MAX and tries[-1].attempt == Attempt.of("T59")
    assert made.state(COHORT, cohort).of(Attempt.of("T0")) is None and len(tries) > 15
    made.state(COHORT, cohort_of(SHORT.course, Organisation.of("elsewhere")))


def test_an_attempt_that_so_many_overtook_is_handed_in_all_the_same() -> None:
    made = school(SHORT)
    made.assigned(OPERATOR_2, SHORT)
    made.begun(OPERATOR_2, SHORT, A2)
    for number in range(60):
        made.assigned(OPERATOR, SHORT)
        made.begun(OPERATOR, SHORT, Attempt.of(f"T{number}"))
        made.handed_in(Attempt.of(f"T{number}"))
    assert made.handed_in(A2, OPERATOR_2)[0].right == SHORT.draw
    assert made.state(COHORT, cohort_of(SHORT.course, OPERATOR.organisation)).of(A2) is None


def test_a_pass_in_question_of_an_earlier_assignment_touches_the_new_one_no_more() -> None:
    made = school(SHORT)
    made.passed(OPERATOR, SHORT, A1)
    made.assigned(OPERATOR, SHORT)
    made.passed(OPERATOR_2, SHORT, A2)
    learning = made.state(LEARNING, file_of(OPERATOR.person)).of(SHORT.course)
    assert learning.passed is None and learning.attempts == 0


def test_what_never_was_assigned_still_folds() -> None:
    """Facts are history whatever rules say today."""
    made = School(MARCH)
    handed_in = AttemptHandedIn(
        attempt=A1, learner=file_of(OPERATOR.person), cohort=cohort_of(SHORT.course, OPERATOR.organisation),
        course=SHORT.course, version=SHORT.digest, answers=(), right=0, wrong=(), result="failed",
    )  # fmt: skip
    made.happened(handed_in, by=OPERATOR)
    assert made.state(LEARNING, file_of(OPERATOR.person)).of(SHORT.course).passed is None


def test_who_passed_lately_is_known_once_the_newest_last_and_nobody_who_failed() -> None:
    cohort, state = cohort_of(ASEPTIC.course, OPERATOR.organisation), PassedState()
    after = [("a", "passed"), ("b", "failed"), ("c", "in_question"), ("a", "passed")]
    after += [(f"n{number}", "passed") for number in range(PASSED_KEPT_MAX)]
    for number, (name, result) in enumerate(after, start=1):
        handed_in = AttemptHandedIn(
            attempt=Attempt.of(name), learner=Learner.of(name), cohort=cohort, course=ASEPTIC.course,
            version=ASEPTIC.digest, answers=(), right=0, wrong=(), result=result,  # type: ignore[arg-type]
        )  # fmt: skip
        state = PASSED.evolve(state, handed_in, Stamp(MARCH, number, OPERATOR, cohort))
        if number == 4:
            assert state.learners == (Learner.of("c"), Learner.of("a"))
    assert person_of(file_of(OPERATOR.person)) == OPERATOR.person
    assert len(state.learners) == PASSED_KEPT_MAX and Learner.of("a") not in state.learners
