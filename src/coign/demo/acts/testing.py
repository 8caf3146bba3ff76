"""The quality unit's acts: material, results, deviations, record, certificate."""

from collections.abc import Callable
from typing import Any

from coign.demo.acts import Command, plays
from coign.demo.acts.values import inside
from coign.demo.scene import Scene
from coign.kernel.errors import NotFound
from coign.manufacturing.views import BATCH, SAMPLE
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.exception_state import CALLS
from coign.quality.state import DOSSIER, Investigation
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
    return result_of(scene, test.id, inside(test, scene.chance))


def result_of(scene: Scene, attribute: str, value: str) -> Command:
    """A result of the sample that was drawn for the test, with the file of the instrument."""
    test, drawn = scene.programme.attribute(attribute), scene.state(BATCH, scene.batch).samples
    sample = next(s.unit for s in drawn if scene.state(SAMPLE, s.unit).serves(attribute))
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


@plays("quality.assess_in_laboratory")
def assess_in_laboratory(scene: Scene) -> Command:
    """The first failing result that the laboratory has not looked into; it finds no error of its own."""
    return {
        **_failing(scene, lambda i: not i.laboratory),
        "found": "no_assignable_cause",
        "assessment": "Demonstration: sample, method, standards, instrument and calculation are in order.",
        "evidence": scene.keep("Report of the laboratory: no assignable cause."),
    }


@plays("quality.conclude_investigation")
def conclude_investigation(scene: Scene) -> Command:
    """The first failing result that is looked into: it is the product's."""
    return {
        **_failing(scene, lambda i: i.laboratory == "no_assignable_cause" and not i.conclusion),
        "conclusion": "confirmed",
        "cause": "Demonstration: the cells of this patient grew slowly; no other batch is concerned.",
        "evidence": scene.keep("Investigation report: the result is confirmed."),
    }


@plays("quality.invalidate_result")
def invalidate_result(scene: Scene) -> Command:
    """The first failing result behind which the laboratory's error was found."""
    return {
        **_failing(scene, lambda i: i.proves_laboratory_error),
        "cause": "Demonstration: the sample was diluted wrongly.",
        "evidence": scene.keep("Investigation: wrong dilution."),
    }


def _failing(scene: Scene, is_at: Callable[[Investigation], bool]) -> dict[str, Any]:
    results = scene.state(DOSSIER, scene.batch).results
    found = next((r for r in results if r.is_out_of_specification and is_at(r.investigation)), None)
    if found is None:
        raise NotFound(f"no result of {scene.batch.identifier} waits for this")
    return {"batch": scene.batch, "attribute": found.attribute}


@plays("quality.request_exception")
def request_exception(scene: Scene) -> Command:
    """The physician asks for what there is."""
    return {
        "chain": scene.chain,
        "hazard": "Demonstration: the disease progresses; another collection is not possible.",
        "alternatives": "Demonstration: no further line of treatment is left.",
    }


@plays("quality.assess_exception_risk")
def assess_exception_risk(scene: Scene) -> Command:
    """What giving it risks."""
    return {
        "chain": scene.chain,
        "assessment": "Demonstration: fewer living cells; less effect is to be expected, no other harm.",
        "evidence": scene.keep("Risk assessment for the physician."),
    }


@plays("quality.accept_exception")
def accept_exception(scene: Scene) -> Command:
    """The physician takes the risk."""
    return {"chain": scene.chain, "judgement": "Demonstration: the benefit for this patient outweighs the risk."}


@plays("quality.record_expanded_access")
def record_expanded_access(scene: Scene) -> Command:
    """Application, review board and consent, where only these open the way to a product out of specification."""
    return {
        "chain": scene.chain,
        "application": "IND 90001, single patient",
        "review_board": "Prairie View review board, approval 2026-117 (invented)",
        "consent": scene.keep(f"Consent of {scene.patient} to expanded access, signed."),
    }


@plays("quality.record_exception_notice")
def record_exception_notice(scene: Scene) -> Command:
    """The sponsor, an hour ago."""
    return {
        "chain": scene.chain,
        "told": "the sponsor, who tells the authority",
        "told_at": scene.now.plus(hours=-1),
        "evidence": scene.keep("Notice of supply out of specification."),
    }


@plays("quality.acknowledge_late_result")
@plays("quality.assess_late_result")
def answer_late_result(scene: Scene) -> Command:
    """The first test about which this side was called."""
    side = "physician" if scene.actor.role == "physician" else "quality"
    waiting = [w for w in scene.state(CALLS, scene.chain).waiting if w.side == side]
    if not waiting:
        raise NotFound(f"nobody was called about {scene.chain.identifier}")
    return {
        "chain": scene.chain,
        "attribute": waiting[0].attribute,
        "decision": "Demonstration: the patient is watched and treated; what is left is held.",
    }


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


@plays("quality.certify")
def certify(scene: Scene) -> Command:
    """The batch, with the tests that are still pending named."""
    dossier = scene.state(DOSSIER, scene.batch)
    pending = [t.id for t in scene.programme.panel if t.may_be_pending and dossier.result(t.id) is None]
    return {"batch": scene.batch, "pending": pending}


@plays("quality.answer_audit_trail_line")
def answer_audit_trail_line(scene: Scene) -> Command:
    """The gravest line that nobody has answered, and that is somebody else's."""
    answered = scene.state(AUDIT_TRAIL, scene.batch).answered
    for line in scene.service.audit_trails.read(scene.batch).exceptional:
        if line.act.position not in answered and line.act.person != scene.actor.person:
            why = "Demonstration: asked who did it; what they say agrees with the paper of the room."
            return {"batch": scene.batch, "entry": line.act.position, "answer": "accepted", "why": why}
    raise NotFound(f"every line of {scene.batch.identifier} that stands out is answered")


@plays("quality.review_audit_trail")
def review_audit_trail(scene: Scene) -> Command:
    """Read by exception, with a sentence on what it means."""
    return {
        "batch": scene.batch,
        "conclusion": "Demonstration: what stands out was looked into; nothing changes what is said of the batch.",
    }


@plays("quality.review_record")
@plays("quality.supply_under_exception")
def the_batch(scene: Scene) -> Command:
    """The batch."""
    return {"batch": scene.batch}


@plays("quality.reject_batch")
def reject_batch(scene: Scene) -> Command:
    """It is not to be given."""
    return {"batch": scene.batch, "why": "Demonstration: growth too slow, the dose is not reached."}
