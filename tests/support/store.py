"""A maker's store on paper: suppliers, lots, packs with their codes, and a case of suspect product at any stage."""

from typing import Any

from tests.support.plant import FILE, LOTS, QA, SEALED, SUPPLIER, WAREHOUSE, Plant, as_role

from coign.kernel.subjects import Batch, Case, Supplier
from coign.quality.events import DeviationOpened
from coign.supply.codes import PackCode, serial_of
from coign.supply.events import SupplierQualified
from coign.supply.views import LOT

#: GS1 example prefix 952; the last digit checks the others.
GTIN = "09524000059109"
CASE, VIALS = Case.of("S1"), LOTS["vector"]
ANOTHER = Supplier.of("another")
PACKS = tuple(f"A{n}" for n in range(1, 6))


class Store(Plant):
    """The plant with what lies in its store."""

    def code(self, number: str = "A1", **changed: Any) -> dict[str, Any]:
        """What stands on a pack of the vials."""
        expires = self.state(LOT, VIALS).expires
        good = {
            "gtin": GTIN, "number": number, "lot_number": VIALS.identifier,
            "expires_on": expires[:10] if expires else "2027-03-31",
        }  # fmt: skip
        return {**good, **changed}

    def serial(self, number: str = "A1") -> Any:
        return serial_of(PackCode(**self.code(number)))

    def vials(self, *, approved: bool = True, days: int = 300) -> None:
        """A lot of vials, and five packs of it registered."""
        self.lot("vector", approved=approved, days=days)
        for number in PACKS:
            self.act("supply.register_pack", WAREHOUSE, lot=VIALS, case=Case.of(f"R-{number}"), **self.code(number))

    def day_before(self) -> None:
        """A pack whose printed day, in its maker's zone, ends some hours before its lot does."""
        self.lot("vector", days=1)
        day = self.state(LOT, VIALS).expires.plus(hours=-12)[:10]
        code = self.code("A1", expires_on=day)
        self.act("supply.register_pack", WAREHOUSE, lot=VIALS, case=Case.of("R"), **code)
        self.wait(hours=23)

    def glue(self) -> None:
        """Somebody qualified a supplier for what no programme names."""
        qualified = SupplierQualified(
            supplier=SUPPLIER, organisation=QA.organisation, name="Acme", material="glue", origin="synthetic",
            until=self.now.plus(days=9), licence_until=None, evidence=FILE, by=QA.person,
        )  # fmt: skip
        self.happened(qualified, by=QA)

    def deviation(self) -> None:
        """A case of another kind."""
        opened = DeviationOpened(case=CASE, batch=Batch.of("B9"), organisation=QA.organisation)
        self.happened(opened, by=QA)

    def suspect(self, by: Any = WAREHOUSE) -> None:
        """A pack with the right serial and another lot on it."""
        self.vials()
        self.act("supply.check_pack", by, case=CASE, **self.code(lot_number="L-OTHER"))

    def investigated(self, in_hand: int = 5, checked: int = 3, wrong: int = 0) -> None:
        self.act("supply.investigate_suspicion", QA, **self.count(in_hand, checked, wrong))

    @staticmethod
    def count(in_hand: int = 5, checked: int = 3, wrong: int = 0) -> dict[str, Any]:
        counted = {"packs_in_hand": in_hand, "packs_checked": checked, "packs_wrong": wrong}
        return {"case": CASE, **counted, "finding": SEALED, "evidence": FILE}

    def determined(self) -> None:
        given = {"grounds": "illegitimate", "basis": SEALED, "evidence": FILE}
        self.act("supply.determine_illegitimate", QA, case=CASE, **given)

    def notice(self, to: str = "authority", **changed: Any) -> dict[str, Any]:
        good = {"case": CASE, "to": to, "sent_at": self.now, "reference": "IR-1", "evidence": FILE}
        return {**good, **changed}

    def told(self, to: str = "authority") -> None:
        self.act("supply.notify_illegitimate", QA, **self.notice(to))

    def consulted(self, *, agrees: bool = True) -> None:
        self.act("supply.consult_authority", QA, case=CASE, agrees=agrees, evidence=FILE)

    def terminated(self) -> None:
        self.act("supply.terminate_notification", QA, case=CASE, why=SEALED)


RECEIVER_AS_QA = as_role(WAREHOUSE, "qa")
