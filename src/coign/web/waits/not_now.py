"""What this person cannot do now, each with the gates that say why not yet, or why never in this role."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from coign import catalogue
from coign.kernel.errors import CoignError, Forbidden, GateAnswer
from coign.kernel.frozen import dataclass
from coign.kernel.values import Actor
from coign.people.separation import ADMINISTRATOR
from coign.perform import Request
from coign.regulatory.state import CONDITIONS
from coign.web import acting, running
from coign.web.boards import Here
from coign.web.learning.opening import OBSERVE
from coign.web.oversight import sight
from coign.web.oversight.work import DECIDE, JUDGE, may
from coign.web.signing import enrolment
from coign.web.therapy.ahead import ahead
from coign.web.therapy.coming import likely_command
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story, story_of
from coign.web.waits.learning import waiting_practice
from coign.web.waits.overseeing import INSPECTOR

LIFT = "regulatory.lift_suspension"
SHOWN_MAX = 5
#: The nearest acts of so many therapies are asked about, before and beside the other things of a role.
THERAPIES_MAX = 6
#: The gates answer to who, what and when; a text, a choice or a file that is still to come is put in for the question.
_TEXT, _FILE = "not written yet", "0" * 64


@dataclass(frozen=True, slots=True)
class NotNow:
    """One act that is shut: the gates that do not hold, or the sentence why this person never does it."""

    title: str
    about: str
    gates: tuple[GateAnswer, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Question:
    action: str
    about: str
    command: Mapping[str, Any]


def not_now(here: Here) -> list[NotNow]:
    """The first few, nearest first. The rules are asked as they would be for the act itself; nothing is recorded."""
    found = (shut for asked in _questions(here) if (shut := _asked(asked, here.actor)) is not None)
    return list(islice(found, SHOWN_MAX))


def _asked(asked: _Question, actor: Actor) -> NotNow | None:
    """None: nothing stands against it, or the question could not be put."""
    title = catalogue.ACTIONS[asked.action].title
    try:
        gates = running.service().door.check(Request(asked.action, actor, acting.new_key(), asked.command))
    except Forbidden as no:
        return NotNow(title, asked.about, sentence=no.message)
    except CoignError:
        return None
    shut = tuple(g for g in gates if not g.holds)
    return NotNow(title, asked.about, shut) if shut else None


def _questions(here: Here) -> Iterator[_Question]:
    actor = here.actor
    if actor.role == ADMINISTRATOR:
        yield from _own_proposals(actor)
        return
    if actor.role == INSPECTOR:
        yield from _never(actor)
    yield from _undecided(actor)
    yield from _in_therapies(here)
    yield from _practice(actor)


def _in_therapies(here: Here) -> Iterator[_Question]:
    """The next act of this role in each therapy, as far as the therapy tells what would be asked."""
    for each in ahead(here.going_on, here.actor, THERAPIES_MAX):
        story = story_of(each.root, here.actor)
        command = likely_command(story, catalogue.ACTIONS[each.action])
        if command is not None:
            yield _Question(each.action, _named(story), command)


def _named(story: Story) -> str:
    if story.identity is not None:
        return f"{story.identity.initials} {story.identity.hospital_number}"
    return story.coi or _("Transport")


def _practice(actor: Actor) -> Iterator[_Question]:
    """Only who may do a task can watch others at it."""
    if not may(OBSERVE, actor):
        return
    for who, course, task, title in waiting_practice(actor):
        command = {
            "person": str(who.person), "course": str(course), "task": task, "mastered": True, "notes": _TEXT,
        }  # fmt: skip
        yield _Question(OBSERVE, f"{who.name}, {title}", command)


def _undecided(actor: Actor) -> Iterator[_Question]:
    """Applications whose questions are not answered yet."""
    if not may(DECIDE, actor):
        return
    for application, state in sight.applications(actor):
        if state.is_open:
            command = {"application": str(application), "verdict": "approved", "why": _TEXT, "evidence": _FILE}
            yield _Question(DECIDE, state.title, command)


def _own_proposals(actor: Actor) -> Iterator[_Question]:
    """What one administrator proposed, another one agrees to."""
    for each in enrolment.proposed(actor.organisation):
        command = {"person": str(each.person), "credential": each.proposal.credential}
        yield _Question("people.confirm_authenticator", each.person.identifier, command)


def _never(actor: Actor) -> Iterator[_Question]:
    """Who looks into what others decided decides nothing."""
    held = {says.authorisation: says for says in sight.authorisations(actor)}
    for authorisation, conditions in states_of(CONDITIONS, held).items():
        for condition in [c for c in conditions.all if c.is_open][:1]:
            command = {"authorisation": str(authorisation), "condition": condition.number, "accepted": True}
            about = _("Condition %(n)d of %(number)s") % {"n": condition.number, "number": held[authorisation].number}
            yield _Question(JUDGE, about, command)
        for stop in held[authorisation].stops_in_force[:1]:
            command = {"authorisation": str(authorisation), "suspension": stop.number, "evidence": _FILE}
            yield _Question(LIFT, held[authorisation].number, command)
