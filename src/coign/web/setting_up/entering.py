"""Enters a plan: accounts first, then the whole record of it in one commit.

In this order an interruption never leaves an installation that is set up and that nobody can sign in to. An account
alone can do nothing: what its owner may do is asked of the record.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from coign.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.service import first_start
from coign.web.accounts import passwords, security_log, start
from coign.web.accounts.models import Account
from coign.web.accounts.opening import open_account
from coign.web.setting_up import link
from coign.web.setting_up.plan import Administrator, Member, Plan

if TYPE_CHECKING:
    from coign.service import Service

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
        account.user.password = make_password(admin.password)
        account.user.save(update_fields=["password"])
        account.stands_alone, account.start_password = passwords.stands_alone(admin.password), False
        account.password_set = timezone.now()
        account.save(update_fields=["stands_alone", "start_password", "password_set"])
    opened: set[str] = set()
    for member in plan.members:
        if member.sign_in in opened:
            continue
        opened.add(member.sign_in)
        account = _account(plan, member, member.role)
        password = start.new_password()
        start.give(account, password)
        yield Start(member.sign_in, member.name, password)


def _account(plan: Plan, who: Administrator | Member, role: str) -> Account:
    """A new account, or that of an attempt that was interrupted: with what is said now, in place of what was said."""
    account = open_account(
        who.sign_in, person=Person.of(who.sign_in), role=role, organisation=plan.organisation, full_name=who.name
    )
    account.role, account.organisation = role, str(plan.organisation)
    account.user.last_name = who.name
    account.user.save(update_fields=["last_name"])
    account.save(update_fields=["role", "organisation"])
    return account


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
