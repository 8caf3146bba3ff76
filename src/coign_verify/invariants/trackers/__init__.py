"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.people import LEDGER, PERSON, THIS
from coign_verify.invariants.trackers.plant import BATCH, DEVICE, LOT, ROOM, SERIAL
from coign_verify.invariants.trackers.therapies import AUTHORISATION, CHAIN, PATIENT, PRODUCT
from coign_verify.invariants.trackers.units import BAG, CUSTODY, DONATION, SHIPMENT, UNIT, WARMTH

TRACKERS = (
    UNIT, CUSTODY, BAG, WARMTH, SHIPMENT, CHAIN, PATIENT, PRODUCT, AUTHORISATION, BATCH, ROOM, LOT, SERIAL, DEVICE,
    PERSON, LEDGER, DONATION,
)  # fmt: skip

__all__ = [
    "AUTHORISATION", "BAG", "BATCH", "CHAIN", "CUSTODY", "DEVICE", "DONATION", "LEDGER", "LOT", "PATIENT", "PERSON",
    "PRODUCT", "ROOM", "SERIAL", "SHIPMENT", "THIS", "TRACKERS", "UNIT", "WARMTH",
]  # fmt: skip
