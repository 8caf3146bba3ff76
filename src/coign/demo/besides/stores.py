"""A lot that keeps for weeks, from a supplier that was stopped for a while."""

from coign.demo import classroom
from coign.demo.besides import EVIDENCE, Do, by
from coign.kernel.subjects import Lot, Supplier

LOT, MATERIAL = Lot.of("VECTOR-4103"), "vector"
SUPPLIER = Supplier.of("example-supplies")
KEEPS_DAYS = 20
PACK = "K9Q9Z"


def told(do: Do) -> None:
    """Until a pack of it is used."""
    named = {"supplier": SUPPLIER, "material": MATERIAL}
    why = "Demonstration: an inspector found mould in the filling room."
    do(by("qa-1"), "supply.suspend_supplier", {**named, "why": why})
    looked_into = {"name": "Example Supplies, invented", "origin": "synthetic", "evidence": EVIDENCE}
    do(by("qa-1"), "supply.qualify_supplier", {**named, **looked_into, "until": do.now.plus(days=100)})
    expires = do.now.plus(days=KEEPS_DAYS)
    lot = {"lot": LOT}
    do(by("warehouse-2"), "supply.receive_lot", {**lot, **named, "expires": expires, "certificate": EVIDENCE})
    do(by("qa-1"), "supply.suspend_supplier", {**named, "why": why})
    do(by("qa-1"), "supply.qualify_supplier", {**named, **looked_into, "until": do.now.plus(days=100)})
    tested = {"test": "identity", "method": "spectrum", "passed": True, "raw": EVIDENCE}
    do(by("analyst-1"), "supply.record_lot_test", {**lot, **tested})
    do(by("qa-1"), "supply.approve_lot", {**lot, "retest_by": do.now.plus(days=KEEPS_DAYS // 2)})
    code = {"gtin": classroom.GTIN, "lot_number": LOT.identifier, "expires_on": expires[:10], "number": PACK}
    do(by("warehouse-2"), "supply.register_pack", {**code, **lot})
    do(by("analyst-1"), "supply.use_pack", code)
