"""Devices of the demonstration: registered before the first patient; one overdue, one due soon, one out of service."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.equipment.events import Kind
from coign.equipment.views import kind_words
from coign.kernel.subjects import Equipment, Organisation
from coign.kernel.values import Actor

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

#: Longer than the story; and what runs out within it, so that somebody finds a refusal and something to do.
LASTS_DAYS, RUNS_OUT_DAYS, SOON_DAYS = 500, 60, 20
#: What a house has: name, kind, model, for how many days the qualification counts.
DEVICES: dict[Organisation, tuple[tuple[str, Kind, str, int], ...]] = {
    people.MAKER: (
        ("cell-counter-1", "cell_counter", "Countwell 200, invented", LASTS_DAYS),
        ("cell-counter-2", "cell_counter", "Countwell 200, invented", RUNS_OUT_DAYS),
        ("cell-processor-1", "cell_processor", "Closedloop P, invented", LASTS_DAYS),
        ("cell-processor-2", "cell_processor", "Closedloop P, invented", LASTS_DAYS),
        ("cell-processor-3", "cell_processor", "Closedloop P, invented", LASTS_DAYS),
        ("freezer-1", "controlled_rate_freezer", "Slowfrost 1, invented", LASTS_DAYS),
        ("incubator-1", "incubator", "Evenwarm 37, invented", LASTS_DAYS),
        ("incubator-2", "incubator", "Evenwarm 37, invented", LASTS_DAYS),
        ("incubator-3", "incubator", "Evenwarm 37, invented", LASTS_DAYS),
        ("scale-1", "scale", "Trueload 3, invented", LASTS_DAYS),
        ("thermometer-1", "thermometer", "Steadyprobe, invented", LASTS_DAYS),
    ),
    people.CENTRE: (
        ("apheresis-1", "apheresis_device", "Gentlespin A, invented", LASTS_DAYS),
        ("apheresis-2", "apheresis_device", "Gentlespin A, invented", LASTS_DAYS),
        ("apheresis-3", "apheresis_device", "Gentlespin A, invented", RUNS_OUT_DAYS),
        ("thawing-device-1", "thawing_device", "Drybath T, invented", LASTS_DAYS),
    ),
    people.CENTRE_US: (
        ("apheresis-4", "apheresis_device", "Gentlespin A, invented", LASTS_DAYS),
        ("thawing-device-2", "thawing_device", "Drybath T, invented", LASTS_DAYS),
    ),
}
KEEPERS = {people.MAKER: "qa", people.CENTRE: "celllab", people.CENTRE_US: "celllab"}
DUE_SOON, BROKEN = Equipment.of("incubator-2"), Equipment.of("incubator-3")


def lay_in(seeding: "Seeding") -> None:
    """Every device with its qualification."""
    for house, devices in DEVICES.items():
        by = people.in_role(KEEPERS[house], house)[0].actor
        for device in devices:
            _register(seeding, by, house, *device)


def _register(
    seeding: "Seeding", by: Actor, house: Organisation, name: str, kind: Kind, model: str, days: int
) -> None:  # fmt: skip
    def registered() -> dict[str, Any]:
        return {
            "equipment": Equipment.of(name),
            "device_kind": kind,
            "model": model,
            "site": people.site_of(house),
            "qualified_on": seeding.now.plus(days=-1),
            "due_on": seeding.now.plus(days=days),
            "evidence": seeding.keep(f"Qualification of {name} ({kind_words(kind)}): installed, tested. In order."),
        }

    seeding.once(f"stock/device/{name}", by, "equipment.register", registered)


def furnish(seeding: "Seeding") -> None:
    """What stands in the register at the end of the story: one due soon, one with a fault that somebody found."""

    def calibrated() -> dict[str, Any]:
        return {
            "equipment": DUE_SOON,
            "finding": "in_order",
            "calibrated_on": seeding.now.plus(hours=-1),
            "due_on": seeding.now.plus(days=SOON_DAYS),
            "evidence": seeding.keep(f"Certificate of {DUE_SOON.identifier}: in order, measured again early."),
        }

    analyst, operator = (people.in_role(role, people.MAKER)[0].actor for role in ("analyst", "operator"))
    seeding.once(f"furnish/{DUE_SOON}", analyst, "equipment.calibrate", calibrated)
    fault = {"equipment": BROKEN, "why": "Demonstration: the seal of the door leaks; the gas swings by one per cent."}
    seeding.once(f"furnish/{BROKEN}", operator, "equipment.take_out_of_service", lambda: fault)
