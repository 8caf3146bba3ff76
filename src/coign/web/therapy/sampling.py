"""The samples of a batch: which one is due, which one a test is made of, and what a form says about them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign import catalogue
from coign.custody.views import HOLDING, OFFER
from coign.identity.views import UNIT
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor
from coign.programmes.model import PlannedSample
from coign.web.reading import reader
from coign.web.therapy.deciding import of_batch, test_names
from coign.web.therapy.story import Story
from coign.web.therapy.units import quantity_words

DRAW = "manufacturing.draw_sample"
#: What a sample is for, as people read it.
PURPOSES = {
    "in_process": gettext_lazy("steers production"),
    "release": gettext_lazy("decides about the product"),
    "retention": gettext_lazy("is kept"),
}


def due_sample(story: Story) -> PlannedSample | None:
    """The first sample of the plan that is to be drawn now: its step is done, and production has not gone on."""
    done = of_batch(story, "manufacturing.step_completed.v1")
    if story.programme is None or not done:
        return None
    drawn = {told.body["planned"] for told in of_batch(story, "manufacturing.sample_drawn.v1")}
    due = story.programme.samples_after(done[-1].body["step"])
    return next((planned for planned in due if planned.id not in drawn), None)


def sample_for(story: Story, test: str) -> Unit | None:
    """The container that was drawn for a test of the panel; of older batches the one sample there is."""
    drawn = of_batch(story, "manufacturing.sample_drawn.v1")
    found = [Unit(told.body["sample"]) for told in drawn if test in told.body["tests"]]
    return next(reversed(found or ([] if drawn else story.units_of("sample"))), None)


def drawing_rows(story: Story) -> list[dict[str, Any]]:
    """What is drawn now: for what, and which tests are made of it."""
    planned = due_sample(story)
    if planned is None:
        return []
    return [
        {"label": _("What for"), "value": str(PURPOSES[planned.purpose])},
        {"label": _("Tested on it"), "value": test_names(story, planned.tests) or _("nothing")},
    ]


def least_words(story: Story) -> str:
    """`Release testing: at least 5 mL`, for the field in which the volume is entered."""
    planned = due_sample(story)
    if planned is None or planned.volume_min is None:
        return planned.title if planned is not None else ""
    least = quantity_words(planned.volume_min.value, planned.volume_min.unit)
    return _("%(sample)s: at least %(least)s") % {"sample": planned.title, "least": least}


def sample_rows(story: Story, test: str) -> list[dict[str, Any]]:
    """Which container to take for a test."""
    sample = sample_for(story, test)
    return [] if sample is None else [{"label": _("Drawn for this test"), "value": sample.identifier, "mono": True}]


def hand_over(unit: Unit, root: str, actor: Actor) -> dict[str, str] | None:
    """The way of a sample to the laboratory, as of every container: held out by one, taken by another."""
    state, offer = reader().state(UNIT, unit), reader().state(OFFER, unit)
    own = actor.organisation in (offer.to, reader().state(HOLDING, unit).organisation)
    action = catalogue.ACTIONS["custody.accept" if offer.is_open else "custody.offer"]
    if state.kind != "sample" or state.stands_still_because or not own or actor.role not in action.roles:
        return None
    label = _("Take the sample over") if offer.is_open else _("Hand the sample over")
    return {"label": label, "url": reverse("do", args=[root, action.name])}
