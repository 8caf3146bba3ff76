"""How long cells may wait after a step until production goes on, and what is done when it was longer (GMP-10)."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Instant
from coign.manufacturing.step_gates import OfBatch, programme_of
from coign.manufacturing.views import BATCH


class OfExtension(OfBatch, Protocol):
    """A command that lets cells wait until an instant."""

    @property
    def until(self) -> Instant: ...


def over_because(asked: OfBatch, known: Circumstances) -> str | None:
    """None, or that the cells have waited longer since the last step than programme and quality unit allow."""
    batch = known.state(BATCH, asked.batch)
    ends = batch.hold_ends(programme_of(asked.batch, known)) if batch.is_open else None
    if ends is None or known.now <= ends:
        return None
    return f"the cells of {asked.batch.identifier} were to go on until {ends} after “{batch.steps_done[-1]}”"


@gate(
    "manufacturing.hold_time_is_kept",
    requirement="GMP-10",
    protects="Cells that waited longer than was validated are not the cells that the next step was validated with.",
    remedy="Keep the cells as they are; the quality unit judges whether they go on, or gives the batch up.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def hold_time_is_kept(asked: OfBatch, known: Circumstances) -> str | None:
    return over_because(asked, known)


@gate(
    "manufacturing.hold_time_is_over",
    requirement="GMP-10",
    protects="Nobody is let off beforehand: what was longer than allowed is judged when it is known.",
    remedy="Go on with the batch: its cells are in time.",
    resolvers=("operator",),
    risk=Risk.DATA,
)
def hold_time_is_over(asked: OfBatch, known: Circumstances) -> str | None:
    if not known.state(BATCH, asked.batch).is_open:
        return None  # `manufacturing.batch_is_open` says so
    return None if over_because(asked, known) else f"the cells of {asked.batch.identifier} are in time"


@gate(
    "manufacturing.extension_lies_ahead",
    requirement="GMP-10",
    protects="A decision with an end in the past lets nothing go on.",
    remedy="Enter until when the cells may wait from now on.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def extension_lies_ahead(asked: OfExtension, known: Circumstances) -> str | None:
    return None if asked.until > known.now else f"{asked.until} has passed"
