"""The gates of production itself: order of steps, measurements, materials, people, labels."""

from collections import Counter
from typing import Protocol

from coign.identity.views import UNIT
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Batch, Lot, Unit
from coign.manufacturing.events import Measured
from coign.manufacturing.views import BATCH
from coign.programmes.model import ProgrammeVersion, Step
from coign.supply.views import LOT
from coign.training.views import missing_qualification


class OfBatch(Protocol):
    """A command that concerns one batch."""

    @property
    def batch(self) -> Batch: ...


class OfStep(OfBatch, Protocol):
    """A command that completes one step."""

    @property
    def step(self) -> str: ...

    @property
    def measurements(self) -> tuple[Measured, ...]: ...

    @property
    def lots(self) -> tuple[Lot, ...]: ...


class OfLabel(Protocol):
    """A command that scans a label back."""

    @property
    def unit(self) -> Unit: ...


class OfCount(OfBatch, Protocol):
    """A command that accounts for the labels of a batch."""

    @property
    def printed(self) -> int: ...

    @property
    def destroyed(self) -> int: ...


def programme_of(batch: Batch, known: Circumstances) -> ProgrammeVersion:
    """The version that the batch began with, whatever is in force now (GMP-06)."""
    version: ProgrammeVersion = known.programmes.version(known.state(BATCH, batch).version)
    return version


def step_now(asked: OfStep, known: Circumstances) -> Step | None:
    """The step that is asked for, if it is the batch's next; otherwise `manufacturing.step_is_next` has spoken."""
    batch = known.state(BATCH, asked.batch)
    following = programme_of(asked.batch, known).next_step(batch.steps_done)
    return following if following is not None and following.id == asked.step else None


@gate(
    "manufacturing.batch_is_open",
    requirement="CSV-07",
    protects="What is filled or given up is not worked on any more.",
    remedy="Look at the batch: its production is over.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def batch_is_open(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if batch.is_open:
        return None
    return f"{asked.batch.identifier} was {'abandoned' if batch.abandoned else 'filled'}"


@gate(
    "manufacturing.step_is_next",
    requirement=("CSV-07", "GMP-06"),
    protects="Steps come in the order that was validated; none is left out and none is done twice.",
    remedy="Do the step that comes next.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def step_is_next(asked: OfStep, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if not batch.is_open or step_now(asked, known) is not None:
        return None  # a batch that is over has no next step; `manufacturing.batch_is_open` says so
    following = programme_of(asked.batch, known).next_step(batch.steps_done)
    return f"“{asked.step}” is not next: {f'“{following.id}” is' if following else 'all steps are done'}"


@gate(
    "manufacturing.measurements_are_complete",
    requirement=("GMP-10", "GMP-18"),
    protects="A step without its measurements looks like one that went well.",
    remedy="Give each measurement of the step once.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def measurements_are_complete(asked: OfStep, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    if step is None:
        return None
    expected = Counter(m.id for m in step.measurements)
    given = Counter(m.id for m in asked.measurements)
    missing, extra = sorted(expected - given), sorted(given - expected)
    said = [f"missing: {', '.join(missing)}"] if missing else []
    said += [f"not of this step or given twice: {', '.join(extra)}"] if extra else []
    return "; ".join(said) or None


@gate(
    "manufacturing.units_agree",
    requirement="CSV-28",
    protects="Cells per millilitre are not cells: a number under another unit is another number.",
    remedy="Give the measurement in the unit of the programme.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def units_agree(asked: OfStep, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    expected = {m.id: m.unit for m in step.measurements} if step is not None else {}
    wrong = [
        f"{m.id} was given in {m.quantity.unit}, expected is {expected[m.id]}"
        for m in asked.measurements
        if m.id in expected and m.quantity.unit != expected[m.id]
    ]
    return "; ".join(wrong) or None


@gate(
    "manufacturing.materials_are_scanned",
    requirement=("TRC-23", "TRC-01"),
    protects="Every lot that touched the cells must lead to this patient when it is recalled.",
    remedy="Scan a lot of each material of the step.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def materials_are_scanned(asked: OfStep, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    scanned = {known.state(LOT, lot).material for lot in asked.lots}
    missing = [m for m in step.materials if m not in scanned] if step is not None else []
    return f"no lot was scanned of: {', '.join(missing)}" if missing else None


@gate(
    "manufacturing.lots_are_of_the_step",
    requirement="GMP-07",
    protects="What does not belong into a step does not go into the cells.",
    remedy="Put the lot aside and scan the material that the step names.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def lots_are_of_the_step(asked: OfStep, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    if step is None:
        return None
    foreign = [lot for lot in asked.lots if known.state(LOT, lot).material not in step.materials]
    said = [f"{lot.identifier} is {known.state(LOT, lot).material or 'of no known material'}" for lot in foreign]
    return f"not a material of “{step.id}”: {'; '.join(said)}" if said else None


@gate(
    "manufacturing.lots_may_be_used",
    requirement=("GMP-04", "GMP-07"),
    protects="Quarantined, rejected or expired material must not touch cells.",
    remedy="Take a lot that is approved and in date.",
    resolvers=("operator", "qa"),
    risk=Risk.PATIENT,
)
def lots_may_be_used(asked: OfStep, known: Circumstances) -> str | None:
    why = {lot: known.state(LOT, lot).not_usable_because(known.now) for lot in asked.lots}
    return "; ".join(f"{lot.identifier} {reason}" for lot, reason in why.items() if reason) or None


@gate(
    "manufacturing.operator_is_qualified",
    requirement=("TRN-01", "TRN-02", "GMP-S1"),
    protects="Whoever signs a step has shown that they can do it, and still may at this moment.",
    remedy="Let a qualified colleague take the step over, or be qualified by a trainer.",
    resolvers=("trainer", "operator"),
    risk=Risk.PATIENT,
)
def operator_is_qualified(asked: OfStep, known: Circumstances) -> str | None:
    step = step_now(asked, known)
    return missing_qualification(step.task, known) if step is not None else None


@gate(
    "manufacturing.steps_are_done",
    requirement=("CSV-07", "GMP-06"),
    protects="A product is what all steps made of it.",
    remedy="Complete the steps that are missing.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def steps_are_done(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if not batch.is_open:
        return None  # `manufacturing.batch_is_open` says so
    following = programme_of(asked.batch, known).next_step(batch.steps_done)
    return f"“{following.id}” is not done yet" if following is not None else None


@gate(
    "manufacturing.unit_was_made_here",
    requirement=("TRC-14", "TRC-22"),
    protects="Labels are scanned back where they are printed.",
    remedy="Scan the container that was filled.",
    resolvers=("operator",),
    risk=Risk.DATA,
)
def unit_was_made_here(asked: OfLabel, known: Circumstances) -> str | None:
    made = known.state(UNIT, asked.unit).batch is not None
    return None if made else f"{asked.unit.identifier} was not made in a batch"


@gate(
    "manufacturing.label_is_open",
    requirement="TRC-14",
    protects="A label is scanned back once; what did not agree waits for the quality unit.",
    remedy="Look at the unit: its label was verified, or the unit is blocked or has ended.",
    resolvers=("operator", "qa"),
    risk=Risk.PRODUCT,
)
def label_is_open(asked: OfLabel, known: Circumstances) -> str | None:
    unit = known.state(UNIT, asked.unit)
    if unit.batch is None:
        return None  # `manufacturing.unit_was_made_here` says so
    if unit.label_verified:
        return f"the label of {asked.unit.identifier} was verified before"
    return f"{asked.unit.identifier} {unit.stands_still_because}" if unit.blocked or unit.ended else None


@gate(
    "manufacturing.label_verified_by_another",
    requirement=("TRC-13", "TRC-14"),
    protects="Who put the label on reads what they expect to read.",
    remedy="Let a colleague scan the label.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def label_verified_by_another(asked: OfLabel, known: Circumstances) -> str | None:
    batch = known.state(UNIT, asked.unit).batch
    if batch is None:
        return None  # `manufacturing.unit_was_made_here` says so
    made, person = known.state(BATCH, batch), known.actor.person
    if (sample := made.sample(asked.unit)) is not None:
        return "you drew this sample yourself" if sample.by == person else None
    return "you filled bags of this batch yourself" if person in made.fillers else None


@gate(
    "manufacturing.batch_is_filled",
    requirement=("GMP-35", "GMP-S5"),
    protects="Labels are counted when the last of them is on its container.",
    remedy="Fill the batch first.",
    resolvers=("operator",),
    risk=Risk.DATA,
)
def batch_is_filled(asked: OfBatch, known: Circumstances) -> str | None:
    filled = known.state(BATCH, asked.batch).filled_at is not None
    return None if filled else f"{asked.batch.identifier} is not filled"


@gate(
    "manufacturing.counts_are_possible",
    requirement=("GMP-35", "CSV-28"),
    protects="A slip of the pen makes a missing label look found.",
    remedy="Count again: at least one label for each container was printed.",
    resolvers=("operator",),
    risk=Risk.DATA,
)
def counts_are_possible(asked: OfCount, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if batch.filled_at is None:
        return None  # `manufacturing.batch_is_filled` says so
    if asked.destroyed < 0 or asked.printed < len(batch.units) or asked.destroyed > asked.printed:
        return f"{asked.printed} printed, {len(batch.units)} on containers, {asked.destroyed} destroyed cannot be"
    return None


@gate(
    "manufacturing.labels_counted_by_another",
    requirement=("GMP-35", "TRC-13"),
    protects="Who filled counts what they expect to find.",
    remedy="Let another operator count.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def labels_counted_by_another(asked: OfBatch, known: Circumstances) -> str | None:
    return "you filled it yourself" if known.actor.person in known.state(BATCH, asked.batch).fillers else None
