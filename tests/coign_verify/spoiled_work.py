"""The same for the plant, its people, and the record."""

from dataclasses import replace

from tests.coign_verify.told import (
    CENTRE,
    CHAIN,
    CRYO,
    FIRST,
    MAKER,
    NEVER,
    SECOND,
    Change,
    Line,
    after,
    before,
    both,
    changed,
    entry_of,
    fact,
    line,
    made,
    without,
)
from tests.coign_verify.true_beginning import KEYS

from coign_verify.log_keys import SUBJECT

STOPPED = fact("identity.units_blocked", units=[FIRST], why="doubt")
REFUSED = Line("nurse-1", (), outcome="refused", unmet=("infusion.is_thawed",))
LOT_HELD = line("qa-1", "supply.lot_held", lot="lot:1", by="person:qa-1")
LOT_FREE = line("qp-1", "supply.lot_hold_lifted", lot="lot:1", by="person:qp-1")
REACTIVE = line("celllab-1", "donor.marker_reported", chain=CHAIN, sample="S1", marker="hiv", result="reactive")
APART = line("warehouse-1", "donor.set_apart", unit=CRYO, organisation=MAKER)
DUE = line("qa-1", "equipment.device_calibrated", equipment="equipment:1", finding="out_of_calibration", due_on=None)
FINE = line("qa-1", "equipment.device_calibrated", equipment="equipment:1", finding="in_order", due_on=NEVER)
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
FAILED = {"batch": "batch:1", "attribute": "identity"}
LATE = line(
    "analyst-1", "quality.result_recorded", **FAILED, sample="unit:sample-1", value="mismatch", unit="", verdict="fail",
    by="person:analyst-1",
)  # fmt: skip
ERROR = line("reviewer-1", "quality.laboratory_assessed", **FAILED, found="laboratory_error", by="person:reviewer-1")
SET_ASIDE = line("qa-1", "quality.result_invalidated", **FAILED, by="person:qa-1")

UNSIGNED = KEYS.says(KEYS.first, KEYS.second, KEYS.second)
BACK = {"log_key": SUBJECT, "statement": KEYS.says(KEYS.second, KEYS.third)}
NURSE = {"person": "person:nurse-1", "organisation": CENTRE}


#: By the name of the invariant, as in `spoiled`.
SPOILED_WORK: dict[str, tuple[Change, Change]] = {
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
        before("quality.record_reviewed", LATE, ERROR, SET_ASIDE),
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
        entry_of("storage.taken_out", after_min=2),
    ),
    "nobody_qualifies_themselves": (
        entry_of("training.qualified", who="nurse-1"),
        entry_of("training.qualified", who="trainer-1"),
    ),
    "the_key_of_the_log_changes_only_as_the_keys_say": (
        both(*(changed(f"ledger.log_key_{kind}", statement=UNSIGNED) for kind in ("proposed", "changed"))),
        after(
            "ledger.log_key_changed",
            line("admin-2", "ledger.log_key_proposed", **BACK),
            line("admin-1", "ledger.log_key_changed", **BACK),
        ),
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
    "nobody_judges_what_they_did_themselves": (
        entry_of("quality.deviation_closed", who="operator-2"),
        entry_of("quality.deviation_closed", who="qp-1"),
    ),
    "administrators_hold_no_other_role_and_nobody_grants_themselves": (
        after("installation.setup_finished", line("admin-1", "people.role_granted", **NURSE, role="admin")),
        after("installation.setup_finished", line("admin-1", "people.role_granted", **NURSE, role="infusion")),
    ),
    # Order
    "what_comes_second_follows_what_comes_first": (
        without("infusion.emergency_requested"),
        entry_of("infusion.emergency_requested", after_min=5),
    ),
    "what_happens_once_does_not_happen_again": (
        after(
            "supply.lot_received",
            line("warehouse-1", "supply.lot_received", lot="lot:1", by="person:warehouse-1", expires=NEVER),
        ),
        after(
            "supply.lot_received",
            line("warehouse-1", "supply.lot_received", lot="lot:3", by="person:warehouse-1", expires=NEVER),
        ),
    ),
    "each_house_acts_on_its_own_therapies": (
        entry_of("clinical.product_confirmed", who="warehouse-1"),
        entry_of("clinical.product_confirmed", who="celllab-2"),
    ),
    "whoever_works_with_a_unit_holds_it": (
        entry_of("storage.placed", of=FIRST, who="warehouse-1"),
        entry_of("storage.placed", of=FIRST, who="celllab-2"),
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
