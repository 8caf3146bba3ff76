"""What the buttons of a person's page do. What is regulated goes through the door; the account follows the record."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coign.kernel.errors import Conflict, Invalid, NotFound
from coign.kernel.subjects import Person
from coign.kernel.values import Actor
from coign.people.views import AUTHORITY, Authority
from coign.web import acting
from coign.web.accounts import administration, following, security_log, start
from coign.web.accounts.models import Account
from coign.web.pages.people import started
from coign.web.people.dates import end_of_day
from coign.web.people.scope import administrator, for_administrators, person_seen
from coign.web.reading import reader

WHY_LENGTH_MAX = 300


class Act:
    """One button pressed: by whom, about whom, with what."""

    def __init__(self, request: HttpRequest, actor: Actor, person: Person, state: Authority) -> None:
        self.request, self.actor, self.person, self.state = request, actor, person, state

    def text(self, name: str) -> str:
        """A value of the form that must be there."""
        found = self.request.POST.get(name, "").strip()
        if not found:
            raise Invalid.at(name, "is missing")
        return found

    def why(self) -> str:
        """The reason that the security log keeps."""
        found = self.text("why")
        if len(found) > WHY_LENGTH_MAX:
            raise Invalid.at("why", f"at most {WHY_LENGTH_MAX} characters")
        return found

    def account(self) -> Account:
        """The person's account, if their own organisation looks after it."""
        found = Account.objects.select_related("user").filter(person=str(self.person)).first()
        if found is None or self.state.organisation != self.actor.organisation:
            raise NotFound(f"{self.person.identifier} has no account that you look after")
        return found

    def perform(self, action: str, **command: Any) -> None:
        """Through the door; then the account follows what the record says."""
        asked = acting.request_for(
            self.request, action, {"person": str(self.person), **command},
            nonce=self.request.POST.get("key") or acting.new_key(),
        )  # fmt: skip
        acting.perform(asked)
        account = Account.objects.filter(person=str(self.person)).first()
        if account is not None:
            following.authority(account)


@require_POST
@for_administrators
def act(request: HttpRequest, name: str, what: str) -> HttpResponse:
    """Do one thing about one person, then show them again."""
    actor = administrator(request)
    person, state = person_seen(name, actor)
    step = ACTS.get(what)
    if step is None:
        raise NotFound("there is nothing at this address")
    done = step(Act(request, actor, person, state))
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, done)
    return HttpResponseRedirect(reverse("person", args=[name]))


Done = HttpResponse | str


def _grant(asked: Act) -> Done:
    command = {"role": asked.text("role"), "organisation": str(asked.actor.organisation)}
    day = asked.request.POST.get("until", "").strip()
    if day:
        end = end_of_day(day)
        if end is None or end <= acting.now():
            raise Invalid.at("until", "expected a day that lies ahead, such as 2027-12-31")
        command["until"] = str(end)
    asked.perform("people.grant_role", **command)
    return _("The role is given.")


def _revoke(asked: Act) -> Done:
    asked.perform("people.revoke_role", role=asked.text("role"), organisation=str(asked.actor.organisation))
    return _("The role is taken away. It counts at once.")


def _confirm_access(asked: Act) -> Done:
    asked.perform("people.confirm_access")
    return _("Reviewed: the access is still needed.")


def _end_access(asked: Act) -> Done:
    asked.perform("people.end_access")
    return _("Reviewed: the access has ended, and with it every sign-in.")


def _leave(asked: Act) -> Done:
    asked.perform("people.record_leaving")
    return _("Recorded: the person left. Every sign-in and token ended; the name is never given again.")


def _propose_reset(asked: Act) -> Done:
    asked.perform("people.propose_reset", why=asked.text("why"))
    return _("Proposed. Nothing has changed yet: a second administrator agrees on this page.")


def _agree_to_reset(asked: Act) -> Done:
    asked.perform("people.agree_to_reset")
    return _("Reset. You and whoever proposed it are each told one half of the start password.")


def _propose_administrator(asked: Act) -> Done:
    asked.perform("people.propose_administrator")
    return _("Proposed. A second administrator agrees on this page.")


def _agree_to_administrator(asked: Act) -> Done:
    asked.perform("people.agree_to_administrator")
    return _("Agreed. You and whoever proposed it are each told one half of a new start password.")


def _revoke_key(asked: Act) -> Done:
    asked.perform("people.revoke_authenticator", credential=asked.text("credential"))
    return _("It signs nothing from now on, and every sign-in ended.")


def _unlock(asked: Act) -> Done:
    administration.unlock(asked.account(), asked.actor.person, asked.why())
    return _("Unlocked. Password and second factor are as they were.")


def _end_everything(asked: Act) -> Done:
    administration.end_everything(asked.account(), asked.actor.person, asked.why())
    return _("Every sign-in and token has ended.")


def _open_account(asked: Act) -> Done:
    if asked.state.organisation != asked.actor.organisation:
        raise NotFound(f"{asked.person.identifier} is not of your organisation")
    state = reader().state(AUTHORITY, asked.person)
    password = administration.open_for(asked.person, state, asked.actor.person)
    if not password:
        return _("The account is open. The two who agreed are each told one half of the start password.")
    return started(asked.request, asked.person.identifier, asked.person.identifier, password)


def _start_again(asked: Act) -> Done:
    account = asked.account()
    password = administration.start_again(account, asked.state, asked.actor.person)
    return started(asked.request, account.user.get_full_name(), account.user.username, password)


def _half(asked: Act) -> Done:
    account = asked.account()
    told = start.tell_half(account, asked.actor.person)
    if told is None:
        raise Conflict("your half of the start password was told already, or there is none for you")
    number, letters = told
    security_log.note("account.half_told", account.person, to=asked.actor.person, half=number)
    context = {
        "name": account.user.get_full_name(), "sign_in": account.user.username, "password": letters, "half": number
    }  # fmt: skip
    return render(asked.request, "pages/start_password.html", context)


ACTS: Mapping[str, Callable[[Act], Done]] = {
    "grant": _grant,
    "revoke": _revoke,
    "confirm-access": _confirm_access,
    "end-access": _end_access,
    "leave": _leave,
    "propose-reset": _propose_reset,
    "agree-to-reset": _agree_to_reset,
    "propose-administrator": _propose_administrator,
    "agree-to-administrator": _agree_to_administrator,
    "revoke-key": _revoke_key,
    "unlock": _unlock,
    "end-everything": _end_everything,
    "open-account": _open_account,
    "start-again": _start_again,
    "half": _half,
}
