"""Lots of material that touch cells."""

from typing import Any

from tests.support.plant import FILE, LOTS, QA, SEALED, WAREHOUSE, Plant
from tests.support.plant_cases import allow, nothing, refuse, then

from coign.kernel.values import Actor

BEADS = {"lot": LOTS["beads"]}
RECEIVER_AS_QA = Actor(WAREHOUSE.person, "qa", WAREHOUSE.organisation)


def asked(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"material": "beads", "supplier": "S", "expires": p.now.plus(days=9), "certificate": FILE}
    return {**BEADS, **good, **changed}


def quarantined(p: Plant) -> None:
    p.lot("beads", approved=False, days=9)


def approved(p: Plant) -> None:
    p.lot("beads")


def rejected(p: Plant) -> None:
    approved(p)
    p.act("supply.reject_lot", QA, why=SEALED, **BEADS)


allow("supply.receive_lot", WAREHOUSE, nothing, asked)
refuse("supply.receive_lot", "lot_is_new", WAREHOUSE, approved, asked)
refuse("supply.receive_lot", "material_is_known", WAREHOUSE, nothing, lambda p: asked(p, material="glue"))
refuse("supply.receive_lot", "expiry_lies_ahead", WAREHOUSE, nothing, lambda p: asked(p, expires=p.now))

allow("supply.approve_lot", QA, quarantined, BEADS)
refuse("supply.approve_lot", "lot_is_undecided", QA, approved, BEADS)
refuse("supply.approve_lot", "lot_is_undecided", QA, rejected, BEADS)
refuse("supply.approve_lot", "lot_is_in_date", QA, then(quarantined, lambda p: p.wait(days=10)), BEADS)
refuse(
    "supply.approve_lot",
    "approved_by_another",
    RECEIVER_AS_QA,
    then(quarantined, lambda p: p.granted(WAREHOUSE, "qa")),
    BEADS,
)

allow("supply.reject_lot", QA, approved, {**BEADS, "why": SEALED})
refuse("supply.reject_lot", "lot_is_not_rejected", QA, rejected, {**BEADS, "why": SEALED})
