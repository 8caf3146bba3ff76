"""Which device somebody takes for an act, how one is cleaned, and how a late cleaning is judged."""

from coign import rulesets
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
    return next((device for device, state in found if not need.clean or _is_ready(scene, state)), found[0][0])


def _is_ready(scene: Scene, state: DeviceState) -> bool:
    rules = rulesets.load()
    reasons = state.not_clean_because(scene.chain), state.not_clean_any_more_because(scene.now, rules)
    return not any(reasons) and state.not_judged_because is None


def left_dirty(scene: Scene) -> list[Equipment]:
    """What this batch was made on and nobody has cleaned since, of the kinds that have a time for it."""
    used = dict.fromkeys(use.equipment for use in scene.state(BATCH, scene.batch).uses)
    return [d for d in used if scene.state(DEVICE, d).to_be_cleaned_by(rulesets.load()) is not None]


def _next_taken(scene: Scene) -> tuple[Equipment, DeviceState]:
    """The device that the next step takes; not found where it needs none that is clean."""
    step = scene.programme.next_step(scene.state(BATCH, scene.batch).steps_done)
    needs = [need for need in step.equipment if need.clean] if step is not None else []
    if not needs:
        raise NotFound("nothing is to be cleaned")
    device = device_for(scene, needs[0])
    return device, scene.state(DEVICE, device)


@plays("equipment.clean")
def clean(scene: Scene) -> Command:
    """The device that the next step would take and that is not clean, or not any more."""
    device, state = _next_taken(scene)
    if _is_ready(scene, state) or state.not_judged_because:
        raise NotFound(f"{device.identifier} is not to be cleaned")
    return cleaned(device)


def cleaned(device: Equipment) -> Command:
    """What whoever cleans enters."""
    return {"equipment": device, "agent": "new tubing set and sporicidal wipe, invented"}


@plays("equipment.judge_late_cleaning")
def judge_late_cleaning(scene: Scene) -> Command:
    """The device that the next step would take was rinsed and swabbed after its late cleaning."""
    device, state = _next_taken(scene)
    if not state.not_judged_because:
        raise NotFound(f"nobody asks whether {device.identifier} is clean")
    return {
        "equipment": device,
        "verdict": "clean",
        "assessment": "Demonstration: rinse water and swabs below their limits, nothing visible dried on.",
        "evidence": scene.keep(f"Swabs and rinse water of {device.identifier}: below their limits."),
    }
