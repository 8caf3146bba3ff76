"""The safety officer's first page: what is due first, what is new, grades by day, and who may be taken in."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign.kernel.subjects import Product, Programme
from coign.kernel.values import Actor, Instant
from coign.records import safety_reading as lists
from coign.safety.state import REFERENCES, References
from coign.safety.views import ENROLMENT, Enrolment
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.safety.words import case_url, day_words, duty_words, form_url, plain
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import zone_of

#: Events that begin within this time are new, days after an infusion are watched this long.
EVENTS_SHOWN_MAX, DAYS_WATCHED = 12, 28
GRADES = (1, 2, 3, 4, 5)
HOLD, PROPOSE, CONFIRM = "safety.hold_enrolment", "safety.propose_resumption", "safety.confirm_resumption"
PUBLISH = "safety.publish_reference"


def board(actor: Actor) -> dict[str, Any]:
    """Everything on the page."""
    now, zone, organisation = acting.now(), zone_of(actor.organisation), str(actor.organisation)
    ledger_id = running.service().ledger_id
    with reader().connection() as connection:
        duties = lists.open_duties(connection, ledger_id, organisation)
        events = lists.serious_events(connection, ledger_id, organisation, at_most=EVENTS_SHOWN_MAX)
        by_day = lists.grades_by_day(connection, ledger_id, organisation, DAYS_WATCHED)
        treated = lists.products(connection, ledger_id, organisation)
    return {
        "duties": [_duty_row(d, now) for d in duties],
        "overdue": sum(now > d.legal_due for d in duties),
        "events": [_event_row(e, zone) for e in events],
        "scales": [_scale(name, words, by_day) for name, words in _scales()],
        "days_watched": DAYS_WATCHED,
        "programmes": _programmes(actor, zone),
        "products": _products(actor, treated, now, zone),
    }


def _duty_row(row: lists.DutyRow, now: Instant) -> dict[str, Any]:
    """As `work_list` shows it."""
    duty = duty_words(row, now)
    rejected = _("rejected, so still owed · ") if row.rejected else ""
    return {
        "title": duty["title"],
        "ids": [row.jurisdiction],
        "fact": f"{row.term} · {duty['case']}",
        "status": duty["status"],
        "word": duty["word"],
        "detail": rejected
        + _("until %(due)s · day zero %(zero)s · our own day %(own)s")
        % {"due": duty["legal_due"], "zero": duty["day_zero"], "own": duty["internal_due"]},
        "action": {"label": _("Open the case"), "url": duty["case_url"]},
    }


def _event_row(row: lists.EventRow, zone: str) -> dict[str, Any]:
    return {
        "term": row.term,
        "kind": plain(row.kind),
        "fatal": row.fatal,
        "known": day_words(Instant(row.known), zone),
        "product": row.product.partition(":")[2],
        "case": row.subject.partition(":")[2],
        "url": case_url(row.subject),
    }


def _scales() -> list[tuple[str, str]]:
    return [("crs", _("Cytokine release")), ("icans", _("Neurotoxicity"))]


def _scale(name: str, words: str, by_day: dict[tuple[str, int], dict[int, int]]) -> dict[str, Any]:
    """Patients by their worst grade of a day; days without any grade above 0 are left out."""
    days = sorted(day for scale, day in by_day if scale == name and any(by_day[scale, day].get(g) for g in GRADES))
    rows = [{"day": day, "counts": [by_day[name, day].get(grade, 0) for grade in GRADES]} for day in days]
    return {"name": words, "grades": GRADES, "rows": rows}


def _programmes(actor: Actor, zone: str) -> list[dict[str, Any]]:
    """Whether each programme takes in patients, and what this person can decide about it."""
    versions = {v.programme: v.title for v in running.service().programmes.all()}
    states = states_of(ENROLMENT, versions)
    return [
        _programme(programme, versions[programme], states[programme], actor, zone) for programme in sorted(versions)
    ]


def _programme(programme: Programme, title: str, state: Enrolment, actor: Actor, zone: str) -> dict[str, Any]:
    held = state.held
    shown: dict[str, Any] = {
        "title": title,
        "status": "in_order" if held is None else "stop",
        "word": _("Taking in patients") if held is None else _("Enrolment is held"),
        "because": held.because if held is not None else "",
        "since": day_words(held.since, zone) if held is not None else "",
        "proposed": state.proposed_by is not None,
        "actions": [],
    }
    wanted = (HOLD,) if held is None else (CONFIRM,) if state.proposed_by is not None else (PROPOSE,)
    words = {HOLD: _("Hold enrolment"), PROPOSE: _("Decide that it may go on"), CONFIRM: _("Agree that it may go on")}
    for action in wanted:
        if actor.role in running.service().door.actions[action].roles:
            shown["actions"].append({"label": words[action], "url": form_url(action, programme=programme)})
    return shown


def _products(actor: Actor, treated: dict[str, int], now: Instant, zone: str) -> list[dict[str, Any]]:
    names = {v.product: v.product_name for v in running.service().programmes.all()}
    references = states_of(REFERENCES, names)
    return [
        {
            "name": names[product],
            "treated": treated.get(str(product), 0),
            "url": reverse("product", args=[product.identifier]),
            "reference": _reference(product, references[product], now, zone),
            "publish_url": form_url(PUBLISH, product=product) if actor.role == "safety" else "",
        }
        for product in sorted(names)
    ]


def _reference(product: Product, references: References, now: Instant, zone: str) -> str:
    version = references.in_force(now)
    if version is None:
        return _("No reference safety information is in force: everything counts as unexpected.")
    return _("%(label)s, in force since %(day)s") % {
        "label": version.label,
        "day": day_words(version.effective, zone),
    }
