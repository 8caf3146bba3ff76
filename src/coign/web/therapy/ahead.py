"""What will come to somebody once others have done theirs: the next steps of a role beyond those that are open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coign import rulesets
from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor
from coign.programmes.model import JourneyStep
from coign.records.journey import Destination, Journey, open_steps, organisation_for
from coign.web import acting
from coign.web.oversight.sight import jurisdiction_of
from coign.web.therapy.story import programme_of

SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Ahead:
    """One step that this role will do, and what stands open before it."""

    root: str
    action: str
    title: str
    after: str
    by: Sequence[str]
    #: How many steps lie between now and then.
    away: int


def ahead(journeys: Iterable[Journey], actor: Actor, at_most: int = SHOWN_MAX) -> list[Ahead]:
    """The next step of this role in each therapy, the nearest first."""
    shown = list(journeys)
    places = {centre: destination_at(Organisation(centre)) for centre in {j.centre for j in shown}}
    found = [a for j in shown if (a := _in(j, actor, places[j.centre])) is not None]
    return sorted(found, key=lambda a: a.away)[:at_most]


def _in(journey: Journey, actor: Actor, there: Destination) -> Ahead | None:
    programme = programme_of(journey)
    if programme is None:
        return None
    now = open_steps(journey, programme)
    rest = [s for s in programme.journey if s.id not in journey.done and not s.optional]
    for away, step in enumerate(rest):
        if actor.role in there.roles_of(step) and _is_here(journey, step, actor) and step not in now:
            before = now[0] if now else None
            after, by = (before.title, there.roles_of(before)) if before is not None else ("", ())
            return Ahead(journey.root, step.action, step.title, after, by, away)
    return None


def destination_at(centre: Organisation) -> Destination:
    """What the rules say now of products for a centre's patients; nothing where none are known."""
    place, rules, now = jurisdiction_of(centre), rulesets.load(), acting.now()
    return (
        Destination(*(rules.text(name, now, place) for name in ("release.role", "exception.way")))
        if place
        else Destination()
    )


def _is_here(journey: Journey, step: JourneyStep, actor: Actor) -> bool:
    """Whether this organisation does the step in this therapy."""
    return organisation_for(journey, step) in ("", str(actor.organisation))
