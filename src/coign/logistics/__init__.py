"""Units on their way."""

from coign.logistics.actions import (
    arrive,
    check_receipt,
    compare_seals,
    confirm_receipt,
    depart,
    name_carrier,
    open_shipper,
    pack,
    register_shipper,
    unpack,
)
from coign.logistics.state import RECEIPT_CHECK, SHIPPER
from coign.logistics.views import LOAD, RECEIPT, SHIPMENT

ACTIONS = (
    register_shipper.ACTION,
    pack.ACTION,
    name_carrier.ACTION,
    unpack.ACTION,
    depart.ACTION,
    arrive.ACTION,
    compare_seals.ACTION,
    open_shipper.ACTION,
    check_receipt.ACTION,
    confirm_receipt.ACTION,
)
VIEWS = (SHIPMENT, RECEIPT, LOAD, SHIPPER, RECEIPT_CHECK)
