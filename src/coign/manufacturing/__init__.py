"""From one patient's bag to that patient's product."""

import coign.quality  # noqa: F401  our views listen to its events: it must be there before they are
from coign.manufacturing.actions import (
    abandon_batch,
    clear_line,
    complete_step,
    confirm_clearance,
    confirm_slot,
    count_labels,
    draw_sample,
    extend_hold,
    freeze,
    move_slot,
    register_room,
    resume_batch,
    start_batch,
    verify_label,
)
from coign.manufacturing.actions.fill import FILL, FILL_BAG
from coign.manufacturing.state import ROOM
from coign.manufacturing.views import BATCH, SAMPLE, SLOT

ACTIONS = (
    register_room.ACTION,
    confirm_slot.ACTION,
    move_slot.ACTION,
    clear_line.ACTION,
    confirm_clearance.ACTION,
    start_batch.ACTION,
    complete_step.ACTION,
    draw_sample.ACTION,
    FILL_BAG,
    FILL,
    freeze.ACTION,
    verify_label.ACTION,
    count_labels.ACTION,
    abandon_batch.ACTION,
    resume_batch.ACTION,
    extend_hold.ACTION,
)
VIEWS = (SLOT, BATCH, SAMPLE, ROOM)
