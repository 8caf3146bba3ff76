"""The same for the way, for orders and plans, for what is measured, and for what is told of patients afterwards."""

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
    after,
    at,
    before,
    both,
    changed,
    entry_of,
    fact,
    line,
    without,
)
from tests.coign_verify.true_story import FINDINGS
from tests.coign_verify.true_way import X

OUT = "shipment:out"
PLAN = {"chain": CHAIN, "patient": PATIENT, "first_day": at(0), "planned_infusion": at(299 * 1440)}
PLANNED_AGAIN = line("physician-1", "clinical.conditioning_started", **PLAN)
COUNTED_AGAIN = line("celllab-1", "clinical.product_confirmed", chain=CHAIN, units=[FIRST, SECOND])
POUNDS = {"value": "154", "unit": "[lb_av]"}
SHIPPER = {"shipper": "shipper:1", "organisation": CENTRE, "hold_time": {"value": "5", "unit": "d"}}
DISPATCH_STOPPED = line(
    "qa-1", "regulatory.authorisation_suspended", authorisation="authorisation:1", product="product:demo",
    decider="nobody", scope=["dispatch"],
)  # fmt: skip
HELD = line("safety-1", "safety.enrolment_held", programme="programme:demo")
HELD_ELSEWHERE = line("safety-1", "safety.enrolment_held", programme="programme:other")
UNPACKED = {"shipment": OUT, "unit": FIRST, "further": [SECOND], "shipper": "shipper:1"}
PROVED = {"patient": PATIENT, "evidence": "ab" * 32}
CHANGED_LATE = line("coordinator-1", "clinical.identity_corrected", patient=PATIENT, number=None, evidence=None)
SHOWN_LATE = line("coordinator-1", "clinical.identity_corrected", **PROVED)
SETTLED = line(
    "nurse-3", "clinical.identity_settled", patient=PATIENT, chain=CHAIN, changed_by="person:coordinator-1",
    by="person:nurse-3",
)  # fmt: skip
MIXED_UP, MIXED_UP_ELSEWHERE = (
    line(
        "celllab-1", "closing.disposal_mismatched", fact("identity.units_blocked", units=units, why="which"),
        unit=units[0], found=units[1], between=["person:celllab-1"],
    )
    for units in ([X, SECOND], [FIRST, SECOND])
)  # fmt: skip
OF_ANOTHER, OTHERS_OWN = (
    line("coordinator-1", "clinical.patient_enrolled", patient=OTHER_PATIENT, number=number)
    for number in ("number:1", "number:2")
)
TESTED = {
    house: line(who, "logistics.shipper_qualified", **{**SHIPPER, "organisation": house}, qualified_until=NEVER)
    for house, who in ((CENTRE, "celllab-1"), (MAKER, "warehouse-2"))
}
HELD_OUT = line("nurse-1", "custody.offered", unit=BAG, giver="person:nurse-1", to=CENTRE)
OF_NO_PROGRAMME = {"patient": PATIENT, "programme": "programme:other", "purpose": "samples"}
LOST = {"act": "lost"}

#: By the name of the invariant: what breaks it, and what looks much like it and does not.
SPOILED_WAYS: dict[str, tuple[Change, Change]] = {
    # The way
    "a_shipment_goes_to_the_maker_or_the_centre_of_its_therapy": (
        changed("logistics.packed", of=OUT, destination="site:maker"),
        changed("logistics.packed", of=OUT, destination="site:north"),
    ),
    "a_shipment_is_handled_by_who_holds_it_and_should": (
        entry_of("logistics.departed", who="warehouse-1"),
        changed("logistics.departed", by="person:courier-1"),
    ),
    "a_seal_is_scanned_fits_its_shipment_and_is_used_once": (
        changed("logistics.seal_replaced", seal="S-0"),
        both(without("logistics.seal_replaced"), changed("logistics.seals_compared", seal="S-0")),
    ),
    "what_left_or_is_held_out_stays_as_it_is": (
        after("logistics.departed", line("warehouse-1", "logistics.unpacked", **UNPACKED), of=OUT),
        before(
            "logistics.departed",
            line("warehouse-1", "logistics.note", shipment=OUT),
            of=OUT,
        ),
    ),
    "a_journey_is_read_from_the_logger_that_made_it": (
        changed("coldchain.logger_read", logger="L-9"),
        both(
            changed("logistics.logger_started", logger="L-9"),
            changed("logistics.packed", logger="L-9"),
            changed("coldchain.logger_read", logger="L-9"),
        ),
    ),
    "a_shipper_is_tested_and_used_by_its_own_house": (
        before("clinical.consent_given", TESTED[CENTRE]),
        before("clinical.consent_given", TESTED[MAKER]),
    ),
    "a_shipper_keeps_cold_for_longer_than_the_programme_asks": (
        changed("logistics.shipper_qualified", hold_time={"value": "119", "unit": "h"}),
        changed("logistics.shipper_qualified", hold_time={"value": "120", "unit": "h"}),
    ),
    "what_leaves_goes_with_its_carrier_and_is_allowed_to": (
        after("logistics.seal_replaced", DISPATCH_STOPPED, of=OUT),
        after("logistics.departed", DISPATCH_STOPPED, of="shipment:x"),
    ),
    "what_is_held_out_is_held_out_to_one": (
        after("custody.offered", HELD_OUT, of=BAG),
        after("custody.offered", line("nurse-1", "custody.offer_withdrawn", unit=BAG), HELD_OUT, of=BAG),
    ),
    "giver_and_taker_stand_together": (
        entry_of("custody.handed_over", of="celllab-1", after_min=31),
        entry_of("custody.handed_over", of="celllab-1", after_min=30),
    ),
    "two_look_at_one_arrival_together": (
        entry_of("logistics.received", after_min=31),
        entry_of("logistics.received", after_min=30),
    ),
    "an_emergency_is_decided_about_cells_as_they_are": (
        entry_of("infusion.issued", of=SECOND, after_min=120),
        entry_of("infusion.issued", of=SECOND, after_min=100),
    ),
    # The dose
    "nobody_is_given_more_cells_than_the_programme_allows": (
        changed("quality.certified", strength={"value": "6.26", "unit": "10*6/mL"}),
        changed("quality.certified", strength={"value": "6.25", "unit": "10*6/mL"}),
    ),
    "nobody_begins_with_fewer_cells_than_the_programme_asks": (
        changed("quality.certified", strength={"value": "0.24", "unit": "10*6/mL"}),
        changed("quality.certified", strength={"value": "0.25", "unit": "10*6/mL"}),
    ),
    "everything_that_is_asked_before_an_infusion_is_told": (
        changed("infusion.patient_assessed", findings=[{"id": "infection", "value": "none", "unit": ""}]),
        changed("infusion.patient_assessed", findings=FINDINGS[::-1]),
    ),
    # Orders and plans
    "an_emergency_is_about_what_does_not_hold": (
        changed("infusion.emergency_started", unmet=["infusion.thaw_clock_runs", "infusion.assessment_is_fresh"]),
        both(
            changed("infusion.emergency_decided", unmet=["infusion.thaw_clock_runs", "infusion.assessment_is_fresh"]),
            changed("infusion.emergency_started", unmet=["infusion.assessment_is_fresh"]),
        ),
    ),
    "nobody_is_made_to_depend_on_cells_unfit_or_untold": (
        changed("infusion.emergency_requested", patient_informed="no"),
        changed("infusion.emergency_requested", patient_informed="cannot_be"),
    ),
    "nothing_is_prepared_for_a_programme_that_is_not_in_force": (
        before("clinical.order_drafted", line("coordinator-1", "clinical.consent_given", **OF_NO_PROGRAMME)),
        before("clinical.order_drafted", line("coordinator-1", "clinical.note", **OF_NO_PROGRAMME)),
    ),
    "conditioning_is_ordered_once_and_given_from_its_day_on": (
        after("clinical.conditioning_started", PLANNED_AGAIN),
        after("clinical.conditioning_started", COUNTED_AGAIN, PLANNED_AGAIN),
    ),
    "the_product_lasts_until_the_day_it_is_planned_for": (
        changed("clinical.conditioning_started", planned_infusion=at(300 * 1440)),
        changed("clinical.conditioning_started", planned_infusion=at(300 * 1440 - 1)),
    ),
    "conditioning_rests_on_a_weight_that_still_counts": (
        entry_of("clinical.product_confirmed", after_min=14.1 * 1440),
        both(
            entry_of("clinical.product_confirmed", after_min=14.1 * 1440),
            changed("clinical.conditioning_started", weight={"value": "70", "unit": "kg"}, examined_at=at(14.1 * 1440)),
        ),
    ),
    "a_product_is_ordered_for_whom_its_legal_basis_names": (
        changed("regulatory.authorisation_granted", basis="named_patient"),
        both(
            changed("regulatory.authorisation_granted", basis="named_patient"),
            before(
                "clinical.order_drafted",
                line("physician-1", "regulatory.recipient_named", patient=PATIENT, product="product:demo"),
            ),
        ),
    ),
    "one_hospital_number_one_patient": (
        after("clinical.patient_enrolled", OF_ANOTHER),
        after("clinical.patient_enrolled", OTHERS_OWN),
    ),
    "who_a_patient_is_changes_by_document_and_for_their_own_therapy": (
        before("collection.started", CHANGED_LATE),
        before("collection.started", SHOWN_LATE, SETTLED),
    ),
    "one_patient_on_one_machine": (
        after("collection.started", line("nurse-1", "collection.identity_checked", chain=CHAIN, by="person:nurse-1")),
        after("collection.finished", line("nurse-1", "collection.identity_checked", chain=CHAIN, by="person:nurse-1")),
    ),
    "what_is_decided_at_the_end_is_of_that_therapy": (
        changed("closing.therapy_ended", decisions=[{"unit": CRYO, "becomes": "returned"}]),
        changed("closing.therapy_ended", decisions=[]),
    ),
    "nothing_is_disposed_of_while_two_differ_about_it": (
        before("closing.disposal_recorded", MIXED_UP),
        before("closing.disposal_recorded", MIXED_UP_ELSEWHERE),
    ),
    # What is measured
    "what_is_measured_stands_in_its_unit": (
        changed("clinical.order_drafted", weight=POUNDS),
        changed("clinical.order_drafted", weight={"value": "70", "unit": "kg"}),
    ),
    "nothing_is_known_before_it_began_or_dated_ahead": (
        changed("clinical.order_drafted", weighed_on=NEVER),
        changed("clinical.order_drafted", weighed_on=at(1)),
    ),
    "a_reference_text_never_counts_from_before_the_one_in_force": (
        changed("safety.reference_published", of=at(10), effective=at(0)),
        changed("safety.reference_published", of=at(10), effective=at(0.1)),
    ),
    "cryobags_hold_what_came_from_the_chair_and_no_more": (
        changed("collection.cryobag_filled", cd3={"value": "5.01", "unit": "10*9"}),
        changed("collection.cryobag_filled", cd3={"value": "5.0", "unit": "10*9"}),
    ),
    "a_donation_number_can_be_read_again": (
        changed("collection.finished", din="A99992600000"),
        changed("collection.finished", din="G123426000002"),
    ),
    # Afterwards
    "what_is_said_of_a_case_is_about_one_of_its_events": (
        changed("safety.submission_recorded", duty="EU.susar.2"),
        both(
            changed("safety.submission_recorded", duty="US.susar.1"),
            changed("safety.submission_answered", duty="US.susar.1"),
        ),
    ),
    "a_case_is_told_by_its_centre_and_judged_by_its_sponsor": (
        entry_of("safety.causality_stated", who="safety-1"),
        entry_of("safety.causality_stated", who="physician-2"),
    ),
    "a_death_is_told_in_both_places": (
        changed("safety.event_followed_up", outcome="fatal"),
        changed("safety.event_followed_up", outcome="fatal", criteria=["death"]),
    ),
    "the_day_an_event_was_first_known_only_moves_back": (
        changed("safety.earlier_knowledge_found", known_at=at(4)),
        changed("safety.earlier_knowledge_found", known_at=at(3.9)),
    ),
    "a_grade_of_ones_own_has_its_reason": (
        changed("safety.icans_recorded", clinicians_grade="2"),
        changed("safety.icans_recorded", clinicians_grade="2", clinicians_reason="ab" * 32),
    ),
    "points_are_those_of_the_test_that_was_done": (
        changed("safety.icans_recorded", score=4),
        changed("safety.icans_recorded", score=4, objects_named=3),
    ),
    "nobody_new_is_treated_while_enrolment_is_held": (
        before("clinical.ordered", HELD),
        before("clinical.ordered", HELD_ELSEWHERE),
    ),
    "what_is_gone_is_never_found_fit_to_go_on": (
        both(changed("incident.act_reported", **LOST), changed("incident.act_resolved", became="may_go_on")),
        both(
            changed("incident.act_reported", **LOST, beside=[SECOND]),
            changed("incident.act_resolved", became="may_go_on"),
        ),
    ),
}
