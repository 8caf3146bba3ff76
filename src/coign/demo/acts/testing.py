"""The quality unit's acts: material, results, deviations, record, certificate."""

from coign.demo.acts import Command, plays
from coign.demo.acts.values import inside
from coign.demo.scene import Scene
from coign.kernel.errors import NotFound
from coign.manufacturing.views import BATCH
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION


@plays("quality.accept_material")
def accept_material(scene: Scene) -> Command:
    """The first bag that was received and that nobody decided about."""
    return {"unit": scene.first_bag(lambda u: not scene.state(DISPOSITION, u).is_accepted, "waits for acceptance")}


@plays("quality.record_result")
def record_result(scene: Scene) -> Command:
    """The first test of the panel without a result, well inside its specification."""
    dossier = scene.state(DOSSIER, scene.batch)
    test = next((a for a in scene.programme.panel if dossier.result(a.id) is None), None)
    if test is None:
        raise NotFound(f"every test of {scene.batch.identifier} has a result")
    value = inside(test, scene.chance)
    sample = scene.state(BATCH, scene.batch).samples[0]
    raw = f"instrument: {test.method}\nsample: {sample.identifier}\ntest: {test.label}\nresult: {value} {test.unit}"
    return {
        "batch": scene.batch,
        "sample": sample,
        "attribute": test.id,
        "value": value,
        "unit": test.unit,
        "raw": scene.keep(raw),
    }


@plays("quality.review_result")
def review_result(scene: Scene) -> Command:
    """The first result that nobody reviewed."""
    dossier = scene.state(DOSSIER, scene.batch)
    waiting = [r for r in dossier.results if r.stands and r.reviewed_by is None]
    if not waiting:
        raise NotFound(f"no result of {scene.batch.identifier} waits for a review")
    return {"batch": scene.batch, "attribute": waiting[0].attribute}


@plays("quality.close_deviation")
def close_deviation(scene: Scene) -> Command:
    """The oldest deviation that is open."""
    cases = scene.state(DOSSIER, scene.batch).open_deviations
    if not cases:
        raise NotFound(f"no deviation of {scene.batch.identifier} is open")
    return {
        "case": cases[0],
        "assessment": "Demonstration: the cause is known; the product's attributes were not affected.",
    }


@plays("quality.review_record")
@plays("quality.certify")
def the_batch(scene: Scene) -> Command:
    """The batch."""
    return {"batch": scene.batch}
