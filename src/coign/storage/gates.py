"""The gates of placing and taking out: one unit a position, the right tank, two persons at the same bag."""

from typing import Protocol

from coign.custody.views import HOLDING
from coign.donor.views import TESTING, open_of, tank_for
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Box, Chain, Equipment, Unit
from coign.kernel.values import Quantity
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH
from coign.programmes.model import ProgrammeVersion
from coign.storage.state import BOX, REMOVAL, TANK
from coign.storage.views import PLACE, SEGREGATION, SegregationState

_STRICTNESS = ("general", "quarantine", "biohazard")


class OfUnit(Protocol):
    """A command that concerns one unit."""

    @property
    def unit(self) -> Unit: ...


class OfPosition(OfUnit, Protocol):
    """A command that names a unit and a position of a box."""

    @property
    def box(self) -> Box: ...

    @property
    def position(self) -> int: ...


def allowed_out_of_cold(chain: Chain, known: Circumstances) -> Quantity | None:
    """How long the therapy's own programme lets a unit be out of the cold; None where it sets no limit."""
    version: ProgrammeVersion = known.programmes.version(known.state(CHAIN, chain).version)
    return version.quantity_if_any("time_out_of_cold_max")


def _tank(asked: OfPosition, known: Circumstances) -> Equipment:
    """The tank that the box stands in; a box that is not set up is known to nobody, and the door says so."""
    tank = known.state(BOX, asked.box).tank
    assert tank is not None
    return tank


@gate(
    "storage.unit_exists",
    requirement="TRC-10",
    protects="What is said about a unit is said about one that belongs to a therapy.",
    remedy="Scan the label again.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.DATA,
)
def unit_exists(asked: OfUnit, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if unit.chain is None:
        return f"{asked.unit.identifier} belongs to no chain of identity"
    return f"{asked.unit.identifier} was {unit.ended.replace('_', ' ')}" if unit.ended else None


@gate(
    "storage.unit_is_held",
    requirement=("TRC-11", "SCS-S7"),
    protects="Custody has no gap: only who answers for a unit places it or takes it out.",
    remedy="Take the unit over first, or let its holder do this.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_held(asked: OfUnit, known: Circumstances) -> str | None:
    holder = known.state(HOLDING, asked.unit).organisation
    if holder == known.actor.organisation:
        return None
    return f"{asked.unit.identifier} is held by {holder.identifier if holder else 'nobody'}, not by your organisation"


@gate(
    "storage.unit_is_out_of_its_shipper",
    requirement="TRC-11",
    protects="A unit lies in one place: what is sealed in a shipper lies in no tank.",
    remedy="Open the shipment, or unpack it, first.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_is_out_of_its_shipper(asked: OfUnit, known: Circumstances) -> str | None:
    receipt = known.state(RECEIPT, asked.unit)
    if receipt.under_way is None or receipt.opened_at is not None:
        return None
    return f"{asked.unit.identifier} is packed in {receipt.under_way.identifier}"


@gate(
    "storage.unit_lies_nowhere",
    requirement=("SCS-04", "TRC-11"),
    protects="One unit, one position: a unit in two places is in neither.",
    remedy="Take the unit out of its position first, two persons together.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_lies_nowhere(asked: OfUnit, known: Circumstances) -> str | None:
    why = known.state(PLACE, asked.unit).not_at_hand_because
    return f"{asked.unit.identifier} {why}" if why else None


@gate(
    "storage.position_exists",
    requirement="SCS-04",
    protects="A position that is not there cannot be found again.",
    remedy="Read the position off the box.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.DATA,
)
def position_exists(asked: OfPosition, known: Circumstances) -> str | None:
    positions = known.state(BOX, asked.box).positions
    if 1 <= asked.position <= positions:
        return None
    return f"{asked.box.identifier} has positions 1 to {positions}, not {asked.position}"


@gate(
    "storage.position_is_free",
    requirement=("SCS-04", "TRC-10"),
    protects="Two units in one position are two patients' cells under one address.",
    remedy="Look what lies there, and take another position.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def position_is_free(asked: OfPosition, known: Circumstances) -> str | None:
    there = known.state(BOX, asked.box).unit_at(asked.position)
    if there is None or there == asked.unit:
        return None  # the unit itself lies there: `storage.unit_lies_nowhere` says so
    return f"position {asked.position} of {asked.box.identifier} is taken"


@gate(
    "storage.tank_of_box_is_in_service",
    requirement="SCS-03",
    protects="Cells lie only where somebody watches the cold.",
    remedy="Have the tank qualified, or take a box of another one.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def tank_of_box_is_in_service(asked: OfPosition, known: Circumstances) -> str | None:
    tank = _tank(asked, known)
    why = known.state(TANK, tank).not_in_service_because(known.now)
    return f"{tank.identifier} {why}" if why else None


@gate(
    "storage.tank_fits_unit",
    requirement=("TRC-18", "TRC-19", "SCS-04"),
    protects="What may infect, or is not known not to, lies apart from everybody else's cells.",
    remedy="Take a box of a tank of the kind that this unit asks for; what lies elsewhere is reported as it was done.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.PATIENT,
)
def tank_fits_unit(asked: OfPosition, known: Circumstances) -> str | None:
    why = _belongs(asked.unit, known).not_fitting_because(known.state(TANK, _tank(asked, known)).kind)
    return f"{asked.unit.identifier} {why}" if why else None


def _belongs(unit: Unit, known: Circumstances) -> SegregationState:
    """What was asked for the unit, or what its donor's tests ask, whichever is stricter.

    A reactive donor is read upward: what is filled from those cells later belongs apart as well. Pending tests keep
    collected cells apart; whether a product is made of them was decided when they were accepted.
    """
    asked, state = known.state(SEGREGATION, unit), known.state(UNIT, unit)
    found = open_of(unit, state.chain, known) if state.chain is not None else None
    if state.chain is None or found is None:
        return asked
    place, open_ = found if state.kind == "starting_material" else (found[0], ())
    testing = known.state(TESTING, state.chain)
    kind = tank_for(testing, open_, jurisdiction=place, rules=known.rules, at=known.now)
    return max(asked, SegregationState(kind), key=lambda each: _STRICTNESS.index(each.tank_kind))


@gate(
    "storage.unit_is_frozen",
    requirement=("SCS-04", "SCS-11"),
    protects="Cells that meet the cold of a tank before they were frozen step by step burst, and nobody sees it.",
    remedy="Freeze it first, and record how: the cell laboratory what was collected, production what it filled.",
    resolvers=("celllab", "operator"),
    risk=Risk.PATIENT,
)
def unit_is_frozen(asked: OfUnit, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if unit.batch is not None:
        waits = unit.kind == "final_container" and known.state(BATCH, unit.batch).frozen_at is None
    else:  # a cryobag is frozen once the bag it was filled from is empty; what comes from the chair never is
        waits = bool(unit.din) or any(not known.state(UNIT, parent).ended for parent in unit.parents)
    return f"{asked.unit.identifier} was never frozen" if waits else None


@gate(
    "storage.unit_lies_there",
    requirement="SCS-04",
    protects="Who reads another position than the unit's own has the neighbour in the hand.",
    remedy="Look the unit's position up, and scan the box again.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def unit_lies_there(asked: OfPosition, known: Circumstances) -> str | None:
    place = known.state(PLACE, asked.unit)
    if (place.box, place.position) == (asked.box, asked.position):
        return None
    where = f"lies in {place.words}" if place.words else "lies in no position that this record knows"
    return f"{asked.unit.identifier} {where}"


@gate(
    "storage.no_open_removal_mismatch",
    requirement=("SCS-04", "TRC-13"),
    protects="A unit that was mixed up at the tank stays where it is until somebody knows how.",
    remedy="Let somebody who had no part in it find out and record what happened.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.PATIENT,
)
def no_open_removal_mismatch(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(REMOVAL, asked.unit).mismatch_between:
        return f"{asked.unit.identifier} was mixed up with another unit when it was taken out"
    return None


@gate(
    "storage.removal_is_started",
    requirement="TRC-13",
    protects="Two persons look: there is nothing to confirm before the first has looked.",
    remedy="Let a colleague say first which unit is to be taken out.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def removal_is_started(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(REMOVAL, asked.unit).by is not None:
        return None
    return f"nobody has said that {asked.unit.identifier} is to be taken out"


@gate(
    "storage.removed_by_another",
    requirement="TRC-13",
    protects="Two pairs of eyes: one person looking twice sees the same thing twice.",
    remedy="Let a colleague scan and confirm with their own badge.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def removed_by_another(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(REMOVAL, asked.unit).by == known.actor.person:
        return "you said yourself that this unit is to be taken out"
    return None


@gate(
    "storage.removal_is_fresh",
    requirement="TRC-13",
    protects="Both stand at the same tank at the same time.",
    remedy="Let the first person read unit and position again, together with you.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def removal_is_fresh(asked: OfUnit, known: Circumstances) -> str | None:
    started_at = known.state(REMOVAL, asked.unit).at
    limit_min = known.rules.minutes("storage.removal_window", known.now)
    if started_at is None or known.now.minutes_since(started_at) <= limit_min:
        return None
    return f"the first look is older than {limit_min:g} minutes"


@gate(
    "storage.removal_mismatch_is_open",
    requirement="SCS-04",
    protects="Only what is open can be resolved.",
    remedy="Look at the unit's history: there is nothing to resolve.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.DATA,
)
def removal_mismatch_is_open(asked: OfUnit, known: Circumstances) -> str | None:
    if known.state(REMOVAL, asked.unit).mismatch_between:
        return None
    return f"{asked.unit.identifier} was not mixed up with another unit"


@gate(
    "storage.removal_resolved_by_a_third_person",
    requirement=("TRC-13", "SCS-04"),
    protects="Who had the wrong unit in the hand cannot judge how it came there.",
    remedy="Let somebody who had no part in it resolve it.",
    resolvers=("celllab", "warehouse", "qa"),
    risk=Risk.PATIENT,
)
def removal_resolved_by_a_third_person(asked: OfUnit, known: Circumstances) -> str | None:
    if known.actor.person in known.state(REMOVAL, asked.unit).mismatch_between:
        return "you were part of the removal that did not agree"
    return None
