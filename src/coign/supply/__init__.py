"""Suppliers, lots of material that touch cells, serialised packs, and suspect product."""

from coign.supply.actions import (
    approve_lot,
    hold_lot,
    illegitimate,
    investigate,
    packs,
    receive_lot,
    record_lot_test,
    reject_lot,
    suppliers,
    suspect_lot,
)
from coign.supply.state import PACK, SUPPLIER, SUSPECT
from coign.supply.views import LOT

ACTIONS = (
    suppliers.QUALIFY,
    suppliers.SUSPEND,
    receive_lot.ACTION,
    record_lot_test.ACTION,
    approve_lot.APPROVE,
    approve_lot.RETEST,
    reject_lot.ACTION,
    hold_lot.HOLD,
    hold_lot.LIFT,
    packs.REGISTER,
    packs.CHECK,
    packs.USE,
    suspect_lot.ACTION,
    investigate.INVESTIGATE,
    investigate.CLEAR,
    illegitimate.DETERMINE,
    illegitimate.NOTIFY,
    illegitimate.CONSULT,
    illegitimate.TERMINATE,
)
VIEWS = (LOT, SUPPLIER, PACK, SUSPECT)
