"""Units on their way."""

from coign.logistics.actions import (
    arrive,
    check_receipt,
    choose_shipper,
    compare_seals,
    confirm_receipt,
    depart,
    free_shipper,
    name_carrier,
    open_shipper,
    pack,
    register_shipper,
    seal,
    start_logger,
    unpack,
)
from coign.logistics.state import CHOICE, RECEIPT_CHECK, SHIPPER
from coign.logistics.views import LOAD, RECEIPT, SHIPMENT

ACTIONS = (
    register_shipper.ACTION,
    choose_shipper.ACTION,
    free_shipper.ACTION,
    start_logger.ACTION,
    pack.ACTION,
    seal.SEAL,
    seal.REPLACE_SEAL,
    name_carrier.ACTION,
    unpack.ACTION,
    depart.ACTION,
    arrive.ACTION,
    compare_seals.ACTION,
    open_shipper.ACTION,
    check_receipt.ACTION,
    confirm_receipt.ACTION,
)
VIEWS = (SHIPMENT, RECEIPT, LOAD, SHIPPER, CHOICE, RECEIPT_CHECK)
