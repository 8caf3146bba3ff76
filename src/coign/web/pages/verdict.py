"""What two persons' checks came to: GO, STOP, or half of it. One screen, readable across a bed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Patient
from coign.perform import Request
from coign.web import acting, demonstration
from coign.web.therapy.band import band
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
    "identity.units_blocked.v1": Outcome(
        STOP,
        gettext_lazy("This label does not belong here. Every unit concerned stands still."),
        (gettext_lazy("Leave the containers where they are."), gettext_lazy("Call the quality unit.")),
    ),
}
#: Acts that end in a verdict.
DECISIVE = frozenset(
    {
        "collection.check_identity", "collection.confirm_identity", "collection.verify_label",
        "infusion.check_bedside", "infusion.confirm_bedside", "logistics.check_receipt", "logistics.confirm_receipt",
        "manufacturing.clear_line", "manufacturing.confirm_clearance", "manufacturing.verify_label", "custody.accept",
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
    context: dict[str, Any] = {
        "story": story,
        "outcome": outcome,
        "told": told,
        "identity": band(story),
        "rows": _rows(story, told, outcome),
        "people": _people(story, told),
        "hold": hold(story) if told.type.startswith("infusion.") else None,
        "also": _also(story, told),
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
    body = told.body
    persons = [body[k] for k in ("first", "second", "by") if k in body] or list(body.get("between", ()))
    names = names_of(persons, str(story.actor.organisation))
    return [{"name": names[p]} for p in dict.fromkeys(persons)]


def hold(story: Story) -> dict[str, Any] | None:
    """How long the thawed bag may still be used."""
    thawed = story.last("infusion.thawed.v1")
    if thawed is None or story.programme is None or "thaw_to_infusion_max" not in story.programme.limits:
        return None
    start = thawed.entry.time
    end = start.plus(minutes=story.programme.minutes("thaw_to_infusion_max"))
    return {
        "label": _("Bag %s was thawed") % thawed.body["unit"].partition(":")[2],
        "start": start.moment,
        "end": end.moment,
        "now": acting.now().moment,
        "shape": "bar",
        "use_by": _("Use by %s") % local_text(end),
        "since": _("Thawed %s") % local_text(start),
    }


def _also(story: Story, told: Told) -> list[str]:
    """What else holds now for starting: each gate of the next act that is open, in its own words."""
    if told.type != "infusion.bedside_confirmed.v1":
        return []
    action = catalogue.ACTIONS["infusion.start"]
    gates = ask(Request(action.name, story.actor, acting.new_key(), {"unit": told.body["unit"]}))
    return [g.what_holds for g in gates or () if g.holds]
