"""Release a batch: certified in Europe, approved for release in the United States; its containers may be given."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import allotted, asks, resolved
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Document
from coign.kernel.values import Actor
from coign.manufacturing.views import BATCH
from coign.quality import audit_trail_gates, batch_gates, dose_gate, environment_gates, release_gates
from coign.quality.actions.audit_trail import READER
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.quality.events import Certified
from coign.quality.gates import OfBatch
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class Certify:
    """Which batch, and which results it is released without."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    pending: tuple[str, ...] = field(default=(), metadata=asks("Released before these results", "known"))
    certificate: Document = field(metadata=allotted())
    #: Entries that stand out in the audit trail and that no review has seen answered.
    unreviewed: tuple[int, ...] = field(default=(), metadata=resolved(by=READER))


def _reads(asked: Certify, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.batch, BATCH),
        Read(asked.batch, DOSSIER),
        Read(asked.batch, AUDIT_TRAIL),
        *environment_gates.reads_of_environment(asked),
        Read(asked.certificate),
    )


def reads_of_units(asked: OfBatch, known: Circumstances) -> Sequence[Read]:
    """The therapy, and the containers that are decided about."""
    batch = known.state(BATCH, asked.batch)
    views = (UNIT, HOLDING, DISPOSITION, CONDITION)
    units = tuple(Read(unit, view) for unit in batch.final_containers for view in views)
    chain = (Read(batch.chain, CHAIN),) if batch.chain is not None else ()
    return (*units, *chain, *dose_gate.reads_of_dose(asked, known))


def reads_of_destination(asked: OfBatch, known: Circumstances) -> Sequence[Read]:
    """Where they go, and what an authority allows there."""
    return release_gates.reads_of_destination(asked.batch, known)


def _decide(asked: Certify, known: Circumstances) -> Sequence[Certified]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    place = release_gates.destination(asked.batch, known)
    return (
        Certified(
            batch=asked.batch,
            chain=batch.chain,
            units=batch.final_containers,
            certificate=asked.certificate,
            maker=known.actor.organisation,
            by=known.actor.person,
            wording=release_gates.rule_of("release.wording", place, known),
            jurisdiction=place,
            pending=asked.pending,
            strength=release_gates.strength_of(asked.batch, known),
        ),
    )


ACTION = Action(
    name="quality.certify",
    title="Release the batch",
    command=Certify,
    roles=frozenset({"qp", "quality-us"}),
    reads=_reads,
    then_reads=(reads_of_units, reads_of_destination),
    gates=(
        batch_gates.record_is_reviewed,
        batch_gates.certified_by_another,
        audit_trail_gates.audit_trail_is_reviewed,
        audit_trail_gates.nothing_stands_out_since,
        audit_trail_gates.released_by_another_than_put_it_off,
        batch_gates.judge_had_no_part,
        release_gates.releaser_is_of_destination,
        batch_gates.results_are_complete,
        release_gates.pending_results_are_named,
        batch_gates.results_meet_specification,
        dose_gate.product_is_a_dose,
        release_gates.lots_are_in_order,
        batch_gates.deviations_are_closed,
        batch_gates.corrections_are_assessed,
        environment_gates.growth_is_assessed,
        batch_gates.labels_are_verified,
        batch_gates.units_are_not_blocked,
        batch_gates.custody_is_in_order,
        batch_gates.product_was_kept_cold,
        batch_gates.product_is_in_date,
        batch_gates.batch_is_undecided,
        batch_gates.batch_is_not_held,
        release_gates.release_is_witnessed,
    ),
    decide=_decide,
    emits=(Certified,),
    requirements=(
        "GMP-02",
        "GMP-15",
        "GMP-31",
        "GMP-19",
        "GMP-37",
        "GMP-38",
        "CSV-01",
        "CSV-31",
        "TRC-14",
        "REG-02",
        "REG-S5",
        "PAT-29",
    ),
    risk=Risk.PATIENT,
    rationale="This signature is the last judgement before a patient is prepared for the product.",
    meaning="certified",
    meanings={"quality-us": "approved for release"},
    page="designed",
)
