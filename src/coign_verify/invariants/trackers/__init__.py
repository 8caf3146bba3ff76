"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.cells_counted import FILL, RECEIVES
from coign_verify.invariants.trackers.findings import COLLECTED, DIFFERING, NUMBER, PLAN, THERAPIES
from coign_verify.invariants.trackers.people import LEDGER, PART, PERSON, THIS
from coign_verify.invariants.trackers.plant import BATCH, DEVICE, LOT, ROOM, SERIAL, SHIPPER
from coign_verify.invariants.trackers.reactions import CASE, HELD, INCIDENT, REFERENCE
from coign_verify.invariants.trackers.steps import HAPPENED
from coign_verify.invariants.trackers.therapies import (
    AUTHORISATION,
    CHAIN,
    CORRECTIONS,
    PATIENT,
    PRODUCT,
    PROGRAMME,
    RECIPIENT,
)
from coign_verify.invariants.trackers.units import BAG, BOX, CUSTODY, DONATION, PLACE, SHIPMENT, UNIT, WARMTH
from coign_verify.invariants.trackers.ways import HOUSE, SITE, VESSEL, WAY

TRACKERS = (
    *(UNIT, CUSTODY, BAG, WARMTH, PLACE, BOX, SHIPMENT, DONATION),
    *(CHAIN, PATIENT, PRODUCT, AUTHORISATION, PROGRAMME, CORRECTIONS, RECIPIENT),
    *(PLAN, NUMBER, THERAPIES, COLLECTED, DIFFERING),
    *(FILL, RECEIVES),
    *(WAY, VESSEL, SITE, HOUSE),
    *(CASE, HELD, REFERENCE, INCIDENT),
    *(BATCH, ROOM, LOT, SERIAL, DEVICE, SHIPPER),
    *(PERSON, PART, LEDGER, HAPPENED),
)

__all__ = [
    "AUTHORISATION", "BAG", "BATCH", "BOX", "CASE", "CHAIN", "COLLECTED", "CORRECTIONS", "CUSTODY", "DEVICE",
    "DIFFERING", "DONATION", "FILL", "HAPPENED", "HELD", "HOUSE", "INCIDENT", "LEDGER", "LOT", "NUMBER", "PART",
    "PATIENT", "PERSON", "PLACE", "PLAN", "PRODUCT", "PROGRAMME", "RECEIVES", "RECIPIENT", "REFERENCE", "ROOM",
    "SERIAL", "SHIPMENT", "SHIPPER", "SITE", "THERAPIES", "THIS", "TRACKERS", "UNIT", "VESSEL", "WARMTH", "WAY",
]  # fmt: skip
