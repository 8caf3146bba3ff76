"""The administrators' page about signing keys: enrol what people ask for, agree to it, end what owners gave up."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from coign.kernel.errors import Forbidden, Invalid, NotFound
from coign.kernel.subjects import Person
from coign.perform import Done
from coign.web import acting
from coign.web.accounts.models import Account
from coign.web.forms.build import FileHash
from coign.web.signing import enrolment, hosts, keys
from coign.web.signing.models import KeyRequest
from coign.web.signing.webauthn import WEBAUTHN, host_in

ADMINISTRATOR = "admin"


class Evidence(forms.Form):
    """What the administrator looked at; the record keeps the hash of the file."""

    evidence = FileHash(
        label=_("Proof of identity"),
        help_text=_("The signed form or record of the check. The record keeps its hash; keep the file yourselves."),
        error_messages={"required": _("Choose the file that shows who the person is.")},
    )


@require_http_methods(["GET", "POST"])
def signing_keys(request: HttpRequest) -> HttpResponse:
    """What waits, and the buttons that do it."""
    administrators_only(request)
    if request.method == "GET":
        return _page(request)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid.at("step", f"expected one of {', '.join(STEPS)}")
    return step(request) or HttpResponseRedirect(reverse("signing-keys"))


def administrators_only(request: HttpRequest) -> None:
    """`Forbidden` for everybody else."""
    acting.sees_for(request)
    if acting.actor_of(request).role != ADMINISTRATOR:
        raise Forbidden("this page is for administrators: act in that role if you hold it")


def _page(request: HttpRequest, wrong: tuple[int, Evidence] | None = None) -> HttpResponse:
    actor = acting.actor_of(request)
    own, house = actor.person, actor.organisation
    context = {
        "waiting": [_waiting(row, own, wrong) for row in enrolment.waiting(KeyRequest.Wish.ENROL, house)],
        "proposed": [_proposed(p, own) for p in enrolment.proposed(house)],
        "given_up": [_row(row) for row in enrolment.waiting(KeyRequest.Wish.REVOKE, house)],
        "host": hosts.host_of(request),
        "key": acting.new_key(),
    }
    return render(request, "pages/signing_keys.html", context, status=422 if wrong is not None else 200)


def _row(row: KeyRequest) -> dict[str, Any]:
    return _key(row.person, row.credential, row.method, row.public_key) | {
        "pk": row.pk, "label": row.label, "asked": row.asked,
    }  # fmt: skip


def _waiting(row: KeyRequest, own: Person, wrong: tuple[int, Evidence] | None) -> dict[str, Any]:
    form = wrong[1] if wrong is not None and wrong[0] == row.pk else Evidence(auto_id=f"evidence-{row.pk}-%s")
    return _row(row) | {"form": form, "own": row.person == own}


def _proposed(found: enrolment.Proposed, own: Person) -> dict[str, Any]:
    proposal = found.proposal
    return _key(found.person, proposal.credential, proposal.method, proposal.public_key) | {
        "proposed_by": proposal.proposed_by.identifier,
        "own": own in (found.person, proposal.proposed_by),
    }


def _key(person: Person, credential: str, method: str, public_key: str) -> dict[str, Any]:
    account = Account.objects.select_related("user").filter(person=str(person)).first()
    return {
        "person": person,
        "name": account.user.get_full_name() if account is not None else "",
        "credential": credential,
        "method": method,
        "kind": KINDS.get(method, method),
        "host": host_in(public_key),
        "fingerprint": enrolment.fingerprint(public_key),
    }


KINDS: Mapping[str, Any] = {
    WEBAUTHN: _("Passkey"),
    keys.ATTESTED: _("Password and code; the server signs for them, and the record says so"),
    "ed25519": _("Device"),
}


# Steps


def _propose(request: HttpRequest) -> HttpResponse | None:
    row = _asked(request, KeyRequest.Wish.ENROL)
    form = Evidence(request.POST, request.FILES, auto_id=f"evidence-{row.pk}-%s")
    if not form.is_valid():
        return _page(request, (row.pk, form))
    _do(
        request, "people.propose_authenticator",
        person=row.person, credential=row.credential, method=row.method, public_key=row.public_key,
        evidence=form.cleaned_data["evidence"],
    )  # fmt: skip
    return None


def _agree(request: HttpRequest) -> None:
    """To exactly what the page showed: a proposal that was replaced since then has another fingerprint."""
    person, credential = request.POST.get("person", ""), request.POST.get("credential", "")
    waiting = enrolment.proposed(acting.actor_of(request).organisation)
    found = next((p for p in waiting if (p.person, p.proposal.credential) == (person, credential)), None)
    if found is None or enrolment.fingerprint(found.proposal.public_key) != request.POST.get("fingerprint"):
        raise NotFound("this does not wait any more, or is not what the page showed: look again")
    _do(request, "people.confirm_authenticator", person=found.person, credential=credential)
    KeyRequest.objects.filter(credential=credential, wish=KeyRequest.Wish.ENROL).delete()


def _decline(request: HttpRequest) -> None:
    enrolment.decline(_asked(request, KeyRequest.Wish.ENROL), acting.actor_of(request).person)


def _revoke(request: HttpRequest) -> None:
    row = _asked(request, KeyRequest.Wish.REVOKE)
    _do(request, "people.revoke_authenticator", person=row.person, credential=row.credential)
    row.delete()


STEPS: Mapping[str, Callable[[HttpRequest], HttpResponse | None]] = {
    "propose": _propose, "agree": _agree, "decline": _decline, "revoke": _revoke,
}  # fmt: skip


def _asked(request: HttpRequest, wish: KeyRequest.Wish) -> KeyRequest:
    rows = enrolment.waiting(wish, acting.actor_of(request).organisation)
    found = next((row for row in rows if str(row.pk) == request.POST.get("request")), None)
    if found is None:
        raise NotFound("this does not wait any more: somebody saw to it already")
    return found


def _do(request: HttpRequest, action: str, **command: Any) -> Done:
    asked = acting.request_for(request, action, command, nonce=request.POST.get("key") or acting.new_key())
    return acting.perform(asked)
