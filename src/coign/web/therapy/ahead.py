"""What will come to somebody once others have done theirs: the next steps of a role beyond those that are open."""

from collections.abc import Iterable, Iterator, Sequence

from coign import rulesets
from coign.kernel.frozen import dataclass
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
    """The next step of this role in each therapy, the nearest first; no more are looked into than it takes."""
    shown = list(journeys)
    there = {centre: destination_at(Organisation(centre)) for centre in {j.centre for j in shown}}
    could = [(first, j) for j in shown if (first := next(_steps_of(j, actor, there[j.centre]), None)) is not None]
    found: list[Ahead] = []
    for (nearest, _step), journey in sorted(could, key=lambda each: each[0][0]):
        if sum(a.away <= nearest for a in found) >= at_most:
            break
        if (one := _in(journey, actor, there[journey.centre])) is not None:
            found.append(one)
    return sorted(found, key=lambda a: a.away)[:at_most]


def _steps_of(journey: Journey, actor: Actor, there: Destination) -> Iterator[tuple[int, JourneyStep]]:
    """What this role still has to do here in a therapy, each with how many steps lie before it."""
    programme = programme_of(journey)
    rest = [s for s in programme.journey if s.id not in journey.done and not s.optional] if programme else []
    return ((n, s) for n, s in enumerate(rest) if actor.role in there.roles_of(s) and _is_here(journey, s, actor))


def _in(journey: Journey, actor: Actor, there: Destination) -> Ahead | None:
    programme = programme_of(journey)
    assert programme is not None
    now = open_steps(journey, programme)
    for away, step in _steps_of(journey, actor, there):
        if step not in now:
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
