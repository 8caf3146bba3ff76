"""The gates of drawing samples: which one of the programme's plan, when, how much; and that none is forgotten."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.filling_gates import recorded_late_because
from coign.manufacturing.step_gates import OfBatch, programme_of
from coign.manufacturing.views import BATCH
from coign.programmes.model import PlannedSample
from coign.training.views import missing_qualification

#: Its name where one must be qualified for it.
DRAW = "manufacturing.draw_sample"


class OfSample(OfBatch, Protocol):
    """A command that draws a sample."""

    @property
    def planned(self) -> str: ...

    @property
    def volume(self) -> Quantity: ...

    @property
    def drawn_at(self) -> Instant: ...


def planned_of(asked: OfSample, known: Circumstances) -> PlannedSample | None:
    """The sample of the plan, or None; then `manufacturing.sample_is_planned` has spoken."""
    return programme_of(asked.batch, known).planned_sample(asked.planned)


@gate(
    "manufacturing.sample_is_planned",
    requirement=("GMP-06", "GMP-24"),
    protects="A sample that no plan asks for takes cells from the patient and answers no question.",
    remedy="Draw the sample that the programme plans here.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def sample_is_planned(asked: OfSample, known: Circumstances) -> str | None:
    if planned_of(asked, known) is not None:
        return None
    return f"“{asked.planned}” is no sample of the programme that {asked.batch.identifier} began with"


@gate(
    "manufacturing.sample_is_due",
    requirement=("GMP-06", "GMP-18"),
    protects="A sample tells about the cells as they were when it was drawn: at another time it is another sample.",
    remedy="Draw it when its step is done, before production goes on.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def sample_is_due(asked: OfSample, known: Circumstances) -> str | None:
    batch, planned = known.state(BATCH, asked.batch), planned_of(asked, known)
    if planned is None or not batch.is_open or planned.after in batch.steps_done[-1:]:
        return None  # a batch that is over gives none; `manufacturing.batch_is_open` says so
    when = "production has gone on since" if planned.after in batch.steps_done else "that step is not done yet"
    return f"“{planned.id}” is drawn after “{planned.after}”: {when}"


@gate(
    "manufacturing.sample_is_drawn_once",
    requirement=("GMP-21", "GMP-20"),
    protects="Who draws until they like what they see tests the sample, not the product.",
    remedy="Use the sample that was drawn.",
    resolvers=("operator", "analyst"),
    risk=Risk.PATIENT,
)
def sample_is_drawn_once(asked: OfSample, known: Circumstances) -> str | None:
    drawn = next((s for s in known.state(BATCH, asked.batch).samples if s.planned == asked.planned), None)
    return f"“{asked.planned}” was drawn: it is {drawn.unit.identifier}" if drawn is not None else None


@gate(
    "manufacturing.sample_is_enough",
    requirement=("GMP-20", "GMP-17"),
    protects="A sample that is too small for its tests cannot be drawn again when the product is closed.",
    remedy="Draw at least what the programme asks for.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def sample_is_enough(asked: OfSample, known: Circumstances) -> str | None:
    planned = planned_of(asked, known)
    least = planned.volume_min if planned is not None else None
    if least is None or asked.volume.unit != least.unit or not 0 < asked.volume.amount < least.amount:
        return None  # `manufacturing.volume_agrees` speaks of what is no volume
    return f"{asked.volume} is less than the {least} of “{asked.planned}”"


@gate(
    "manufacturing.sample_is_recorded_now",
    requirement=("GMP-18", "GMP-20"),
    protects="A sample that is written down later is one of which nobody can say any more what it was drawn from.",
    remedy="Record the sample when it is drawn, with its true time.",
    resolvers=("operator",),
    risk=Risk.PATIENT,
)
def sample_is_recorded_now(asked: OfSample, known: Circumstances) -> str | None:
    return recorded_late_because(asked.drawn_at, known)


@gate(
    "manufacturing.sampler_is_qualified",
    requirement=("TRN-01", "TRN-02"),
    protects="Whoever opens the vessel for a sample can let in what must not get in.",
    remedy="Let a qualified colleague draw it, or be qualified by a trainer.",
    resolvers=("trainer", "operator"),
    risk=Risk.PATIENT,
)
def sampler_is_qualified(asked: OfBatch, known: Circumstances) -> str | None:
    return missing_qualification(programme_of(asked.batch, known).task_of(DRAW), known)


@gate(
    "manufacturing.samples_are_drawn",
    requirement=("GMP-20", "GMP-17", "GMP-06"),
    protects="What was not drawn in time cannot be tested any more: the product would have to be thrown away.",
    remedy="Draw the samples that are planned here, each into a container with its own label.",
    resolvers=("operator",),
    risk=Risk.PRODUCT,
)
def samples_are_drawn(asked: OfBatch, known: Circumstances) -> str | None:
    batch = known.state(BATCH, asked.batch)
    if not batch.is_open or not batch.steps_done:
        return None  # a batch that is over needs none any more; `manufacturing.batch_is_open` says so
    drawn = {sample.planned for sample in batch.samples}
    due = programme_of(asked.batch, known).samples_after(batch.steps_done[-1])
    missing = [planned.id for planned in due if planned.id not in drawn]
    return f"not drawn yet after “{batch.steps_done[-1]}”: {', '.join(missing)}" if missing else None
