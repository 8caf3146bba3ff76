"""The audit trail of a therapy's batch for whoever reviews it: what stands out first, everything else by question."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import catalogue
from coign.kernel.errors import GateAnswer, NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.manufacturing.views import BATCH
from coign.perform import Request
from coign.quality.audit_trail import Act, Line
from coign.quality.audit_trail_state import AUDIT_TRAIL, AuditTrailState
from coign.records import scope
from coign.service.audit_trail import Reading
from coign.web import acting, running
from coign.web.therapy.coming import ask
from coign.web.therapy.deciding import batch_of, of_batch
from coign.web.therapy.looking import entries_at, states_of, visible_entries
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story
from coign.web.therapy.track import deadline_text

ANSWER, REVIEW = "quality.answer_audit_trail_line", "quality.review_audit_trail"
DEFER = "quality.defer_audit_trail_review"
#: More lines than anybody reads; a question asked more narrowly shows the others.
SHOWN_MAX = 200
#: What each kind of sign is called where one chooses among them.
KINDS: Mapping[str, Any] = {
    "late": gettext_lazy("entered late"),
    "signed_before": gettext_lazy("signed beforehand"),
    "clock": gettext_lazy("clock"),
    "observed": gettext_lazy("reported after the fact"),
    "retried": gettext_lazy("tried again until it passed"),
    "refused": gettext_lazy("refused"),
    "same_hand": gettext_lazy("second person at once"),
    "pair": gettext_lazy("always the same two"),
    "two_stations": gettext_lazy("two stations"),
    "outside_hours": gettext_lazy("outside usual hours"),
    "set_aside": gettext_lazy("result set aside"),
    "given_up": gettext_lazy("run given up"),
    "outside_limits": gettext_lazy("outside limits"),
    "corrected": gettext_lazy("corrected"),
    "corrected_knowing": gettext_lazy("corrected after the result"),
    "copied": gettext_lazy("copied values"),
    "trained_after": gettext_lazy("qualified afterwards"),
    "new_hand": gettext_lazy("new role or key"),
    "weaker": gettext_lazy("weaker signature"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Who, what, why and when: what the list is narrowed down to; empty: everything that stands out."""

    who: str = ""
    what: str = ""
    why: str = ""
    since: str = ""
    until: str = ""

    @property
    def is_asked(self) -> bool:
        """Whether anything was asked at all."""
        return any((self.who, self.what, self.why, self.since, self.until))

    def fits(self, act: Act, line: Line | None) -> bool:
        """Whether an entry is an answer to it."""
        on = timezone.localtime(act.at.moment).date()
        return (
            self.who in ("", str(act.person))
            and self.what in ("", act.action)
            and (not self.why or (line is not None and self.why in {sign.kind for sign in line.signs}))
            and (not self.since or on >= date.fromisoformat(self.since))
            and (not self.until or on <= date.fromisoformat(self.until))
        )


def context(story: Story, question: Question) -> dict[str, Any]:
    """Everything the page shows."""
    batch = batch_of(story)
    if batch is None:
        raise NotFound("no batch of this therapy is known here")
    read = _as_far_as_told(story, batch, running.service().audit_trails.read(batch))
    state = states_of(AUDIT_TRAIL, [batch])[batch]
    names = names_of((act.person for act in read.trail.acts), str(story.actor.organisation))
    top = {line.act.position for line in read.exceptional}
    lines = {line.act.position: line for line in read.lines}
    below = [line for line in read.lines if line.act.position not in top]
    found = _asked_for(read, lines, question) if question.is_asked else below
    waiting = [position for position in top if position not in state.answered]
    gates = _gates(story, batch)
    return {
        "batch": batch,
        "entries": len(read.trail.acts),
        "exceptional": [_row(line, names) | _answer(story, line, state) for line in read.exceptional],
        "waiting": len(waiting),
        "may_answer": story.actor.role in catalogue.ACTIONS[ANSWER].roles,
        "lines": [_row(line, names) for line in found[:SHOWN_MAX]],
        "more": max(0, len(found) - SHOWN_MAX),
        "question": question,
        "people": sorted(((str(p), name) for p, name in names.items()), key=lambda row: row[1]),
        "acts": sorted({(act.action, _title(act.action)) for act in read.trail.acts}, key=lambda row: row[1]),
        "reasons": [(kind, KINDS[kind], n) for kind, n in _counted(read.lines).items()],
        "review": _review(story, state),
        "may": story.actor.role in catalogue.ACTIONS[REVIEW].roles,
        "shut": "; ".join(gate.message for gate in gates or () if not gate.holds),
        "asked": gates is not None,
        "url": reverse("do", args=[story.journey.root, _step(story)]),
        "defer_url": _defer_url(story, state),
    }


def _as_far_as_told(story: Story, batch: Batch, read: Reading) -> Reading:
    """The maker's own people read all of it; others what they may read of it entry by entry."""
    if states_of(BATCH, [batch])[batch].maker == story.actor.organisation and scope.within() is None:
        return read
    positions = [act.position for act in read.trail.acts]
    seen = {e.position for e in visible_entries(entries_at(positions), story.actor.organisation)}
    return read.only(seen)


def _asked_for(read: Reading, lines: Mapping[int, Line], question: Question) -> list[Line]:
    """Every entry that answers the question, whether anything stands out about it or not, newest first."""
    found = (lines.get(act.position, Line(act, (), 0)) for act in reversed(read.trail.acts))
    return [line for line in found if question.fits(line.act, line)]


def _counted(lines: Iterable[Line]) -> Counter[str]:
    return Counter(sign.kind for line in lines for sign in line.signs)


def _title(action: str) -> str:
    known = catalogue.ACTIONS.get(action)
    return known.title if known is not None else action


def _row(line: Line, names: Mapping[str, str]) -> dict[str, Any]:
    act = line.act
    return {
        "position": act.position,
        "title": _title(act.action),
        "who": names[act.person],
        "at": deadline_text(act.at),
        "outcome": act.outcome,
        "signs": [sign.words for sign in line.signs],
        "risk": line.risk,
        "url": reverse("receipt", args=[act.position]),
    }


def _answer(story: Story, line: Line, state: AuditTrailState) -> dict[str, Any]:
    """What was said about a line, or whether this reader may say it."""
    position = line.act.position
    answers = of_batch(story, "quality.audit_trail_line_answered.v1")
    told = next((t for t in answers if t.body["entry"] == position), None)
    return {
        "answered": position in state.answered,
        "deviation": told is not None and told.body["answer"] == "deviation",
        "answer_url": reverse("receipt", args=[told.entry.position]) if told is not None else "",
        "own": line.act.person == story.actor.person,
    }


def _gates(story: Story, batch: Batch) -> list[GateAnswer] | None:
    """What the review asks now; None for those who may not make it."""
    asked = {"batch": str(batch), "conclusion": _("Read")}  # a check records nothing
    return ask(Request(REVIEW, story.actor, acting.new_key(), asked))


def _step(story: Story) -> str:
    """The programme's own name of the act, where it has one."""
    steps = story.programme.journey if story.programme is not None else ()
    return next((step.id for step in steps if step.action == REVIEW), REVIEW)


def _review(story: Story, state: AuditTrailState) -> dict[str, Any]:
    """The review that stands, or what is owed."""
    told = of_batch(story, "quality.audit_trail_reviewed.v1")
    if told:
        last = told[-1]
        who = names_of([last.body["by"]], str(story.actor.organisation))[last.body["by"]]
        words = _("By %(who)s, %(at)s, up to entry %(n)s of the record.") % {
            "who": who, "at": deadline_text(last.entry.time), "n": last.body["up_to"],
        }  # fmt: skip
        entry = reverse("receipt", args=[last.entry.position])
        return {"status": "in_order", "word": _("Reviewed"), "words": words, "url": entry}
    if state.owed_until is not None:
        owed = _("Put off with a reason; owed by %s.") % deadline_text(state.owed_until)
        status = "stop" if state.owed_until <= acting.now() else "look"
        return {"status": status, "word": _("Put off"), "words": owed, "url": ""}
    return {"status": "not_yet", "word": _("Not yet"), "words": _("Nobody has reviewed it yet."), "url": ""}


def _defer_url(story: Story, state: AuditTrailState) -> str:
    """Where a review is put off; empty where it cannot be, or not by this reader."""
    may = story.actor.role in catalogue.ACTIONS[DEFER].roles
    return "" if not may or state.is_reviewed or state.is_deferred else reverse("do", args=[story.journey.root, DEFER])
