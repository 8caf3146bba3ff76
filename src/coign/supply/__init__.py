"""Lots of material that touch cells."""

from coign.supply.actions import approve_lot, receive_lot, reject_lot
from coign.supply.views import LOT

ACTIONS = (receive_lot.ACTION, approve_lot.ACTION, reject_lot.ACTION)
VIEWS = (LOT,)
