"""What an administrator does about accounts. What is regulated goes through the door; accounts only follow."""

from collections.abc import Mapping
from typing import Any

from django.db import connections, transaction

from coign.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.people.separation import ADMINISTRATOR
from coign.people.views import Authority
from coign.perform import Request
from coign.web import running
from coign.web.accounts import following, lockout, security_log, start
from coign.web.accounts.models import Account
from coign.web.accounts.opening import open_account

#: The record said no, so nothing of it is entered. After any other error it may be.
NOES = (Refused, Invalid, Forbidden, Conflict)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who joins: how they sign in, what is printed of them, and their first role."""

    sign_in: str
    name: str
    role: str
    until: str = ""

    @property
    def person(self) -> Person:
        """The identifier that is theirs for ever."""
        return Person.of(self.sign_in)


def take_on(newcomer: Newcomer, requests: list[Request], organisation: Organisation, by: Person) -> str:
    """Open an account and enter the person with their role, or neither; gives the start password, told once.

    The account comes first: what the record takes can then always be signed in to.
    """
    _must_be_new(newcomer)
    password = start.new_password()
    with transaction.atomic():
        account = open_account(
            newcomer.sign_in, person=newcomer.person, role=newcomer.role, organisation=organisation,
            full_name=newcomer.name,
        )  # fmt: skip
        start.give(account, password)
    connections.close_all()  # waiting for the door needs no connection
    try:
        running.service().door.perform_all(requests)
    except NOES:
        _withdraw(account)
        raise
    security_log.note("account.start_password_given", account.person, by=by)
    return password


def propose(newcomer: Newcomer, requests: list[Request]) -> None:
    """Enter somebody who shall be an administrator; their account is opened once a second one has agreed."""
    _must_be_new(newcomer)
    connections.close_all()
    running.service().door.perform_all(requests)


def _must_be_new(newcomer: Newcomer) -> None:
    if Account.objects.filter(person=str(newcomer.person)).exists():
        raise Conflict(f"{newcomer.sign_in} was given before: choose another sign-in name")


def _withdraw(account: Account) -> None:
    with transaction.atomic():
        user = account.user
        account.delete()
        user.delete()
        security_log.note("account.withdrawn", account.person, account=user.username)


def commands(newcomer: Newcomer, organisation: Organisation) -> list[tuple[str, Mapping[str, Any]]]:
    """What is entered about somebody who joins."""
    who = {"person": str(newcomer.person), "organisation": str(organisation)}
    registered = ("people.register_person", {**who, "name": newcomer.name})
    if newcomer.role == ADMINISTRATOR:
        return [registered, ("people.propose_administrator", {"person": who["person"]})]
    until = {"until": newcomer.until} if newcomer.until else {}
    return [registered, ("people.grant_role", {**who, "role": newcomer.role, **until})]


def open_for(person: Person, authority: Authority, by: Person) -> str:
    """An account for somebody whom the record knows; gives the start password, told once.

    Empty after two administrators agreed on how the person begins: each of the two is told one half.
    """
    if not authority.active or authority.organisation is None:
        raise NotFound(f"{person.identifier} is not active here")
    if Account.objects.filter(person=str(person)).exists():
        raise Conflict(f"{person.identifier} has an account")
    first = next((g for g in authority.grants if g.organisation == authority.organisation), None)
    if first is None:
        raise Conflict(f"{person.identifier} has no role: give one first, a sign-in begins with it")
    if not authority.reset_at:
        _needs_no_second(authority)
    password = "" if authority.reset_at else start.new_password()
    with transaction.atomic():
        account = open_account(person.identifier, person=person, role=first.role, organisation=authority.organisation)
        account.followed = authority.ended_at
        account.save(update_fields=["followed"])
        if password:
            start.give(account, password)
        else:
            start.give_in_halves(account, authority.reset_by)
    security_log.note("account.start_password_given", account.person, by=by)
    return password


def start_again(account: Account, authority: Authority, by: Person) -> str:
    """A further start password for somebody who never replaced the first one; gives it, told once."""
    if not account.start_password:
        raise Conflict("the owner has chosen a password of their own: only two administrators replace that")
    _needs_no_second(authority)
    password = start.new_password()
    start.give(account, password)
    security_log.note("account.start_password_given", account.person, by=by)
    return password


def _needs_no_second(authority: Authority) -> None:
    """One administrator who knows a whole start password could act as its owner: not where two were asked for."""
    if authority.reset_at or any(g.role == ADMINISTRATOR for g in authority.grants):
        raise Forbidden("this takes two administrators: one proposes a reset, the other agrees")


def unlock(account: Account, by: Person, why: str) -> None:
    """Open a locked account again, once somebody looked at what happened."""
    if not account.blocked:
        raise Conflict("this account is not locked")
    lockout.open_again(account, by, why)


def end_everything(account: Account, by: Person, why: str) -> int:
    """Every sign-in and token is over; how many sign-ins there were."""
    return following.end_everything(account, f"{by.identifier}: {why}")
