"""What the quality unit says about material, results, deviations and batches."""

from coign.quality.actions import (
    accept_material,
    certify,
    close_deviation,
    invalidate_result,
    open_deviation,
    record_result,
    reject_batch,
    reject_material,
    resolve_block,
    review_record,
    review_result,
)
from coign.quality.state import BLOCKS, DEVIATION, DOSSIER
from coign.quality.views import DISPOSITION

ACTIONS = (
    accept_material.ACTION,
    reject_material.ACTION,
    record_result.ACTION,
    review_result.ACTION,
    invalidate_result.ACTION,
    open_deviation.ACTION,
    close_deviation.ACTION,
    review_record.ACTION,
    certify.ACTION,
    reject_batch.ACTION,
    resolve_block.ACTION,
)
VIEWS = (DISPOSITION, DOSSIER, DEVIATION, BLOCKS)
