"""A whole true record, made to be spoiled: two bags of one therapy, from the order to the bed."""

from dataclasses import replace
from functools import cache

from tests.coign_verify.told import (
    BAG,
    CENTRE,
    CHAIN,
    CRYO,
    FIRST,
    MAKER,
    NOW,
    OTHER_PATIENT,
    PATIENT,
    SECOND,
    VERSION,
    Line,
    Story,
    at,
    fact,
    handed,
    held,
    later,
    line,
    made,
)
from tests.coign_verify.true_beginning import beginning, store
from tests.coign_verify.true_house import administrators, authorities, learning, more_in_store
from tests.coign_verify.true_reactions import reactions
from tests.coign_verify.true_way import X, sent, where

#: What was given to a patient before their blood was taken.
DRIP = {
    "given_before": "yes", "weight": {"value": "70", "unit": "kg"}, "crystalloids": {"value": "500", "unit": "mL"},
    "crystalloids_until": later(-20), "taken_at": later(-2),
}  # fmt: skip
#: What is in a bag, and how the patient was found.
TWENTY, STRENGTH = {"value": "20", "unit": "mL"}, {"value": "2", "unit": "10*6/mL"}
FINDINGS = [{"id": "infection", "value": "none", "unit": ""}, {"id": "oxygen", "value": "98", "unit": "%"}]


def _collection() -> Story:
    begun = {"chain": CHAIN, "patient": PATIENT, "programme": "programme:demo", "version": VERSION}
    begun |= {"product": "product:demo", "centre": CENTRE, "maker": MAKER}
    order = {"patient": PATIENT, "programme": "programme:demo", "prescriber": "person:physician-1", "weighed_on": at(0)}
    order |= {"weight": {"value": "70", "unit": "kg"}}
    two = {"first": "person:nurse-1", "second": "person:nurse-2"}
    return [
        line("coordinator-1", "clinical.patient_enrolled", patient=PATIENT, number="number:1"),
        line("coordinator-1", "clinical.identity_corrected", patient=PATIENT, number=None, evidence=None),
        line(
            "coordinator-1", "clinical.consent_given", patient=PATIENT, programme="programme:demo", purpose="treatment"
        ),
        line("physician-2", "clinical.eligibility_confirmed", patient=PATIENT, programme="programme:demo"),
        line("coordinator-1", "clinical.order_drafted", **order),
        line(
            "physician-1",
            "clinical.ordered",
            fact("identity.chain_begun", **begun),
            signed="key-1",
            chain=CHAIN,
            **order,
        ),
        _slot(CHAIN),
        line("nurse-1", "collection.identity_mismatched", chain=CHAIN, found=OTHER_PATIENT, between=["person:nurse-1"]),
        line("physician-2", "collection.mismatch_resolved", chain=CHAIN),
        line("nurse-1", "collection.identity_checked", chain=CHAIN, by="person:nurse-1"),
        line("nurse-2", "collection.identity_confirmed", chain=CHAIN, patient=PATIENT, **two),
        line(
            "nurse-1",
            "collection.started",
            fact("equipment.devices_used", equipment=["equipment:1"], chain=CHAIN),
            chain=CHAIN,
            lots=["lot:1"],
        ),
        line("nurse-1", "donor.samples_taken", chain=CHAIN, sample="S1", **DRIP),
        line(
            "nurse-1",
            "collection.finished",
            made(BAG, "starting_material", din="A1"),
            held(BAG, "nurse-1"),
            chain=CHAIN,
            unit=BAG,
            **counted("5"),
            din="A999926000001",
        ),
        line("celllab-1", "identity.label_verified", unit=BAG, label_serial="collected"),
        *handed(BAG, "nurse-1", "celllab-1"),
        line(
            "celllab-1",
            "collection.cryobag_filled",
            made(CRYO, "starting_material", BAG),
            held(CRYO, "celllab-1"),
            chain=CHAIN,
            unit=CRYO,
            source=BAG,
            **counted("4"),
        ),
        line(
            "celllab-1",
            "collection.freezing_finished",
            fact("identity.unit_ended", unit=BAG, how="consumed"),
            chain=CHAIN,
            source=BAG,
        ),
        line("celllab-2", "identity.label_verified", unit=CRYO, label_serial="cryo"),
    ]


def counted(cells: str) -> dict[str, object]:
    """What was measured in a bag of collected cells."""
    return {"volume": {"value": "80", "unit": "mL"}, "cd3": {"value": cells, "unit": "10*9"}}


def _production() -> Story:
    batch, of = {"batch": "batch:1", "operator": "person:operator-1"}, {"batch": "batch:1", "chain": CHAIN}
    filled = [made(unit, "final_container", CRYO, batch="batch:1") for unit in (FIRST, SECOND)]
    return [
        line("qa-1", "quality.material_accepted", unit=CRYO, organisation=MAKER, by="person:qa-1"),
        *_cleared(CHAIN),
        line(
            "operator-1",
            "manufacturing.batch_started",
            fact("identity.unit_ended", unit=CRYO, how="consumed"),
            **batch,
            unit=CRYO,
            chain=CHAIN,
            room="room:1",
            version=VERSION,
            site="site:1",
        ),
        *_made("batch:1", CHAIN, CRYO),
        line(
            "operator-1",
            "manufacturing.filled",
            *filled,
            held(FIRST, "operator-1"),
            held(SECOND, "operator-1"),
            fact("manufacturing.bag_filled", **batch, chain=CHAIN, unit=SECOND, volume=TWENTY, filled_at=NOW),
            **batch,
            chain=CHAIN,
            room="room:1",
            final_container=FIRST,
            volume=TWENTY,
            filled_at=NOW,
        ),
        *[line("operator-2", "identity.label_verified", unit=unit, label_serial=unit[5:]) for unit in (FIRST, SECOND)],
        line(
            "operator-1",
            "manufacturing.product_frozen",
            **batch,
            end_temperature={"value": "-95", "unit": "Cel"},
        ),
        line(
            "operator-2", "manufacturing.labels_counted", batch="batch:1", room="room:1", printed=3, used=2, destroyed=1
        ),
        line(
            "analyst-1",
            "facility.monitored",
            batch="batch:1",
            room="room:1",
            taken_at=NOW,
            readings=[{"sample": "settle_plate", "count": 0, "level": "within"}],
        ),
        _tested("batch:1", "viability", "88", "pass"),
        line("reviewer-1", "quality.result_reviewed", batch="batch:1", attribute="viability", by="person:reviewer-1"),
        line("operator-2", "quality.deviation_opened", batch="batch:1", case="case:1"),
        line("qa-1", "quality.deviation_closed", batch="batch:1", case="case:1"),
        line("qa-1", "quality.record_reviewed", batch="batch:1", by="person:qa-1"),
        line("qa-1", "quality.audit_trail_line_answered", batch="batch:1", entry=7, answer="accepted"),
        line("qa-1", "quality.audit_trail_reviewed", batch="batch:1", exceptional=[7], by="person:qa-1"),
        line(
            "qp-1",
            "quality.certified",
            **of,
            units=[FIRST, SECOND],
            by="person:qp-1",
            pending=["identity"],
            strength=STRENGTH,
        ),
    ]


def _slot(chain: str) -> Line:
    """A place is kept for the therapy."""
    days = {"collection_on": at(500_000), "start_on": at(600_000), "ready_on": at(700_000)}
    return line("operator-1", "manufacturing.slot_confirmed", chain=chain, **days)


def _cleared(chain: str) -> Story:
    """Two look at the room."""
    two = {"first": "person:operator-1", "second": "person:operator-2"}
    return [
        line("operator-1", "manufacturing.line_checked", room="room:1", chain=chain, by="person:operator-1"),
        line("operator-2", "manufacturing.line_cleared", room="room:1", chain=chain, **two),
    ]


def _made(batch: str, chain: str, source: str) -> Story:
    """The one step, and the sample that is drawn after it."""
    of, sample = {"batch": batch, "operator": "person:operator-1"}, f"unit:sample-{batch[6:]}"
    measured = [{"id": "viability_after_wash", "quantity": {"value": "90", "unit": "%"}}]
    used = {"lots": ["lot:1"], "equipment": ["equipment:1"]}
    drawn = {"planned": "release", "tests": ["viability", "identity"], "volume": {"value": "6", "unit": "mL"}}
    return [
        line("operator-1", "manufacturing.step_completed", **of, step="activate", measurements=measured, **used),
        line(
            "operator-1",
            "manufacturing.sample_drawn",
            made(sample, "sample", source, batch=batch, chain=chain),
            **of,
            chain=chain,
            sample=sample,
            drawn_at=NOW,
            **drawn,
        ),
        line("operator-2", "identity.label_verified", unit=sample, label_serial=sample[5:]),
    ]


def _tested(batch: str, attribute: str, value: str, verdict: str, who: str = "analyst-1", again: bool = False) -> Line:
    """A test of the sample."""
    result = {"attribute": attribute, "value": value, "verdict": verdict, "unit": "%" if value.isdecimal() else ""}
    kind = "quality.retest_recorded" if again else "quality.result_recorded"
    return line(who, kind, batch=batch, sample=f"unit:sample-{batch[6:]}", by=f"person:{who}", **result)


def _failing() -> Story:
    """One result that is the laboratory's error, and one that is the product's."""
    error, truly = {"batch": "batch:X", "attribute": "identity"}, {"batch": "batch:X", "attribute": "viability"}
    reviewer = "reviewer-1"
    found = "quality.laboratory_assessed"
    return [
        _tested("batch:X", "identity", "mismatch", "fail"),
        line(reviewer, found, **error, found="laboratory_error", by="person:reviewer-1"),
        line("qa-1", "quality.result_invalidated", **error, by="person:qa-1"),
        _tested("batch:X", "identity", "match", "pass"),
        _tested("batch:X", "viability", "61", "fail"),
        line(reviewer, found, **truly, found="no_assignable_cause", by="person:reviewer-1"),
        line("qa-1", "quality.retests_planned", **truly, times=1),
        _tested("batch:X", "viability", "62", "fail", "analyst-2", again=True),
        line("qa-1", "quality.investigation_concluded", **truly, conclusion="confirmed", no_sample_left=False),
        line("qa-1", "quality.audit_trail_review_deferred", batch="batch:X", by="person:qa-1"),
    ]


def _mix_up() -> Story:
    """A bag in the hand that was not meant; an act outside the rules; both found out by a third. And a refusal."""
    stopped = fact("identity.units_blocked", units=[FIRST, SECOND], why="another unit")
    reported = {"case": "case:9", "units": [SECOND], "by": "person:celllab-1", "beside": []}
    why = "reported (case:9)"
    return [
        line(
            "celllab-2",
            "storage.removal_mismatched",
            stopped,
            units=[FIRST, SECOND],
            first="person:celllab-1",
            second="person:celllab-2",
        ),
        *[
            line(
                "physician-2",
                "storage.removal_resolved",
                fact("identity.units_unblocked", units=[unit], why="another unit"),
                unit=unit,
            )
            for unit in (FIRST, SECOND)
        ],
        replace(
            line(
                "celllab-1",
                "incident.act_reported",
                fact("identity.units_blocked", units=[SECOND], why=why),
                **reported,
            ),
            outcome="observed",
            unmet=("x",),
        ),
        line(
            "physician-2",
            "incident.act_resolved",
            fact("identity.units_unblocked", units=[SECOND], why=why),
            case="case:9",
            unit=SECOND,
        ),
        replace(
            line("nurse-1", "infusion.bedside_checked"), outcome="refused", facts=(), unmet=("infusion.is_thawed",)
        ),
    ]


def _infusion() -> Story:
    of = {"chain": CHAIN, "patient": PATIENT}
    return [
        line("celllab-1", "clinical.product_confirmed", chain=CHAIN, units=[FIRST, SECOND]),
        line(
            "physician-1",
            "clinical.conditioning_started",
            **of,
            first_day=at(0),
            planned_infusion=at(299 * 1440),
            signed="key-1",
        ),
        line("nurse-1", "clinical.conditioning_begun", **of),
        replace(line("nurse-1", "clinical.conditioning_given", **of), after_min=7200),
        line("physician-1", "infusion.patient_assessed", **of, outside=[], findings=FINDINGS),
        *_given(FIRST, line("infusion-1", "infusion.started", unit=FIRST, chain=CHAIN)),
        line("physician-1", "infusion.emergency_requested", unit=SECOND, chain=CHAIN, unmet=LATE),
        line(
            "physician-2",
            "infusion.emergency_decided",
            unit=SECOND,
            chain=CHAIN,
            unmet=LATE,
            first="person:physician-1",
            second="person:physician-2",
        ),
        *_given(SECOND, EMERGENCY),
    ]


#: What does not hold.
LATE = ["infusion.thaw_clock_runs"]
EMERGENCY = line(
    "infusion-1",
    "infusion.emergency_started",
    fact("infusion.started", unit=SECOND, chain=CHAIN),
    unit=SECOND,
    chain=CHAIN,
    unmet=LATE,
)


def _given(unit: str, started: Line) -> Story:
    two = {"first": "person:nurse-1", "second": "person:nurse-2"}
    of, ended = {"unit": unit, "chain": CHAIN}, fact("identity.unit_ended", unit=unit, how="administered")
    return [
        line("celllab-1", "infusion.issued", **of, by="person:celllab-1"),
        line("celllab-1", "storage.removal_started", unit=unit, **where(unit, "celllab-1")),
        line(
            "celllab-2",
            "storage.taken_out",
            unit=unit,
            **where(unit, "celllab-2"),
            first="person:celllab-1",
            second="person:celllab-2",
            allowed=None,
        ),
        line("celllab-2", "infusion.thawed", fact("coldchain.exposure_ended", unit=unit), **of),
        line("nurse-1", "infusion.bedside_checked", unit=unit, by="person:nurse-1"),
        line("nurse-2", "infusion.bedside_confirmed", unit=unit, patient=PATIENT, **two),
        started,
        line("infusion-1", "infusion.finished", ended, **of, patient=PATIENT, given=TWENTY),
    ]


def _exception() -> Story:
    """A second therapy, whose product fails and is supplied all the same: what is told of it is what is asked of it."""
    begun = {"chain": "chain:X", "patient": PATIENT, "programme": "programme:demo", "version": VERSION}
    begun |= {"product": "product:demo", "centre": CENTRE, "maker": MAKER}
    order = {
        "patient": PATIENT,
        "programme": "programme:demo",
        "prescriber": "person:physician-1",
        "weighed_on": "",
    }  # whenever it was
    of = {"batch": "batch:X", "chain": "chain:X", "units": []}
    papers = ("requested", "risk_assessed", "accepted", "notified")
    return [
        line("physician-2", "clinical.eligibility_confirmed", patient=PATIENT, programme="programme:demo"),
        line("coordinator-1", "clinical.order_drafted", **order),
        line(
            "physician-1",
            "clinical.ordered",
            fact("identity.chain_begun", **begun),
            signed="key-1",
            chain="chain:X",
            **order,
        ),
        line(
            "celllab-1",
            "donor.samples_taken",
            made(X, "starting_material", chain="chain:X"),
            held(X, "celllab-1"),
            chain="chain:X",
            sample="SX",
            given_before="no",
        ),
        line("celllab-1", "donor.marker_reported", chain="chain:X", sample="SX", marker="hiv", result="reactive"),
        line("celllab-2", "identity.label_verified", unit=X, label_serial="X"),
        *sent("shipment:x", [X], "celllab-1", "warehouse-1", "warehouse-2", "chain:X"),
        line("warehouse-1", "donor.set_apart", unit=X, organisation=MAKER),
        line("qa-1", "quality.material_accepted", unit=X, organisation=MAKER, by="person:qa-1"),
        _slot("chain:X"),
        *_cleared("chain:X"),
        line(
            "operator-1",
            "manufacturing.batch_started",
            batch="batch:X",
            unit=X,
            chain="chain:X",
            operator="person:operator-1",
            room="room:1",
            version=VERSION,
        ),
        line("operator-1", "equipment.device_cleaned", equipment="equipment:1", by="person:operator-1"),
        *_made("batch:X", "chain:X", X),
        *_failing(),
        line("qp-1", "quality.quarantine_shipment_allowed", batch="batch:X", units=[]),
        *[line("physician-1", f"quality.exception_{paper}", chain="chain:X") for paper in papers],
        Line("qp-1", (("quality.supplied_under_exception.v1", of),)),
        line("physician-1", "closing.therapy_ended", chain="chain:X", decisions=[{"unit": X, "becomes": "destroyed"}]),
        line("physician-1", "closing.disposal_decided", unit=X, becomes="destroyed"),
        line("warehouse-1", "closing.disposal_recorded", unit=X, by="person:warehouse-1"),
        line(
            "warehouse-2",
            "closing.disposal_confirmed",
            fact("identity.unit_ended", unit=X, how="destroyed"),
            unit=X,
            first="person:warehouse-1",
            second="person:warehouse-2",
        ),
    ]


@cache
def true_story() -> Story:
    """All of it; whoever changes it makes a list of their own."""
    return [
        *beginning(),
        *store(),
        *_collection(),
        *sent("shipment:in", [CRYO], "celllab-1", "warehouse-1", "warehouse-2"),
        *_production(),
        *sent("shipment:out", [FIRST, SECOND], "warehouse-1", "celllab-1", "celllab-2"),
        *_mix_up(),
        *_infusion(),
        *reactions(),
        *_exception(),
        *administrators(),
        *learning(),
        *authorities(),
        *more_in_store(),
    ]
