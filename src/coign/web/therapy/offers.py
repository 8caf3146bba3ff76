"""Lists to choose from inside a therapy: what the journey, its programme and its people offer for one field."""

from collections.abc import Callable, Iterable
from typing import Any

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.subjects import Chain, Organisation, Site, Unit
from coign.people.views import AUTHORITY, SITE
from coign.safety.state import REACTIONS
from coign.web import acting
from coign.web.forms.build import Question
from coign.web.reading import reader
from coign.web.therapy.ending import WORDS
from coign.web.therapy.known import couriers, destinations
from coign.web.therapy.looking import every
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story, names_of_organisations

Options = list[tuple[str, str]]


def options_for(story: Story, action: Action[Any], question: Question) -> Options | None:
    """The list for this field; None: the therapy knows none, ask elsewhere."""
    if question.name == "to" and question.type is Organisation:
        return _organisations(destinations(story, action))
    if question.name == "destination":
        found = destinations(story, action)
        return [(str(s), state.name) for s, state in every(SITE, Site).items() if state.organisation in found]
    if question.name == "others":
        return [(value, str(words)) for value, words in WORDS.items()]
    made = _BY_NAME.get(question.asks.options)
    return None if made is None else made(story)


def _organisations(found: Iterable[Organisation]) -> Options:
    names = names_of_organisations()
    return [(str(o), names[o].name) for o in found]


def _couriers(story: Story) -> Options:
    return _organisations(couriers())


def _consent_purposes(story: Story) -> Options:
    given = {t.body["purpose"] for t in story.told("clinical.consent_given.v1")}
    purposes = story.programme.consent_purposes if story.programme is not None else ()
    # What is still missing comes first, so that the most likely one is the one already chosen.
    return [(p, p.replace("_", " ")) for p in sorted(purposes, key=lambda p: p in given)]


def _physicians(story: Story) -> Options:
    """Those who hold the role in this organisation now."""
    now, own = acting.now(), story.actor.organisation
    found = [str(p) for p, state in reader().states(AUTHORITY) if state.holds("physician", own, now)]
    return sorted(names_of(found, str(own)).items(), key=lambda pair: pair[1])


def _makers(story: Story) -> Options:
    return [(str(o), s.name) for o, s in names_of_organisations().items() if s.category == "maker"]


def _panel(story: Story) -> Options:
    return [(a.id, a.label) for a in story.programme.panel] if story.programme is not None else []


def _blocks(story: Story) -> Options:
    return sorted({(why, why.replace("_", " ")) for state in story.units.values() for why in state.blocked})


def _response_times(story: Story) -> Options:
    """Those of the programme, first those of which nothing is on record; a planned step knows its own."""
    state = reader().state(REACTIONS, Chain(story.journey.chain))
    times = story.programme.safety.response.timepoints if story.programme is not None else ()
    return [(t.id, t.label) for t in sorted(times, key=lambda t: state.is_told_of(t.id))]


_BY_NAME: dict[str, Callable[[Story], Options]] = {
    "consent_purposes": _consent_purposes,
    "physicians": _physicians,
    "makers": _makers,
    "panel": _panel,
    "couriers": _couriers,
    "blocks": _blocks,
    "response_times": _response_times,
}


def unit_title(story: Story, unit: Unit) -> str:
    """What a unit is, in words: `Product bag`."""
    state = story.units.get(unit)
    return {
        "starting_material": "Collection bag",
        "intermediate": "Vessel",
        "final_container": "Product bag",
        "sample": "Sample",
    }.get(state.kind if state is not None else "", "Unit")


def action_of(name: str) -> Action[Any] | None:
    """An action by its name."""
    return catalogue.ACTIONS.get(name)
