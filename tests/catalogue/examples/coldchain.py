"""Whether a unit was kept cold."""

from tests.catalogue.examples.logistics import delivered, logged, opened, warm
from tests.support.plant import BAG, CELLLAB, FILE, INWARD, QA, SEALED, WAREHOUSE, Plant
from tests.support.plant_cases import allow, refuse, then

READ, MISSING, ASSESS = "coldchain.record_logger", "coldchain.report_missing_logger", "coldchain.assess_excursion"
NONE = {"shipment": INWARD, "why": SEALED}
USABLE = {"unit": BAG, "verdict": "usable", "basis": SEALED, "evidence": FILE}


def given_away(p: Plant) -> None:
    p.handed(BAG, WAREHOUSE, CELLLAB)


allow(READ, WAREHOUSE, opened, Plant.reading)
refuse(READ, "shipment_is_delivered_here", WAREHOUSE, then(opened, given_away), Plant.reading)
refuse(READ, "shipper_is_opened", WAREHOUSE, delivered, Plant.reading)
refuse(READ, "logger_is_the_shipments", WAREHOUSE, opened, lambda p: p.reading(logger="TL-1"))
refuse(READ, "logger_is_not_read_yet", WAREHOUSE, logged, Plant.reading)

allow(MISSING, WAREHOUSE, opened, NONE)
refuse(MISSING, "shipper_is_opened", WAREHOUSE, delivered, NONE)
refuse(MISSING, "shipment_is_delivered_here", WAREHOUSE, then(opened, given_away), NONE)
refuse(MISSING, "logger_is_not_read_yet", WAREHOUSE, logged, NONE)

allow(ASSESS, QA, warm, USABLE)
refuse(ASSESS, "excursion_is_open", QA, logged, USABLE)


def too_long_out(p: Plant) -> None:
    p.until("at_hand")
    p.wait(minutes=46)


allow(ASSESS, QA, too_long_out, {**USABLE, "further_minutes": 10})
refuse(ASSESS, "further_time_is_a_duration", QA, warm, {**USABLE, "further_minutes": -1})
