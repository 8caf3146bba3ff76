"""What waits for one person now; see README.md."""

from collections.abc import Callable, Collection, Sequence

from coign import rulesets
from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor
from coign.records import reading as records
from coign.records.reading import NextStep
from coign.training.events import HOUSE, file_of
from coign.web import acting, running
from coign.web.boards import Here, Matter, waiting_on_boards
from coign.web.oversight.sight import jurisdiction_of
from coign.web.reading import reader
from coign.web.waits.access import access
from coign.web.waits.learning import attempts, courses, gaps, own, to_watch
from coign.web.waits.material import lots, suspects
from coign.web.waits.overseeing import authorisations, looks, programmes

#: More than a screen holds; what lies beyond comes up as these are done.
STEPS_MAX = 50
#: Besides the therapies in which something is under way, so many that were touched last are looked at.
NEWEST = 200

#: The destination says whose these are: a qualified person's, or the quality unit's.
RELEASES = frozenset({"quality.certify", "quality.supply_under_exception"})

Find = Callable[[Actor], list[Matter]]

_MATTERS: Sequence[Find] = (
    authorisations, programmes, looks, suspects, lots, access, attempts, courses, own, to_watch, gaps,
)  # fmt: skip


def roles(actor: Actor) -> list[str]:
    """The roles this person holds for this organisation now."""
    return sorted({g.role for g in acting.grants_of(actor) if g.organisation == actor.organisation})


def steps(actor: Actor) -> list[NextStep]:
    """Steps of therapies that somebody in one of this person's roles here can do now, oldest first."""
    held = roles(actor)
    if not held:
        return []
    ledger_id, house = running.service().ledger_id, str(actor.organisation)
    with reader().connection() as connection:
        found = records.queue(connection, ledger_id, held, house, at_most=STEPS_MAX)
        releases = [s.root for s in found if s.action in RELEASES]
        centres = {r: j.centre for r, j in records.journeys_at(connection, ledger_id, releases, house).items()}
    return [s for s in found if s.action not in RELEASES or releaser_for(centres[s.root]) in ("", *held)]


def releaser_for(centre: str) -> str:
    """The role that releases for patients of a centre, by the rules of where it is; empty: no rules are known."""
    place = jurisdiction_of(Organisation(centre))
    return rulesets.load().text("release.role", acting.now(), place) if place else ""


def matters(actor: Actor, *, without: Collection[Find] = ()) -> list[Matter]:
    """What waits for somebody besides steps of therapies and what stands on their boards."""
    if acting.lacks(actor) is not None:
        return []
    reader().look_ahead([actor.person, actor.organisation, file_of(actor.person), HOUSE])
    return [matter for of in _MATTERS if of not in without for matter in of(actor)]


def how_many(actor: Actor) -> int:
    """So many things wait for this person: as many as the first page counts."""
    if acting.lacks(actor) is not None:
        return 0
    return len(steps(actor)) + len(matters(actor)) + len(waiting_on_boards(here_of(actor)))


def here_of(actor: Actor) -> Here:
    """This person before the therapies of their organisation."""
    with reader().connection() as connection:
        ledger_id, house = running.service().ledger_id, str(actor.organisation)
        return Here(actor, records.in_hand(connection, ledger_id, house, newest=NEWEST))
