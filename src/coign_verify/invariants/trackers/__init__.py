"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.houses import (
    APPLICATION,
    ATTEMPT,
    EXTENSIONS,
    LEARNER,
    ORGANISATION,
    SUPPLIER,
    SUSPICION,
    VERSION,
)
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
    *(ORGANISATION, SUPPLIER, VERSION, APPLICATION, SUSPICION, ATTEMPT, LEARNER, EXTENSIONS),
)

__all__ = [
    "APPLICATION", "ATTEMPT", "AUTHORISATION", "BAG", "BATCH", "BOX", "CHAIN", "CORRECTIONS", "CUSTODY", "DEVICE",
    "DONATION", "EXTENSIONS", "HAPPENED", "LEARNER", "LEDGER", "LOG_KEY", "LOT", "ORGANISATION", "PART", "PATIENT",
    "PERSON", "PLACE", "PRODUCT", "PROGRAMME", "ROOM", "SERIAL", "SHIPMENT", "SHIPPER", "SUPPLIER", "SUSPICION", "THIS",
    "TRACKERS", "UNIT", "VERSION", "WARMTH",
]  # fmt: skip
