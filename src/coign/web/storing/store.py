"""Lots, suppliers and cases as lines of a page, worst first."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue, rulesets
from coign.kernel.subjects import Case, Lot, Supplier
from coign.kernel.values import Actor, Instant
from coign.supply.state import SUPPLIER, SUSPECT, Supplied, SuspectState
from coign.supply.views import LOT, LotState
from coign.web import acting, running
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.looking import every, visible

LOTS_MAX = 200
_ORDER = {"stop": 0, "look": 1, "not_yet": 2, "in_order": 3}
RECEIVE, TEST, APPROVE, RETEST = (
    "supply.receive_lot",
    "supply.record_lot_test",
    "supply.approve_lot",
    "supply.retest_lot",
)
INVESTIGATE = "supply.investigate_suspicion"
REJECT, HOLD, LIFT, SUSPECT_LOT = "supply.reject_lot", "supply.hold_lot", "supply.lift_hold", "supply.suspect_lot"
QUALIFY, SUSPEND = "supply.qualify_supplier", "supply.suspend_supplier"


def may(action: str, actor: Actor) -> bool:
    """Whether this role does this."""
    return actor.role in catalogue.ACTIONS[action].roles


def form(action: str, known: Mapping[str, str]) -> str:
    """The form of an action with what the page knows."""
    return f"{reverse('form', args=[action])}?{urlencode(known)}"


def materials() -> Mapping[str, str]:
    """Materials with their names."""
    return {m: title for version in running.service().programmes.all() for m, title in version.materials.items()}


def store(actor: Actor) -> dict[str, Any]:
    """The whole page for one organisation."""
    now, names = acting.now(), materials()
    rows, cases = _lots(actor), open_cases(actor)
    return {
        "lots": sorted(rows, key=lambda r: (_ORDER[r["status"]], r["title"]))[:LOTS_MAX],
        "more": max(len(rows) - LOTS_MAX, 0),
        "cases": cases,
        "suppliers": _suppliers(names, actor, now),
        "next": _next(rows, cases, actor),
        "pack_url": reverse("packs") if may("supply.check_pack", actor) else "",
        "receive_url": reverse("form", args=[RECEIVE]) if may(RECEIVE, actor) else "",
        "qualify_url": reverse("form", args=[QUALIFY]) if may(QUALIFY, actor) else "",
    }


# Lots


def _lots(actor: Actor) -> list[dict[str, Any]]:
    now, names = acting.now(), materials()
    lots = {lot: s for lot, s in every(LOT, Lot).items() if s.material}
    seen = visible(lots, actor.organisation)
    return [_lot(lot, state, names, actor, now) for lot, state in lots.items() if lot in seen]


def waiting_lots(actor: Actor) -> list[dict[str, Any]]:
    """Lots in quarantine for which this role does the next thing: test them, or approve them."""
    if not (may(TEST, actor) or may(APPROVE, actor)):
        return []
    return _waiting(_lots(actor))


def _waiting(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in rows if r["status"] == "not_yet" and r["waits"]]


def _lot(lot: Lot, state: LotState, names: Mapping[str, str], actor: Actor, now: Instant) -> dict[str, Any]:
    why, actions = state.not_usable_because(now), _lot_actions(lot, state, actor)
    status, word = _standing(state, why, now)
    return {
        "title": names.get(state.material, state.material),
        "ids": [lot.identifier],
        "url": reverse("subject", args=[str(lot)]),
        "status": status,
        "word": word,
        "detail": instants_in_words(why) if why and status == "stop" else "",
        "supplier": state.supplier.removeprefix("supplier:"),
        "expires": state.expires.moment if state.expires is not None else None,
        "retest_by": state.retest_by.moment if state.retest_by is not None else None,
        "packs": state.packs,
        "actions": actions,
        "waits": bool(actions) and actions[0]["does"] in (TEST, APPROVE),
    }


def _standing(state: LotState, why: str | None, now: Instant) -> tuple[str, str]:
    if why is None:
        soon = rulesets.load().minutes("supply.ends_soon", now)
        ends = min(e for e in (state.expires, state.retest_by, now.plus(days=9999)) if e is not None)
        return ("look", _("Ends soon")) if ends.minutes_since(now) <= soon else ("in_order", _("May be used"))
    if state.rejected:
        return "stop", _("Rejected")
    if state.suspected is not None:
        return "stop", _("Suspect")
    if state.held_by is not None:
        return "stop", _("On hold")
    if not state.approved:
        return "not_yet", _("Test failed") if state.test_failed else _("Quarantine")
    return "stop", _("Not in date")


def _lot_actions(lot: Lot, state: LotState, actor: Actor) -> list[dict[str, str]]:
    """What this role can do with a lot as it stands; the first is the next thing."""
    if state.rejected:
        return []
    wanted: list[tuple[str, str, bool]] = [
        (TEST, _("Record a test"), not state.approved and not state.identity_tested),
        (APPROVE, _("Approve"), not state.approved and state.identity_tested and state.held_by is None),
        (RETEST, _("Tested again"), state.approved and state.retest_by is not None),
        (LIFT, _("Lift the hold"), state.held_by is not None),
        (HOLD, _("Hold"), state.held_by is None and state.suspected is None),
        (REJECT, _("Reject"), not state.approved),
    ]
    return [
        {"label": label, "url": form(action, {"lot": str(lot)}), "does": action}
        for action, label, fits in wanted if fits and may(action, actor)
    ]  # fmt: skip


# Suppliers


def _suppliers(names: Mapping[str, str], actor: Actor, now: Instant) -> list[dict[str, Any]]:
    every_one = {s: state for s, state in every(SUPPLIER, Supplier).items() if state.organisation == actor.organisation}
    seen = visible(every_one, actor.organisation)
    own = {s: state for s, state in every_one.items() if s in seen}
    rows = [
        _supplied(supplier, state.name, each, names, actor, now)
        for supplier, state in own.items()
        for each in state.supplied
    ]
    return sorted(rows, key=lambda r: (_ORDER[r["status"]], r["name"], r["material"]))


def _supplied(
    supplier: Supplier, name: str, each: Supplied, names: Mapping[str, str], actor: Actor, now: Instant
) -> dict[str, Any]:
    why = each.not_to_be_bought_because(now)
    soon = each.ends.minutes_since(now) <= rulesets.load().minutes("supply.ends_soon", now)
    status = "stop" if why else "look" if soon else "in_order"
    words = {
        "in_order": _("Qualified"),
        "look": _("Ends soon"),
        "stop": _("Suspended") if each.suspended else _("Ended"),
    }
    known = {"supplier": str(supplier), "material": each.material}
    again = (QUALIFY, _("Qualify anew")) if status != "in_order" else (SUSPEND, _("Suspend"))
    return {
        "name": name,
        "material": names.get(each.material, each.material),
        "origin": each.origin,
        "until": each.until.moment,
        "licence_until": each.licence_until.moment if each.licence_until is not None else None,
        "status": status,
        "word": words[status],
        "action": {"label": again[1], "url": form(again[0], known)} if may(again[0], actor) else None,
    }


# Cases


def is_over(state: SuspectState) -> bool:
    """Whether nothing is left to be done."""
    return state.cleared_at is not None or state.terminated_at is not None


def open_cases(actor: Actor) -> list[dict[str, Any]]:
    """Cases that are not over and that this person's house may know of, worst first."""
    now, cases = acting.now(), every(SUSPECT, Case)
    known = visible(cases, actor.organisation)
    rows = [case_row(case, state, now) for case, state in cases.items() if case in known and not is_over(state)]
    return sorted(rows, key=lambda r: _ORDER[r["status"]])


def case_row(case: Case, state: SuspectState, now: Instant) -> dict[str, Any]:
    """One case of suspect product as a line."""
    status, word = case_standing(state, now)
    product = state.serial or state.lot
    return {
        "title": _("Pack") if state.serial is not None else _("Lot"),
        "ids": [product.identifier if product is not None else case.identifier],
        "fact": "; ".join(reason_words(r) for r in state.reasons),
        "status": status,
        "word": word,
        "detail": _("since %s") % instants_in_words(str(state.opened_at)),
        "action": {"label": _("Open"), "url": reverse("suspect", args=[case.identifier])},
    }


def case_standing(state: SuspectState, now: Instant) -> tuple[str, str]:
    """Where a case stands, in a word."""
    if state.cleared_at is not None:
        return "in_order", _("Cleared")
    if state.terminated_at is not None:
        return "not_yet", _("Ended")
    if state.notify_by is None:
        return "look", _("Suspect: look into it")
    if state.waits_for:
        return ("stop", _("Telling is overdue")) if state.notify_by <= now else ("stop", _("Tell them in time"))
    return "running", _("Told")


def reason_words(reason: str) -> str:
    """Why a pack is suspect, in words."""
    words = {
        "unknown": _("nobody registered this pack"),
        "already_registered": _("a pack with this serial was registered before"),
        "already_used": _("a pack with this serial was used before"),
        "lot_differs": _("the lot on the pack is another one"),
        "expiry_differs": _("the expiry on the pack is another one"),
        "held_elsewhere": _("this pack belongs to another organisation"),
        "under_suspicion": _("this pack is being looked into"),
        "found_illegitimate": _("this pack was found to be illegitimate"),
        "looks_wrong": _("something about the pack looks wrong"),
    }
    return words[reason]


def _next(rows: list[dict[str, Any]], cases: list[dict[str, Any]], actor: Actor) -> dict[str, Any] | None:
    """The one thing that waits for this role."""
    if cases and may(INVESTIGATE, actor):
        first = cases[0]
        return {
            "title": _("A suspect product waits for you"),
            "sentence": f"{first['ids'][0]}: {first['fact']}" if first["fact"] else first["ids"][0],
            "status": first["status"],
            "primary": {"label": _("Look into it"), "url": first["action"]["url"], "kind": "primary"},
        }
    if waiting := _waiting(rows):
        first = waiting[0]
        return {
            "title": _("%(material)s %(lot)s waits in quarantine")
            % {"material": first["title"], "lot": first["ids"][0]},
            "status": "look",
            "primary": first["actions"][0] | {"kind": "primary"},
        }
    return None
