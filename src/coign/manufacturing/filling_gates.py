"""The gates of filling and freezing: how much in how many bags, by whom, and how they were frozen."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.step_gates import OfBatch, programme_of
from coign.manufacturing.views import BATCH
from coign.training.views import missing_qualification

#: The units in which volumes and temperatures are given (UCUM).
VOLUME_UNIT, TEMPERATURE_UNIT = "mL", "Cel"


class OfVolume(OfBatch, Protocol):
    """A command that says how much went into a container."""

    @property
    def volume(self) -> Quantity: ...


class OfFill(OfVolume, Protocol):
    """A command that fills the final container."""

    @property
    def filled_at(self) -> Instant: ...


class OfFreezing(OfBatch, Protocol):
    """A command that tells of one run of a freezer."""

    @property
    def started_at(self) -> Instant: ...

    @property
    def ended_at(self) -> Instant: ...

    @property
    def end_temperature(self) -> Quantity: ...


@gate(
    "manufacturing.filler_is_qualified",
    requirement=("TRN-01", "TRN-02"),
    protects="Filling is the last open step: what gets in now reaches the patient.",
    remedy="Let a qualified colleague fill, or be qualified by a trainer.",
    resolvers=("trainer", "operator"),
    risk=Risk.PATIENT,
)
def filler_is_qualified(asked: OfBatch, known: Circumstances) -> str | None:
    return missing_qualification(programme_of(asked.batch, known).task_of("manufacturing.fill"), known)


@gate(
    "manufacturing.volume_agrees",
    requirement=("CSV-28", "TRC-22"),
    protects="A volume of nothing, or in another unit, would give a wrong dose.",
    remedy="Give the volume in millilitres, greater than nothing.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def volume_agrees(asked: OfVolume, known: Circumstances) -> str | None:
    if asked.volume.unit == VOLUME_UNIT and asked.volume.amount > 0:
        return None
    return f"{asked.volume} is no volume in {VOLUME_UNIT}"


@gate(
    "manufacturing.fill_is_recorded_now",
    requirement=("GMP-18", "GMP-13"),
    protects="The shelf life counts from the filling; a wrong instant makes an expired product look fresh.",
    remedy="Record the filling when it is done, with its true time.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def fill_is_recorded_now(asked: OfFill, known: Circumstances) -> str | None:
    return recorded_late_because(asked.filled_at, known)


def recorded_late_because(done_at: Instant, known: Circumstances) -> str | None:
    """None, or why a time is not that of something done just now."""
    limit_min = known.rules.minutes("manufacturing.fill_recorded_within", known.now)
    ago_min = known.now.minutes_since(done_at)
    if ago_min < 0:
        return f"{done_at} lies ahead"
    return None if ago_min <= limit_min else f"{done_at} is more than {limit_min:g} minutes ago"


@gate(
    "manufacturing.room_is_left_for_the_last",
    requirement=("GMP-06", "GMP-35"),
    protects="More bags than were validated are bags whose labels, volumes and dose nobody planned.",
    remedy="Fill the rest as the last bag.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def room_is_left_for_the_last(asked: OfBatch, known: Circumstances) -> str | None:
    batch, most = known.state(BATCH, asked.batch), programme_of(asked.batch, known).final_containers_max
    if not batch.is_open or len(batch.final_containers) + 1 < most:
        return None  # a batch that is over gets no bag at all; `manufacturing.batch_is_open` says so
    return f"{len(batch.final_containers)} of at most {most} bags are filled, and with the last one the room is left"


@gate(
    "manufacturing.product_is_not_frozen",
    requirement=("GMP-13", "GMP-18"),
    protects="Cells that are frozen twice are dead, and a run that is written down twice hides which one counts.",
    remedy="Look at the batch: its bags were frozen. What went wrong is reported as a deviation.",
    resolvers=("operator", "qa"),
    risk=Risk.PRODUCT,
)
def product_is_not_frozen(asked: OfBatch, known: Circumstances) -> str | None:
    at = known.state(BATCH, asked.batch).frozen_at
    return f"the bags of {asked.batch.identifier} were frozen {at}" if at is not None else None


@gate(
    "manufacturing.freezing_is_possible",
    requirement=("GMP-18", "SCS-11"),
    protects="Bags warm from the end of the run: a wrong time makes a warm bag look cold.",
    remedy="Read beginning and end of the run off the freezer, and record it when the bags come out.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def freezing_is_possible(asked: OfFreezing, known: Circumstances) -> str | None:
    filled = known.state(BATCH, asked.batch).filled_at
    if filled is None:
        return None  # `manufacturing.batch_is_filled` says so
    limit_min = known.rules.minutes("manufacturing.freezing_recorded_within", known.now)
    if asked.started_at < filled:
        return f"the run began {asked.started_at}, before the last bag was closed {filled}"
    if asked.ended_at <= asked.started_at:
        return f"the run ended {asked.ended_at}, not after it began {asked.started_at}"
    ago_min = known.now.minutes_since(asked.ended_at)
    if ago_min < 0:
        return f"{asked.ended_at} lies ahead"
    return None if ago_min <= limit_min else f"{asked.ended_at} is more than {limit_min:g} minutes ago"


@gate(
    "manufacturing.end_temperature_agrees",
    requirement="CSV-28",
    protects="Minus ninety in another unit is another temperature.",
    remedy="Give the temperature in degrees Celsius, as the freezer shows it.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def end_temperature_agrees(asked: OfFreezing, known: Circumstances) -> str | None:
    if asked.end_temperature.unit == TEMPERATURE_UNIT:
        return None
    return f"{asked.end_temperature} is no temperature in {TEMPERATURE_UNIT}"
