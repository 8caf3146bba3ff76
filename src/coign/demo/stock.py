"""What lies in the demonstration's stores before the first patient: shippers, rooms, lots of material."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.demo.people import Account
from coign.kernel.subjects import Lot, Organisation, Room, Shipper

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

HOLD_TIME_H = "240"
#: Longer than the demonstration's nine months, so that nothing runs out in the middle of a story.
LASTS_DAYS = 500
#: Shippers of centre and maker besides those for further therapies: some stay with whoever received last.
SHIPPERS_EACH = 3
ROOMS = (("suite-1", "B"), ("suite-2", "B"), ("suite-3", "B"))
LOTS_EACH = 2


def lay_in(seeding: "Seeding", journeys: int) -> None:
    """Everything that so many therapies need besides their patients."""
    seeding.progress("Laying in shippers, rooms and materials …")
    for by in (people.in_role("celllab", people.CENTRE)[0], people.in_role("warehouse", people.MAKER)[0]):
        _shippers(seeding, by, SHIPPERS_EACH + journeys // 3)
    _rooms(seeding)
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


def _short(organisation: Organisation) -> str:
    return organisation.identifier[:3].upper()


def _rooms(seeding: "Seeding") -> None:
    by = people.in_role("qa", people.MAKER)[0].actor
    for name, grade in ROOMS:
        command = {"room": Room.of(name), "site": people.site_of(people.MAKER), "grade": grade}
        seeding.once(f"stock/room/{name}", by, "manufacturing.register_room", lambda c=command: c)  # type: ignore[misc]


def _lots(seeding: "Seeding") -> None:
    receiver, approver = people.in_role("warehouse", people.MAKER)[0].actor, people.in_role("qa", people.MAKER)[0].actor
    materials = dict.fromkeys(m for version in seeding.service.programmes.all() for m in version.materials)
    for material in materials:
        for number in range(1, LOTS_EACH + 1):
            lot = Lot.of(f"{material.upper()}-{4100 + number}")

            def received(lot: Lot = lot, material: str = material) -> dict[str, Any]:
                return {
                    "lot": lot,
                    "material": material,
                    "supplier": "Example Supplies, invented",
                    "expires": seeding.now.plus(days=LASTS_DAYS),
                    "certificate": seeding.keep(f"Certificate of analysis of {lot}. In order."),
                }

            seeding.once(f"stock/{lot}/receive", receiver, "supply.receive_lot", received)
            if number < LOTS_EACH:  # the newest one still stands in quarantine
                seeding.once(f"stock/{lot}/approve", approver, "supply.approve_lot", lambda lot=lot: {"lot": lot})  # type: ignore[misc]
