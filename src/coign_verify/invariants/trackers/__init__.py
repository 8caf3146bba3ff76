"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.people import LEDGER, LOG_KEY, PART, PERSON, THIS
from coign_verify.invariants.trackers.plant import BATCH, DEVICE, LOT, ROOM, SERIAL, SHIPPER
from coign_verify.invariants.trackers.steps import HAPPENED
from coign_verify.invariants.trackers.therapies import AUTHORISATION, CHAIN, CORRECTIONS, PATIENT, PRODUCT, PROGRAMME
from coign_verify.invariants.trackers.units import BAG, BOX, CUSTODY, DONATION, PLACE, SHIPMENT, UNIT, WARMTH

TRACKERS = (
    *(UNIT, CUSTODY, BAG, WARMTH, PLACE, BOX, SHIPMENT, DONATION),
    *(CHAIN, PATIENT, PRODUCT, AUTHORISATION, PROGRAMME, CORRECTIONS),
    *(BATCH, ROOM, LOT, SERIAL, DEVICE, SHIPPER),
    *(PERSON, PART, LEDGER, LOG_KEY, HAPPENED),
)

__all__ = [
    "AUTHORISATION", "BAG", "BATCH", "BOX", "CHAIN", "CORRECTIONS", "CUSTODY", "DEVICE", "DONATION", "HAPPENED",
    "LEDGER", "LOG_KEY", "LOT", "PART", "PATIENT", "PERSON", "PLACE", "PRODUCT", "PROGRAMME", "ROOM", "SERIAL",
    "SHIPMENT", "SHIPPER", "THIS", "TRACKERS", "UNIT", "WARMTH",
]  # fmt: skip
