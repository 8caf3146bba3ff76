"""What is remembered of the facts, subject by subject; see the README one level up."""

from coign_verify.invariants.trackers.batches import AUDIT_TRAIL, CLEANING, LINE, MAKING, RESULTS, SAMPLE, SLOT
from coign_verify.invariants.trackers.cells_counted import FILL, RECEIVES
from coign_verify.invariants.trackers.findings import COLLECTED, DIFFERING, NUMBER, PLAN, THERAPIES
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
from coign_verify.invariants.trackers.keeping import BLOOD, DISPUTED, MEANT, SOURCE, TANK
from coign_verify.invariants.trackers.people import LEDGER, LOG_KEY, PART, PERSON, THIS
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
from coign_verify.invariants.trackers.ways import SITE, VESSEL, WAY

TRACKERS = (
    *(UNIT, CUSTODY, BAG, WARMTH, PLACE, BOX, SHIPMENT, DONATION),
    *(CHAIN, PATIENT, PRODUCT, AUTHORISATION, PROGRAMME, CORRECTIONS, RECIPIENT),
    *(PLAN, NUMBER, THERAPIES, COLLECTED, DIFFERING),
    *(FILL, RECEIVES),
    *(WAY, VESSEL, SITE),
    *(CASE, HELD, REFERENCE, INCIDENT),
    *(BATCH, ROOM, LOT, SERIAL, DEVICE, SHIPPER),
    *(PERSON, PART, LEDGER, LOG_KEY, HAPPENED),
    *(BLOOD, DISPUTED, MEANT, SOURCE, TANK),
    *(MAKING, SAMPLE, SLOT, LINE, CLEANING, RESULTS, AUDIT_TRAIL),
    *(ORGANISATION, SUPPLIER, VERSION, APPLICATION, REPORTED, SUSPICION, ATTEMPT, LEARNER, EXTENSIONS),
)

__all__ = [
    "APPLICATION", "ATTEMPT", "AUDIT_TRAIL", "AUTHORISATION", "BAG", "BATCH", "BLOOD", "BOX", "CASE", "CHAIN",
    "CLEANING", "COLLECTED", "CORRECTIONS", "CUSTODY", "DEVICE", "DIFFERING", "DISPUTED", "DONATION", "EXTENSIONS",
    "FILL", "HAPPENED", "HELD", "INCIDENT", "LEARNER", "LEDGER", "LINE", "LOG_KEY", "LOT", "MAKING", "MEANT",
    "NUMBER", "ORGANISATION", "PART", "PATIENT", "PERSON", "PLACE", "PLAN", "PRODUCT", "PROGRAMME", "RECEIVES",
    "RECIPIENT", "REFERENCE", "REPORTED", "RESULTS", "ROOM", "SAMPLE", "SERIAL", "SHIPMENT", "SHIPPER", "SITE",
    "SLOT", "SOURCE", "SUPPLIER", "SUSPICION", "TANK", "THERAPIES", "THIS", "TRACKERS", "UNIT", "VERSION",
    "VESSEL", "WARMTH", "WAY",
]  # fmt: skip
