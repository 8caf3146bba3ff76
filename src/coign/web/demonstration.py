"""What only a demonstration has: a tray of things to scan, a clock that moves, and going on as somebody else.

A ledger that is no demonstration has none of it, whatever is asked: the record's first entry decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from coign.demo import accounts, people, player, tray
from coign.demo.people import Account as Job
from coign.kernel.errors import CoignError, GateAnswer, NotFound
from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor
from coign.people.views import AUTHORITY
from coign.web import acting, running, waits
from coign.web.accounts.models import Account
from coign.web.reading import reader


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who could do the next act, and what stands against it now."""

    account: str
    name: str
    role: str
    unmet: Sequence[GateAnswer]


@dataclass(frozen=True, slots=True)
class Shown(accounts.SignIn):
    """An account with how much waits for whoever signs in under it: as much as their first page counts."""

    can_do_now: int


def is_on() -> bool:
    """Whether this record calls itself a demonstration."""
    return running.service().demonstration


def suggested(root: str, step: str) -> Suggestion | None:
    """The person whose turn it is in a demonstration; None when there is none, or this is no demonstration."""
    if not is_on():
        return None
    try:
        found = player.next_command(running.service(), root, step)
    except CoignError:  # nobody can do it now: the page then names the role alone
        return None
    account = Account.objects.select_related("user").filter(person=found.actor.person, demonstration=True).first()
    if account is None:
        return None
    return Suggestion(account.user.username, name_of(account), found.actor.role, found.unmet)


def name_of(account: Account) -> str:
    """How a person is called."""
    return account.user.get_full_name() or account.user.username


def demonstration_account(name: str) -> Account:
    """An account of the demonstration by its name; `NotFound` for any other, and in any other record."""
    found = Account.objects.select_related("user").filter(user__username=name, demonstration=True).first()
    if found is None or not is_on():
        raise NotFound(f"there is no demonstration account {name}")
    return found


def tray_of(request: HttpRequest, account: Account) -> dict[str, Sequence[Any]] | None:
    """The physical things in front of this person, for the `tray` building block."""
    if not is_on() or not account.demonstration:
        return None
    organisation = Organisation(request.session.get(acting.ORGANISATION, account.organisation))
    root = request.resolver_match.kwargs.get("root", "") if request.resolver_match else ""
    held = reader().state(AUTHORITY, account.subject)
    queue = None if root else [step.root for step in waits.steps(Actor(account.subject, account.role, organisation))]
    things = tray.tray(running.service(), account.subject, organisation, root, held, queue)
    return {"things": things} if things else None


def accounts_shown(jobs: Sequence[Job] = people.LISTED) -> list[Shown]:
    """Everybody one can be in a demonstration, with password and code; nobody in any other record."""
    if not is_on():
        return []
    service = running.service()
    counted = _counted(service.ledger_id, reader().head().size)
    return [Shown(**asdict(one), can_do_now=counted[one.account]) for one in accounts.listed(service, jobs)]


@lru_cache(maxsize=1)
def _counted(ledger_id: int, entries: int) -> Mapping[str, int]:
    """How much waits for each account; counted anew when the record has grown, not at each look at the sign-in page."""
    return {job.account: waits.how_many(job.actor) for job in people.ON_THE_PAGE}
