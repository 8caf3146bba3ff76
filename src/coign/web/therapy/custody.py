"""Who held the cells, one after the other, from the first bag to the last: read from the facts of custody alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.kernel.subjects import Organisation
from coign.kernel.values import Instant
from coign.people.views import OrganisationState
from coign.web import acting
from coign.web.therapy.people import names_of
from coign.web.therapy.story import Story, Told, names_of_organisations, place_words
from coign.web.therapy.track import local_text

_TYPES = (
    "custody.began.v1", "custody.handed_over.v1", "custody.handover_mismatched.v1", "custody.mismatch_resolved.v1",
    "manufacturing.batch_started.v1", "identity.unit_ended.v1",
)  # fmt: skip
#: Kinds of unit whose way is the way of the therapy; samples stay with the maker.
_ON_THE_WAY = ("starting_material", "final_container")
_WEIGHT_MAX = 5


@dataclass(slots=True)
class _Link:
    """One holder, since when."""

    holder: str
    place: str
    since: Instant
    sides: int
    gap: str = ""


def custody(story: Story) -> dict[str, Any] | None:
    """The values of the `custody_line` building block; None while there is nothing to hold."""
    links = _links(story)
    if not links:
        return None
    until = _until(story)
    handed = sum(1 for link in links if link.sides == 2)
    broken = any(link.gap for link in links)
    holders = sum(1 for link in links if not link.gap)
    return {
        "status": "stop" if broken else "in_order",
        "word": _("A hand-over did not agree") if broken else _no_gap(holders, handed),
        "steps": [_step(link, _weight(links, n, until)) for n, link in enumerate(links)],
    }


def _no_gap(holders: int, handed: int) -> str:
    links = ngettext("%d link", "%d links", holders) % holders
    both = ngettext("%d hand-over confirmed by both sides", "%d hand-overs confirmed by both sides", handed) % handed
    return _("No gap: %(links)s, %(both)s") % {"links": links, "both": both}


def _links(story: Story) -> list[_Link]:
    mine = {str(u) for u, state in story.units.items() if state.kind in _ON_THE_WAY}
    told = [t for t in story.told(*_TYPES) if t.body.get("unit") in mine]
    names = names_of((p for t in told for p in _people(t)), str(story.actor.organisation))
    places = names_of_organisations()
    links: list[_Link] = []
    for each in told:
        link = _link(each, names, places)
        if each.type == "custody.mismatch_resolved.v1":
            links = [x for x in links if not x.gap]
        elif link is not None and not (links and links[-1] == link):  # bags that change hands together are one link
            links.append(link)
    return links


def _people(told: Told) -> list[str]:
    return [told.body[name] for name in ("person", "taker", "operator") if name in told.body]


def _link(told: Told, names: Mapping[str, str], places: Mapping[Organisation, OrganisationState]) -> _Link | None:
    body, at = told.body, told.entry.time
    match told.type:
        case "custody.began.v1":
            return _Link(place_words(body["holder"], places), names[body["person"]], at, 0)
        case "custody.handed_over.v1":
            return _Link(place_words(body["to"], places), names[body["taker"]], at, 2)
        case "custody.handover_mismatched.v1":
            return _Link("", "", at, 0, _("The taker found something else than was offered"))
        case "manufacturing.batch_started.v1":
            return _Link(_("Production"), body["room"].partition(":")[2], at, 0)
        case _:
            return None


def _until(story: Story) -> Instant:
    """Where the line ends: when the last bag was given, or now."""
    given = story.last("infusion.finished.v1")
    return given.entry.time if given is not None and not story.units_of("final_container") else acting.now()


def _weight(links: list[_Link], n: int, until: Instant) -> int:
    """How broad a link is drawn: by its share of the whole time, from 1 to 5."""
    end = links[n + 1].since if n + 1 < len(links) else until
    whole = max(until.minutes_since(links[0].since), 1)
    share = max(end.minutes_since(links[n].since), 0) / whole
    return min(_WEIGHT_MAX, 1 + round(share * len(links)))


def _step(link: _Link, weight: int) -> dict[str, Any]:
    if link.gap:
        return {"gap": link.gap, "since": local_text(link.since)}
    return {
        "holder": link.holder,
        "place": link.place,
        "since": local_text(link.since),
        "signatures": link.sides,
        "weight": weight,
    }
