"""What the quality unit says about material, results, deviations and batches."""

import coign.correction  # noqa: F401  our views listen to its events: it must be there before they are
from coign.quality.actions import (
    accept_material,
    audit_trail,
    certify,
    close_deviation,
    invalidate_result,
    investigate_result,
    late_result,
    open_deviation,
    quarantine_shipment,
    record_result,
    reject_batch,
    reject_material,
    request_exception,
    resolve_block,
    review_record,
    review_result,
    supply_under_exception,
)
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.exception_state import CALLS, EXCEPTION
from coign.quality.state import BLOCKS, DEVIATION, DOSSIER
from coign.quality.views import DISPOSITION

ACTIONS = (
    accept_material.ACTION,
    reject_material.ACTION,
    record_result.ACTION,
    review_result.ACTION,
    investigate_result.ASSESS,
    investigate_result.PLAN,
    investigate_result.RETEST,
    investigate_result.CONCLUDE,
    invalidate_result.ACTION,
    open_deviation.ACTION,
    close_deviation.ACTION,
    review_record.ACTION,
    audit_trail.ANSWER,
    audit_trail.REVIEW,
    audit_trail.DEFER,
    certify.ACTION,
    quarantine_shipment.ACTION,
    late_result.PHYSICIAN,
    late_result.QUALITY,
    request_exception.REQUEST,
    request_exception.ASSESS,
    request_exception.ACCEPT,
    request_exception.NOTIFY,
    request_exception.EXPANDED_ACCESS,
    supply_under_exception.ACTION,
    reject_batch.ACTION,
    resolve_block.ACTION,
)
VIEWS = (DISPOSITION, DOSSIER, DEVIATION, BLOCKS, EXCEPTION, CALLS, AUDIT_TRAIL)
