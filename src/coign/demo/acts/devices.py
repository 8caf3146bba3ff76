"""Which device somebody takes for an act, and how one is cleaned before the next patient's cells."""

from coign.demo.acts import Command, plays
from coign.demo.scene import Scene
from coign.equipment.views import DEVICE, DeviceState, kind_words
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Equipment
from coign.manufacturing.views import BATCH
from coign.programmes.model import Need


def usable(scene: Scene, kind: str) -> list[tuple[Equipment, DeviceState]]:
    """Devices of a kind that are in order here now; not found where there is none."""
    here = [Equipment(thing.subject) for thing in scene.things("equipment", scene.actor.organisation)]
    states = [(device, scene.state(DEVICE, device)) for device in here]
    found = [(d, s) for d, s in states if s.kind == kind and s.not_usable_because(scene.now) is None]
    if not found:
        raise NotFound(f"no {kind_words(kind)} may be used")
    return found


def device_for(scene: Scene, need: Need) -> Equipment:
    """One that is clean where that is asked; else the first one, which is cleaned then."""
    found = usable(scene, need.kind)
    clean = (device for device, state in found if not need.clean or state.not_clean_because(scene.chain) is None)
    return next(clean, found[0][0])


@plays("equipment.clean")
def clean(scene: Scene) -> Command:
    """The device that the next step would take and that another patient's cells were in."""
    step = scene.programme.next_step(scene.state(BATCH, scene.batch).steps_done)
    needs = [need for need in step.equipment if need.clean] if step is not None else []
    if not needs:
        raise NotFound("nothing is to be cleaned")
    return {"equipment": device_for(scene, needs[0]), "agent": "new tubing set and sporicidal wipe, invented"}
