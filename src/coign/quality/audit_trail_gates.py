"""The gates about the audit trail of a batch: read by somebody else, what stands out answered, before release."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Person
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.gates import OfBatch
from coign.quality.state import DOSSIER

#: So many lines are named in a sentence; the page shows all.
NAMED_MAX = 8


class OfLine(OfBatch, Protocol):
    """A command that concerns one entry of the audit trail of a batch."""

    @property
    def entry(self) -> int: ...
    @property
    def signs(self) -> tuple[str, ...]: ...
    @property
    def done_by(self) -> Person | None: ...


class OfTrail(OfBatch, Protocol):
    """A command that knows which lines of the audit trail of a batch stand out."""

    @property
    def exceptional(self) -> tuple[int, ...]: ...


class OfDisposition(OfBatch, Protocol):
    """A command that lets a batch go."""

    @property
    def unreviewed(self) -> tuple[int, ...]: ...


def _named(positions: list[int]) -> str:
    """Entries by their positions, and how many more there are."""
    more = len(positions) - NAMED_MAX
    said = ", ".join(f"entry {position}" for position in positions[:NAMED_MAX])
    return f"{said} and {more} more" if more > 0 else said


@gate(
    "quality.line_stands_out",
    requirement="CSV-31",
    protects="An answer belongs to a line that asks for one: what was not asked hides among answers.",
    remedy="Open the audit trail of the batch: the lines that stand out are on top.",
    resolvers=("qa", "qcreviewer"),
    risk=Risk.DATA,
)
def line_stands_out(asked: OfLine, known: Circumstances) -> str | None:
    return None if asked.signs else f"nothing stands out about entry {asked.entry} in this batch"


@gate(
    "quality.line_is_not_answered",
    requirement="CSV-31",
    protects="The first answer stands: a second one would say which of them was meant.",
    remedy="Look at the batch: this line has its answer.",
    resolvers=("qa", "qcreviewer"),
    risk=Risk.DATA,
)
def line_is_not_answered(asked: OfLine, known: Circumstances) -> str | None:
    answered = asked.entry in known.state(AUDIT_TRAIL, asked.batch).answered
    return f"entry {asked.entry} was answered" if answered else None


@gate(
    "quality.line_answered_by_another",
    requirement=("CSV-31", "GMP-02"),
    protects="Nobody explains away what they did themselves.",
    remedy="Let a colleague look at this line.",
    resolvers=("qa", "qcreviewer", "qp"),
    risk=Risk.PATIENT,
)
def line_answered_by_another(asked: OfLine, known: Circumstances) -> str | None:
    return f"entry {asked.entry} is your own" if asked.done_by == known.actor.person else None


@gate(
    "quality.exceptional_lines_are_answered",
    requirement="CSV-31",
    protects="A review by exception is worth what it says about the exceptions.",
    remedy="Open the audit trail and say of each line that stands out why it is in order, or open a deviation.",
    resolvers=("qa", "qcreviewer", "qp"),
    risk=Risk.PATIENT,
)
def exceptional_lines_are_answered(asked: OfTrail, known: Circumstances) -> str | None:
    answered = known.state(AUDIT_TRAIL, asked.batch).answered
    waiting = [position for position in asked.exceptional if position not in answered]
    return f"not answered: {_named(waiting)}" if waiting else None


@gate(
    "quality.audit_trail_is_reviewed",
    requirement=("CSV-31", "GMP-19"),
    protects="What was changed, repeated or entered late shows in the audit trail and nowhere else.",
    remedy="Let the quality unit review the audit trail of the batch, or put the review off with its reason.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def audit_trail_is_reviewed(asked: OfBatch, known: Circumstances) -> str | None:
    trail = known.state(AUDIT_TRAIL, asked.batch)
    if trail.is_reviewed or trail.is_deferred or known.state(DOSSIER, asked.batch).reviewed_by is None:
        return None  # the record comes first: `quality.record_is_reviewed` says so
    return f"the audit trail of {asked.batch.identifier} was not reviewed"


@gate(
    "quality.nothing_stands_out_since",
    requirement="CSV-31",
    protects="What is done after the review is done where nobody looks any more.",
    remedy="Answer these lines in the audit trail of the batch, and review it again.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def nothing_stands_out_since(asked: OfDisposition, known: Circumstances) -> str | None:
    if not known.state(AUDIT_TRAIL, asked.batch).is_reviewed:
        return None  # `quality.audit_trail_is_reviewed` says so; a review that was put off will see everything
    return f"stands out since the review: {_named(list(asked.unreviewed))}" if asked.unreviewed else None


@gate(
    "quality.review_can_be_put_off",
    requirement="CSV-31",
    protects="A review is put off once: put off again and again it is never made.",
    remedy="Look at the audit trail of the batch: it was reviewed, or is owed already.",
    resolvers=("qa",),
    risk=Risk.DATA,
)
def review_can_be_put_off(asked: OfBatch, known: Circumstances) -> str | None:
    trail = known.state(AUDIT_TRAIL, asked.batch)
    if trail.is_reviewed:
        return f"the audit trail of {asked.batch.identifier} was reviewed"
    return f"the review is owed by {str(trail.owed_until)[:16]} UTC" if trail.is_deferred else None


@gate(
    "quality.released_by_another_than_put_it_off",
    requirement=("CSV-31", "GMP-37"),
    protects="Who puts a look off and releases all the same has looked at nothing with anybody.",
    remedy="Let another person decide about the batch, or have the audit trail reviewed first.",
    resolvers=("qp", "quality-us"),
    risk=Risk.PATIENT,
)
def released_by_another_than_put_it_off(asked: OfBatch, known: Circumstances) -> str | None:
    trail = known.state(AUDIT_TRAIL, asked.batch)
    own = trail.is_deferred and trail.deferred_by == known.actor.person
    return "you put the review of its audit trail off yourself" if own else None
