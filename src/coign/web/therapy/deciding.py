"""What is decided about the batch that is made now: investigations, pending results, calls, supply under exception."""

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue, rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain, Organisation
from coign.quality.events import TOO_FEW_CELLS
from coign.quality.exception_state import CALLS, EXCEPTION
from coign.quality.state import DOSSIER, Dossier, Investigation
from coign.web import acting
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story, Told, name_of, names_of_organisations
from coign.web.therapy.units import quantity_words, with_units

#: The acts of an investigation, and at which point of it each of them comes.
INVESTIGATES: dict[str, Callable[[Investigation], bool]] = {
    "quality.assess_in_laboratory": lambda i: not i.laboratory,
    "quality.invalidate_result": lambda i: i.proves_laboratory_error,
    "quality.plan_retests": lambda i: i.laboratory == "no_assignable_cause" and i.planned is None and not i.conclusion,
    "quality.record_retest": lambda i: i.retests_left > 0 and not i.conclusion,
    "quality.conclude_investigation": lambda i: i.laboratory == "no_assignable_cause" and not i.conclusion,
}
CALLED = {"quality.acknowledge_late_result": "physician", "quality.assess_late_result": "quality"}


def dossier_of(story: Story) -> Dossier:
    """What a decision about the therapy's batch rests on."""
    batch = batch_of(story)
    return states_of(DOSSIER, [batch])[batch] if batch is not None else Dossier()


def failing_test(story: Story, action: str) -> str | None:
    """The first test out of specification that is at the point where this act comes."""
    found = (r for r in dossier_of(story).results if r.is_out_of_specification)
    return next((r.attribute for r in found if INVESTIGATES[action](r.investigation)), None)


def pending_tests(story: Story) -> tuple[str, ...]:
    """The tests without a result that the programme lets a product be released without."""
    dossier, panel = dossier_of(story), story.programme.panel if story.programme is not None else ()
    return tuple(test.id for test in panel if test.may_be_pending and dossier.result(test.id) is None)


def called_about(story: Story, side: str) -> str | None:
    """The first late result about which a side was called and has not answered."""
    chain = Chain(story.journey.chain)
    waiting = states_of(CALLS, [chain])[chain].waiting
    return next((w.attribute for w in waiting if w.side == side), None)


def batch_of(story: Story) -> Batch | None:
    """The production run of this therapy, if one was started and its reader may know it."""
    told = story.last("manufacturing.batch_started.v1")
    return Batch(told.body["batch"]) if told is not None else None


def of_batch(story: Story, *types: str) -> list[Told]:
    """What was told of the batch that is made now: an earlier one that failed is another story."""
    batch = batch_of(story)
    return [told for told in story.told(*types) if told.body["batch"] == batch]


def failing_rows(story: Story, attribute: str | None) -> list[dict[str, Any]]:
    """What failed, and every value that was measured since: none of them takes the first one's place."""
    result = dossier_of(story).result(attribute) if attribute is not None else None
    if attribute is None or result is None or story.programme is None:
        return []
    test = story.programme.attribute(attribute)
    repeats = [t.body for t in of_batch(story, "quality.retest_recorded.v1") if t.body["attribute"] == attribute]
    rows: list[dict[str, Any]] = [
        {"label": "First result", "value": quantity_words(result.value, result.unit), "mono": True},
        {"label": "Specification", "value": with_units(test.words, test.unit)},
    ]
    rows += [
        {"label": f"Repeat {number}", "value": quantity_words(body["value"], body["unit"]), "mono": True}
        for number, body in enumerate(repeats, start=1)
    ]
    if result.investigation.planned is not None:
        rows.append({"label": "Repeats planned", "value": str(result.investigation.planned)})
    return rows


# Where it goes, and by which way


@dataclass(frozen=True, slots=True)
class Destination:
    """Whose rules the product follows: who releases it, in which words, and the way for a product that fails."""

    place: str
    jurisdiction: str
    role: str
    wording: str
    way: str


def destination_of(story: Story) -> Destination:
    """The destination of this therapy's product; empty words where no rules are known."""
    rules, now, centre = rulesets.load(), acting.now(), Organisation(story.journey.centre)
    state = names_of_organisations().get(centre)
    try:
        jurisdiction = rules.text(f"jurisdiction.of_country.{state.country if state is not None else ''}", now)
    except KeyError:
        return Destination(name_of(story.journey.centre), "", "", "", "")
    named = (rules.text(name, now, jurisdiction) for name in ("release.role", "release.wording", "exception.way"))
    return Destination(name_of(story.journey.centre), jurisdiction, *named)


def test_names(story: Story, tests: Iterable[str]) -> str:
    """Tests by the names of the programme."""
    names = {t.id: t.label for t in story.programme.panel} if story.programme is not None else {}
    names |= {"environment": _("Environment of the room"), TOO_FEW_CELLS: _("Cells in all bags together")}
    return ", ".join(names.get(test, test) for test in tests)


def pending_words(story: Story) -> str:
    """What the product would be released without; empty: nothing."""
    return test_names(story, pending_tests(story))


def investigations_of(story: Story) -> dict[str, list[str]]:
    """What was found out about each test that failed, in order; the first value is among it for ever."""
    found: dict[str, list[str]] = {}
    for told in of_batch(story, *_LOOKED_INTO):
        attribute = told.body["attribute"]
        if told.type == "quality.result_recorded.v1":
            if told.body["verdict"] == "fail" or attribute in found:
                words = _("%s measured") % quantity_words(told.body["value"], told.body["unit"])
                found.setdefault(attribute, []).append(words)
        elif attribute in found:
            found[attribute].append(_looked(told))
    return found


def _looked(told: Told) -> str:
    match told.type:
        case "quality.laboratory_assessed.v1":
            erred = told.body["found"] == "laboratory_error"
            return _("the laboratory found an error of its own") if erred else _("the laboratory found no error")
        case "quality.retests_planned.v1":
            return str(_("%d repeats planned") % told.body["times"])
        case "quality.retest_recorded.v1":
            return str(_("repeat: %s") % quantity_words(told.body["value"], told.body["unit"]))
        case "quality.investigation_concluded.v1":
            confirmed = told.body["conclusion"] == "confirmed"
            return _("confirmed: the product fails") if confirmed else _("decided: an error of the laboratory")
        case _:
            return _("set aside")


_LOOKED_INTO = (
    "quality.result_recorded.v1", "quality.laboratory_assessed.v1", "quality.retests_planned.v1",
    "quality.retest_recorded.v1", "quality.investigation_concluded.v1", "quality.result_invalidated.v1",
)  # fmt: skip

#: The papers of each way, what is there when one is, and the act that makes it.
_PAPERS = {
    "physician_request": ("request", "risk", "acceptance", "notice"),
    "expanded_access": ("request", "access"),
}


def exception_of(story: Story) -> dict[str, Any] | None:
    """The way of a product that is known to fail: which papers are there; None while nobody needs it."""
    dossier, chain = dossier_of(story), Chain(story.journey.chain)
    fails = any(r.is_out_of_specification and not r.is_under_investigation for r in dossier.results)
    request = states_of(EXCEPTION, [chain])[chain]
    if not (fails or request.requested_by) or dossier.rejected or dossier.supplied_under_exception:
        return None
    papers = {
        "request": (_("The physician asks"), request.requested_by is not None, "quality.request_exception"),
        "risk": (_("The maker tells the risk"), request.assessed_by is not None, "quality.assess_exception_risk"),
        "acceptance": (_("The physician accepts it"), request.accepted_by is not None, "quality.accept_exception"),
        "notice": (_("Sponsor or authority is told"), bool(request.told), "quality.record_exception_notice"),
        "access": (
            _("Expanded access is on record"), bool(request.expanded_access), "quality.record_expanded_access",
        ),
    }  # fmt: skip
    wanted = [papers[name] for name in _PAPERS.get(destination_of(story).way, ())]
    supply = "quality.supply_under_exception"
    return {
        "rows": [
            {
                "label": label,
                "status": "in_order" if there else "not_yet",
                "word": _("there") if there else _("missing"),
                "url": "" if there or story.actor.role not in catalogue.ACTIONS[action].roles else _form(story, action),
            }
            for label, there, action in wanted
        ],
        "supply_url": _form(story, supply) if story.actor.role == destination_of(story).role else "",
    }


def _form(story: Story, action: str) -> str:
    return reverse("do", args=[story.journey.root, action])
