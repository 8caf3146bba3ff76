"""Lots of material out of the store of whoever acts."""

from coign.demo.scene import Scene
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Lot
from coign.supply.views import LOT


def lot_of(scene: Scene, material: str) -> Lot:
    """The first lot of a material that may be used now."""
    for thing in scene.things("lot", scene.actor.organisation):
        lot = scene.state(LOT, Lot(thing.subject))
        if lot.material == material and lot.not_usable_because(scene.now) is None:
            return Lot(thing.subject)
    raise NotFound(f"no lot of {material} may be used")
