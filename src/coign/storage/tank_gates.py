"""The gates of tanks and boxes: ours, tested, and each place named once."""

from typing import Protocol

from coign.equipment.views import DEVICE, kind_words
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Box, Equipment, Site
from coign.kernel.values import Instant
from coign.people.views import SITE
from coign.storage.state import TANK


class OfTank(Protocol):
    """A command that concerns one tank."""

    @property
    def tank(self) -> Equipment: ...


class OfTest(OfTank, Protocol):
    """A command that says how a tank was tested, and where it stands."""

    @property
    def site(self) -> Site: ...

    @property
    def qualified_until(self) -> Instant: ...


class OfNewBox(OfTank, Protocol):
    """A command that sets up a box."""

    @property
    def box(self) -> Box: ...

    @property
    def rack(self) -> str: ...

    @property
    def positions(self) -> int: ...


@gate(
    "storage.tank_is_ours",
    requirement="SCS-03",
    protects="Only who owns a tank says what it is fit for.",
    remedy="Scan the tank again, or ask its owner.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def tank_is_ours(asked: OfTank, known: Circumstances) -> str | None:
    owner = known.state(TANK, asked.tank).organisation
    if owner is None or owner == known.actor.organisation:
        return None
    return f"{asked.tank.identifier} belongs to {owner.identifier}"


@gate(
    "storage.tank_is_no_other_device",
    requirement=("SCS-03", "GMP-09"),
    protects="One label, one device: what is registered as something else holds no cells.",
    remedy="Scan the label of the tank.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def tank_is_no_other_device(asked: OfTank, known: Circumstances) -> str | None:
    kind = known.state(DEVICE, asked.tank).kind
    return f"{asked.tank.identifier} is registered as {kind_words(kind)}" if kind else None


@gate(
    "storage.site_is_ours",
    requirement="SCS-03",
    protects="A tank stands at a place of the organisation that answers for it.",
    remedy="Choose a site of your organisation.",
    resolvers=("celllab", "warehouse", "admin"),
    risk=Risk.DATA,
)
def site_is_ours(asked: OfTest, known: Circumstances) -> str | None:
    if known.state(SITE, asked.site).organisation == known.actor.organisation:
        return None
    return f"{asked.site.identifier} is not a site of your organisation"


@gate(
    "storage.tests_count_ahead",
    requirement="SCS-03",
    protects="Mapping, calibration and alarm test that have run out say nothing about tomorrow.",
    remedy="Have the tank tested and give the date until which the tests count.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def tests_count_ahead(asked: OfTest, known: Circumstances) -> str | None:
    return f"{asked.qualified_until} has passed" if asked.qualified_until <= known.now else None


@gate(
    "storage.tank_is_open",
    requirement="SCS-03",
    protects="A tank is taken out of service once; a second entry would hide when it was.",
    remedy="Look at the tank: nothing is placed in it any more.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def tank_is_open(asked: OfTank, known: Circumstances) -> str | None:
    tank = known.state(TANK, asked.tank)
    if tank.qualified_until is not None and not tank.closed:
        return None
    return f"{asked.tank.identifier} {'was taken out of service before' if tank.closed else 'is no storage tank'}"


@gate(
    "storage.tank_is_in_service",
    requirement="SCS-03",
    protects="Cells lie only where somebody watches the cold.",
    remedy="Have the tank qualified, or take another one.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def tank_is_in_service(asked: OfTank, known: Circumstances) -> str | None:
    why = known.state(TANK, asked.tank).not_in_service_because(known.now)
    return f"{asked.tank.identifier} {why}" if why else None


@gate(
    "storage.box_is_new",
    requirement=("SCS-04", "CSV-15"),
    protects="One label, one box: two boxes under one label are two bags in one place.",
    remedy="Use the box that is set up, or print another label.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def box_is_new(asked: OfNewBox, known: Circumstances) -> str | None:
    return f"{asked.box.identifier} is set up already" if known.exists(asked.box) else None


@gate(
    "storage.rack_is_named",
    requirement="SCS-04",
    protects="Under frost a box is found by its rack.",
    remedy="Write what stands on the rack.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def rack_is_named(asked: OfNewBox, known: Circumstances) -> str | None:
    return None if asked.rack.strip() else "no rack is named"


@gate(
    "storage.positions_are_countable",
    requirement="SCS-04",
    protects="A box has as many positions as one can count in it.",
    remedy="Count the positions of the box.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def positions_are_countable(asked: OfNewBox, known: Circumstances) -> str | None:
    most = int(known.rules.number("storage.positions_max", known.now))
    return None if 1 <= asked.positions <= most else f"{asked.positions} is not between 1 and {most} positions"
