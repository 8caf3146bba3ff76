"""The same for what houses answer for, and for days, production and tests."""

from tests.coign_verify.told import (
    CENTRE,
    CHAIN,
    CRYO,
    MAKER,
    NEVER,
    NOW,
    Change,
    Story,
    after,
    at,
    before,
    both,
    changed,
    entry_of,
    later,
    line,
    without,
)
from tests.coign_verify.true_house import OTHER_LOT

LONG_AGO = at(0)
NURSE_3 = {"person": "person:nurse-3", "task": "identity_check"}
X_IDENTITY = {"batch": "batch:X", "attribute": "identity"}
AGAIN = {**NURSE_3, "until": later(2880)}

NOTHING = {"given_before": "no", "taken_at": NOW}
MISREAD = {"case": "case:7", "home": "batch:X", "entry": 3, "units": [], "by": "person:operator-1"}
FIRST_GRANT = {"authorisation": "authorisation:1", "product": "product:demo"}
MAKING_STOPPED = (
    line("qa-1", "regulatory.authorisation_suspended", **FIRST_GRANT, decider="nobody", scope=["manufacture"]),
    line("qa-1", "regulatory.suspension_lifted", **FIRST_GRANT, suspension=1),
)
TANK = "equipment:tank-north"
TESTED_BY = {
    house: line(who, "storage.tank_qualified", tank=TANK, organisation=house, qualified_until=NEVER)
    for house, who in ((CENTRE, "celllab-1"), (MAKER, "warehouse-1"))
}
TANK_CLOSED = line("celllab-1", "storage.tank_closed", tank=TANK, by="person:celllab-1")


def explained(of: str) -> Change:
    """What somebody let wait stands out, and is explained by somebody of the quality unit."""

    def apply(story: Story) -> Story:
        n = next(n for n, each in enumerate(story) if each.holds("quality.audit_trail_line_answered.v1"))
        waited = line(of, "manufacturing.hold_extended", batch="batch:1", until=NOW)
        answered = story[n].with_fact("quality.audit_trail_line_answered.v1", entry=n)
        reviewed = story[n + 1].with_fact("quality.audit_trail_reviewed.v1", exceptional=[n])
        return [*story[:n], waited, answered, reviewed, *story[n + 2 :]]

    return apply


#: By the name of the invariant, as in `spoiled`.
OF_HOUSES: dict[str, tuple[Change, Change]] = {
    "what_counts_until_a_day_has_it_ahead": (
        changed("facility.room_put_in_use", qualified_until=LONG_AGO),
        changed("logistics.shipper_qualified", qualified_on=LONG_AGO),
    ),
    "what_is_entered_has_happened": (
        changed("equipment.device_registered", qualified_on=later(5)),
        changed("equipment.device_registered", qualified_on=later(-5)),
    ),
    "a_device_is_cleaned_after_its_use_and_measured_in_order": (
        before(
            "manufacturing.step_completed",
            line("operator-1", "equipment.device_cleaned", equipment="equipment:1", begun_at=LONG_AGO),
            of="batch:X",
        ),
        before(
            "manufacturing.step_completed",
            line("operator-1", "equipment.device_cleaned", equipment="equipment:1", begun_at=NOW),
            of="batch:X",
        ),
    ),
    "nothing_follows_what_ends_it": (
        after("supply.suspicion_cleared", line("qa-1", "supply.suspicion_investigated", case="case:3", packs_wrong=0)),
        after("supply.suspicion_cleared", line("qa-1", "supply.note", case="case:3")),
    ),
    # Access
    "access_is_given_by_the_house_that_answers": (
        changed("people.administrator_proposed", organisation="organisation:elsewhere"),
        changed("people.administrator_proposed", organisation=MAKER),
    ),
    "nobody_vouches_for_themselves": (
        entry_of("people.reset_proposed", who="nurse-3", role="nurse"),
        entry_of("people.reset_proposed", after_min=3),
    ),
    "an_administrator_is_made_by_two": (
        without("people.administrator_proposed"),
        entry_of("people.role_granted", of="admin-3", after_min=60),
    ),
    "what_was_proposed_is_agreed_to_while_it_is_fresh": (
        entry_of("people.credentials_reset", after_min=1441),
        entry_of("people.credentials_reset", after_min=1439),
    ),
    # What authorities allow
    "nobody_allows_themselves_what_an_authority_decides": (
        entry_of("regulatory.authorisation_revoked", who="physician-1", role="physician"),
        entry_of("regulatory.authorisation_revoked", who="qp-1"),
    ),
    "nobody_accepts_their_own_word": (
        entry_of("regulatory.fulfilment_judged", who="qa-1"),
        changed("regulatory.fulfilment_judged", accepted=False),
    ),
    "one_authorisation_answers_for_one_thing": (
        changed("regulatory.authorisation_granted", of="authorisation:2", product="product:demo", application=None),
        changed("regulatory.authorisation_granted", of="authorisation:2", number="EU-2"),
    ),
    "patients_are_treated_at_treatment_centres": (
        changed("regulatory.authorisation_granted", of="authorisation:2", centres=[MAKER]),
        changed("regulatory.authorisation_granted", of="authorisation:2", centres=[]),
    ),
    "a_basis_fits_its_stage": (
        changed("regulatory.authorisation_granted", of="authorisation:2", stage="authorised"),
        changed("regulatory.authorisation_granted", of="authorisation:2", stage="phase_3"),
    ),
    "what_is_granted_was_asked_answered_and_approved": (
        without("regulatory.question_answered"),
        changed("regulatory.question_answered", answer="yes"),
    ),
    "a_suspension_stops_something": (
        changed("regulatory.authorisation_suspended", scope=["administration"], site="site:1"),
        changed("regulatory.authorisation_suspended", scope=["administration", "dispatch"]),
    ),
    "who_is_named_decides_about_a_patient": (
        changed("regulatory.administration_decided", decider="quality_unit"),
        changed("regulatory.administration_decided", may_be_given=False),
    ),
    "an_authority_allows_what_happens_in_its_country": (
        changed("people.organisation_registered", of=CENTRE, country="US"),
        changed("people.organisation_registered", of=CENTRE, country="NL"),
    ),
    # Keeping
    "a_donors_sample_has_a_number_of_its_own": (
        after("donor.samples_taken", line("nurse-1", "donor.samples_taken", chain=CHAIN, sample="S1", **NOTHING)),
        after("donor.samples_taken", line("nurse-1", "donor.samples_taken", chain=CHAIN, sample="S2", **NOTHING)),
    ),
    "what_dilutes_a_sample_is_told_whole": (
        changed("donor.samples_taken", weight=None),
        changed("donor.samples_taken", crystalloids={"value": "250", "unit": "mL"}),
    ),
    "only_what_is_hazardous_is_marked_so": (
        changed("donor.marker_reported", result="negative"),
        changed("donor.marker_reported", marker="syphilis"),
    ),
    "what_is_taken_out_was_meant_to_be": (
        entry_of("storage.removal_started", who="celllab-2"),
        entry_of("storage.taken_out", after_min=2),
    ),
    "a_value_is_put_right_once_at_a_time": (
        after("correction.proposed", line("operator-1", "correction.proposed", **MISREAD, name="volume")),
        after(
            "correction.proposed",
            line("operator-1", "correction.proposed", **MISREAD, name="weight"),
            line("operator-2", "correction.differs", case="case:7", home="batch:X", read="7"),
        ),
    ),
    "a_source_is_read_where_it_lies": (
        entry_of("correction.differs", who="nurse-1"),
        entry_of("correction.differs", who="operator-1", after_min=3),
    ),
    "a_tank_is_tested_by_its_own_house": (
        after("storage.tank_qualified", TESTED_BY[MAKER]),
        after("storage.tank_qualified", TESTED_BY[CENTRE]),
    ),
    "cells_lie_where_somebody_watches_the_cold": (
        before("storage.placed", TANK_CLOSED),
        before("storage.placed", TANK_CLOSED, TESTED_BY[CENTRE]),
    ),
    # Versions
    "what_is_approved_is_what_was_proposed": (
        changed("training.course_approved", version="00" * 32),
        before(
            "training.course_approved",
            line("trainer-1", "training.course_proposed", course="course:other", version="00" * 32),
        ),
    ),
    # Stores
    "a_lot_is_approved_from_a_supplier_that_stands": (
        changed("supply.lot_received", of=OTHER_LOT, origin_statement=None),
        both(
            changed("supply.lot_received", of=OTHER_LOT, origin_statement=None),
            changed("supply.supplier_qualified", origin="synthetic"),
        ),
    ),
    "a_lot_on_hold_waits": (
        before("supply.lot_approved", line("warehouse-1", "supply.lot_held", lot=OTHER_LOT), of=OTHER_LOT),
        before(
            "supply.lot_approved",
            line("warehouse-1", "supply.lot_held", lot=OTHER_LOT),
            line("qa-1", "supply.lot_hold_lifted", lot=OTHER_LOT),
            of=OTHER_LOT,
        ),
    ),
    "a_pack_is_as_good_as_its_lot": (
        changed("supply.pack_registered", expires_on="2026-01-31"),
        changed("supply.pack_registered", expires_on="2026-03-02"),
    ),
    "nothing_is_cleared_of_which_a_part_was_wrong": (
        changed("supply.suspicion_investigated", packs_wrong=1),
        changed("supply.suspicion_investigated", packs_checked=1),
    ),
    "nothing_is_qualified_for_too_long": (
        changed("supply.supplier_qualified", until=later(1_578_241)),
        changed("supply.supplier_qualified", until=later(1_578_239)),
    ),
    # Learning
    "answers_count_for_whoever_gives_them": (
        entry_of("training.attempt_handed_in", who="nurse-1"),
        changed("training.attempt_handed_in", right=9),
    ),
    "practice_follows_theory_and_is_seen_by_who_masters_it": (
        without("training.attempt_decided"),
        both(changed("training.attempt_handed_in", result="passed"), without("training.attempt_decided")),
    ),
    "an_extension_is_asked_for_and_given_once": (
        after("training.extension_approved", line("trainer-1", "training.extension_asked", **AGAIN)),
        after(
            "training.extension_approved",
            line("trainer-1", "training.qualified", assessor="person:trainer-1", **{**NURSE_3, "until": later(60)}),
            line("trainer-1", "training.extension_asked", **AGAIN),
        ),
    ),
    "an_extension_bridges_a_short_gap": (
        changed("training.extension_asked", until=later(4321)),
        changed("training.extension_asked", until=later(4319)),
    ),
}

#: Production and tests.
OF_BATCHES: dict[str, tuple[Change, Change]] = {
    "steps_come_in_the_order_of_the_plan": (
        changed("manufacturing.step_completed", of="batch:1", step="harvest"),
        entry_of("manufacturing.step_completed", of="batch:1", after_min=3),
    ),
    "a_step_has_every_measurement_in_its_unit": (
        changed("manufacturing.step_completed", of="batch:1", measurements=[]),
        changed(
            "manufacturing.step_completed",
            of="batch:1",
            measurements=[{"id": "viability_after_wash", "quantity": {"value": "12", "unit": "%"}}],
        ),
    ),
    "a_step_takes_its_materials_and_no_others": (
        changed("supply.lot_received", of="lot:1", material="vector"),
        entry_of("supply.lot_received", of="lot:1", after_min=2),
    ),
    "a_device_is_clean_of_other_patients": (
        changed("equipment.devices_used", chain="chain:B"),
        both(
            changed("equipment.devices_used", chain="chain:B"),
            before(
                "manufacturing.step_completed",
                line("operator-1", "equipment.device_cleaned", equipment="equipment:1", by="person:operator-1"),
                of="batch:1",
            ),
        ),
    ),
    "cells_wait_no_longer_than_was_validated": (
        entry_of("manufacturing.filled", after_min=61),
        both(
            entry_of("manufacturing.filled", after_min=61),
            before(
                "manufacturing.filled", line("qa-1", "manufacturing.hold_extended", batch="batch:1", until=later(70))
            ),
        ),
    ),
    "samples_are_drawn_once_as_planned_and_enough": (
        changed("manufacturing.sample_drawn", of="batch:1", volume={"value": "4.9", "unit": "mL"}),
        changed("manufacturing.sample_drawn", of="batch:1", volume={"value": "5", "unit": "mL"}),
    ),
    "what_is_filled_and_frozen_is_measured": (
        changed("manufacturing.filled", volume={"value": "20", "unit": "L"}),
        changed("manufacturing.filled", volume={"value": "2", "unit": "mL"}),
    ),
    "what_is_drawn_or_closed_is_entered_at_once": (
        changed("manufacturing.filled", filled_at=later(-61)),
        changed("manufacturing.filled", filled_at=later(-59)),
    ),
    "a_room_is_cleared_by_two_while_nothing_is_open_in_it": (
        entry_of("manufacturing.line_cleared", after_min=31),
        entry_of("manufacturing.line_cleared", after_min=29),
    ),
    "a_batch_uses_the_slot_that_is_kept_for_it": (
        without("manufacturing.slot_confirmed", of=CHAIN),
        entry_of("manufacturing.slot_confirmed", of=CHAIN, after_min=7),
    ),
    "a_slot_is_kept_once_and_moved_before_it_is_used": (
        changed("manufacturing.slot_confirmed", ready_on=at(550_000)),
        changed("manufacturing.slot_confirmed", ready_on=at(650_000)),
    ),
    "what_is_read_of_a_room_is_of_the_batch_that_was_open": (
        changed("facility.monitored", room="room:2"),
        both(changed("facility.monitored", room="room:2"), changed("facility.room_put_in_use", within="room:2")),
    ),
    "what_was_stopped_while_it_was_made_waits_for_a_judgement": (
        before("manufacturing.filled", *MAKING_STOPPED),
        before("manufacturing.filled", *MAKING_STOPPED, line("qa-1", "manufacturing.batch_resumed", batch="batch:1")),
    ),
    "a_result_is_of_a_sample_of_its_batch": (
        changed("quality.result_recorded", of="batch:1", sample="unit:sample-X"),
        entry_of("quality.result_recorded", of="batch:1", after_min=4),
    ),
    "a_result_is_read_as_its_specification_is": (
        changed("quality.result_recorded", of="batch:1", value="high"),
        changed("quality.result_recorded", of="batch:1", value="88.5"),
    ),
    "the_first_result_stands": (
        without("quality.result_invalidated"),
        entry_of("quality.result_invalidated", after_min=9),
    ),
    "an_investigation_goes_one_way": (
        entry_of("quality.retest_recorded", who="analyst-1"),
        changed("quality.retest_recorded", value="66"),
    ),
    "nothing_is_taken_away_under_a_decision": (
        after("quality.supplied_under_exception", line("qp-1", "quality.result_invalidated", **X_IDENTITY)),
        after("quality.supplied_under_exception", line("qp-1", "quality.note", **X_IDENTITY)),
    ),
    "nothing_is_decided_on_what_is_unexplained": (
        without("quality.investigation_concluded"),
        entry_of("quality.investigation_concluded", after_min=2),
    ),
    "what_is_decided_was_tested_for_everything": (
        changed("quality.certified", pending=[]),
        changed("quality.certified", pending=["identity"]),
    ),
    "who_answers_is_named_on_an_authorisation": (
        changed("regulatory.authorisation_granted", of="authorisation:1", releasers=["person:qp-2"]),
        changed("regulatory.authorisation_granted", of="authorisation:1", releasers=["person:qp-2", "person:qp-1"]),
    ),
    "nobody_explains_their_own_entry": (explained("qa-1"), explained("qp-1")),
    "an_audit_trail_is_read_by_another_or_owed": (
        changed("quality.audit_trail_reviewed", exceptional=[7, 9]),
        changed("quality.audit_trail_reviewed", exceptional=[]),
    ),
    "nobody_judges_a_batch_they_had_a_hand_in": (
        entry_of("quality.audit_trail_reviewed", who="analyst-1"),
        entry_of("quality.audit_trail_reviewed", who="reviewer-1"),
    ),
    "an_exception_is_for_the_failing_test_alone": (
        changed("quality.supplied_under_exception", units=[CRYO]),
        changed("quality.supplied_under_exception", failed=["viability"]),
    ),
    "nothing_travels_unreleased_where_nobody_foresaw_it": (
        changed("regulatory.authorisation_granted", of="authorisation:1", jurisdiction="US"),
        changed("quality.quarantine_shipment_allowed", why="x"),
    ),
}

SPOILED_HOUSES = OF_HOUSES | OF_BATCHES
