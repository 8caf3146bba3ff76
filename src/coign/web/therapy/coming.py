"""What comes next in a therapy, who does it, and why not yet."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.errors import CoignError, GateAnswer
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Patient, Unit
from coign.kernel.values import Actor, Instant
from coign.people.views import OrganisationState
from coign.perform import Request
from coign.records.reading import NextStep
from coign.web import acting, running
from coign.web.forms.build import questions
from coign.web.links import reverse
from coign.web.roles import roles_words
from coign.web.therapy.dosing import bag_in_turn
from coign.web.therapy.known import known_values
from coign.web.therapy.sampling import sample_for
from coign.web.therapy.story import Story, name_of, place_words
from coign.web.therapy.track import local_day

CERTIFY = "quality.certify"
REVIEW_TRAIL = "quality.review_audit_trail"
#: Acts for which the sample of their test is scanned.
_ON_SAMPLES = frozenset({"quality.record_result", "quality.record_retest"})
#: Acts on a safety case: their page is the case itself, with its events and what is owed.
OF_CASES = frozenset({"safety.assess_causality", "safety.assess_expectedness", "safety.record_submission"})


@dataclass(frozen=True, slots=True)
class Coming:
    """One act that can come next."""

    step: NextStep
    action: Action[Any]
    mine: bool
    who: str
    #: From when to when it is to be done, where the protocol says so.
    when: str = ""

    @property
    def url(self) -> str:
        """Where it is done."""
        return address_of(self.step)


def address_of(step: NextStep) -> str:
    """The page of an act: certifying, and reading the audit trail, have pages of their own, line by line."""
    if step.action == CERTIFY:
        return reverse("release", args=[step.root])
    if step.action == REVIEW_TRAIL:
        return reverse("audit-trail", args=[step.root])
    if step.action in OF_CASES:
        return reverse("therapy-safety", args=[step.root])
    return reverse("do", args=[step.root, step.step])


def is_mine(step: NextStep, actor: Actor) -> bool:
    """Whether somebody in this role and organisation does this."""
    return actor.role in step.roles and step.organisation in ("", str(actor.organisation))


def coming(story: Story) -> list[Coming]:
    """What can come next, mine first; what opens on a later day comes last and is nobody's yet."""
    now = acting.now()
    found = [
        Coming(
            step,
            catalogue.ACTIONS[step.action],
            is_mine(step, story.actor) and not is_later(step, now),
            who_does(step),
            when(step, now),
        )
        for step in story.steps
        if step.action in catalogue.ACTIONS
    ]
    return sorted(found, key=lambda c: (not c.mine, is_later(c.step, now)))


def is_later(step: NextStep, now: Instant) -> bool:
    """Whether its window opens on a day that is still to come."""
    return step.opens > now


def is_overdue(step: NextStep, now: Instant) -> bool:
    """Whether its window is over."""
    return bool(step.closes) and step.closes <= now


def when(step: NextStep, now: Instant) -> str:
    """`from 3 MAR 2026 to 6 APR 2026`, `until 6 APR 2026`, `overdue since 6 APR 2026`; empty: whenever it suits."""
    if not step.closes:
        return ""
    last = local_day(Instant(step.closes).plus(days=-1))  # its last day counts
    if is_overdue(step, now):
        return _("overdue, the window ended on %s") % last
    if is_later(step, now):
        return _("from %(first)s to %(last)s") % {"first": local_day(Instant(step.opens)), "last": last}
    return _("until %s") % last


def who_does(step: NextStep, places: Mapping[Organisation, OrganisationState] | None = None) -> str:
    """`cell laboratory or warehouse at Nordhaven`; `places` saves a list of them a query for each."""
    if not step.organisation:
        return roles_words(step.roles)
    place = name_of(step.organisation) if places is None else place_words(step.organisation, places)
    return _("%(roles)s at %(place)s") % {"roles": roles_words(step.roles), "place": place}


def likely_command(story: Story, action: Action[Any]) -> dict[str, Any] | None:
    """The command as far as the therapy tells it: known values, and the bag or wristband that will be scanned.

    None when something is missing that only the person at the bench can know; then no gate is asked.
    """
    found: dict[str, Any] = {name: k.value for name, k in known_values(story, action).items()}
    for question in questions(action.command):
        if question.name in found or not question.required:
            continue
        expected = _expected(story, action, question.type)
        if expected is None:
            return None
        # Where every bag is scanned, all of them will be.
        found[question.name] = [str(u) for u in story.units_of("final_container")] if question.many else expected
    return found


def _expected(story: Story, action: Action[Any], kind: Any) -> str | None:
    if kind is Patient and story.sees_patient:
        return story.journey.patient
    if kind is Unit:
        if action.name.startswith("infusion.") and (bag := bag_in_turn(story)) is not None:
            return str(bag)
        if action.name in _ON_SAMPLES:
            tested = known_values(story, action).get("attribute")
            return None if tested is None or (found := sample_for(story, tested.value)) is None else str(found)
        units = [u for u, s in story.units.items() if not s.ended and s.kind != "sample"]
        return str(units[-1]) if units else None
    return None


def gates_now(story: Story, action: Action[Any]) -> list[GateAnswer] | None:
    """What every gate says about the likely command; None when it cannot be asked yet."""
    command = likely_command(story, action)
    if command is None:
        return None
    return ask(Request(action.name, story.actor, acting.new_key(), command))


def ask(request: Request) -> list[GateAnswer] | None:
    """The gates' answers; None when the question itself cannot be put."""
    try:
        return running.service().door.check(request)
    except CoignError:
        return None
