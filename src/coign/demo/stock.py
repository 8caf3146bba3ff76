"""What there is in the demonstration before the first patient: shippers, tanks, rooms, devices, lots of material."""

from typing import TYPE_CHECKING, Any

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
            by = people.in_role(role, house)[0]
            _shippers(seeding, by, SHIPPERS_EACH + therapies * 2 // 3)
            _tanks(seeding, by)
    _rooms(seeding)
    devices.lay_in(seeding)
    _suppliers(seeding)
    _lots(seeding)


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


def _suppliers(seeding: "Seeding") -> None:
    by = people.in_role("qa", people.MAKER)[0].actor
    for material in _materials(seeding):

        def command(material: str = material) -> dict[str, Any]:
            return {
                "supplier": SUPPLIER,
                "name": SUPPLIER_NAME,
                "material": material,
                "origin": "synthetic",
                "until": seeding.now.plus(days=SUPPLIER_DAYS),
                "evidence": seeding.keep(f"Audit of {SUPPLIER_NAME} for {material}. In order."),
            }

        seeding.once(f"stock/supplier/{material}", by, "supply.qualify_supplier", command)


def _materials(seeding: "Seeding") -> list[str]:
    return list(dict.fromkeys(m for version in seeding.service.programmes.all() for m in version.materials))


def _lots(seeding: "Seeding") -> None:
    receiver, analyst, approver = (
        people.in_role(role, people.MAKER)[0].actor for role in ("warehouse", "analyst", "qa")
    )  # fmt: skip
    for material in _materials(seeding):
        for number in range(1, LOTS_EACH + 1):
            lot = Lot.of(f"{material.upper()}-{4100 + number}")

            def received(lot: Lot = lot, material: str = material) -> dict[str, Any]:
                return {
                    "lot": lot,
                    "material": material,
                    "supplier": SUPPLIER,
                    "expires": seeding.now.plus(days=LASTS_DAYS),
                    "certificate": seeding.keep(f"Certificate of analysis of {lot}. In order."),
                }

            def tested(lot: Lot = lot) -> dict[str, Any]:
                raw = seeding.keep(f"Identity of {lot}: spectrum against reference. Agrees.")
                return {"lot": lot, "test": "identity", "method": "spectrum", "passed": True, "raw": raw}

            seeding.once(f"stock/{lot}/receive", receiver, "supply.receive_lot", received)
            if lot == UNTESTED:
                continue
            seeding.once(f"stock/{lot}/test", analyst, "supply.record_lot_test", tested)
            if number < LOTS_EACH:  # the newest one still stands in quarantine
                seeding.once(f"stock/{lot}/approve", approver, "supply.approve_lot", lambda lot=lot: {"lot": lot})  # type: ignore[misc]
