"""What is remembered of the order of things: which steps a subject has been through."""

from coign_verify.invariants.model import Heard, Tracker

#: What must have happened first, one of the facts named, to the subject in the field named.
FIRST: dict[str, tuple[str, tuple[str, ...]]] = {
    "clinical.identity_settled.v1": ("patient", ("clinical.identity_corrected.v1",)),
    "clinical.consent_withdrawn.v1": ("patient", ("clinical.consent_given.v1",)),
    "clinical.conditioning_given.v1": ("chain", ("clinical.conditioning_begun.v1",)),
    "collection.finished.v1": ("chain", ("collection.started.v1",)),
    "collection.leaving_checked.v1": ("unit", ("identity.label_verified.v1",)),
    "collection.cryobag_filled.v1": ("source", ("identity.label_verified.v1",)),
    "collection.freezing_finished.v1": ("source", ("collection.cryobag_filled.v1",)),
    "donor.marker_reported.v1": ("chain", ("donor.samples_taken.v1",)),
    "manufacturing.line_cleared.v1": ("room", ("manufacturing.line_checked.v1",)),
    "manufacturing.step_completed.v1": ("batch", ("manufacturing.batch_started.v1",)),
    "manufacturing.sample_drawn.v1": ("batch", ("manufacturing.batch_started.v1",)),
    "manufacturing.bag_filled.v1": ("batch", ("manufacturing.step_completed.v1",)),
    "manufacturing.filled.v1": ("batch", ("manufacturing.step_completed.v1",)),
    "manufacturing.product_frozen.v1": ("batch", ("manufacturing.filled.v1",)),
    "manufacturing.labels_counted.v1": ("batch", ("manufacturing.filled.v1",)),
    "quality.record_reviewed.v1": ("batch", ("manufacturing.filled.v1",)),
    "quality.deviation_closed.v1": ("case", ("quality.deviation_opened.v1",)),
    "facility.growth_assessed.v1": ("batch", ("facility.growth_found.v1",)),
    "logistics.packed.v1": ("shipper", ("logistics.logger_started.v1",)),
    "logistics.departed.v1": ("shipment", ("logistics.packed.v1",)),
    "logistics.arrived.v1": ("shipment", ("logistics.departed.v1",)),
    "logistics.received.v1": ("shipment", ("logistics.receipt_checked.v1",)),
    "storage.taken_out.v1": ("unit", ("storage.removal_started.v1",)),
    "infusion.emergency_decided.v1": ("unit", ("infusion.emergency_requested.v1",)),
    "closing.disposal_recorded.v1": ("unit", ("closing.disposal_decided.v1",)),
    "closing.disposal_confirmed.v1": ("unit", ("closing.disposal_recorded.v1",)),
    "correction.value_corrected.v1": ("case", ("correction.proposed.v1",)),
    "correction.assessed.v1": ("case", ("correction.differs.v1", "correction.value_corrected.v1")),
    "incident.act_resolved.v1": ("case", ("incident.act_reported.v1",)),
    "supply.lot_tested.v1": ("lot", ("supply.lot_received.v1",)),
    "supply.lot_approved.v1": ("lot", ("supply.lot_tested.v1",)),
    "supply.pack_verified.v1": ("serial", ("supply.pack_registered.v1",)),
    "supply.suspicion_cleared.v1": ("case", ("supply.suspicion_investigated.v1",)),
    "supply.notification_terminated.v1": ("case", ("supply.authority_consulted.v1",)),
    "training.extension_approved.v1": ("person", ("training.extension_asked.v1",)),
    "training.course_approved.v1": ("course", ("training.course_proposed.v1",)),
    "regulatory.programme_approved.v1": ("programme", ("regulatory.programme_proposed.v1",)),
    "regulatory.suspension_lifted.v1": ("authorisation", ("regulatory.authorisation_suspended.v1",)),
    "regulatory.fulfilment_judged.v1": ("authorisation", ("regulatory.fulfilment_reported.v1",)),
    "people.credentials_reset.v1": ("person", ("people.reset_proposed.v1", "people.administrator_proposed.v1")),
    "correction.differs.v1": ("case", ("correction.proposed.v1",)),
    "quality.laboratory_assessed.v1": ("batch", ("quality.result_recorded.v1",)),
    "quality.retests_planned.v1": ("batch", ("quality.laboratory_assessed.v1",)),
    "quality.retest_recorded.v1": ("batch", ("quality.retests_planned.v1",)),
    "quality.investigation_concluded.v1": ("batch", ("quality.laboratory_assessed.v1",)),
    "supply.suspicion_investigated.v1": ("case", ("supply.pack_suspected.v1", "supply.lot_suspected.v1")),
    "supply.determined_illegitimate.v1": ("case", ("supply.pack_suspected.v1", "supply.lot_suspected.v1")),
    "supply.illegitimate_notified.v1": ("case", ("supply.determined_illegitimate.v1",)),
    "regulatory.question_answered.v1": ("application", ("regulatory.question_asked.v1",)),
    "regulatory.application_decided.v1": ("application", ("regulatory.application_submitted.v1",)),
    "training.attempt_handed_in.v1": ("attempt", ("training.attempt_started.v1",)),
    "training.lesson_retired.v1": ("lesson", ("training.lesson_attached.v1",)),
    "regulatory.authorisation_varied.v1": ("authorisation", ("regulatory.authorisation_granted.v1",)),
    "regulatory.authorisation_renewed.v1": ("authorisation", ("regulatory.authorisation_granted.v1",)),
    "regulatory.authorisation_suspended.v1": ("authorisation", ("regulatory.authorisation_granted.v1",)),
    "regulatory.authorisation_revoked.v1": ("authorisation", ("regulatory.authorisation_granted.v1",)),
    "regulatory.condition_imposed.v1": ("authorisation", ("regulatory.authorisation_granted.v1",)),
    "regulatory.administration_decided.v1": ("authorisation", ("regulatory.authorisation_suspended.v1",)),
    "supply.lot_retested.v1": ("lot", ("supply.lot_approved.v1",)),
    "quality.exception_risk_assessed.v1": ("chain", ("quality.exception_requested.v1",)),
    "quality.exception_accepted.v1": ("chain", ("quality.exception_risk_assessed.v1",)),
    "quality.exception_notified.v1": ("chain", ("quality.exception_requested.v1",)),
    "quality.expanded_access_recorded.v1": ("chain", ("quality.exception_requested.v1",)),
    "equipment.late_cleaning_judged.v1": ("equipment", ("equipment.device_cleaned.v1",)),
    "collection.identity_checked.v1": ("chain", ("manufacturing.slot_confirmed.v1",)),
    "safety.enrolment_resumed.v1": ("programme", ("safety.resumption_proposed.v1",)),
    "equipment.device_cleaned.v1": ("equipment", ("equipment.device_registered.v1",)),
    "equipment.device_calibrated.v1": ("equipment", ("equipment.device_registered.v1",)),
}

#: Ends that several acts do not follow.
CASE_IS_OVER = ("supply.suspicion_cleared.v1", "supply.determined_illegitimate.v1")
REVOKED = ("regulatory.authorisation_revoked.v1",)
DECIDED_OTHERWISE = ("quality.batch_rejected.v1", "quality.supplied_under_exception.v1")
BATCH_IS_CLOSED = ("manufacturing.filled.v1", "manufacturing.abandoned.v1", "quality.batch_rejected.v1")

#: What happens once to the subject in the field named.
ONCE: dict[str, str] = {
    "people.organisation_registered.v1": "organisation",
    "people.site_registered.v1": "site",
    "manufacturing.room_registered.v1": "room",
    "equipment.device_registered.v1": "equipment",
    "storage.box_set_up.v1": "box",
    "identity.label_verified.v1": "unit",
    "supply.lot_received.v1": "lot",
    "supply.lot_approved.v1": "lot",
    "supply.determined_illegitimate.v1": "case",
    "supply.suspicion_cleared.v1": "case",
    "regulatory.application_decided.v1": "application",
    "regulatory.authorisation_revoked.v1": "authorisation",
    "training.attempt_handed_in.v1": "attempt",
    "training.attempt_decided.v1": "attempt",
    "manufacturing.product_frozen.v1": "batch",
    "quality.material_accepted.v1": "unit",
    "quality.supplied_under_exception.v1": "batch",
    "supply.pack_registered.v1": "serial",
    "regulatory.authorisation_granted.v1": "authorisation",
    "clinical.patient_enrolled.v1": "patient",
    "clinical.conditioning_begun.v1": "chain",
    "manufacturing.batch_started.v1": "batch",
    "manufacturing.filled.v1": "batch",
    "logistics.packed.v1": "shipment",
    "logistics.received.v1": "shipment",
    "logistics.opened.v1": "shipment",
    "coldchain.logger_read.v1": "shipment",
    "infusion.started.v1": "unit",
    "infusion.finished.v1": "unit",
    "incident.act_reported.v1": "case",
    "closing.therapy_ended.v1": "chain",
    "identity.chain_ended.v1": "chain",
    "installation.setup_finished.v1": "ledger",
}

#: What ends something, and what does not follow once it has ended, by the field that names it.
OVER: dict[str, tuple[str, tuple[str, ...]]] = {
    "supply.suspicion_investigated.v1": ("case", CASE_IS_OVER),
    "supply.suspicion_cleared.v1": ("case", CASE_IS_OVER),
    "supply.determined_illegitimate.v1": ("case", CASE_IS_OVER),
    "supply.lot_tested.v1": ("lot", ("supply.lot_approved.v1", "supply.lot_rejected.v1")),
    "supply.lot_approved.v1": ("lot", ("supply.lot_rejected.v1",)),
    "supply.lot_retested.v1": ("lot", ("supply.lot_rejected.v1",)),
    "regulatory.authorisation_varied.v1": ("authorisation", REVOKED),
    "regulatory.authorisation_renewed.v1": ("authorisation", REVOKED),
    "regulatory.authorisation_suspended.v1": ("authorisation", REVOKED),
    "regulatory.suspension_lifted.v1": ("authorisation", REVOKED),
    "regulatory.condition_imposed.v1": ("authorisation", REVOKED),
    "regulatory.fulfilment_judged.v1": ("authorisation", REVOKED),
    "regulatory.question_asked.v1": ("application", ("regulatory.application_decided.v1",)),
    "quality.material_accepted.v1": ("unit", ("quality.material_rejected.v1",)),
    "quality.certified.v1": ("batch", DECIDED_OTHERWISE),
    "quality.supplied_under_exception.v1": ("batch", ("quality.batch_rejected.v1",)),
    "manufacturing.step_completed.v1": ("batch", BATCH_IS_CLOSED),
    "manufacturing.sample_drawn.v1": ("batch", ("manufacturing.abandoned.v1",)),
    "manufacturing.bag_filled.v1": ("batch", BATCH_IS_CLOSED),
    "manufacturing.filled.v1": ("batch", BATCH_IS_CLOSED),
}

Steps = frozenset[str]


def _fields() -> dict[str, tuple[str, ...]]:
    """The facts that are remembered, each with the fields of the subjects that it is looked up by."""
    found: dict[str, tuple[str, ...]] = {kind: (field,) for kind, field in ONCE.items()}
    for field, kinds in (*FIRST.values(), *OVER.values()):
        for kind in kinds:
            found[kind] = tuple(dict.fromkeys((*found.get(kind, ()), field)))
    # Whoever pours a bag out calls it the source; whoever scanned its label called it the unit.
    return found | {"identity.label_verified.v1": ("unit",)}


def _happened(state: Steps, fact: Heard) -> Steps:
    return state if fact.type in state else state | {fact.type}


HAPPENED: Tracker[Steps] = Tracker(
    "happened", frozenset(), {kind: (names, _happened) for kind, names in _fields().items()}
)
