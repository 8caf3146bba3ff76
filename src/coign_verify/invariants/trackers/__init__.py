"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.people import PERSON
from coign_verify.invariants.trackers.plant import BATCH, DEVICE, LOT, ROOM, SERIAL
from coign_verify.invariants.trackers.therapies import AUTHORISATION, CHAIN, PATIENT, PRODUCT
from coign_verify.invariants.trackers.units import BAG, CUSTODY, SHIPMENT, UNIT, WARMTH

TRACKERS = (
    UNIT, CUSTODY, BAG, WARMTH, SHIPMENT, CHAIN, PATIENT, PRODUCT, AUTHORISATION, BATCH, ROOM, LOT, SERIAL, DEVICE,
    PERSON,
)  # fmt: skip

__all__ = [
    "AUTHORISATION", "BAG", "BATCH", "CHAIN", "CUSTODY", "DEVICE", "LOT", "PATIENT", "PERSON", "PRODUCT", "ROOM",
    "SERIAL", "SHIPMENT", "TRACKERS", "UNIT", "WARMTH",
]  # fmt: skip
