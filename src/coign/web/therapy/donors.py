"""What the donor's tests ask of this reader: a hazardous bag to set apart, a report to record, a decision to take."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import catalogue, rulesets
from coign.custody.views import HOLDING
from coign.donor.views import (
    APART,
    TESTING,
    DonorTesting,
    jurisdiction_of,
    must_be_complete,
    open_markers,
    statements,
    tank_for,
    undecided,
    words,
)
from coign.identity.views import UNIT, ChainState, UnitState
from coign.kernel.subjects import Chain, Unit
from coign.people.views import ORGANISATION
from coign.quality.views import DISPOSITION
from coign.storage.events import Kind
from coign.web import acting
from coign.web.reading import reader
from coign.web.storing.words import kind_words
from coign.web.therapy.looking import states_of
from coign.web.therapy.story import Story

APART_ACT, REPORT, JUSTIFY = "donor.set_apart", "donor.record_report", "donor.justify"
TAKE = "donor.take_samples"


def label_statements(chain: Chain, bound: ChainState) -> list[str]:
    """What the donor's tests have a label say now: a report that comes later changes the next print."""
    if bound.centre is None:
        return []
    testing, place, open_ = _known(chain, bound)
    return statements(testing, open_, jurisdiction=place, rules=rulesets.load(), at=acting.now())


def _known(chain: Chain, bound: ChainState) -> tuple[DonorTesting, str, tuple[str, ...]]:
    """The tests, whose rules hold, and which markers are open."""
    assert bound.centre is not None
    rules, now = rulesets.load(), acting.now()
    place = jurisdiction_of(reader().state(ORGANISATION, bound.centre).country, rules, now)
    made = states_of(UNIT, bound.units_of_kind("starting_material")).values()
    collected = [unit.made_at for unit in made if unit.made_at is not None and not unit.parents]
    testing = reader().state(TESTING, chain)
    return testing, place, open_markers(testing, collected, jurisdiction=place, rules=rules, at=now)


def belongs_into(chain: Chain, bound: ChainState, unit: UnitState) -> tuple[Kind, str]:
    """The kind of tank that the donor's tests ask for a bag, and why; no reason where they ask for none."""
    if bound.centre is None:
        return "general", ""
    testing, place, open_ = _known(chain, bound)
    left = undecided(testing, open_) if unit.kind == "starting_material" else ()
    kind = tank_for(testing, left, jurisdiction=place, rules=rulesets.load(), at=acting.now())
    if kind == "biohazard":
        return kind, _("The donor is reactive: %s") % words(testing.reactive)
    return kind, _("The donor's tests are pending: no result for %s") % words(left) if kind == "quarantine" else ""


def tank_rows(story: Story) -> list[dict[str, Any]]:
    """Into which kind of tank the bags go that are placed now, where not any will do."""
    waiting = [state for state in story.units.values() if not state.ended] if story.sees_chain else []
    asked = {belongs_into(Chain(story.journey.chain), story.chain, state) for state in waiting}
    return [{"label": _("Tank for"), "value": f"{kind_words(kind)}. {why}"} for kind, why in sorted(asked) if why]


def donor_panel(story: Story) -> dict[str, Any] | None:
    """The one thing that the donor's tests ask now; None when they ask nothing."""
    chain = Chain(story.journey.chain) if story.journey.chain else None
    if chain is None or not story.sees_chain or story.journey.ended or story.chain.centre is None:
        return None
    testing, place, open_ = _known(chain, story.chain)
    if testing.is_hazardous and (here := _not_apart(story)):
        names = ", ".join(unit.identifier for unit in here)
        said = _("Reactive: %(agents)s. Label %(bags)s as a biological hazard and store it apart.")
        said %= {"agents": words(testing.reactive), "bags": names}
        return _panel(story, (APART_ACT,), _("The donor is reactive"), said, status="stop")
    if open_ and testing.samples and all(s.diluted for s in testing.samples):
        said = _("More was given before sample %s than counts. Send one from before the infusions, or take another.")
        return _panel(story, (TAKE,), _("The sample is diluted"), said % testing.samples[-1].number)
    waits = must_be_complete(place, rulesets.load(), acting.now()) and _waits_for_acceptance(story)
    left = undecided(testing, open_)
    if not testing.reports or not waits or not left:
        return None
    said = _("No result from a sample in its window for %s: the cells may not go into production.") % words(left)
    return _panel(story, (REPORT, JUSTIFY), _("Donor tests are open"), said)


def _not_apart(story: Story) -> list[Unit]:
    """The bags that this organisation holds and has not set apart."""
    own = story.actor.organisation
    there = [unit for unit, state in story.units.items() if not state.ended]
    holders, apart = states_of(HOLDING, there), states_of(APART, there)
    return [u for u in there if holders[u].organisation == own and apart[u].organisation != own]


def _waits_for_acceptance(story: Story) -> bool:
    bags = story.units_of("starting_material")
    return bool(bags) and not any(d.material_accepted for d in states_of(DISPOSITION, bags).values())


def _panel(
    story: Story, actions: tuple[str, ...], title: str, sentence: str, *, status: str = "look"
) -> dict[str, Any]:
    panel: dict[str, Any] = {"eyebrow": _("Donor tests"), "status": status, "title": title, "sentence": sentence}
    own = story.journey.centre == str(story.actor.organisation)
    mine = [a for a in actions if story.actor.role in catalogue.ACTIONS[a].roles and (own or a not in (REPORT, TAKE))]
    buttons = [{"label": catalogue.ACTIONS[a].title, "url": reverse("do", args=[story.journey.root, a])} for a in mine]
    if buttons:
        panel["primary"] = buttons[0] | {"kind": "primary", "big": True}
        panel["others"] = buttons[1:]
    return panel
