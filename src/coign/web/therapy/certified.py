"""What a qualified person certifies, one line a thing: what the record says about it, and which gates stand on it.

A line says what is there, computed from the facts; its state is the worst of what the facts and the gates say. What is
missing is *not yet*, what is wrong is *stop*, and what somebody judged is shown as *look*.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.correction.views import CORRECTIONS
from coign.kernel.errors import GateAnswer
from coign.kernel.subjects import Batch, Chain, Lot, Subject
from coign.manufacturing.views import BATCH
from coign.programmes.dose_plan import millions
from coign.quality.audit_trail_state import AUDIT_TRAIL, AuditTrailState
from coign.regulatory.views import AUTHORISATIONS, PROGRAMME
from coign.supply.views import LOT
from coign.web import acting
from coign.web.claims import claim_of
from coign.web.oversight.sight import jurisdiction_of
from coign.web.roles import role_words
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.custody import custody
from coign.web.therapy.deciding import batch_of, of_batch, pending_tests, pending_words
from coign.web.therapy.environment import environment
from coign.web.therapy.known import last_values, results_of, steps_done
from coign.web.therapy.looking import states_of
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story
from coign.web.therapy.track import deadline_text, local_day
from coign.web.therapy.units import quantity_words

_WORST = ("in_order", "look", "not_yet", "stop")


@dataclass(slots=True)
class Line:
    """One thing that is certified."""

    title: str
    status: str
    sentence: str
    evidence: str
    #: Where the evidence stands: a part of the page of the therapy, or with `#` of the page of release itself.
    place: str
    url: str = ""
    #: Shut gates that stand on this line.
    gates: list[dict[str, Any]] = field(default_factory=list)


def lines(story: Story, gates: Iterable[GateAnswer]) -> list[Line]:
    """Every line, what needs somebody first."""
    made = {name: line for name, make in _LINES.items() if (line := make(story)) is not None}
    others: list[Line] = []
    for gate in gates:
        name = _GATES.get(gate.gate, "")
        if not gate.holds and name in made:
            _shut(made[name], gate)
        elif not gate.holds:
            others.append(_of_gate(gate))
    found = [*others, *made.values()]
    journey = reverse("journey", args=[story.journey.root])
    for line in found:
        line.url = line.place if line.place.startswith(("#", "/")) else f"{journey}#{line.place}"
    return sorted(found, key=lambda line: -_WORST.index(line.status))


def _shut(line: Line, gate: GateAnswer) -> None:
    status = "not_yet" if gate.gate in _MISSING else "stop"
    line.status = max(line.status, status, key=_WORST.index)
    line.gates.append(
        {
            "message": capfirst(instants_in_words(gate.message)),
            "remedy": gate.remedy,
            "who": [role_words(r) for r in gate.resolvers],
        }
    )


def _of_gate(gate: GateAnswer) -> Line:
    """A gate that stands on none of the lines is a line of its own while it is shut."""
    line = Line(gate.what_holds, "in_order", "", _("The whole therapy"), "acts")
    _shut(line, gate)
    return line


# The lines


def _identity(story: Story) -> Line:
    bags = [u for u, s in story.units.items() if s.kind == "starting_material"]
    result = results_of(story)[0].get("identity")
    words = [
        ngettext("%(n)s bag collected leads to this batch and to no other", "%(n)s bags collected lead to this batch "
                 "and to no other", len(bags)) % {"n": len(bags)},
    ]  # fmt: skip
    if result is not None:
        words.append(_("genetic profile against the donor: %s") % result["value"])
    wrong = result is not None and result["verdict"] != "pass"
    return Line(_("Identity"), "stop" if wrong else "in_order", "; ".join(words), _("Genealogy"), "family")


def _custody(story: Story) -> Line:
    held = custody(story)
    if held is None:
        return Line(_("Custody"), "not_yet", _("Nobody holds anything yet"), _("Custody"), "custody")
    return Line(_("Custody"), held["status"], held["word"], _("%d links") % len(held["steps"]), "custody")


def _temperature(story: Story) -> Line:
    read = list(story.told("coldchain.logger_read.v1"))
    assessed = {t.body["unit"] for t in story.told("coldchain.excursion_assessed.v1")}
    open_ = [t for t in read if t.body["verdict"] != "in_order" and t.body["unit"] not in assessed]
    count = sum(t.body["readings"] for t in read)
    if not read:
        return Line(_("Temperature"), "not_yet", _("No logger was read"), _("Curves"), "warmth")
    above = sum(t.body["minutes_above_limit"] for t in read)
    unread = sum(t.body["unknown_minutes"] for t in read)
    words = _("%(above)s min above the limit, %(unread)s min that nobody knows") % {"above": above, "unread": unread}
    if above or unread:
        words += _(", assessed by quality assurance") if not open_ else _(", not assessed yet")
    status = "stop" if open_ else "look" if above or unread else "in_order"
    return Line(_("Temperature on the way in"), status, words, _("%s readings") % f"{count:,}", "warmth")


def _materials(story: Story) -> Line:
    used = {Lot(lot): t.entry.time for t in story.told("manufacturing.step_completed.v1") for lot in t.body["lots"]}
    states = states_of(LOT, used)
    bad = [
        lot.identifier
        for lot, at in used.items()
        if states[lot].rejected or ((ends := states[lot].expires) is not None and ends <= at)
    ]
    if bad:
        words = _("rejected since, or out of date when used: %s") % ", ".join(bad)
    else:
        words = ngettext("%(n)s lot, released and in date when it was used", "%(n)s lots, released and in date when "
                         "they were used", len(used)) % {"n": len(used)}  # fmt: skip
    return Line(_("Materials"), "stop" if bad else "in_order" if used else "not_yet", words, _("Genealogy"), "family")


def _steps(story: Story) -> Line:
    done, programme = len(steps_done(story)), story.programme
    whole = len(programme.steps) if programme is not None else 0
    people = {t.body["operator"] for t in story.told("manufacturing.step_completed.v1")}
    words = _("%(done)s of %(all)s done in order, by %(people)s people; the room was cleared by two") % {
        "done": done, "all": whole, "people": len(people),
    }  # fmt: skip
    return Line(_("Steps"), "in_order" if done == whole else "not_yet", words, _("What happened"), "acts")


def _recorded(story: Story) -> Line:
    """Whether acts were entered when they were done (GMP-18): what claims another time than the record's stands out."""
    acts = [a for a in story.acts if a.outcome != "refused"]
    late = [a for a in acts if (claim := claim_of(story.entries[a.position])) is not None and claim.late]
    words = (
        ngettext("%(n)s act was entered late: %(which)s", "%(n)s acts were entered late: %(which)s", len(late))
        % {"n": len(late), "which": ", ".join(f"{a.position:,}" for a in late)}
        if late
        else _("None of %s entries claims to have been made late") % f"{len(acts):,}"
    )
    return Line(_("Entered when done"), "look" if late else "in_order", words, _("What happened"), "acts")


def _measurements(story: Story) -> Line:
    values = last_values(story)
    steps = story.programme.steps if story.programme is not None else ()
    ranges = [m for step in steps for m in step.measurements if m.id in values]
    outside = [m.label for m in ranges if not m.holds(values[m.id])]
    words = (
        _("outside their limits: %s") % ", ".join(outside) if outside
        else _("%s measurements, all within their limits") % len(ranges)
    )  # fmt: skip
    return Line(_("Measurements"), "look" if outside else "in_order", words, _("%d values") % len(ranges), "#measured")


def _deviations(story: Story) -> Line:
    opened = {t.body["case"] for t in story.told("quality.deviation_opened.v1")}
    closed = {t.body["case"] for t in story.told("quality.deviation_closed.v1")}
    if not opened:
        return Line(_("Deviations"), "in_order", _("None was opened"), _("What happened"), "acts")
    words = _("%(all)s opened, %(closed)s judged and closed") % {"all": len(opened), "closed": len(opened & closed)}
    status = "look" if opened <= closed else "not_yet"
    return Line(_("Deviations"), status, words, _("What happened"), "acts")


def _corrections(story: Story) -> Line:
    """As the states of batch and therapy tell it: an entry of the centre may name what nobody here sees."""
    batches = [Batch(t.body["batch"]) for t in story.told("manufacturing.batch_started.v1")]
    homes: list[Subject] = [
        *batches,
        *([Chain(story.journey.chain)] if story.sees_chain and story.journey.chain else []),
    ]
    states = states_of(CORRECTIONS, homes).values()
    corrected, waiting = sum(len(s.values) for s in states), sum(s.open_count for s in states)
    if not corrected and not waiting:
        return Line(_("Corrected values"), "in_order", _("None was corrected"), _("What happened"), "acts")
    words = _("%(corrected)s corrected, %(waiting)s not assessed") % {"corrected": corrected, "waiting": waiting}
    return Line(_("Corrected values"), "not_yet" if waiting else "look", words, _("What happened"), "acts")


def _results(story: Story) -> Line:
    recorded, reviewed = results_of(story)
    whole = len(story.programme.panel) if story.programme is not None else 0
    failed = [r for r in recorded.values() if r["verdict"] != "pass"]
    pending = pending_words(story)
    words = _("%(meet)s of %(all)s meet the specification, %(reviewed)s compared with their raw data by another") % {
        "meet": len(recorded) - len(failed), "all": whole, "reviewed": len(reviewed),
    }  # fmt: skip
    if pending:
        words += "; " + _("still pending: %s") % pending
    complete = len(reviewed) == whole - len(pending_tests(story))
    status = "stop" if failed else "not_yet" if not complete else "look" if pending else "in_order"
    return Line(_("Results"), status, words, _("%d results") % len(recorded), "#results")


def _dose(story: Story) -> Line | None:
    """What the bags hold by the results that stand; the patient's weight is the centre's to know."""
    plan = story.programme.dose if story.programme is not None else None
    batch = batch_of(story)
    made = states_of(BATCH, [batch])[batch].containers if batch is not None else ()
    if plan is None or batch is None or not made:
        return None
    strength = plan.strength({name: result["value"] for name, result in results_of(story)[0].items()})
    if strength is None:
        return Line(
            _("Dose"), "not_yet", _("Not all results it is worked out from are there"), _("Results"), "#results"
        )
    corrected = states_of(CORRECTIONS, [batch])[batch]
    volumes = [volume for bag in made if (volume := corrected.volume_of(bag)) is not None]
    cells = [plan.cells_in(volume, strength) for volume in volumes]
    each = ", ".join(
        _("%(volume)s with %(cells)s") % {"volume": quantity_words(v.value, v.unit), "cells": millions(c)}
        for v, c in zip(volumes, cells, strict=True)
    )
    words = _("%(each)s; together %(dose)s") % {"each": each, "dose": plan.words(sum(cells, Decimal(0)))}
    return Line(_("Dose"), "in_order", words, _("Results"), "#results")


def _environment(story: Story) -> Line:
    found = environment(story)
    return Line(_("Environment"), found.status, found.words, _("%d counts") % len(found.rows), "#environment")


def _labels(story: Story) -> Line:
    made = [s for s in story.units.values() if s.kind in ("final_container", "sample")]
    back = sum(s.label_verified for s in made)
    words = _("%(all)s on containers, %(back)s scanned back") % {"all": len(made), "back": back}
    counted = of_batch(story, "manufacturing.labels_counted.v1")
    missing = counted[-1].body["printed"] - counted[-1].body["used"] - counted[-1].body["destroyed"] if counted else 0
    if counted:
        words += "; " + (_("%d missing") % missing if missing else _("every label printed is accounted for"))
    complete = made and back == len(made) and counted
    status = "stop" if missing else "in_order" if complete else "not_yet"
    return Line(_("Labels"), status, words, _("Genealogy"), "family")


def _training(story: Story) -> Line:
    tasks = {s.id for s in story.programme.journey if s.task} if story.programme is not None else set()
    acts = [a for a in story.acts if a.step in tasks and a.outcome != "refused"]
    beside = [a for a in acts if a.unmet]
    people = {a.person for a in acts}
    words = (
        _("%s acts were done without it and reported after the fact") % len(beside) if beside
        else _("%(people)s people; each act asked at its moment whether they were qualified") % {"people": len(people)}
    )  # fmt: skip
    return Line(_("Training then"), "look" if beside else "in_order", words, _("%d acts") % len(acts), "acts")


def _authorisation(story: Story) -> Line:
    programme = story.programme
    if programme is None:
        return Line(_("Authorisation"), "not_yet", _("No programme is known here"), _("What happened"), "acts")
    state = states_of(PROGRAMME, [programme.programme])[programme.programme]
    told = _allowed_by(story)
    words = _("Version %(n)s of the programme") % {"n": programme.version}
    if state.in_force == programme.digest and state.since is not None:
        words += _(", in force by two signatures since %s") % local_day(state.since)
        return Line(_("Authorisation"), "in_order", f"{told}{words}", _("The programme"), "acts")
    words += _("; another one is in force now")
    return Line(_("Authorisation"), "look", f"{told}{words}", _("The programme"), "acts")


def _allowed_by(story: Story) -> str:
    """The number of the authorisation under which patients of this centre are treated, and until when it holds."""
    product, centre = story.chain.product, story.chain.centre
    if product is None or centre is None:
        return ""
    says = states_of(AUTHORISATIONS, [product])[product].in_force(jurisdiction_of(centre), acting.now())
    return "" if says is None else _("%(number)s until %(day)s. ") % {
        "number": says.number, "day": local_day(says.valid_until),
    }  # fmt: skip


def _consent(story: Story) -> Line:
    started = story.last("collection.started.v1")
    if started is None:
        return Line(_("Consent"), "not_yet", _("Nothing was collected yet"), _("What happened"), "acts")
    words = _("In force when the cells were collected, %s; asked again before thawing") % deadline_text(
        started.entry.time
    )
    return Line(_("Consent"), "in_order", words, _("What happened"), "acts")


def _review(story: Story) -> Line:
    told = story.last("quality.record_reviewed.v1")
    if told is None:
        return Line(_("Review of the record"), "not_yet", _("Nobody has reviewed it yet"), _("What happened"), "acts")
    by = names_of([told.body["by"]], str(story.actor.organisation))[told.body["by"]]
    words = _("By %(who)s, %(at)s, who had no part in making or testing it") % {
        "who": by, "at": deadline_text(told.entry.time),
    }  # fmt: skip
    return Line(_("Review of the record"), "in_order", words, _("What happened"), "acts")


def _audit_trail(story: Story) -> Line:
    batch = batch_of(story)
    state = AuditTrailState() if batch is None else states_of(AUDIT_TRAIL, [batch])[batch]
    place = reverse("audit-trail", args=[story.journey.root])
    if state.reviewed_by is not None and state.reviewed_at is not None:
        by = names_of([state.reviewed_by], str(story.actor.organisation))[state.reviewed_by]
        words = _("Read by exception by %(who)s, %(at)s; %(n)s entries that stood out are answered") % {
            "who": by, "at": deadline_text(state.reviewed_at), "n": len(state.answered),
        }  # fmt: skip
        return Line(_("Audit trail"), "in_order", words, _("What stands out"), place)
    if state.owed_until is not None:
        words = _("Its review was put off with a reason, and is owed by %s") % deadline_text(state.owed_until)
        return Line(_("Audit trail"), "look", words, _("What stands out"), place)
    return Line(_("Audit trail"), "not_yet", _("Nobody has reviewed it yet"), _("What stands out"), place)


_LINES: dict[str, Callable[[Story], Line | None]] = {
    "identity": _identity,
    "custody": _custody,
    "temperature": _temperature,
    "materials": _materials,
    "steps": _steps,
    "recorded": _recorded,
    "measurements": _measurements,
    "deviations": _deviations,
    "corrections": _corrections,
    "results": _results,
    "dose": _dose,
    "environment": _environment,
    "labels": _labels,
    "training": _training,
    "authorisation": _authorisation,
    "consent": _consent,
    "review": _review,
    "audit_trail": _audit_trail,
}
#: On which line a gate of certifying stands.
_GATES = {
    "quality.units_are_not_blocked": "identity",
    "quality.batch_is_not_held": "authorisation",
    "quality.custody_is_in_order": "custody",
    "quality.product_was_kept_cold": "custody",
    "quality.product_is_in_date": "labels",
    "quality.deviations_are_closed": "deviations",
    "quality.corrections_are_assessed": "corrections",
    "quality.results_are_complete": "results",
    "quality.results_meet_specification": "results",
    "quality.pending_results_are_named": "results",
    "quality.product_is_a_dose": "dose",
    "quality.lots_are_in_order": "materials",
    "quality.releaser_is_of_destination": "authorisation",
    "quality.labels_are_verified": "labels",
    "quality.growth_is_assessed": "environment",
    "quality.record_is_reviewed": "review",
    "quality.certified_by_another": "review",
    "quality.judge_had_no_part": "review",
    "quality.audit_trail_is_reviewed": "audit_trail",
    "quality.nothing_stands_out_since": "audit_trail",
    "quality.released_by_another_than_put_it_off": "audit_trail",
}
#: What is only missing; every other shut gate says that something is wrong.
_MISSING = frozenset(
    {
        "quality.deviations_are_closed", "quality.results_are_complete", "quality.labels_are_verified",
        "quality.record_is_reviewed", "quality.audit_trail_is_reviewed", "quality.nothing_stands_out_since",
        "quality.corrections_are_assessed", "quality.release_is_witnessed",
    }
)  # fmt: skip
