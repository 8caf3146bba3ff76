"""What stands out in an audit trail: misconduct of twelve kinds in a long honest history, and each sign by itself."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.support.plant import BATCH, CASE, CERTIFICATE, FILE, OPERATOR, QA, QP, SAMPLE, SEALED, T1, Plant, as_role

from coign import catalogue, rulesets
from coign.correction.events import ValueCorrected
from coign.kernel.facts import Fact
from coign.kernel.subjects import Person, Room
from coign.kernel.values import FreeText, Instant, Quantity
from coign.manufacturing.events import Abandoned, Measured, StepCompleted
from coign.quality.audit_trail import Act, Change, Limits, Trail, span
from coign.quality.audit_trail_signs import exceptional, read_by_exception
from coign.quality.audit_trail_state import ANSWERED_MAX, AUDIT_TRAIL
from coign.quality.events import ResultInvalidated, ResultRecorded, RetestRecorded

START = Instant("2026-03-02T06:30:00.000000Z")
ENTRIES, A_DAY, PEOPLE, STATIONS = 20_000, 850, 40, 12
DO, CONFIRM = "manufacturing.complete_step", "manufacturing.confirm_clearance"
LIMITS = Limits(rulesets.load(), START)
WHY = FreeText(commitment=SEALED)


def person(n: int) -> Person:
    return Person.of(f"operator-{n:02d}")


def recorded(value: str, verdict: str, attribute: str = "viability") -> ResultRecorded:
    return ResultRecorded(
        batch=BATCH, sample=SAMPLE, attribute=attribute, value=value, unit="%", method="M", verdict=verdict,  # type: ignore[arg-type]
        raw=FILE, by=person(0),
    )  # fmt: skip


def set_aside(attribute: str = "viability") -> ResultInvalidated:
    return ResultInvalidated(batch=BATCH, attribute=attribute, by=QA.person, cause=WHY, evidence=FILE)


def corrected(entry: int) -> ValueCorrected:
    return ValueCorrected(
        case=CASE, of=(BATCH,), entry=entry, fact="manufacturing.step_completed.v1", name="cells", before="1.2",
        after="2.1", unit="10*9", recorded_at=START, first=person(1), second=person(2),
    )  # fmt: skip


def stepped(*outside: str) -> StepCompleted:
    measured = (Measured(id="cells", quantity=Quantity("1.2", "10*9")),)
    return StepCompleted(
        batch=BATCH, step="expansion", measurements=measured, lots=(), out_of_limits=outside, operator=person(1)
    )


def act(position: int, minutes: float = 0, who: int = 1, **more: Any) -> Act:
    """An ordinary entry, so many minutes after the start."""
    at = more.pop("at", START.plus(minutes=minutes))
    given = {"action": DO, "prepared": at, "subjects": frozenset({str(BATCH)}), "method": "webauthn"}
    return Act(position=position, at=at, person=person(who), **{**given, **more})


def signs_of(*acts: Act, changes: Sequence[Change] = ()) -> list[tuple[int, str]]:
    found = read_by_exception(Trail(acts, changes), LIMITS)
    return sorted((line.act.position, sign.kind) for line in found for sign in line.signs)


# A long history


def honest() -> list[Act]:
    """Weeks of a busy plant: late by minutes, refused once or twice, corrected before anything rests on it, nights."""
    chance = random.Random(31)
    made: list[Act] = []
    for position in range(ENTRIES):
        day, of_day = divmod(position, A_DAY)
        night = of_day % 40 == 39
        who = chance.randrange(PEOPLE - 2) if not night else PEOPLE - 1 - of_day // 40 % 2
        at = START.plus(days=day, minutes=of_day + chance.random() / 2)
        minute = chance.randrange(60, 300) if night else 6 * 60 + 30 + of_day
        claim = at.plus(minutes=-chance.randrange(5, 50)) if chance.random() < 0.03 else None
        refused = chance.random() < 0.03
        values = tuple((name, f"{chance.randrange(10**6)}") for name in ("cells", "viability", "glucose", "volume"))
        facts: tuple[Fact, ...] = ()
        if chance.random() < 0.01:
            facts = (stepped("glucose"),)
        elif chance.random() < 0.005:
            facts = (corrected(position - 1),)
        second = position % 5 == 1
        made.append(
            act(
                position, at=at, who=who, station=f"station-{(who + day) % STATIONS}", claimed=claim,
                prepared=at.plus(minutes=-chance.random()), local_minute=minute, values=values,
                outcome="refused" if refused else "done", unmet=("manufacturing.step_is_next",) if refused else (),
                action=CONFIRM if second else DO, second_of=DO if second else "",
                subjects=frozenset({f"unit:{position // 5}" if position % 5 < 2 else str(BATCH)}),
                method=chance.choice(("webauthn", "webauthn", "password+otp")), facts=facts,
                task="aseptic_processing",
            )
        )  # fmt: skip
    return made


Seed = Callable[[list[Act]], int]


def _change(acts: list[Act], position: int, **changed: Any) -> int:
    acts[position] = replace(acts[position], outcome="done", unmet=(), facts=changed.pop("facts", ()), **changed)
    return position


def backdated(acts: list[Act]) -> int:
    return _change(acts, 1_234, claimed=acts[1_234].at.plus(days=-3))


def second_person_is_the_same_hand(acts: list[Act]) -> int:
    first, second = 2_000, 2_001
    _change(acts, first)
    at, station = acts[first].at.plus(seconds=4), acts[first].station
    return _change(acts, second, at=at, prepared=at, station=station, person=person(3), claimed=None)


def retyped_until_it_passes(acts: list[Act]) -> int:
    for position in range(3_002, 3_005):
        _change(acts, position, person=person(7), action="quality.record_result", station="")
        acts[position] = replace(acts[position], outcome="refused", unmet=("quality.result_can_be_read",))
    return _change(acts, 3_007, person=person(7), action="quality.record_result", station="")


def failing_result_set_aside(acts: list[Act]) -> int:
    _change(acts, 4_002, facts=(recorded("68", "fail"),))
    _change(acts, 4_090, facts=(recorded("74", "pass"),))
    return _change(acts, 4_050, facts=(set_aside(),))


def alone_at_night(acts: list[Act]) -> int:
    return _change(acts, 5_002, local_minute=2 * 60 + 40)


def one_credential_at_two_stations(acts: list[Act]) -> int:
    at = acts[6_002].at
    _change(acts, 6_002, person=person(11), station="isolator-1")
    return _change(acts, 6_003, at=at.plus(seconds=30), prepared=at, person=person(11), station="freezer-9")


def signed_beforehand(acts: list[Act]) -> int:
    return _change(acts, 7_002, prepared=acts[7_002].at.plus(minutes=-45))


def always_the_same_two(acts: list[Act]) -> int:
    pairs = range(8_000, 8_100, 5)
    for position in pairs:
        for beside, who in ((0, 90), (1, 91)):
            _change(acts, position + beside, person=person(who), station="", method="webauthn")
    return pairs[-1] + 1


def copied(acts: list[Act]) -> int:
    return _change(acts, 9_002, values=acts[8_907].values)


def corrected_after_the_result(acts: list[Act]) -> int:
    return _change(acts, 4_150, facts=(corrected(3_900),))


def clock_set_back(acts: list[Act]) -> int:
    return _change(acts, 10_002, prepared=acts[10_002].at.plus(minutes=50))


def trained_afterwards(acts: list[Act]) -> int:
    return _change(acts, 11_002, person=person(77))


SEEDS: dict[str, Seed] = {
    "late": backdated, "same_hand": second_person_is_the_same_hand, "retried": retyped_until_it_passes,
    "set_aside": failing_result_set_aside, "outside_hours": alone_at_night,
    "two_stations": one_credential_at_two_stations, "signed_before": signed_beforehand, "pair": always_the_same_two,
    "copied": copied, "corrected_knowing": corrected_after_the_result, "clock": clock_set_back,
    "trained_after": trained_afterwards,
}  # fmt: skip


@pytest.fixture(scope="module")
def history() -> list[Act]:
    return honest()


@pytest.mark.requirement("CSV-31")
def test_misconduct_of_twelve_kinds_stands_in_the_first_twenty_lines_of_twenty_thousand(history: list[Act]) -> None:
    acts = list(history)
    seeded = {kind: sow(acts) for kind, sow in SEEDS.items()}
    late_training = Change(person(77), acts[-1].at, "qualified", "aseptic_processing")
    lines = read_by_exception(Trail(acts, (late_training,)), LIMITS)
    first = {line.act.position: {sign.kind for sign in line.signs} for line in lines[:20]}
    assert {kind for kind, position in seeded.items() if kind in first.get(position, ())} == set(SEEDS)
    assert len(lines) > 1_000


@pytest.mark.requirement("CSV-31")
def test_weeks_of_honest_work_ask_for_no_answer(history: list[Act]) -> None:
    lines = read_by_exception(Trail(history), LIMITS)
    assert lines and exceptional(lines, LIMITS) == []


# Each sign by itself


def test_an_ordinary_entry_does_not_stand_out() -> None:
    assert signs_of(act(1), act(2, 30, who=2)) == []


def test_a_claim_is_late_from_the_limit_on_and_weighs_more_the_later_it_is() -> None:
    def risk(minutes: float) -> int:
        lines = read_by_exception(Trail([act(1, claimed=START.plus(minutes=-minutes))]), LIMITS)
        return lines[0].risk if lines else 0

    assert [risk(m) for m in (59, 60, 120, 600)] == [0, 40, 80, 120]


def test_a_claim_ahead_of_its_entry_was_signed_before_the_act() -> None:
    assert signs_of(act(1, claimed=START.plus(minutes=5))) == [(1, "signed_before")]


def test_an_act_without_a_moment_of_preparing_says_nothing_about_it() -> None:
    assert signs_of(act(1, prepared=None)) == []


def test_who_works_nights_stands_out_neither_at_night_nor_by_day() -> None:
    night = [act(n, n, local_minute=60) for n in range(3)]
    assert signs_of(*night, act(5, 500, local_minute=600)) == []
    days = [act(n, n, local_minute=600) for n in range(9)]
    assert signs_of(*days, act(9, 500, local_minute=300)) == [(9, "outside_hours")]


def test_a_second_person_at_another_station_or_after_a_while_is_another_hand() -> None:
    second = {"action": CONFIRM, "second_of": DO, "who": 2}
    first = act(1, station="a")
    assert signs_of(first, act(2, 0.1, **second, station="b")) == []
    assert signs_of(first, act(2, 1, **second, station="a")) == []
    assert signs_of(act(1), act(2, 0.1, **second)) == []
    assert signs_of(first, act(2, 0.1, **second, station="a")) == [(2, "same_hand")]
    refused = act(2, 0.1, **second, station="a", outcome="refused", unmet=("x.y",))
    assert signs_of(first, refused) == [(2, "refused")]


def test_a_pair_that_also_signs_with_others_is_no_pair() -> None:
    def pairs(*seconds: int) -> list[Act]:
        return [
            one
            for n, who in enumerate(seconds)
            for one in (
                act(2 * n, 60 * n, subjects=frozenset({f"unit:{n}"})),
                act(2 * n + 1, 60 * n + 5, who=who, action=CONFIRM, second_of=DO, subjects=frozenset({f"unit:{n}"})),
            )
        ]

    assert signs_of(*pairs(*[2] * 12)) == [(23, "pair")]
    assert signs_of(*pairs(*[2] * 11)) == []
    assert signs_of(*pairs(*[2] * 12, 3, 3, 3)) == []


def test_refusals_count_until_the_act_goes_through_and_only_for_a_while() -> None:
    def refused(position: int, minutes: float) -> Act:
        return act(position, minutes, outcome="refused", unmet=("quality.x",))

    three = [refused(n, n) for n in range(3)]
    assert (9, "retried") in signs_of(*three, act(9, 10))
    assert (9, "retried") not in signs_of(*three, act(9, 100))
    assert (9, "retried") not in signs_of(*three[:2], act(5, 5), refused(6, 6), act(9, 10))


@pytest.mark.requirement("CSV-39")
def test_what_was_set_aside_is_told_with_its_value_and_with_what_came_after() -> None:
    def words(*facts: Fact) -> list[tuple[int, str, int]]:
        found = read_by_exception(Trail([act(n, n, facts=(fact,)) for n, fact in enumerate(facts)]), LIMITS)
        return [(line.act.position, sign.words, line.risk) for line in found for sign in line.signs]

    fails, passes = recorded("68", "fail"), recorded("81", "pass")
    assert words(fails, set_aside()) == [(1, "viability 68 % (fail) was set aside", 45)]
    assert words(fails, set_aside(), passes) == [(1, "viability 68 % (fail) was set aside and is 81 % (pass) now", 90)]
    assert words(passes, set_aside(), passes)[0][2] == 45
    assert words(set_aside(), passes) == []
    again = RetestRecorded(
        batch=BATCH, sample=SAMPLE, attribute="viability", value="81", unit="%", method="M", verdict="pass", raw=FILE,
        by=person(0),
    )  # fmt: skip
    assert words(fails, again) == [(1, "passes where 68 % (fail) failed before", 45)]
    assert words(passes, again) == words(again) == words(fails, replace(again, verdict="fail")) == []


@pytest.mark.requirement("CSV-39")
def test_a_run_that_was_given_up_is_answered_and_a_step_outside_its_limits_is_listed() -> None:
    given_up = Abandoned(batch=BATCH, chain=T1, room=Room.of("suite-1"), by=person(1), why=WHY)
    lines = read_by_exception(Trail([act(1, facts=(given_up,)), act(2, 5, facts=(stepped("cells"),))]), LIMITS)
    assert [line.act.position for line in lines] == [1, 2]
    assert exceptional(lines, LIMITS) == lines[:1]
    assert signs_of(act(1, facts=(stepped(),))) == []


def test_a_correction_weighs_more_when_a_result_was_there() -> None:
    result = act(5, 5, facts=(recorded("68", "fail"),))
    assert signs_of(act(6, 6, facts=(corrected(3),)), result) == [(6, "corrected_knowing")]
    assert signs_of(act(4, 4, facts=(corrected(3),)), result) == [(4, "corrected")]


def test_few_equal_values_are_chance_and_a_refused_act_copies_nothing() -> None:
    few, many = (("cells", "1"), ("volume", "2")), (("cells", "1"), ("volume", "2"), ("glucose", "3"))
    assert signs_of(act(1, values=few), act(2, 9, values=few)) == []
    assert signs_of(act(1, values=many), act(2, 9, values=many)) == [(2, "copied")]
    refused = act(2, 9, values=many, outcome="refused", unmet=("x.y",))
    assert signs_of(act(1, values=many), refused) == [(2, "refused")]


def test_the_first_act_soon_after_a_new_role_or_key_is_listed() -> None:
    def changed(kind: Any, hours: float, who: int = 1) -> Change:
        return Change(person(who), START.plus(hours=-hours), kind, "t")

    acts = (act(1, 1), act(2, 60))
    assert signs_of(*acts, changes=(changed("role", 2),)) == [(1, "new_hand")]
    assert signs_of(*acts, changes=(changed("key", 30), changed("qualified", 2), changed("role", 2, who=5))) == []


def test_who_was_qualified_before_stays_so_when_qualified_again() -> None:
    def qualified(hours: float) -> Change:
        return Change(person(1), START.plus(hours=hours), "qualified", "filling")

    done = act(1, task="filling")
    assert signs_of(done, changes=(qualified(5),)) == [(1, "trained_after")]
    assert signs_of(done, changes=(qualified(-5), qualified(5))) == []
    assert signs_of(act(1, task="thawing"), changes=(qualified(5),)) == []


def test_what_was_reported_after_the_fact_says_against_which_gates() -> None:
    (line,) = read_by_exception(Trail([act(1, outcome="observed", unmet=("infusion.x",))]), LIMITS)
    assert line.signs[0].words == "reported after the fact; against infusion.x"
    assert signs_of(act(1, outcome="observed")) == [(1, "observed")]


def test_of_equal_risk_the_older_line_stands_first() -> None:
    lines = read_by_exception(Trail([act(n, n, outcome="observed", who=n) for n in (1, 2, 3)]), LIMITS)
    assert [line.act.position for line in lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("minutes", "words"), [(0.5, "30 seconds"), (90, "90 minutes"), (300, "5 hours"), (5_000, "3 days")]
)
def test_a_duration_is_said_as_one_says_it(minutes: float, words: str) -> None:
    assert span(minutes) == words


# What is kept


def test_a_review_that_was_put_off_is_owed_until_it_is_made() -> None:
    plant = Plant(START)
    plant.until("tested")
    plant.act("quality.review_record", QA, batch=BATCH)
    plant.put_off()
    state = plant.state(AUDIT_TRAIL, BATCH)
    assert state.is_deferred and not state.is_reviewed
    assert state.owed_until is not None and 2.9 < state.owed_until.minutes_since(plant.now) / 1440 < 3.1
    plant.read_by_exception()
    state = plant.state(AUDIT_TRAIL, BATCH)
    assert state.is_reviewed and not state.is_deferred and state.up_to == 40


@pytest.mark.requirement("CSV-31")
def test_without_its_review_no_batch_is_released_and_who_made_it_does_not_review_it() -> None:
    plant = Plant(START)
    plant.until("tested")
    plant.act("quality.review_record", QA, batch=BATCH)
    certify = catalogue.ACTIONS["quality.certify"]
    asked = certify.command(batch=BATCH, certificate=CERTIFICATE)
    assert "quality.audit_trail_is_reviewed" in plant.unmet(certify, asked, QP)
    review = catalogue.ACTIONS["quality.review_audit_trail"]
    plant.granted(OPERATOR, "qa")
    read = review.command(batch=BATCH, conclusion=WHY)
    assert plant.unmet(review, read, as_role(OPERATOR, "qa")) == ["quality.judge_had_no_part"]


def test_answers_are_kept_up_to_a_bound() -> None:
    plant = Plant(START)
    plant.until("labelled")
    state = replace(plant.state(AUDIT_TRAIL, BATCH), answered=tuple(range(ANSWERED_MAX)))
    given = {"batch": BATCH, "answer": "accepted", "why": SEALED, "case": CASE}
    (answered,) = plant.act(
        "quality.answer_audit_trail_line", QA, **given, entry=ANSWERED_MAX, signs=("x",), risk=40, done_by=person(1)
    )
    after: Any = AUDIT_TRAIL.evolve(state, answered, None)  # type: ignore[arg-type]
    assert len(after.answered) == ANSWERED_MAX and after.answered[-1] == ANSWERED_MAX
