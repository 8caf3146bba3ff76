"""For every invariant a history that breaks it, and one that nearly does: the true story with one thing otherwise."""

from tests.coign_verify.told import (
    BAG,
    CENTRE,
    CHAIN,
    CRYO,
    FIRST,
    NEVER,
    OTHER_PATIENT,
    PATIENT,
    SECOND,
    Change,
    after,
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
from tests.coign_verify.true_way import X, placed, where

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
REMOVED = line("celllab-1", "storage.removal_started", unit=FIRST)
WARM = line(
    "celllab-2",
    "storage.taken_out",
    unit=FIRST,
    first="person:celllab-1",
    second="person:celllab-2",
    **where(FIRST, "celllab-2"),
)
COLD = placed(FIRST, "celllab-1")
STOPPED = fact("identity.units_blocked", units=[FIRST], why="doubt")
HELD_BACK = line("nurse-3", "quality.note", STOPPED)
SUSPENDED = {"authorisation": "authorisation:1", "product": "product:demo", "decider": "nobody"}
COLLECTION_STOPPED = line("qa-1", "regulatory.authorisation_suspended", **SUSPENDED, scope=["collection"])
LOT_HELD = line("qa-1", "supply.lot_held", lot="lot:1", by="person:qa-1")
LOT_FREE = line("qp-1", "supply.lot_hold_lifted", lot="lot:1", by="person:qp-1")

NAME_CHANGED = line("coordinator-1", "clinical.identity_corrected", patient=PATIENT, evidence="ab" * 32)
NAME_SETTLED = line(
    "nurse-3",
    "clinical.identity_settled",
    patient=PATIENT,
    chain=CHAIN,
    changed_by="person:coordinator-1",
    by="person:nurse-3",
)
MISREAD = line("operator-1", "correction.proposed", case="case:5", home="batch:1", units=[], by="person:operator-1")
READ_OTHERWISE = line("operator-2", "correction.differs", case="case:5", home="batch:1", read="7")
OVER = line("physician-1", "identity.chain_ended", chain=CHAIN, why="complete")
WEIGHED_AGAIN = changed("clinical.conditioning_started", weight={"value": "70", "unit": "kg"}, examined_at=NEVER)
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
        line("qp-1", "quality.certified", batch="batch:1", chain=CHAIN, units=[FIRST, SECOND], pending=["identity"]),
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
        both(entry_of("clinical.product_confirmed", after_min=290 * 1440), WEIGHED_AGAIN),
    ),
    "nothing_is_infused_after_its_thaw_clock": (
        both(entry_of("infusion.bedside_checked", after_min=88.5), before("infusion.started", SEEN_AGAIN)),
        both(entry_of("infusion.bedside_checked", after_min=86.5), before("infusion.started", SEEN_AGAIN)),
    ),
    "nothing_warm_beyond_assessment_is_given": (
        both(before("infusion.issued", REMOVED, WARM), entry_of("infusion.issued", after_min=43)),
        both(before("infusion.issued", REMOVED, WARM, COLD), entry_of("infusion.issued", after_min=43)),
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
        changed("infusion.finished", given={"value": "10", "unit": "mL"}),
    ),
    "what_is_given_is_held_where_its_patient_is": (
        without("custody.handed_over", of=f"'{FIRST}', 'giver': 'person:courier-1'"),
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
            line(
                "coordinator-1",
                "clinical.order_drafted",
                patient=OTHER_PATIENT,
                programme="programme:demo",
                prescriber="y",
            ),
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
            line("qa-1", "regulatory.suspension_lifted", authorisation="authorisation:1", suspension=1),
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
        after("collection.freezing_finished", line("celllab-1", "identity.label_verified", unit=BAG, label_serial="")),
        before("collection.freezing_finished", line("celllab-1", "custody.note", unit=BAG)),
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
        changed("logistics.packed", of=FIRST, by="person:warehouse-2"),
    ),
    "no_shipper_is_opened_before_its_seal_was_compared": (
        without("logistics.seals_compared"),
        before("logistics.opened", line("warehouse-1", "logistics.note", shipment="shipment:in")),
    ),
    "nothing_is_frozen_again": (
        after("infusion.thawed", COLD),
        before("infusion.thawed", COLD),
    ),
    "nobody_is_infused_who_is_not_conditioned": (
        without("clinical.conditioning_given"),
        entry_of("clinical.conditioning_given", after_min=7300),
    ),
    "nobody_is_infused_whom_no_physician_found_ready": (
        changed("infusion.patient_assessed", outside=["infection"]),
        entry_of("infusion.issued", after_min=1400),
    ),
    "one_bag_is_thawed_at_a_time": (
        before("infusion.started", line("celllab-2", "infusion.thawed", unit=SECOND, chain=CHAIN)),
        both(
            without("infusion.started", of=FIRST),
            without("infusion.finished", of=FIRST),
            entry_of("infusion.issued", of=SECOND, after_min=95),
        ),
    ),
    "the_second_follows_the_first_at_the_bag": (
        entry_of("infusion.bedside_confirmed", after_min=15.5),
        entry_of("infusion.bedside_confirmed", after_min=14.5),
    ),
    "a_therapy_runs_under_what_two_put_in_force": (
        changed("identity.chain_begun", version="00" * 32),
        before(
            "identity.chain_begun",
            line("physician-2", "clinical.eligibility_confirmed", patient=PATIENT, programme="programme:other"),
        ),
    ),
    "a_changed_identity_is_settled_by_two": (
        before("collection.started", NAME_CHANGED),
        before("collection.started", NAME_CHANGED, NAME_SETTLED),
    ),
    "nothing_rests_on_a_value_under_correction": (
        before("quality.certified", MISREAD),
        before(
            "quality.certified",
            MISREAD,
            READ_OTHERWISE,
            line("qa-1", "correction.assessed", case="case:5", home="batch:1"),
        ),
    ),
    "the_second_follows_the_first_at_the_chair": (
        entry_of("collection.started", after_min=31),
        entry_of("collection.started", after_min=29),
    ),
    "nothing_is_begun_after_the_end": (
        before("manufacturing.filled", OVER),
        after("infusion.finished", OVER, of=SECOND),
    ),
    "what_a_lot_in_doubt_touched_stands_still": (
        before("quality.certified", LOT_HELD),
        before("quality.certified", LOT_HELD, LOT_FREE),
    ),
    "an_order_rests_on_findings_that_still_count": (
        entry_of("clinical.ordered", after_min=14.1 * 1440),
        entry_of("clinical.ordered", after_min=13.8 * 1440),
    ),
    "conditioning_rests_on_a_count_that_still_counts": (
        entry_of("clinical.conditioning_started", after_min=7.1 * 1440),
        entry_of("clinical.conditioning_started", after_min=6.9 * 1440),
    ),
    "a_unit_lies_in_one_place_and_a_place_holds_one": (
        before("infusion.issued", COLD),
        before("infusion.issued", REMOVED, WARM, COLD),
    ),
    "what_is_packed_is_held_here_and_travels_once": (
        changed("logistics.packed", of=FIRST, sender=CENTRE),
        changed("logistics.packed", of=FIRST, by="person:warehouse-2"),
    ),
    "what_is_accepted_has_arrived_and_agrees": (
        changed("logistics.received", of=CRYO, organisation=CENTRE),
        entry_of("quality.material_accepted", after_min=600),
    ),
    "what_is_disposed_of_ends_as_was_decided": (
        changed("identity.unit_ended", of=X, how="returned"),
        both(
            changed("identity.unit_ended", of=X, how="returned"),
            changed("closing.disposal_decided", becomes="returned"),
        ),
    ),
}
