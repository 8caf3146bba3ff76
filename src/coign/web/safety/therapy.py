"""The safety of one therapy: what can be recorded after the infusion, grades by day, responses, cases."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue
from coign.infusion.views import INFUSION
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Chain
from coign.programmes.safety_plan import ResponsePlan
from coign.records import safety_reading as lists
from coign.safety.state import REACTIONS, Reactions
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.safety.words import case_url
from coign.web.therapy.band import band
from coign.web.therapy.coming import when
from coign.web.therapy.story import Story


def _acts() -> list[tuple[str, str]]:
    """What is recorded after the infusion, the daily things first."""
    return [
        ("safety.record_reaction", _("Cytokine release")),
        ("safety.record_icans", _("Neurotoxicity")),
        ("safety.record_laboratory", _("Laboratory value")),
        ("safety.record_response", _("Response")),
        ("safety.record_missed_response", _("Response not assessed")),
        ("safety.report_event", _("Serious event")),
    ]


def therapy_page(story: Story) -> dict[str, Any]:
    """Everything on the page; `NotFound` for who is not party to the chain."""
    if not story.sees_chain or not story.journey.chain:
        raise NotFound("the safety of this therapy is not known here")
    chain = Chain(story.journey.chain)
    begun = reader().state(INFUSION, chain).begun
    state = reader().state(REACTIONS, chain)
    with reader().connection() as connection:
        ledger_id = running.service().ledger_id
        grades = lists.grades_of(connection, ledger_id, str(chain))
        cases = lists.cases_of(connection, ledger_id, str(chain))
    days = sorted({day for _scale, day, _grade in grades})
    at = {(scale, day): grade for scale, day, grade in grades}
    return {
        "story": story,
        "identity": band(story),
        "begun": begun,
        "acts": _links(story) if begun else [],
        "days": [{"day": d, "crs": at.get(("crs", d), "–"), "icans": at.get(("icans", d), "–")} for d in days],
        "laboratory": [{"term": w.term, "grade": w.grade} for w in state.laboratory],
        "responses": _responses(story, state),
        "cases": [{"label": case.partition(":")[2], "url": case_url(case)} for case in cases],
    }


def _responses(story: Story, state: Reactions) -> list[dict[str, str]]:
    """What was found at each time of the protocol, or why nothing was, or when it is planned."""
    plan = story.programme.safety.response if story.programme is not None else ResponsePlan()
    labels = {t.id: t.label for t in plan.timepoints}
    found = [(r.timepoint, plan.categories.get(r.category, r.category)) for r in state.responses]
    found += [(m.timepoint, _("not assessed: %s") % m.why.replace("_", " ")) for m in state.missed]
    steps = {s.id: s.timepoint for s in story.programme.journey} if story.programme is not None else {}
    now = acting.now()
    found += [(time, said) for s in story.steps if (time := steps.get(s.step)) and (said := when(s, now))]
    return [{"time": labels.get(time, time), "category": said} for time, said in found]


def _links(story: Story) -> list[dict[str, str]]:
    if story.chain.centre != story.actor.organisation:
        return []
    return [
        {"label": label, "url": reverse("do", args=[story.journey.root, action])}
        for action, label in _acts()
        if story.actor.role in catalogue.ACTIONS[action].roles
    ]
