"""Everybody in the demonstration finds two things to do, each on a page, and one that is shut with its reason.

The queue of the forty therapies is worked out from their plans; everything else is asked of a story of three.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.site import known_to_pages

from coign.demo import people, plans
from coign.demo.people import Account
from coign.demo.plans import Plan
from coign.demo.story import JOURNEYS
from coign.programmes import reading
from coign.programmes.model import ProgrammeVersion
from coign.records.journey import CALLED_FOR, DRAW, RELEASES, SAMPLE, Journey, open_steps, organisation_for
from coign.service import Service

PROGRAMME = reading.load_all([Path(__file__).parents[2] / "src/coign/programmes"]).all()[0]
NAMES = [account.account for account in people.ACCOUNTS]


@pytest.fixture(scope="module")
def pages(told: Service) -> Iterator[Service]:
    """The story behind its pages."""
    with known_to_pages(told):
        yield told


def account(name: str) -> Account:
    found = people.account(name)
    assert found is not None
    return found


def queue_of(plan: Plan, programme: ProgrammeVersion) -> list[tuple[str, str]]:
    """Role and house of every step that is open where a plan leaves its therapy; nothing where the therapy is over."""
    journey = Journey("r", "patient:P", str(plan.centre), "", maker=str(people.MAKER))
    if plan.to == plans.END or plan.stays_there:
        return []
    order = [s.id for s in programme.journey]
    target = order.index(plan.to) if plan.to in order and programme.journey[order.index(plan.to)].optional else None
    # What is optional was called for, once everything before it was done; and it calls for what comes after it.
    before = programme.journey[:target] if target is not None else programme.journey
    wanted = {s.id for s in before if not s.optional and (target is not None or plan.to in (s.stage, s.id))}
    # No plan ends between a step and its samples.
    journey.done |= {s.id: 0 for s in programme.journey if s.action == DRAW or s.each == SAMPLE}
    while not wanted <= set(journey.done):
        step = open_steps(journey, programme)[0]
        if plan.times and step.id == plan.to:
            break
        journey.done[step.id] = 0
    if target is not None:
        journey.done |= {s.id: 0 for s in programme.journey[: target + 1] if s.action in CALLED_FOR}
        journey.called = {s.action: 1 for s in programme.journey if plan.to in s.after}
    other = {people.CENTRE: "quality-us", people.CENTRE_US: "qp"}[plan.centre]
    return [
        (role, organisation_for(journey, s))
        for s in open_steps(journey, programme)
        for role in s.roles
        # When an assessment opens, its day says.
        if (s.action not in RELEASES or role != other) and not s.timepoint
    ]


@pytest.fixture(scope="module")
def queue(pages: Service) -> Counter[tuple[str, str]]:
    return Counter(each for n in range(JOURNEYS) for each in queue_of(plans.plan_of(n), PROGRAMME))


def test_the_sign_in_page_lists_everybody_under_their_house(pages: Service) -> None:
    from django.test import Client

    from coign.web.accounts import demonstration

    demonstration.open_accounts(pages)
    houses = Client().get("/sign-in/").content.decode().partition('id="demo-title"')[2].split("<h3>")[1:]
    listed = {
        house.partition("</h3>")[0]: {job.account for job in people.ON_THE_PAGE if f'value="{job.account}"' in house}
        for house in houses
    }
    assert listed == {
        place.name: {job.account for job in people.ON_THE_PAGE if job.organisation == place.organisation}
        for place in people.PLACES
    }


@pytest.mark.parametrize("name", NAMES)
def test_everybody_finds_two_things_to_do(pages: Service, queue: Counter[tuple[str, str]], name: str) -> None:
    from coign.web import waits

    job = account(name)
    steps = queue[job.role, str(job.organisation)] + queue[job.role, ""]
    assert steps + len(waits.matters(job.actor)) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_everybody_finds_one_thing_shut_and_the_reason(pages: Service, name: str) -> None:
    from coign.web import waits
    from coign.web.waits.not_now import not_now

    found = not_now(waits.here_of(account(name).actor))
    assert found
    assert all(one.sentence or all(gate.message and gate.remedy for gate in one.gates) for one in found)
