"""Devices of production and collection: calibrated, clean, in service, and in doubt when they were found not to be."""

from coign.equipment.actions import (
    assess_doubt,
    calibrate,
    clean,
    judge_late_cleaning,
    register,
    return_to_service,
    take_out,
)
from coign.equipment.state import LOG
from coign.equipment.views import DEVICE

ACTIONS = (
    register.ACTION,
    calibrate.ACTION,
    clean.ACTION,
    take_out.ACTION,
    return_to_service.ACTION,
    assess_doubt.ACTION,
    judge_late_cleaning.ACTION,
)
VIEWS = (DEVICE, LOG)
