"""Units on their way."""

from coign.logistics.actions import check_receipt, confirm_receipt, name_carrier, pack, register_shipper, unpack
from coign.logistics.state import RECEIPT_CHECK, SHIPPER
from coign.logistics.views import RECEIPT, SHIPMENT

ACTIONS = (
    register_shipper.ACTION,
    pack.ACTION,
    name_carrier.ACTION,
    unpack.ACTION,
    check_receipt.ACTION,
    confirm_receipt.ACTION,
)
VIEWS = (SHIPMENT, RECEIPT, SHIPPER, RECEIPT_CHECK)
