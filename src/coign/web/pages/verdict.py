"""What two persons' checks came to: GO, STOP, or half of it. One screen, readable across a bed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from coign.kernel.errors import GateAnswer, NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Instant
from coign.perform import Request
from coign.web import acting, demonstration
from coign.web.pages.refusals import gate_words
from coign.web.therapy.clocks import clocks
from coign.web.therapy.coming import ask, coming
from coign.web.therapy.identities import Identity, identities_of
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story, Told, story_of
from coign.web.therapy.track import local_text

GO, STOP, FIRST = "go", "stop", "first"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fact means for those who stand there."""

    verdict: str
    sentence: Any
    do_now: tuple[Any, ...] = ()


_MIX_UP = (
    gettext_lazy("Stop. Nothing is connected, nothing is given."),
    gettext_lazy("Compare what stands on the wristband and on the label, both numbers aloud."),
    gettext_lazy(
        "A third person finds out what happened and records it; until then everything concerned stands still."
    ),
)
OUTCOMES: dict[str, Outcome] = {
    "collection.identity_checked.v1": Outcome(
        FIRST, gettext_lazy("The first check is recorded. Now the second person.")
    ),
    "collection.identity_confirmed.v1": Outcome(
        GO, gettext_lazy("This is the patient of this therapy. Both of you found it.")
    ),
    "collection.identity_mismatched.v1": Outcome(
        STOP, gettext_lazy("This wristband is not the patient of this therapy. Do not start."), _MIX_UP
    ),
    "infusion.bedside_checked.v1": Outcome(FIRST, gettext_lazy("The first check is recorded. Now the second person.")),
    "infusion.bedside_confirmed.v1": Outcome(
        GO, gettext_lazy("This bag is for this patient. Both of you have checked it.")
    ),
    "infusion.bedside_mismatched.v1": Outcome(
        STOP, gettext_lazy("This bag is not for this patient. Do not connect it."), _MIX_UP
    ),
    "closing.disposal_recorded.v1": Outcome(FIRST, gettext_lazy("The first look is recorded. Now the second person.")),
    "closing.disposal_confirmed.v1": Outcome(GO, gettext_lazy("Both of you saw it. The container is no more.")),
    "closing.disposal_mismatched.v1": Outcome(
        STOP,
        gettext_lazy("This is not the container that was recorded first. Both stand still."),
        (gettext_lazy("Leave everything where it is."), gettext_lazy("Call the quality unit.")),
    ),
    "logistics.receipt_checked.v1": Outcome(FIRST, gettext_lazy("The first look is recorded. Now the second person.")),
    "logistics.received.v1": Outcome(GO, gettext_lazy("What arrived is what was packed. Both of you found it.")),
    "logistics.receipt_mismatched.v1": Outcome(
        STOP,
        gettext_lazy("What arrived is not what was packed. It stands still."),
        (gettext_lazy("Leave everything as it is, cold and together."), gettext_lazy("Call the quality unit.")),
    ),
    "manufacturing.line_checked.v1": Outcome(FIRST, gettext_lazy("The first look is recorded. Now the second person.")),
    "manufacturing.line_cleared.v1": Outcome(
        GO, gettext_lazy("The room is clear for this therapy. Both of you found it.")
    ),
    "manufacturing.line_mismatched.v1": Outcome(
        STOP,
        gettext_lazy("You do not agree that the room is clear. Nothing is opened here."),
        (gettext_lazy("Look again together, then both record what you find."),),
    ),
    "custody.handed_over.v1": Outcome(GO, gettext_lazy("Taken over: what you found is what was offered.")),
    "custody.handover_mismatched.v1": Outcome(
        STOP,
        gettext_lazy("What you found is not what was offered. Do not take it along."),
        (
            gettext_lazy("The unit stays with whoever offered it."),
            gettext_lazy("A third person finds out what happened."),
        ),
    ),
    "identity.label_verified.v1": Outcome(
        GO, gettext_lazy("The label says what was printed, and is on the right container.")
    ),
    "collection.leaving_checked.v1": Outcome(
        GO, gettext_lazy("Bag, label and patient belong together, and no label is missing. The bag may leave.")
    ),
    "identity.units_blocked.v1": Outcome(
        STOP,
        gettext_lazy("Something about this label is wrong. Every unit concerned stands still."),
        (gettext_lazy("Leave the containers where they are."), gettext_lazy("Call the quality unit.")),
    ),
}
#: Acts that end in a verdict.
DECISIVE = frozenset(
    {
        "collection.check_identity", "collection.confirm_identity", "collection.verify_label",
        "collection.check_leaving",
        "infusion.check_bedside", "infusion.confirm_bedside", "logistics.check_receipt", "logistics.confirm_receipt",
        "manufacturing.clear_line", "manufacturing.confirm_clearance", "manufacturing.verify_label", "custody.accept",
        "closing.dispose", "closing.confirm_disposal",
    }
)  # fmt: skip
#: Where who somebody is stands beside what the bag says.
_WITH_IDENTITY = frozenset({"infusion", "collection"})


@require_GET
def verdict(request: HttpRequest, root: str, position: int) -> HttpResponse:
    """The verdict that one entry holds."""
    acting.sees_for(request)
    story = story_of(root, acting.actor_of(request))
    told = _decisive(story, position)
    return render(request, "pages/verdict.html", verdict_context(story, told))


def _decisive(story: Story, position: int) -> Told:
    found = [t for t in story.told(*OUTCOMES) if t.entry.position == position]
    if not found:
        raise NotFound("there is no verdict here")
    # A mismatch stands beside the block it causes: of several the one that says more comes first.
    return found[0]


def verdict_context(story: Story, told: Told) -> dict[str, Any]:
    """Everything the screen shows."""
    outcome = OUTCOMES[told.type]
    step = next(iter(coming(story)), None)
    gates = _gates(story, told)
    context: dict[str, Any] = {
        "story": story,
        "outcome": outcome,
        "told": told,
        "rows": _rows(story, told, outcome),
        "beside": _("Bag") if told.type.startswith("infusion.") else _("Therapy"),
        "people": _people(story, told),
        "clocks": clocks(story),
        "also": [_HOLDS.get(g.gate, g.what_holds) for g in gates if g.holds and g.gate not in _SELF_EVIDENT],
        "shut": [gate_words(g) for g in gates if not g.holds],
        "back": reverse("journey", args=[story.journey.root]),
        "step": step,
        "position": told.entry.position,
    }
    if outcome.verdict == FIRST and step is not None:
        context["other"] = demonstration.suggested(story.journey.root, step.step.step)
    return context


def _rows(story: Story, told: Told, outcome: Outcome) -> list[dict[str, Any]]:
    """Wristband beside bag, line by line. Not after the first check: the second person is to read for themselves."""
    if outcome.verdict == FIRST or told.type.partition(".")[0] not in _WITH_IDENTITY:
        return []
    expected = Patient(told.body.get("expected") or told.body["patient"])
    found = Patient(told.body.get("found") or told.body["patient"])
    known = identities_of({expected, found}, story.actor)
    left, right = known.get(found, Identity()), known.get(expected, Identity())
    same = found == expected
    rows = [
        {"label": _("Initials"), "left": left.initials, "right": right.initials},
        {"label": _("Hospital number"), "left": left.hospital_number, "right": right.hospital_number},
        {"label": _("Born"), "left": left.born, "right": right.born},
    ]
    shown = [row | {"same": row["left"] == row["right"]} for row in rows if row["left"] or row["right"]]
    mark = {"label": _("Number in the symbol"), "left": found.identifier, "right": expected.identifier, "same": same}
    return [*shown, mark]


def _people(story: Story, told: Told) -> list[dict[str, Any]]:
    """Who checked, each with the time of their own act."""
    body = told.body
    persons = dict.fromkeys([body[k] for k in ("first", "second", "by") if k in body] or body.get("between", ()))
    names = names_of(persons, str(story.actor.organisation))
    acts = {a.person: Instant(a.time) for a in story.acts if a.position <= told.entry.position}
    return [{"name": names[p], "at": local_text(acts[p]) if p in acts else ""} for p in persons]


def _gates(story: Story, told: Told) -> list[GateAnswer]:
    """What starting the infusion asks now, once bag and patient were found to belong together."""
    if told.type != "infusion.bedside_confirmed.v1":
        return []
    return ask(Request("infusion.start", story.actor, acting.new_key(), {"unit": told.body["unit"]})) or []


#: What the open gates say, in the words of those who stand at the bed.
_HOLDS = {
    "infusion.product_is_released": gettext_lazy("Certified by the qualified person"),
    "infusion.product_is_not_expired": gettext_lazy("Before its expiry date"),
    "infusion.product_may_be_used": gettext_lazy("Nothing blocks this bag"),
    "infusion.thaw_clock_runs": gettext_lazy("Thawed within its time"),
    "infusion.bedside_is_fresh": gettext_lazy("Checked just now"),
    "infusion.consent_in_force": gettext_lazy("Consent in force"),
    "infusion.product_kept_cold": gettext_lazy("Kept cold all the way"),
    "infusion.patient_is_ready": gettext_lazy("Nothing found against it at the patient"),
    "infusion.assessment_is_fresh": gettext_lazy("Patient checked today"),
}
#: What this page says already.
_SELF_EVIDENT = frozenset(
    {
        "ledger.subject_is_whole", "infusion.therapy_is_of_this_centre", "infusion.is_thawed",
        "infusion.not_started", "infusion.bedside_is_confirmed", "infusion.administration_is_witnessed",
    }
)  # fmt: skip
