"""The plans of forty therapies: at every stage, with every trouble, and each one within its programme."""

from pathlib import Path

from coign.demo import plans
from coign.demo.story import JOURNEYS
from coign.demo.turns import TURNS
from coign.programmes import reading
from coign.programmes.model import ProgrammeVersion

FILES = Path(__file__).parents[2] / "src/coign/programmes"


def programme() -> ProgrammeVersion:
    return reading.load_all([FILES]).all()[0]


def test_each_plan_names_steps_and_turns_that_there_are() -> None:
    steps, stages = {s.id for s in programme().journey}, {s.id for s in programme().stages}
    for plan in plans.PLANS:
        assert plan.to in steps | stages | {plans.END}
        assert {step for step, _ in plan.turns} <= steps
        assert {name for _, name in plan.turns} <= set(TURNS)
        assert plan.turns or not plan.stays_there


def test_forty_therapies_stand_at_every_stage_and_meet_every_trouble() -> None:
    told = [plans.plan_of(number) for number in range(JOURNEYS)]
    of_step = {s.id: s.stage for s in programme().journey}
    assert {name for plan in told for _, name in plan.turns} == set(TURNS)
    assert {s.id for s in programme().stages} <= {of_step.get(plan.to, plan.to) for plan in told}
    assert len(told) == len(plans.PLANS) == 40


def test_a_short_story_begins_with_its_first_day_and_a_long_one_long_before() -> None:
    assert plans.days_before_the_first(3) == 0
    assert plans.days_before_the_first(JOURNEYS) == 144
    first_again = plans.plan_of(JOURNEYS)
    assert (first_again.to, first_again.begins_day) == (plans.plan_of(0).to, plans.AGAIN_AFTER_DAYS)
