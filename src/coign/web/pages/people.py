"""People and access: who is here, and everything administrators do about their roles and accounts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from coign.kernel.errors import CoignError, Refused
from coign.kernel.values import Actor
from coign.people.separation import ADMINISTRATOR
from coign.web import acting
from coign.web.accounts import administration
from coign.web.accounts.administration import Newcomer
from coign.web.people import duties, roll
from coign.web.people import person as one
from coign.web.people.dates import end_of_day
from coign.web.people.roll import Clock, Entry
from coign.web.people.scope import administrator, for_administrators, person_seen
from coign.web.roles import role_words
from coign.web.setting_up import people_file
from coign.web.therapy.story import name_of

SHOWN_MAX = 200
SHOWS = {"attention": _("Needs attention"), "everybody": _("Everybody here"), "left": _("Left")}


@require_GET
@for_administrators
def every_person(request: HttpRequest) -> HttpResponse:
    """The people of the administrator's organisation."""
    actor = administrator(request)
    everybody, clock = roll.of_organisation(actor.organisation), Clock.here()
    show = request.GET.get("show", "") if request.GET.get("show", "") in SHOWS else "everybody"
    text = request.GET.get("q", "").strip()[:80]
    found = [e for e in everybody if _is_shown(e, show) and _is_meant(e, text)]
    counts = {key: sum(_is_shown(e, key) for e in everybody) for key in SHOWS}
    context = {
        "rows": [_row(e, actor, clock) for e in found[:SHOWN_MAX]],
        "more": max(len(found) - SHOWN_MAX, 0),
        "show": show,
        "q": text,
        "shows": [(key, label, counts[key]) for key, label in SHOWS.items()],
        "here": name_of(actor.organisation),
        "duties": duties.matrix(),
    }
    return render(request, "pages/people.html", context)


def _is_shown(entry: Entry, show: str) -> bool:
    if show == "left":
        return entry.state.left
    return not entry.state.left and (show == "everybody" or bool(entry.matters))


def _is_meant(entry: Entry, text: str) -> bool:
    return text.casefold() in f"{entry.name} {entry.person.identifier}".casefold()


def _row(entry: Entry, actor: Actor, clock: Clock) -> dict[str, Any]:
    account, held = entry.account, roll.roles_here(entry.state, actor.organisation)
    return {
        "entry": entry,
        "roles": [
            {"words": role_words(g.role), "until": g.until.moment if g.until is not None else None} for g in held
        ],
        "review_due": min(clock.review_due(g) for g in held).moment if held else None,
        "last_sign_in": account.user.last_login if account is not None else None,
        "factors": [one.FACTORS[f] for f in sorted(entry.factors) if f in one.FACTORS],
        "keys": len(entry.state.credentials),
    }


@require_GET
@for_administrators
def one_person(request: HttpRequest, name: str) -> HttpResponse:
    """One person, with everything that can be done about them."""
    actor = administrator(request)
    person, state = person_seen(name, actor)
    context = one.page_of(person, state, actor) | {"key": acting.new_key()}
    return render(request, "pages/person.html", context)


# Somebody who joins


class NewcomerForm(forms.Form):
    """Who joins, and their first role."""

    sign_in = forms.CharField(
        label=_("Sign-in name"),
        help_text=_("%s; it stands in every record, is never changed and never given again") % people_file.SIGN_IN_HINT,
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write a sign-in name.")},
    )
    name = forms.CharField(
        label=_("Name as printed"),
        max_length=people_file.NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the name as it is to be printed.")},
    )
    role = forms.ChoiceField(
        label=_("First role"),
        choices=lambda: [("", "—"), *one.role_choices(), (ADMINISTRATOR, _("administrator: a second one agrees"))],
        error_messages={"required": _("Choose a role; more can be given later.")},
    )
    until = forms.CharField(
        label=_("Until"),
        required=False,
        help_text=_("the last day; leave it empty when the role does not end"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_sign_in(self) -> str:
        """In the form that all sign-in names have."""
        text = str(self.cleaned_data["sign_in"])
        if defect := people_file.sign_in_defect(text):
            raise forms.ValidationError(defect)
        return text

    def clean_name(self) -> str:
        """What can be printed."""
        text = str(self.cleaned_data["name"])
        if defect := people_file.name_defect(text):
            raise forms.ValidationError(defect)
        return text

    def clean_until(self) -> str:
        """The end of that day, as the record has it."""
        text = str(self.cleaned_data["until"])
        if not text:
            return ""
        end = end_of_day(text)
        if end is None or end <= acting.now():
            raise forms.ValidationError(_("Give a day that lies ahead."))
        return str(end)

    def clean(self) -> dict[str, Any]:
        """What the values say together."""
        if self.cleaned_data.get("role") == ADMINISTRATOR and self.cleaned_data.get("until"):
            self.add_error("until", _("Leave it empty: an administrator's role is taken away, it does not run out."))
        return self.cleaned_data


@require_http_methods(["GET", "POST"])
@for_administrators
def new_person(request: HttpRequest) -> HttpResponse:
    """Register somebody, give them a role and open their account, in one go."""
    actor = administrator(request)
    if request.method == "GET":
        return render(request, "pages/person_new.html", {"form": NewcomerForm(), "here": name_of(actor.organisation)})
    form = NewcomerForm(request.POST)
    if form.is_valid():
        newcomer = Newcomer(**form.cleaned_data)
        try:
            return _taken_on(request, newcomer, actor)
        except administration.NOES as no:
            for sentence in _sentences(no):
                form.add_error(None, sentence)
    context = {"form": form, "here": name_of(actor.organisation)}
    return render(request, "pages/person_new.html", context, status=422)


def _taken_on(request: HttpRequest, newcomer: Newcomer, actor: Actor) -> HttpResponse:
    key = acting.new_key()
    asked = [
        acting.request_for(request, name, command, nonce=f"{key}-{n}")
        for n, (name, command) in enumerate(administration.commands(newcomer, actor.organisation))
    ]
    if newcomer.role == ADMINISTRATOR:
        administration.propose(newcomer, asked)
        messages.success(request, gettext("Registered and proposed. A second administrator agrees on this page."))
        return HttpResponseRedirect(reverse("person", args=[newcomer.sign_in]))
    password = administration.take_on(newcomer, asked, actor.organisation, actor.person)
    return started(request, newcomer.name, newcomer.sign_in, password)


def _sentences(no: CoignError) -> list[str]:
    if isinstance(no, Refused):
        return [f"{gate.message}. {gate.remedy}" for gate in no.gates]
    return [no.message]


def started(request: HttpRequest, name: str, sign_in: str, password: str) -> HttpResponse:
    """A start password, shown once."""
    return render(
        request, "pages/start_password.html", {"name": name, "sign_in": sign_in, "password": password, "half": 0}
    )  # fmt: skip
