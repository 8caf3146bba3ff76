"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.batches import AUDIT_TRAIL, CLEANING, LINE, MAKING, RESULTS, SAMPLE, SLOT
from coign_verify.invariants.trackers.houses import (
    APPLICATION,
    ATTEMPT,
    EXTENSIONS,
    LEARNER,
    ORGANISATION,
    REPORTED,
    SUPPLIER,
    SUSPICION,
    VERSION,
)
from coign_verify.invariants.trackers.keeping import BLOOD, DISPUTED, MEANT
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
    *(BLOOD, DISPUTED, MEANT),
    *(MAKING, SAMPLE, SLOT, LINE, CLEANING, RESULTS, AUDIT_TRAIL),
    *(ORGANISATION, SUPPLIER, VERSION, APPLICATION, REPORTED, SUSPICION, ATTEMPT, LEARNER, EXTENSIONS),
)

__all__ = [
    "APPLICATION", "ATTEMPT", "AUDIT_TRAIL", "AUTHORISATION", "BAG", "BATCH", "BLOOD", "BOX", "CHAIN", "CLEANING",
    "CORRECTIONS", "CUSTODY", "DEVICE", "DISPUTED", "DONATION", "EXTENSIONS", "HAPPENED", "LEARNER", "LEDGER", "LINE",
    "LOG_KEY", "LOT", "MAKING", "MEANT", "ORGANISATION", "PART", "PATIENT", "PERSON", "PLACE", "PRODUCT", "PROGRAMME",
    "REPORTED", "RESULTS", "ROOM", "SAMPLE", "SERIAL", "SHIPMENT", "SHIPPER", "SLOT", "SUPPLIER", "SUSPICION", "THIS",
    "TRACKERS", "UNIT", "VERSION", "WARMTH",
]  # fmt: skip
