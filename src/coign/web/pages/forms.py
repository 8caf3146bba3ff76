"""The generated form of every action: ask, check, sign, do; and why something cannot be done."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.errors import CoignError, Forbidden, Invalid, Refused
from coign.perform import Request
from coign.web import acting, correcting, running
from coign.web.api.actions import action_named
from coign.web.forms import build
from coign.web.pages import signed
from coign.web.pages.refusals import gate_words, refusal_words
from coign.web.signing import sign as signing
from coign_verify.intent import intent_hash

#: Pages that find out what these need: by a scan of the pack, from the key that waits.
ASKED_AT = {
    "supply.check_pack": "packs", "supply.use_pack": "packs", "supply.register_pack": "packs",
    "people.propose_authenticator": "signing-keys",
}  # fmt: skip


@require_GET
def every_action(request: HttpRequest) -> HttpResponse:
    """Every action there is, by domain."""
    return render(request, "pages/actions.html", {"domains": _by_domain(None), "role": acting.actor_of(request).role})


def _by_domain(role: str | None) -> dict[str, list[Action[Any]]]:
    found: dict[str, list[Action[Any]]] = {}
    for action in catalogue.ACTIONS.values():
        if role is None or role in action.roles:
            found.setdefault(action.domain, []).append(action)
    return found


@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for what the action needs, then do it or show what is to be signed."""
    action, actor = action_named(name), acting.actor_of(request)
    known = {key: str(value) for key, value in request.GET.items() if value}
    missing = build.missing(action, actor, known)
    if missing and name in ASKED_AT and actor.role in action.roles:
        return HttpResponseRedirect(reverse(ASKED_AT[name]))
    if missing:
        return _page(request, action, None, missing=missing)
    made = build.form_class(action, actor, known)
    if request.method == "GET":
        return _page(request, action, made())
    filled = made(request.POST, request.FILES)
    screen = _screen(request)
    if screen + 1 < len(build.screens(filled.questions)):
        return _next_screen(request, action, filled, screen)
    return _submitted(request, action, filled) if filled.is_valid() else _page(request, action, filled, screen=screen)


def _screen(request: HttpRequest) -> int:
    text = request.POST.get("screen", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0


def _next_screen(request: HttpRequest, action: Action[Any], filled: build.CommandForm, screen: int) -> HttpResponse:
    """Go on once what was asked so far can be understood."""
    so_far = {name for names in build.screens(filled.questions)[: screen + 1] for name in names}
    if so_far & set(filled.errors):
        return _page(request, action, filled, screen=screen)
    for name in set(filled.errors) - so_far:
        del filled.errors[name]  # not asked yet
    return _page(request, action, filled, screen=screen + 1)


def _submitted(request: HttpRequest, action: Action[Any], filled: build.CommandForm) -> HttpResponse:
    asked = acting.request_for(
        request,
        action.name,
        filled.command,
        nonce=request.POST.get("key") or acting.new_key(),
        reason=request.POST.get("reason", ""),
    )
    try:
        if action.meaning is not None:
            prepared = running.service().door.prepare(asked)
            files = {filled.command.get(n): f.name for n, f in request.FILES.items() if isinstance(f, UploadedFile)}
            written = signed.written_in(prepared.intent, asked.command, asked.reason, files)
            return _sign_page(request, action, prepared.intent, written)
        done = acting.perform(asked)
    except Refused as refused:
        return _page(request, action, filled, refused=refused)
    except Invalid as invalid:
        _put_errors(filled, invalid)
        return _page(request, action, filled)
    return HttpResponseRedirect(reverse("receipt", args=[done.position]))


def _put_errors(filled: build.CommandForm, invalid: Invalid) -> None:
    for error in invalid.errors:
        field = error.field.split(".")[0].split("[")[0]
        filled.add_error(field if field in filled.fields else None, f"{error.field}: {error.message}")


def _page(
    request: HttpRequest,
    action: Action[Any],
    shown: build.CommandForm | None,
    *,
    screen: int = 0,
    missing: list[str] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    screens = build.screens(shown.questions) if shown is not None else [[]]
    if shown is not None and shown.errors:
        screen = next((i for i, names in enumerate(screens) if set(names) & set(shown.errors)), screen)
    names = screens[min(screen, len(screens) - 1)]
    context = {
        "action": action,
        "form": shown,
        "known": build.known_rows(shown, acting.actor_of(request)) if shown is not None else [],
        "fields": [shown[n] for n in names] if shown is not None else [],
        "carried": _carried(shown, names) if shown is not None else [],
        "screen": screen,
        "screens": len(screens),
        "last": screen + 1 >= len(screens),
        "missing": missing,
        "refusal": refusal_words(refused) if refused is not None else None,
        "key": acting.new_key(),
        "upload": shown is not None and shown.is_multipart(),
        "introduction": correcting.introduction(action.name, request.GET.dict(), acting.actor_of(request)),
    }
    status = 409 if refused is not None else 422 if shown is not None and shown.errors else 200
    return render(request, "pages/form.html", context, status=status)


def _carried(shown: build.CommandForm, names: list[str]) -> list[tuple[str, str]]:
    """Values of other screens and those the page knows, taken along unseen."""
    carried: list[tuple[str, str]] = []
    for question in shown.questions:
        if question.name in names:
            continue
        value = shown[question.name].value()
        for one in value if isinstance(value, list | tuple) else (value,):
            if one not in (None, ""):
                carried.append((question.name, str(one)))
    return carried


# Signing


def _sign_page(
    request: HttpRequest,
    action: Action[Any],
    intent: bytes,
    written: Mapping[str, str],
    error: CoignError | None = None,
) -> HttpResponse:
    context = signed.context(request, action, intent, written)
    context |= {"back": reverse("form", args=[action.name]), "error": error}
    return render(request, "pages/sign.html", context, status=error.status if error else 200)


@require_POST
def sign(request: HttpRequest, name: str) -> HttpResponse:
    """Sign exactly what was shown, and do it."""
    action, intent = action_named(name), request.POST.get("intent", "").encode()
    digest = intent_hash(intent)  # of what was shown; the door knows it only if it prepared these bytes
    try:
        signature = signing.make(request, digest, signing.proof_of(request))
    except (Forbidden, Invalid) as error:
        written = signed.written_again(request, digest)
        if written is None:
            raise
        return _sign_page(request, action, intent, written, error)
    asked = Request(name, acting.actor_of(request), acting.new_key(), intent_hash=digest, signature=signature)
    done = acting.perform(asked)
    return HttpResponseRedirect(reverse("receipt", args=[done.position]))


# Why not


@require_GET
def why(request: HttpRequest, name: str) -> HttpResponse:
    """What every gate of an action says about the values in the address; records nothing."""
    action, actor = action_named(name), acting.actor_of(request)
    filled = build.form_class(action, actor, {})(request.GET)
    filled.full_clean()
    context: dict[str, Any] = {"action": action, "asked": {k: v for k, v in request.GET.items() if v}}
    try:
        asked = acting.request_for(request, name, filled.command, nonce=acting.new_key())
        gates = running.service().door.check(asked)
    except CoignError as error:
        return render(request, "pages/why.html", context | {"error": error}, status=error.status)
    context |= {
        "shut": [gate_words(g) for g in gates if not g.holds],
        "open": [g.what_holds for g in gates if g.holds],
        "allowed": all(g.holds for g in gates),
    }
    return render(request, "pages/why.html", context)
