"""One safety case: its events with both opinions, what is owed and what was sent, and what this person can do."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, Instant
from coign.records import safety_reading as lists
from coign.safety.case_state import CASE, SUBMISSIONS, CaseState, Event
from coign.safety.state import REFERENCE
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.safety.words import ANSWER, SEND, case_url, day_words, duty_words, form_url, moment_words, named, plain
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.story import name_of

ADD, FOLLOW_UP, EARLIER = "safety.add_event", "safety.follow_up", "safety.find_earlier_knowledge"
STATE, ASSESS, EXPECTED = "safety.state_causality", "safety.assess_causality", "safety.assess_expectedness"


def case_page(identifier: str, actor: Actor) -> dict[str, Any]:
    """Everything on the page of a case; `NotFound` where it is none, or not to be told."""
    case = named(Case, identifier)
    if case not in visible([case], actor.organisation):
        raise NotFound("this case is not known here")
    state = reader().state(CASE, case)
    if state.chain is None or state.product is None:
        raise NotFound("this is no safety case")
    with reader().connection() as connection:
        rows = lists.duties_of(connection, running.service().ledger_id, str(case))
    now = acting.now()
    sent = reader().state(SUBMISSIONS, case)
    duties = [
        _duty(row, now, actor, state, answered=(s := sent.of(row.duty)) is not None and s.verdict) for row in rows
    ]
    references = states_of(REFERENCE, [e.reference for e in state.events if e.reference is not None])
    labels = {document: reference.label for document, reference in references.items()}
    return {
        "case": case,
        "product": _product(state),
        "facts": _facts(state, actor),
        "events": [_event(e, case, state, actor, labels) for e in state.events],
        "duties": duties,
        "open": sum(not d["sent"] for d in duties),
        "urgency": "stop" if any(d["status"] == "stop" for d in duties) else "running",
        "linked": _linked(state, actor),
        "more": _links(actor, state, (ADD, _("Add an event"), {"case": case})),
    }


def _product(state: CaseState) -> str:
    names = {v.product: v.product_name for v in running.service().programmes.all()}
    assert state.product is not None
    return names.get(state.product, state.product.identifier)


def _facts(state: CaseState, actor: Actor) -> list[dict[str, Any]]:
    """What came from the chain of identity, and who answers for what."""
    assert state.chain is not None and state.centre is not None and state.sponsor is not None
    assert state.opened_at is not None
    batches = ", ".join(b.identifier for b in state.batches) or _("no bag was given")
    return [
        {"label": _("Chain of identity"), "value": state.chain.identifier, "mono": True},
        {"label": _("Batch"), "value": batches, "mono": True},
        {"label": _("Bags given"), "value": ", ".join(u.identifier for u in state.units) or "—", "mono": True},
        {"label": _("Reported by"), "value": name_of(str(state.centre))},
        {"label": _("Sponsor"), "value": name_of(str(state.sponsor))},
        {"label": _("Opened"), "value": moment_words(state.opened_at, state.zone)},
        {"label": _("Days are counted in"), "value": state.zone},
    ]


def _event(event: Event, case: Case, state: CaseState, actor: Actor, labels: dict[Any, str]) -> dict[str, Any]:
    known = {"case": case, "event": event.number}
    zone = state.zone
    criteria = [f"{plain(s.criterion)} ({day_words(s.at, zone)})" for s in event.criteria]
    grave = event.since("death", "life_threatening") is not None
    status = "stop" if grave else "look" if event.criteria else "in_order"
    rows = [
        {"label": _("What it is"), "value": plain(event.kind)},
        {"label": _("Began"), "value": moment_words(event.onset, zone)},
        {"label": _("First known"), "value": moment_words(event.first_known, zone)},
        {"label": _("Serious because"), "value": ", ".join(criteria) or _("not serious")},
        {"label": _("Severity"), "value": _("grade %s") % event.severity if event.severity else _("not told")},
        {"label": _("Outcome so far"), "value": plain(event.outcome)},
        {"label": _("Investigator"), "value": _opinion(event.investigator, _("open: counts as related"))},
        {"label": _("Sponsor"), "value": _opinion(event.sponsor, _("open"))},
        {"label": _("Counts as"), "value": _counts_as(event)},
        {"label": _("Expectedness"), "value": _expectedness(event, labels)},
    ]
    news = [moment_words(at, zone) for at in event.news]
    return {
        "number": event.number,
        "term": event.term,
        "status": status,
        "word": _("Fatal or life-threatening") if grave else _("Serious") if event.criteria else _("Not serious"),
        "rows": [*rows, *([{"label": _("Significant news"), "value": "; ".join(news)}] if news else [])],
        "actions": _links(
            actor,
            state,
            (ASSESS, _("Assess causality"), known),
            (EXPECTED, _("Assess expectedness"), known),
            (STATE, _("State causality"), known),
            (FOLLOW_UP, _("Record news"), known),
            (EARLIER, _("Somebody knew earlier"), known),
        ),
    }


def _opinion(opinion: str | None, otherwise: str) -> str:
    return otherwise if opinion is None else plain(opinion)


def _counts_as(event: Event) -> str:
    suspected = _("suspected") if event.is_suspected else _("not suspected")
    return f"{suspected}, {_('unexpected') if event.is_unexpected else _('expected')}"


def _expectedness(event: Event, labels: dict[Any, str]) -> str:
    if event.expected is None:
        return _("not looked up yet: counts as unexpected")
    found = _("listed") if event.expected else _("not listed")
    return f"{found} ({labels[event.reference]})" if event.reference is not None else found


def _duty(row: lists.DutyRow, now: Instant, actor: Actor, state: CaseState, *, answered: Any) -> dict[str, Any]:
    """A duty with the one thing that can be done about it."""
    shown = duty_words(row, now)
    known = {"case": row.subject, "duty": row.duty}
    if not row.sent:
        shown["actions"] = _links(actor, state, (SEND, _("Record as sent"), known))
    elif row.clock != "investigator" and not answered:
        shown["actions"] = _links(actor, state, (ANSWER, _("Record the answer"), known))
    shown["answered"] = plain(answered) if answered else ""
    return shown


#: Which side an act belongs to; what is of neither side alone stands for both.
_OF_CENTRE, _OF_SPONSOR = frozenset({ADD, STATE}), frozenset({ASSESS, EXPECTED, EARLIER, SEND, ANSWER})


def _links(actor: Actor, state: CaseState, *wanted: tuple[str, str, dict[str, Any]]) -> list[dict[str, str]]:
    """Forms for those of these acts that this person can do."""
    found = []
    for action, label, known in wanted:
        here = {_OF_CENTRE: state.centre, _OF_SPONSOR: state.sponsor}
        side = next((organisation for acts, organisation in here.items() if action in acts), actor.organisation)
        if actor.role in catalogue.ACTIONS[action].roles and side == actor.organisation:
            found.append({"label": label, "url": form_url(action, **known)})
    return found


def _linked(state: CaseState, actor: Actor) -> list[dict[str, str]]:
    """Investigations that were opened together with this case, as far as this reader may know them."""
    seen = visible(state.linked, actor.organisation)
    safety = states_of(CASE, [c for c in state.linked if c in seen])
    return [
        {
            "label": case.identifier,
            "url": case_url(str(case)) if safety[case].chain is not None else reverse("subject", args=[str(case)]),
        }
        for case in state.linked
        if case in seen
    ]
