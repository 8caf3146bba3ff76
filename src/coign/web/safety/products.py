"""One product: worst grades, serious events and responses, each with how many patients it is out of, stage by stage."""

from typing import Any

from django.utils.translation import gettext as _

from coign.kernel.errors import NotFound
from coign.kernel.subjects import Product
from coign.kernel.values import Actor
from coign.programmes.safety_plan import ResponsePlan
from coign.records import safety_reading as lists
from coign.regulatory.views import PRODUCT
from coign.web import acting, running
from coign.web.reading import reader
from coign.web.safety.words import case_url, day_words, named, plain
from coign.web.therapy.story import zone_of

GRADES = ("0", "1", "2", "3", "4", "5")
EVENTS_SHOWN_MAX = 20
#: Stages in the order of development; what is not on record comes last.
STAGES = ("preclinical", "phase_1", "phase_2", "phase_3", "authorised", "")


def product_page(identifier: str, actor: Actor) -> dict[str, Any]:
    """Everything on the page of a product; `NotFound` where no programme gives it."""
    product = named(Product, identifier)
    versions = [v for v in running.service().programmes.all() if v.product == product]
    if not versions:
        raise NotFound("this product is not known here")
    plan = versions[-1].safety.response
    now, organisation, ledger_id = acting.now(), str(actor.organisation), running.service().ledger_id
    due = [(t.id, str(now.plus(days=-t.day_from)), str(now.plus(days=-t.day_to - 1))) for t in plan.timepoints]
    with reader().connection() as connection:
        counts = lists.by_stage(connection, ledger_id, organisation, str(product))
        responses = lists.responses(connection, ledger_id, organisation, str(product), due)
        events = lists.serious_events(
            connection, ledger_id, organisation, product=str(product), at_most=EVENTS_SHOWN_MAX
        )
    zone = zone_of(actor.organisation)
    return {
        "name": versions[-1].product_name,
        "product": product,
        "treated": sum(c.treated for c in counts),
        "stages": [
            _stage(c, [r for r in responses if r.stage == c.stage], plan)
            for c in sorted(counts, key=lambda c: STAGES.index(c.stage))
        ],
        "bases": [
            {
                "jurisdiction": b.jurisdiction,
                "words": f"{plain(b.stage)}, {plain(b.basis)}",
                "since": day_words(b.since, zone),
            }
            for b in reader().state(PRODUCT, product).in_force(now)
        ],
        "events": [
            {
                "term": e.term,
                "fatal": e.fatal,
                "stage": _stage_words(e.stage),
                "case": e.subject.partition(":")[2],
                "url": case_url(e.subject),
            }
            for e in events
        ],
    }


def _stage_words(stage: str) -> str:
    return plain(stage).capitalize() if stage else _("Stage not on record")


def out_of(count: int, all_: int) -> str:
    """`3 of 21`: a number of patients never stands without those it is out of."""
    return _("%(count)d of %(all)d") % {"count": count, "all": all_}


def _stage(counts: lists.StageCounts, responses: list[lists.ResponseCounts], plan: ResponsePlan) -> dict[str, Any]:
    return {
        "title": _stage_words(counts.stage),
        "treated": counts.treated,
        "grades": GRADES,
        "scales": [
            _scale(_("Cytokine release"), counts.crs, counts.treated),
            _scale(_("Neurotoxicity"), counts.icans, counts.treated),
        ],
        "serious": out_of(counts.with_serious, counts.treated),
        "serious_events": counts.serious_events,
        "responses": [_response(r, plan) for r in responses],
    }


def _scale(name: str, by_grade: Any, treated: int) -> dict[str, Any]:
    """Each patient once, by the worst grade; who was never assessed is told, not counted as grade 0."""
    graded = sum(by_grade.values())
    severe = sum(count for grade, count in by_grade.items() if grade >= "3")
    return {
        "name": name,
        "cells": [by_grade.get(grade, 0) for grade in GRADES],
        "any": out_of(graded - by_grade.get("0", 0), treated),
        "severe": out_of(severe, treated),
        "not_graded": treated - graded,
    }


def _response(counts: lists.ResponseCounts, plan: ResponsePlan) -> dict[str, Any]:
    time = plan.timepoint(counts.timepoint)
    answered = sum(count for category, count in counts.categories.items() if category in plan.responders)
    return {
        "time": time.label if time is not None else counts.timepoint,
        "responders": out_of(answered, counts.assessed),
        "assessed": out_of(counts.assessed, counts.due),
        "missed": counts.missed,
        "overdue": counts.overdue,
        "categories": [
            {"label": label, "value": out_of(counts.categories.get(category, 0), counts.assessed)}
            for category, label in plan.categories.items()
        ],
    }
