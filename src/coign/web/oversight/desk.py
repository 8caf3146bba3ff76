"""The desk of an assessor, and of whoever works under an authorisation: what needs a decision, and what stands."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor, Instant
from coign.regulatory.authorised import WORDS, Authorised, Stop
from coign.regulatory.events import Act
from coign.web import acting, running
from coign.web.oversight import sight
from coign.web.oversight.waiting import REACHES_THE_PATIENT, waiting
from coign.web.oversight.work import application_url, authorisation_url, form, may, tasks
from coign.web.safety.words import plain
from coign.web.therapy.story import name_of
from coign.web.therapy.track import local_day

STAGES = ("preclinical", "phase_1", "phase_2", "phase_3", "authorised")
GRANT, SUBMIT = "regulatory.grant", "regulatory.submit_application"


def desk(actor: Actor, more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Everything on the page; `more`: rows of what else waits for this person, where it is their first page."""
    now, is_authority = acting.now(), sight.is_authority(actor.organisation)
    found = tasks(actor, now)
    own, watched = [t for t in found if t.decides], [t for t in found if not t.decides]
    known = sight.authorisations(actor)
    first = own[0] if own else None
    return {
        "is_authority": is_authority,
        "heading": _heading(len(own) + len(more), sum(t.is_overdue for t in watched), is_authority=is_authority),
        "next": _next(first.row, first.url, first.look_url) if first is not None else None,
        "own": [*(t.row for t in own), *more],
        "watched": [t.row for t in watched],
        "stops": [s for a in known for s in stops_of(a, actor)],
        "products": [_product(a, now) for a in sorted(known, key=lambda a: (a.product, a.jurisdiction))],
        "applications": [
            {
                "title": state.title,
                "url": application_url(application),
                "who": name_of(str(state.applicant)) if is_authority else name_of(str(state.authority)),
                "status": "in_order" if state.verdict == "approved" else "stop" if state.verdict else "running",
                "word": plain(state.verdict).capitalize() if state.verdict else _("Under assessment"),
                "questions": ngettext("%(n)d question", "%(n)d questions", state.questions_so_far)
                % {"n": state.questions_so_far},
            }
            for application, state in sight.applications(actor)
        ],
        "buttons": [
            {"label": label, "url": reverse("form", args=[action])}
            for action, label in ((GRANT, _("Grant an authorisation")), (SUBMIT, _("Submit an application")))
            if may(action, actor)
        ],
    }


def _heading(own: int, overdue: int, *, is_authority: bool) -> str:
    """`2 things wait for you, 1 is overdue at a holder`."""
    words = (
        ngettext("%(n)d thing waits for you", "%(n)d things wait for you", own) % {"n": own}
        if own
        else _("Nothing waits for you")
    )
    if not overdue:
        return words
    late = (
        ngettext("%(n)d is overdue at a holder", "%(n)d are overdue at a holder", overdue)
        if is_authority
        else ngettext("%(n)d is overdue elsewhere", "%(n)d are overdue elsewhere", overdue)
    )
    return f"{words}, {late % {'n': overdue}}"


def _next(row: dict[str, Any], url: str, look_url: str) -> dict[str, Any]:
    others = [{"label": _("Look at it first"), "url": look_url}] if look_url != url else []
    return {
        "eyebrow": _("Next for you · %s") % row["detail"],
        "status": row["status"],
        "title": row["title"],
        "sentence": row["fact"],
        "primary": {"label": row["action"]["label"], "kind": "primary", "big": True, "url": url},
        "others": others,
    }


def acts_words(acts: tuple[Act, ...]) -> str:
    """`collection, manufacture`."""
    return ", ".join(WORDS[a] for a in acts)


def stops_of(says: Authorised, actor: Actor) -> list[dict[str, Any]]:
    """What is stopped, and who must be called because of it; an authority learns how many, never who."""
    if not says.stops_in_force:
        return []
    is_authority = sight.is_authority(actor.organisation)
    waits = waiting(says.product, says.jurisdiction, None if is_authority else actor.organisation)
    return [_stop(says, stop, waits, is_authority=is_authority) for stop in says.stops_in_force]


def _stop(says: Authorised, stop: Stop, waits: list[Any], *, is_authority: bool) -> dict[str, Any]:
    concerned = waits if any(a in REACHES_THE_PATIENT for a in stop.acts) and stop.site is None else []
    return {
        "number": stop.number,
        "title": f"{product_name(says)}: {_KINDS[stop.kind]()}",
        "of": says.number,
        "acts": acts_words(stop.acts),
        "place": stop.site.identifier if stop.site is not None else "",
        "since": local_day(stop.since),
        "decider": "" if stop.decider == "nobody" else plain(stop.decider),
        "url": authorisation_url(says),
        "count": len(concerned),
        "calls": []
        if is_authority
        else [
            {
                "therapy": w.root.partition(":")[2],
                "centre": name_of(w.centre),
                "url": reverse("journey", args=[w.root]),
                "decide_url": form("regulatory.decide_administration", {"chain": w.root})
                if stop.decider != "nobody"
                else "",
            }
            for w in concerned
        ],
    }


_KINDS = {
    "suspended": lambda: _("suspended"),
    "revoked": lambda: _("revoked"),
    "site_removed": lambda: _("a place was taken off"),
}


def _product(says: Authorised, now: Instant) -> dict[str, Any]:
    status, word = standing(says, now)
    return {
        "product": product_name(says),
        "holder": name_of(str(says.holder)),
        "number": says.number,
        "url": authorisation_url(says),
        "stage": plain(says.stage).capitalize(),
        "basis": plain(says.basis),
        "strip": ["in_order" if n <= STAGES.index(says.stage) else "not_yet" for n in range(len(STAGES))],
        "where": _where(says),
        "until": local_day(says.valid_until),
        "status": status,
        "word": word,
    }


def _where(says: Authorised) -> str:
    centres = ngettext("%(n)d centre", "%(n)d centres", len(says.centres)) % {"n": len(says.centres)}
    return f"{centres}, {says.jurisdiction}"


def product_name(says: Authorised) -> str:
    """What programmes call it; else its identifier."""
    names = {v.product: v.product_name for v in running.service().programmes.all()}
    return names.get(says.product, says.product.identifier.capitalize())


def standing(says: Authorised, now: Instant) -> tuple[str, str]:
    """Whether it is in force, with shape and word."""
    if says.is_revoked:
        return "stop", _("Revoked")
    if not says.is_in_time(now):
        return "stop", _("Ended") if now >= says.valid_until else _("Not in force yet")
    stops = [s for s in says.stops_in_force if s.kind == "suspended"]
    if stops:
        acts = tuple(dict.fromkeys(a for s in stops for a in s.acts))
        return "stop", _("Suspended: %s") % acts_words(acts)
    return "in_order", _("In force")


def houses(organisations: tuple[Organisation, ...]) -> list[str]:
    """Their names."""
    return [name_of(str(o)) for o in organisations]
