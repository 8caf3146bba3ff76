"""What goes wrong in a therapy and is put right before its next step: told beside the step that it comes before."""

from collections.abc import Callable, Mapping

from coign.demo import acts, turns
from coign.demo.acts.testing import result_of
from coign.demo.besides import EVIDENCE, Do, by, letters
from coign.demo.scene import Scene
from coign.identity.views import UNIT
from coign.manufacturing.views import BATCH
from coign.storage.views import PLACE

#: Looks at the therapy anew, as somebody.
Look = Callable[[str], Scene]
Mishap = Callable[[Do, Look], None]
#: A test whose failing result was the laboratory's error, and one that truly fails.
WRONGLY, TRULY = "cd3", "viability"
#: A test that a product may be released before.
AWAITED = "sterility"


def moved_slot(do: Do, look: Look) -> None:
    """Everything happens a day later."""
    turn = turns.TURNS["moved_slot"]
    do(by("operator-1"), turn.action, turn.command(look("operator-1")))


def drip(do: Do, look: Look) -> None:
    """The patient had a drip: a first sample is taken, and another one instead of it later."""
    sample = acts.ACTS["donor.take_samples"](look("nurse-1"))
    given = {"weight": {"value": "70", "unit": "kg"}, "crystalloids": {"value": "500", "unit": "mL"}}
    until = {"crystalloids_until": do.now.plus(minutes=-20)}
    do(by("nurse-1"), "donor.take_samples", {**sample, "sample": "DT-990021", "given_before": "yes", **given, **until})


def mistyped_volume(do: Do, look: Look) -> None:
    """Two read the source, a third looks at what was decided on the old value."""
    turn, scene = turns.TURNS["mistyped_volume"], look("nurse-1")
    right = turn.command(scene)
    case = {"case": next(s for s in do(by("nurse-1"), turn.action, right) if s.startswith("case:"))}
    do(by("nurse-2"), "correction.read_source", {**case, "value": right["value"]})
    assessment = "Demonstration: nothing had been decided on it yet."
    do(by("physician-1"), "correction.assess", {**case, "assessment": assessment})


def lid_was_loose(do: Do, look: Look) -> None:
    """The second person at the receipt sees what the first did not; somebody of the quality unit finds out why."""
    do(by("warehouse-1"), "logistics.check_receipt", acts.ACTS["logistics.check_receipt"](look("warehouse-1")))
    seen = acts.ACTS["logistics.confirm_receipt"](look("warehouse-2"))
    do(by("warehouse-2"), "logistics.confirm_receipt", {**seen, "condition": "damaged"})
    finding = "Demonstration: the lid sat askew; it closes, and seal and logger are in order."
    for unit in look("qa-1").bags:
        do(by("qa-1"), "quality.resolve_block", {"unit": unit, "why": "arrival", "finding": finding})


def value_of_the_therapy(do: Do, look: Look) -> None:
    """After the product was made somebody finds that a value of its collection was mistyped."""
    mistyped_volume(do, look)


def other_bag_in_the_hand(do: Do, look: Look) -> None:
    """At the tank somebody took the neighbour; a third person finds out why, and both lie where they lay."""
    scene = look("warehouse-1")
    meant, found = scene.bags[:2]
    lies = scene.state(PLACE, meant)
    named = {"unit": meant, "box": lies.box, "position": lies.position, "purpose": "production"}
    do(by("warehouse-1"), "storage.start_removal", named)
    do(by("warehouse-2"), "storage.confirm_removal", {"unit": meant, "found": found})
    for unit in (meant, found):
        finding = "Demonstration: the frost hid the label; both were read again."
        do(by("qa-1"), "storage.resolve_removal", {"unit": unit, "finding": finding})


def hazard(do: Do, look: Look) -> None:
    """A marker of the donor is reactive: the bags that lie here are marked, and lie apart."""
    scene = look("celllab-1")
    report = acts.ACTS["donor.record_report"](scene)
    do(by("celllab-1"), "donor.record_report", {**report, "syphilis": "reactive"})
    for unit in look("warehouse-1").bags:
        do(by("warehouse-1"), "donor.set_apart", {"unit": unit, "label": unit, "place": "tank 3, rack 1"})


def let_through(do: Do, look: Look) -> None:
    """Administration is stopped; of one patient, who was conditioned, the treating physician decides."""
    chain = look("physician-1").chain
    letters.let_through(do, chain)


def stopped_while_made(do: Do, look: Look) -> None:
    """An authority stops making and lets it go on; somebody judges what was in the room meanwhile."""
    scene = look("qa-1")
    letters.making_stopped(do, scene.chain)
    why = "Demonstration: the stop was about another room."
    do(by("qa-1"), "manufacturing.resume_batch", {"batch": scene.batch, "why": why})


def stood_overnight(do: Do, look: Look) -> None:
    """Longer than the step before it lasts: the cells are looked at, and the hold is extended."""
    do.here.advance(hours=9)
    judged = acts.ACTS["manufacturing.extend_hold"](look("qa-1"))
    do(by("qp-1", "qa"), "manufacturing.extend_hold", judged)


def other_label(do: Do, look: Look) -> None:
    """The label of the neighbour was scanned back; somebody of the quality unit finds out why."""
    scene = look("operator-2")
    unit, other = scene.state(BATCH, scene.batch).final_containers[:2]
    scanned = {"unit": unit, "scanned": other, "label_serial": scene.state(UNIT, other).label_serial}
    do(by("operator-2"), "manufacturing.verify_label", scanned)
    finding = "Demonstration: the scanner read the bag that lay beside it."
    for stopped in (unit, other):
        do(by("qa-1"), "quality.resolve_block", {"unit": stopped, "why": "label", "finding": finding})


def growth(do: Do, look: Look) -> None:
    """A colony on a glove, which somebody identifies and judges."""
    read = acts.ACTS["facility.record_monitoring"](look("analyst-1"))
    do(by("analyst-1"), "facility.record_monitoring", {**read, "glove_print": 1})
    do(by("qa-1"), "facility.assess_growth", acts.ACTS["facility.assess_growth"](look("qa-1")))


def laboratory_error(do: Do, look: Look) -> None:
    """A failing result is found to be an error of the laboratory, set aside, and the test made again."""
    analyst, reviewer = by("analyst-1"), by("qcreviewer-1")
    scene = look("analyst-1")
    named = {"batch": scene.batch, "attribute": WRONGLY}
    do(analyst, "quality.record_result", result_of(scene, AWAITED, "negative"))
    do(analyst, "quality.record_result", result_of(scene, WRONGLY, "61"))
    do(reviewer, "quality.review_result", named)
    found = {"found": "laboratory_error", "assessment": "Demonstration: diluted wrongly.", "evidence": EVIDENCE}
    do(reviewer, "quality.assess_in_laboratory", {**named, **found})
    do(by("qa-1"), "quality.invalidate_result", {**named, "cause": "Demonstration: dilution.", "evidence": EVIDENCE})
    do(analyst, "quality.record_result", result_of(look("analyst-1"), WRONGLY, "91"))


def repeated(do: Do, look: Look) -> None:
    """The laboratory finds no error; how often it is repeated is fixed before somebody else repeats it."""
    do(by("qcreviewer-1"), "quality.assess_in_laboratory", acts.ACTS["quality.assess_in_laboratory"](look("qa-1")))
    rationale = "Demonstration: a second analyst, the same sample."
    plan = {"batch": look("qa-1").batch, "attribute": TRULY, "times": 1, "rationale": rationale}
    do(by("qa-1"), "quality.plan_retests", plan)
    do(by("warehouse-1", "analyst"), "quality.record_retest", result_of(look("qa-1"), TRULY, "67"))
    concluded = acts.ACTS["quality.conclude_investigation"](look("qa-1"))
    do(by("qa-1"), "quality.conclude_investigation", concluded)


def sent_before(do: Do, look: Look) -> None:
    """The product may travel before it is decided about."""
    why = {"why": "Demonstration: the patient's conditioning cannot wait."}
    do(by("qp-1"), "quality.allow_quarantine_shipment", {"batch": look("qp-1").batch, **why})


def reviewed_later(do: Do, look: Look) -> None:
    """For a reason the audit trail is read after the decision."""
    why = {"why": "Demonstration: the patient is conditioned; the review is made within days."}
    do(by("qa-1"), "quality.defer_audit_trail_review", {"batch": look("qa-1").batch, **why})


#: By the step that each comes before, in the therapy in which much goes wrong.
BEFORE: Mapping[str, tuple[Mishap, ...]] = {
    "check-identity": (moved_slot,),
    "donor-samples": (drip,),
    "verify-collection-label": (mistyped_volume,),
    "check-receipt-in": (lid_was_loose,),
    "clear-line": (other_bag_in_the_hand,),
    "accept-material": (hazard,),
    "fill-bags": (stopped_while_made, stood_overnight),
    "verify-product-label": (other_label,),
    "record-monitoring": (growth,),
    "record-results": (laboratory_error,),
    "close-deviations": (repeated,),
    "review-record": (sent_before,),
    "request-exception": (value_of_the_therapy,),
    "assess-patient": (let_through,),
}
