"""Who could do an act now: the role in an organisation, and the qualification where the programme asks for one."""

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.subjects import Organisation, Person
from coign.people.views import AUTHORITY
from coign.programmes.model import JourneyStep
from coign.training.views import QUALIFICATIONS
from coign.web import acting
from coign.web.therapy.looking import every
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story

NAMED_MAX = 6


def second_step(story: Story, action: Action[object]) -> JourneyStep | None:
    """The step in which a second person does the same for themselves; None where one person is enough."""
    steps = story.programme.journey if story.programme is not None else ()
    return next((s for s in steps if catalogue.ACTIONS[s.action].second_of == action.name), None)


def who_may(step: JourneyStep, organisation: Organisation, *, besides: Person) -> list[str]:
    """Names of those who hold a role for this step here now and are qualified for its task, without one of them."""
    now = acting.now()
    able = [
        person
        for person, authority in every(AUTHORITY, Person).items()
        if person != besides and any(authority.holds(role, organisation, now) for role in step.roles)
    ]
    if step.task:
        held = every(QUALIFICATIONS, Person)
        able = [p for p in able if p in held and held[p].is_qualified(step.task, now)]
    return sorted(names_of(able, str(organisation)).values())[:NAMED_MAX]
