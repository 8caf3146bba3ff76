"""Enters a plan: accounts first, then the whole record of it in one commit.

In this order an interruption never leaves an installation that is set up and that nobody can sign in to. An account
alone can do nothing: what its owner may do is asked of the record.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import ScryptPasswordHasher, make_password
from django.db import transaction

from coign.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from coign.kernel.subjects import Person
from coign.service import first_start
from coign.web.accounts import passwords, security_log
from coign.web.accounts.models import Account
from coign.web.accounts.opening import open_account
from coign.web.setting_up import link
from coign.web.setting_up.plan import Administrator, Member, Plan

if TYPE_CHECKING:
    from coign.service import Service

#: Without letters that are mistaken for one another when read off a sheet of paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 4
#: Start passwords hold 79 random bits and are replaced at the first sign-in: a quick hash is enough for them.
_WORK_FACTOR = 2**10
#: The record said no, so nothing of the plan is in it. After any other error it may be.
NOES = (Refused, Invalid, Forbidden, Conflict)


@dataclass(frozen=True, slots=True)
class Start:
    """How somebody signs in for the first time; told once and kept nowhere."""

    sign_in: str
    name: str
    password: str


def enter(service: "Service", plan: Plan) -> list[Start]:
    """Everything of the plan, or nothing. Gives the start passwords of everybody but the administrators."""
    with first_start.one_at_a_time(service.database.application_dsn):  # two who have the link must not mix
        if not link.is_open(service):
            raise NotFound("set-up is finished")
        before = set(Account.objects.values_list("person", flat=True))
        with transaction.atomic():
            started = list(_open_accounts(plan))
        try:
            service.door.perform_all(plan.requests())
        except NOES:
            _withdraw(plan, before)
            raise
    return started


def _open_accounts(plan: Plan) -> Iterator[Start]:
    for admin in plan.administrators:
        account = _account(plan, admin, "admin")
        _set_password(account, make_password(admin.password), alone=passwords.stands_alone(admin.password))
    opened: set[str] = set()
    for member in plan.members:
        if member.sign_in in opened:
            continue
        opened.add(member.sign_in)
        password = _start_password()
        hasher = ScryptPasswordHasher()
        hashed = hasher.encode(password, hasher.salt(), n=_WORK_FACTOR)
        _set_password(_account(plan, member, member.role), hashed, alone=passwords.stands_alone(password), start=True)
        yield Start(member.sign_in, member.name, password)


def _account(plan: Plan, who: Administrator | Member, role: str) -> Account:
    """A new account, or that of an attempt that was interrupted: with what is said now, in place of what was said."""
    account = open_account(
        who.sign_in, person=Person.of(who.sign_in), role=role, organisation=plan.organisation, full_name=who.name
    )
    account.role, account.organisation = role, str(plan.organisation)
    account.user.last_name = who.name
    return account


def _set_password(account: Account, hashed: str, *, alone: bool, start: bool = False) -> None:
    account.user.password = hashed
    account.user.save(update_fields=["password", "last_name"])
    account.stands_alone, account.start_password = alone, start
    account.save(update_fields=["role", "organisation", "stands_alone", "start_password"])


def _start_password() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _withdraw(plan: Plan, before: set[str]) -> None:
    """Accounts that this attempt opened for people whom the record did not take."""
    everybody: tuple[Administrator | Member, ...] = (*plan.administrators, *plan.members)
    opened = {str(Person.of(who.sign_in)) for who in everybody} - before
    with transaction.atomic():
        for account in Account.objects.select_related("user").filter(person__in=opened):
            user = account.user
            account.delete()
            user.delete()
            security_log.note("account.withdrawn", account.person, account=user.username)
