"""Corrected values on pages: what stood there, what counts now, the way to correct it, and what was decided since."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coign import catalogue
from coign.correction.events import CorrectionProposed, ValueCorrected
from coign.correction.recorded import Recorded, values_of
from coign.correction.state import CORRECTION, CorrectionState
from coign.correction.views import CORRECTIONS
from coign.kernel.subjects import Case, Subject
from coign.kernel.values import Actor
from coign.ledger.entries import Entry
from coign.service.correcting import as_corrected, recorded
from coign.web.as_of import AsOf
from coign.web.reading import reader
from coign.web.templatetags.coign_words import moment
from coign.web.therapy.corrected import corrections_in
from coign.web.therapy.looking import visible, visible_entries
from coign.web.therapy.people import names_of
from coign.web.therapy.units import quantity_words

PROPOSE, READ, ASSESS = "correction.propose", "correction.read_source", "correction.assess"
#: The newest decisions that are listed for whoever assesses; all of them stand on the page of the batch or therapy.
DECISIONS_MAX = 40


def form_address(action: str, **known: Any) -> str:
    """The form of one of the three acts, with what it is about."""
    return f"{reverse('form', args=[action])}?{urlencode(known)}"


# On the page of an entry


def values_shown(entry: Entry, actor: Actor, point: AsOf | None = None) -> list[dict[str, Any]]:
    """The values of an entry that can be corrected: as recorded, as each counts, and what can be done about it.

    At a point in the past only what was corrected by then, and nothing to do.
    """
    found = [replace(v, entry=entry.position) for v in values_of(entry.facts)] if entry.outcome != "refused" else []
    seen = visible({value.home for value in found}, actor.organisation)
    told = {home: corrections_in(e for e in reader().history(home) if point is None or point.tells(e)) for home in seen}
    rows = [_value_row(value, told.get(value.home, [])) for value in found]
    if point is None:
        rows = [row | _to_do(value, entry, actor) for row, value in zip(rows, found, strict=True)]
    return rows


def _value_row(value: Recorded, told: list[ValueCorrected]) -> dict[str, Any]:
    counts = as_corrected(value, told)
    return {
        "label": value.label,
        "recorded": quantity_words(value.value, value.unit),
        "counts": quantity_words(counts.value, counts.unit) if counts.case is not None else "",
        "case": counts.case,
    }


def _to_do(value: Recorded, entry: Entry, actor: Actor) -> dict[str, Any]:
    """What waits for somebody, or else the way to correct it."""
    waits = reader().state(CORRECTIONS, value.home).waits(value.entry, value.name)
    may = actor.role in catalogue.ACTIONS[PROPOSE].roles and entry.actor.organisation == actor.organisation
    return {
        "waits": waits,
        "correct": form_address(PROPOSE, entry=value.entry, name=value.name) if may and waits is None else "",
    }


# On the forms of the three acts


def introduction(action: str, known: Mapping[str, str], actor: Actor) -> dict[str, Any] | None:
    """What a person must know before they fill in one of these forms; whoever reads the source is told no value."""
    if action == PROPOSE:
        return _of_value(known, actor)
    if action not in (READ, ASSESS) or not known.get("case", "").startswith("case:"):
        return None
    case = Case(known["case"])
    state = reader().state(CORRECTION, case) if case in visible([case], actor.organisation) else CorrectionState()
    if state.proposal is None:
        return None
    return _of_source(state.proposal) if action == READ else _of_assessment(state, state.proposal, actor)


def _of_value(known: Mapping[str, str], actor: Actor) -> dict[str, Any] | None:
    text = known.get("entry", "")
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) >= reader().head().size:
        return None
    entry = reader().entry(int(text))
    names = {value.name for value in values_of(entry.facts)}
    if entry.actor.organisation != actor.organisation or known.get("name") not in names:
        return None
    value = recorded(entry, known["name"])
    counts = as_corrected(value, corrections_in(reader().history(value.home)))
    now = quantity_words(counts.value, counts.unit)
    return {"rows": [*_where(value.label, value.entry, value.home), {"label": _("Stands there now"), "value": now}]}


def _of_source(proposal: CorrectionProposed) -> dict[str, Any]:
    rows = _where(proposal.label, proposal.entry, proposal.home)
    rows.append({"label": _("Unit"), "value": proposal.unit})
    return {
        "rows": rows,
        "sentence": _("Read it where it was first written or shown: the paper, the device, its print. Nobody tells you "
        "here what you should find."),
    }  # fmt: skip


def _of_assessment(state: CorrectionState, proposal: CorrectionProposed, actor: Actor) -> dict[str, Any]:
    right = state.stage == "corrected"
    before = quantity_words(proposal.before, proposal.unit)
    now = quantity_words(proposal.after, proposal.unit) if right else before
    rows = _where(proposal.label, proposal.entry, proposal.home)
    rows += [
        {"label": _("Was"), "value": before},
        {"label": _("Counts now") if right else _("Still counts: the two did not read the same"), "value": now},
        {"label": _("Held"), "value": ", ".join(u.identifier for u in proposal.units) or _("nothing")},
    ]
    return {"rows": rows, "decided": decided_since(proposal, actor)}


def _where(label: str, entry: int, home: Subject) -> list[dict[str, Any]]:
    at = _("Entry %(n)s, %(home)s") % {"n": entry, "home": home.identifier}
    return [
        {"label": _("Value"), "value": label},
        {"label": _("Recorded in"), "value": at, "url": reverse("receipt", args=[entry])},
    ]


def decided_since(proposal: CorrectionProposed, actor: Actor) -> list[dict[str, Any]]:
    """What was done about the batch or therapy after the value was recorded: it may rest on it."""
    after = [e for e in reader().history(proposal.home) if e.position > proposal.entry and _decides(e)]
    shown = visible_entries(after[-DECISIONS_MAX:], actor.organisation)
    names = names_of({str(e.actor.person) for e in shown}, str(actor.organisation))
    return [
        {
            "title": catalogue.ACTIONS[e.action.rpartition(".v")[0]].title,
            "who": names[str(e.actor.person)],
            "when": moment(timezone.localtime(e.time.moment)),
            "url": reverse("receipt", args=[e.position]),
        }
        for e in reversed(shown)
    ]


def _decides(entry: Entry) -> bool:
    return not entry.action.startswith("correction.") and entry.action.rpartition(".v")[0] in catalogue.ACTIONS


# What can be done about one


def next_acts(case: Case, actor: Actor) -> list[dict[str, str]]:
    """What whoever looks at a correction could do about it now."""
    state = reader().state(CORRECTION, case)
    wanted = READ if state.waits_for_reading else ASSESS if state.waits_for_assessment else ""
    if not wanted or actor.role not in catalogue.ACTIONS[wanted].roles:
        return []
    if state.proposal is not None and actor.person == state.proposal.by:
        return []
    if wanted == READ and state.house != actor.organisation:
        return []
    return [{"label": catalogue.ACTIONS[wanted].title, "url": form_address(wanted, case=case)}]
