"""Supply: lots and their suppliers, packs by their code, and cases of suspect product with their clock."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coign.kernel.errors import Invalid, NotFound, Refused
from coign.kernel.subjects import Case
from coign.kernel.values import Actor
from coign.supply.state import SUSPECT, SuspectState
from coign.web import acting
from coign.web.api.record import visible_entry
from coign.web.learning import choices  # noqa: F401  # the lists of the forms register themselves
from coign.web.pages.refusals import refusal_words
from coign.web.reading import reader
from coign.web.storing.scanning import parts_of
from coign.web.storing.store import case_standing, form, is_over, may, reason_words, store
from coign.web.therapy.looking import visible

CHECK, USE, REGISTER = "supply.check_pack", "supply.use_pack", "supply.register_pack"
INVESTIGATE, CLEAR, DETERMINE = (
    "supply.investigate_suspicion", "supply.clear_suspicion", "supply.determine_illegitimate",
)  # fmt: skip
NOTIFY, CONSULT, TERMINATE = (
    "supply.notify_illegitimate", "supply.consult_authority", "supply.terminate_notification",
)  # fmt: skip
PARTS = ("gtin", "number", "lot_number", "expires_on", "scanned")


@require_GET
def whole_store(request: HttpRequest) -> HttpResponse:
    """Lots, suppliers and what is suspect, worst first."""
    acting.sees_for(request)
    return render(request, "pages/supply.html", store(acting.actor_of(request)))


# Packs


@require_http_methods(["GET", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    """Scan a pack, see what was read, then check it, open it for use, or register it with its lot."""
    organisation = acting.sees_for(request)
    actor = acting.actor_of(request)
    if request.method == "GET" and request.GET.get("scan"):
        return _read(request, actor, request.GET["scan"], {})
    if request.method == "GET":
        done = request.GET.get("done", "")
        told = _told(int(done), organisation) if done.isascii() and done.isdigit() and len(done) < 16 else None
        return _packs_page(request, actor, {}, told=told)
    values = {name: request.POST.get(name, "").strip() for name in (*PARTS, "lot")}
    scan = request.POST.get("scan", "").strip()
    return _read(request, actor, scan, values) if scan else _performed(request, actor, values)


def _read(request: HttpRequest, actor: Actor, scan: str, values: dict[str, str]) -> HttpResponse:
    """What a scan says, for somebody to look at before anything is done."""
    try:
        return _packs_page(request, actor, values | dict(parts_of(scan, int(acting.now()[:4]))))
    except Invalid as invalid:
        return _packs_page(request, actor, values, problem=invalid.errors[0].message)


def _performed(request: HttpRequest, actor: Actor, values: dict[str, str]) -> HttpResponse:
    action = request.POST.get("do", "")
    if action not in (CHECK, USE, REGISTER):
        raise Invalid.at("do", "expected to check, to use or to register the pack")
    command: dict[str, Any] = {name: values[name] for name in PARTS}
    if action == REGISTER:
        lot = values["lot"] or values["lot_number"]
        command["lot"] = lot if lot.startswith("lot:") else f"lot:{lot}"
    else:
        command["looks_wrong"] = request.POST.get("looks_wrong") == "yes"
    asked = acting.request_for(request, action, command, nonce=request.POST.get("key") or acting.new_key())
    try:
        done = acting.perform(asked)
    except Refused as refused:
        return _packs_page(request, actor, values, refused=refused)
    except (Invalid, NotFound) as error:
        return _packs_page(request, actor, values, problem=error.message)
    return HttpResponseRedirect(f"{reverse('packs')}?done={done.position}")


def _packs_page(
    request: HttpRequest,
    actor: Actor,
    values: dict[str, str],
    *,
    told: dict[str, Any] | None = None,
    refused: Refused | None = None,
    problem: str = "",
) -> HttpResponse:
    read = any(values.get(name) for name in PARTS)
    labels = {
        "gtin": _("Item number (GTIN)"), "number": _("Serial number"), "lot_number": _("Lot on the pack"),
        "expires_on": _("Expiry on the pack"),
    }  # fmt: skip
    buttons = [(USE, _("Open it for use")), (CHECK, _("Only check it")), (REGISTER, _("Register it with its lot"))]
    context = {
        "told": told,
        "fields": [
            {"name": name, "label": label, "value": values.get(name, "")} for name, label in labels.items()
        ],
        "scanned": values.get("scanned", ""),
        "read": read,
        "buttons": [(action, label) for action, label in buttons if may(action, actor)],
        "refusal": refusal_words(refused) if refused is not None else None,
        "problem": problem,
        "key": acting.new_key(),
        "may": any(may(action, actor) for action, _label in buttons),
    }  # fmt: skip
    status = 409 if refused is not None else 422 if problem else 200
    return render(request, "pages/packs.html", context, status=status)


def _told(position: int, organisation: Any) -> dict[str, Any] | None:
    """What the last scan came to, read back from the record."""
    entry = visible_entry(position, organisation)
    for fact in entry.plain["intent"]["facts"]:
        body = fact["body"]
        match fact["type"]:
            case "supply.pack_suspected.v1":
                return {
                    "go": False,
                    "serial": body["number"],
                    "reasons": [reason_words(r) for r in body["reasons"]],
                    "case_url": reverse("suspect", args=[body["case"].partition(":")[2]]),
                    "position": position,
                }
            case "supply.pack_verified.v1" | "supply.pack_used.v1" | "supply.pack_registered.v1":
                words = {
                    "supply.pack_verified.v1": _("It is the pack that was registered."),
                    "supply.pack_used.v1": _("It is genuine and entered as opened. Its serial is used up."),
                    "supply.pack_registered.v1": _("It is registered with its lot."),
                }  # fmt: skip
                serial = body["serial"].rpartition(".")[2]
                return {"go": True, "serial": serial, "words": words[fact["type"]], "position": position}
    return None


# Cases


@require_GET
def suspect(request: HttpRequest, name: str) -> HttpResponse:
    """One case of suspect product: what is known, the clock if one runs, what comes next."""
    organisation = acting.sees_for(request)
    try:
        case = Case.of(name)
    except ValueError as error:
        raise NotFound(f"there is no case {name}") from error
    state = reader().state(SUSPECT, case)
    if state.opened_at is None or case not in visible([case], organisation):
        raise NotFound(f"there is no case {name}")
    actor, now = acting.actor_of(request), acting.now()
    status, word = case_standing(state, now)
    buttons = [] if is_over(state) else _buttons(case, state, actor)
    context = {
        "case": case,
        "status": status,
        "word": word,
        "product": state.serial or state.lot,
        "reasons": [reason_words(r) for r in state.reasons],
        "rows": _rows(state),
        "clock": _clock(state, now.moment) if state.waits_for else None,
        "waits_for": state.waits_for,
        "late": state.told_late,
        "buttons": buttons,
        "history_url": reverse("subject", args=[str(case)]),
    }
    return render(request, "pages/suspect.html", context)


def _rows(state: SuspectState) -> list[dict[str, Any]]:
    """What happened, as names and values."""
    checked = _("%(checked)s of %(hand)s packs checked, %(wrong)s wrong") % {
        "checked": state.packs_checked, "hand": state.packs_in_hand, "wrong": state.packs_wrong,
    }  # fmt: skip
    told: list[tuple[str, Any, str]] = [
        (_("Suspected"), state.opened_at, state.opened_by.identifier if state.opened_by is not None else ""),
        (_("Looked into"), state.investigated_at, checked),
        (_("Determined"), state.determined_at, state.grounds.replace("_", " ")),
        (_("Authority told"), state.authority_told_at, ""),
        (_("Partners told"), state.partners_told_at, ""),
        (_("Ended"), state.terminated_at, ""),
        (_("Cleared"), state.cleared_at, ""),
    ]
    return [{"label": label, "at": at.moment, "more": more} for label, at, more in told if at is not None]


def _clock(state: SuspectState, now: Any) -> dict[str, Any]:
    assert state.determined_at is not None
    assert state.notify_by is not None
    return {
        "label": _("Left to tell %s") % _(" and ").join(state.waits_for),
        "start": state.determined_at.moment,
        "end": state.notify_by.moment,
        "now": now,
        "shape": "bar",
    }


def _buttons(case: Case, state: SuspectState, actor: Actor) -> list[dict[str, Any]]:
    """What this role can do now, the next thing first."""
    known = {"case": str(case)}
    wanted: list[tuple[str, str, bool, dict[str, str]]] = [
        (NOTIFY, _("Record that the authority was told"), "authority" in state.waits_for, {"to": "authority"}),
        (NOTIFY, _("Record that partners were told"), "partners" in state.waits_for, {"to": "partners"}),
        (CONSULT, _("Record the authority's answer"), state.authority_told_at is not None, {}),
        (TERMINATE, _("End the notification"), state.authority_agrees, {}),
        (INVESTIGATE, _("Record what was found out"), state.is_open, {}),
        (CLEAR, _("Clear it"), state.is_open and state.investigated_at is not None, {}),
        (DETERMINE, _("Determine that it is illegitimate"), state.is_open, {}),
    ]
    found = [
        {"label": label, "url": form(action, known | more)}
        for action, label, fits, more in wanted if fits and may(action, actor)
    ]  # fmt: skip
    return [b | {"kind": "plain" if n else "primary"} for n, b in enumerate(found)]
