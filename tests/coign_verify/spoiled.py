"""For every invariant a history that breaks it, and one that nearly does: the true story with one thing otherwise."""

from dataclasses import replace

from tests.coign_verify.told import (
    BAG,
    CENTRE,
    CHAIN,
    CRYO,
    FIRST,
    MAKER,
    NEVER,
    OTHER_PATIENT,
    PATIENT,
    SECOND,
    Change,
    Line,
    after,
    at,
    before,
    both,
    changed,
    entry_of,
    fact,
    handed,
    lacking,
    line,
    made,
    without,
)

LONG_AGO = at(0)
WITHDRAWN = line(
    "coordinator-1", "clinical.consent_withdrawn", patient=PATIENT, programme="programme:demo", purpose="treatment"
)
OTHER_PURPOSE = line(
    "coordinator-1", "clinical.consent_withdrawn", patient=PATIENT, programme="programme:demo", purpose="samples"
)
REJECTED = line("qa-1", "quality.batch_rejected", batch="batch:1", chain=CHAIN, units=[FIRST, SECOND])
SEEN_AGAIN = line(
    "nurse-2",
    "infusion.bedside_confirmed",
    unit=FIRST,
    patient=PATIENT,
    first="person:nurse-1",
    second="person:nurse-2",
)
WARM = line("celllab-2", "storage.taken_out", unit=FIRST, first="person:celllab-1", second="person:celllab-2")
COLD = line("celllab-1", "storage.placed", unit=FIRST)
STOPPED = fact("identity.units_blocked", units=[FIRST], why="doubt")
REFUSED = Line("nurse-1", (), outcome="refused", unmet=("infusion.is_thawed",))
HELD_BACK = line("nurse-3", "quality.note", STOPPED)
SUSPENDED = {"authorisation": "authorisation:1", "product": "product:demo", "decider": "nobody"}
COLLECTION_STOPPED = line("physician-1", "regulatory.authorisation_suspended", **SUSPENDED, scope=["collection"])
OTHER_STOPPED = line("physician-1", "regulatory.authorisation_suspended", **SUSPENDED, scope=["manufacture"])
LOT_HELD = line("qa-1", "supply.lot_held", lot="lot:1", by="person:qa-1")
LOT_FREE = line("qa-1", "supply.lot_hold_lifted", lot="lot:1", by="person:qa-1")
REACTIVE = line("celllab-1", "donor.marker_reported", chain=CHAIN, sample="S1", marker="hiv", result="reactive")
APART = line("warehouse-1", "donor.set_apart", unit=CRYO, organisation=MAKER)
DUE = line("qa-1", "equipment.device_calibrated", equipment="equipment:1", finding="in_order", due_on=LONG_AGO)
FINE = line("qa-1", "equipment.device_calibrated", equipment="equipment:1", finding="in_order", due_on=NEVER)
DIFFERS = {"unit": BAG, "giver": "person:nurse-1", "taker": "person:celllab-1"}
UNSKILLED = line("trainer-1", "training.qualification_revoked", person="person:nurse-2", task="bedside_check")
SKILLED = line("trainer-1", "training.qualified", person="person:nurse-2", task="bedside_check", until=NEVER)
UNSKILLED_AT_WORK = line("trainer-1", "training.qualification_revoked", person="person:operator-1", task="aseptic")
NO_SUCH_TASK = line("trainer-1", "training.qualification_revoked", person="person:operator-1", task="driving")
KEY_LOST = line("admin-1", "people.authenticator_revoked", person="person:physician-1", credential="key-1")
OTHER_KEY_LOST = line("admin-1", "people.authenticator_revoked", person="person:physician-1", credential="key-2")
ROLE_GONE = {"person": "person:infusion-1", "organisation": CENTRE}
PACK = line("operator-1", "supply.pack_used", serial="serial:1", batch=None)
SECOND_PACK = line("operator-1", "supply.pack_registered", serial="serial:2", lot="lot:1")
SECOND_PACK_USED = line("operator-1", "supply.pack_used", serial="serial:2", batch=None)
TOOK_OUT = line("operator-1", "equipment.device_taken_out", equipment="equipment:1", by="person:operator-1")
RETURNED = line("operator-1", "equipment.device_returned", equipment="equipment:1", by="person:operator-1")
FAILED = {"batch": "batch:1", "attribute": "sterility", "by": "person:analyst-1"}
LATE = line("analyst-1", "quality.result_recorded", **FAILED, verdict="fail")
SET_ASIDE = line("reviewer-1", "quality.result_invalidated", batch="batch:1", attribute="sterility", by="x")

#: Sent before it was released, and released where it lies.
IN_QUARANTINE = both(
    without("quality.certified"),
    before(
        "logistics.packed",
        line("qa-1", "quality.quarantine_shipment_allowed", batch="batch:1", units=[FIRST, SECOND]),
        of=FIRST,
    ),
    before(
        "clinical.product_confirmed",
        line("qp-1", "quality.certified", batch="batch:1", chain=CHAIN, units=[FIRST, SECOND]),
    ),
)

#: By the name of the invariant: what breaks it, and what looks much like it and does not.
SPOILED: dict[str, tuple[Change, Change]] = {
    # Between freezer and patient
    "nobody_receives_a_unit_of_another_chain": (
        changed("infusion.started", chain="chain:B"),
        before("infusion.started", line("nurse-1", "infusion.note", chain="chain:B")),
    ),
    "bag_and_wristband_belong_together": (
        changed("infusion.bedside_confirmed", patient=OTHER_PATIENT),
        changed("infusion.bedside_checked", wristband=OTHER_PATIENT),
    ),
    "nothing_unreleased_is_given": (
        without("quality.certified"),
        IN_QUARANTINE,
    ),
    "nothing_is_given_unless_two_saw_it_at_the_bed": (
        after("infusion.bedside_confirmed", line("nurse-1", "infusion.bedside_checked", unit=FIRST, by="x")),
        after("infusion.bedside_confirmed", line("nurse-1", "infusion.bedside_checked", unit=SECOND, by="x")),
    ),
    "a_bag_is_given_while_its_bedside_check_counts": (
        entry_of("infusion.started", after_min=15.1),
        entry_of("infusion.started", after_min=15),
    ),
    "nothing_expired_is_infused": (
        entry_of("infusion.started", after_min=301 * 1440),
        entry_of("clinical.product_confirmed", after_min=290 * 1440),
    ),
    "nothing_is_infused_after_its_thaw_clock": (
        both(entry_of("infusion.bedside_checked", after_min=88.5), before("infusion.started", SEEN_AGAIN)),
        both(entry_of("infusion.bedside_checked", after_min=86.5), before("infusion.started", SEEN_AGAIN)),
    ),
    "nothing_warm_beyond_assessment_is_given": (
        both(before("infusion.issued", WARM), entry_of("infusion.issued", after_min=43)),
        both(before("infusion.issued", WARM, COLD), entry_of("infusion.issued", after_min=43)),
    ),
    "an_emergency_is_decided_by_two_and_given_by_a_third": (
        without("infusion.emergency_decided"),
        entry_of("infusion.emergency_decided", after_min=30),
    ),
    "a_bag_is_thawed_once_by_another_than_issued_it": (
        entry_of("infusion.thawed", who="celllab-1"),
        both(
            entry_of("infusion.issued", who="celllab-2"),
            changed("infusion.issued", by="person:celllab-2"),
            entry_of("infusion.thawed", who="celllab-1"),
        ),
    ),
    "what_is_finished_was_begun_and_ends_as_administered": (
        lacking("identity.unit_ended", of="'administered'"),
        changed("infusion.finished", given="10 mL"),
    ),
    "what_is_given_is_held_where_its_patient_is": (
        without("custody.handed_over", of=f"'{FIRST}', 'giver': 'person:warehouse-1'"),
        before("infusion.issued", *handed(FIRST, "celllab-1", "nurse-3")),
    ),
    "nothing_of_a_batch_in_doubt_is_given": (
        before("infusion.started", REJECTED),
        after("infusion.finished", REJECTED, of=SECOND),
    ),
    # Therapies
    "nobody_orders_but_the_prescriber": (
        entry_of("clinical.ordered", who="physician-2", signed=""),
        before(
            "clinical.ordered",
            line("coordinator-1", "clinical.order_drafted", patient=PATIENT, programme="x", prescriber="y"),
        ),
    ),
    "a_chain_begins_once_with_an_order": (
        lacking("clinical.ordered"),
        changed("identity.chain_begun", product="product:demo"),
    ),
    "nothing_is_begun_without_consent_in_force": (
        before("collection.started", WITHDRAWN),
        before("collection.started", OTHER_PURPOSE),
    ),
    "cells_are_taken_from_whom_two_found": (
        without("collection.identity_confirmed"),
        after("collection.started", line("nurse-1", "collection.identity_mismatched", chain=CHAIN, between=[])),
    ),
    "whom_two_found_is_the_patient_of_the_chain": (
        changed("collection.identity_confirmed", patient=OTHER_PATIENT),
        changed("collection.identity_checked", wristband=OTHER_PATIENT),
    ),
    "who_was_scanned_at_the_chair_is_found_out_by_a_third": (
        entry_of("collection.mismatch_resolved", who="nurse-1"),
        entry_of("collection.mismatch_resolved", who="nurse-2"),
    ),
    "nobody_is_conditioned_for_what_is_not_there": (
        changed("clinical.product_confirmed", units=[FIRST]),
        changed("clinical.product_confirmed", units=[SECOND, FIRST]),
    ),
    "a_stopped_authorisation_stops_the_act_it_names": (
        before("collection.started", COLLECTION_STOPPED),
        before(
            "collection.started",
            COLLECTION_STOPPED,
            line("physician-1", "regulatory.suspension_lifted", authorisation="authorisation:1", suspension=1),
        ),
    ),
    # Containers
    "a_unit_is_made_once_of_cells_of_its_own_chain": (
        after("collection.finished", line("nurse-1", "collection.note", made(BAG, "starting_material"))),
        after("collection.finished", line("nurse-1", "collection.note", made("unit:other", "sample", BAG))),
    ),
    "custody_has_one_holder_and_never_none": (
        without("custody.offered", of="nurse-1"),
        before("custody.handed_over", line("nurse-2", "custody.note", unit=BAG), of="nurse-1"),
    ),
    "a_unit_ends_once_and_nothing_happens_to_it_afterwards": (
        after("collection.freezing_finished", line("celllab-1", "storage.placed", unit=BAG)),
        after("collection.freezing_finished", line("celllab-1", "storage.placed", unit=CRYO)),
    ),
    "what_is_in_doubt_stands_still": (
        before("infusion.issued", HELD_BACK),
        before(
            "infusion.issued",
            HELD_BACK,
            line(
                "qa-1",
                "quality.block_resolved",
                fact("identity.units_unblocked", units=[FIRST], why="doubt"),
                unit=FIRST,
            ),
        ),
    ),
    "every_breach_that_is_seen_blocks_what_it_concerns": (
        lacking("identity.units_blocked", of="storage.removal_mismatched"),
        changed("storage.removal_mismatched", found=SECOND),
    ),
    "nobody_resolves_what_they_had_a_part_in": (
        entry_of("storage.removal_resolved", who="celllab-1"),
        entry_of("storage.removal_resolved", who="nurse-1"),
    ),
    "nothing_leaves_before_its_label_was_scanned_back": (
        changed("identity.label_verified", of=FIRST, label_serial="another"),
        changed("identity.label_verified", of=FIRST, by="person:operator-2"),
    ),
    "no_product_leaves_before_somebody_answers_for_it": (
        without("quality.certified"),
        IN_QUARANTINE,
    ),
    "one_patient_in_a_shipper": (
        changed("logistics.packed", of=FIRST, further=["unit:of another"]),
        changed("logistics.packed", of=FIRST, shipper="shipper:2"),
    ),
    "no_shipper_is_opened_before_its_seal_was_compared": (
        without("logistics.seals_compared"),
        before("logistics.opened", line("warehouse-1", "logistics.note", shipment="shipment:in")),
    ),
    "nothing_is_frozen_again": (
        after("infusion.thawed", COLD),
        before("infusion.thawed", COLD),
    ),
    # Plant
    "a_batch_takes_accepted_material_of_its_own_chain": (
        without("quality.material_accepted"),
        before("quality.material_accepted", line("qa-1", "quality.note", unit=CRYO)),
    ),
    "a_batch_is_opened_in_a_room_cleared_for_it": (
        after("manufacturing.line_cleared", line("operator-2", "manufacturing.line_mismatched", room="room:1")),
        after("manufacturing.line_cleared", line("operator-2", "manufacturing.line_mismatched", room="room:2")),
    ),
    "a_donors_tests_are_known_before_cells_are_accepted": (
        before("quality.material_accepted", REACTIVE),
        before("quality.material_accepted", REACTIVE, APART),
    ),
    "a_lot_in_doubt_is_not_used": (
        before("manufacturing.step_completed", LOT_HELD),
        before("manufacturing.step_completed", LOT_HELD, LOT_FREE),
    ),
    "nobody_approves_a_lot_they_had_in_hand": (
        entry_of("supply.lot_approved", who="warehouse-2"),
        entry_of("supply.lot_approved", who="qp-1"),
    ),
    "a_pack_is_used_once_and_never_while_suspect": (
        after("supply.pack_used", PACK),
        after("supply.pack_used", SECOND_PACK, SECOND_PACK_USED),
    ),
    "no_device_is_used_that_is_due_or_out_of_service": (
        before("collection.started", DUE),
        before("collection.started", DUE, FINE),
    ),
    "nobody_returns_the_device_they_took_out": (
        after("equipment.device_returned", TOOK_OUT, RETURNED),
        after(
            "equipment.device_returned", TOOK_OUT, line("qp-1", "equipment.device_returned", equipment="equipment:1")
        ),
    ),
    "nobody_reviews_their_own_result": (
        entry_of("quality.result_reviewed", who="analyst-1"),
        entry_of("quality.result_reviewed", who="qa-1"),
    ),
    "releaser_reviewer_and_maker_are_different_people": (
        entry_of("quality.certified", who="qa-1"),
        entry_of("quality.record_reviewed", who="reviewer-1"),
    ),
    "nothing_is_released_over_what_is_open": (
        before("quality.record_reviewed", LATE),
        before("quality.record_reviewed", LATE, SET_ASIDE),
    ),
    "what_is_released_is_what_was_made": (
        changed("quality.certified", units=[FIRST, CRYO]),
        changed("quality.certified", units=[SECOND, FIRST]),
    ),
    "an_exception_has_its_papers": (
        without("quality.exception_accepted"),
        both(
            without("quality.exception_accepted"),
            before(
                "quality.supplied_under_exception",
                line("physician-1", "quality.expanded_access_recorded", chain="chain:X"),
            ),
        ),
    ),
    # People
    "everybody_acts_in_a_role_they_hold": (
        before("infusion.started", line("admin-1", "people.role_revoked", **ROLE_GONE, role="infusion")),
        before("infusion.started", line("admin-1", "people.role_revoked", **ROLE_GONE, role="nurse")),
    ),
    "no_check_by_somebody_unqualified": (
        before("infusion.bedside_confirmed", UNSKILLED),
        before("infusion.bedside_confirmed", UNSKILLED, SKILLED),
    ),
    "no_step_by_somebody_unqualified": (
        before("manufacturing.step_completed", UNSKILLED_AT_WORK),
        before("manufacturing.step_completed", NO_SUCH_TASK),
    ),
    "what_two_do_is_done_by_two": (
        changed("infusion.bedside_confirmed", first="person:nurse-2"),
        changed("infusion.bedside_confirmed", first="person:nurse-3"),
    ),
    "nobody_qualifies_themselves": (
        entry_of("training.qualified", who="nurse-1"),
        entry_of("training.qualified", who="trainer-1"),
    ),
    "a_key_is_enrolled_by_two": (
        entry_of("people.authenticator_enrolled", who="admin-1"),
        entry_of("people.authenticator_enrolled", after_min=100),
    ),
    "an_identifier_is_given_once": (
        after(
            "collection.finished", line("nurse-1", "collection.note", made("unit:more", "starting_material", din="A1"))
        ),
        after(
            "collection.finished", line("nurse-1", "collection.note", made("unit:more", "starting_material", din="A2"))
        ),
    ),
    "a_signature_fits_its_intent": (
        before("clinical.conditioning_started", KEY_LOST),
        before("clinical.conditioning_started", OTHER_KEY_LOST),
    ),
    # The record
    "what_is_refused_changes_nothing": (
        before("infusion.issued", replace(REFUSED, facts=(STOPPED,))),
        before("infusion.issued", REFUSED),
    ),
    "nothing_is_done_while_a_gate_does_not_hold": (
        entry_of("infusion.started", unmet=("infusion.thaw_clock_runs",)),
        entry_of("infusion.emergency_started", after_min=2),
    ),
    "what_is_reported_counts_for_no_gate": (
        entry_of("incident.act_reported", outcome="done", unmet=()),
        changed("incident.act_reported", act="moved"),
    ),
}
