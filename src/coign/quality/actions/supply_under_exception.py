"""Supply a product out of specification to its patient: no certificate, no release, and labelled so."""

from collections.abc import Sequence
from dataclasses import field

from coign.coldchain.views import CONDITION
from coign.custody.views import HOLDING
from coign.identity.events import UnitsUnblocked
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import allotted, asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Document
from coign.kernel.values import Actor
from coign.manufacturing.views import BATCH
from coign.quality import batch_gates, dose_gate, environment_gates, exception_gates, release_gates
from coign.quality.actions.certify import reads_of_destination
from coign.quality.events import LATE_RESULT, TOO_FEW_CELLS, SuppliedUnderException
from coign.quality.exception_state import EXCEPTION
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyUnderException:
    """Which batch."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    document: Document = field(metadata=allotted())


def _reads(asked: SupplyUnderException, actor: Actor) -> Sequence[Read]:
    batch = (Read(asked.batch, view) for view in (BATCH, DOSSIER))
    return (*batch, *environment_gates.reads_of_environment(asked), Read(asked.document))


def _reads_of_units(asked: SupplyUnderException, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    views = (UNIT, HOLDING, DISPOSITION, CONDITION)
    units = tuple(Read(unit, view) for unit in batch.final_containers for view in views)
    chain = tuple(Read(batch.chain, view) for view in (CHAIN, EXCEPTION) if batch.chain is not None)
    return (*units, *chain, *dose_gate.reads_of_dose(asked, known))


def _decide(asked: SupplyUnderException, known: Circumstances) -> Sequence[Fact]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    place = release_gates.destination(asked.batch, known)
    failed = [r.attribute for r in known.state(DOSSIER, asked.batch).results if r.is_out_of_specification]
    if dose_gate.too_few_cells_because(asked.batch, known) is not None:
        failed.append(TOO_FEW_CELLS)
    supplied = SuppliedUnderException(
        batch=asked.batch,
        chain=batch.chain,
        units=batch.final_containers,
        document=asked.document,
        maker=known.actor.organisation,
        jurisdiction=place,
        statement=release_gates.rule_of("exception.statement", place, known),
        failed=tuple(failed),
        by=known.actor.person,
        strength=release_gates.strength_of(asked.batch, known),
    )
    held = tuple(unit for unit in batch.final_containers if LATE_RESULT in known.state(UNIT, unit).blocked)
    return (supplied, *((UnitsUnblocked(units=held, why=LATE_RESULT),) if held else ()))


ACTION = Action(
    name="quality.supply_under_exception",
    title="Supply out of specification",
    command=SupplyUnderException,
    roles=frozenset({"qp", "quality-us"}),
    reads=_reads,
    then_reads=(_reads_of_units, reads_of_destination),
    gates=(
        batch_gates.record_is_reviewed,
        batch_gates.certified_by_another,
        batch_gates.judge_had_no_part,
        release_gates.releaser_is_of_destination,
        batch_gates.results_are_complete,
        exception_gates.nothing_is_pending,
        exception_gates.failure_is_confirmed,
        exception_gates.physician_has_asked,
        exception_gates.physician_has_accepted,
        exception_gates.authority_was_told,
        exception_gates.expanded_access_is_on_record,
        release_gates.lots_are_in_order,
        batch_gates.deviations_are_closed,
        batch_gates.corrections_are_assessed,
        environment_gates.growth_is_assessed,
        batch_gates.labels_are_verified,
        exception_gates.nothing_else_holds_units,
        batch_gates.custody_is_in_order,
        batch_gates.product_was_kept_cold,
        batch_gates.product_is_in_date,
        exception_gates.batch_may_be_excepted,
    ),
    decide=_decide,
    emits=(SuppliedUnderException, UnitsUnblocked),
    requirements=("GMP-40", "GMP-41", "GMP-31", "GMP-S2", "GMP-39", "GMP-02", "PAT-29"),
    risk=Risk.PATIENT,
    rationale="Some patients have nothing but a product that fails: it reaches them openly, or in secret.",
    meaning="supplied under exception",
)
