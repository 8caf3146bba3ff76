"""The gates of shippers: whose they are, how long they keep cold, which one a therapy chose, and its logger."""

from typing import Protocol

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Shipper
from coign.kernel.values import Instant, Quantity
from coign.logistics.gates import OfUnits
from coign.logistics.state import CHOICE, SHIPPER, Choice
from coign.programmes.model import ProgrammeVersion, minutes_of
from coign.rulesets import RuleSets


class OfShipper(Protocol):
    """A command that concerns one shipper."""

    @property
    def shipper(self) -> Shipper: ...


class OfChoice(OfShipper, Protocol):
    """A command about the shipper of one therapy."""

    @property
    def chain(self) -> Chain: ...


class OfLogger(Protocol):
    """A command with the number of a logger."""

    @property
    def logger(self) -> str: ...


class OfPacking(OfUnits, OfShipper, Protocol):
    """A command that puts units into a shipper."""


class OfTest(Protocol):
    """A command that says how a shipper was tested."""

    @property
    def hold_time(self) -> Quantity: ...

    @property
    def qualified_until(self) -> Instant: ...


@gate(
    "logistics.shipper_is_ours",
    requirement="SCS-06",
    protects="Only who owns a shipper says how long it keeps cold.",
    remedy="Scan the shipper again, or ask its owner for the test.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PRODUCT,
)
def shipper_is_ours(asked: OfShipper, known: Circumstances) -> str | None:
    owner = known.state(SHIPPER, asked.shipper).organisation
    if owner is None or owner == known.actor.organisation:
        return None
    return f"{asked.shipper.identifier} belongs to {owner.identifier}"


@gate(
    "logistics.hold_time_is_a_duration",
    requirement=("SCS-06", "CSV-28"),
    protects="A hold time in another unit would be compared as if it were one.",
    remedy="Give the hold time in hours (h) or days (d), greater than nothing.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PRODUCT,
)
def hold_time_is_a_duration(asked: OfTest, known: Circumstances) -> str | None:
    if asked.hold_time.unit in ("h", "d") and asked.hold_time.amount > 0:
        return None
    return f"{asked.hold_time} is no hold time in h or d"


@gate(
    "logistics.test_counts_ahead",
    requirement="SCS-06",
    protects="A test that has run out says nothing about the next journey.",
    remedy="Test the shipper and give the date until which the test counts.",
    resolvers=("warehouse", "celllab"),
    risk=Risk.PRODUCT,
)
def test_counts_ahead(asked: OfTest, known: Circumstances) -> str | None:
    return f"{asked.qualified_until} has passed" if asked.qualified_until <= known.now else None


@gate(
    "logistics.shipper_is_free",
    requirement="SCS-06",
    protects="A shipper that is under way cannot be filled; two therapies in one are how bags are swapped.",
    remedy="Take another shipper; or finish the receipt of the other shipment, or give the shipper up there.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipper_is_free(asked: OfShipper, known: Circumstances) -> str | None:
    shipper = known.state(SHIPPER, asked.shipper)
    if shipper.in_use is not None:
        return f"{asked.shipper.identifier} is in use by {shipper.in_use.identifier}"
    # For whom is nobody's business who only stands beside it (TRC-26).
    return None if shipper.is_free else f"{asked.shipper.identifier} is set aside since {shipper.reserved_at}"


@gate(
    "logistics.shipper_is_qualified",
    requirement="SCS-06",
    protects="A shipper may have lost its vacuum since it was tested: cells would thaw on the way.",
    remedy="Take another shipper, or test this one and record the test.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def shipper_is_qualified(asked: OfShipper, known: Circumstances) -> str | None:
    until = known.state(SHIPPER, asked.shipper).qualified_until
    if until is not None and known.now < until:
        return None
    return f"the test of {asked.shipper.identifier} {f'counted until {until}' if until else 'is not recorded'}"


def hold_time_needed_min(programme: ProgrammeVersion, rules: RuleSets, now: Instant) -> float:
    """How long a shipper must keep cold under this programme: its longest route with the margin of the rule set."""
    factor = float(rules.number("logistics.hold_time_factor", now))
    return max(factor * programme.minutes("route_max"), programme.minutes("shipper_hold_time_min"))


def _too_short(shipper: Shipper, chain: Chain, known: Circumstances) -> str | None:
    held = known.state(SHIPPER, shipper).hold_time
    if held is None:
        return None  # `logistics.shipper_is_qualified` says so
    programme = known.programmes.version(known.state(CHAIN, chain).version)
    needed_min = hold_time_needed_min(programme, known.rules, known.now)
    if minutes_of(held) >= needed_min:
        return None
    return f"{shipper.identifier} keeps cold for {held}; needed are {needed_min / 60:g} h"


@gate(
    "logistics.hold_time_is_enough",
    requirement="SCS-07",
    protects="The longest journey, with a margin, must be shorter than the shipper keeps cold.",
    remedy="Take a shipper with a longer hold time.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def hold_time_is_enough(asked: OfChoice, known: Circumstances) -> str | None:
    return _too_short(asked.shipper, asked.chain, known)


@gate(
    "logistics.hold_time_is_still_enough",
    requirement="SCS-07",
    protects="A shipper that was tested anew since it was chosen may keep cold for less than the journey takes.",
    remedy="Choose a shipper with a longer hold time and start a logger in it.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def hold_time_is_still_enough(asked: OfPacking, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    return None if chain is None else _too_short(asked.shipper, chain, known)


def is_chosen(shipper: Shipper, chain: Chain, known: Circumstances) -> bool:
    """Whether this organisation has set the shipper aside for this therapy, and for no other since."""
    here, state = known.actor.organisation, known.state(SHIPPER, shipper)
    chosen = known.state(CHOICE, chain).of(here)
    return state.reserved_by == here and chosen == Choice(here, shipper, state.reservation)


@gate(
    "logistics.shipper_is_chosen",
    requirement=("SCS-06", "SCS-07"),
    protects="A logger in another shipper than the chosen one records nobody's journey.",
    remedy="Scan the shipper that was chosen for this therapy, or choose this one first.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PRODUCT,
)
def shipper_is_chosen(asked: OfChoice, known: Circumstances) -> str | None:
    return None if is_chosen(asked.shipper, asked.chain, known) else _not_chosen(asked.shipper)


@gate(
    "logistics.goes_into_chosen_shipper",
    requirement=("SCS-06", "SCS-07", "TRC-11"),
    protects="Cells laid into the next best shipper travel in one that nobody looked at for their way.",
    remedy="Scan the shipper that was chosen for this therapy, or choose this one and start its logger first.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def goes_into_chosen_shipper(asked: OfPacking, known: Circumstances) -> str | None:
    chain = known.state(UNIT, asked.unit).chain
    if chain is None or is_chosen(asked.shipper, chain, known):
        return None  # without a chain `logistics.goes_where_it_belongs` says so
    return _not_chosen(asked.shipper)


def _not_chosen(shipper: Shipper) -> str:
    return f"{shipper.identifier} was not chosen for this therapy"


@gate(
    "logistics.logger_is_scanned",
    requirement="SCS-08",
    protects="A logger without a number is nobody's: its file could be any file.",
    remedy="Scan the logger that you started.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def logger_is_scanned(asked: OfLogger, known: Circumstances) -> str | None:
    return None if asked.logger.strip() else "no logger was scanned"


@gate(
    "logistics.logger_runs",
    requirement=("SCS-08", "SCS-13"),
    protects="Without a logger nobody sees a warming; one that is started later has not seen its beginning.",
    remedy="Start a logger in the chosen shipper, then pack.",
    resolvers=("celllab", "warehouse"),
    risk=Risk.PATIENT,
)
def logger_runs(asked: OfPacking, known: Circumstances) -> str | None:
    shipper = known.state(SHIPPER, asked.shipper)
    if shipper.logger or shipper.reserved_by is None:
        return None  # that it was not chosen, `logistics.goes_into_chosen_shipper` says
    return f"no logger runs in {asked.shipper.identifier}"
