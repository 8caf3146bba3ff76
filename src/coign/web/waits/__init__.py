"""What waits for one person now; see README.md."""

from collections.abc import Callable, Collection, Sequence

from coign.kernel.values import Actor
from coign.records import reading as records
from coign.records.reading import NextStep
from coign.training.events import HOUSE, file_of
from coign.web import acting, kept, running
from coign.web.boards import Here, Matter, waiting_on_boards
from coign.web.reading import reader
from coign.web.storing.quarantine import out_of_quarantine
from coign.web.waits.access import access
from coign.web.waits.learning import attempts, courses, gaps, own, to_watch
from coign.web.waits.material import lots, suspects
from coign.web.waits.overseeing import authorisations, looks, programmes

#: More than a screen holds; what lies beyond comes up as these are done.
STEPS_MAX = 50
#: Besides the therapies in which something is under way, so many that were touched last are looked at.
NEWEST = 200

Find = Callable[[Actor], list[Matter]]

_MATTERS: Sequence[Find] = (
    authorisations, programmes, looks, suspects, lots, out_of_quarantine, access, attempts, courses, own, to_watch,
    gaps,
)  # fmt: skip


def roles(actor: Actor) -> list[str]:
    """The roles this person holds for this organisation now."""
    return sorted({g.role for g in acting.grants_of(actor) if g.organisation == actor.organisation})


def steps(actor: Actor) -> list[NextStep]:
    """Steps of therapies that somebody in one of these roles here can do now, oldest first; asked once a page."""
    return kept.once(("steps", actor.person, actor.organisation), lambda: _steps(actor))


def _steps(actor: Actor) -> list[NextStep]:
    held = roles(actor)
    if not held:
        return []
    ledger_id, house = running.service().ledger_id, str(actor.organisation)
    with reader().connection() as connection:
        return records.queue(connection, ledger_id, held, house, now=acting.now(), at_most=STEPS_MAX)


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
