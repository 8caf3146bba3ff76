"""What there is in the demonstration before the first patient: shippers, tanks, rooms, devices, lots of material."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coign.collection.lot_gates import ANTICOAGULANT, KIT
from coign.demo import devices, people, plans
from coign.demo.people import Account
from coign.kernel.subjects import Box, Equipment, Lot, Organisation, Room, Shipper, Supplier

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

HOLD_TIME_H = "240"
#: Longer than the demonstration's nine months, so that nothing runs out in the middle of a story.
LASTS_DAYS = 500
#: Shippers of centre and maker besides those for further therapies: some stay with whoever received last.
SHIPPERS_EACH = 3
#: Rooms with the cabinet that stands in each: cells are open in the cabinet.
#: A cabinet is qualified for half a year: in a long story it is qualified again before that.
QUALIFIED_EACH_DAYS = 150
ROOMS = (("suite-1", "B", ""), ("suite-2", "B", ""), ("suite-3", "B", ""), ("cabinet-1", "A", "suite-1"),
         ("cabinet-2", "A", "suite-2"), ("cabinet-3", "A", "suite-3"))  # fmt: skip
LOTS_EACH = 2
#: What flows through the patient at the chair, and what its lots are called.
OF_THE_CHAIR = {KIT: "KIT", ANTICOAGULANT: "ACD"}
#: Came last: nobody tested it yet.
UNTESTED = Lot.of("CRYOMEDIUM-4102")
#: Tanks of centre and maker: what each is kept for, and how many boxes stand in it.
#: Cells lie in quarantine until their donor's tests are complete, so about as many as products lie elsewhere.
TANKS = (("general", 3), ("quarantine", 3), ("biohazard", 1))
POSITIONS = 25
SUPPLIER, SUPPLIER_NAME = Supplier.of("example-supplies"), "Example Supplies, invented"
SUPPLIER_DAYS = 1000


def lay_in(seeding: "Seeding", journeys: int) -> None:
    """Everything that so many therapies need besides their patients."""
    seeding.progress("Laying in shippers, rooms and materials …")
    abroad = plans.told_abroad(journeys)
    for role, house, therapies in (
        ("celllab", people.CENTRE, journeys - abroad), ("celllab", people.CENTRE_US, abroad),
        ("warehouse", people.MAKER, journeys),
    ):  # fmt: skip
        if therapies:
            of_a_house(seeding, role, house, therapies)
    _rooms(seeding)
    devices.lay_in(seeding)
    _store_of_the_maker(seeding)


def of_a_house(seeding: "Seeding", role: str, house: Organisation, therapies: int) -> None:
    """Shippers, tanks, and the store of a centre."""
    by = people.in_role(role, house)[0]
    _shippers(seeding, by, SHIPPERS_EACH + therapies * 2 // 3)
    _tanks(seeding, by)
    if house != people.MAKER:
        _store_of_a_centre(seeding, house)


def _shippers(seeding: "Seeding", by: Account, count: int) -> None:
    for number in range(1, count + 1):
        shipper = Shipper.of(f"{_short(by.organisation)}-DS-{number:02d}")

        def command(shipper: Shipper = shipper) -> dict[str, Any]:
            return {
                "shipper": shipper,
                "hold_time": {"value": HOLD_TIME_H, "unit": "h"},
                "qualified_until": seeding.now.plus(days=LASTS_DAYS),
            }

        seeding.once(f"stock/{shipper}", by.actor, "logistics.register_shipper", command)


def _tanks(seeding: "Seeding", by: Account) -> None:
    """One tank of each kind, with boxes in its racks."""
    short = _short(by.organisation)
    for number, (kind, boxes) in enumerate(TANKS, start=1):
        tank = Equipment.of(f"{short}-TANK-{number}")

        def qualified(tank: Equipment = tank, kind: str = kind) -> dict[str, Any]:
            return {
                "tank": tank,
                "site": people.site_of(by.organisation),
                "tank_kind": kind,
                "qualified_until": seeding.now.plus(days=LASTS_DAYS),
            }

        seeding.once(f"stock/{tank}", by.actor, "storage.qualify_tank", qualified)
        for count in range(1, boxes + 1):
            rack = f"R{(count + 1) // 2}"
            box = Box.of(f"{short}-T{number}-{rack}-B{count}")
            given = {"box": box, "tank": tank, "rack": rack, "positions": POSITIONS}
            seeding.once(f"stock/{box}", by.actor, "storage.set_up_box", lambda given=given: given)  # type: ignore[misc]


def _short(organisation: Organisation) -> str:
    return organisation.identifier[:3].upper()


def _rooms(seeding: "Seeding") -> None:
    by = people.in_role("qa", people.MAKER)[0].actor
    for name, grade, _ in ROOMS:
        command = {"room": Room.of(name), "site": people.site_of(people.MAKER), "grade": grade}
        seeding.once(f"stock/room/{name}", by, "manufacturing.register_room", lambda c=command: c)  # type: ignore[misc]
    qualify_rooms(seeding, 0)


def qualify_rooms(seeding: "Seeding", time: int) -> None:
    """Every room and cabinet may be used until a half-year or a year from now; `time`: how often it was done before."""
    by = people.in_role("qa", people.MAKER)[0].actor
    for name, _, within in ROOMS:

        def qualified(name: str = name, within: str = within) -> dict[str, Any]:
            return {
                "room": Room.of(name),
                "within": Room.of(within) if within else None,
                "qualified_on": seeding.now.plus(days=-1),
                "evidence": seeding.keep(f"Qualification of {name}: air flow, filters, particles, growth. In order."),
            }

        key = f"stock/room/{name}/in-use" if time == 0 else f"stock/room/{name}/in-use/{time}"
        seeding.once(key, by, "facility.put_in_use", qualified)


def _suppliers(seeding: "Seeding", by: Account, supplier: Supplier, materials: Sequence[str]) -> None:
    for material in materials:

        def command(material: str = material) -> dict[str, Any]:
            return {
                "supplier": supplier,
                "name": SUPPLIER_NAME,
                "material": material,
                "origin": "synthetic",
                "until": seeding.now.plus(days=SUPPLIER_DAYS),
                "evidence": seeding.keep(f"Audit of {SUPPLIER_NAME} for {material}. In order."),
            }

        key = f"stock/supplier/{material}"
        seeding.once(key if supplier == SUPPLIER else f"{key}/{supplier}", by.actor, "supply.qualify_supplier", command)


def _materials(seeding: "Seeding", *, of_the_chair: bool) -> list[str]:
    """What flows through the patient is kept by the centres, everything else by the maker."""
    kept = dict.fromkeys(m for version in seeding.service.programmes.all() for m in version.materials)
    return [material for material in kept if (material in OF_THE_CHAIR) == of_the_chair]


def _store_of_the_maker(seeding: "Seeding") -> None:
    receiver, analyst, approver = (people.in_role(role, people.MAKER)[0] for role in ("warehouse", "analyst", "qa"))
    materials = _materials(seeding, of_the_chair=False)
    _suppliers(seeding, approver, SUPPLIER, materials)
    for material in materials:
        for number in range(1, LOTS_EACH + 1):
            lot = Lot.of(f"{material.upper()}-{4100 + number}")
            _taken_in(seeding, lot, material, SUPPLIER, receiver)
            if lot == UNTESTED:
                continue
            _tested(seeding, lot, analyst)
            if number < LOTS_EACH:  # the newest one still stands in quarantine
                _approved(seeding, lot, approver)


def _store_of_a_centre(seeding: "Seeding", house: Organisation) -> None:
    """Kit and anticoagulant, taken in and tested by one of the cell laboratory and approved by another."""
    first, second = people.in_role("celllab", house)[:2]
    short = _short(house)
    supplier, materials = Supplier.of(f"example-supplies-{short.lower()}"), _materials(seeding, of_the_chair=True)
    _suppliers(seeding, second, supplier, materials)
    for material in materials:
        lot = Lot.of(f"{short}-{OF_THE_CHAIR[material]}-7001")
        _taken_in(seeding, lot, material, supplier, first)
        _tested(seeding, lot, first, "inspection")
        _approved(seeding, lot, second)


def _taken_in(seeding: "Seeding", lot: Lot, material: str, supplier: Supplier, by: Account) -> None:
    def received() -> dict[str, Any]:
        return {
            "lot": lot,
            "material": material,
            "supplier": supplier,
            "expires": seeding.now.plus(days=LASTS_DAYS),
            "certificate": seeding.keep(f"Certificate of analysis of {lot}. In order."),
        }

    seeding.once(f"stock/{lot}/receive", by.actor, "supply.receive_lot", received)


def _tested(seeding: "Seeding", lot: Lot, by: Account, method: str = "spectrum") -> None:
    def tested() -> dict[str, Any]:
        raw = seeding.keep(f"Identity of {lot}: {method} against reference. Agrees.")
        return {"lot": lot, "test": "identity", "method": method, "passed": True, "raw": raw}

    seeding.once(f"stock/{lot}/test", by.actor, "supply.record_lot_test", tested)


def _approved(seeding: "Seeding", lot: Lot, by: Account) -> None:
    seeding.once(f"stock/{lot}/approve", by.actor, "supply.approve_lot", lambda: {"lot": lot})
