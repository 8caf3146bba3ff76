"""Acts at the tank and on the cryobags: filling, placing, taking out by two."""

from decimal import Decimal

from coign import rulesets
from coign.collection.views import COLLECTION
from coign.demo import people
from coign.demo.acts import Command, plays
from coign.demo.scene import Scene
from coign.donor.views import TESTING, jurisdiction_of, open_markers, tank_for
from coign.identity.views import UNIT
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Box, Unit
from coign.people.views import ORGANISATION
from coign.storage.events import Kind, Purpose
from coign.storage.state import BOX, REMOVAL, TANK
from coign.storage.views import PLACE, SEGREGATION

#: A removal that was begun longer ago is begun anew (the window of the rule set is longer).
FRESH_MIN = 10
#: What a cryobag holds with freezing medium.
CRYOBAG_ML = "70"


def _collected_bag(scene: Scene) -> Unit:
    """The bag from the chair that is being divided."""
    collected = scene.state(COLLECTION, scene.chain).units
    bag = next((u for u in collected if not scene.state(UNIT, u).ended), None)
    if bag is None:
        raise NotFound(f"no bag of {scene.chain.identifier} waits to be frozen")
    return bag


@plays("collection.fill_cryobag")
def fill_cryobag(scene: Scene) -> Command:
    """An equal part of what was collected, a little less than was counted at the chair."""
    bag = _collected_bag(scene)
    cd3 = next(c.cd3 for c in scene.state(COLLECTION, scene.chain).collected if c.unit == bag)
    part = (cd3.amount * Decimal("0.96") / scene.programme.cryobags_min).quantize(Decimal("0.01"))
    return {
        "unit": bag,
        "volume": {"value": CRYOBAG_ML, "unit": "mL"},
        "cd3": {"value": str(part), "unit": cd3.unit},
        "site": people.site_of(scene.actor.organisation),
    }


@plays("collection.finish_freezing")
def finish_freezing(scene: Scene) -> Command:
    """Nothing is left in it."""
    return {"unit": _collected_bag(scene)}


@plays("storage.place")
def place(scene: Scene) -> Command:
    """The first bag that lies nowhere, in the first free position of a tank of its kind."""
    unit = scene.first_bag(lambda u: scene.state(PLACE, u).box is None, "lies outside a tank")
    box, position = _free_position(scene, unit)
    return {"unit": unit, "box": box, "position": position}


def _wanted(scene: Scene, unit: Unit) -> Kind:
    """The kind of tank that was asked for, or that the donor's tests ask for."""
    asked, testing = scene.state(SEGREGATION, unit).tank_kind, scene.state(TESTING, scene.chain)
    centre = scene.bound.centre
    open_: tuple[str, ...] = ()
    if asked != "general" or centre is None:
        return asked
    rules, now = rulesets.load(), scene.now
    place = jurisdiction_of(scene.state(ORGANISATION, centre).country, rules, now)
    if scene.state(UNIT, unit).kind == "starting_material":
        bags = (scene.state(UNIT, bag) for bag in scene.bound.units_of_kind("starting_material"))
        collected = [bag.made_at for bag in bags if bag.made_at is not None and not bag.parents]
        open_ = open_markers(testing, collected, jurisdiction=place, rules=rules, at=now)
    return tank_for(testing, open_, jurisdiction=place, rules=rules, at=now)


def _free_position(scene: Scene, unit: Unit) -> tuple[Box, int]:
    wanted = _wanted(scene, unit)
    for thing in scene.things("box", scene.actor.organisation):
        box = scene.state(BOX, Box(thing.subject))
        if box.tank is None or scene.state(TANK, box.tank).kind != wanted:
            continue
        free = next((n for n in range(1, box.positions + 1) if box.unit_at(n) is None), None)
        if free is not None:
            return Box(thing.subject), free
    raise NotFound(f"{scene.actor.organisation.identifier} has no free position for {wanted} units")


@plays("storage.start_removal")
def start_removal(scene: Scene) -> Command:
    """The first bag in a tank of which nobody has said lately that it is to be taken out."""

    def waits(unit: Unit) -> bool:
        at = scene.state(REMOVAL, unit).at
        return scene.state(PLACE, unit).box is not None and (at is None or scene.now.minutes_since(at) > FRESH_MIN)

    unit = scene.first_bag(waits, "lies in a tank")
    lies = scene.state(PLACE, unit)
    return {"unit": unit, "box": lies.box, "position": lies.position, "purpose": _purpose(scene, unit)}


def _purpose(scene: Scene, unit: Unit) -> Purpose:
    """Cells travel to the maker and are made into something there; product travels back and is given there."""
    at_the_maker = scene.actor.organisation == scene.bound.maker
    if scene.state(UNIT, unit).kind == "final_container":
        return "transport" if at_the_maker else "infusion"
    return "production" if at_the_maker else "transport"


@plays("storage.confirm_removal")
def confirm_removal(scene: Scene) -> Command:
    """The bag that is in the hand."""
    unit = scene.first_bag(
        lambda u: scene.state(PLACE, u).box is not None and scene.state(REMOVAL, u).by is not None,
        "is being taken out",
    )
    return {"unit": unit, "found": unit}
