"""One authorisation and one application, with what can be done about them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import rulesets
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Application, Authorisation
from coign.kernel.values import Actor, Instant
from coign.people.views import SITE
from coign.regulatory.authorised import Authorised
from coign.regulatory.clocks import answer_due, decision_due
from coign.regulatory.state import APPLICATION, CONDITIONS, ApplicationState, Condition
from coign.web import acting
from coign.web.oversight import sight
from coign.web.oversight.desk import acts_words, houses, product_name, standing, stops_of
from coign.web.oversight.said import texts_of
from coign.web.oversight.work import form, judges, may
from coign.web.reading import reader
from coign.web.safety.words import named, plain
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import name_of
from coign.web.therapy.track import deadline_text, local_day

DECISIONS = (
    ("regulatory.impose_condition", gettext_lazy("Impose a condition")),
    ("regulatory.vary", gettext_lazy("Vary it")),
    ("regulatory.renew", gettext_lazy("Renew it")),
    ("regulatory.suspend", gettext_lazy("Suspend it")),
    ("regulatory.revoke", gettext_lazy("Revoke it")),
)


def authorisation_page(identifier: str, actor: Actor) -> dict[str, Any]:
    """Everything about one authorisation; `NotFound` for whoever takes no part in it and watches elsewhere."""
    wanted = named(Authorisation, identifier)
    says = next((a for a in sight.authorisations(actor) if a.authorisation == wanted), None)
    if says is None:
        raise NotFound("this authorisation is not known here")
    status, word = standing(says, acting.now())
    return {
        "says": says,
        "product": product_name(says),
        "holder": name_of(str(says.holder)),
        "kept_by": name_of(str(says.kept_by)),
        "facts": _facts(says),
        "status": status,
        "word": word,
        "stops": stops_of(says, actor),
        "conditions": _conditions(says, actor),
        "buttons": _buttons(says, actor),
        "history_url": reverse("subject", args=[str(says.authorisation)]),
    }


def _facts(says: Authorised) -> list[dict[str, str]]:
    places = [state.name or site.identifier for site, state in states_of(SITE, says.sites).items()]
    return [
        {"label": _("Stage and legal basis"), "value": f"{plain(says.stage)}, {plain(says.basis)}"},
        {"label": _("Jurisdiction"), "value": says.jurisdiction},
        {"label": _("Holder"), "value": name_of(str(says.holder))},
        {"label": _("Made at"), "value": ", ".join(places) or _("nowhere")},
        {"label": _("Given at"), "value": ", ".join(houses(says.centres)) or _("nowhere")},
        {"label": _("Named to release"), "value": ", ".join(p.identifier for p in says.releasers) or _("nobody")},
        {"label": _("Valid"), "value": f"{local_day(says.valid_from)} – {local_day(says.valid_until)}"},
        {"label": _("Decisions are entered by"), "value": name_of(str(says.kept_by))},
    ]


def _may_decide(says: Authorised, actor: Actor) -> bool:
    if actor.role == "authority":
        return True  # the authority of another jurisdiction does not see it
    return actor.role == "regulatory" and says.kept_by == actor.organisation


def _buttons(says: Authorised, actor: Actor) -> list[dict[str, str]]:
    if says.is_revoked or not _may_decide(says, actor):
        return []
    known = {"authorisation": says.authorisation}
    lifts = [
        {
            "label": _("Lift suspension %d") % stop.number,
            "url": form("regulatory.lift_suspension", known | {"suspension": stop.number}),
        }
        for stop in says.stops_in_force
        if stop.kind == "suspended"
    ]
    told = {"regulatory.vary": known | _said_now(says)}
    return lifts + [{"label": str(label), "url": form(action, told.get(action, known))} for action, label in DECISIONS]


def _said_now(says: Authorised) -> dict[str, object]:
    """What a variation begins with: what is left out of it is not covered any more."""
    lists = {"makers": says.makers, "sites": says.sites, "centres": says.centres, "releasers": says.releasers}
    return {"stage": says.stage, "basis": says.basis} | {name: ",".join(named) for name, named in lists.items()}


def _conditions(says: Authorised, actor: Actor) -> list[dict[str, Any]]:
    found = reader().state(CONDITIONS, says.authorisation).all
    texts = texts_of([c.what for c in found])
    return [_condition(says, c, texts, actor) for c in found]


def _condition(says: Authorised, condition: Condition, texts: dict[str, str], actor: Actor) -> dict[str, Any]:
    now, known = acting.now(), {"authorisation": says.authorisation, "condition": condition.number}
    status, word = ("running", _("Owed")) if condition.due is not None else ("look", _("Shuts a gate"))
    if not condition.is_open:
        status, word = "in_order", _("Fulfilled")
    elif condition.is_reported:
        status, word = "running", _("Said to be fulfilled")
    elif condition.is_overdue(now):
        status, word = "look", _("Overdue")
    action: dict[str, str] | None = None
    if condition.is_reported and judges(says, actor):
        action = {"label": _("Judge it"), "url": form("regulatory.judge_fulfilment", known)}
    elif condition.is_open and not condition.is_reported and actor.role == "regulatory":
        action = {"label": _("Report it"), "url": form("regulatory.report_fulfilment", known)}
    return {
        "number": condition.number,
        "what": texts.get(condition.what.commitment, ""),
        "due": local_day(condition.due) if condition.due is not None else "",
        "stops": acts_words(condition.stops),
        "status": status,
        "word": word,
        "action": action,
    }


def application_page(identifier: str, actor: Actor) -> dict[str, Any]:
    """Everything about one application; `NotFound` for whoever neither made it nor was asked."""
    application = named(Application, identifier)
    if not reader().may_see(application, actor.organisation):
        raise NotFound("this application is not known here")
    state = reader().state(APPLICATION, application)
    assert state.submitted_at is not None
    now = acting.now()
    due = decision_due(state, rulesets.load(), now)
    return {
        "state": state,
        "application": application.identifier,
        "applicant": name_of(str(state.applicant)),
        "authority": name_of(str(state.authority)),
        "asking": f"{plain(state.asking)}, {plain(state.basis)}, {state.jurisdiction}",
        "submitted": local_day(state.submitted_at),
        "clock": "" if not state.is_open else _clock(state, due, now),
        "status": "in_order" if state.verdict == "approved" else "stop" if state.verdict else "running",
        "word": plain(state.verdict).capitalize() if state.verdict else _("Under assessment"),
        "documents": state.documents,
        "questions": _questions(application, state, actor),
        "buttons": _application_buttons(application, state, actor),
        "history_url": reverse("subject", args=[str(application)]),
    }


def _clock(state: ApplicationState, due: Instant, now: Instant) -> str:
    if state.waiting_since is not None:
        return _("Questions are open since %s: the applicant's clock runs") % local_day(state.waiting_since)
    return (
        _("A decision was due on %s") if due <= now else _("A decision is due by %s")
    ) % deadline_text(due)  # fmt: skip


def _questions(application: Application, state: ApplicationState, actor: Actor) -> list[dict[str, Any]]:
    said = [text for q in state.questions for text in (q.question, q.answer) if text is not None]
    texts, now = texts_of(said), acting.now()
    mine = may("regulatory.answer_question", actor) and state.applicant == actor.organisation
    found = []
    for question in state.questions:
        due = answer_due(state, question, rulesets.load())
        waits = question.answered_at is None
        late = waits and due <= now
        known = {"application": application, "number": question.number}
        found.append(
            {
                "number": question.number,
                "weight": plain(question.weight).capitalize(),
                "question": texts.get(question.question.commitment, ""),
                "asked": local_day(question.asked_at),
                "answer": texts.get(question.answer.commitment, "") if question.answer is not None else "",
                "document": question.document or "",
                "due": local_day(due),
                "status": "look" if late else "not_yet" if waits else "in_order",
                "word": _("Overdue") if late else _("Waits for an answer") if waits else _("Answered"),
                "action": {"label": _("Answer"), "url": form("regulatory.answer_question", known)}
                if waits and mine and state.is_open
                else None,
            }
        )
    return found


def _application_buttons(application: Application, state: ApplicationState, actor: Actor) -> list[dict[str, str]]:
    known: dict[str, object] = {"application": application}
    if not state.is_open:
        granting = state.verdict == "approved" and state.asking == "new" and state.authority == actor.organisation
        told = {**known, "product": state.product, "jurisdiction": state.jurisdiction, "basis": state.basis}
        url = form("regulatory.grant", told | {"holder": state.applicant})
        return (
            [{"label": _("Grant the authorisation"), "url": url}] if granting and may("regulatory.grant", actor) else []
        )
    acts = (
        ("regulatory.decide_application", _("Decide on it")),
        ("regulatory.ask_question", _("Ask the applicant")),
        ("regulatory.add_document", _("Add a document")),
    )
    return [{"label": label, "url": form(action, known)} for action, label in acts if may(action, actor)]
